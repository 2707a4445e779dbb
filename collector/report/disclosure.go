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
//  3. Audit. Bounds on every part are worked out from what is printed, as a reader
//     would (bounds.go). Where a part could be pinned, more is hidden.
//  4. Witness. For every part whose true figures would tell on people there is
//     another office that prints the same and in which they are not so
//     (witness.go). Where none is found, more is hidden.
//
// Rules 3 and 4 hide the smallest printed sibling, and all begins again.
//
// Complementary suppression, which leaves over nobody or two groups and minimum
// people under each parent, was tried as a rule before the audit: over random offices
// 72 to 77 % of what could be shown was, and without it 94 to 99 % (BenchmarkShown).
// Every claim has its witness either way, since ranges leave room that whole per cents
// would not.

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
	}
	return o
}

// edition is which groups, and which scales of them, are printed: by node, and by
// scale and node. The office itself is node 0.
type edition struct {
	group []bool
	scale [][]bool
}

func (o *office) clone() *office {
	clone := &office{groups: o.groups, minimum: o.minimum, people: slices.Clone(o.people)}
	for i := range o.n {
		clone.n = append(clone.n, slices.Clone(o.n[i]))
		clone.f = append(clone.f, slices.Clone(o.f[i]))
	}
	return clone
}

// thresholds applies rule 1.
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

// rules applies rules 1 to 3, with what is hidden already hidden.
func (o *office) rules(hidden []claim) *edition {
	e := o.thresholds()
	for _, c := range hidden {
		o.hide(e, c)
	}
	for {
		proved := o.attack(e)
		if len(proved) == 0 {
			return e
		}
		for _, c := range proved {
			o.hide(e, c)
		}
	}
}

// below gives the printed groups nearest below a node, and the people in each of
// the parts that they leave over, where there are any.
func (g *groups) below(node int, shown []bool, n []int) (printed, left []int) {
	for _, child := range g.children[node] {
		if shown[child] {
			printed = append(printed, child)
			continue
		}
		over := n[child]
		within, _ := g.below(child, shown, n)
		for _, w := range within {
			over -= n[w]
		}
		printed = append(printed, within...)
		if over > 0 {
			left = append(left, over)
		}
	}
	return printed, left
}

func smallest(nodes, n []int) int {
	return slices.MinFunc(nodes, func(a, b int) int { return n[a] - n[b] })
}

// hide answers a claim: the smallest printed sibling of the part is no longer
// printed; where there is none, what contains it is not.
func (o *office) hide(e *edition, c claim) {
	g := o.groups
	shown, n := e.group, o.people
	if c.scale >= 0 {
		shown, n = e.scale[c.scale], o.n[c.scale]
	}
	above := g.parent[c.part.node]
	if c.part.rest {
		above = c.part.node
	}
	for !shown[above] {
		above = g.parent[above]
	}
	hidden := above
	if printed, _ := g.below(above, shown, n); len(printed) > 0 {
		hidden = smallest(printed, n)
	}
	shown[hidden] = false
	if c.scale < 0 {
		for i := range e.scale {
			e.scale[i][hidden] = false
		}
	}
}
