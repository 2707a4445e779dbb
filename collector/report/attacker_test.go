package report

// Readers with all the time there is: they go through every number of people there can
// be in small offices.

import (
	"math/rand/v2"
	"slices"
	"testing"

	"staffplan/collector/survey"
)

// rules are those that are in force.
type rules struct{ threshold, ranges, witness bool }

// edition is what is printed by these rules.
func (r rules) edition(o *office) *edition {
	e := o.thresholds()
	if r.witness {
		e = o.disclose()
	}
	for node := 1; node <= o.groups.options && !r.threshold; node++ {
		if o.people[node] < o.minimum {
			e.group[node], e.scale[0][node] = true, true
		}
	}
	return e
}

// same says whether an edition of another office tells the same.
func (r rules) same(o, another *office, e *edition) bool {
	f, n := o.f[0], o.people
	whole := stepFor(f[0], n[0])
	if stepFor(another.f[0][0], n[0]) != whole || !whole.outermost() && another.f[0][0] != f[0] {
		return false
	}
	for node := 1; node <= o.groups.options; node++ {
		is, favourable := another.people[node], another.f[0][node]
		if e.group[node] && people(is) != people(n[node]) {
			return false
		}
		if e.scale[0][node] && (stepFor(favourable, is) != stepFor(f[node], n[node]) ||
			!r.ranges && (favourable != f[node] || is != n[node])) {
			return false
		}
	}
	return true
}

// attack gives what is true of an office, and holds in every one of which the same is
// printed. Everybody answered.
func attack(o *office, r rules) []claim {
	e, g := r.edition(o), o.groups
	x := &numbers{children: g.children, printed: make([]bool, len(g.parent))}
	counts := o.counts(x, 0)
	var proved []claim
	for _, part := range x.under(0) {
		count := counts[part]
		if slices.Contains(e.group[1:], true) && count[size] > 0 && count[size] < o.minimum {
			proved = append(proved, claim{0, part, size, true})
		}
		for _, side := range []quantity{favourable, other} {
			if slices.Contains(e.scale[0][1:], true) && count[size] > 0 && count[side] < 2 {
				proved = append(proved, claim{0, part, side, false})
			}
			if slices.Contains(e.scale[0][1:], true) && count[size] > 0 && count[size] < o.minimum {
				proved = append(proved, claim{0, part, side, true})
			}
		}
	}
	n, f := make([]int, len(g.leaf)), make([]int, len(g.leaf))
	var cell func(k, left int)
	cell = func(k, left int) {
		if k == len(n) {
			another := &office{groups: g, people: g.sums(n), n: [][]int{g.sums(n)}, f: [][]int{g.sums(f)}}
			if r.same(o, another, e) {
				is := another.counts(x, 0)
				proved = slices.DeleteFunc(proved, func(c claim) bool { return !c.holds(counts[c.part][c.of], is[c.part][c.of]) })
			}
			return
		}
		from := 0
		if k == len(n)-1 {
			from = left
		}
		for n[k] = from; n[k] <= left; n[k]++ {
			if node := g.leaf[k]; e.group[node] && people(n[k]) != people(o.people[node]) {
				continue // at once: there are many
			}
			for f[k] = 0; f[k] <= n[k] && len(proved) > 0; f[k]++ {
				cell(k+1, left-n[k])
			}
		}
	}
	cell(0, o.people[0])
	return proved
}

// smallOffice has two sections and some who named none, and one scale, on which many
// are of one mind.
func smallOffice(t testing.TB, random *rand.Rand) *office {
	def := define(t, `{"id":"q","kind":"scale","text":"q","required":true,`+five+`},`+units)
	ta := newTally(def)
	for cell, n := range []int{10 + random.IntN(8), 5 + random.IntN(10), random.IntN(5) * random.IntN(2)} {
		lean := []float64{0, 0.1, 0.5, 0.9, 1}[random.IntN(5)]
		for range n {
			p := person{{random.IntN(3)}, {cell}}
			if random.Float64() < lean {
				p[0] = []int{4}
			}
			if cell == 2 {
				p[1] = nil
			}
			ta.add(p)
		}
	}
	return ta.office()
}

// TestAttacker: nothing can be proved from what is printed. With any rule taken out,
// something can.
func TestAttacker(t *testing.T) {
	const n = 300
	for name, r := range map[string]rules{
		"all rules":    {true, true, true},
		"no threshold": {false, true, true},
		"no ranges":    {true, false, true},
		"no witness":   {true, true, false},
	} {
		proved := 0
		for office := range n {
			o := smallOffice(t, rand.New(rand.NewPCG(uint64(office), 3)))
			claims := attack(o, r)
			proved += len(claims)
			if r == (rules{true, true, true}) && len(claims) > 0 {
				t.Errorf("office %d, %v people, %v favourable: %+v", office, o.people, o.f, claims)
			}
		}
		t.Logf("%s: %d claims proved of %d offices", name, proved, n)
		if (r == rules{true, true, true}) != (proved == 0) {
			t.Errorf("%s: %d claims are proved", name, proved)
		}
	}
}

// TestBounds compares bounds with all numbers there can be, of up to four cells of
// six people, under random knowledge that is true; and a solution is one of them.
func TestBounds(t *testing.T) {
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
		x := &numbers{children: g.children, parent: g.parent, step: make([]step, len(g.parent)), known: make([]bounds, len(g.parent))}
		for node := range x.known {
			b := &x.known[node]
			for of := range b {
				b[of] = interval{0, 24}
			}
			b[blank] = interval{0, 0}
			if random.IntN(3) > 0 {
				b[answered] = around(sumN[node])
			}
			if random.IntN(3) > 0 {
				b[favourable] = around(sumF[node])
			}
			if random.IntN(4) == 0 {
				b[other] = around(sumN[node] - sumF[node])
			}
			if m := 2 + random.IntN(4); random.IntN(2) == 0 && sumN[node] > 0 {
				x.step[node] = step{m, min(sumF[node]*m/sumN[node], m-1)}
				b[answered].lo = max(1, b[answered].lo)
			}
		}
		given := slices.Clone(x.known)
		fits := func(known []bounds, f, n []int) bool {
			for node, b := range known {
				for of, v := range map[quantity]int{answered: n[node], favourable: f[node], other: n[node] - f[node]} {
					if v < b[of].lo || v > b[of].hi {
						return false
					}
				}
				if s := x.step[node]; s.m > 0 && (n[node] == 0 || min(f[node]*s.m/n[node], s.m-1) != s.place) {
					return false
				}
			}
			return true
		}
		x.propagate(x.all()...)
		solution, left := *x, 10_000
		solution.known = slices.Clone(x.known)
		if !solution.solve(interval.middle, &left, x.all()...) {
			t.Fatalf("%v of %v: no solution is found", f, n)
		}
		for k, leaf := range g.leaf {
			f[k], n[k] = solution.known[leaf][favourable].lo, solution.known[leaf][answered].lo
		}
		if !fits(given, g.sums(f), g.sums(n)) {
			t.Fatalf("%v of %v is no solution of %v", f, n, given)
		}
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
			if sumF, sumN := g.sums(f), g.sums(n); fits(given, sumF, sumN) && !fits(x.known, sumF, sumN) {
				t.Fatalf("%v of %v fits what is given, and not the bounds\n%v\n%v", f, n, given, x.known)
			}
		}
		cell(0)
	}
}
