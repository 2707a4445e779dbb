package report

// What is withheld: every witness, and what an attacker can prove.

import (
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
		t.add(p)
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

// BenchmarkShown tells how much of what could be shown is: pairs of a group and a
// scale that minimum people answered.
func BenchmarkShown(b *testing.B) {
	shown, could := 0, 0
	for office := 0; b.Loop(); office++ {
		def, people := randomOffice(b, rand.New(rand.NewPCG(uint64(office), 2)))
		o := tallyOf(def, people).office()
		e := o.disclose()
		for i, n := range o.n {
			for node := 1; node <= o.groups.options; node++ {
				if n[node] >= o.minimum {
					could++
					if e.scale[i][node] {
						shown++
					}
				}
			}
		}
	}
	b.ReportMetric(100*float64(shown)/float64(could), "%shown")
}
