// Real file systems that are full, read-only, somebody else's, or gone.

package journal_test

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"syscall"
	"testing"

	"golang.org/x/sys/unix"

	"staffplan/collector/journal"
)

// mount needs root. In CI nothing is left out for want of it.
func mount(t *testing.T, source, target, kind string, flags uintptr, data string) {
	t.Helper()
	err := unix.Mount(source, target, kind, flags, data)
	if errors.Is(err, unix.EPERM) && (os.Getenv("CI") == "" || os.Getuid() != 0) {
		t.Skip("mounting is not allowed here")
	}
	if err != nil {
		t.Fatal("mount:", err)
	}
	if flags&unix.MS_REMOUNT == 0 {
		t.Cleanup(func() {
			if err := unix.Unmount(target, unix.MNT_DETACH); err != nil {
				t.Error("unmount:", err)
			}
		})
	}
}

// TestFullDisk fills a small disk up, at another point each time, until callers
// are told so, and gives the space back.
func TestFullDisk(t *testing.T) {
	disk := t.TempDir()
	mount(t, "journal-test", disk, "tmpfs", 0, "size=512k")
	pad := strings.Repeat("x", 700)
	for free := 24 << 10; free <= 72<<10; free += 4 << 10 {
		t.Run(fmt.Sprint(free>>10, " KiB free"), func(t *testing.T) {
			dir := filepath.Join(disk, fmt.Sprint(free))
			j := open(t, dir, journal.Options{Release: 10, Definition: []byte("{}")})
			ballast := filepath.Join(disk, "ballast")
			fill(t, disk, ballast, free)

			var mu sync.Mutex
			full := 0
			acked, refused := map[int]bool{}, map[int]bool{}
			try := func(n int) bool {
				e := entry(n)
				e.Texts = append(e.Texts, []byte(pad+text(n)))
				err := j.Append(t.Context(), e)
				mu.Lock()
				defer mu.Unlock()
				switch {
				case err == nil:
					acked[n] = true
				case errors.Is(err, journal.ErrFull):
					refused[n] = true
					full++
				default:
					t.Errorf("entry %d: %v", n, err)
				}
				return full < 20 && !t.Failed()
			}
			var callers sync.WaitGroup
			for caller := range 4 {
				callers.Go(func() {
					for n := caller; try(n); n += 4 {
					}
				})
			}
			callers.Wait()
			if err := j.Err(); err != nil {
				t.Fatal("a full disk is no failure:", err)
			}

			if err := os.Remove(ballast); err != nil {
				t.Fatal(err)
			}
			for n := 1_000_000; n < 1_000_025; n++ {
				try(n)
				if !acked[n] {
					t.Fatal("there is space again, but nothing is taken")
				}
			}
			if err := j.Finish(t.Context()); err != nil {
				t.Fatal(err)
			}
			shut(t, j)
			if err := journal.Verify(dir); err != nil {
				t.Error(err)
			}
			var answers, texts []string
			for n := range acked {
				answers = append(answers, answer(n))
				texts = append(texts, text(n), pad+text(n))
			}
			wantRead(t, dir, answers, texts)
			t.Logf("%d taken, %d refused", len(acked), len(refused))
			if err := os.RemoveAll(dir); err != nil {
				t.Fatal(err)
			}
		})
	}
}

// fill leaves so much of a disk free, in whole pages.
func fill(t *testing.T, disk, file string, free int) {
	t.Helper()
	var st unix.Statfs_t
	if err := unix.Statfs(disk, &st); err != nil {
		t.Fatal(err)
	}
	size := int(st.Bavail)*int(st.Bsize) - free
	if err := os.WriteFile(file, make([]byte, size), 0o600); err != nil {
		t.Fatal(err)
	}
}

// TestFullAtStart: a start needs no space, takes nothing, and loses nothing.
func TestFullAtStart(t *testing.T) {
	disk := t.TempDir()
	mount(t, "journal-test", disk, "tmpfs", 0, "size=256k")
	dir := filepath.Join(disk, "s")
	j := open(t, dir, journal.Options{Release: 10})
	put(t, j, 1, 5)
	shut(t, j)
	ballast := filepath.Join(disk, "ballast")
	fill(t, disk, ballast, 0)
	j = open(t, dir, journal.Options{Release: 10})
	long := journal.Entry{Answer: bytes.Repeat([]byte("x"), 8<<10)}
	if err := j.Append(t.Context(), long); !errors.Is(err, journal.ErrFull) {
		t.Errorf("on a full disk: %v", err)
	}
	shut(t, j)
	if err := os.Remove(ballast); err != nil {
		t.Fatal(err)
	}
	wantReleased(t, dir, open(t, dir, journal.Options{Release: 10}), numbers(1, 5)...)
}

func TestReadOnly(t *testing.T) {
	data := t.TempDir()
	dir := filepath.Join(data, "s")
	j := open(t, dir, journal.Options{Release: 10})
	putAtOnce(t, j, 1, 10)
	shut(t, j)
	before := snapshot(t, dir)
	mount(t, data, data, "", unix.MS_BIND, "")
	mount(t, data, data, "", unix.MS_BIND|unix.MS_REMOUNT|unix.MS_RDONLY, "")

	if lock, err := journal.Lock(data); !errors.Is(err, syscall.EROFS) {
		t.Errorf("locked: %v, %v", lock, err)
	}
	if _, err := journal.Open(dir, journal.Options{Release: 10}); !errors.Is(err, syscall.EROFS) {
		t.Errorf("opened: %v", err)
	}
	if after := snapshot(t, dir); !maps.Equal(before, after) {
		t.Error("the folder has changed")
	}
	// Reports need to write nothing.
	if r, err := journal.ReadAll(dir); err != nil || len(r.Answers) != 10 {
		t.Error("read:", err)
	}
	if err := journal.Verify(dir); err != nil {
		t.Error("verify:", err)
	}
}

// TestOtherOwner starts as somebody else.
func TestOtherOwner(t *testing.T) {
	if os.Getuid() != 0 {
		t.Skip("only root can become somebody else")
	}
	data, err := os.MkdirTemp("", "journal-owner-")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { os.RemoveAll(data) })
	if err := os.Chmod(data, 0o755); err != nil {
		t.Fatal(err)
	}
	dir := filepath.Join(data, "s")
	shut(t, open(t, dir, journal.Options{Release: 10}))
	before := snapshot(t, dir)
	asNobody(func() {
		var j *journal.Journal
		if j, err = journal.Open(dir, journal.Options{Release: 10}); err == nil {
			j.Close()
		}
	})
	if !errors.Is(err, fs.ErrPermission) || !strings.Contains(err.Error(), dir) {
		t.Errorf("want a refusal that names %s, got %v", dir, err)
	}
	if after := snapshot(t, dir); !maps.Equal(before, after) {
		t.Error("the folder has changed")
	}

	// One who may read the files and not list them is not told that there is
	// nothing.
	if err := os.Chmod(dir, 0o711); err != nil {
		t.Fatal(err)
	}
	for name := range before {
		if err := os.Chmod(filepath.Join(dir, name), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	asNobody(func() {
		if _, err := journal.ReadAll(dir); !errors.Is(err, fs.ErrPermission) {
			t.Errorf("read: %v", err)
		}
		if err := journal.Verify(dir); !errors.Is(err, fs.ErrPermission) {
			t.Errorf("verified: %v", err)
		}
	})
}

// TestFormat1ReadOnly: what a closed survey left can be written by its owner
// only after a chmod.
func TestFormat1ReadOnly(t *testing.T) {
	data, err := os.MkdirTemp("", "journal-owner-")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { os.RemoveAll(data) })
	dir := filepath.Join(data, "s")
	if err := errors.Join(os.Chmod(data, 0o755), os.CopyFS(dir, os.DirFS(filepath.Join("testdata", "format1", "closed")))); err != nil {
		t.Fatal(err)
	}
	if os.Getuid() != 0 {
		t.Skip("only root can become somebody else")
	}
	for name := range snapshot(t, dir) {
		name = filepath.Join(dir, name)
		if err := errors.Join(os.Chmod(name, 0o400), os.Chown(name, nobody, nobody)); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.Chown(dir, nobody, nobody); err != nil {
		t.Fatal(err)
	}
	asNobody(func() {
		j, err := journal.Open(dir, journal.Options{})
		if err != nil {
			t.Error(err)
			return
		}
		if err := j.Close(); err != nil {
			t.Error(err)
		}
	})
	if err := journal.Verify(dir); err != nil {
		t.Error(err)
	}
	info, err := os.Stat(filepath.Join(dir, "sums.txt"))
	if err != nil || info.Mode().Perm() != 0o400 {
		t.Errorf("sums.txt: %v, %v", info.Mode(), err)
	}
}

// asNobody has a function use files as somebody else than root.
func asNobody(f func()) {
	done := make(chan struct{})
	go func() {
		defer close(done)
		runtime.LockOSThread() // and not back: the thread ends with the goroutine
		unix.Setfsuid(nobody)
		f()
	}()
	<-done
}

const nobody = 65534

// TestGone takes the folder away under a running service. What is acknowledged
// is in it wherever it went, and the next release ends the acknowledging.
func TestGone(t *testing.T) {
	data := t.TempDir()
	dir, away := filepath.Join(data, "s"), filepath.Join(data, "away")
	j := open(t, dir, journal.Options{Release: 10})
	put(t, j, 1, 5)
	if err := os.Rename(dir, away); err != nil {
		t.Fatal(err)
	}
	last := 5 // acknowledged
	for {
		err := j.Append(t.Context(), entry(last+1))
		if errors.Is(err, journal.ErrFailed) {
			break
		}
		if err != nil || last > 100_000 {
			t.Fatalf("entry %d: %v", last+1, err)
		}
		last++
	}
	if err := j.Err(); !errors.Is(err, journal.ErrFailed) {
		t.Errorf("Err: %v", err)
	}
	if err := j.Close(); !errors.Is(err, journal.ErrFailed) {
		t.Errorf("Close: %v", err)
	}
	if err := os.Rename(away, dir); err != nil {
		t.Fatal(err)
	}
	j = open(t, dir, journal.Options{Release: 10})
	if err := j.Finish(t.Context()); err != nil {
		t.Fatal(err)
	}
	shut(t, j)
	r, err := journal.ReadAll(dir)
	if err != nil {
		t.Fatal(err)
	}
	// The one that failed may be there too.
	if n := len(r.Answers); n != last && n != last+1 {
		t.Errorf("%d were acknowledged, %d are there", last, n)
	}
}

// TestNoFolder: something else stands where the folder should be.
func TestNoFolder(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "s")
	if err := os.WriteFile(dir, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := journal.Open(dir, journal.Options{}); !errors.Is(err, syscall.ENOTDIR) {
		t.Errorf("opened: %v", err)
	}
}
