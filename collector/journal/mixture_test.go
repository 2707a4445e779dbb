// Copies whose files are not of one moment.

package journal_test

import (
	"cmp"
	"errors"
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"staffplan/collector/journal"
)

// wantMixture wants a start and Verify to refuse a folder as one.
func wantMixture(t *testing.T, dir string) {
	t.Helper()
	var mixture *journal.Mixture
	if err := journal.Verify(dir); !errors.As(err, &mixture) {
		t.Errorf("verify: %v, want a mixture", err)
	}
	before := snapshot(t, dir)
	j, err := journal.Open(dir, journal.Options{Release: 10})
	if err == nil {
		j.Close()
	}
	if !errors.As(err, &mixture) {
		t.Errorf("open: %v, want a mixture", err)
	}
	if !maps.Equal(before, snapshot(t, dir)) {
		t.Error("refused, but the folder has changed")
	}
}

// moment is what a copy finds in a folder, and how many answers were
// acknowledged by then, at least.
type moment struct {
	files folder
	acked int
}

// moments runs a survey from its first start to its closing, and gives what
// stood in its folder before each operation on the disk.
func moments(t *testing.T, tickets int) (all []moment) {
	disk := newDisk(rand.New(rand.NewPCG(1, 1)))
	var acked atomic.Int64
	disk.fault = func(string, string) error {
		m := moment{folder{}, int(acked.Load())}
		for name, f := range disk.names {
			m.files[name] = string(f.data)
		}
		all = append(all, m)
		return nil
	}
	o := journal.Options{Release: 5, Definition: []byte("{}"), FS: disk}
	n := 0
	for life := range 4 {
		j := open(t, simDir, o)
		for range 12 {
			n++
			e := entry(n)
			if tickets > 0 {
				e.Ticket = ticket(n)
			}
			if tickets > 0 && n%10 == 1 { // more become known as they are needed
				var more [][32]byte
				for i := n; i < n+10; i++ {
					more = append(more, ticket(i))
				}
				if err := j.AddTickets(t.Context(), more); err != nil {
					t.Fatal(err)
				}
			}
			if err := j.Append(t.Context(), e); err != nil {
				t.Fatal(err)
			}
			acked.Add(1)
		}
		switch life {
		case 1:
			if err := j.Define(t.Context(), []byte(`{"a":1}`), 5); err != nil {
				t.Fatal(err)
			}
		case 3:
			if err := j.Finish(t.Context()); err != nil {
				t.Fatal(err)
			}
		}
		shut(t, j)
	}
	disk.fault(``, ``) // as it stands in the end
	return all
}

// TestMixtures takes each file of a copy from one of two moments: either that
// is refused, or the copy holds every answer that was acknowledged at the
// earlier one, and none twice.
func TestMixtures(t *testing.T) {
	seed := cmp.Or(*seed, uint64(time.Now().UnixNano()))
	rng := rand.New(rand.NewPCG(seed, 0))
	t.Log("seed", seed)
	for _, tickets := range []int{0, 1} {
		all := moments(t, tickets)
		taken := 0
		const copies = 1000
		for range copies {
			a, b := rng.IntN(len(all)), rng.IntN(len(all))
			if rng.IntN(2) == 0 { // close to each other
				b = min(a+rng.IntN(40), len(all)-1)
			}
			a, b = min(a, b), max(a, b)
			mix := folder{}
			var from []string
			both := maps.Clone(all[a].files)
			maps.Copy(both, all[b].files)
			for _, name := range slices.Sorted(maps.Keys(both)) {
				m, of := all[a], "a"
				if rng.IntN(2) == 0 {
					m, of = all[b], "b"
				}
				if data, ok := m.files[name]; ok {
					mix[name] = data
				}
				from = append(from, name+" of "+of)
			}
			// Without sums, of before the first answer, the files are taken for
			// another program's, and no ticket is known to be spent.
			_, vouched := mix["sums.txt"]
			ok, wrong := wholeCopy(t, mix, all[a].acked, tickets > 0 && (vouched || all[a].acked > 0))
			if ok {
				taken++
			}
			if wrong != "" {
				t.Fatalf("moments %d and %d of %d, %s: %s", a, b, len(all), from, wrong)
			}
		}
		t.Logf("%d of %d copies were taken, from %d moments", taken, copies, len(all))
		if taken == 0 || taken == copies {
			t.Error("there is nothing to tell apart")
		}
	}
}

// wholeCopy starts over a copy and closes the survey: the answers up to least
// must be there.
func wholeCopy(t *testing.T, f folder, least int, tickets bool) (ok bool, wrong string) {
	disk := newDisk(rand.New(rand.NewPCG(1, 1)))
	for name, data := range f {
		disk.names[name] = &inode{data: []byte(data), durable: []byte(data)}
	}
	disk.durable = maps.Clone(disk.names)
	j, err := journal.Open(simDir, journal.Options{Release: 5, FS: disk})
	if err != nil {
		var damage *journal.Damage
		var mixture *journal.Mixture
		if !errors.As(err, &damage) && !errors.As(err, &mixture) {
			return false, err.Error()
		}
		if journal.Verify(f.lay(t)) == nil {
			return false, fmt.Sprintf("verify takes what a start refuses: %v", err)
		}
		return false, ""
	}
	if err := errors.Join(j.Finish(t.Context()), j.Close()); err != nil {
		return true, err.Error()
	}
	var list []string
	for n := 1; n <= 48; n++ {
		for file, line := range map[string]string{"responses.jsonl": answer(n), "comments.jsonl": text(n)} {
			stored := disk.names[file]
			found := 0
			if stored != nil {
				found = strings.Count(string(stored.data), line+"\n")
			}
			if found > 1 || n <= least && found == 0 {
				return true, fmt.Sprintf("%s: %d of %d acknowledged ones is there %d times", file, n, least, found)
			}
			if found > 0 && file == "responses.jsonl" {
				list = append(list, fmt.Sprintf("%x\n", ticket(n)))
			}
		}
	}
	slices.Sort(list)
	spent := ""
	if stored := disk.names["spent.txt"]; stored != nil {
		spent = string(stored.data)
	}
	if tickets && spent != strings.Join(list, "") {
		return true, fmt.Sprintf("%d tickets are spent, not those of the %d answers", strings.Count(spent, "\n"), len(list))
	}
	return true, ""
}
