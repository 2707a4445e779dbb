package report

// Everyone's figures, with their intervals and what changed. The formulas and
// their sources stand in the package's documentation.

import (
	"math"
	"math/big"
	"strconv"

	"gonum.org/v1/gonum/mathext"

	"staffplan/collector/survey"
)

// z is the 97.5th percentile of the standard normal distribution.
const z = 1.959963984540054

// effective is n corrected for a finite population: where nearly all of N have
// answered, chance can do little. It is n where N is not known, and infinite
// where all have.
func effective(n, population int) float64 {
	switch {
	case population == 0:
		return float64(n)
	case n >= population:
		return math.Inf(1)
	}
	return float64(n) / (1 - float64(n)/float64(population))
}

// span is a 95 % interval.
type span struct{ low, high float64 }

// wilson is the score interval of a share p of n (Wilson 1927).
func wilson(p, n float64) span {
	if math.IsInf(n, 1) {
		return span{p, p}
	}
	centre := (p + z*z/(2*n)) / (1 + z*z/n)
	half := z / (1 + z*z/n) * math.Sqrt(p*(1-p)/n+z*z/(4*n*n))
	return span{centre - half, centre + half}
}

// newcombe is the interval of the difference of two shares, p-q (Newcombe 1998,
// method 10), from theirs.
func newcombe(p, q float64, ofP, ofQ span) span {
	return span{
		p - q - math.Hypot(p-ofP.low, ofQ.high-q),
		p - q + math.Hypot(ofP.high-p, q-ofQ.low),
	}
}

// student is the 97.5th percentile of Student's t with so many degrees of
// freedom: P(|T| > t) = I(df/(df+t²); df/2, 1/2).
func student(df float64) float64 {
	x := mathext.InvRegIncBeta(df/2, 0.5, 0.05)
	return math.Sqrt(df * (1/x - 1))
}

// mean is a mean with the variance of what it is the mean of, 0 to 100.
type mean struct {
	value, variance float64
	people          int
	n               float64 // effective
}

func (m mean) interval() span {
	if m.variance == 0 || math.IsInf(m.n, 1) {
		return span{m.value, m.value}
	}
	half := student(float64(m.people-1)) * math.Sqrt(m.variance/m.n)
	return span{max(0, m.value-half), min(100, m.value+half)}
}

// welch is the interval of the difference of two means (Welch 1947).
func welch(a, b mean) span {
	va, vb := a.variance/a.n, b.variance/b.n
	if va+vb == 0 {
		return span{a.value - b.value, a.value - b.value}
	}
	df := (va + vb) * (va + vb) / (va*va/float64(a.people-1) + vb*vb/float64(b.people-1))
	half := student(df) * math.Sqrt(va+vb)
	return span{a.value - b.value - half, a.value - b.value + half}
}

// leavesOutZero says whether a difference is more than chance explains.
func (s span) leavesOutZero() bool { return s.low > 0 || s.high < 0 }

// enough says whether figures of so many people may be shown.
func (t *tally) enough(people int) bool { return people >= t.def.Minimum }

// population is how many were asked, where the definition gives it for every
// group; 0 where it does not, or where more people answered than it says.
func (t *tally) population() int {
	if asked := t.def.Asked(); asked >= t.everyone.people {
		return asked
	}
	return 0
}

// share is the exact share of favourable answers to a scale, in per cent.
func (t *tally) share(i int) *big.Rat {
	favourable := t.everyone.favourable(&t.def.Questions[i], i)
	return big.NewRat(100*int64(favourable), int64(t.everyone.answered[i]))
}

// outermost is the step that a question's favourable share lies in, and whether it
// is the first or the last, and so stands in place of its figures.
func (t *tally) outermost(i int) (step, bool) {
	s := stepFor(t.everyone.favourable(&t.def.Questions[i], i), t.everyone.answered[i])
	return s, s.outermost()
}

func (t *tally) questionResults(previous *Previous) []QuestionResult {
	var all []QuestionResult
	for i := range t.def.Questions {
		q := &t.def.Questions[i]
		if q.Kind == survey.Text {
			continue
		}
		r := QuestionResult{ID: q.ID}
		switch {
		case q.Group || !t.enough(t.everyone.answered[i]):
			r.Suppressed = true
		case q.Kind == survey.Scale:
			t.scaleFigures(&r, i, previous)
		default:
			r.N = t.everyone.answered[i]
			r.Counts = &Counts{Options: map[string]int{}}
			for k, option := range q.Options {
				r.Counts.Options[option.Value] = t.everyone.counts[i][k]
			}
		}
		all = append(all, r)
	}
	return all
}

func (t *tally) scaleFigures(r *QuestionResult, i int, previous *Previous) {
	if s, ok := t.outermost(i); ok {
		r.Range = &FavourableRange{s.Range()}
		return
	}
	q, n := &t.def.Questions[i], t.everyone.answered[i]
	sum := n
	for place, people := range t.everyone.counts[i] {
		sum += points(q, place) * people
	}
	r.N, r.Counts = n, &Counts{Points: t.everyone.counts[i]}
	r.Favourable = tenth(t.share(i))
	r.Mean = tenth(big.NewRat(int64(sum), int64(n)))
	p, _ := t.share(i).Float64()
	interval := wilson(p/100, effective(n, t.population()))
	r.Low, r.High = rounded(100*interval.low), rounded(100*interval.high)
	if before := previous.scale(q); before != nil {
		r.Change = tenth(new(big.Rat).Sub(t.share(i), before.share))
		was, _ := before.share.Float64()
		beyond := newcombe(p/100, was/100, interval, wilson(was/100, effective(before.n, previous.results.Headcount))).leavesOutZero()
		r.BeyondChance = &beyond
	}
}

func (t *tally) themeResults(previous *Previous) []Theme {
	var all []Theme
	for j, theme := range t.themes {
		all = append(all, t.themeResult(theme, t.moments[j], previous))
	}
	return all
}

func (t *tally) themeResult(theme items, sums moments, previous *Previous) Theme {
	r := Theme{ID: theme.id}
	ranges, suppressed := t.ranges(theme)
	if suppressed {
		r.Suppressed = true
		return r
	}
	if ranges != nil {
		r.Range = &FavourableRange{*ranges}
		return r
	}
	exact, variance, n := sums.mean()
	exact.Mul(exact, big.NewRat(100, 1))
	m := mean{people: n, n: effective(n, t.population())}
	m.value, _ = exact.Float64()
	m.variance, _ = variance.Float64()
	m.variance *= 100 * 100
	r.N, r.Index = n, tenth(exact)
	r.Low, r.High = rounded(m.interval().low), rounded(m.interval().high)
	if before := previous.theme(t.def, theme); before != nil {
		r.Change = rounded(m.value - before.value)
		beyond := welch(m, *before).leavesOutZero()
		r.BeyondChance = &beyond
	}
	return r
}

func (t *tally) measureResults(previous *Previous) []Measure {
	var all []Measure
	for _, measure := range t.measures {
		r := Measure{ID: measure.id, Questions: measure.named}
		ranges, suppressed := t.ranges(measure)
		switch {
		case suppressed:
			r.Suppressed = true
		case len(measure.scales) == 0:
		case ranges != nil:
			r.Range = &FavourableRange{*ranges}
		default:
			share, was := new(big.Rat), new(big.Rat)
			known := true
			for _, i := range measure.scales {
				share.Add(share, t.share(i))
				before := previous.scale(&t.def.Questions[i])
				if known = known && before != nil; known {
					was.Add(was, before.share)
				}
			}
			of := big.NewRat(1, int64(len(measure.scales)))
			r.Favourable = tenth(share.Mul(share, of))
			if known {
				r.Change = tenth(share.Sub(share, was.Mul(was, of)))
			}
		}
		all = append(all, r)
	}
	return all
}

// ranges is the mean of the items' ranges where one of them has only a range,
// a figure being a range of no width; nil where all have figures. Suppressed says
// that too few answered one: the rest of a mean would give it back.
func (t *tally) ranges(of items) (mean *Range, suppressed bool) {
	var from, to float64
	var any bool
	for _, i := range of.scales {
		if !t.enough(t.everyone.answered[i]) {
			return nil, true
		}
		if s, ok := t.outermost(i); ok {
			any = true
			from += s.from()
			to += s.to()
		} else {
			p, _ := t.share(i).Float64()
			from += p
			to += p
		}
	}
	if !any {
		return nil, false
	}
	n := float64(len(of.scales))
	return &Range{*rounded(from / n), *rounded(to / n)}, false
}

// tenth rounds to one decimal, half away from zero.
func tenth(r *big.Rat) *float64 {
	f, _ := strconv.ParseFloat(r.FloatString(1), 64) // FloatString writes what ParseFloat reads
	return &f
}

// rounded is tenth of what is not exact to begin with.
func rounded(f float64) *float64 {
	f = math.Round(f*10)/10 + 0 // no negative zero
	return &f
}
