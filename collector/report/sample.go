package report

// Some of the people, for other offices to be made of (witness.go): however many
// answered, no more are held than are asked there.

import (
	"cmp"
	"math"
	"slices"
)

// listed is about how many entries there are in all lists of a sample.
const listed = 100_000

// sample is people by cell, scale and side: those whose answers to the scales have
// the smallest hashes. It follows from what was answered and from nothing else,
// neither from the order in which answers come nor from chance. People of one cell
// who gave the same answers to all scales are one entry, and counted.
type sample struct {
	t      *tally
	each   int          // entries in a list
	sides  [][]side     // by scale and place
	lists  [][]*someone // by cell, scale and side
	limits []uint64     // of each list: larger hashes are not for it
	known  map[string]*someone
	key    []byte
}

// someone stands for people who gave the same answers.
type someone struct {
	hash   uint64
	key    string // cell and answers
	person person // answers to the scales, and the group
	people int
	lists  int // that have the entry
}

func (a *someone) compare(b *someone) int {
	if a.hash != b.hash {
		return cmp.Compare(a.hash, b.hash)
	}
	return cmp.Compare(a.key, b.key)
}

func newSample(t *tally) *sample {
	n := len(t.cells) * len(t.scales) * (1 + int(blank))
	s := &sample{
		t: t, each: max(moving, min(asked, listed/max(1, n))), lists: make([][]*someone, n),
		limits: slices.Repeat([]uint64{math.MaxUint64}, n), known: map[string]*someone{},
	}
	for _, i := range t.scales {
		q := &t.def.Questions[i]
		var sides []side
		for place := range q.Labels {
			if isFavourable(q, place) {
				sides = append(sides, favourable)
			} else {
				sides = append(sides, other)
			}
		}
		s.sides = append(s.sides, sides)
	}
	return s
}

// add takes somebody in whose hash is small enough for a list. It keeps nothing of
// p but what its places are.
func (s *sample) add(p person) {
	cell := s.t.cellOf(p)
	hash, wanted := s.hash(cell, p), false
	for scale := range s.sides {
		wanted = wanted || hash <= s.limits[s.list(cell, scale, p)]
	}
	if !wanted {
		return
	}
	s.key = append(s.key[:0], byte(cell), byte(cell>>8))
	for scale := range s.sides {
		s.key = append(s.key, byte(s.place(scale, p)))
	}
	if one, ok := s.known[string(s.key)]; ok {
		one.people++
		return
	}
	one := &someone{hash: hash, key: string(s.key), person: make(person, len(p)), people: 1}
	for _, i := range s.t.scales {
		one.person[i] = slices.Clone(p[i])
	}
	if s.t.group >= 0 {
		one.person[s.t.group] = slices.Clone(p[s.t.group])
	}
	for scale := range s.sides {
		s.put(s.list(cell, scale, p), one)
	}
	if one.lists > 0 {
		s.known[one.key] = one
	}
}

// hash is FNV-1a over the places, mixed as MurmurHash3 ends.
func (s *sample) hash(cell int, p person) uint64 {
	hash := 0xcbf29ce484222325 ^ uint64(cell)
	for scale := range s.sides {
		hash = (hash ^ uint64(s.place(scale, p))) * 0x100000001b3
	}
	hash = (hash ^ hash>>33) * 0xff51afd7ed558ccd
	hash = (hash ^ hash>>33) * 0xc4ceb9fe1a85ec53
	return hash ^ hash>>33
}

// place is where somebody stands on a scale, from 1; 0 is blank.
func (s *sample) place(scale int, p person) int {
	if places := p[s.t.scales[scale]]; len(places) > 0 {
		return 1 + places[0]
	}
	return 0
}

// list is where the list of somebody's cell and side is.
func (s *sample) list(cell, scale int, p person) int {
	of := blank
	if place := s.place(scale, p); place > 0 {
		of = s.sides[scale][place-1]
	}
	return (cell*len(s.sides)+scale)*(1+int(blank)) + int(of)
}

// put enters somebody into a list, which may drop its last entry for that.
func (s *sample) put(list int, one *someone) {
	entries := s.lists[list]
	at, _ := slices.BinarySearchFunc(entries, one, (*someone).compare)
	if at == s.each {
		return
	}
	if len(entries) == s.each {
		last := entries[s.each-1]
		if last.lists--; last.lists == 0 {
			delete(s.known, last.key)
		}
		entries = entries[:s.each-1]
	}
	entries = slices.Insert(entries, at, one)
	one.lists++
	s.lists[list] = entries
	if len(entries) == s.each {
		s.limits[list] = entries[s.each-1].hash
	}
}

// people are those of the sample, first one for each entry, then a second one where
// there are two, and so on up to as many as are asked.
func (s *sample) people() (all []person) {
	var entries []*someone
	for _, one := range s.known {
		entries = append(entries, one)
	}
	slices.SortFunc(entries, (*someone).compare)
	for round := 0; round < asked && len(entries) > 0; round++ {
		entries = slices.DeleteFunc(entries, func(one *someone) bool { return one.people == round })
		for _, one := range entries {
			all = append(all, one.person)
		}
	}
	return all
}
