package report

// The survey before, and which of its figures can be compared.

import (
	"math"
	"math/big"
	"slices"

	"staffplan/collector/survey"
)

// Previous is the published results of the survey before, with the definition
// that says what was asked. A nil one knows nothing.
type Previous struct {
	results *Results
	def     *survey.Definition
}

// shareBefore is the exact share of a question, in per cent, and of how many.
type shareBefore struct {
	share *big.Rat
	n     int
}

// NewPrevious compares with results of a survey that was defined so.
func NewPrevious(results *Results, def *survey.Definition) *Previous {
	return &Previous{results, def}
}

// scale finds the same question: its id, labels and direction are the same, and
// its figures were printed.
func (p *Previous) scale(q *survey.Question) *shareBefore {
	if p == nil || !p.same(q) {
		return nil
	}
	at := slices.IndexFunc(p.results.Questions, func(r QuestionResult) bool { return r.ID == q.ID && r.Counts != nil })
	if at < 0 {
		return nil
	}
	counts := p.results.Questions[at].Counts.Points
	if len(counts) != len(q.Labels) || p.results.Questions[at].N == 0 {
		return nil
	}
	c := &cell{counts: [][]int{counts}}
	n := p.results.Questions[at].N
	return &shareBefore{big.NewRat(100*int64(c.favourable(q, 0)), int64(n)), n}
}

func (p *Previous) same(q *survey.Question) bool {
	before := p.def.Question(q.ID)
	return before != nil && before.Kind == q.Kind && before.Reversed == q.Reversed && slices.Equal(before.Labels, q.Labels)
}

// theme finds the same theme: made of the same questions. Its index is known to
// one decimal, and how much people differ from the width of its interval.
func (p *Previous) theme(def *survey.Definition, theme items) *mean {
	if p == nil {
		return nil
	}
	before := collect(p.def, func(q survey.Question) []string { return q.Themes })
	at := slices.IndexFunc(before, func(t items) bool { return t.id == theme.id })
	if at < 0 || len(before[at].scales) != len(theme.scales) {
		return nil
	}
	for _, i := range theme.scales {
		q := &def.Questions[i]
		if !p.same(q) || !slices.Contains(before[at].named, q.ID) {
			return nil
		}
	}
	at = slices.IndexFunc(p.results.Themes, func(r Theme) bool {
		return r.ID == theme.id && r.Index != nil && r.Low != nil && r.High != nil
	})
	if at < 0 {
		return nil
	}
	r := p.results.Themes[at]
	m := &mean{value: *r.Index, people: r.N, n: effective(r.N, p.results.Headcount)}
	if half := (*r.High - *r.Low) / 2; half > 0 && r.N > 1 && !math.IsInf(m.n, 1) {
		m.variance = half * half * m.n / math.Pow(student(float64(r.N-1)), 2)
	}
	return m
}
