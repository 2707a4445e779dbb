package main

// Reports and exports that are not done to the end.

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

// onSmallDisks makes an attempt on disks of so many KiB.
func onSmallDisks(t *testing.T, attempt func(t *testing.T, dir string) (done bool), kilobytes ...int) {
	disk := t.TempDir()
	err := unix.Mount("small", disk, "tmpfs", 0, "size=4k")
	if errors.Is(err, unix.EPERM) && (os.Getenv("CI") == "" || os.Getuid() != 0) {
		t.Skip("mounting is not allowed here")
	}
	if err != nil {
		t.Fatal("mount:", err)
	}
	defer unix.Unmount(disk, unix.MNT_DETACH)
	ended := map[bool]int{}
	for _, size := range kilobytes {
		if err := unix.Mount("small", disk, "tmpfs", unix.MS_REMOUNT, fmt.Sprintf("size=%dk", size)); err != nil {
			t.Fatal(err)
		}
		dir := filepath.Join(disk, fmt.Sprint(size))
		if err := os.Mkdir(dir, 0o700); err != nil {
			t.Fatal(err)
		}
		ended[attempt(t, dir)]++
		if err := os.RemoveAll(dir); err != nil {
			t.Fatal(err)
		}
	}
	if ended[true] == 0 || ended[false] < 3 {
		t.Errorf("with %d KiB of space: %v", kilobytes, ended)
	}
}

// wantFull wants a command that failed to have said so in one sentence.
func wantFull(t *testing.T, cmd *exec.Cmd, said []byte) {
	t.Helper()
	sentence, next, _ := strings.Cut(string(said), "\n")
	if cmd.ProcessState.ExitCode() != 1 || !strings.HasPrefix(sentence, "collector: ") || !strings.HasSuffix(sentence, "no space left on device）") || !strings.Contains(next, "空きがあるか") {
		t.Errorf("status %d\n%s", cmd.ProcessState.ExitCode(), said)
	}
}

func TestExportOnAFullDisk(t *testing.T) {
	const answers = 5000
	site, data := many(t, answers)
	onSmallDisks(t, func(t *testing.T, dir string) bool {
		cmd := exec.Command("collector", "export", "many", "--yes", "--format", "csv", "--out", filepath.Join(dir, "many.csv"), "--data", data, "--site", site)
		said, err := cmd.CombinedOutput()
		if err != nil {
			wantFull(t, cmd, said)
		}
		wantWholeOrNone(t, dir, err == nil, answers)
		return err == nil
	}, 4, 100, 200, 300, 400, 500, 600, 700, 800, 1200, 2000)
}

func TestReportOnAFullDisk(t *testing.T) {
	site, data := many(t, 200)
	whole := t.TempDir()
	write := func(dir string) *exec.Cmd {
		return exec.Command("collector", "report", "--survey", filepath.Join(site, "surveys", "many", "survey.json"), "--data", data, "--out", dir, "--comments", filepath.Join(dir, "comments.txt"))
	}
	if said, err := write(whole).CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, said)
	}
	want := contents(t, whole)
	onSmallDisks(t, func(t *testing.T, dir string) bool {
		cmd := write(dir)
		said, err := cmd.CombinedOutput()
		if err != nil {
			wantFull(t, cmd, said)
		}
		for name, text := range contents(t, dir) {
			name = strings.TrimPrefix(name, dir)
			if other := want[whole+name]; len(text) != len(other) { // texts come in an order of their own
				t.Errorf("%s: %d bytes, whole it has %d", name, len(text), len(other))
			}
		}
		return err == nil
	}, 4, 8, 12, 16, 20, 24, 28, 64)
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
