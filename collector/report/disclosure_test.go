package report

// What is withheld: every witness, and what an attacker can prove.

import (
	"bytes"
	"flag"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"staffplan/collector/survey"
)

// randomOffice makes an office of skewed sections, some with sections of their
// own, some who say nothing, and some that are of one mind.
func randomOffice(t testing.TB, random *rand.Rand) (*survey.Definition, []person) {
	minimum := []int{10, 10, 10, 15}[random.IntN(4)]
	var questions []string
	points := 2 + random.IntN(10)
	if random.IntN(2) == 0 {
		points = 5
	}
	scales := 2 + random.IntN(6)
	for i := range scales {
		labels := strings.Join(slices.Repeat([]string{`"x"`}, points), ",")
		questions = append(questions, fmt.Sprintf(`{"id":"q%d","kind":"scale","text":"q","labels":[%s],"themes":["t%d"]}`, i, labels, i%4))
	}
	var options []string
	tops := 2 + random.IntN(8)
	for k := range tops {
		options = append(options, fmt.Sprintf(`{"value":"g%d","text":"g","part_of":""}`, k))
		if random.IntN(3) == 0 {
			for m := range 1 + random.IntN(3) {
				options = append(options, fmt.Sprintf(`{"value":"g%d-%d","text":"g","part_of":"g%d"}`, k, m, k))
			}
		}
	}
	questions = append(questions, `{"id":"unit","kind":"choice","text":"u","group":true,"options":[`+strings.Join(options, ",")+`]}`)
	def := define(t, strings.Join(questions, ","))
	def.Minimum = minimum
	weights := make([]float64, len(options)+1)
	total := 0.0
	for k := range weights {
		weights[k] = 0.1 + random.ExpFloat64()
		if k == len(options) {
			weights[k] *= 0.3 * float64(random.IntN(3))
		}
		total += weights[k]
	}
	n := 40 + random.IntN(260)
	lean := make([][]float64, len(weights))
	for k := range lean {
		lean[k] = make([]float64, scales)
		for i := range lean[k] {
			lean[k][i] = 0.3 + 0.6*random.Float64()
			if random.IntN(12) == 0 {
				lean[k][i] = float64(random.IntN(2))
			}
		}
	}
	blank := 0.1 * random.Float64()
	var people []person
	for range n {
		at, k := random.Float64()*total, 0
		for k < len(weights)-1 && at > weights[k] {
			at -= weights[k]
			k++
		}
		p := make(person, len(def.Questions))
		for i := range scales {
			if random.Float64() < blank {
				continue
			}
			half := points / 2
			place := random.IntN(points - half)
			if random.Float64() < lean[k][i] {
				place = points - 1 - random.IntN(half)
			}
			p[i] = []int{place}
		}
		if k < len(options) {
			p[scales] = []int{k}
		}
		people = append(people, p)
	}
	return def, people
}

func tallyOf(def *survey.Definition, people []person) *tally {
	t := newTally(def)
	for _, p := range people {
		t.add(p, 1)
	}
	return t
}

var offices = flag.Int("offices", 100, "how many random offices to make")

// forOffices runs a test on random offices, on all processors.
func forOffices(t *testing.T, test func(t *testing.T, random *rand.Rand, def *survey.Definition, people []person)) {
	n := *offices
	if testing.Short() {
		n /= 2
	}
	const shares = 8
	for share := range shares {
		t.Run(fmt.Sprint(share), func(t *testing.T) {
			t.Parallel()
			for office := share; office < n; office += shares {
				random := rand.New(rand.NewPCG(uint64(office), 2))
				def, people := randomOffice(t, random)
				if test(t, random, def, people); t.Failed() {
					t.Fatalf("office %d", office)
				}
			}
		})
	}
}

// TestWitnesses: each is another office in which the claim is not true, and which
// prints the same bytes, counted anew; and nothing that is printed is untrue.
func TestWitnesses(t *testing.T) {
	forOffices(t, func(t *testing.T, _ *rand.Rand, def *survey.Definition, people []person) {
		ta := tallyOf(def, people)
		s := ta.disclose(people, nil)
		want := encoded(t, ta.print(s.e, nil))
		for c, w := range s.found {
			other := slices.Clone(people)
			for at, p := range w {
				other[at] = p
			}
			tb := tallyOf(def, other)
			e := tb.office().rules(s.hidden)
			if got := encoded(t, tb.print(e, nil)); !bytes.Equal(got, want) {
				t.Errorf("%+v: a witness prints\n%s\nnot\n%s", c, got, want)
			}
			was, is := s.o.count(e, c), tb.office().count(e, c)
			if c.scale < 0 || c.within {
				if was-is < 2 && is-was < 2 {
					t.Errorf("%+v: %d in the office, and %d in the witness", c, was, is)
				}
			} else if was > 1 || is < 2 {
				t.Errorf("%+v: %d in the office, and %d in the witness", c, was, is)
			}
		}
		contradictions(t, ta, ta.print(s.e, nil))
	})
}

func encoded(t testing.TB, r *Results) []byte {
	t.Helper()
	data, err := r.Encode()
	if err != nil {
		t.Fatal(err)
	}
	return data
}

// contradictions finds what is printed of groups and is not so.
func contradictions(t *testing.T, ta *tally, r *Results) {
	t.Helper()
	o := ta.office()
	for k, g := range r.Groups {
		node := 1 + k
		if g.Suppressed {
			continue
		}
		if n := o.people[node]; n < o.minimum || n < g.Size.From || n > g.Size.To || g.Size.To-g.Size.From != 4 {
			t.Errorf("%s: %d people, printed %+v", g.Value, n, *g.Size)
		}
		for s, q := range g.Questions {
			if q.Suppressed {
				continue
			}
			n, f := o.n[s][node], o.f[s][node]
			share, width := 100*float64(f)/float64(n), (q.Favourable.To-q.Favourable.From)/100
			if n < o.minimum || share < q.Favourable.From-0.06 || share > q.Favourable.To+0.06 || width*float64(n) < 3.99 {
				t.Errorf("%s %s: %d of %d, printed %+v", g.Value, q.ID, f, n, *q.Favourable)
			}
		}
	}
}

// attacker looks at the published file alone: it goes through every number of people
// that the cells of one scale may have, and gives the claims that hold in all of
// them. Cells are the leaves of the groups, in which sizes between them are known.
func attacker(o *office, e *edition, i int) []claim {
	g := o.groups
	total, favourable := o.n[i][0], o.f[i][0]
	exact := !stepFor(favourable, total).outermost()
	var proved []claim
	for _, c := range o.claims(e) {
		if c.scale == i {
			proved = append(proved, c)
		}
	}
	n, f := make([]int, len(g.leaf)), make([]int, len(g.leaf))
	try := func() {
		other := &office{groups: g, minimum: o.minimum, people: o.people, n: slices.Clone(o.n), f: slices.Clone(o.f)}
		other.n[i], other.f[i] = g.sums(n), g.sums(f)
		if exact && other.f[i][0] != favourable || stepFor(other.f[i][0], total) != stepFor(favourable, total) {
			return
		}
		for node := 1; node <= g.options; node++ {
			if e.scale[i][node] && (other.n[i][node] < o.minimum || stepFor(other.f[i][node], other.n[i][node]) != stepFor(o.f[i][node], o.n[i][node])) {
				return
			}
		}
		proved = slices.DeleteFunc(proved, func(c claim) bool {
			was, is := o.count(e, c), other.count(e, c)
			return c.within && (was-is > 1 || is-was > 1) || !c.within && is > 1
		})
	}
	var cell func(k, left int)
	cell = func(k, left int) {
		if k == len(n) {
			if left == 0 {
				try()
			}
			return
		}
		from, to := 0, left
		if k == len(n)-1 {
			from = left
		}
		for n[k] = from; n[k] <= to; n[k]++ {
			for f[k] = 0; f[k] <= n[k]; f[k]++ {
				if len(proved) == 0 {
					return
				}
				cell(k+1, left-n[k])
			}
		}
	}
	cell(0, total)
	return proved
}

// smallOffice has two or three sections, and one scale, on which many are of one mind.
func smallOffice(t testing.TB, random *rand.Rand) (*survey.Definition, []person) {
	def := define(t, `{"id":"q","kind":"scale","text":"q",`+five+`},`+units)
	var people []person
	for cell, n := range []int{10 + random.IntN(5), 10 + random.IntN(5), random.IntN(4)} {
		for range n {
			p := person{{random.IntN(5)}, {cell}}
			if random.IntN(4) > 0 {
				p[0] = []int{4 * random.IntN(2)}
			}
			if cell == 2 {
				p[1] = nil
			}
			people = append(people, p)
		}
	}
	one := random.IntN(3)
	for _, p := range people {
		if len(p[1]) > 0 && p[1][0] == one {
			p[0] = []int{4}
		}
	}
	return def, people
}

// TestAttacker: nothing can be proved from what is printed. With the thresholds and
// ranges alone, without audit and witnesses, something can.
func TestAttacker(t *testing.T) {
	n := 60
	if testing.Short() {
		n = 10
	}
	whole, thresholds := 0, 0
	for office := range n {
		random := rand.New(rand.NewPCG(uint64(office), 3))
		def, people := smallOffice(t, random)
		ta := tallyOf(def, people)
		s := ta.disclose(people, nil)
		whole += len(attacker(s.o, s.e, 0))
		thresholds += len(attacker(s.o, s.o.thresholds(), 0))
	}
	if whole > 0 {
		t.Errorf("%d claims are proved", whole)
	}
	if thresholds == 0 {
		t.Error("without rules 3 and 4 nothing is proved: the attacker is of no use")
	}
	t.Logf("without rules 3 and 4: %d claims proved of %d offices", thresholds, n)
}

// TestPropagate compares bounds with all numbers there can be, of up to four cells of
// six people, under random knowledge that is true.
func TestPropagate(t *testing.T) {
	random, rounds := rand.New(rand.NewPCG(1, 4)), 60
	if testing.Short() {
		rounds = 10
	}
	for range rounds {
		g := newGroups([][]survey.Option{
			{{Value: "a"}, {Value: "b"}, {Value: "c"}},
			{{Value: "a"}, {Value: "b", PartOf: "a"}},
			{{Value: "a"}, {Value: "b"}},
		}[random.IntN(3)])
		f, n := make([]int, len(g.leaf)), make([]int, len(g.leaf))
		for k := range n {
			n[k] = random.IntN(7)
			f[k] = random.IntN(n[k] + 1)
		}
		around := func(v int) interval { return interval{max(0, v-random.IntN(4)), v + random.IntN(4)} }
		sumF, sumN := g.sums(f), g.sums(n)
		known := make([]bounds, len(g.parent))
		for node := range known {
			any := interval{0, 24}
			known[node] = bounds{any, any, any, any, interval{0, 0}}
			if random.IntN(3) > 0 {
				known[node].answered = around(sumN[node])
			}
			if random.IntN(3) > 0 {
				known[node].favourable = around(sumF[node])
			}
			if random.IntN(4) == 0 {
				known[node].other = around(sumN[node] - sumF[node])
			}
		}
		given := slices.Clone(known)
		g.propagate([][]bounds{known})
		within := func(b interval, v int) bool { return b.lo <= v && v <= b.hi }
		var cell func(k int)
		cell = func(k int) {
			if k < len(n) {
				for n[k] = 0; n[k] <= 6; n[k]++ {
					for f[k] = 0; f[k] <= n[k]; f[k]++ {
						cell(k + 1)
					}
				}
				return
			}
			sumF, sumN := g.sums(f), g.sums(n)
			fits := func(b []bounds) bool {
				for node := range b {
					if !within(b[node].answered, sumN[node]) || !within(b[node].favourable, sumF[node]) || !within(b[node].other, sumN[node]-sumF[node]) {
						return false
					}
				}
				return true
			}
			if fits(given) && !fits(known) {
				t.Fatalf("%v of %v fits what is given, and not the bounds\n%v\n%v", f, n, given, known)
			}
		}
		cell(0)
	}
}

// BenchmarkShown tells how much of what could be shown is: pairs of a group and a
// scale that minimum people answered.
func BenchmarkShown(b *testing.B) {
	shown, could := 0, 0
	for office := 0; b.Loop(); office++ {
		def, people := randomOffice(b, rand.New(rand.NewPCG(uint64(office), 2)))
		s := tallyOf(def, people).disclose(people, nil)
		for i, n := range s.o.n {
			for node := 1; node <= s.o.groups.options; node++ {
				if n[node] >= s.o.minimum {
					could++
					if s.e.scale[i][node] {
						shown++
					}
				}
			}
		}
	}
	b.ReportMetric(100*float64(shown)/float64(could), "%shown")
}
