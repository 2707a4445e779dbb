package report

import (
	"fmt"
	"math/rand/v2"
	"reflect"
	"slices"
	"testing"
)

// crowd makes many people of a few sections, who answer three scales, mostly
// favourably.
func crowd(t *testing.T, n int) (*tally, []person) {
	def := define(t, `{"id":"q","kind":"scale","text":"q",`+five+`},{"id":"r","kind":"scale","text":"r","labels":["1","2","3","4","5","6","7","8","9","10","11"]},`+
		units+`,{"id":"s","kind":"scale","text":"s","reversed":true,`+five+`},{"id":"m","kind":"multi","text":"m","options":[{"value":"x","text":"X","part_of":""},{"value":"y","text":"Y","part_of":""}]}`)
	random := rand.New(rand.NewPCG(1, 2))
	people := make([]person, n)
	for k := range people {
		p := make(person, len(def.Questions))
		for _, i := range []int{0, 1, 3} {
			if points := len(def.Questions[i].Labels); random.IntN(20) > 0 {
				p[i] = []int{max(random.IntN(points), random.IntN(points))}
			}
		}
		if unit := random.IntN(5); unit < 2 {
			p[2] = []int{unit}
		}
		p[4] = []int{0, 1}
		people[k] = p
	}
	return newTally(def), people
}

func sampled(t *tally, people []person) []person {
	s := newSample(t)
	for _, p := range people {
		s.add(p)
	}
	return s.people()
}

// The order in which people come does not change who is chosen, and however many come,
// no more are held.
func TestSampleIsOfAnyOrder(t *testing.T) {
	ta, people := crowd(t, 20_000)
	want := sampled(ta, people)
	rand.New(rand.NewPCG(3, 4)).Shuffle(len(people), func(i, j int) { people[i], people[j] = people[j], people[i] })
	if got := sampled(ta, people); !reflect.DeepEqual(got, want) {
		t.Errorf("%d people, %d in another order", len(want), len(got))
	}
	once, often := newSample(ta), newSample(ta)
	for k := range 5 * len(people) {
		if often.add(people[k%len(people)]); k < len(people) {
			once.add(people[k])
		}
	}
	if len(often.known) != len(once.known) || len(once.known) > len(once.lists)*once.each {
		t.Errorf("%d entries, and %d where everybody comes five times", len(once.known), len(often.known))
	}
}

// All who gave one of the answers that are chosen are there, and of each cell, scale and
// side enough.
func TestSampleHasEnough(t *testing.T) {
	ta, people := crowd(t, 3_000)
	cells := func(people []person) (by map[string]int, all map[string]int) {
		by, all = map[string]int{}, map[string]int{}
		for _, p := range people {
			cell := ta.cellOf(p)
			all[fmt.Sprint(cell, p[:4])]++
			for scale, i := range ta.scales {
				by[fmt.Sprint(cell, scale, ta.side(i, p))]++
			}
		}
		return by, all
	}
	chosen := sampled(ta, people)
	by, all := cells(people)
	got, same := cells(chosen)
	for list, n := range by {
		if got[list] < min(n, asked) {
			t.Errorf("%s: %d of %d", list, got[list], n)
		}
	}
	for answers, n := range same {
		if n != min(all[answers], asked) {
			t.Errorf("%s: %d people, there are %d", answers, n, all[answers])
		}
	}
	if slices.ContainsFunc(chosen, func(p person) bool { return p[4] != nil }) {
		t.Error("an answer is kept that is to no scale")
	}
}
