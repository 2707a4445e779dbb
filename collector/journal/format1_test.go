// Folders that the program of data format 1 left, as they stand in
// testdata/format1. It wrote them (commit d2257c3) up to the place that their
// names tell; there, its next call to the file system failed. Where a file is
// torn, it was cut by hand. They stay as they are: every later version has to
// bring them up.

package journal_test

import (
	"bytes"
	"crypto/sha256"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"staffplan/collector/journal"
)

// format1 says what each folder was told to hold: entries from 1 on, and ticket
// 0 and so on with the answers of spent.
var format1 = map[string]struct {
	last   int
	spent  []int // the answer that ticket 0, 1… came with; nil if there are none
	closed bool
}{
	"open":                {last: 23}, // the last frame torn off
	"waiting":             {last: 5},  // nothing released yet
	"paper":               {last: 12}, // with a file of paper answers that is released, and one that waits
	"tickets":             {last: 13, spent: []int{1, 2, 3, 11, 12, 13}},
	"closed":              {last: 12, spent: []int{1, 2, 3}, closed: true},
	"closing-marked":      {last: 13, spent: []int{1, 2, 3, 11, 12, 13}, closed: true},
	"closing-committed":   {last: 13, spent: []int{1, 2, 3, 11, 12, 13}, closed: true},
	"closing-files":       {last: 13, spent: []int{1, 2, 3, 11, 12, 13}, closed: true},
	"release-tmp":         {last: 20, spent: []int{1, 2, 3, 11, 12, 13}},
	"release-committed":   {last: 20, spent: []int{1, 2, 3, 11, 12, 13}},
	"release-torn-file":   {last: 20, spent: []int{1, 2, 3, 11, 12, 13}},
	"release-sums-torn":   {last: 20, spent: []int{1, 2, 3, 11, 12, 13}}, // the first answer longer than 64 KiB
	"release-files":       {last: 20, spent: []int{1, 2, 3, 11, 12, 13}},
	"release-intake-gone": {last: 20, spent: []int{1, 2, 3, 11, 12, 13}},
	"release-wiping":      {last: 20, spent: []int{1, 2, 3, 11, 12, 13}},
}

const format1Tickets = 11 // of a folder that has some

// format1Entry is the nth entry that such a folder holds.
func format1Entry(name string, n int) journal.Entry {
	e := entry(n)
	if name == "release-sums-torn" && n == 1 {
		e.Answer = fmt.Appendf(nil, `{"survey":"s","answers":{"n":1,"pad":"%s"}}`, strings.Repeat("x", 70_000))
	}
	if i := slices.Index(format1[name].spent, n); i >= 0 {
		e.Ticket = ticket(i)
	}
	return e
}

// ticket is the nth.
func ticket(n int) [32]byte { return sha256.Sum256(fmt.Append(nil, "ticket", n)) }

func TestFormat1(t *testing.T) {
	for name, want := range format1 {
		t.Run(name, func(t *testing.T) {
			dir := snapshot(t, filepath.Join("testdata", "format1", name)).lay(t)
			var format *journal.FormatError
			if err := journal.Verify(dir); !errors.As(err, &format) || format.Found != 1 {
				t.Errorf("verify, before the start: %v", err)
			}
			if r, err := journal.ReadAll(dir); r != nil || !errors.As(err, &format) {
				t.Errorf("read, before the start: %v", err)
			}
			if text, err := journal.StoredDefinition(dir); string(text) != `{"id":"s"}` {
				t.Errorf("the definition is %q, %v", text, err)
			}

			j := open(t, dir, journal.Options{Release: 10})
			if !strings.Contains(j.Recovered, "形式 1") {
				t.Errorf("recovered: %q", j.Recovered)
			}
			for i := range format1Tickets {
				e := entry(100 + i)
				e.Ticket = ticket(i)
				err := j.Append(t.Context(), e)
				switch {
				case want.closed:
					if !errors.Is(err, journal.ErrFinished) {
						t.Errorf("closed, but an answer is told %v", err)
					}
				case want.spent == nil:
					if !errors.Is(err, journal.ErrTicketUnknown) {
						t.Errorf("ticket %d: %v", i, err)
					}
				case i < len(want.spent):
					if !errors.Is(err, journal.ErrTicketUsed) {
						t.Errorf("ticket %d: %v", i, err)
					}
				case err != nil:
					t.Errorf("ticket %d: %v", i, err)
				}
			}
			shut(t, j)
			if err := journal.Verify(dir); err != nil {
				t.Error(err)
			}
			j = open(t, dir, journal.Options{Release: 10})
			if j.Recovered != "" {
				t.Errorf("recovered once more: %q", j.Recovered)
			}
			if err := j.Finish(t.Context()); err != nil {
				t.Fatal(err)
			}
			shut(t, j)
			if err := journal.Verify(dir); err != nil {
				t.Error(err)
			}
			if ok, err := journal.IsFinished(dir); !ok || err != nil {
				t.Error("not finished", err)
			}

			var answers, texts []string
			var spent []byte
			add := func(e journal.Entry) {
				answers, texts = append(answers, string(e.Answer)), append(texts, string(e.Texts[0]))
			}
			for n := 1; n <= want.last; n++ {
				add(format1Entry(name, n))
			}
			used := len(want.spent)
			if used > 0 && !want.closed {
				for ; used < format1Tickets; used++ {
					add(entry(100 + used))
				}
			}
			wantRead(t, dir, answers, texts)
			var list []string
			for i := range used {
				list = append(list, fmt.Sprintf("%x\n", ticket(i)))
			}
			slices.Sort(list)
			spent = []byte(strings.Join(list, ""))
			after := snapshot(t, dir)
			if !bytes.Equal([]byte(after["spent.txt"]), spent) {
				t.Errorf("spent.txt is not the sorted list of %d tickets", used)
			}
			for file := range after {
				if !slices.Contains([]string{"responses.jsonl", "comments.jsonl", "tickets.txt", "spent.txt", "survey.json", "sums.txt", "closed"}, file) {
					t.Errorf("%s is left", file)
				}
			}
		})
	}
}

// TestFormat1Sealed: lines are not looked into.
func TestFormat1Sealed(t *testing.T) {
	folders := filepath.Join("testdata", "format1")
	dir := snapshot(t, filepath.Join(folders, "sealed")).lay(t)
	j := open(t, dir, journal.Options{Release: 10})
	if err := j.Finish(t.Context()); err != nil {
		t.Fatal(err)
	}
	shut(t, j)
	var want [2][]string
	for i, name := range []string{"sealed.answers", "sealed.texts"} {
		data, err := os.ReadFile(filepath.Join(folders, name))
		if err != nil {
			t.Fatal(err)
		}
		want[i] = strings.Split(strings.TrimSuffix(string(data), "\n"), "\n")
	}
	wantRead(t, dir, want[0], want[1])
}

// TestFormat1Damage flips bits, cuts the files and has them go on.
func TestFormat1Damage(t *testing.T) {
	whole := snapshot(t, filepath.Join("testdata", "format1", "tickets"))
	for _, name := range []string{"responses.jsonl", "comments.jsonl", "tickets.txt", "spent.txt", "survey.json", "sums.txt"} {
		for i := 0; i < len(whole[name]); i += 23 {
			dir := whole.lay(t)
			bad := []byte(whole[name])
			bad[i] ^= 1 << (i % 8)
			whole.write(t, dir, name, string(bad))
			// Where a number in sums.txt is wrong, the line after it does not fit.
			refused(t, dir, name, i+150)
			whole.write(t, dir, name, string(whole[name][:i]))
			refused(t, dir, name, len(whole[name]))
		}
		dir := whole.lay(t)
		whole.write(t, dir, name, whole[name]+"x")
		refused(t, dir, name, len(whole[name]))
	}
}
