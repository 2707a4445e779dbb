package report

// Figures, against ones worked out elsewhere and by a second way to count. Those
// elsewhere: shares and means by hand; intervals with Python 3 and no library, Wilson's
// by solving (p-x)² = z²x(1-x)/n for x, Student's t by integrating its density with
// Simpson's rule and halving.

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"iter"
	"math"
	"math/rand/v2"
	"os"
	"path/filepath"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"testing"

	"staffplan/collector/journal"
	"staffplan/collector/survey"
)

// define makes a definition from its questions, the rest as in most surveys.
func define(t testing.TB, questions string) *survey.Definition {
	t.Helper()
	def, err := survey.Parse([]byte(`{"id":"s","title":"t","opens":"2001-01-01T00:00:00+09:00","closes":"2001-02-01T00:00:00+09:00",
		"access":"open","sealed_to":"","release":10,"minimum":10,"minimum_comments":10,"previous":"","headcount":{},"questions":[` + questions + `]}`))
	if err != nil {
		t.Fatal(err)
	}
	return def
}

const (
	five  = `"labels":["1","2","3","4","5"]`
	units = `{"id":"unit","kind":"choice","text":"所属","group":true,"options":[{"value":"a","text":"A","part_of":""},{"value":"b","text":"B","part_of":""}]}`
)

// files are released lines.
type files struct{ Answers, Texts [][]byte }

// released is as package journal has them.
func (l *files) released() *journal.Released {
	each := func(lines [][]byte) iter.Seq2[[]byte, error] {
		return func(yield func([]byte, error) bool) {
			for _, line := range lines {
				if !yield(line, nil) {
					return
				}
			}
		}
	}
	return &journal.Released{Answers: each(l.Answers), Texts: each(l.Texts)}
}

// released repeats each line so many times.
func released(of map[string]int) *files {
	r := new(files)
	for line, n := range of {
		for range n {
			r.Answers = append(r.Answers, []byte(`{"survey":"s","answers":`+line+`}`))
		}
	}
	return r
}

func make1(t testing.TB, def *survey.Definition, r *files) *Results {
	t.Helper()
	return read(t, def, r).Results(nil)
}

func read(t testing.TB, def *survey.Definition, r *files) *Responses {
	t.Helper()
	responses, err := Read(def, r.released(), nil)
	if err != nil {
		t.Fatal(err)
	}
	return responses
}

// TestFigures compares whole reports.
func TestFigures(t *testing.T) {
	for _, test := range []struct {
		name      string
		questions string
		heads     map[string]int
		answers   map[string]int
		want      string
	}{
		{
			name:      "a scale, its theme and its measure",
			questions: `{"id":"q","kind":"scale","text":"q",` + five + `,"themes":["e"],"measures":["s1"]}`,
			// Favourable 35 of 60: 45.7281 to 69.9357. Index (0×10+50×15+75×20+100×15)/60: 53.8845 to 71.1155.
			answers: map[string]int{`{"q":1}`: 10, `{"q":3}`: 15, `{"q":4}`: 20, `{"q":5}`: 15, `{}`: 1},
			want: `{"survey":"s","responses":61,"minimum":10,"sha256":"",
				"questions":[{"id":"q","n":60,"counts":[10,0,15,20,15],"favourable":58.3,"mean":3.5,"low":45.7,"high":69.9}],
				"themes":[{"id":"e","n":60,"index":62.5,"low":53.9,"high":71.1}],
				"measures":[{"id":"s1","questions":["q"],"favourable":58.3}]}`,
		},
		{
			name:      "of a hundred who were asked: 50.3320 to 65.9185, 57.0511 to 67.9489",
			questions: `{"id":"q","kind":"scale","text":"q",` + five + `,"themes":["e"]},` + units,
			heads:     map[string]int{"a": 60, "b": 40},
			answers:   map[string]int{`{"q":1}`: 10, `{"q":3}`: 15, `{"q":4}`: 20, `{"q":5}`: 15},
			want: `{"survey":"s","responses":60,"headcount":100,"minimum":10,"sha256":"",
				"questions":[{"id":"q","n":60,"counts":[10,0,15,20,15],"favourable":58.3,"mean":3.5,"low":50.3,"high":65.9},{"id":"unit","suppressed":true}],
				"themes":[{"id":"e","n":60,"index":62.5,"low":57.1,"high":67.9}],
				"groups":[{"question":"unit","value":"a","suppressed":true},{"question":"unit","value":"b","suppressed":true}]}`,
		},
		{
			name:      "a reversed scale counts from the other end; its counts stand as they were answered",
			questions: `{"id":"q","kind":"scale","text":"q","reversed":true,` + five + `,"themes":["e"]}`,
			answers:   map[string]int{`{"q":5}`: 10, `{"q":3}`: 15, `{"q":2}`: 20, `{"q":1}`: 15},
			want: `{"survey":"s","responses":60,"minimum":10,"sha256":"",
				"questions":[{"id":"q","n":60,"counts":[15,20,15,0,10],"favourable":58.3,"mean":3.5,"low":45.7,"high":69.9}],
				"themes":[{"id":"e","n":60,"index":62.5,"low":53.9,"high":71.1}]}`,
		},
		{
			name: "two scales: everyone counts once in the index, each question once in the measure",
			questions: `{"id":"q","kind":"scale","text":"q",` + five + `,"themes":["e"],"measures":["s1"]},
				{"id":"r","kind":"scale","text":"r","labels":["1","2","3","4"],"themes":["e"],"measures":["s1"]}`,
			// A person scores the mean of two items: that is 12×50, 8×100, 4×25, 4×62.5
			// and 12×0 in 40: 32.1212 to 55.3788. Favourable 20 of 40 and 12 of 36: 20.2146 to 49.6660.
			answers: map[string]int{`{"q":5,"r":1}`: 12, `{"q":5,"r":4}`: 8, `{"q":2}`: 4, `{"q":2,"r":4}`: 4, `{"q":1,"r":1}`: 12},
			want: `{"survey":"s","responses":40,"minimum":10,"sha256":"",
				"questions":[{"id":"q","n":40,"counts":[12,8,0,0,20],"favourable":50,"mean":3.2,"low":35.2,"high":64.8},
					{"id":"r","n":36,"counts":[24,0,0,12],"favourable":33.3,"mean":2,"low":20.2,"high":49.7}],
				"themes":[{"id":"e","n":40,"index":43.8,"low":32.1,"high":55.4}],
				"measures":[{"id":"s1","questions":["q","r"],"favourable":41.7}]}`,
		},
		{
			name: "in the first or the last step: the range, also of what contains it",
			questions: `{"id":"q","kind":"scale","text":"q",` + five + `,"themes":["e"],"measures":["s1"]},
				{"id":"r","kind":"scale","text":"r",` + five + `,"themes":["e","f"],"measures":["s1","s2"]}`,
			// 39 of 40 and 20 of 40, of ten steps. Index of f: 25.7138 to 50.5362.
			answers: map[string]int{`{"q":5,"r":1}`: 20, `{"q":4,"r":4}`: 19, `{"q":1,"r":5}`: 1},
			want: `{"survey":"s","responses":40,"minimum":10,"sha256":"",
				"questions":[{"id":"q","range":{"favourable":{"from":90,"to":100}}},{"id":"r","n":40,"counts":[20,0,0,19,1],"favourable":50,"mean":2.5,"low":35.2,"high":64.8}],
				"themes":[{"id":"e","range":{"favourable":{"from":70,"to":75}}},{"id":"f","n":40,"index":38.1,"low":25.7,"high":50.5}],
				"measures":[{"id":"s1","questions":["q","r"],"range":{"favourable":{"from":70,"to":75}}},{"id":"s2","questions":["r"],"favourable":50}]}`,
		},
		{
			name: "choice and multi by option",
			questions: `{"id":"c","kind":"choice","text":"c","options":[{"value":"x","text":"X","part_of":""},{"value":"y","text":"Y","part_of":""}]},
				{"id":"m","kind":"multi","text":"m","measures":["w1"],"options":[{"value":"x","text":"X","part_of":""},{"value":"y","text":"Y","part_of":""}]}`,
			answers: map[string]int{`{"c":"x","m":["x","y"]}`: 10, `{"c":"y"}`: 1},
			want: `{"survey":"s","responses":11,"minimum":10,"sha256":"",
				"questions":[{"id":"c","n":11,"counts":{"x":10,"y":1}},{"id":"m","n":10,"counts":{"x":10,"y":10}}],
				"measures":[{"id":"w1","questions":["m"]}]}`,
		},
		{
			name:      "nine responses: no figure",
			questions: `{"id":"q","kind":"scale","text":"q",` + five + `,"themes":["e"]},` + units,
			answers:   map[string]int{`{"q":1,"unit":"a"}`: 9},
			want:      `{"survey":"s","suppressed":true,"minimum":10,"sha256":""}`,
		},
		{
			name: "a question nine answered takes its theme and measure with it",
			questions: `{"id":"q","kind":"scale","text":"q",` + five + `,"themes":["e"],"measures":["s1"]},
				{"id":"r","kind":"scale","text":"r",` + five + `,"themes":["e"],"measures":["s1"]}`,
			answers: map[string]int{`{"q":5,"r":4}`: 9, `{"q":4}`: 11, `{"q":2}`: 20},
			want: `{"survey":"s","responses":40,"minimum":10,"sha256":"",
				"questions":[{"id":"q","n":40,"counts":[0,20,0,11,9],"favourable":50,"mean":3.2,"low":35.2,"high":64.8},{"id":"r","suppressed":true}],
				"themes":[{"id":"e","suppressed":true}],"measures":[{"id":"s1","questions":["q","r"],"suppressed":true}]}`,
		},
		{
			name:      "groups: ranges",
			questions: `{"id":"q","kind":"scale","text":"q",` + five + `,"themes":["e"]},` + units,
			heads:     map[string]int{"a": 50, "b": 40},
			// 18 of 43, of ten steps; 12 of 32, of five. All: 35.5767 to 44.5926, 38.8299 to 46.5034.
			answers: map[string]int{`{"q":5,"unit":"a"}`: 18, `{"q":1,"unit":"a"}`: 25, `{"q":4,"unit":"b"}`: 12, `{"q":2,"unit":"b"}`: 20},
			want: `{"survey":"s","responses":75,"headcount":90,"minimum":10,"sha256":"",
				"questions":[{"id":"q","n":75,"counts":[25,20,0,12,18],"favourable":40,"mean":2.7,"low":35.6,"high":44.6},{"id":"unit","suppressed":true}],
				"themes":[{"id":"e","n":75,"index":42.7,"low":38.8,"high":46.5}],
				"groups":[
					{"question":"unit","value":"a","size":{"from":40,"to":44},"headcount":50,"rate":{"from":80,"to":90},"questions":[{"id":"q","favourable":{"from":40,"to":50}}],"themes":[{"id":"e","favourable":{"from":40,"to":50}}]},
					{"question":"unit","value":"b","size":{"from":30,"to":34},"headcount":40,"rate":{"from":75,"to":85},"questions":[{"id":"q","favourable":{"from":20,"to":40}}],"themes":[{"id":"e","favourable":{"from":20,"to":40}}]}]}`,
		},
	} {
		t.Run(test.name, func(t *testing.T) {
			def := define(t, test.questions)
			def.Headcount = test.heads
			got := compact(t, encoded(t, make1(t, def, released(test.answers))))
			got = regexp.MustCompile(`"sha256":"[0-9a-f]{64}"`).ReplaceAllString(got, `"sha256":""`)
			if want := compact(t, []byte(test.want)); got != want {
				t.Errorf("got  %s\nwant %s", got, want)
			}
		})
	}
}

func compact(t *testing.T, data []byte) string {
	t.Helper()
	var out bytes.Buffer
	if err := json.Compact(&out, data); err != nil {
		t.Fatal(err)
	}
	return out.String()
}

// TestChange: 35 of 60 favourable, 12 of 60 before. The difference is 38.3333, its
// interval 21.0793 to 52.5245; of the index 37.5, 25.9395 to 49.0605.
func TestChange(t *testing.T) {
	def := define(t, `{"id":"q","kind":"scale","text":"q",`+five+`,"themes":["e"],"measures":["s1"]}`)
	before := make1(t, def, released(map[string]int{`{"q":1}`: 32, `{"q":2}`: 8, `{"q":3}`: 8, `{"q":4}`: 12}))
	now := read(t, def, released(map[string]int{`{"q":1}`: 10, `{"q":3}`: 15, `{"q":4}`: 20, `{"q":5}`: 15}))
	r := now.Results(NewPrevious(before, def))
	if q := r.Questions[0]; *q.Change != 38.3 || !*q.BeyondChance {
		t.Errorf("question: %v, %v", *q.Change, *q.BeyondChance)
	}
	if theme := r.Themes[0]; *theme.Change != 37.5 || !*theme.BeyondChance {
		t.Errorf("theme: %v, %v", *theme.Change, *theme.BeyondChance)
	}
	if m := r.Measures[0]; *m.Change != 38.3 {
		t.Errorf("measure: %v", *m.Change)
	}
	if q := now.Results(NewPrevious(r, def)).Questions[0]; *q.Change != 0 || *q.BeyondChance {
		t.Errorf("to itself: %v, %v", *q.Change, *q.BeyondChance)
	}
	for _, other := range []string{
		`{"id":"q","kind":"scale","text":"q","labels":["1","2","3","4","6"],"themes":["e"],"measures":["s1"]}`,
		`{"id":"q","kind":"scale","text":"q","reversed":true,` + five + `,"themes":["e"],"measures":["s1"]}`,
		`{"id":"r","kind":"scale","text":"q",` + five + `,"themes":["e"],"measures":["s1"]}`,
	} {
		r := now.Results(NewPrevious(before, define(t, other)))
		if r.Questions[0].Change != nil || r.Themes[0].Change != nil || r.Measures[0].Change != nil {
			t.Errorf("%s: compared", other)
		}
	}
}

// TestIntervals: Wilson's and Newcombe's are examples of Newcombe (1998), who gives
// 0.2553 to 0.3662, 0.0624 to 0.1605, and 0.0524 to 0.3339.
func TestIntervals(t *testing.T) {
	near := func(name string, got, want float64) {
		t.Helper()
		if math.Abs(got-want) > 1e-6 {
			t.Errorf("%s: got %v, want %v", name, got, want)
		}
	}
	a, b := wilson(81./263, 263), wilson(15./148, 148)
	near("81 of 263", a.low, 0.2552885198782742)
	near("81 of 263", a.high, 0.3662095769828002)
	near("15 of 148", b.low, 0.06238639953073631)
	near("15 of 148", b.high, 0.16048724172330797)
	d := newcombe(56./70, 48./80, wilson(56./70, 70), wilson(48./80, 80))
	near("56 of 70 and 48 of 80", d.low, 0.052431472402364704)
	near("56 of 70 and 48 of 80", d.high, 0.3338726540369062)
	for df, want := range map[float64]float64{2: 4.302652729749204, 9: 2.2621571627982133, 11: 2.2009851600915917, 30: 2.0422724563012595, 199: 1.9719565442518392} {
		near(fmt.Sprint("t of ", df), student(df), want)
	}
	// Twelve people with a mean of 62.5 and twelve with 12.5: 17.6 degrees of freedom.
	w := welch(mean{62.5, 1193.1818181818182, 12, 12}, mean{12.5, 397.72727272727275, 12, 12})
	near("Welch", w.low, 25.770190445827872)
	near("Welch", w.high, 74.22980955417214)
	if n := effective(60, 100); n != 150 {
		t.Errorf("60 of 100 count as %v", n)
	}
	if all := wilson(0.5, effective(60, 60)); all != (span{0.5, 0.5}) {
		t.Errorf("all have answered: %v", all)
	}
}

func TestHeadcount(t *testing.T) {
	def := define(t, `{"id":"q","kind":"scale","text":"q",`+five+`},`+units)
	r := released(map[string]int{`{"q":1,"unit":"a"}`: 12, `{"q":4,"unit":"a"}`: 12, `{"q":3,"unit":"b"}`: 15, `{"q":4,"unit":"b"}`: 15})
	for _, test := range []struct {
		heads map[string]int
		all   int
		each  []int
	}{
		{map[string]int{}, 0, []int{0, 0}},
		{map[string]int{"a": 32}, 0, []int{32, 0}},
		{map[string]int{"a": 30, "b": 40}, 70, []int{30, 40}},
		{map[string]int{"a": 32, "b": 12}, 0, []int{32, 0}}, // more answered than were asked
		{map[string]int{"a": 19, "b": 40}, 59, []int{0, 40}},
	} {
		def.Headcount = test.heads
		results := make1(t, def, r)
		each := []int{results.Groups[0].Headcount, results.Groups[1].Headcount}
		if results.Headcount != test.all || !slices.Equal(each, test.each) {
			t.Errorf("headcount %v: got %d and %d, want %d and %d", test.heads, results.Headcount, each, test.all, test.each)
		}
	}
}

func TestSecondGroupQuestion(t *testing.T) {
	def := define(t, `{"id":"q","kind":"scale","text":"q",`+five+`},`+units+`,`+strings.ReplaceAll(units, `"unit"`, `"age"`))
	results := make1(t, def, released(map[string]int{`{"q":1,"unit":"a","age":"b"}`: 20, `{"q":4,"unit":"b","age":"a"}`: 20}))
	for _, g := range results.Groups {
		if g.Question != "unit" {
			t.Errorf("%s %s is published", g.Question, g.Value)
		}
	}
	if !results.Questions[1].Suppressed || !results.Questions[2].Suppressed {
		t.Error("sizes are printed")
	}
}

// TestMerged: a part that is too small is hidden, and says in which group it is counted.
func TestMerged(t *testing.T) {
	def := define(t, `{"id":"q","kind":"scale","text":"q",`+five+`},{"id":"unit","kind":"choice","text":"所属","group":true,"options":[
		{"value":"kanri","text":"管理","part_of":""},{"value":"x","text":"X","part_of":"kanri"},{"value":"y","text":"Y","part_of":"kanri"},{"value":"b","text":"B","part_of":""}]}`)
	results := make1(t, def, released(map[string]int{
		`{"q":4,"unit":"x"}`: 3, `{"q":1,"unit":"x"}`: 3, `{"q":4,"unit":"y"}`: 10, `{"q":2,"unit":"y"}`: 11, `{"q":5,"unit":"b"}`: 15, `{"q":1,"unit":"b"}`: 15}))
	var got []string
	for _, g := range results.Groups {
		got = append(got, fmt.Sprint(g.Value, g.Suppressed, g.MergedInto))
	}
	if want := []string{"kanrifalse", "xtruekanri", "yfalse", "bfalse"}; !slices.Equal(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
}

// TestAgainstPlainTally makes random surveys and compares each figure with a
// second way to count, in floating point and over people instead of counts.
func TestAgainstPlainTally(t *testing.T) {
	seed := rand.Uint64()
	t.Logf("seed %d", seed)
	random := rand.New(rand.NewPCG(seed, 0))
	for range 100 {
		var questions []string
		points := make([]int, 1+random.IntN(6))
		for i := range points {
			points[i] = 2 + random.IntN(10)
			labels, _ := json.Marshal(slices.Repeat([]string{"x"}, points[i]))
			questions = append(questions, fmt.Sprintf(`{"id":"q%d","kind":"scale","text":"q","labels":%s,"themes":["t%d"],"measures":["m%d"]}`, i, labels, i%2, i%3))
		}
		def := define(t, strings.Join(append(questions, units), ","))
		people := make([]map[string]any, random.IntN(80))
		r := new(files)
		for i := range people {
			people[i] = map[string]any{}
			for k := range points {
				if random.IntN(8) > 0 {
					people[i][fmt.Sprintf("q%d", k)] = 1 + random.IntN(points[k])
				}
			}
			if unit := random.IntN(5); unit < 4 {
				people[i]["unit"] = []string{"a", "b"}[unit%2]
			}
			line, _ := json.Marshal(map[string]any{"survey": "s", "answers": people[i]})
			r.Answers = append(r.Answers, line)
		}
		results := make1(t, def, r)

		if results.Suppressed != (len(people) < 10) {
			t.Fatalf("%d people: suppressed is %v", len(people), results.Suppressed)
		}
		// Those with an answer to a question.
		answered := func(k int) (scores []int) {
			for _, p := range people {
				if score, ok := p[fmt.Sprintf("q%d", k)].(int); ok {
					scores = append(scores, score)
				}
			}
			return scores
		}
		near := func(name string, got *float64, want float64) {
			t.Helper()
			if got == nil || math.Abs(*got-want) > 0.05+1e-9 {
				t.Errorf("%s: got %v, want %v", name, got, want)
			}
		}
		favourable := func(k int) float64 {
			scores, above := answered(k), 0
			for _, s := range scores {
				if float64(s) > float64(points[k]+1)/2 {
					above++
				}
			}
			return 100 * float64(above) / float64(len(scores))
		}
		for k, q := range results.Questions {
			if k == len(points) {
				break
			}
			scores := answered(k)
			if q.Suppressed != (len(scores) < 10) {
				t.Fatalf("%s: %d answers, suppressed is %v", q.ID, len(scores), q.Suppressed)
			}
			if q.Suppressed || q.Range != nil {
				continue
			}
			sum := 0
			for _, s := range scores {
				sum += s
			}
			near(q.ID, q.Favourable, favourable(k))
			near(q.ID, q.Mean, float64(sum)/float64(len(scores)))
		}
		for _, theme := range results.Themes {
			if theme.Suppressed || theme.Range != nil {
				continue
			}
			total, n := 0.0, 0
			for _, p := range people {
				sum, items := 0.0, 0
				for k := range points {
					if score, ok := p[fmt.Sprintf("q%d", k)].(int); ok && fmt.Sprintf("t%d", k%2) == theme.ID {
						sum += float64(score-1) / float64(points[k]-1)
						items++
					}
				}
				if items > 0 {
					total += sum / float64(items)
					n++
				}
			}
			if theme.N != n {
				t.Errorf("%s: n is %d, want %d", theme.ID, theme.N, n)
			}
			near(theme.ID, theme.Index, 100*total/float64(n))
		}
		for _, measure := range results.Measures {
			if measure.Suppressed || measure.Range != nil {
				continue
			}
			sum, n := 0.0, 0
			for k := range points {
				if fmt.Sprintf("m%d", k%3) == measure.ID {
					sum += favourable(k)
					n++
				}
			}
			near(measure.ID, measure.Favourable, sum/float64(n))
		}
		// The order of the lines says nothing.
		random.Shuffle(len(r.Answers), func(i, k int) { r.Answers[i], r.Answers[k] = r.Answers[k], r.Answers[i] })
		if !bytes.Equal(encoded(t, results), encoded(t, make1(t, def, r))) {
			t.Error("another order of the lines gave other figures")
		}
	}
}

func TestWrite(t *testing.T) {
	name := filepath.Join(t.TempDir(), "results.json")
	if err := os.WriteFile(name, []byte("old"), 0o600); err != nil {
		t.Fatal(err)
	}
	r := &Results{Survey: "s", Minimum: 10}
	if err := r.Write(name); err != nil {
		t.Fatal(err)
	}
	want, _ := r.Encode()
	if got, err := os.ReadFile(name); err != nil || !bytes.Equal(got, want) {
		t.Errorf("got %q, %v", got, err)
	}
	if rest, _ := filepath.Glob(filepath.Join(filepath.Dir(name), "*")); len(rest) != 1 {
		t.Errorf("left behind: %v", rest)
	}
	if err := r.Write(filepath.Join(name, "x")); err == nil {
		t.Error("no error where there is no folder")
	}
}

// TestParse: what was written is read again; whatever is changed in it is refused.
func TestParse(t *testing.T) {
	want := sample(t)
	data := encoded(t, want)
	got, err := Parse(data)
	if err != nil || !reflect.DeepEqual(got, want) {
		t.Fatalf("got %+v, %v", got, err)
	}
	for i := range data {
		changed := slices.Clone(data)
		changed[i] ^= 1
		if r, err := Parse(changed); r != nil || err == nil {
			t.Errorf("byte %d, %q: %v", i, data[i], err)
		}
	}
	if _, err := Parse(append(data, '\n')); !errors.Is(err, ErrEdited) {
		t.Errorf("a line more: %v", err)
	}
}

// sample has something of everything.
func sample(t testing.TB) *Results {
	def := define(t, `{"id":"q","kind":"scale","text":"q",`+five+`,"themes":["e"],"measures":["s1"]},`+units)
	r := make1(t, def, released(map[string]int{`{"q":5,"unit":"a"}`: 18, `{"q":1,"unit":"a"}`: 25, `{"q":4,"unit":"b"}`: 12, `{"q":2,"unit":"b"}`: 20}))
	r.Comments = []Comments{{Question: "c", Texts: []Comment{{"話", "a < b & \"c\"\n{[,]}\\ \"sha256\":\"\""}}}, {Question: "d", Suppressed: true}}
	return r
}

// FuzzParse: what is read is written as something that is read as the same.
func FuzzParse(f *testing.F) {
	f.Add(encoded(f, sample(f)))
	f.Add([]byte(`{"survey":"s","minimum":10,"sha256":""}`))
	f.Fuzz(func(t *testing.T, data []byte) {
		r, err := Parse(data)
		if err != nil {
			// With the right sum it may be read after all.
			var any Results
			if json.Unmarshal(data, &any) != nil {
				return
			}
			r = &any
		}
		again, err := Parse(encoded(t, r))
		if err != nil || !reflect.DeepEqual(again, r) {
			t.Errorf("%v\n%+v\n%+v", err, r, again)
		}
	})
}
