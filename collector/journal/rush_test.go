package journal_test

// Rushes: what waits while many answer at once, and that nothing waits for ever.

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"math/rand/v2"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"testing/synctest"
	"time"

	"staffplan/collector/journal"
)

// TestWhatIsDueIsReleased has many callers, full disks and other jobs, and then
// a quiet moment after one more answer: less than a group waits.
func TestWhatIsDueIsReleased(t *testing.T) {
	for seed := range uint64(400) {
		rng := rand.New(rand.NewPCG(seed, 1))
		undo := func() {}
		if rng.IntN(3) > 0 {
			undo = journal.SetRush(1+rng.IntN(3), 64+rng.IntN(1000))
		}
		synctest.Test(t, func(t *testing.T) { untilQuiet(t, rng) })
		undo()
		if t.Failed() {
			t.Fatal("seed", seed)
		}
	}
}

// restingDisk takes a while to sync.
type restingDisk struct{ *simDisk }

type restingFile struct{ journal.File }

func (d restingDisk) OpenFile(name string, flag int, perm fs.FileMode) (journal.File, error) {
	f, err := d.simDisk.OpenFile(name, flag, perm)
	return restingFile{f}, err
}

func (f restingFile) Sync() error {
	time.Sleep(time.Millisecond / 2)
	return f.File.Sync()
}

func untilQuiet(t *testing.T, rng *rand.Rand) {
	disk := newDisk(rand.New(rand.NewPCG(rng.Uint64(), 2)))
	var full atomic.Bool
	disk.fault = func(kind, _ string) error {
		if full.Load() && (kind == "write" || kind == "create") {
			return syscall.ENOSPC
		}
		return nil
	}
	release := 1 + rng.IntN(6)
	j := openOn(t, restingDisk{disk}, release)
	var stored atomic.Int64
	var callers sync.WaitGroup
	n := 0
	add := func() {
		n++
		e := entry(n)
		callers.Go(func() {
			switch err := j.Append(t.Context(), e); {
			case err == nil:
				stored.Add(1)
			case !errors.Is(err, journal.ErrFull):
				t.Error(err)
			}
		})
	}
	waiting := func() int {
		released := 0
		if f := disk.names["responses.jsonl"]; f != nil {
			released = strings.Count(string(f.data), "\n")
		}
		return int(stored.Load()) - released
	}
	for range 1 + rng.IntN(40) {
		switch rng.IntN(20) {
		case 0:
			callers.Go(func() { j.Release(t.Context()) })
		case 1:
			full.Store(false)
			release = 1 + rng.IntN(6)
			if err := j.Define(t.Context(), fmt.Append(nil, n), release); err != nil {
				t.Error(err)
			}
		case 2:
			full.Store(!full.Load())
		case 3:
			tickets := [][32]byte{{1, byte(rng.IntN(9))}}
			callers.Go(func() { j.AddTickets(t.Context(), tickets) })
		case 4, 5:
			time.Sleep(time.Duration(rng.IntN(30)) * time.Millisecond)
		case 6, 7:
			for range rng.IntN(12) {
				add()
			}
		default:
			add()
			time.Sleep(time.Duration(rng.IntN(2000)) * time.Microsecond)
		}
	}
	full.Store(false)
	add()
	time.Sleep(time.Second)
	synctest.Wait()
	callers.Wait()
	if w := waiting(); w < 0 || w >= release {
		t.Errorf("%d wait where groups have %d", w, release)
	}
	if disk.names["pending"] != nil {
		t.Error("a release is not carried out")
	}
	if err := j.Finish(t.Context()); err != nil {
		t.Error(err)
	}
	if w := waiting(); w != 0 {
		t.Errorf("%d wait after the closing", w)
	}
	if err := j.Close(); err != nil {
		t.Error(err)
	}
}

// TestGroups stops and starts with few answers at a time: no group that leaves
// has less than Options.Release.
func TestGroups(t *testing.T) {
	for seed := range uint64(300) {
		rng := rand.New(rand.NewPCG(seed, 3))
		undo := journal.SetRush(1+rng.IntN(4), 64+rng.IntN(1000))
		synctest.Test(t, func(t *testing.T) {
			const release = 5
			disk := &countingDisk{simDisk: newDisk(rng)}
			n := 0
			for range 5 {
				j := openOn(t, disk, release)
				for range rng.IntN(6) {
					more := rng.IntN(5)
					putAtOnce(t, j, n+1, n+more)
					n += more
					time.Sleep(time.Duration(rng.IntN(20)) * time.Millisecond)
				}
				shut(t, j)
			}
			for _, group := range disk.groups {
				if n -= group; group < release {
					t.Errorf("a group of %d", group)
				}
			}
			if n >= release {
				t.Errorf("%d wait", n)
			}
		})
		undo()
		if t.Failed() {
			t.Fatal("seed", seed)
		}
	}
}

func openOn(t *testing.T, disk journal.FS, release int) *journal.Journal {
	t.Helper()
	j, err := journal.Open(simDir, journal.Options{Release: release, FS: disk})
	if err != nil {
		t.Fatal(err)
	}
	return j
}

// countingDisk counts the answers of each release that is committed.
type countingDisk struct {
	*simDisk
	groups []int
}

func (d *countingDisk) Rename(from, to string) error {
	if filepath.Base(from) == "pending.tmp" {
		if n := strings.Count(string(d.names["pending.tmp"].data), `"answers"`); n > 0 {
			d.groups = append(d.groups, n)
		}
	}
	return d.simDisk.Rename(from, to)
}

// TestReleaseReturnsInARush: more answers come all the time.
func TestReleaseReturnsInARush(t *testing.T) {
	j := open(t, filepath.Join(t.TempDir(), "s"), journal.Options{Release: 10})
	ctx, stop := context.WithCancel(t.Context())
	var n atomic.Int64
	var callers sync.WaitGroup
	for range 64 {
		callers.Go(func() {
			for ctx.Err() == nil {
				if err := j.Append(t.Context(), entry(int(n.Add(1)))); err != nil {
					t.Error(err)
					return
				}
			}
		})
	}
	for n.Load() < 5000 {
		time.Sleep(time.Millisecond)
	}
	patient, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	if err := j.Release(patient); err != nil {
		t.Error(err)
	}
	stop()
	callers.Wait()
	shut(t, j)
}

// TestVerifyWhileAnswersCome: what is going on is neither damage nor a mixture.
func TestVerifyWhileAnswersCome(t *testing.T) {
	defer journal.SetRush(2, 500)()
	dir := filepath.Join(t.TempDir(), "s")
	j := open(t, dir, journal.Options{Release: 100, Definition: []byte("{}")})
	stop := make(chan struct{})
	var callers sync.WaitGroup
	var n atomic.Int64
	for range 3 {
		callers.Go(func() {
			for !isClosed(stop) {
				if err := j.Append(t.Context(), entry(int(n.Add(1)))); err != nil {
					t.Error(err)
				}
				time.Sleep(time.Millisecond)
			}
		})
	}
	for range 200 {
		if err := journal.Verify(dir); err != nil && !strings.Contains(err.Error(), "too fast") {
			t.Error(err)
		}
	}
	close(stop)
	callers.Wait()
	shut(t, j)
}

// TestDamageInAnEarlierIntake: it got no more frames, and the last one of those
// it has is no torn tail.
func TestDamageInAnEarlierIntake(t *testing.T) {
	f := severalIntakes(t)
	b := []byte(f["intake-1"])
	b[len(b)-onwardSize-1] ^= 1
	f["intake-1"] = string(b)
	refused(t, f.lay(t), "intake-1", len(b))
}

// A file system that tells only at the close that it is full loses nothing.
func TestIntakeThatDoesNotClose(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "s")
	disk := &unclosing{FS: journal.RealFS}
	j := open(t, dir, journal.Options{Release: 10, FS: disk})
	put(t, j, 1, 9)
	disk.armed.Store(true)
	put(t, j, 10, 30)
	wantReleased(t, dir, j, numbers(1, 30)...)
}

// unclosing fails the next close of an intake.
type unclosing struct {
	journal.FS
	armed atomic.Bool
}

func (d *unclosing) OpenFile(name string, flag int, perm fs.FileMode) (journal.File, error) {
	f, err := d.FS.OpenFile(name, flag, perm)
	if err == nil && strings.HasPrefix(filepath.Base(name), "intake-") {
		f = unclosingFile{f, d}
	}
	return f, err
}

type unclosingFile struct {
	journal.File
	disk *unclosing
}

func (f unclosingFile) Close() error {
	err := f.File.Close()
	if f.disk.armed.Swap(false) {
		return syscall.ENOSPC
	}
	return err
}
