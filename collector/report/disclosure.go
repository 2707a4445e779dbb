package report

// Disclosure control: what is printed of groups, so that nobody can tell from
// the file how a few people answered. Every threshold there is stands here or in
// the definition (survey.Definition: no minimum is under 10).
//
// The rules, each with its reason. The words are those of the Handbook on
// Statistical Disclosure Control, second edition, chapters 4 and 5.
//
//  1. Threshold. A group, or a question of it, with fewer than minimum people is
//     hidden: the fewer there are, the better they know each other's answers.
//  2. Ranges, no finer than four people. A size is a range of five people; a
//     favourable share is a range whose step stands for at least four (steps).
//     So 0 is never parted from 1, nor n from n-1: that nobody, or all but the
//     reader himself, answered one way is never printed.
//  3. Witness. For all that nobody should be able to tell (tells) there are other
//     numbers of people that print the same by rules 1 and 2, and in which it is
//     not so (witness.go). Where none are found, nothing is printed within the
//     group that has the part: none of its groups, if a size would be told, and
//     else that scale of none of them.
//
// Rule 3 looks at what rules 1 and 2 print, and at where nobody is; at nothing else. So an office and
// each of its witnesses print the same file, also to a reader who knows the rules:
// what he sees rules no witness out. (After Kenthapadi, Mishra and Nissim, Simulatable
// Auditing, PODS 2005.) Where rule 3 hides something, it follows that one of the parts
// within would have been told on. Where they are two or three, as in an office with
// one section to print, he may find out which: that is not prevented.
//
// Numbers are found for one scale at a time. That there can be people who answered so,
// of whom the office's themes have the same figures, is shown by tests (TestWitnesses).
//
// Tried before and dropped: to leave over nobody or two groups and minimum people
// under each parent (complementary suppression), which showed 72 to 77 % of what
// could be (BenchmarkShown); to hide the smallest printed group beside the part, and
// go round again, 94 %, with witnesses that were sought among the people, of which one
// in twenty-five printed another file in the end. Now it is 98 %.

import (
	"slices"

	"staffplan/collector/survey"
)

// stepsOf are the numbers of equal steps that 0 to 100 per cent is divided into.
var stepsOf = []int{100, 50, 20, 10, 5, 4, 3, 2}

// steps is the finest division whose steps stand for at least four of n people,
// n rounded down to five, since the size is printed in fives; 0 where none does.
func steps(n int) int {
	n -= n % 5
	for _, m := range stepsOf {
		if 4*m <= n {
			return m
		}
	}
	return 0
}

// step is a range of a favourable share: the place-th, from 0, of m steps.
type step struct{ m, place int }

// stepFor is where f of n lies. A range takes in where it begins and not where it
// ends, but the last takes in both.
func stepFor(f, n int) step {
	m := steps(n)
	if m == 0 {
		return step{}
	}
	return step{m, min(f*m/n, m-1)}
}

// outermost says whether the step reaches 0 or 100 per cent.
func (s step) outermost() bool { return s.place == 0 || s.place == s.m-1 }

// people is the range of sizes that is printed for n people: five of them.
func people(n int) interval { return interval{n - n%5, n - n%5 + 4} }

// groups is the tree of groups: the whole office, under it the options of the
// published group question, as part_of has them. Those who chose an option that
// others are part of, and nothing narrower, are a leaf under it; those who chose
// nothing are one under the office. Leaves make up all others.
type groups struct {
	parent   []int // by node; of the office -1
	children [][]int
	leaf     []int // by cell of the tally
	options  int   // node 1+k is option k; the office is node 0
}

func newGroups(options []survey.Option) *groups {
	g := &groups{parent: []int{-1}, options: len(options)}
	for _, o := range options {
		g.parent = append(g.parent, 1+slices.IndexFunc(options, func(p survey.Option) bool { return p.Value == o.PartOf }))
	}
	for k := range options {
		g.leaf = append(g.leaf, 1+k)
		if slices.Contains(g.parent, 1+k) {
			g.leaf[k] = len(g.parent)
			g.parent = append(g.parent, 1+k)
		}
	}
	g.leaf = append(g.leaf, len(g.parent))
	g.parent = append(g.parent, 0)
	g.children = make([][]int, len(g.parent))
	for node, parent := range g.parent {
		if parent >= 0 {
			g.children[parent] = append(g.children[parent], node)
		}
	}
	return g
}

// within says whether a node is part of another, or that one itself.
func (g *groups) within(node, of int) bool {
	for ; node >= 0; node = g.parent[node] {
		if node == of {
			return true
		}
	}
	return false
}

// sums adds up what the cells hold, by node.
func (g *groups) sums(cells []int) []int {
	sums := make([]int, len(g.parent))
	for cell, n := range cells {
		for node := g.leaf[cell]; node >= 0; node = g.parent[node] {
			sums[node] += n
		}
	}
	return sums
}

// office is what disclosure control looks at: people by node of the groups, and
// by scale and node those who answered and those who did so favourably.
type office struct {
	groups  *groups
	minimum int
	people  []int
	n, f    [][]int

	allAnswered []bool // the scale: who left it blank was refused
}

func (t *tally) office() *office {
	sums := func(count func(*cell) int) []int {
		var cells []int
		for _, c := range t.cells {
			cells = append(cells, count(c))
		}
		return t.groups.sums(cells)
	}
	o := &office{groups: t.groups, minimum: t.def.Minimum, people: sums(func(c *cell) int { return c.people })}
	for _, i := range t.scales {
		o.n = append(o.n, sums(func(c *cell) int { return c.answered[i] }))
		o.f = append(o.f, sums(func(c *cell) int { return c.favourable(&t.def.Questions[i], i) }))
		// What is required now may not have been so all the time.
		o.allAnswered = append(o.allAnswered, t.def.Questions[i].Required && t.everyone.answered[i] == t.everyone.people)
	}
	return o
}

// edition is which groups, and which scales of them, are printed: by node, and by
// scale and node. The office itself is node 0.
type edition struct {
	group []bool
	scale [][]bool
}

// thresholds applies rule 1. What is part of something hidden is hidden too.
func (o *office) thresholds() *edition {
	e := &edition{group: make([]bool, len(o.people))}
	for node := range e.group {
		e.group[node] = node <= o.groups.options && o.people[node] >= o.minimum
	}
	for i := range o.n {
		shown := slices.Clone(e.group)
		for node := range shown {
			shown[node] = shown[node] && o.n[i][node] >= o.minimum
		}
		e.scale = append(e.scale, shown)
	}
	return e
}

// disclose applies all rules.
func (o *office) disclose() *edition {
	first, e := o.thresholds(), o.thresholds()
	for k, x := range o.readings(first) {
		scale := k - 1
		for _, group := range o.telling(&witnesses{numbers: x}) {
			for node := range o.people {
				if node != group && o.groups.within(node, group) {
					e.hide(scale, node)
				}
			}
		}
	}
	return e
}

// hide takes out a scale of a node, or all of it (-1).
func (e *edition) hide(scale, node int) {
	if scale >= 0 {
		e.scale[scale][node] = false
		return
	}
	e.group[node] = false
	for _, shown := range e.scale {
		shown[node] = false
	}
}

// telling are the groups of which more is printed than should be: all, where no
// witness is found for anything.
func (o *office) telling(w *witnesses) (telling []int) {
	if !w.find(0, size, w.known[0][size]) {
		return []int{0}
	}
	for group := range o.people {
		if slices.ContainsFunc(w.parts(group), func(part int) bool { return o.tells(w, part) }) {
			telling = append(telling, group)
		}
	}
	return telling
}

// tells says whether of a part something is told that should not be: that at most
// one answered on a side; or, to within one, how many did or how many it has, where
// they may be fewer than minimum.
func (o *office) tells(w *witnesses, part int) bool {
	b := w.known[part]
	if b[size].lo < o.minimum && b[size].hi > 0 && !w.spreads(part, size) {
		return true
	}
	if b[answered].hi == 0 {
		return false
	}
	few := b[answered].lo < o.minimum
	return !w.reaches(part, favourable, 2) || !w.reaches(part, other, 2) ||
		few && !(w.spreads(part, favourable) && w.spreads(part, other))
}
