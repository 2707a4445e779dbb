package report

// What a reader can work out from what is printed: rule 3 of disclosure control.
// Whole numbers of people are bounded by intervals, which tighten one another
// until nothing moves: a group is the sum of its parts, those who answered are
// those who did so favourably and the others, and those who did not are the rest.

import (
	"math"
	"slices"
)

// interval is the whole numbers from lo to hi.
type interval struct{ lo, hi int }

// bounds are what can be known of a node: people, and for one scale those who
// answered, favourably or not, and those who left it blank.
type bounds struct{ people, answered, favourable, other, blank interval }

// part is some of the people: those of a node; or, the rest, what the printed
// groups below it leave over.
type part struct {
	node int
	rest bool
}

// claim is a thing that nobody should be able to tell of a part.
type claim struct {
	part
	scale  int  // -1: how many people it has, to within one
	side   side // of the scale
	within bool // how many answered on the side, to within one; else that at most one did
}

// side is how somebody answered a scale.
type side int

const (
	other side = iota
	favourable
	blank
)

// against is the other of two sides.
func (s side) against() side { return favourable - s }

// claims are those that are true of an office, while an edition of it is printed.
func (o *office) claims(e *edition) []claim {
	var all []claim
	if slices.Contains(e.group[1:], true) {
		for node := range o.people {
			if node > 0 && !e.group[node] && o.people[node] > 0 && o.people[node] < o.minimum {
				all = append(all, claim{part: part{node: node}, scale: -1})
			}
		}
	}
	for i := range o.n {
		for _, p := range o.parts(e, i) {
			for _, side := range []side{favourable, other} {
				if c := (claim{p, i, side, false}); o.count(e, c) <= 1 {
					all = append(all, c)
				}
				if hidden := p.rest || !e.scale[i][p.node]; hidden && o.count(e, claim{p, i, favourable, true})+o.count(e, claim{p, i, other, true}) < o.minimum {
					all = append(all, claim{p, i, side, true})
				}
			}
		}
	}
	return all
}

// count is how many people of its part a claim is about.
func (o *office) count(e *edition, c claim) int {
	if c.scale < 0 {
		return o.people[c.node]
	}
	of := func(node int) int {
		if c.side == favourable {
			return o.f[c.scale][node]
		}
		return o.n[c.scale][node] - o.f[c.scale][node]
	}
	n := of(c.node)
	if c.rest {
		printed, _ := o.groups.below(c.node, e.scale[c.scale], o.n[c.scale])
		for _, node := range printed {
			n -= of(node)
		}
	}
	return n
}

// attack gives the first claim on each scale that the bounds prove, or the first
// on a size.
func (o *office) attack(e *edition) []claim {
	known := o.bounds(e)
	return o.firstOfEach(e, func(c claim) bool {
		if c.scale < 0 {
			b := known[0][c.node].people
			return b.hi-b.lo <= 1
		}
		of := func(node int) interval {
			if c.side == favourable {
				return known[c.scale][node].favourable
			}
			return known[c.scale][node].other
		}
		b := of(c.node)
		if c.rest {
			printed, _ := o.groups.below(c.node, e.scale[c.scale], o.n[c.scale])
			for _, node := range printed {
				b = interval{b.lo - of(node).hi, b.hi - of(node).lo}
			}
		}
		return b.hi <= 1 || c.within && b.hi-b.lo <= 1
	})
}

// firstOfEach gives the first claim that stands on each scale, or the first on a
// size: each has more hidden, by which others may fall.
func (o *office) firstOfEach(e *edition, stands func(claim) bool) []claim {
	var first []claim
	for _, c := range o.claims(e) {
		if len(first) > 0 && (first[0].scale < 0 || first[len(first)-1].scale == c.scale) {
			continue
		}
		if stands(c) {
			first = append(first, c)
		}
	}
	return first
}

// parts are those in which somebody answered a scale of which anything is printed.
func (o *office) parts(e *edition, i int) []part {
	g := o.groups
	if !slices.Contains(e.scale[i][1:], true) {
		return nil
	}
	var all []part
	for node := range g.parent {
		if node > 0 && o.n[i][node] > 0 {
			all = append(all, part{node: node})
		}
		if printed, left := g.below(node, e.scale[i], o.n[i]); e.scale[i][node] && len(printed) > 0 && len(left) > 1 {
			all = append(all, part{node, true})
		}
	}
	return all
}

// bounds works out what is known, by scale and node.
func (o *office) bounds(e *edition) [][]bounds {
	all := make([][]bounds, len(o.n))
	for i := range all {
		all[i] = make([]bounds, len(o.people))
		for node := range all[i] {
			all[i][node] = o.printed(e, i, node)
		}
	}
	o.groups.propagate(all)
	return all
}

// propagate tightens what is known, by scale and node, until nothing moves.
func (g *groups) propagate(all [][]bounds) {
	for moved := true; moved; {
		moved = false
		for i := range all {
			for node := range all[i] {
				b := &all[i][node]
				if i > 0 { // the people are the same on every scale
					moved = b.people.meet(all[i-1][node].people) || moved
					moved = all[i-1][node].people.meet(b.people) || moved
				}
				moved = add(&b.answered, &b.favourable, &b.other) || moved
				moved = add(&b.people, &b.answered, &b.blank) || moved
			}
			moved = g.tighten(all[i]) || moved
		}
	}
}

// printed is what the file says of a node outright.
func (o *office) printed(e *edition, i, node int) bounds {
	all := o.people[0]
	any := interval{0, all}
	b := bounds{any, any, any, any, any}
	if e.group[node] {
		b.people = people(o.people[node])
	}
	if node == 0 {
		b.people = interval{all, all}
	}
	n, f := o.n[i][node], o.f[i][node]
	if !e.scale[i][node] {
		return b
	}
	s := stepFor(f, n)
	if node == 0 && !s.outermost() {
		b.answered, b.favourable, b.other = interval{n, n}, interval{f, f}, interval{n - f, n - f}
		return b
	}
	b.answered = sizes(s.m)
	b.answered.meet(any)
	least := func(n int) int { return (s.place*n + s.m - 1) / s.m }
	most := func(n int) int {
		if s.place == s.m-1 {
			return n
		}
		return ((s.place+1)*n - 1) / s.m
	}
	// All four grow with n.
	lo, hi := b.answered.lo, b.answered.hi
	b.favourable = interval{least(lo), most(hi)}
	b.other = interval{lo - most(lo), hi - least(hi)}
	return b
}

// sizes are the n that steps divides into m.
func sizes(m int) interval {
	least := func(m int) int { return (4*m + 4) / 5 * 5 }
	at := slices.Index(stepsOf, m)
	if at == 0 {
		return interval{least(m), math.MaxInt}
	}
	return interval{least(m), least(stepsOf[at-1]) - 1}
}

// tighten lets a node and the sum of its children bound one another.
func (g *groups) tighten(b []bounds) (moved bool) {
	for _, of := range []func(*bounds) *interval{
		func(b *bounds) *interval { return &b.people },
		func(b *bounds) *interval { return &b.answered },
		func(b *bounds) *interval { return &b.favourable },
		func(b *bounds) *interval { return &b.other },
		func(b *bounds) *interval { return &b.blank },
	} {
		for node, children := range g.children {
			if len(children) > 0 {
				parts := make([]*interval, len(children))
				for k, child := range children {
					parts[k] = of(&b[child])
				}
				moved = add(of(&b[node]), parts...) || moved
			}
		}
	}
	return moved
}

// add tightens a sum and its parts by one another.
func add(sum *interval, parts ...*interval) (moved bool) {
	var total interval
	for _, p := range parts {
		total.lo += p.lo
		total.hi += p.hi
	}
	moved = sum.meet(total)
	for _, p := range parts {
		others := interval{total.lo - p.lo, total.hi - p.hi}
		moved = p.meet(interval{sum.lo - others.hi, sum.hi - others.lo}) || moved
	}
	return moved
}

// meet keeps what is in both. It says whether that is less than before.
func (v *interval) meet(w interval) bool {
	before := *v
	v.lo, v.hi = max(v.lo, w.lo), min(v.hi, w.hi)
	return *v != before
}
