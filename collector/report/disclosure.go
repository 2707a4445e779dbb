package report

// Disclosure control: every threshold there is, and which groups are shown and
// what of them. The rules and their reasons stand in the package's documentation;
// that no definition has a minimum under 10 is a rule of survey.Definition.

import (
	"math/big"
	"slices"
	"strconv"

	"staffplan/collector/survey"
)

// enough says whether figures of so many people may be shown.
func (t *tally) enough(people int) bool { return people >= t.def.Minimum }

// enoughOfAll says whether everyone's figures of all questions of a theme or a
// measure may be shown: the rest of a mean would give the hidden one back.
func (t *tally) enoughOfAll(of theme) bool {
	return !slices.ContainsFunc(of.questions, func(i int) bool { return !t.enough(t.everyone.answers[i]) })
}

// comments are the texts of each text question that enough people answered.
func (r *Responses) comments() []Comments {
	var all []Comments
	for _, q := range r.def.Questions {
		if q.Kind != survey.Text {
			continue
		}
		var texts []string
		for _, w := range r.texts { // sorted, so that their order says nothing
			if w.question == q.ID {
				texts = append(texts, w.text)
			}
		}
		if len(texts) < r.def.MinimumComments {
			all = append(all, Comments{Question: q.ID, Suppressed: true})
		} else {
			all = append(all, Comments{Question: q.ID, Texts: texts})
		}
	}
	return all
}

// shownGroups says which figures of groups may be shown.
type shownGroups struct {
	any       bool   // any at all
	questions []bool // by question
}

// shownGroups looks at the cells that printed figures could be subtracted down
// to: those who chose just one option, and those who chose none. The last, and
// an option that others are part of, may be empty: nobody is in them.
func (t *tally) shownGroups() shownGroups {
	shown := shownGroups{questions: make([]bool, len(t.def.Questions))}
	if t.group < 0 {
		return shown
	}
	cells := []*cell{}
	if t.blanks.people > 0 {
		cells = append(cells, t.blanks)
	}
	for k, c := range t.chose {
		if c.people > 0 || !t.hasParts(k) {
			cells = append(cells, c)
		}
	}
	all := func(people func(*cell) int) bool {
		return !slices.ContainsFunc(cells, func(c *cell) bool { return !t.enough(people(c)) })
	}
	shown.any = all(func(c *cell) int { return c.people })
	for i, q := range t.def.Questions {
		shown.questions[i] = shown.any && q.Kind == survey.Scale && all(func(c *cell) int { return c.answers[i] })
	}
	return shown
}

// everyone says whether everyone's figures of a question may be shown. The
// counts of a group question are the sizes of its groups.
func (shown shownGroups) everyone(t *tally, i int) bool {
	return t.enough(t.everyone.answers[i]) && (!t.def.Questions[i].Group || i == t.group && shown.any)
}

func (t *tally) hasParts(option int) bool {
	options := t.def.Questions[t.group].Options
	return slices.ContainsFunc(options, func(o survey.Option) bool { return o.PartOf == options[option].Value })
}

// within are the options that make up an option: itself and all that are part
// of it, however deep.
func within(options []survey.Option, option int) []int {
	all := []int{option}
	for at := 0; at < len(all); at++ {
		for k, o := range options {
			if o.PartOf == options[all[at]].Value && !slices.Contains(all, k) {
				all = append(all, k)
			}
		}
	}
	return all
}

func (t *tally) groups(shown shownGroups) []Group {
	var all []Group
	for i, q := range t.def.Questions {
		if !q.Group {
			continue
		}
		for k, option := range q.Options {
			g := Group{Question: q.ID, Value: option.Value}
			if i == t.group && shown.any {
				t.fill(&g, shown, within(q.Options, k))
			} else {
				g.Suppressed = true
			}
			all = append(all, g)
		}
	}
	return all
}

func (t *tally) fill(g *Group, shown shownGroups, options []int) {
	c := t.newCell()
	for _, k := range options {
		c.merge(t.chose[k])
	}
	g.N = c.people
	if heads := t.def.Headcount[g.Value]; heads >= c.people {
		g.Headcount = heads
	}
	uniform := make([]bool, len(t.def.Questions)) // all, or all but one, answered on one side
	for i, q := range t.def.Questions {
		if q.Kind != survey.Scale {
			continue
		}
		r := GroupQuestion{ID: q.ID}
		if !shown.questions[i] {
			r.Suppressed = true
		} else {
			r.N = c.answers[i]
			below, middle, above := sides(c.counts[i])
			if len(q.Labels)%2 == 1 {
				s := shares(r.N, above, below, middle)
				r.Favourable, r.Unfavourable, r.Neutral = s[0], s[1], s[2]
			} else {
				s := shares(r.N, above, below)
				r.Favourable, r.Unfavourable = s[0], s[1]
			}
			uniform[i] = max(below, middle, above) >= r.N-1
		}
		g.Questions = append(g.Questions, r)
	}
	for j, theme := range t.themes {
		r := GroupTheme{ID: theme.id}
		if slices.ContainsFunc(theme.questions, func(i int) bool { return !shown.questions[i] || uniform[i] }) {
			r.Suppressed = true
		} else {
			index, _ := strconv.Atoi(t.index(c, j).FloatString(0)) // FloatString writes digits only
			r.N, r.Index = c.scored[j], &index
		}
		g.Themes = append(g.Themes, r)
	}
}

// shares turns the counts of a group of n people, two or three kinds that add up
// to n, into what may be printed of each; nil is left out. n is at least 10.
//
// Two counts are the one n less the other, so their bands agree. With three, a
// "low" could be worked out from the other two, and so:
//
//   - n-2 of one kind: its share alone, since the two people left over are
//     nobody of one kind, or one of each;
//   - otherwise, beside a "low", the first of the other two is printed and the
//     second left out. A count of 2 or 3 there is left out too: it would be
//     found beside a 0 or beside a 1 only.
//
// A test tries all counts: every "low" may be 0 and may be 1, every "high" n and
// n-1, and nothing that is left out is known to be 0 or n.
func shares(n int, counts ...int) []*Share {
	out := make([]*Share, len(counts))
	printed := 0
	for i, c := range counts {
		switch {
		case c <= 1:
			out[i] = band(Low)
		case c >= n-1:
			out[i] = band(High)
		default:
			out[i] = percent(c, n)
			printed++
		}
	}
	if len(counts) == 2 || printed == 0 || printed == len(counts) {
		return out
	}
	alone := slices.Index(counts, n-2)
	for i, c := range counts {
		switch {
		case alone >= 0:
			if i != alone {
				out[i] = nil
			}
		case *out[i] >= 0: // the first of two
			if c <= 3 {
				out[i] = nil
			}
			for k := i + 1; k < len(counts); k++ {
				if *out[k] >= 0 {
					out[k] = nil
				}
			}
			return out
		}
	}
	return out
}

func band(s Share) *Share { return &s }

func percent(c, n int) *Share {
	whole, _ := strconv.Atoi(big.NewRat(100*int64(c), int64(n)).FloatString(0))
	return band(Share(whole))
}

// headcount is the number of people asked, where the definition gives it for
// every group; 0 where it does not, or where more people answered than it says.
func (t *tally) headcount() int {
	if t.group < 0 {
		return 0
	}
	total := 0
	for _, o := range t.def.Questions[t.group].Options {
		if o.PartOf != "" {
			continue
		}
		heads, ok := t.def.Headcount[o.Value]
		if !ok {
			return 0
		}
		total += heads
	}
	if total < t.everyone.people {
		return 0
	}
	return total
}
