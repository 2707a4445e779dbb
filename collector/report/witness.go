package report

// Rule 3 of disclosure control: for each thing that nobody should be able to tell,
// numbers of people by cell that print the same, and in which it is not so.
//
// They are looked for in what is printed alone, never in how people answered. So
// offices that print the same have the same witnesses, and hide the same.

import "slices"

// witnesses are numbers that print the same: what those found so far lie between.
type witnesses struct {
	*numbers
	found []bounds // by part
}

// find looks for numbers of which one lies within an interval.
func (w *witnesses) find(part int, of quantity, within interval) bool {
	x := *w.numbers
	x.known = slices.Clone(x.known)
	x.known[part][of].meet(within)
	if left := 10 * len(x.known); !x.solve(interval.middle, &left, part) {
		return false
	}
	if w.found == nil {
		w.found = x.known
	}
	for part := range w.found {
		for of := range w.found[part] {
			w.found[part][of].join(x.known[part][of])
		}
	}
	return true
}

// solve chooses a number for all that is not certain: for each leaf in turn any one,
// or where that leads nowhere one below, or above. It gives up when none of so many
// choices are left. What is known moved of some parts.
func (x *numbers) solve(choose func(interval) int, left *int, moved ...int) bool {
	if *left--; *left < 0 || !x.propagate(moved...) {
		return false
	}
	for part, children := range x.children {
		for _, of := range []quantity{size, favourable, other} {
			v := x.known[part][of]
			if len(children) > 0 || v.lo == v.hi {
				continue
			}
			before, n := x.known, choose(v)
			for _, choice := range []interval{{n, n}, {v.lo, n - 1}, {n + 1, v.hi}} {
				x.known = slices.Clone(before)
				x.known[part][of] = choice
				if choice.lo <= choice.hi && x.solve(choose, left, part) {
					return true
				}
			}
			return false
		}
	}
	return true
}

// reaches says whether there are numbers in which so many, or more, are counted.
func (w *witnesses) reaches(part int, of quantity, n int) bool {
	return w.found[part][of].hi >= n || w.find(part, of, interval{n, w.known[part][of].hi})
}

// spreads says whether whatever is counted, there are numbers in which it is two or
// more away: those found lie three apart.
func (w *witnesses) spreads(part int, of quantity) bool {
	found, known := &w.found[part][of], w.known[part][of]
	apart := func() bool {
		return found.hi-found.lo >= 3 || w.find(part, of, interval{found.lo + 3, known.hi}) || w.find(part, of, interval{known.lo, found.hi - 3})
	}
	return apart() || known.lo < found.lo && w.find(part, of, interval{known.lo, known.lo}) && apart()
}
