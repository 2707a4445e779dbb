// A start costs what waits, not what is stored.

package journal_test

import (
	"bufio"
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

func TestOpenReadsLittle(t *testing.T) {
	dir, size := stored(t, many)
	for _, waiting := range []int{0, 9} {
		count := &countingFS{FS: journal.RealFS}
		j := open(t, dir, journal.Options{Release: 10, FS: count})
		sums, err := os.Stat(filepath.Join(dir, "sums.txt"))
		if err != nil {
			t.Fatal(err)
		}
		// sums.txt, the last 64 KiB of two files twice, and the small ones.
		most := sums.Size() + 4*(64<<10) + 4<<10
		got := count.read.Load()
		t.Logf("%d of %d bytes read, with %d answers waiting", got, size, waiting)
		if got > most {
			t.Errorf("%d bytes read, want %d at most", got, most)
		}
		if got < sums.Size() {
			t.Error("the bytes are not counted")
		}
		put(t, j, many, many+8)
		shut(t, j)
	}
}

// countingFS counts the bytes that are read.
type countingFS struct {
	journal.FS
	read atomic.Int64
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

func (f *countingFile) Read(p []byte) (int, error) {
	n, err := f.File.Read(p)
	f.fs.read.Add(int64(n))
	return n, err
}

func (f *countingFile) ReadAt(p []byte, off int64) (int, error) {
	n, err := f.File.ReadAt(p, off)
	f.fs.read.Add(int64(n))
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
