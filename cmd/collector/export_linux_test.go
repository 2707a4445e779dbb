package main

// collector export where it cannot be done to the end.

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"golang.org/x/sys/unix"
)

// many is a rehearsed survey with so many answers.
func many(t *testing.T, answers int) (site, data string) {
	t.Helper()
	site, data = t.TempDir(), filepath.Join(t.TempDir(), "data")
	definition := filepath.Join(site, "surveys", "many", "survey.json")
	if err := os.MkdirAll(filepath.Dir(definition), 0o777); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(definition, []byte(`{"id":"many","title":"職場の調べ","opens":"2001-01-01T00:00:00+09:00","closes":"2001-02-01T00:00:00+09:00",
		"questions":[{"id":"q1","kind":"scale","text":"誇り","labels":["1","2","3"]},{"id":"comment","kind":"text","text":"意見","max":100}]}`), 0o666); err != nil {
		t.Fatal(err)
	}
	if out, err := exec.Command("collector", "rehearse", "many", "--answers", fmt.Sprint(answers), "--data", data, "--site", site).CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	return site, data
}

// wantWholeOrNone looks at what an export left in its folder: three files, or nothing.
func wantWholeOrNone(t *testing.T, dir string, done bool, answers int) {
	t.Helper()
	var names, want []string
	entries, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range entries {
		names = append(names, e.Name())
	}
	if done {
		want = []string{"many-comments.csv", "many-questions.csv", "many.csv"}
	}
	if !slices.Equal(names, want) {
		t.Errorf("done: %v; left: %q", done, names)
	}
	wantWhole(t, dir, answers)
}

func wantWhole(t *testing.T, dir string, answers int) {
	t.Helper()
	table, err := os.ReadFile(filepath.Join(dir, "many.csv"))
	if lines := strings.Count(string(table), "\n"); err == nil && lines != 1+answers {
		t.Errorf("%d lines for %d answers", lines, answers)
	}
}

func TestExportOnAFullDisk(t *testing.T) {
	const answers = 5000
	site, data := many(t, answers)
	disk := t.TempDir()
	err := unix.Mount("export-test", disk, "tmpfs", 0, "size=2m")
	if errors.Is(err, unix.EPERM) && (os.Getenv("CI") == "" || os.Getuid() != 0) {
		t.Skip("mounting is not allowed here")
	}
	if err != nil {
		t.Fatal("mount:", err)
	}
	defer unix.Unmount(disk, unix.MNT_DETACH)
	ended := map[bool]int{}
	for kilobytes := 0; kilobytes <= 2000; kilobytes += 100 {
		if err := unix.Mount("export-test", disk, "tmpfs", unix.MS_REMOUNT, fmt.Sprintf("size=%dk", max(4, kilobytes))); err != nil {
			t.Fatal(err)
		}
		out := filepath.Join(disk, fmt.Sprint(kilobytes))
		if err := os.Mkdir(out, 0o700); err != nil {
			t.Fatal(err)
		}
		cmd := exec.Command("collector", "export", "many", "--yes", "--format", "csv", "--out", filepath.Join(out, "many.csv"), "--data", data, "--site", site)
		said, err := cmd.CombinedOutput()
		done := err == nil
		ended[done]++
		wantWholeOrNone(t, out, done, answers)
		if sentence, _, _ := strings.Cut(string(said), "\n"); !done && (cmd.ProcessState.ExitCode() != 1 || !strings.Contains(string(said), "何も書かずに止めました。") || !strings.HasSuffix(sentence, "no space left on device）")) {
			t.Errorf("%d KiB: status %d\n%s", kilobytes, cmd.ProcessState.ExitCode(), said)
		}
		os.RemoveAll(out)
	}
	if ended[true] < 2 || ended[false] < 4 {
		t.Errorf("with 0 to 2000 KiB of space: %v", ended)
	}
}

// Whoever stops an export, at whatever point, finds all of it or nothing. A kill may
// leave drafts, whose names begin with a dot, and no file that is not whole.
func TestExportStopped(t *testing.T) {
	const answers = 30_000
	site, data := many(t, answers)
	for i := range 30 {
		out := t.TempDir()
		cmd := exec.Command("collector", "export", "many", "--yes", "--format", "csv", "--out", filepath.Join(out, "many.csv"), "--data", data, "--site", site)
		var said strings.Builder
		cmd.Stderr = &said
		if err := cmd.Start(); err != nil {
			t.Fatal(err)
		}
		signal := []syscall.Signal{syscall.SIGTERM, syscall.SIGINT, syscall.SIGKILL}[i%3]
		time.Sleep(time.Duration(rand.IntN(400)) * time.Millisecond)
		cmd.Process.Signal(signal)
		done := cmd.Wait() == nil
		if signal == syscall.SIGKILL {
			wantWhole(t, out, answers)
			continue
		}
		wantWholeOrNone(t, out, done, answers)
		if status := cmd.ProcessState.ExitCode(); status == 1 && said.String() != "collector: 途中で止めました。何も書いていません。\n" || status > 1 {
			t.Errorf("status %d\n%s", status, &said)
		}
	}
}
