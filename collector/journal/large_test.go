// What many answers and many tickets cost.

package journal_test

import (
	"bufio"
	"crypto/sha256"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"sync/atomic"
	"testing"

	"staffplan/collector/journal"
)

const many = 1_000_000

// stored makes a folder with so many released answers, and texts for as many.
func stored(t testing.TB, n int) (dir string, size int64) {
	t.Helper()
	dir = filepath.Join(t.TempDir(), "s")
	if err := os.Mkdir(dir, 0o700); err != nil {
		t.Fatal(err)
	}
	for name, line := range map[string]func(int) string{"responses.jsonl": answer, "comments.jsonl": text} {
		f, err := os.Create(filepath.Join(dir, name))
		if err != nil {
			t.Fatal(err)
		}
		w := bufio.NewWriter(f)
		for i := range n {
			fmt.Fprintln(w, line(i))
		}
		if err := w.Flush(); err != nil {
			t.Fatal(err)
		}
		info, err := f.Stat()
		if err != nil {
			t.Fatal(err)
		}
		size += info.Size()
		if err := f.Close(); err != nil {
			t.Fatal(err)
		}
	}
	j, err := journal.Open(dir, journal.Options{Definition: []byte("{}")})
	if err != nil {
		t.Fatal(err)
	}
	if err := j.Close(); err != nil {
		t.Fatal(err)
	}
	return dir, size
}

// TestTicketsWriteLittle: what an answer with a ticket costs the disk does not
// grow much with how many tickets there are.
func TestTicketsWriteLittle(t *testing.T) {
	const known, answers, most = 40_000, 200, 20_000
	count := &countingFS{FS: journal.RealFS}
	j := open(t, filepath.Join(t.TempDir(), "s"), journal.Options{Release: 10, FS: count})
	tickets := make([][32]byte, known)
	for n := range tickets {
		tickets[n] = sha256.Sum256(fmt.Append(nil, n))
	}
	if err := j.AddTickets(t.Context(), tickets); err != nil {
		t.Fatal(err)
	}
	before := count.written.Load()
	for n := range answers {
		e := entry(n)
		e.Ticket = tickets[n]
		if err := j.Append(t.Context(), e); err != nil {
			t.Fatal(err)
		}
	}
	shut(t, j)
	each := (count.written.Load() - before) / answers
	t.Logf("%d bytes an answer", each)
	if each > most || each < int64(len(answer(1))) {
		t.Errorf("%d bytes an answer, want %d at most", each, most)
	}
}

// countingFS counts the bytes that are written.
type countingFS struct {
	journal.FS
	written atomic.Int64
}

func (c *countingFS) OpenFile(name string, flag int, perm fs.FileMode) (journal.File, error) {
	f, err := c.FS.OpenFile(name, flag, perm)
	if err != nil {
		return nil, err
	}
	return &countingFile{f, c}, nil
}

type countingFile struct {
	journal.File
	fs *countingFS
}

func (f *countingFile) Write(p []byte) (int, error) {
	n, err := f.File.Write(p)
	f.fs.written.Add(int64(n))
	return n, err
}

// BenchmarkOpen starts over a million released answers.
func BenchmarkOpen(b *testing.B) {
	dir, size := stored(b, many)
	b.Logf("%d MB stored", size/1e6)
	for b.Loop() {
		j, err := journal.Open(dir, journal.Options{Release: 10})
		if err != nil {
			b.Fatal(err)
		}
		b.StopTimer()
		if err := j.Close(); err != nil {
			b.Fatal(err)
		}
		b.StartTimer()
	}
}
