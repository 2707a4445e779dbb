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
	"fmt"
	"math"
	"math/rand/v2"
	"path/filepath"
	"slices"
	"strings"
	"testing"
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
