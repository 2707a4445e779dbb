package journal_test

import (
	"testing"

	"staffplan/collector/journal"
)

// What is stored is counted once, released or waiting, now and after a start.
func TestStored(t *testing.T) {
	dir := t.TempDir()
	want := func(j *journal.Journal, n int) {
		t.Helper()
		if got := j.Stored(); got != n {
			t.Errorf("%d, want %d", got, n)
		}
	}
	j := open(t, dir, journal.Options{Release: 10})
	want(j, 0)
	put(t, j, 1, 12)
	want(j, 12)
	shut(t, j)
	j = open(t, dir, journal.Options{Release: 10})
	want(j, 12)
	put(t, j, 13, 15)
	if err := j.Release(t.Context()); err != nil {
		t.Fatal(err)
	}
	want(j, 15)
	if err := j.Finish(t.Context()); err != nil {
		t.Fatal(err)
	}
	want(j, 15)
	shut(t, j)
	j = open(t, dir, journal.Options{Release: 10})
	want(j, 15)
	shut(t, j)
}
