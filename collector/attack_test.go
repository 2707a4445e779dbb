package collector

// An attacker who knows who sent when (a watched network, a watched office, a
// list of who has which ticket), has the log, and has copies of the files. How
// often is an answer laid at the right person's door, beside guessing?
//
// Where the design promises that it is no better than guessing, a test fails if
// it is. Where it does not, the figure is shown as well, and the page about
// anonymity says so: copies of the intake of a survey that is not sealed tell
// everything, since it holds plain answers in the order they came. That is what
// sealing is for.

import (
	"bytes"
	"cmp"
	"compress/flate"
	"encoding/hex"
	"fmt"
	"maps"
	"math"
	"math/rand/v2"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"staffplan/collector/journal"
	"staffplan/collector/report"
	"staffplan/collector/seal"
	"staffplan/collector/survey"
	"staffplan/collector/ticket"
)

// score counts guesses, and how many of them chance alone would get right.
type score struct{ guesses, right, chance float64 }

func (s *score) guess(right bool, chance float64) {
	s.guesses++
	s.chance += chance
	if right {
		s.right++
	}
}

// add counts who is laid at whose door: guess[i] is what i is taken for.
func (s *score) add(guess, truth []int) {
	for i := range truth {
		s.guess(guess[i] == truth[i], 1/float64(len(truth)))
	}
}

func (s score) String() string {
	return fmt.Sprintf("%.0f of %.0f right, %.1f%%; guessing %.1f%%", s.right, s.guesses, 100*s.right/s.guesses, 100*s.chance/s.guesses)
}

// wantChance fails if guessing is very unlikely to do as well: less than once
// in a million. How often a random order is right has the variance of its mean,
// as independent rare events have; the bound is that of Poisson's law.
func (s score) wantChance(t *testing.T, attack string) {
	t.Helper()
	t.Logf("%-58s %v", attack, s)
	tail, p := 1.0, math.Exp(-s.chance)
	for k := range int(s.right) {
		tail -= p
		p *= s.chance / float64(k+1)
	}
	if tail < 1e-6 && s.right > s.chance {
		t.Errorf("%s: better than guessing", attack)
	}
}

// wantAll shows what is not promised. It must stay true, or the page that warns
// of it is out of date.
func (s score) wantAll(t *testing.T, attack string) {
	t.Helper()
	t.Logf("%-58s %v (not promised)", attack, s)
	if s.right != s.guesses {
		t.Errorf("%s: not all; the page says that all can be known", attack)
	}
}

// copies has n people answer, one after another, and gives all files as they are
// after each of them, and those of the closed survey. body is what the i-th
// sends.
func copies(t *testing.T, h *house, id string, n int, body func(i int) string) (open []map[string]string, closed map[string]string) {
	t.Helper()
	dir := filepath.Join(h.data, id)
	for i := range n {
		if status, fields := h.sendJSON("/answers/"+id, body(i)); status != 201 {
			t.Fatal(status, fields)
		}
		released := (i + 1) / 10 * 10
		eventually(t, "the release", func() bool {
			return len(lines(t, filepath.Join(dir, "responses.jsonl"))) >= released && settled(t, dir)
		})
		open = append(open, contents(t, dir))
	}
	h.stop()
	if log := h.log.String(); log != "" {
		t.Errorf("the log tells: %s", log)
	}
	return open, contents(t, filepath.Join(h.closed(), id))
}

// words are what people write: each a word of their own. The test knows whose
// it is, the attacker does not, and neither bytes nor sizes go with the order.
type words []string

func newWords(n int) (w words) {
	for _, k := range rand.Perm(20 * n)[:n] {
		w = append(w, fmt.Sprintf("#%d#", k))
	}
	return w
}

// senders gives who wrote each line.
func (w words) senders(t *testing.T, lines []string) (truth []int) {
	t.Helper()
	for _, line := range lines {
		who := slices.IndexFunc(w, func(word string) bool { return strings.Contains(line, word) })
		if who < 0 {
			t.Fatal("nobody's line: ", line)
		}
		truth = append(truth, who)
	}
	return truth
}

// textLines are the lines of a file as a copy has it.
func textLines(content string) []string {
	if content == "" {
		return nil
	}
	return strings.Split(strings.TrimSuffix(content, "\n"), "\n")
}

// rankings put lines in an order that may be the one they were sent in.
var rankings = map[string]func(lines []string) []int{
	"as they stand":    func(l []string) []int { return numbers(len(l)) },
	"from the end":     func(l []string) []int { return by(l, func(i int) string { return fmt.Sprintf("%06d", len(l)-i) }) },
	"by what they say": func(l []string) []int { return by(l, func(i int) string { return l[i] }) },
	"by their size":    func(l []string) []int { return by(l, func(i int) string { return fmt.Sprintf("%06d", len(l[i])) }) },
}

func by(l []string, key func(i int) string) []int {
	order := numbers(len(l))
	slices.SortStableFunc(order, func(a, b int) int { return strings.Compare(key(a), key(b)) })
	return order
}

// attack lays the lines, as each ranking has them, at the doors of candidates.
func attack(lines []string, truth, candidates []int, scores map[string]*score) {
	for name, rank := range rankings {
		if scores[name] == nil {
			scores[name] = new(score)
		}
		guess := make([]int, len(lines))
		for k, line := range rank(lines) {
			guess[line] = candidates[k]
		}
		scores[name].add(guess, truth)
	}
}

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
	seen := map[string]bool{} // released lines and tickets
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
		inBatch["by ticket"].add(holders(fresh(files["spent.txt"])), truth)
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

// shapes are what can be measured of bytes without understanding them.
var shapes = map[string]func(b string) float64{
	"size":        func(b string) float64 { return float64(len(b)) },
	"packed size": func(b string) float64 { return float64(packed(b)) },
	"sum": func(b string) (sum float64) {
		for i := range len(b) {
			sum += float64(b[i])
		}
		return sum
	},
	"first half": func(b string) (sum float64) {
		for i := range len(b) / 2 {
			sum += float64(b[i])
		}
		return sum
	},
}

func packed(s string) int {
	var b bytes.Buffer
	w, err := flate.NewWriter(&b, flate.BestCompression)
	if err != nil {
		panic(err)
	}
	w.Write([]byte(s))
	w.Close()
	return b.Len()
}

// sealedRecord is one line as it waits in an intake or is released.
var sealedRecord = regexp.MustCompile(`\{"sealed":"[^"]*"\}`)

// With a sealed survey copies tell who sent which ciphertext, and nothing of
// what is in it: neither which of two answers, nor whether somebody wrote a
// text, from the bytes or from how much the files grow. Nor does the table that
// the key's holder exports, nor the order of lines once opened. With the key and
// the copies, everything is known.
func TestAttackOnSealedFiles(t *testing.T) {
	const n, batch = 200, 10
	identity := newKey(t)
	words := newWords(n)
	chose := rand.Perm(n) // 3 if even, else 1
	wrote := rand.Perm(n) // a text if even
	body := func(i int) string {
		answer := fmt.Sprintf(`"q1":%d`, 1+2*(1-chose[i]%2))
		if wrote[i]%2 == 0 {
			answer += fmt.Sprintf(`,"comment":%q`, strings.Repeat("窓口の話", 20)+words[i])
		}
		return "{" + answer + "}"
	}

	// halves says that those with the largest measure are the ones with an even
	// secret, whose number is known. The last of each batch, which stood in no
	// copy of an intake, is left out.
	halves := func(measure func(i int) float64, secret []int) (s score) {
		var order []int
		even := 0
		for i := range n {
			if (i+1)%batch != 0 {
				order = append(order, i)
				even += 1 - secret[i]%2
			}
		}
		rand.Shuffle(len(order), func(i, j int) { order[i], order[j] = order[j], order[i] }) // among equals
		slices.SortStableFunc(order, func(a, b int) int { return -cmp.Compare(measure(a), measure(b)) })
		for place, i := range order {
			s.guess((place < even) == (secret[i]%2 == 0), 0.5)
		}
		return s
	}
	growth := func(open []map[string]string) func(i int) float64 {
		size := func(i int) (all float64) {
			if i >= 0 {
				for name, content := range open[i] {
					if strings.HasPrefix(name, "intake-") {
						all += float64(len(content))
					}
				}
			}
			return all
		}
		return func(i int) float64 {
			if i%batch == 0 {
				return size(i) - 32 // the header alone was there before
			}
			return size(i) - size(i-1)
		}
	}

	watch := func(recipient string) (open []map[string]string, closed map[string]string) {
		site := t.TempDir()
		unpack(t, "testdata/site.txtar", site)
		add(t, site, sealedSurvey(recipient), slipsForm)
		return copies(t, start(t, Config{Site: site, fs: new(idleDisk)}), "secret", n, body)
	}
	open, closed := watch(identity.Recipient().String())
	// sent are the ciphertexts of each sender: the answer, then each text.
	sent := make([][]string, n)
	seen := map[string]bool{}
	for i, files := range open {
		for _, name := range slices.Sorted(maps.Keys(files)) {
			for _, line := range sealedRecord.FindAllString(files[name], -1) {
				if !seen[line] {
					seen[line] = true
					sent[i] = append(sent[i], line)
				}
			}
		}
	}
	for name, shape := range shapes {
		halves(func(i int) float64 { return shape(sent[i][0]) }, chose).wantChance(t, "sealed, copies: which answer, by "+name)
		halves(func(i int) float64 { return shape(sent[i][1]) }, wrote).wantChance(t, "sealed, copies: who wrote a text, by "+name)
	}
	halves(growth(open), wrote).wantChance(t, "sealed, copies: who wrote a text, by growth")

	// Lines opened by the key's holder, in the order they have.
	opened := func(lines []string) (texts []string) {
		var raw [][]byte
		for _, line := range lines {
			raw = append(raw, []byte(line))
		}
		clear, err := seal.OpenAll(raw, identity)
		if err != nil {
			t.Fatal(err)
		}
		for _, line := range clear {
			texts = append(texts, string(line))
		}
		return texts
	}
	final := textLines(closed["comments.jsonl"])
	var own []string // lines with a text, and who wrote them
	var from []string
	for k, line := range opened(final) {
		if strings.Contains(line, "#") {
			own, from = append(own, line), append(from, final[k])
		}
	}
	truth := words.senders(t, own)
	writers := slices.Clone(truth)
	slices.Sort(writers)
	ofAll := map[string]*score{}
	attack(own, truth, writers, ofAll)
	for _, name := range slices.Sorted(maps.Keys(ofAll)) {
		s := ofAll[name]
		s.wantChance(t, "sealed, opened when closed, "+name)
	}

	var key, table score
	who := map[string]int{} // by ciphertext
	for i := range sent {
		for _, line := range sent[i] {
			who[line] = i
		}
	}
	for k := range own {
		key.guess(who[from[k]] == truth[k], 1/float64(len(own)))
	}
	key.wantAll(t, "sealed, copies and the key")

	// The table: its rows beside the places of the ciphertexts.
	def, err := survey.Parse([]byte(sealedSurvey(identity.Recipient().String())))
	if err != nil {
		t.Fatal(err)
	}
	var released journal.Released
	for name, to := range map[string]*[][]byte{"responses.jsonl": &released.Answers, "comments.jsonl": &released.Texts} {
		for _, line := range textLines(closed[name]) {
			*to = append(*to, []byte(line))
		}
	}
	responses, err := report.Read(def, &released, identity)
	if err != nil {
		t.Fatal(err)
	}
	tables := responses.Tables()
	for k, line := range textLines(closed["responses.jsonl"]) {
		table.guess(tables.Answers.Rows[k][0] == 1+2*(1-chose[who[line]]%2), 0.5)
	}
	table.wantChance(t, "sealed, copies and the exported table: which answer")

	// The same without sealing, to see that the attack is one.
	open, _ = watch("")
	halves(growth(open), wrote).wantAll(t, "not sealed, copies: who wrote a text, by growth")
}
