package collector

// The attacker of guess_test.go, on a sealed survey.

import (
	"bytes"
	"cmp"
	"compress/flate"
	"fmt"
	"iter"
	"maps"
	"math/rand/v2"
	"regexp"
	"slices"
	"strings"
	"testing"

	"staffplan/collector/journal"
	"staffplan/collector/report"
	"staffplan/collector/seal"
	"staffplan/collector/survey"
)

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
		for _, line := range lines {
			clear, err := seal.Open([]byte(line), identity)
			if err != nil {
				t.Fatal(err)
			}
			texts = append(texts, string(clear))
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
	each := func(name string) iter.Seq2[[]byte, error] {
		return func(yield func([]byte, error) bool) {
			for _, line := range textLines(closed[name]) {
				if !yield([]byte(line), nil) {
					return
				}
			}
		}
	}
	tables, err := report.Tabulate(def, &journal.Released{Answers: each("responses.jsonl"), Texts: each("comments.jsonl")}, false, t.TempDir(), identity)
	if err != nil {
		t.Fatal(err)
	}
	defer tables.Close()
	lines, k := textLines(closed["responses.jsonl"]), 0
	for row, err := range tables.Answers.Rows {
		if err != nil {
			t.Fatal(err)
		}
		table.guess(row[0] == 1+2*(1-chose[who[lines[k]]]%2), 0.5)
		k++
	}
	table.wantChance(t, "sealed, copies and the exported table: which answer")

	// The same without sealing, to see that the attack is one.
	open, _ = watch("")
	halves(growth(open), wrote).wantAll(t, "not sealed, copies: who wrote a text, by growth")
}
