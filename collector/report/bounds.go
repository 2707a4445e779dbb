package report

// What a reader can work out from what is printed: whole numbers of people, bounded
// by intervals which tighten one another until nothing moves. A group is the sum of
// its parts; those who answered are those who did so favourably and the others; and
// those who did not are the rest.

import (
	"math"
	"slices"
)

// interval is the whole numbers from lo to hi: none where lo is more.
type interval struct{ lo, hi int }

// meet keeps what is in both. It says whether that is less than before.
func (v *interval) meet(w interval) (moved bool) {
	before := *v
	v.lo, v.hi = max(v.lo, w.lo), min(v.hi, w.hi)
	return *v != before
}

// join takes in what is in the other.
func (v *interval) join(w interval) {
	v.lo, v.hi = min(v.lo, w.lo), max(v.hi, w.hi)
}

func (v interval) middle() int { return (v.lo + v.hi) / 2 }

// quantity is what is counted of some people.
type quantity int

const (
	other      quantity = iota // those who answered a scale, but not favourably
	favourable                 // those who did
	answered
	blank
	size // all of them
	quantities
)

// bounds are what can be known of some people.
type bounds [quantities]interval

// numbers are what can be known of one scale, or of sizes alone. A part is a node
// of the groups; or, behind them, what the printed groups in one leave over, where
// that has several parts.
type numbers struct {
	children [][]int  // by part
	parent   []int    // by part
	printed  []bool   // by part
	step     []step   // by part: its printed range; m is 0 where none is
	known    []bounds // by part
}

// numbers are those that an edition tells outright. Of sizes alone, scale is -1.
func (o *office) numbers(e *edition, scale int) *numbers {
	g := o.groups
	x := &numbers{children: slices.Clone(g.children), parent: slices.Clone(g.parent), printed: slices.Clone(e.group)}
	if scale >= 0 {
		x.printed = slices.Clone(e.scale[scale])
	}
	for node := range g.parent {
		x.step = append(x.step, step{})
		x.known = append(x.known, o.sizes(e, node))
		if scale < 0 {
			x.known[node][answered].hi = 0
		} else {
			x.step[node] = o.share(e, scale, node, &x.known[node])
		}
	}
	for node, children := range g.children {
		hidden := slices.DeleteFunc(slices.Clone(children), func(child int) bool { return x.printed[child] })
		if 1 < len(hidden) && len(hidden) < len(children) {
			printed := slices.DeleteFunc(slices.Clone(children), func(child int) bool { return !x.printed[child] })
			x.children[node] = append(printed, len(x.children))
			x.children = append(x.children, hidden)
			x.parent = append(x.parent, node)
			for _, child := range hidden {
				x.parent[child] = len(x.children) - 1
			}
			x.printed = append(x.printed, false)
			x.step = append(x.step, step{})
			x.known = append(x.known, o.nothing())
		}
	}
	return x
}

// parts are those of a group of which something can be told, as parts of it are
// printed: all that it is divided into, and what hidden ones are.
func (x *numbers) parts(group int) []int {
	if !slices.ContainsFunc(x.children[group], func(part int) bool { return x.printed[part] }) {
		return nil
	}
	return x.under(group)
}

// under are the parts of one, down to those that are printed.
func (x *numbers) under(part int) (parts []int) {
	for _, child := range x.children[part] {
		parts = append(parts, child)
		if !x.printed[child] {
			parts = append(parts, x.under(child)...)
		}
	}
	return parts
}

// all are the parts.
func (x *numbers) all() (parts []int) {
	for part := range x.children {
		parts = append(parts, part)
	}
	return parts
}

// readings are what an edition tells of sizes alone, and then of each scale, with all
// that follows from it.
func (o *office) readings(e *edition) []*numbers {
	var all []*numbers
	for scale := -1; scale < len(o.n); scale++ {
		all = append(all, o.numbers(e, scale))
	}
	for moved := true; moved; {
		moved = false
		for k, x := range all {
			x.propagate(x.all()...)
			before := all[max(k-1, 0)]
			for node := range o.people { // sizes are the same in all
				moved = x.known[node][size].meet(before.known[node][size]) || moved
				moved = before.known[node][size].meet(x.known[node][size]) || moved
			}
		}
	}
	return all
}

// nothing is what is known of anybody.
func (o *office) nothing() (b bounds) {
	for of := range b {
		b[of].hi = o.people[0]
	}
	return b
}

// sizes is what an edition tells of the size of a node; and whether anybody is there.
func (o *office) sizes(e *edition, node int) bounds {
	b := o.nothing()
	switch {
	case node == 0:
		b[size].lo = b[size].hi
	case e.group[node]:
		b[size] = people(o.people[node])
	case node <= o.groups.options:
		b[size].hi = o.minimum - 1
	}
	// Where nobody is, nobody is told on: so that much may be known.
	if o.people[node] == 0 {
		b[size].hi = 0
	} else if len(o.groups.children[node]) == 0 {
		b[size].lo = max(1, b[size].lo)
	}
	return b
}

// share adds what an edition tells of a scale, and gives the range that it prints.
func (o *office) share(e *edition, scale, node int, b *bounds) step {
	if o.allAnswered[scale] {
		b[blank].hi = 0
	}
	if !e.scale[scale][node] {
		if node <= o.groups.options {
			b[answered].hi = min(b[answered].hi, o.minimum-1)
		}
		return step{}
	}
	n, f := o.n[scale][node], o.f[scale][node]
	s := stepFor(f, n)
	if node == 0 && !s.outermost() {
		b[answered], b[favourable] = interval{n, n}, interval{f, f}
		return step{}
	}
	b[answered].meet(divided(s.m))
	return s
}

// divided are the n that steps divides into m.
func divided(m int) interval {
	least := func(m int) int { return (4*m + 4) / 5 * 5 }
	at := slices.Index(stepsOf, m)
	if at == 0 {
		return interval{least(m), math.MaxInt}
	}
	return interval{least(m), least(stepsOf[at-1]) - 1}
}

// propagate tightens what is known until nothing moves, after it moved of some parts.
// It says whether there are numbers left for all.
func (x *numbers) propagate(parts ...int) bool {
	for len(parts) > 0 {
		part := parts[len(parts)-1]
		parts = parts[:len(parts)-1]
		if b := &x.known[part]; x.tighten(part) {
			parts = append(append(parts, part), x.children[part]...)
			if part > 0 {
				parts = append(parts, x.parent[part])
			}
			for _, v := range b {
				if v.lo > v.hi {
					return false
				}
			}
		}
	}
	return true
}

// tighten lets the quantities of a part, and those of what it is divided into, bound
// one another.
func (x *numbers) tighten(part int) bool {
	b := &x.known[part]
	moved := add(&b[answered], &b[favourable], &b[other])
	moved = add(&b[size], &b[answered], &b[blank]) || moved
	moved = x.step[part].tighten(b) || moved
	for of := range b {
		moved = x.sum(part, of) || moved
	}
	return moved
}

// add tightens a sum and its two parts by one another.
func add(sum, a, b *interval) bool {
	moved := sum.meet(interval{a.lo + b.lo, a.hi + b.hi})
	moved = a.meet(interval{sum.lo - b.hi, sum.hi - b.lo}) || moved
	return b.meet(interval{sum.lo - a.hi, sum.hi - a.lo}) || moved
}

// sum tightens one quantity of a part and of its children by one another.
func (x *numbers) sum(part, of int) bool {
	if len(x.children[part]) == 0 {
		return false
	}
	var total interval
	for _, child := range x.children[part] {
		total.lo += x.known[child][of].lo
		total.hi += x.known[child][of].hi
	}
	whole := &x.known[part][of]
	moved := whole.meet(total)
	for _, child := range x.children[part] {
		v := &x.known[child][of]
		moved = v.meet(interval{whole.lo - total.hi + v.hi, whole.hi - total.lo + v.lo}) || moved
	}
	return moved
}

// tighten lets those who answered, and how, bound one another by the printed range:
// with n of them, place·n ≤ m·favourable < (place+1)·n, but in the last the end is
// taken in.
func (s step) tighten(b *bounds) bool {
	if s.m == 0 {
		return false
	}
	up := func(a, b int) int { return (a + b - 1) / b }
	from, to := s.place, s.place+1
	n, f := b[answered], b[favourable]
	f.lo = max(f.lo, up(from*n.lo, s.m))
	if from > 0 {
		n.hi = min(n.hi, s.m*f.hi/from)
	}
	o := b[other]
	o.hi = min(o.hi, n.hi*(s.m-from)/s.m)
	n.lo = max(n.lo, up(s.m*o.lo, s.m-from))
	if to < s.m {
		f.hi = min(f.hi, (to*n.hi-1)/s.m)
		n.lo = max(n.lo, s.m*f.lo/to+1)
		o.lo = max(o.lo, n.lo*(s.m-to)/s.m+1)
		n.hi = min(n.hi, (s.m*o.hi-1)/(s.m-to))
	}
	moved := b[answered].meet(n)
	moved = b[favourable].meet(f) || moved
	return b[other].meet(o) || moved
}
