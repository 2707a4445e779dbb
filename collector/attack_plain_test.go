package collector

// The attacker of guess_test.go, on surveys that are not sealed.

import (
	"encoding/hex"
	"fmt"
	"maps"
	"math/rand/v2"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"staffplan/collector/journal"
	"staffplan/collector/ticket"
)

// plain is the record of a text as it waits in an intake that is not sealed.
var plain = regexp.MustCompile(`\{"survey":"[^"]*","question":"[^"]*","text":"[^"]*"\}`)

// Who has a list of who sent when, and of who holds which ticket, gets from the
// released files one of the ten of a batch while the survey is open, and one of
// all once it has closed. From the intake, copied after every answer, everything.
func TestAttackOnPlainFiles(t *testing.T) {
	const n, batch = 400, 10
	site, data := t.TempDir(), filepath.Join(t.TempDir(), "data")
	unpack(t, "testdata/site.txtar", site)
	add(t, site, slips, slipsForm)
	codes, words := give(t, data, "slips", n), newWords(n)
	h := start(t, Config{Site: site, Data: data, fs: new(idleDisk)})
	open, closed := copies(t, h, "slips", n, func(i int) string {
		return fmt.Sprintf(`{"q1":%d,"comment":%q,"ticket":%q}`, 1+rand.IntN(3), words[i], codes[i])
	})
	holders := func(hashes []string) (who []int) {
		for _, line := range hashes {
			who = append(who, slices.IndexFunc(codes, func(c ticket.Code) bool { id := c.Hash(); return hex.EncodeToString(id[:]) == line }))
		}
		return who
	}

	inBatch, ofAll := map[string]*score{"by ticket": {}}, map[string]*score{"by ticket": {}}
	var intake score
	wrote := map[string]int{} // who wrote a line, as the intakes tell
	seen := map[string]bool{} // released lines
	bits := make([]byte, n)   // of the tickets that were spent before
	fresh := func(file string) (lines []string) {
		for _, line := range textLines(file) {
			if !seen[line] {
				seen[line] = true
				lines = append(lines, line)
			}
		}
		return lines
	}
	for i, files := range open {
		// What is new in an intake came from who sent just now.
		for name, content := range files {
			if strings.HasPrefix(name, "intake-") {
				for _, line := range plain.FindAllString(content, -1) {
					if _, old := wrote[line]; !old {
						wrote[line] = i
					}
				}
			}
		}
		released := fresh(files["comments.jsonl"])
		if (len(released) == batch) != ((i+1)%batch == 0) {
			t.Fatalf("%d released after answer %d", len(released), i+1)
		}
		if released == nil {
			continue
		}
		truth := words.senders(t, released)
		attack(released, truth, numbers(n)[i+1-batch:i+1], inBatch)
		var spent []string
		list := textLines(files["tickets.txt"])
		for k, line := range list {
			if b := files["spent.bits"][k/8] >> (k % 8) & 1; b > bits[k] {
				bits[k] = b
				spent = append(spent, line)
			}
		}
		inBatch["by ticket"].add(holders(spent), truth)
		for k, line := range released {
			who, ok := wrote[line]
			if !ok { // the one that set off the release stood in no copy: it is the one left over
				who = i
			}
			intake.guess(who == truth[k], 1.0/batch)
		}
	}
	last := textLines(closed["comments.jsonl"])
	truth := words.senders(t, last)
	attack(last, truth, numbers(n), ofAll)
	ofAll["by ticket"].add(holders(textLines(closed["spent.txt"])), truth)

	for _, name := range slices.Sorted(maps.Keys(inBatch)) {
		s := inBatch[name]
		s.wantChance(t, "open, released files, "+name)
	}
	for _, name := range slices.Sorted(maps.Keys(ofAll)) {
		s := ofAll[name]
		s.wantChance(t, "closed, "+name)
	}
	intake.wantAll(t, "open, intake copied after every answer")
}

// What leaves with few others is hidden among few: what waits on the first of a
// month in a standing form, and all of a survey that few have answered.
func TestAttackOnFew(t *testing.T) {
	for _, k := range []int{1, 2, 3, 5, 9} {
		few := map[string]*score{}
		for range 60 {
			dir := t.TempDir()
			j, err := journal.Open(dir, journal.Options{Release: 10, FS: new(idleDisk)})
			if err != nil {
				t.Fatal(err)
			}
			words := newWords(k)
			for _, word := range words {
				if err := j.Append(t.Context(), journal.Entry{Answer: []byte(word)}); err != nil {
					t.Fatal(err)
				}
			}
			if err := j.Release(t.Context()); err != nil {
				t.Fatal(err)
			}
			released := lines(t, filepath.Join(dir, "responses.jsonl"))
			attack(released, words.senders(t, released), numbers(k), few)
			if err := j.Close(); err != nil {
				t.Fatal(err)
			}
		}
		for _, name := range slices.Sorted(maps.Keys(few)) {
			s := few[name]
			if k == 1 {
				s.wantAll(t, "1 waits, "+name)
			} else {
				s.wantChance(t, fmt.Sprintf("%d wait, %s", k, name))
			}
		}
	}
}
