package journal_test

// What a reader is handed, and when it learns that this does not count.

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"testing"

	"staffplan/collector/journal"
)

// A changed byte in either file is told once its lines have been seen, whatever they
// are, and lines of any length are read.
func TestReadChecks(t *testing.T) {
	dir := t.TempDir()
	j := open(t, dir, journal.Options{Release: 10})
	long := make([]byte, 700_000)
	for i := range long {
		long[i] = byte('a' + i%26)
	}
	put(t, j, 1, 20)
	if err := j.Append(t.Context(), journal.Entry{Answer: []byte(answer(21)), Texts: [][]byte{long}}); err != nil {
		t.Fatal(err)
	}
	if err := j.Finish(t.Context()); err != nil {
		t.Fatal(err)
	}
	shut(t, j)
	all, err := journal.ReadAll(dir)
	if err != nil || len(all.Answers) != 21 || len(all.Texts) != 21 {
		t.Fatalf("%v, %v", all, err)
	}
	found := 0
	for _, line := range all.Texts {
		if string(line) == string(long) {
			found++
		}
	}
	if found != 1 {
		t.Errorf("the long line is there %d times", found)
	}
	for _, name := range []string{"responses.jsonl", "comments.jsonl"} {
		file := filepath.Join(dir, name)
		whole, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		if err := os.Chmod(file, 0o600); err != nil {
			t.Fatal(err)
		}
		for _, at := range []int{0, len(whole) / 2, len(whole) - 1} {
			changed := append([]byte(nil), whole...)
			changed[at] ^= 1
			for _, bytes := range [][]byte{changed, whole[:at]} {
				if err := os.WriteFile(file, bytes, 0o600); err != nil {
					t.Fatal(err)
				}
				var damage *journal.Damage
				if all, err := journal.ReadAll(dir); all != nil || !errors.As(err, &damage) || damage.File != name {
					t.Errorf("%s, %d of %d bytes, at %d: %v", name, len(bytes), len(whole), at, err)
				}
			}
		}
		if err := os.WriteFile(file, whole, 0o600); err != nil {
			t.Fatal(err)
		}
	}
}

// A release in between has the lines read anew, and those of one moment are what
// counts.
func TestReadAcrossARelease(t *testing.T) {
	dir := t.TempDir()
	j := open(t, dir, journal.Options{Release: 10})
	putAtOnce(t, j, 1, 20)
	if err := j.Release(t.Context()); err != nil {
		t.Fatal(err)
	}
	var counts []string
	err := journal.Read(t.Context(), dir, func(r *journal.Released) error {
		answers, texts, size := 0, 0, int64(0)
		for line, err := range r.Answers {
			if err != nil {
				return err
			}
			answers++
			size += int64(len(line)) + 1
		}
		if len(counts) == 0 {
			putAtOnce(t, j, 21, 35)
			if err := j.Release(t.Context()); err != nil {
				t.Fatal(err)
			}
		}
		for line, err := range r.Texts {
			if err != nil {
				counts = append(counts, "-")
				return err
			}
			texts++
			size += int64(len(line)) + 1
		}
		counts = append(counts, fmt.Sprint(answers, texts, size == r.Size))
		return nil
	})
	if err != nil || len(counts) != 2 || counts[1] != "35 35 true" {
		t.Errorf("%q, %v", counts, err)
	}
	shut(t, j)
}

func TestReadStops(t *testing.T) {
	dir := t.TempDir()
	j := open(t, dir, journal.Options{Release: 10})
	put(t, j, 1, 20)
	shut(t, j) // what is to be released has been
	ctx, stop := context.WithCancel(t.Context())
	n := 0
	err := journal.Read(ctx, dir, func(r *journal.Released) error {
		for _, err := range r.Answers {
			if err != nil {
				return err
			}
			n++
			stop()
		}
		return nil
	})
	if n != 1 || !errors.Is(err, context.Canceled) {
		t.Errorf("after %d lines: %v", n, err)
	}
}
