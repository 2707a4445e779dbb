// The crash proof: random schedules of callers, operations, faults, kills and
// power losses against the simulated disk, then a count of every answer, text
// and ticket.

package journal_test

import (
	"bytes"
	"cmp"
	"context"
	"encoding/hex"
	"errors"
	"flag"
	"fmt"
	"maps"
	"math"
	"math/rand/v2"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"sync"
	"syscall"
	"testing"
	"testing/cryptotest"
	"testing/synctest"
	"time"

	"staffplan/collector/journal"
)

var (
	schedules = flag.Int("schedules", 400, "how many random crash schedules to run")
	seed      = flag.Uint64("seed", 0, "run the schedule with this seed alone; 0 for fresh ones")
)

// TestCrash: an accepted answer is in the released files exactly once, or
// still in the intake, and a crash at any step keeps this true.
func TestCrash(t *testing.T) {
	if *seed != 0 {
		for _, v := range schedule(t, t.TempDir(), *seed, nil, true) {
			t.Error(v)
		}
		return
	}
	dir := t.TempDir()
	first := uint64(time.Now().UnixNano())
	t.Logf("seeds %d to %d", first, first+uint64(*schedules)-1)
	for i := range uint64(*schedules) {
		if v := schedule(t, dir, first+i, nil, false); len(v) > 0 {
			t.Fatalf("seed %d (run it again with -seed): %s", first+i, strings.Join(v, "\n"))
		}
	}
}

// TestKilledThenPowerLoss: what a process has written when it is killed, and did
// not sync, the next one sees, and the power loss behind that takes it away. Of
// both it goes through every step, and TestCrash hits few. (Between two syncs all
// power losses that keep nothing are alike.)
func TestKilledThenPowerLoss(t *testing.T) {
	for _, folder := range []string{"", "waiting", "tickets", "closing-marked"} {
		t.Run(cmp.Or(folder, "new"), func(t *testing.T) {
			t.Parallel()
			dir := t.TempDir()
			// life is one process. It is stopped at a step of a kind, and tells so, or
			// ends by itself.
			life := func(w *world, release, answers int, kind string, step int) bool {
				n := 0
				w.disk.fault = func(k, _ string) error {
					if strings.HasPrefix(k, kind) {
						n++
					}
					if n >= step {
						w.disk.off = true
						return errPower
					}
					return nil
				}
				j, err := journal.Open(simDir, journal.Options{Release: release, FS: w.disk})
				for ; err == nil && answers > 0; answers-- {
					a := w.attempt()
					err = j.Append(t.Context(), a.Entry)
					w.told(err, a)
				}
				if err == nil && step == math.MaxInt {
					err = j.Finish(t.Context())
				}
				if j != nil {
					err = cmp.Or(err, j.Close())
				}
				if err != nil && !w.disk.off && !errors.Is(err, journal.ErrFinished) {
					w.violation("%v", err)
				}
				return w.disk.off
			}
			for kill, killed := 1, true; killed; kill++ {
				for loss, lost := 1, true; lost; loss++ {
					rng := rand.New(rand.NewPCG(1, 2))
					w := &world{rng: rng, disk: newDisk(rng), dir: dir, log: func(string, ...any) {}, tried: map[string]*attempt{}, used: map[[32]byte]bool{}}
					if folder != "" {
						w.before(t, folder)
					}
					w.tickets = 0
					killed = life(w, 2, 3, "", kill)
					w.disk.restart()
					lost = life(w, 9, 1, "sync", loss)
					w.disk.powerLoss(0)
					life(w, 9, 0, "", math.MaxInt)
					w.count()
					if v := append(w.wrong, w.disk.problems...); len(v) > 0 {
						t.Fatalf("killed at step %d, power loss at sync %d: %s", kill, loss, strings.Join(v, "\n"))
					}
				}
			}
		})
	}
}

// TestCrashFinds breaks the protocol on purpose: a simulation that finds
// nothing then would prove nothing.
func TestCrashFinds(t *testing.T) {
	grown := []string{"responses.jsonl", "comments.jsonl"}
	whole := []string{"spent.bits.tmp", "sums.txt.tmp"}
	// after leaves out the folder sync that follows a rename of such a name.
	after := func(pattern string) func() func(kind, name string) bool {
		renamed := regexp.MustCompile("^" + pattern + "$")
		return func() func(string, string) bool {
			armed := false
			return func(kind, name string) bool {
				armed = armed || kind == "rename" && renamed.MatchString(name)
				skip := armed && kind == "syncdir"
				armed = armed && !skip
				return skip
			}
		}
	}
	always := func(f func(kind, name string) bool) func() func(string, string) bool {
		return func() func(string, string) bool { return f }
	}
	for _, test := range []struct {
		name   string
		broken func() func(kind, name string) bool
	}{
		{"no folder sync in step 1", after(`intake-\d+\.tmp`)},
		{"no folder sync in step 2", after(`pending\.tmp`)},
		{"no truncate in step 3", always(func(kind, name string) bool {
			return kind == "truncate" && slices.Contains(grown, name)
		})},
		{"no sync of what grows in step 3", always(func(kind, name string) bool {
			return kind == "sync" && slices.Contains(grown, name)
		})},
		{"no sync of what is replaced in step 3", always(func(kind, name string) bool {
			return kind == "sync" && slices.Contains(whole, name)
		})},
		{"no folder sync in step 4", after(`intake-\d+`)},
		{"no sync of a frame", always(func(kind, name string) bool {
			return kind == "sync" && strings.HasPrefix(name, "intake-")
		})},
		{"no sync of pending", always(func(kind, name string) bool {
			return kind == "sync" && name == "pending.tmp"
		})},
		{"no sync in step 5", always(func(kind, name string) bool {
			return kind == "sync" && strings.HasPrefix(name, "trash-")
		})},
	} {
		t.Run(test.name, func(t *testing.T) {
			const most = 4000
			dir := t.TempDir()
			for seed := uint64(1); seed <= most; seed++ {
				if v := schedule(t, dir, seed, test.broken(), false); len(v) > 0 {
					t.Logf("found by schedule %d: %s", seed, v[0])
					return
				}
			}
			t.Errorf("%d schedules found nothing", most)
		})
	}
}

// world is what the outside knows of one survey through all its crashes.
type world struct {
	rng  *rand.Rand
	disk *simDisk
	dir  string // for looking at the disk as a reader would
	log  func(format string, args ...any)

	release int
	tickets int // how many are known at first; 0 for an open survey

	mu       sync.Mutex
	tried    map[string]*attempt // by answer line
	used     map[[32]byte]bool   // what callers were told is used
	failures int                 // failed syncs so far: what was read may be lost
	finished bool
	wrong    []string
	next     int
}

// attempt is an entry that a caller tried to store.
type attempt struct {
	journal.Entry
	acked   bool
	refused bool // told that nothing was stored
}

func (w *world) violation(format string, args ...any) {
	w.wrong = append(w.wrong, fmt.Sprintf(format, args...))
}

// schedule runs one random history and gives what is wrong with it.
func schedule(t *testing.T, dir string, seed uint64, broken func(kind, name string) bool, verbose bool) []string {
	rng := rand.New(rand.NewPCG(seed, 0))
	w := &world{
		rng: rng, disk: newDisk(rng), dir: dir, log: func(string, ...any) {},
		release: 1 + rng.IntN(5), tried: map[string]*attempt{}, used: map[[32]byte]bool{},
	}
	if verbose {
		w.log = t.Logf
	}
	if rng.IntN(2) == 0 {
		w.tickets = 4 + rng.IntN(12)
	}
	switch rng.IntN(8) {
	case 0, 1:
		w.handmade()
	case 2, 3:
		names := slices.Sorted(maps.Keys(format1))
		w.before(t, names[rng.IntN(len(names))])
	}
	if rng.IntN(2) == 0 {
		defer journal.SetRush(1+rng.IntN(3), 64+rng.IntN(1000))()
	}
	w.disk.broken = broken
	synctest.Test(t, func(t *testing.T) {
		// Only the order of the lines depends on it.
		cryptotest.SetGlobalRandom(t, seed)
		for lives := rng.IntN(5); lives > 0 && len(w.wrong) == 0; lives-- {
			w.live(t.Context(), false)
		}
		w.disk.broken = nil
		if len(w.wrong) == 0 {
			w.live(t.Context(), true)
		}
	})
	w.wrong = append(w.wrong, w.disk.problems...)
	if len(w.wrong) == 0 {
		w.count()
	}
	return w.wrong
}

// handmade puts answers there that never went through the journal.
func (w *world) handmade() {
	var answers, texts []byte
	for range 1 + w.rng.IntN(5) {
		a := w.attempt()
		a.acked, a.Ticket = true, [32]byte{}
		answers = append(append(answers, a.Answer...), '\n')
		for _, text := range a.Texts {
			texts = append(append(texts, text...), '\n')
		}
	}
	for name, data := range map[string][]byte{"responses.jsonl": answers, "comments.jsonl": texts} {
		f := &inode{data: data, durable: data}
		w.disk.names[name], w.disk.durable[name] = f, f
	}
}

// before puts a folder of format 1 there.
func (w *world) before(t *testing.T, name string) {
	w.log("format 1: %s", name)
	for n := 1; n <= format1[name].last; n++ {
		a := &attempt{Entry: format1Entry(name, n), acked: true}
		w.tried[string(a.Answer)] = a
	}
	if format1[name].spent != nil {
		w.tickets = format1Tickets
	}
	w.finished = format1[name].closed
	for name, data := range snapshot(t, filepath.Join("testdata", "format1", name)) {
		f := &inode{data: []byte(data), durable: []byte(data)}
		w.disk.names[name], w.disk.durable[name] = f, f
	}
}

// live is one process: it opens, serves, and ends by itself, by a kill or by a
// power loss. The last one meets no trouble and closes the survey.
func (w *world) live(ctx context.Context, last bool) {
	crash, faults := 1<<30, ""
	w.disk.fault = nil
	if !last {
		crash = 1 + w.rng.IntN(200)
		if w.rng.IntN(4) == 0 {
			crash = 1 + w.rng.IntN(40) // while it recovers
		}
		faults = w.trouble()
	}
	steps := 0
	drive := func(idle func() bool) bool { // until idle says so with nothing to do
		for {
			synctest.Wait()
			if steps >= crash {
				w.disk.stop()
				return false
			}
			if what, ok := w.disk.next(); ok {
				steps++
				w.log("%4d %s", steps, what)
			} else if idle() {
				return true
			} else if w.rng.IntN(2) == 0 {
				time.Sleep(time.Millisecond)
			}
		}
	}
	w.disk.gated = true

	var j *journal.Journal
	var err error
	opened := make(chan struct{})
	go func() {
		defer close(opened)
		o := journal.Options{Release: w.release, Definition: []byte(`{"id":"survey"}`), FS: w.disk}
		j, err = journal.Open(simDir, o)
	}()
	alive := drive(func() bool { return isClosed(opened) })
	<-opened
	if err != nil {
		if alive && faults == "" {
			w.violation("start refused: %v", err)
		}
		w.end(alive)
		return
	}
	w.log("opened; recovered: %q", j.Recovered)

	var callers sync.WaitGroup
	if alive && w.tickets > 0 {
		var all [][32]byte
		for i := range w.tickets {
			all = append(all, ticket(i))
		}
		callers.Go(func() { j.AddTickets(ctx, all) })
	}
	calls := w.rng.IntN(30)
	if alive {
		alive = drive(func() bool {
			if calls == 0 {
				return true
			}
			for range 1 + w.rng.IntN(4) {
				if calls > 0 {
					calls--
					w.call(ctx, j, &callers, last)
				}
			}
			return false
		})
	}
	closed := make(chan struct{})
	go func() {
		defer close(closed)
		if last {
			if err := j.Finish(ctx); err != nil {
				w.violation("finish: %v", err)
			}
		}
		err = j.Close()
	}()
	if alive {
		alive = drive(func() bool { return isClosed(closed) })
	}
	<-closed
	if alive && faults == "" && err != nil {
		w.violation("close: %v", err)
	}
	callers.Wait()
	w.end(alive)
}

func isClosed(c chan struct{}) bool {
	select {
	case <-c:
		return true
	default:
		return false
	}
}

// end leaves the disk as the next process finds it.
func (w *world) end(alive bool) {
	w.disk.gated = false
	switch keep := w.rng.IntN(5); {
	case alive && keep < 2 || keep == 0:
		w.log("killed or ended")
		w.disk.restart()
	case keep == 1:
		w.log("power loss, nothing unsynced is left")
		w.disk.powerLoss(0)
	case keep == 2:
		w.log("power loss, everything is left")
		w.disk.powerLoss(1)
	default:
		w.log("power loss")
		w.disk.powerLoss(w.rng.Float64())
	}
	if w.rng.IntN(4) == 0 {
		w.peek()
	}
}

// trouble lets some lives meet a full disk or an error.
func (w *world) trouble() string {
	from, n := w.rng.IntN(150), 0
	switch w.rng.IntN(6) {
	case 0:
		to := from + w.rng.IntN(60)
		w.disk.fault = func(kind, _ string) error {
			n++
			if n >= from && n < to && (kind == "write" || kind == "create" || kind == "rename") {
				return syscall.ENOSPC
			}
			return nil
		}
		return "full"
	case 1:
		done := false
		w.disk.fault = func(kind, _ string) error {
			if n++; n < from || done || kind == "chmod" {
				return nil
			}
			done = true
			w.failures++
			return syscall.EIO
		}
		return "error"
	}
	return ""
}

// call has a caller do something.
func (w *world) call(ctx context.Context, j *journal.Journal, callers *sync.WaitGroup, last bool) {
	switch what := w.rng.IntN(40); {
	case what == 0:
		w.log("  release")
		callers.Go(func() { j.Release(ctx) })
	case what == 1 && w.tickets > 0:
		more := [][32]byte{ticket(w.tickets), ticket(w.tickets + 1)}
		callers.Go(func() { j.AddTickets(ctx, more) })
	case what == 2:
		text := fmt.Appendf(nil, `{"id":"survey","n":%d}`, w.rng.IntN(100))
		callers.Go(func() { j.Define(ctx, text, w.release) })
	case what == 3 && !last:
		w.log("  finish")
		callers.Go(func() {
			if j.Finish(ctx) == nil {
				w.mu.Lock()
				w.finished = true
				w.mu.Unlock()
			}
		})
	default:
		a := w.attempt()
		callers.Go(func() { w.told(j.Append(ctx, a.Entry), a) })
	}
}

func (w *world) attempt() *attempt {
	w.next++
	a := &attempt{}
	a.Answer = fmt.Appendf(nil, `{"n":%d,"pad":"%s"}`, w.next, strings.Repeat("x", w.rng.IntN(200)))
	for i := range w.rng.IntN(3) {
		a.Texts = append(a.Texts, fmt.Appendf(nil, "text %d of %d", i, w.next))
	}
	if w.tickets > 0 {
		a.Ticket = ticket(w.rng.IntN(w.tickets + 2))
	}
	w.mu.Lock()
	w.tried[string(a.Answer)] = a
	w.mu.Unlock()
	return a
}

// told notes what a caller learnt.
func (w *world) told(err error, a *attempt) {
	w.mu.Lock()
	defer w.mu.Unlock()
	switch {
	case err == nil:
		a.acked = true
		if w.finished {
			w.violation("taken after the end")
		}
	case errors.Is(err, journal.ErrFailed):
	case errors.Is(err, journal.ErrTicketUsed):
		w.used[a.Ticket] = true
		a.refused = true
	default:
		a.refused = true
	}
}

// peek reads the disk as it is, without recovery: whole lines, none twice.
func (w *world) peek() {
	if err := w.disk.save(w.dir); err != nil {
		w.violation("%v", err)
		return
	}
	r, err := journal.ReadAll(w.dir)
	var format *journal.FormatError
	if errors.As(err, &format) && format.Found == 1 {
		return
	}
	if err != nil {
		w.violation("read: %v", err)
		return
	}
	seen := map[string]bool{}
	for _, line := range slices.Concat(r.Answers, r.Texts) {
		if seen[string(line)] {
			w.violation("a reader saw a line twice")
		}
		seen[string(line)] = true
	}
	for _, line := range r.Answers {
		if w.tried[string(line)] == nil {
			w.violation("a reader saw a line that nobody sent: %q", line)
		}
	}
}

// count compares what is released at the end with what callers were told.
func (w *world) count() {
	if err := w.disk.save(w.dir); err != nil {
		w.violation("%v", err)
		return
	}
	if err := journal.Verify(w.dir); err != nil {
		w.violation("verify: %v", err)
		return
	}
	if ok, err := journal.IsFinished(w.dir); !ok || err != nil {
		w.violation("not finished: %v", err)
	}
	r, err := journal.ReadAll(w.dir)
	if err != nil {
		w.violation("read: %v", err)
		return
	}
	found, texts := map[string]int{}, map[string]int{}
	for _, line := range r.Answers {
		found[string(line)]++
		if w.tried[string(line)] == nil {
			w.violation("released a line that nobody sent: %q", line)
		}
	}
	for _, line := range r.Texts {
		texts[string(line)]++
	}
	var wantSpent []string
	claimed := map[[32]byte]bool{}
	for line, a := range w.tried {
		n := found[line]
		if n > 1 || a.acked && n != 1 || a.refused && n != 0 {
			w.violation("%.12q: acknowledged %v, refused %v, released %d times", line, a.acked, a.refused, n)
		}
		for _, text := range a.Texts {
			if texts[string(text)] != n {
				w.violation("%.12q: released %d times, its text %d times", line, n, texts[string(text)])
			}
			delete(texts, string(text))
		}
		if n == 0 {
			continue
		}
		if a.Ticket != [32]byte{} {
			wantSpent = append(wantSpent, hex.EncodeToString(a.Ticket[:])+"\n")
			claimed[a.Ticket] = true
		}
	}
	if len(texts) > 0 {
		w.violation("%d texts that nobody sent", len(texts))
	}
	slices.Sort(wantSpent)
	if len(slices.Compact(slices.Clone(wantSpent))) != len(wantSpent) {
		w.violation("one ticket gave two answers")
	}
	var spent []byte
	if f := w.disk.names["spent.txt"]; f != nil {
		spent = f.data
	}
	if got := strings.Join(wantSpent, ""); !bytes.Equal(spent, []byte(got)) {
		w.violation("spent.txt is not the sorted tickets of the released answers")
	}
	for claim := range w.used {
		// After a failed sync the next start may still see what later is lost.
		if !claimed[claim] && w.failures == 0 {
			w.violation("a caller was told that a ticket was used, but it was not")
		}
	}
	for name := range w.disk.names {
		if !slices.Contains([]string{"responses.jsonl", "comments.jsonl", "spent.txt",
			"tickets.txt", "survey.json", "sums.txt", "closed"}, name) {
			w.violation("left over: %s", name)
		}
	}
}
