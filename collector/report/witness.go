package report

// Rule 4 of disclosure control: for each claim that is true, another office that
// prints the same and in which it is not.
//
// It is made from the true one by one or two exchanges: somebody in the part and
// somebody outside, who answered as many items of its themes, give one another their
// answer to the scale. For the office that changes no count, and of a theme only how
// far people differ, in places that are not printed. Where exchanges do not do, one
// or two people move into the part, or out of it, with all they answered.
//
// A witness prints the same by rules 1 to 3. Rule 4 can still hide more in it than in
// the true office, where a claim that is true there has no witness of its own.

import (
	"maps"
	"reflect"
	"slices"
)

// What bounds the search.
const (
	asked  = 100  // people of a cell, by scale and side, who may exchange an answer
	moving = 12   // of them, who may move
	tries  = 5000 // candidates that are looked at for one claim
)

// disclose applies all rules. The witnesses are those of the edition.
func (t *tally) disclose(all []person, previous *Previous) *search {
	s := &search{t: t, o: t.office(), all: all, previous: previous, themes: t.themeResults(previous)}
	s.first = s.o.thresholds()
	s.ask()
	for {
		s.e = s.o.rules(s.hidden)
		s.before, s.found = s.found, map[claim]witness{}
		alone := s.o.firstOfEach(s.e, func(c claim) bool { return !s.against(c) })
		if len(alone) == 0 {
			return s
		}
		s.hidden = append(s.hidden, alone...)
	}
}

// witness is the people of the true office who are others in another one: by
// place among all, what they answered there.
type witness map[int]person

// search looks for witnesses.
type search struct {
	t        *tally
	o        *office
	all      []person
	sides    [][]side    // by person and scale
	asked    [][][][]int // people by cell, scale and side
	previous *Previous
	themes   []Theme  // as they are printed
	first    *edition // what the thresholds alone let through

	hidden []claim // those there is no witness against
	e      *edition
	before map[claim]witness // of the last edition: most do again
	found  map[claim]witness
	left   int // candidates that may yet be looked at
}

// ask chooses the people of each cell who may take part.
func (s *search) ask() {
	for range s.t.cells {
		s.asked = append(s.asked, make([][][]int, len(s.t.scales)))
	}
	for _, scales := range s.asked {
		for scale := range scales {
			scales[scale] = make([][]int, 1+blank)
		}
	}
	for at, p := range s.all {
		sides := make([]side, len(s.t.scales))
		for scale, i := range s.t.scales {
			sides[scale] = s.t.side(i, p)
			if of := &s.asked[s.t.cellOf(p)][scale][sides[scale]]; len(*of) < asked {
				*of = append(*of, at)
			}
		}
		s.sides = append(s.sides, sides)
	}
}

// side is how somebody answered a scale.
func (t *tally) side(i int, p person) side {
	q := &t.def.Questions[i]
	switch {
	case len(p[i]) == 0:
		return blank
	case isFavourable(q, p[i][0]):
		return favourable
	}
	return other
}

// people are those of a cell who answered a scale on a side, and are not in w.
func (s *search) people(cell, scale int, of side, w witness) []int {
	return slices.DeleteFunc(slices.Clone(s.asked[cell][scale][of]), func(at int) bool {
		_, taken := w[at]
		return taken
	})
}

// against looks for a witness against a claim.
func (s *search) against(c claim) bool {
	s.left = tries
	if w, ok := s.before[c]; ok && s.try(c, w) {
		return true
	}
	n := 2
	if c.scale >= 0 && !c.within {
		n -= s.o.count(s.e, c)
	}
	switch {
	case c.scale < 0:
		return s.move(c, n, true) || s.move(c, n, false)
	case c.within:
		return s.exchange(c, c.side, n) || s.exchange(c, c.side.against(), n) || s.move(c, n, true) || s.move(c, n, false)
	}
	return s.exchange(c, c.side, n) || s.move(c, n, true)
}

// inside are the cells of a part, and outside the others.
func (s *search) inside(c claim) (inside, outside []int) {
	g := s.o.groups
	for cell, leaf := range g.leaf {
		node := leaf
		for node >= 0 && node != c.node && !(c.rest && s.e.scale[c.scale][node]) {
			node = g.parent[node]
		}
		if node == c.node {
			inside = append(inside, cell)
		} else {
			outside = append(outside, cell)
		}
	}
	return inside, outside
}

// exchange looks for n exchanges after which n more of the part have answered on
// a side.
func (s *search) exchange(c claim, gain side, n int) bool {
	inside, outside := s.inside(c)
	return some(n, pairs(outside, inside), func(ways ...[2]int) bool {
		return s.fits(c, gain, ways...) && s.between(c, gain, witness{}, ways...)
	})
}

// pairs are all of one of these and one of those.
func pairs(from, to []int) (all [][2]int) {
	for _, a := range from {
		for _, b := range to {
			all = append(all, [2]int{a, b})
		}
	}
	return all
}

// some tells whether n of these do, 1 or 2, which may be the same twice.
func some(n int, of [][2]int, do func(...[2]int) bool) bool {
	for k, first := range of {
		if n == 1 {
			if do(first) {
				return true
			}
			continue
		}
		for _, second := range of[k:] {
			if do(first, second) {
				return true
			}
		}
	}
	return false
}

// fits says whether all ranges stay as they are with an exchange between each
// pair of cells.
func (s *search) fits(c claim, gain side, pairs ...[2]int) bool {
	f, by := slices.Clone(s.o.f[c.scale]), int(2*gain-1)
	for _, pair := range pairs {
		s.along(f, pair[0], -by)
		s.along(f, pair[1], by)
	}
	return s.sameSteps(c.scale, s.o.n[c.scale], f)
}

// between makes an exchange between each pair of cells, beside those in w.
func (s *search) between(c claim, gain side, w witness, pairs ...[2]int) bool {
	if len(pairs) == 0 {
		return s.try(c, w)
	}
	i := s.t.scales[c.scale]
	for _, b := range s.people(pairs[0][0], c.scale, gain, w) {
		for _, a := range s.people(pairs[0][1], c.scale, gain.against(), w) {
			if !s.t.alike(i, s.all[a], s.all[b]) {
				continue
			}
			s.left--
			w[a], w[b] = slices.Clone(s.all[a]), slices.Clone(s.all[b])
			w[a][i], w[b][i] = w[b][i], w[a][i]
			if s.between(c, gain, w, pairs[1:]...) {
				return true
			}
			delete(w, a)
			delete(w, b)
			if s.left <= 0 {
				return false
			}
		}
	}
	return false
}

// alike says whether two people who exchange an answer leave the index of each
// theme as it is: they answered as many of its items.
func (t *tally) alike(i int, a, b person) bool {
	for _, theme := range t.themes {
		if slices.Contains(theme.scales, i) {
			ofA, _ := t.score(theme, a)
			ofB, _ := t.score(theme, b)
			if ofA != ofB {
				return false
			}
		}
	}
	return true
}

// mover is somebody, by place among all, who goes from one cell to another.
type mover struct{ person, from, to int }

// move looks for n people to move into the part, or out of it: such as the claim
// is about.
func (s *search) move(c claim, n int, into bool) bool {
	sources, targets := s.inside(c)
	if into {
		sources, targets = targets, sources
	}
	return some(n, pairs(sources, targets), func(ways ...[2]int) bool {
		return s.sizesStay(ways...) && s.goes(c, nil, ways...)
	})
}

// sizesStay says whether each group is printed, and of the size it is, when somebody
// goes each way.
func (s *search) sizesStay(ways ...[2]int) bool {
	size := slices.Clone(s.o.people)
	for _, way := range ways {
		s.along(size, way[0], -1)
		s.along(size, way[1], 1)
	}
	for node, n := range size {
		if was := s.o.people[node]; n < 0 || s.first.group[node] && people(n) != people(was) ||
			node <= s.o.groups.options && (n < s.o.minimum) != (was < s.o.minimum) {
			return false
		}
	}
	return true
}

// goes looks for somebody to go each way, beside those who go already.
func (s *search) goes(c claim, movers []mover, ways ...[2]int) bool {
	if len(ways) == 0 {
		w := s.moved(c, movers...)
		return w != nil && s.try(c, w)
	}
	var people []int
	from, to := ways[0][0], ways[0][1]
	if c.scale >= 0 {
		people = s.asked[from][c.scale][c.side]
	} else {
		people = slices.Concat(s.asked[from][0]...)
	}
	for _, at := range people[:min(moving, len(people))] {
		if !slices.ContainsFunc(movers, func(m mover) bool { return m.person == at }) &&
			s.goes(c, append(movers, mover{at, from, to}), ways[1:]...) {
			return true
		}
		if s.left <= 0 {
			return false
		}
	}
	return false
}

// moved is the witness in which people move; nil where something printed would be
// another. Where that is a range, somebody who stays gives the mover an answer
// with which it is not.
func (s *search) moved(c claim, movers ...mover) witness {
	s.left--
	w := witness{}
	for _, m := range movers {
		p := slices.Clone(s.all[m.person])
		p[s.t.group] = nil
		if m.to < len(s.t.cells)-1 {
			p[s.t.group] = []int{m.to}
		}
		w[m.person] = p
	}
	for scale, i := range s.t.scales {
		n, f := slices.Clone(s.o.n[scale]), slices.Clone(s.o.f[scale])
		for _, m := range movers {
			if had := s.sides[m.person][scale]; had != blank {
				s.along(n, m.from, -1)
				s.along(n, m.to, 1)
				s.along(f, m.from, -int(had))
				s.along(f, m.to, int(had))
			}
		}
		for _, m := range movers {
			had := s.sides[m.person][scale]
			if had == blank || scale == c.scale || s.sameSteps(scale, n, f) {
				continue
			}
			for _, at := range s.people(m.from, scale, had.against(), w) {
				if p := w[m.person]; s.t.alike(i, s.all[at], p) {
					w[at] = slices.Clone(s.all[at])
					w[at][i], p[i] = p[i], w[at][i]
					by := int(2*had - 1)
					s.along(f, m.from, by)
					s.along(f, m.to, -by)
					break
				}
			}
		}
		if !s.sameSteps(scale, n, f) {
			return nil
		}
	}
	return w
}

// along adds to a cell's leaf and all groups that contain it.
func (s *search) along(by []int, cell, n int) {
	for node := s.o.groups.leaf[cell]; node > 0; node = s.o.groups.parent[node] {
		by[node] += n
	}
}

// sameSteps says whether a scale with these counts is printed as it is.
func (s *search) sameSteps(scale int, n, f []int) bool {
	for node := 1; node < len(n); node++ {
		if s.e.scale[scale][node] && stepFor(f[node], n[node]) != stepFor(s.o.f[scale][node], s.o.n[scale][node]) {
			return false
		}
	}
	return true
}

// try says whether the office with these others is a witness: in it the claim is
// not true, and it prints the same by the same rules.
func (s *search) try(c claim, w witness) bool {
	o, moved := s.with(w)
	was, is := s.o.count(s.e, c), o.count(s.e, c)
	if c.within || c.scale < 0 {
		if was-is < 2 && is-was < 2 {
			return false
		}
	} else if is < 2 {
		return false
	}
	// What is printed is the same from the start. So rule 3 hides the same, where it
	// does not depend on sizes that are not printed.
	if !s.printsTheSame(o) || moved && !reflect.DeepEqual(s.e, o.rules(s.hidden)) || !s.sameThemes(w) {
		return false
	}
	s.found[c] = maps.Clone(w)
	return true
}

// with is the office with others in it, and whether somebody is in another cell.
func (s *search) with(w witness) (o *office, moved bool) {
	o = s.o.clone()
	for at, p := range w {
		from, to := s.t.cellOf(s.all[at]), s.t.cellOf(p)
		moved = moved || from != to
		s.along(o.people, from, -1)
		s.along(o.people, to, 1)
		for scale, i := range s.t.scales {
			if len(p[i]) > 0 {
				s.along(o.n[scale], from, -1)
				s.along(o.n[scale], to, 1)
				s.along(o.f[scale], from, -int(s.sides[at][scale]))
				s.along(o.f[scale], to, int(s.t.side(i, p)))
			}
		}
	}
	return o, moved
}

// printsTheSame says whether the thresholds let the same through, and its ranges are
// the same.
func (s *search) printsTheSame(o *office) bool {
	if !reflect.DeepEqual(o.thresholds(), s.first) {
		return false
	}
	for node, shown := range s.first.group {
		if shown && people(o.people[node]) != people(s.o.people[node]) {
			return false
		}
	}
	for scale := range o.n {
		for node, shown := range s.first.scale[scale] {
			if shown && stepFor(o.f[scale][node], o.n[scale][node]) != stepFor(s.o.f[scale][node], s.o.n[scale][node]) {
				return false
			}
		}
	}
	return true
}

// sameThemes says whether the office's themes are printed as they are.
func (s *search) sameThemes(w witness) bool {
	for j, theme := range s.t.themes {
		m := slices.Clone(s.t.moments[j])
		for at, p := range w {
			if n, sum := s.t.score(theme, s.all[at]); n > 0 {
				m[n-1].squares -= sum * sum
			}
			if n, sum := s.t.score(theme, p); n > 0 {
				m[n-1].squares += sum * sum
			}
		}
		if !slices.Equal(m, s.t.moments[j]) && !reflect.DeepEqual(s.t.themeResult(theme, m, s.previous), s.themes[j]) {
			return false
		}
	}
	return true
}
