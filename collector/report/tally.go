package report

// Counting. All sums are whole numbers, so that neither the order of the answers
// nor rounding on the way changes a figure.

import (
	"math/big"
	"slices"

	"staffplan/collector/survey"
)

// tally is one survey, counted.
type tally struct {
	def      *survey.Definition
	scales   []int // places of the scale questions
	themes   []items
	measures []items

	group    int // place of the question whose groups are published, -1 if none
	groups   *groups
	cells    []*cell   // by option of it: those who chose just this one; the last: those who chose none
	everyone *cell     // all cells together
	moments  []moments // by theme
}

// items is a theme or a measure: what several questions have in common.
type items struct {
	id     string
	scales []int    // places of its scale questions
	named  []string // ids of all its questions
}

// cell is some of the people, counted by question.
type cell struct {
	people   int
	counts   [][]int // people by point of a scale, or by option
	answered []int   // people who answered
}

// unit is what a person's score on one item is kept in parts of: a scale has 1 to
// 10 steps, and each of these numbers divides it.
const unit = 2520

// moments are the sums over people of their scores on a theme and of the squares,
// by how many of its items they answered, from 1: a score is the sum of the items'
// scores over that number.
type moments []struct{ people, sum, squares int }

func newTally(def *survey.Definition) *tally {
	t := &tally{def: def, group: slices.IndexFunc(def.Questions, func(q survey.Question) bool { return q.Group })}
	for i, q := range def.Questions {
		if q.Kind == survey.Scale {
			t.scales = append(t.scales, i)
		}
	}
	for _, theme := range collect(def, func(q survey.Question) []string { return q.Themes }) {
		if len(theme.scales) > 0 {
			t.themes = append(t.themes, theme)
			t.moments = append(t.moments, make(moments, len(theme.scales)))
		}
	}
	t.measures = collect(def, func(q survey.Question) []string { return q.Measures })
	var options []survey.Option
	if t.group >= 0 {
		options = def.Questions[t.group].Options
	}
	t.groups = newGroups(options)
	for range len(options) + 1 {
		t.cells = append(t.cells, newCell(def))
	}
	t.everyone = newCell(def)
	return t
}

// collect gathers themes or measures in the order in which questions name them.
func collect(def *survey.Definition, names func(survey.Question) []string) []items {
	var all []items
	for i, q := range def.Questions {
		for _, id := range names(q) {
			at := slices.IndexFunc(all, func(t items) bool { return t.id == id })
			if at < 0 {
				at = len(all)
				all = append(all, items{id: id})
			}
			all[at].named = append(all[at].named, q.ID)
			if q.Kind == survey.Scale {
				all[at].scales = append(all[at].scales, i)
			}
		}
	}
	return all
}

func newCell(def *survey.Definition) *cell {
	c := &cell{answered: make([]int, len(def.Questions))}
	for _, q := range def.Questions {
		c.counts = append(c.counts, make([]int, max(len(q.Labels), len(q.Options))))
	}
	return c
}

// person is somebody's answers: for each question the places in its labels or
// options that were chosen, as survey.Definition.ReadAnswers gives them.
type person [][]int

// cellOf is the cell that somebody belongs to.
func (t *tally) cellOf(p person) int {
	if t.group >= 0 && len(p[t.group]) > 0 {
		return p[t.group][0]
	}
	return len(t.cells) - 1
}

// add counts somebody.
func (t *tally) add(p person) {
	t.cells[t.cellOf(p)].add(p)
	t.everyone.add(p)
	for j, theme := range t.themes {
		if answered, sum := t.score(theme, p); answered > 0 {
			m := &t.moments[j][answered-1]
			m.people++
			m.sum += sum
			m.squares += sum * sum
		}
	}
}

func (c *cell) add(p person) {
	c.people++
	for i, places := range p {
		if len(places) > 0 {
			c.answered[i]++
		}
		for _, place := range places {
			c.counts[i][place]++
		}
	}
}

// score is how many items of a theme somebody answered, and the sum of the
// scores on them.
func (t *tally) score(theme items, p person) (answered, sum int) {
	for _, i := range theme.scales {
		if places := p[i]; len(places) > 0 {
			q := &t.def.Questions[i]
			answered++
			sum += points(q, places[0]) * unit / (len(q.Labels) - 1)
		}
	}
	return answered, sum
}

// points are what an answer to a scale scores above the least, which is 0.
func points(q *survey.Question, place int) int {
	if q.Reversed {
		return len(q.Labels) - 1 - place
	}
	return place
}

// isFavourable says whether an answer is above the middle of its scale: of 5
// points, 4 and 5.
func isFavourable(q *survey.Question, place int) bool {
	return 2*points(q, place) > len(q.Labels)-1
}

// favourable counts the favourable answers to a scale.
func (c *cell) favourable(q *survey.Question, i int) (n int) {
	for place, people := range c.counts[i] {
		if isFavourable(q, place) {
			n += people
		}
	}
	return n
}

// mean is the mean score on a theme, 0 to 1, its variance over people (with n-1),
// and how many they are.
func (m moments) mean() (mean, variance *big.Rat, n int) {
	sum, squares := new(big.Rat), new(big.Rat)
	for k, of := range m {
		whole := int64(k+1) * unit
		n += of.people
		sum.Add(sum, big.NewRat(int64(of.sum), whole))
		squares.Add(squares, new(big.Rat).Quo(big.NewRat(int64(of.squares), whole), big.NewRat(whole, 1)))
	}
	if n == 0 {
		return new(big.Rat), new(big.Rat), 0
	}
	mean = new(big.Rat).Mul(sum, big.NewRat(1, int64(n)))
	variance = new(big.Rat)
	if n > 1 {
		variance.Sub(squares, new(big.Rat).Mul(sum, mean))
		variance.Mul(variance, big.NewRat(1, int64(n-1)))
	}
	return mean, variance, n
}
