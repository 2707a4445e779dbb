package report

import (
	"fmt"
	"math/rand/v2"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

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
	scales := 4 + random.IntN(16)
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
	n := 40 + random.IntN(400)
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

const rounds = 12

func TestExperiment(t *testing.T) {
	baseShown, sizes := 0, 0
	_ = sizes
	shown, could, witnesses, unlike, forced := 0, 0, 0, 0, 0
	var longest time.Duration
	for round := range rounds {
		random := rand.New(rand.NewPCG(uint64(round), 2))
		def, people := randomOffice(t, random)
		ta := tallyOf(def, people)
		o := ta.office()
		began := time.Now()
		e, found := ta.disclose(people, nil)
		longest = max(longest, time.Since(began))
		base := o.rules(nil)
		if !reflect.DeepEqual(base, e) {
			forced++
		}
		for i := range o.n {
			for node := 1; node <= o.groups.options; node++ {
				if o.n[i][node] >= o.minimum {
					could++
					if base.scale[i][node] {
						baseShown++
					}
					if e.scale[i][node] {
						shown++
					}
				}
			}
		}
		printed := ta.print(e, nil)
		for c, w := range found {
			witnesses++
			other := slices.Clone(people)
			for at, p := range w {
				other[at] = p
			}
			tb := tallyOf(def, other)
			if random.IntN(25) == 0 {
				e2, _ := tb.disclose(other, nil)
				if !reflect.DeepEqual(tb.print(e2, nil), printed) {
					unlike++
				}
			}
			_ = c
		}
	}
	t.Logf("base %d", 100*baseShown/could)
	t.Logf("shown %d of %d: %.1f%%; witnesses %d, of a twentieth unlike %d; more hidden in %d; longest %v", shown, could, 100*float64(shown)/float64(could), witnesses, unlike, forced, longest)
}
