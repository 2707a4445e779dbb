package report

// Counting, and everyone's figures.

import (
	"math/big"
	"slices"
	"strconv"

	"staffplan/collector/survey"
)

// Results counts all responses. Their order does not matter.
func (r *Responses) Results() *Results {
	t := newTally(r)
	results := &Results{Survey: r.def.ID, Rehearsal: r.Rehearsal, Minimum: r.def.Minimum, Previous: r.def.Previous}
	if !t.enough(t.everyone.people) {
		results.Suppressed = true
		return results
	}
	results.Responses = t.everyone.people
	results.Headcount = t.headcount()
	results.Groups = t.groups()
	results.Questions = t.questions()
	results.Themes = t.themeIndexes()
	results.Measures = t.measures()
	results.Comments = r.comments()
	return results
}

// theme is a theme or a measure: what several questions have in common.
type theme struct {
	id        string
	questions []int // scale questions only
	named     []string
}

// collect gathers themes or measures in the order in which questions name them.
func collect(def *survey.Definition, names func(survey.Question) []string) []theme {
	var all []theme
	for i, q := range def.Questions {
		for _, id := range names(q) {
			at := slices.IndexFunc(all, func(t theme) bool { return t.id == id })
			if at < 0 {
				at = len(all)
				all = append(all, theme{id: id})
			}
			all[at].named = append(all[at].named, q.ID)
			if q.Kind == survey.Scale {
				all[at].questions = append(all[at].questions, i)
			}
		}
	}
	return all
}

// unit is what a person's item score is kept in parts of, so that sums are whole:
// a scale has 1 to 10 steps, and each of these divides it.
const unit = 2520

// tally is one survey, counted.
type tally struct {
	def      *survey.Definition
	themes   []theme
	everyone *cell

	group int     // place of the group question whose groups may be shown, -1 if none
	cells []*cell // by option of it: those who chose just this one; the last: those who chose none
}

// cell is some of the people.
type cell struct {
	people  int
	counts  [][]int    // by question: people by point of a scale, or by option
	answers []int      // by question: people who answered it
	scores  []*big.Rat // by theme: the sum of people's scores, each 0 to 1
	scored  []int      // by theme: people with at least one item
}

func newTally(r *Responses) *tally {
	t := &tally{def: r.def, group: slices.IndexFunc(r.def.Questions, func(q survey.Question) bool { return q.Group })}
	for _, theme := range collect(t.def, func(q survey.Question) []string { return q.Themes }) {
		if len(theme.questions) > 0 {
			t.themes = append(t.themes, theme)
		}
	}
	options := 0
	if t.group >= 0 {
		options = len(t.def.Questions[t.group].Options)
	}
	for range options + 1 {
		t.cells = append(t.cells, t.newCell())
	}
	for _, person := range r.people {
		at := options
		if t.group >= 0 && len(person[t.group]) > 0 {
			at = person[t.group][0]
		}
		t.add(t.cells[at], person)
	}
	t.everyone = t.newCell()
	for _, c := range t.cells {
		t.everyone.merge(c)
	}
	return t
}

func (t *tally) newCell() *cell {
	c := &cell{answers: make([]int, len(t.def.Questions)), scored: make([]int, len(t.themes))}
	for _, q := range t.def.Questions {
		c.counts = append(c.counts, make([]int, max(len(q.Labels), len(q.Options))))
	}
	for range t.themes {
		c.scores = append(c.scores, new(big.Rat))
	}
	return c
}

func (t *tally) add(c *cell, person [][]int) {
	c.people++
	for i, places := range person {
		if len(places) > 0 {
			c.answers[i]++
		}
		for _, place := range places {
			c.counts[i][place]++
		}
	}
	for j, theme := range t.themes {
		items, sum := int64(0), int64(0)
		for _, i := range theme.questions {
			if places := person[i]; len(places) > 0 {
				items++
				sum += int64(places[0]) * unit / int64(len(t.def.Questions[i].Labels)-1)
			}
		}
		if items > 0 {
			c.scored[j]++
			c.scores[j].Add(c.scores[j], big.NewRat(sum, items*unit))
		}
	}
}

// merge adds the people of another cell.
func (c *cell) merge(other *cell) {
	c.people += other.people
	for i := range c.counts {
		c.answers[i] += other.answers[i]
		for k := range c.counts[i] {
			c.counts[i][k] += other.counts[i][k]
		}
	}
	for j := range c.scores {
		c.scored[j] += other.scored[j]
		c.scores[j].Add(c.scores[j], other.scores[j])
	}
}

// index is the theme's exact index in a cell where somebody scored.
func (t *tally) index(c *cell, j int) *big.Rat {
	return new(big.Rat).Mul(c.scores[j], big.NewRat(100, int64(c.scored[j])))
}

// sides splits the counts of a scale into below, on and above its middle.
func sides(counts []int) (unfavourable, neutral, favourable int) {
	for k, n := range counts {
		switch middle := len(counts) + 1; { // of scores doubled
		case 2*(k+1) < middle:
			unfavourable += n
		case 2*(k+1) == middle:
			neutral += n
		default:
			favourable += n
		}
	}
	return unfavourable, neutral, favourable
}

// favourable is the exact share of favourable answers to a scale, in per cent.
func (t *tally) favourable(i int) *big.Rat {
	_, _, above := sides(t.everyone.counts[i])
	return big.NewRat(100*int64(above), int64(t.everyone.answers[i]))
}

func (t *tally) questions() []QuestionResult {
	var all []QuestionResult
	for i, q := range t.def.Questions {
		if q.Kind == survey.Text {
			continue
		}
		r := QuestionResult{ID: q.ID, Suppressed: !t.showsQuestion(i)}
		if !r.Suppressed {
			t.figures(&r, i)
		}
		all = append(all, r)
	}
	return all
}

// figures fills in what everyone answered to a question.
func (t *tally) figures(r *QuestionResult, i int) {
	n, counts := t.everyone.answers[i], t.everyone.counts[i]
	r.N = n
	switch q := t.def.Questions[i]; q.Kind {
	case survey.Scale:
		sum := 0
		for k, people := range counts {
			sum += (k + 1) * people
		}
		r.Counts = &Counts{Points: counts}
		r.Favourable = tenth(t.favourable(i))
		r.Mean = tenth(big.NewRat(int64(sum), int64(n)))
	case survey.Choice, survey.Multi:
		r.Counts = &Counts{Options: map[string]int{}}
		for k, option := range q.Options {
			r.Counts.Options[option.Value] = counts[k]
		}
	default:
		panic("report: no figures for the kind " + q.Kind)
	}
}

func (t *tally) themeIndexes() []Theme {
	var all []Theme
	for j, theme := range t.themes {
		r := Theme{ID: theme.id, Suppressed: !t.enoughOfAll(theme)}
		if !r.Suppressed {
			r.N, r.Index = t.everyone.scored[j], tenth(t.index(t.everyone, j))
		}
		all = append(all, r)
	}
	return all
}

func (t *tally) measures() []Measure {
	var all []Measure
	for _, measure := range collect(t.def, func(q survey.Question) []string { return q.Measures }) {
		r := Measure{ID: measure.id, Questions: measure.named, Suppressed: !t.enoughOfAll(measure)}
		if !r.Suppressed && len(measure.questions) > 0 {
			sum := new(big.Rat)
			for _, i := range measure.questions {
				sum.Add(sum, t.favourable(i))
			}
			r.Favourable = tenth(sum.Mul(sum, big.NewRat(1, int64(len(measure.questions)))))
		}
		all = append(all, r)
	}
	return all
}

// tenth rounds to one decimal, half away from zero.
func tenth(r *big.Rat) *float64 {
	f, _ := strconv.ParseFloat(r.FloatString(1), 64) // FloatString writes what ParseFloat reads
	return &f
}
