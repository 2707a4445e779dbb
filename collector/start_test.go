package collector

// What stops the start: one line that says what to do, and nothing is touched.

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"staffplan/collector/journal"
)

func TestStartIsRefused(t *testing.T) {
	running := start(t, Config{})
	for name, c := range map[string]struct {
		prepare func(t *testing.T, site, data string) (usedData string)
		want    string
	}{
		"no site": {func(t *testing.T, site, data string) string {
			if err := os.RemoveAll(site); err != nil {
				t.Fatal(err)
			}
			return data
		}, "先に site build でページを作ってください"},
		"a file in place of the folder": {func(t *testing.T, _, data string) string {
			if err := os.WriteFile(data, nil, 0o666); err != nil {
				t.Fatal(err)
			}
			return data
		}, "データの置き場所を"},
		"a folder that is not to be had": {func(t *testing.T, _, data string) string {
			if err := os.MkdirAll(filepath.Join(data, "lock"), 0o777); err != nil {
				t.Fatal(err)
			}
			return data
		}, "データの置き場所を使えません"},
		"held by another": {func(*testing.T, string, string) string { return running.data }, "先にそちらを止めてください"},
		"rehearsal": {func(t *testing.T, _, data string) string {
			if err := os.Mkdir(data, 0o777); err != nil {
				t.Fatal(err)
			}
			if err := journal.MarkRehearsal(data); err != nil {
				t.Fatal(err)
			}
			return data
		}, "練習用の回答が入っています"},
	} {
		t.Run(name, func(t *testing.T) {
			site, parent := t.TempDir(), t.TempDir()
			unpack(t, "testdata/site.txtar", site)
			data := c.prepare(t, site, filepath.Join(parent, "data"))
			before := snapshot(t, parent)
			s, err := New(Config{Site: site, Data: data, Now: at(openDay)})
			if err == nil || !strings.Contains(err.Error(), c.want) || strings.Contains(err.Error(), "\n") || s != nil {
				t.Errorf("%v", err)
			}
			if errors.Is(err, journal.ErrLocked) != (data == running.data) {
				t.Errorf("locked? %v", err)
			}
			if after := snapshot(t, parent); after != before {
				t.Errorf("the folder was\n%s\nand is\n%s", before, after)
			}
		})
	}
}

// stuckDisk is one on which a release is committed and goes no further.
type stuckDisk struct{ badDisk }

func (d *stuckDisk) Rename(from, to string) error {
	if ok, _ := filepath.Match("trash-*", filepath.Base(to)); ok && filepath.Base(filepath.Dir(to)) == "autumn" {
		return fmt.Errorf("on purpose: %w", syscall.EIO)
	}
	return d.badDisk.Rename(from, to)
}

// touched is all that is on disk, and when it was written.
func touched(t *testing.T, dir string) string {
	t.Helper()
	var times strings.Builder
	err := filepath.WalkDir(dir, func(name string, entry fs.DirEntry, err error) error {
		if err == nil {
			var info fs.FileInfo
			info, err = entry.Info()
			fmt.Fprintln(&times, name, info.Mode(), info.ModTime().UnixNano())
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return snapshot(t, dir) + times.String()
}

// One survey that cannot go on stops the start before anything is done to any
// other: a release that waits to be ended still waits.
func TestStartRefusedForOneTouchesNone(t *testing.T) {
	site, whole := t.TempDir(), filepath.Join(t.TempDir(), "data")
	unpack(t, "testdata/site.txtar", site)
	if err := os.Mkdir(whole, 0o700); err != nil {
		t.Fatal(err)
	}
	give(t, whole, "later", 3)
	first := start(t, Config{Site: site, Data: whole, fs: new(stuckDisk)})
	for range 12 {
		if status, _ := first.sendJSON("/answers/autumn", `{"q1":2}`); status != 201 && status != 503 {
			t.Fatal(status)
		}
	}
	first.stop()
	if !exists(filepath.Join(whole, "autumn", "pending")) {
		t.Fatal("no release waits")
	}
	second := start(t, Config{Site: site, Data: filepath.Join(t.TempDir(), "data")})
	second.sendJSON("/answers/box", `{"long":"ことば"}`)
	second.stop()
	if err := errors.Join(os.RemoveAll(filepath.Join(whole, "box")),
		os.Rename(filepath.Join(second.data, "box"), filepath.Join(whole, "box")),
		os.Remove(filepath.Join(whole, "lock"))); err != nil { // as in a copy brought back
		t.Fatal(err)
	}

	change := func(name, old, new string) func(t *testing.T, site, data string) {
		return func(t *testing.T, site, data string) {
			file := filepath.Join(filepath.Dir(site), name)
			text := readFile(t, file)
			if changed := strings.Replace(text, old, new, 1); changed == text {
				t.Fatal(old, "is not in", name)
			} else if err := os.WriteFile(file, []byte(changed), 0o600); err != nil {
				t.Fatal(err)
			}
		}
	}
	for name, c := range map[string]struct {
		spoil func(t *testing.T, site, data string)
		want  string
	}{
		"none":                           {func(*testing.T, string, string) {}, ""},
		"a definition that does not fit": {change("site/surveys/box/survey.json", `"id":"long"`, `"id":"longer"`), "質問 long に戻してください"},
		"half a definition":              {change("site/surveys/box/survey.json", `"id":"long"`, ``), "box/survey.json"},
		"another format":                 {change("data/box/sums.txt", "staffplan 2", "staffplan 3"), "形式 3"},
		"a damaged file":                 {change("data/box/survey.json", "提案箱", "提案函"), "壊れているか"},
		"an intake is gone": {func(t *testing.T, _, data string) {
			if err := os.Remove(filepath.Join(data, "box", "intake-1")); err != nil {
				t.Fatal(err)
			}
		}, "時点がそろっていません"},
		"a damaged intake": {func(t *testing.T, _, data string) {
			if err := os.WriteFile(filepath.Join(data, "box", "intake-1"), []byte("STFPLN"), 0o600); err != nil {
				t.Fatal(err)
			}
		}, "intake-1"},
		"tickets that are none": {func(t *testing.T, _, data string) {
			if err := os.WriteFile(filepath.Join(data, "later", "tickets.txt"), []byte("A\n"), 0o600); err != nil {
				t.Fatal(err)
			}
		}, "later"},
	} {
		t.Run(name, func(t *testing.T) {
			parent := t.TempDir()
			mySite, data := filepath.Join(parent, "site"), filepath.Join(parent, "data")
			if err := errors.Join(os.CopyFS(mySite, os.DirFS(site)), os.CopyFS(data, os.DirFS(whole))); err != nil {
				t.Fatal(err)
			}
			c.spoil(t, mySite, data)
			before := touched(t, parent)
			s, err := New(Config{Site: mySite, Data: data, Now: at(openDay)})
			if c.want == "" {
				if err != nil {
					t.Fatal(err)
				}
				if err := s.Close(); err != nil || touched(t, parent) == before {
					t.Error("there is nothing that a start does", err)
				}
				return
			}
			if err == nil || !strings.Contains(err.Error(), c.want) || strings.Contains(err.Error(), "\n") {
				t.Fatalf("%v", err)
			}
			if after := touched(t, parent); after != before {
				t.Errorf("the folder was\n%s\nand is\n%s", before, after)
			}
		})
	}
}
