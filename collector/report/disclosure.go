package report

// Disclosure control: every threshold there is, and which groups are shown and
// what of them. The rules and their reasons stand in the package's documentation;
// that no definition has a minimum under 10 is a rule of survey.Definition.

import (
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
		c := Comments{Question: q.ID, Suppressed: len(texts) < r.def.MinimumComments}
		if !c.Suppressed {
			c.Texts = texts
		}
		all = append(all, c)
	}
	return all
}

// showsGroups says whether figures of groups may be shown, of those people whom
// count finds in a cell. It looks at the cells that printed figures could be
// subtracted down to: those who chose just one option, and those who chose none.
// The last, and an option that others are part of, may be empty: nobody is in
// them.
func (t *tally) showsGroups(count func(*cell) int) bool {
	if t.group < 0 {
		return false
	}
	options := t.def.Questions[t.group].Options
	for k, c := range t.cells {
		mayBeEmpty := k == len(options) ||
			slices.ContainsFunc(options, func(o survey.Option) bool { return o.PartOf == options[k].Value })
		if !t.enough(count(c)) && !(mayBeEmpty && c.people == 0) {
			return false
		}
	}
	return true
}

func allPeople(c *cell) int { return c.people }

// showsQuestion says whether everyone's figures of a question may be shown. The
// counts of a group question are the sizes of its groups.
func (t *tally) showsQuestion(i int) bool {
	return t.enough(t.everyone.answers[i]) && (!t.def.Questions[i].Group || i == t.group && t.showsGroups(allPeople))
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

func (t *tally) groups() []Group {
	var all []Group
	for i, q := range t.def.Questions {
		if !q.Group {
			continue
		}
		shown := i == t.group && t.showsGroups(allPeople)
		for k, option := range q.Options {
			g := Group{Question: q.ID, Value: option.Value, Suppressed: !shown}
			if shown {
				t.fill(&g, within(q.Options, k))
			}
			all = append(all, g)
		}
	}
	return all
}

func (t *tally) fill(g *Group, options []int) {
	c := t.newCell()
	for _, k := range options {
		c.merge(t.cells[k])
	}
	g.N = c.people
	if heads := t.def.Headcount[g.Value]; heads >= c.people {
		g.Headcount = heads
	}
	hidden := make([]bool, len(t.def.Questions)) // also where all, or all but one, answered on one side
	for i, q := range t.def.Questions {
		if q.Kind != survey.Scale {
			continue
		}
		r := GroupQuestion{ID: q.ID}
		if t.showsGroups(func(one *cell) int { return one.answers[i] }) {
			r.N = c.answers[i]
			below, middle, above := sides(c.counts[i])
			hidden[i] = max(below, middle, above) >= r.N-1
			if len(q.Labels)%2 == 1 {
				s := shares(r.N, above, below, middle)
				r.Favourable, r.Unfavourable, r.Neutral = s[0], s[1], s[2]
			} else {
				s := shares(r.N, above, below)
				r.Favourable, r.Unfavourable = s[0], s[1]
			}
		} else {
			hidden[i], r.Suppressed = true, true
		}
		g.Questions = append(g.Questions, r)
	}
	for j, theme := range t.themes {
		r := GroupTheme{ID: theme.id}
		if slices.ContainsFunc(theme.questions, func(i int) bool { return hidden[i] }) {
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
	for i, c := range counts {
		switch {
		case c <= 1:
			out[i] = new(Low)
		case c >= n-1:
			out[i] = new(High)
		default:
			out[i] = new(Share((200*c + n) / (2 * n)))
		}
	}
	if len(counts) == 2 || slices.Min(counts) > 1 {
		return out
	}
	alone := slices.Index(counts, n-2)
	first := slices.IndexFunc(out, func(s *Share) bool { return *s >= 0 })
	for i, c := range counts {
		switch {
		case alone >= 0 && i != alone,
			alone < 0 && *out[i] >= 0 && (i != first || c <= 3):
			out[i] = nil
		}
	}
	return out
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
