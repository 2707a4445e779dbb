package collector

// Nothing tells in which order answers came, or what belongs together: orders as
// they are stored, beside those that chance makes.

import (
	"context"
	"encoding/binary"
	"encoding/hex"
	"fmt"
	"math"
	"math/rand/v2"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"staffplan/collector/journal"
)

// orders are many orders of the numbers from 0 to n-1, and what can be said of
// all of them together. A bound here is crossed by chance less than once in a
// million runs.
type orders struct {
	n   int
	all [][]int
}

func (o *orders) add(order []int) { o.all = append(o.all, order) }

// rank is the mean of Spearman's correlation between number and place, in
// standard deviations: the one of a single order is 1/sqrt(n-1).
func (o *orders) rank() float64 {
	sum, n := 0.0, float64(o.n)
	for _, order := range o.all {
		d := 0.0
		for place, number := range order {
			d += float64((place - number) * (place - number))
		}
		sum += 1 - 6*d/(n*(n*n-1))
	}
	return sum / math.Sqrt(float64(len(o.all))/(n-1))
}

// neighbours is how often i and i+1 stand side by side, either way round, in
// standard deviations. In a single order that is 2(n-1)/n times, with a
// variance near 2.
func (o *orders) neighbours() float64 {
	count, n := 0, float64(o.n)
	for _, order := range o.all {
		for i := 1; i < len(order); i++ {
			if d := order[i] - order[i-1]; d == 1 || d == -1 {
				count++
			}
		}
	}
	m := float64(len(o.all))
	return (float64(count) - m*2*(n-1)/n) / math.Sqrt(2*m)
}

// kept is how often number i stands at place i, in standard deviations: once
// in a single order, with a variance of 1.
func (o *orders) kept() float64 {
	count := 0
	for _, order := range o.all {
		for place, number := range order {
			if place == number {
				count++
			}
		}
	}
	m := float64(len(o.all))
	return (float64(count) - m) / math.Sqrt(m)
}

// places is χ² of how often each number is at each place, with (n-1)² degrees
// of freedom, as a standard normal value (Wilson and Hilferty).
func (o *orders) places() float64 {
	counts := make([]float64, o.n*o.n)
	for _, order := range o.all {
		for place, number := range order {
			counts[place*o.n+number]++
		}
	}
	want, sum := float64(len(o.all))/float64(o.n), 0.0
	for _, c := range counts {
		sum += (c - want) * (c - want) / want
	}
	sum *= float64(o.n-1) / float64(o.n) // rows and columns are fixed
	free := float64((o.n - 1) * (o.n - 1))
	return (math.Cbrt(sum/free) - 1 + 2/(9*free)) / math.Sqrt(2/(9*free))
}

// tells names the statistics that are not at chance. Six standard deviations
// leave room for tails that are heavier than the normal ones.
func (o *orders) tells() (told []string) {
	for name, z := range map[string]float64{"rank": o.rank(), "neighbours": o.neighbours(), "kept": o.kept(), "places": o.places()} {
		if math.Abs(z) > 6 && !(name == "places" && z < 0 && z > -8) {
			told = append(told, fmt.Sprintf("%s %.1f", name, z))
		}
	}
	return told
}

// Orders that are not random are told; random ones are not.
func TestOrdersAreTold(t *testing.T) {
	const n, many = 20, 200
	r := rand.New(rand.NewPCG(3, 4))
	for name, c := range map[string]struct {
		order func() []int
		told  bool
	}{
		"random": {func() []int { return r.Perm(n) }, false},
		"sent":   {func() []int { return numbers(n) }, true},
		"reversed": {func() []int {
			order := numbers(n)
			slices.Reverse(order)
			return order
		}, true},
		"turned by chance": {func() []int {
			order, k := numbers(n), r.IntN(n)
			return append(order[k:], order[:k]...)
		}, true},
		"always the same": {func() []int { return rand.New(rand.NewPCG(5, 6)).Perm(n) }, true},
		"ten and ten": {func() []int {
			order := r.Perm(n / 2)
			for _, number := range r.Perm(n / 2) {
				order = append(order, number+n/2)
			}
			return order
		}, true},
		"shuffled off by one": {func() []int { // Sattolo's: never in its own place
			order := numbers(n)
			for i := n - 1; i > 0; i-- {
				k := r.IntN(i)
				order[i], order[k] = order[k], order[i]
			}
			return order
		}, true},
		"only the last is new": {func() []int {
			order := numbers(n)
			k := r.IntN(n)
			order[n-1], order[k] = order[k], order[n-1]
			return order
		}, true},
	} {
		o := orders{n: n}
		for range many {
			o.add(c.order())
		}
		if told := o.tells(); (len(told) > 0) != c.told {
			t.Errorf("%s: %v (rank %.1f, neighbours %.1f, kept %.1f, places %.1f)", name, told, o.rank(), o.neighbours(), o.kept(), o.places())
		}
	}
}

func numbers(n int) []int {
	order := make([]int, n)
	for i := range order {
		order[i] = i
	}
	return order
}

// numbersIn gives the number that stands behind # in each line.
func numbersIn(t *testing.T, file string) (order []int) {
	t.Helper()
	for _, line := range lines(t, file) {
		_, rest, _ := strings.Cut(line, "#")
		n, err := strconv.Atoi(digits.FindString(rest))
		if err != nil {
			t.Fatal(err)
		}
		order = append(order, n)
	}
	return order
}

// Order is hidden within a batch while a survey is open. After closing nothing
// tells in which order answers came, which ticket gave which, or which text
// goes with which: also not in which batch they were.
func TestOrderAndPairsAreAtChance(t *testing.T) {
	const n, batch, many = 20, 10, 200
	claims := map[string]*orders{
		"answers in a batch": {n: batch}, "texts in a batch": {n: batch}, "text beside answer in a batch": {n: batch},
		"answers of a closed survey": {n: n}, "texts of a closed survey": {n: n},
		"text beside answer": {n: n}, "ticket beside answer": {n: n}, "ticket beside text": {n: n},
	}
	// beside is the place in b of each number of a, in a's order.
	beside := func(a, b []int) []int {
		order := make([]int, len(a))
		for i, number := range a {
			order[i] = slices.Index(b, number)
		}
		return order
	}
	for range many {
		dir := t.TempDir()
		j, err := journal.Open(dir, journal.Options{Release: batch, FS: new(idleDisk)})
		if err != nil {
			t.Fatal(err)
		}
		tickets := make([][32]byte, n)
		for i := range tickets {
			binary.LittleEndian.PutUint64(tickets[i][:], rand.Uint64())
		}
		if err := j.AddTickets(t.Context(), tickets); err != nil {
			t.Fatal(err)
		}
		for i := range n {
			entry := journal.Entry{Answer: fmt.Appendf(nil, `{"#":"#%d"}`, i), Texts: [][]byte{fmt.Appendf(nil, `{"text":"#%d"}`, i)}, Ticket: tickets[i]}
			if err := j.Append(context.Background(), entry); err != nil {
				t.Fatal(err)
			}
			if (i+1)%batch == 0 { // one that waits with the next would make a batch of more
				eventually(t, "the release", func() bool {
					return len(lines(t, filepath.Join(dir, "comments.jsonl"))) > i && settled(t, dir)
				})
			}
		}
		answers, texts := numbersIn(t, filepath.Join(dir, "responses.jsonl")), numbersIn(t, filepath.Join(dir, "comments.jsonl"))
		for from := 0; from < n; from += batch {
			a, b := answers[from:from+batch:from+batch], texts[from:from+batch:from+batch]
			claims["text beside answer in a batch"].add(beside(a, b))
			for i := range batch {
				a[i], b[i] = a[i]-from, b[i]-from
			}
			claims["answers in a batch"].add(a)
			claims["texts in a batch"].add(b)
		}
		if err := j.Finish(t.Context()); err != nil {
			t.Fatal(err)
		}
		if err := j.Close(); err != nil {
			t.Fatal(err)
		}
		answers, texts = numbersIn(t, filepath.Join(dir, "responses.jsonl")), numbersIn(t, filepath.Join(dir, "comments.jsonl"))
		spent := make([]int, n)
		for place, line := range lines(t, filepath.Join(dir, "spent.txt")) {
			spent[place] = slices.IndexFunc(tickets, func(id [32]byte) bool { return hex.EncodeToString(id[:]) == line })
		}
		claims["answers of a closed survey"].add(answers)
		claims["texts of a closed survey"].add(texts)
		claims["text beside answer"].add(beside(answers, texts))
		claims["ticket beside answer"].add(beside(spent, answers))
		claims["ticket beside text"].add(beside(spent, texts))
	}
	for name, o := range claims {
		if told := o.tells(); told != nil {
			t.Errorf("%s: %v", name, told)
		}
	}
}
