// What is left of a frame when the power goes, and what a bad disk does to the
// rest: one is cut off and told, the other stops the start.

package journal_test

import (
	"crypto/sha256"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"staffplan/collector/journal"
)

const (
	headerSize  = 32
	closingSize = 12 // of the frame that a stop leaves
	onwardSize  = 17 // of the one that the next intake leaves
)

// killedIntake holds three entries, the last one in a frame that starts at last.
func killedIntake(t *testing.T, first int) (whole string, last int) {
	t.Helper()
	dir := filepath.Join(t.TempDir(), "s")
	j := open(t, dir, journal.Options{Release: 10})
	defer j.Close()
	put(t, j, first, first+1)
	last = len(snapshot(t, dir)["intake-1"])
	put(t, j, first+2, first+2)
	return snapshot(t, dir)["intake-1"], last
}

// TestTornTail tears the last frame at every byte.
func TestTornTail(t *testing.T) {
	whole, last := killedIntake(t, 1)
	older, _ := killedIntake(t, 5)

	for name, tear := range map[string]func(at int) string{
		"cut":    func(at int) string { return whole[:at] },
		"zeroed": func(at int) string { return whole[:at] + strings.Repeat("\x00", len(whole)-at) },
		"other content": func(at int) string {
			b := []byte(whole)
			for i := at; i < len(b); i++ {
				b[i] ^= byte(1 + (i*7+at)%255)
			}
			return string(b)
		},
		"old block":            func(at int) string { return whole[:at] + older[at:] },
		"old block of its own": func(at int) string { return whole[:at] + whole[headerSize:last] },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			for at := last; at < len(whole); at++ {
				torn := tear(at)
				if torn == whole {
					continue // both end in the same bytes
				}
				dir := folder{"intake-1": torn}.lay(t)
				j := open(t, dir, journal.Options{Release: 10})
				if told := fmt.Sprintf("intake-1 の %d バイト目から、書きかけの %d バイトを切り取りました。", last, len(torn)-last); len(torn) > last && j.Recovered != told {
					t.Errorf("torn at %d: told %q, want %q", at, j.Recovered, told)
				}
				if got := snapshot(t, dir)["intake-1"]; got != whole[:last] {
					t.Errorf("torn at %d: %d bytes are left of %d", at, len(got), last)
				}
				put(t, j, 4, 4)
				wantReleased(t, dir, j, 1, 2, 4)
				if t.Failed() {
					t.Fatalf("torn at %d", at)
				}
			}
		})
	}
}

// rich makes a folder with something in every file: entries 1 to 10 released,
// 11 to 13 waiting, and the service stopped. Stopped in the middle of the
// release if half.
func rich(t *testing.T, half bool) string {
	t.Helper()
	dir := filepath.Join(t.TempDir(), "s")
	o := journal.Options{Release: 10, Definition: []byte(`{"id":"s"}`)}
	if half {
		o.FS = &stopping{FS: journal.RealFS}
	}
	j := open(t, dir, o)
	var tickets [][32]byte
	for n := range 4 {
		tickets = append(tickets, sha256.Sum256([]byte{byte(n)}))
	}
	if err := j.AddTickets(t.Context(), tickets); err != nil {
		t.Fatal(err)
	}
	for n, ticket := range tickets[:2] {
		e := entry(1 + n)
		e.Ticket = ticket
		if err := j.Append(t.Context(), e); err != nil {
			t.Fatal(err)
		}
	}
	put(t, j, 3, 9)
	if half {
		o.FS.(*stopping).armed = true
		put(t, j, 10, 10)
		if err := j.Close(); !errors.Is(err, errStopped) {
			t.Fatal("the release was not stopped:", err)
		}
		return dir
	}
	put(t, j, 10, 10)
	shut(t, j) // ends the release
	j = open(t, dir, o)
	put(t, j, 11, 13)
	shut(t, j)
	return dir
}

// stopping fails all that follows the commit of a release.
type stopping struct {
	journal.FS
	armed, stopped bool
}

var errStopped = errors.New("stopped on purpose")

func (s *stopping) Rename(from, to string) error {
	err := s.FS.Rename(from, to)
	s.stopped = s.stopped || s.armed && filepath.Base(to) == "pending"
	return err
}

func (s *stopping) OpenFile(name string, flag int, perm os.FileMode) (journal.File, error) {
	if s.stopped {
		return nil, errStopped
	}
	return s.FS.OpenFile(name, flag, perm)
}

// TestFlippedBit flips a bit in every byte that a start vouches for.
func TestFlippedBit(t *testing.T) {
	stopped, half := rich(t, false), rich(t, true)
	lastIntake := ""
	for name := range snapshot(t, stopped) {
		if strings.HasPrefix(name, "intake-") {
			lastIntake = max(lastIntake, name)
		}
	}
	for _, test := range []struct {
		dir, file string
		spare     int // bytes at the end that are not flipped
		step      int
	}{
		{stopped, lastIntake, closingSize, 1},
		{stopped, "sums.txt", 0, 1},
		{stopped, "tickets.txt", 0, 3},
		{stopped, "spent.bits", 0, 1},
		{stopped, "survey.json", 0, 1},
		{stopped, "responses.jsonl", 0, 5},
		{stopped, "comments.jsonl", 0, 5},
		{half, "pending", 0, 3},
	} {
		t.Run(test.file, func(t *testing.T) {
			name := filepath.Join(test.dir, test.file)
			good, err := os.ReadFile(name)
			if err != nil {
				t.Fatal(err)
			}
			for i := 0; i < len(good)-test.spare; i += test.step {
				bad := []byte(string(good))
				bad[i] ^= 1 << (i % 8)
				if err := os.WriteFile(name, bad, 0o600); err != nil {
					t.Fatal(err)
				}
				refused(t, test.dir, test.file, i)
			}
			if err := journal.Verify(test.dir); err == nil {
				t.Error("verify does not see the last bit")
			}
			if err := os.WriteFile(name, good, 0o600); err != nil {
				t.Fatal(err)
			}
		})
	}
	// The folders were sound but for the bit.
	wantReleased(t, stopped, open(t, stopped, journal.Options{Release: 10}), numbers(1, 13)...)
	wantReleased(t, half, open(t, half, journal.Options{Release: 10}), numbers(1, 10)...)
}

// TestMissing takes a file away.
func TestMissing(t *testing.T) {
	whole := snapshot(t, rich(t, false))
	for name := range whole {
		t.Run(name, func(t *testing.T) {
			dir := whole.lay(t)
			if err := os.Remove(filepath.Join(dir, name)); err != nil {
				t.Fatal(err)
			}
			if strings.HasPrefix(name, "intake-") {
				wantMixture(t, dir)
			} else {
				refused(t, dir, name, 0)
			}
		})
	}
	t.Run("one of several intakes", func(t *testing.T) {
		whole := severalIntakes(t)
		for n := 1; whole[fmt.Sprint("intake-", n)] != ""; n++ {
			dir := whole.lay(t)
			if err := os.Remove(filepath.Join(dir, fmt.Sprint("intake-", n))); err != nil {
				t.Fatal(err)
			}
			wantMixture(t, dir)
		}
	})
}

// TestNothingCut: a torn tail stays where a later file is damaged, for those
// who look into it.
func TestNothingCut(t *testing.T) {
	f := severalIntakes(t)
	f["intake-1"] += "torn"
	f["intake-2"] = "X" + f["intake-2"][1:]
	refused(t, f.lay(t), "intake-2", 0)
}

// severalIntakes is a folder in which more waits than one intake holds: on a
// full disk some releases got no further than their first step.
func severalIntakes(t *testing.T) folder {
	t.Helper()
	disk := newDisk(rand.New(rand.NewPCG(1, 1)))
	j := open(t, simDir, journal.Options{Release: 1000, FS: disk})
	disk.fault = func(kind, name string) error {
		if name == "pending.tmp" && kind == "create" {
			return syscall.ENOSPC
		}
		return nil
	}
	for n := 1; n <= 100; n += 25 {
		put(t, j, n, n+24)
		if err := j.Release(t.Context()); !errors.Is(err, journal.ErrFull) {
			t.Fatal("released on a full disk:", err)
		}
	}
	shut(t, j)
	f := folder{}
	for name, file := range disk.names {
		f[name] = string(file.data)
	}
	if f["intake-3"] == "" {
		t.Fatal("there are no three intakes")
	}
	return f
}
