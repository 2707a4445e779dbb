package report

// Counting, and everyone's figures.

import (
	"fmt"
	"math/big"
	"slices"
	"strconv"

	"staffplan/collector/journal"
	"staffplan/collector/survey"
)

// Options say what the answers themselves do not.
type Options struct {
	Rehearsal bool // the answers were made up: results.json says so
}

// Make counts what has been released. The order of answers and texts does not
// matter. It fails where a line does not fit the definition, naming its number
// in the file and never what it says.
func Make(def *survey.Definition, released *journal.Released, o Options) (*Results, error) {
	t := newTally(def)
	for i, line := range released.Answers {
		p, err := readAnswer(def, line)
		if err != nil {
			return nil, fmt.Errorf("responses.jsonl: line %d: %w", i+1, err)
		}
		t.add(p)
	}
	texts := map[string][]string{}
	for i, line := range released.Texts {
		question, text, err := readWritten(def, line)
		if err != nil {
			return nil, fmt.Errorf("comments.jsonl: line %d: %w", i+1, err)
		}
		texts[question] = append(texts[question], text)
	}

	r := &Results{Survey: def.ID, Rehearsal: o.Rehearsal, Minimum: def.Minimum, Previous: def.Previous}
	if t.everyone.people < def.Minimum {
		r.Suppressed = true
		return r, nil
	}
	r.Responses = t.everyone.people
	r.Headcount = t.headcount()
	shown := t.shownGroups()
	r.Groups = t.groups(shown)
	r.Questions = t.questions(shown)
	r.Themes = t.themeIndexes()
	r.Measures = t.measures()
	r.Comments = comments(def, texts)
	return r, nil
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

// tally is one survey being counted.
type tally struct {
	def      *survey.Definition
	themes   []theme
	unit     int64 // a person's item score is kept in 1/unit, so that sums are whole
	everyone *cell

	group  int     // place of the group question whose groups may be shown, -1 if none
	chose  []*cell // by option of it: those who chose just this one
	blanks *cell   // those who chose none
}

// cell is some of the people.
type cell struct {
	people  int
	counts  [][]int   // by question: people by point of a scale, or by option
	answers []int     // by question: people who answered it
	themes  [][]int64 // by theme and number of items answered, less one: the sum of item scores
	scored  []int     // by theme: people with at least one item
}

func newTally(def *survey.Definition) *tally {
	t := &tally{def: def, unit: 1}
	for _, q := range def.Questions {
		if q.Kind == survey.Scale {
			t.unit = lcm(t.unit, int64(len(q.Labels)-1))
		}
	}
	for _, theme := range collect(def, func(q survey.Question) []string { return q.Themes }) {
		if len(theme.questions) > 0 {
			t.themes = append(t.themes, theme)
		}
	}
	t.everyone, t.blanks = t.newCell(), t.newCell()
	t.group = slices.IndexFunc(def.Questions, func(q survey.Question) bool { return q.Group })
	if t.group >= 0 {
		for range def.Questions[t.group].Options {
			t.chose = append(t.chose, t.newCell())
		}
	}
	return t
}

func lcm(a, b int64) int64 {
	x, y := a, b
	for y != 0 {
		x, y = y, x%y
	}
	return a / x * b
}

func (t *tally) newCell() *cell {
	c := &cell{answers: make([]int, len(t.def.Questions)), scored: make([]int, len(t.themes))}
	for _, q := range t.def.Questions {
		c.counts = append(c.counts, make([]int, max(len(q.Labels), len(q.Options))))
	}
	for _, theme := range t.themes {
		c.themes = append(c.themes, make([]int64, len(theme.questions)))
	}
	return c
}

func (t *tally) add(p *person) {
	t.addTo(t.everyone, p)
	if t.group < 0 {
		return
	}
	if option, ok := p.chosen(t.group); ok {
		t.addTo(t.chose[option], p)
	} else {
		t.addTo(t.blanks, p)
	}
}

func (t *tally) addTo(c *cell, p *person) {
	c.people++
	for i := range t.def.Questions {
		if point := p.points[i]; point > 0 {
			c.answers[i]++
			c.counts[i][point-1]++
		}
		if len(p.choices[i]) > 0 {
			c.answers[i]++
		}
		for _, option := range p.choices[i] {
			c.counts[i][option]++
		}
	}
	for j, theme := range t.themes {
		items, sum := 0, int64(0)
		for _, i := range theme.questions {
			if point := p.points[i]; point > 0 {
				items++
				sum += int64(point-1) * t.unit / int64(len(t.def.Questions[i].Labels)-1)
			}
		}
		if items > 0 {
			c.scored[j]++
			c.themes[j][items-1] += sum
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
	for j := range c.themes {
		c.scored[j] += other.scored[j]
		for k := range c.themes[j] {
			c.themes[j][k] += other.themes[j][k]
		}
	}
}

// index is the theme's exact index in a cell where somebody scored.
func (t *tally) index(c *cell, j int) *big.Rat {
	sum := new(big.Rat)
	for k, s := range c.themes[j] {
		sum.Add(sum, big.NewRat(s, t.unit*int64(k+1)))
	}
	return sum.Mul(sum, big.NewRat(100, int64(c.scored[j])))
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

// enough reports whether everyone's figures of a question may be shown.
func (t *tally) enough(i int) bool { return t.everyone.answers[i] >= t.def.Minimum }

func (t *tally) questions(shown shownGroups) []Question {
	var all []Question
	for i, q := range t.def.Questions {
		if q.Kind == survey.Text {
			continue
		}
		r := Question{ID: q.ID}
		n, counts := t.everyone.answers[i], t.everyone.counts[i]
		switch {
		// The counts of a group question are the sizes of its groups.
		case !t.enough(i), q.Group && !(i == t.group && shown.any):
			r.Suppressed = true
		case q.Kind == survey.Scale:
			sum := 0
			for k, people := range counts {
				sum += (k + 1) * people
			}
			r.N, r.Counts = n, &Counts{Points: counts}
			r.Favourable = tenth(t.favourable(i))
			r.Mean = tenth(big.NewRat(int64(sum), int64(n)))
		default:
			r.N, r.Counts = n, &Counts{Options: map[string]int{}}
			for k, option := range q.Options {
				r.Counts.Options[option.Value] = counts[k]
			}
		}
		all = append(all, r)
	}
	return all
}

func (t *tally) themeIndexes() []Theme {
	var all []Theme
	for j, theme := range t.themes {
		r := Theme{ID: theme.id}
		if slices.ContainsFunc(theme.questions, func(i int) bool { return !t.enough(i) }) {
			r.Suppressed = true
		} else {
			r.N, r.Index = t.everyone.scored[j], tenth(t.index(t.everyone, j))
		}
		all = append(all, r)
	}
	return all
}

func (t *tally) measures() []Measure {
	var all []Measure
	for _, measure := range collect(t.def, func(q survey.Question) []string { return q.Measures }) {
		r := Measure{ID: measure.id, Questions: measure.named}
		switch {
		case slices.ContainsFunc(measure.questions, func(i int) bool { return !t.enough(i) }):
			r.Suppressed = true
		case len(measure.questions) > 0:
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

func comments(def *survey.Definition, texts map[string][]string) []Comments {
	var all []Comments
	for _, q := range def.Questions {
		switch {
		case q.Kind != survey.Text:
			continue
		case len(texts[q.ID]) < max(def.MinimumComments, 1):
			all = append(all, Comments{Question: q.ID, Suppressed: true})
		default:
			slices.Sort(texts[q.ID])
			all = append(all, Comments{Question: q.ID, Texts: texts[q.ID]})
		}
	}
	return all
}

// tenth rounds to one decimal, half away from zero.
func tenth(r *big.Rat) *float64 {
	f, _ := strconv.ParseFloat(r.FloatString(1), 64) // FloatString writes what ParseFloat reads
	return &f
}
