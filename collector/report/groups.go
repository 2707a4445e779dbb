package report

// What is printed of groups, once disclosure control (disclosure.go) has said of
// which.

// Range is the step in per cent, as it is printed.
func (s step) Range() Range { return Range{*rounded(s.from()), *rounded(s.to())} }

func (s step) from() float64 { return 100 * float64(s.place) / float64(s.m) }
func (s step) to() float64   { return 100 * float64(s.place+1) / float64(s.m) }

func (t *tally) groupResults(e *edition) []Group {
	if t.group < 0 {
		return nil
	}
	o := t.office()
	var all []Group
	q := t.def.Questions[t.group]
	for k, option := range q.Options {
		node := 1 + k
		g := Group{Question: q.ID, Value: option.Value, Headcount: t.def.Headcount[option.Value]}
		if !e.group[node] {
			g.Suppressed, g.Headcount = true, 0
			for above := t.groups.parent[node]; above > 0; above = t.groups.parent[above] {
				if e.group[above] {
					g.MergedInto = q.Options[above-1].Value
					break
				}
			}
			all = append(all, g)
			continue
		}
		size := people(o.people[node])
		g.Size = &Size{size.lo, size.hi}
		if heads := g.Headcount; heads < size.lo { // not known, or it has more than were asked
			g.Headcount = 0
		} else {
			g.Rate = &Size{5 * (20 * size.lo / heads), 5 * min(20, (20*size.hi+heads-1)/heads)}
		}
		for s, i := range t.scales {
			r := GroupQuestion{ID: t.def.Questions[i].ID, Suppressed: !e.scale[s][node]}
			if !r.Suppressed {
				r.Favourable = new(stepFor(o.f[s][node], o.n[s][node]).Range())
			}
			g.Questions = append(g.Questions, r)
		}
		for _, theme := range t.themes {
			g.Themes = append(g.Themes, t.groupTheme(e, o, theme, node))
		}
		all = append(all, g)
	}
	return all
}

func (t *tally) groupTheme(e *edition, o *office, theme items, node int) GroupTheme {
	r := GroupTheme{ID: theme.id}
	var from, to, n float64
	for s, i := range t.scales {
		for _, item := range theme.scales {
			if item == i && e.scale[s][node] {
				range_ := stepFor(o.f[s][node], o.n[s][node])
				from += range_.from()
				to += range_.to()
				n++
			}
		}
	}
	if n == 0 {
		r.Suppressed = true
	} else {
		r.Favourable = &Range{*rounded(from / n), *rounded(to / n)}
	}
	return r
}
