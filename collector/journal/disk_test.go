// A disk that can be switched off: a file system in memory that knows what
// was synced, loses, tears and reorders the rest when the power goes, and lets
// a schedule decide which of several waiting operations goes next.

package journal_test

import (
	"bytes"
	"cmp"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"maps"
	"math"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"syscall"

	"staffplan/collector/journal"
)

var (
	errPower = errors.New("the power is gone")
	errSkip  = errors.New("leave this step out")
)

// simDir is the one folder on the disk.
const simDir = "survey"

// simDisk is a journal.FS. Everything outside simDir is taken to be there.
type simDisk struct {
	mu       sync.Mutex
	rng      *rand.Rand
	names    map[string]*inode // as a running program sees them
	durable  map[string]*inode // as they are after a power loss, but for
	changes  []change          // what was not synced yet
	stale    []byte            // what old blocks hold
	off      bool              // every operation fails from now on
	problems []string          // what no schedule may make the journal do

	// gated has each operation wait for the schedule's turn.
	gated   bool
	waiting []*op
	// fault decides what an operation fails with.
	fault func(kind, name string) error
	// broken tells which operations do nothing and say they did.
	broken func(kind, name string) bool
}

type op struct {
	kind, name string
	turn       chan struct{}
}

// change is one unsynced step in a folder; nil removes a name.
type change map[string]*inode

// inode is a file's content.
type inode struct {
	data    []byte // as a running program sees it
	durable []byte
	writes  []write // what was not synced yet, in order
}

// write is one unsynced change of a file: data at off, or a new length.
type write struct {
	off      int64
	data     []byte
	truncate bool
	lost     bool // a sync failed on it: later syncs leave it out
}

func (w write) apply(b []byte) []byte {
	end := w.off + int64(len(w.data))
	if w.truncate && int64(len(b)) > w.off {
		return b[:w.off:w.off]
	}
	if grow := end - int64(len(b)); grow > 0 {
		b = append(b[:len(b):len(b)], make([]byte, grow)...)
	} else {
		b = slices.Clone(b)
	}
	copy(b[w.off:], w.data)
	return b
}

func (f *inode) add(w write) {
	f.data = w.apply(f.data)
	end := w.off + int64(len(w.data))
	if w.truncate {
		end = math.MaxInt64
	}
	// What lost writes left in the cache is dirty again where w lies over it.
	kept := f.writes[:0:0]
	for _, l := range f.writes {
		lend := l.off + int64(len(l.data))
		if !l.lost || end <= l.off || lend <= w.off {
			kept = append(kept, l)
			continue
		}
		if l.off < w.off {
			kept = append(kept, write{off: l.off, data: l.data[:w.off-l.off], lost: true})
		}
		if end < lend {
			kept = append(kept, write{off: end, data: l.data[end-l.off:], lost: true})
		}
	}
	f.writes = append(kept, w)
}

func newDisk(rng *rand.Rand) *simDisk {
	return &simDisk{rng: rng, names: map[string]*inode{}, durable: map[string]*inode{}}
}

// step is called by every operation: it waits for its turn and tells whether
// the operation fails.
func (d *simDisk) step(kind, name string) error {
	name = filepath.Base(name)
	d.mu.Lock()
	if d.off {
		d.mu.Unlock()
		return errPower
	}
	if d.gated {
		o := &op{kind, name, make(chan struct{})}
		d.waiting = append(d.waiting, o)
		d.mu.Unlock()
		<-o.turn
		d.mu.Lock()
	}
	defer d.mu.Unlock()
	if d.off {
		return errPower
	}
	if d.broken != nil && d.broken(kind, name) {
		return errSkip
	}
	if d.fault != nil {
		return d.fault(kind, name)
	}
	return nil
}

// next lets one waiting operation go on, and tells which; false if none waits.
func (d *simDisk) next() (string, bool) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if len(d.waiting) == 0 {
		return "", false
	}
	// Goroutines arrive in any order; sorted, the same seed gives the same run.
	slices.SortStableFunc(d.waiting, func(a, b *op) int {
		return cmp.Or(strings.Compare(a.kind, b.kind), strings.Compare(a.name, b.name))
	})
	i := d.rng.IntN(len(d.waiting))
	o := d.waiting[i]
	d.waiting = slices.Delete(d.waiting, i, i+1)
	close(o.turn)
	return o.kind + " " + o.name, true
}

// stop makes every operation fail from now on, also those that wait.
func (d *simDisk) stop() {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.off = true
	for _, o := range d.waiting {
		close(o.turn)
	}
	d.waiting = nil
}

// restart is the disk as the next process finds it after a kill: what was
// written is there, and still as unsynced as it was.
func (d *simDisk) restart() {
	d.off = false
	d.fault = nil
}

// powerLoss is the disk as the next process finds it when the power was gone.
// keep is how likely each unsynced step survives: 1 all, 0 none.
func (d *simDisk) powerLoss(keep float64) {
	d.restart()
	for _, c := range d.changes {
		if d.rng.Float64() < keep {
			d.change(d.durable, c)
		}
	}
	d.changes = nil
	for _, name := range slices.Sorted(maps.Keys(d.durable)) {
		f := d.durable[name]
		b := f.durable
		for _, w := range f.writes {
			switch {
			case d.rng.Float64() < keep*keep:
				b = w.apply(b)
			case !w.truncate && d.rng.Float64() < keep:
				b = d.tear(b, w)
			}
		}
		// An inode of its own: what the old program still holds is gone.
		d.durable[name] = &inode{data: b, durable: b}
	}
	d.names = maps.Clone(d.durable)
}

// tear applies a write in part: some sectors, in any order, the length as far
// as it likes; where a file grew without its data stand zeros or old blocks.
func (d *simDisk) tear(b []byte, w write) []byte {
	sector := []int{1, 16, 512}[d.rng.IntN(3)]
	reach := d.rng.IntN(len(w.data) + 1)
	if d.rng.IntN(2) == 0 {
		reach = len(w.data)
	}
	old := len(b)
	b = append(slices.Clone(b), make([]byte, max(0, int(w.off)+reach-old))...)
	if n := len(b) - old; n > 0 && len(d.stale) > n && d.rng.IntN(2) == 0 {
		copy(b[old:], d.stale[d.rng.IntN(len(d.stale)-n):])
	}
	for at := 0; at < reach; at += sector {
		if d.rng.IntN(3) > 0 {
			copy(b[w.off+int64(at):], w.data[at:min(at+sector, reach)])
		}
	}
	return b
}

func (*simDisk) change(names map[string]*inode, c change) {
	for name, f := range c {
		if f == nil {
			delete(names, name)
		} else {
			names[name] = f
		}
	}
}

func (d *simDisk) do(c change) {
	d.change(d.names, c)
	d.changes = append(d.changes, c)
}

func (d *simDisk) problem(format string, args ...any) {
	d.problems = append(d.problems, fmt.Sprintf(format, args...))
}

func (d *simDisk) OpenFile(name string, flag int, _ fs.FileMode) (journal.File, error) {
	base := filepath.Base(name)
	d.mu.Lock()
	f := d.names[base]
	d.mu.Unlock()
	if f == nil && flag&os.O_CREATE == 0 {
		return nil, &fs.PathError{Op: "open", Path: name, Err: fs.ErrNotExist}
	}
	if f == nil || flag&os.O_TRUNC != 0 {
		if err := d.step("create", name); err != nil {
			return nil, err
		}
		d.mu.Lock()
		if f == nil {
			f = new(inode)
			d.do(change{base: f})
		} else {
			d.truncate(base, f, 0)
		}
		d.mu.Unlock()
	}
	return &simFile{d: d, name: base, f: f}, nil
}

func (d *simDisk) List(string) ([]string, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.off {
		return nil, errPower
	}
	return slices.Sorted(maps.Keys(d.names)), nil
}

func (d *simDisk) MkdirAll(string, fs.FileMode) error { return nil }

func (d *simDisk) Chmod(name string, _ fs.FileMode) error {
	if d.names[filepath.Base(name)] == nil {
		return fs.ErrNotExist
	}
	return d.step("chmod", name)
}

func (d *simDisk) Rename(from, to string) error {
	if err := d.step("rename", from); err != nil {
		return err
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	from, to = filepath.Base(from), filepath.Base(to)
	f := d.names[from]
	if f == nil {
		return fs.ErrNotExist
	}
	if old := d.names[to]; old != nil {
		d.residue(to, old, 0)
	}
	d.do(change{from: nil, to: f})
	return nil
}

func (d *simDisk) Remove(name string) error {
	if err := d.step("remove", name); err != nil {
		return err
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	base := filepath.Base(name)
	f := d.names[base]
	if f == nil {
		return fs.ErrNotExist
	}
	d.residue(base, f, 0)
	d.do(change{base: nil})
	return nil
}

// residue complains if blocks with content are given back to the disk. What
// was dropped before it was committed holds shuffled lines at most.
func (d *simDisk) residue(name string, f *inode, from int64) {
	if !strings.HasSuffix(name, ".tmp") && from < int64(len(f.durable)) && len(bytes.Trim(f.durable[from:], "\x00")) > 0 {
		d.problem("%s: blocks with content given back", name)
	}
}

func (d *simDisk) SyncDir(dir string) error {
	if dir != simDir {
		return nil
	}
	if err := d.step("syncdir", dir); err == errSkip {
		return nil
	} else if err != nil {
		return err
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	for _, c := range d.changes {
		d.change(d.durable, c)
	}
	d.changes = nil
	return nil
}

func (d *simDisk) truncate(name string, f *inode, size int64) {
	d.residue(name, f, size)
	f.add(write{off: size, truncate: true})
}

// save writes the disk, as a program sees it, to a real folder.
func (d *simDisk) save(dir string) error {
	old, err := os.ReadDir(dir)
	if err != nil {
		return err
	}
	for _, e := range old {
		if err := os.Remove(filepath.Join(dir, e.Name())); err != nil {
			return err
		}
	}
	for name, f := range d.names {
		if err := os.WriteFile(filepath.Join(dir, name), f.data, 0o600); err != nil {
			return err
		}
	}
	return nil
}

// simFile is an open file.
type simFile struct {
	d    *simDisk
	name string
	f    *inode
	at   int64
}

func (s *simFile) ReadAt(p []byte, off int64) (int, error) {
	s.d.mu.Lock()
	defer s.d.mu.Unlock()
	if s.d.off {
		return 0, errPower
	}
	if off > int64(len(s.f.data)) {
		return 0, io.EOF
	}
	n := copy(p, s.f.data[off:])
	if n < len(p) {
		return n, io.EOF
	}
	return n, nil
}

func (s *simFile) Read(p []byte) (int, error) {
	n, err := s.ReadAt(p, s.at)
	s.at += int64(n)
	if n > 0 {
		err = nil
	}
	return n, err
}

func (s *simFile) Write(p []byte) (int, error) {
	err := s.d.step("write", s.name)
	s.d.mu.Lock()
	defer s.d.mu.Unlock()
	n := len(p)
	if err != nil {
		if !errors.Is(err, syscall.ENOSPC) {
			return 0, err
		}
		n = s.d.rng.IntN(len(p)) // a full disk takes the first bytes
	}
	if n > 0 {
		w := write{off: s.at, data: slices.Clone(p[:n])}
		s.f.add(w)
		s.at += int64(n)
		if s.d.stale = append(s.d.stale, p[:n]...); len(s.d.stale) > 1<<16 {
			s.d.stale = s.d.stale[1<<15:]
		}
	}
	return n, err
}

func (s *simFile) Seek(off int64, whence int) (int64, error) {
	s.d.mu.Lock()
	defer s.d.mu.Unlock()
	switch whence {
	case io.SeekStart:
		s.at = off
	case io.SeekCurrent:
		s.at += off
	case io.SeekEnd:
		s.at = int64(len(s.f.data)) + off
	}
	return s.at, nil
}

func (s *simFile) Truncate(size int64) error {
	if err := s.d.step("truncate", s.name); err == errSkip {
		return nil
	} else if err != nil {
		return err
	}
	s.d.mu.Lock()
	defer s.d.mu.Unlock()
	s.d.truncate(s.name, s.f, size)
	return nil
}

func (s *simFile) Sync() error {
	err := s.d.step("sync", s.name)
	if err == errSkip {
		return nil
	}
	s.d.mu.Lock()
	defer s.d.mu.Unlock()
	if errors.Is(err, syscall.EIO) {
		for i, w := range s.f.writes {
			s.f.writes[i].lost = !w.truncate
		}
	}
	if err != nil {
		return err
	}
	rest := s.f.writes[:0:0]
	for _, w := range s.f.writes {
		if w.lost {
			rest = append(rest, w)
		} else {
			s.f.durable = w.apply(s.f.durable)
		}
	}
	s.f.writes = rest
	return nil
}

func (s *simFile) Close() error { return nil }
