// Copies that are taken while answers come.

package journal_test

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"staffplan/collector/journal"
)

func backup(t *testing.T, data, out string, ids ...string) error {
	t.Helper()
	return journal.Backup(t.Context(), data, out, ids, func(int) {})
}

// TestBackup takes copies while many answer with tickets, more tickets are made
// known, and at last the survey closes. Every answer that was acknowledged
// before a copy began is in it once, with its text and its ticket.
func TestBackup(t *testing.T) {
	for _, c := range []struct {
		name           string
		release        int
		answers, bytes int // what makes a rush, and how much of one may wait
	}{
		{"few at a time", 3, 1000, 64 << 20},
		{"rush", 3, 2, 10_000},
		{"nothing released", 100_000, 2, 10_000},
	} {
		t.Run(c.name, func(t *testing.T) {
			defer journal.SetRush(c.answers, c.bytes)()
			data := t.TempDir()
			dir := filepath.Join(data, "s")
			j := open(t, dir, journal.Options{Release: c.release, Definition: []byte("{}")})
			var sent, known atomic.Int64
			more := func() {
				var hashes [][32]byte
				for range 1000 {
					hashes = append(hashes, ticket(int(known.Add(1))))
				}
				if err := j.AddTickets(t.Context(), hashes); err != nil && !errors.Is(err, journal.ErrFinished) {
					t.Error(err)
				}
			}
			for range 20 {
				more()
			}
			var mu sync.Mutex
			var acked []int
			ctx, stop := context.WithCancel(t.Context())
			var callers sync.WaitGroup
			for range 8 {
				callers.Go(func() {
					for ctx.Err() == nil {
						n := int(sent.Add(1))
						e := entry(n)
						if n%2 == 0 && n <= 10_000 {
							e.Ticket = ticket(n)
						}
						switch err := j.Append(t.Context(), e); {
						case errors.Is(err, journal.ErrFinished):
							return
						case err != nil:
							t.Error(err)
							return
						}
						mu.Lock()
						acked = append(acked, n)
						mu.Unlock()
						time.Sleep(time.Duration(rand.IntN(1000)) * time.Microsecond)
					}
				})
			}
			const copies = 20
			out := t.TempDir()
			var before [copies][]int
			for i := range copies {
				switch i {
				case 5, 10:
					callers.Go(more)
				case copies - 3:
					callers.Go(func() {
						if err := j.Finish(t.Context()); err != nil {
							t.Error(err)
						}
					})
				}
				mu.Lock()
				before[i] = slices.Clone(acked)
				mu.Unlock()
				if err := backup(t, data, filepath.Join(out, fmt.Sprint(i)), "s"); err != nil {
					t.Fatalf("copy %d: %v", i, err)
				}
			}
			stop()
			callers.Wait()
			shut(t, j)
			for i, acked := range before {
				wantCopy(t, filepath.Join(out, fmt.Sprint(i), "s"), acked)
			}
			t.Logf("%d answers, %d of them before the last copy", sent.Load(), len(before[copies-1]))
		})
	}
}

// wantCopy closes the survey in a copy. The answers that were acknowledged must
// be there once, others once at most, each with its text and its ticket.
func wantCopy(t *testing.T, dir string, acked []int) {
	t.Helper()
	if err := journal.Verify(dir); err != nil {
		t.Error(err)
	}
	j := open(t, dir, journal.Options{Release: 3})
	if j.Recovered != "" {
		t.Error("recovered: ", j.Recovered)
	}
	if err := j.Finish(t.Context()); err != nil {
		t.Fatal(err)
	}
	shut(t, j)
	r, err := journal.ReadAll(dir)
	if err != nil {
		t.Fatal(err)
	}
	answers, texts := map[int]int{}, map[int]int{}
	var spent []string
	for _, line := range r.Answers {
		var n int
		fmt.Sscanf(string(line), `{"survey":"s","answers":{"n":%d}}`, &n)
		if answers[n]++; n%2 == 0 && n <= 10_000 {
			spent = append(spent, fmt.Sprintf("%x", ticket(n)))
		}
	}
	for _, line := range r.Texts {
		var n int
		fmt.Sscanf(string(line), `{"survey":"s","question":"c","text":"意見 %d"}`, &n)
		texts[n]++
	}
	for _, n := range acked {
		if answers[n] != 1 || texts[n] != 1 {
			t.Fatalf("answer %d of %d is there %d times, its text %d times", n, len(acked), answers[n], texts[n])
		}
	}
	for n, times := range answers {
		if times != 1 || texts[n] != 1 {
			t.Fatalf("answer %d is there %d times, its text %d times", n, times, texts[n])
		}
	}
	slices.Sort(spent)
	list, err := os.ReadFile(filepath.Join(dir, "spent.txt"))
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		t.Fatal(err)
	}
	if !slices.Equal(strings.Fields(string(list)), spent) {
		t.Errorf("%d tickets are spent, not those of %d answers", len(strings.Fields(string(list))), len(spent))
	}
}

// TestBackupAtAnyMoment copies a folder as it stands before an operation on the
// disk: where the process may have ended.
func TestBackupAtAnyMoment(t *testing.T) {
	all := moments(t, 1)
	for range 60 {
		i := rand.IntN(len(all))
		m := all[i]
		data, out := t.TempDir(), t.TempDir()
		if err := os.Rename(m.files.lay(t), filepath.Join(data, "s")); err != nil {
			t.Fatal(err)
		}
		err := backup(t, data, filepath.Join(out, "b"), "s")
		if err != nil {
			t.Fatalf("moment %d: %v", i, err)
		}
		copied := snapshot(t, filepath.Join(out, "b", "s"))
		for name := range copied {
			if name == "pending" || strings.HasPrefix(name, "trash-") || strings.HasSuffix(name, ".tmp") {
				t.Errorf("moment %d: %s is in the copy", i, name)
			}
		}
		if ok, wrong := wholeCopy(t, copied, m.acked, m.acked > 0); !ok || wrong != "" {
			t.Fatalf("moment %d: taken %v, %s", i, ok, wrong)
		}
	}
}

// TestBackupKeeps: modes and the mark of a rehearsal, not the lock.
func TestBackupKeeps(t *testing.T) {
	data, out := t.TempDir(), filepath.Join(t.TempDir(), "b")
	lock, err := journal.Lock(data)
	if err != nil {
		t.Fatal(err)
	}
	defer lock.Close()
	if err := journal.MarkRehearsal(data); err != nil {
		t.Fatal(err)
	}
	for _, id := range []string{"closed", "open"} {
		j := open(t, filepath.Join(data, id), journal.Options{Release: 3, Definition: []byte("{}")})
		put(t, j, 1, 5)
		if id == "closed" {
			if err := j.Finish(t.Context()); err != nil {
				t.Fatal(err)
			}
		}
		shut(t, j)
	}
	if err := backup(t, data, out+"/", "closed", "open"); err != nil {
		t.Fatal(err)
	}
	modes := func(dir string) (all []string) {
		err := filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
			if err != nil || path == dir || d.Name() == "lock" {
				return err
			}
			info, err := d.Info()
			name, _ := filepath.Rel(dir, path)
			all = append(all, fmt.Sprint(info.Mode(), " ", name))
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
		return all
	}
	if got, want := modes(out), modes(data); !slices.Equal(got, want) {
		t.Errorf("%q, want %q", got, want)
	}
	if err := backup(t, data, out, "open"); !errors.Is(err, fs.ErrExist) {
		t.Errorf("into a folder that is there: %v", err)
	}
	if err := backup(t, data, out+"2", "closed", "none"); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("a survey that is not there: %v", err)
	}
	for _, name := range []string{out + "2", out + "2.tmp"} {
		if _, err := os.Lstat(name); err == nil {
			t.Errorf("%s is left", name)
		}
	}
}
