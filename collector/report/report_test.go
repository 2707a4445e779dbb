package report

// Figures, against ones worked out by hand and by a second way to count.

import (
	"bytes"
	"encoding/json"
	"fmt"
	"math"
	"math/rand/v2"
	"os"
	"path/filepath"
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

// released repeats each line so many times.
func released(lines map[string]int) *journal.Released {
	r := new(journal.Released)
	for line, n := range lines {
		for range n {
			r.Answers = append(r.Answers, []byte(`{"survey":"s","answers":`+line+`}`))
		}
	}
	return r
}

func make1(t testing.TB, def *survey.Definition, r *journal.Released) *Results {
	t.Helper()
	return read(t, def, r).Results()
}

func read(t testing.TB, def *survey.Definition, r *journal.Released) *Responses {
	t.Helper()
	responses, err := Read(def, r)
	if err != nil {
		t.Fatal(err)
	}
	return responses
}

// TestFigures compares whole reports with figures worked out by hand.
func TestFigures(t *testing.T) {
	for _, test := range []struct {
		name      string
		questions string
		answers   map[string]int
		want      string
	}{
		{
			name:      "a scale, its theme and its measure",
			questions: `{"id":"q","kind":"scale","text":"q",` + five + `,"themes":["e"],"measures":["s1"]}`,
			// Favourable 7 of 12; mean 42/12; index (42-12)/4/12.
			answers: map[string]int{`{"q":1}`: 2, `{"q":3}`: 3, `{"q":4}`: 4, `{"q":5}`: 3, `{}`: 1},
			want: `{"survey":"s","responses":13,"minimum":10,
				"questions":[{"id":"q","n":12,"counts":[2,0,3,4,3],"favourable":58.3,"mean":3.5}],
				"themes":[{"id":"e","n":12,"index":62.5}],
				"measures":[{"id":"s1","questions":["q"],"favourable":58.3}]}`,
		},
		{
			name: "two scales: everyone counts once in the index, each question once in the measure",
			questions: `{"id":"q","kind":"scale","text":"q",` + five + `,"themes":["e"],"measures":["s1"]},
				{"id":"r","kind":"scale","text":"r","labels":["1","2","3"],"themes":["e"],"measures":["s1"]}`,
			// Ten score (100+50)/2, ten 0: (10*75)/20. Favourable 50 % and 0 %.
			answers: map[string]int{`{"q":5,"r":2}`: 10, `{"q":1}`: 10},
			want: `{"survey":"s","responses":20,"minimum":10,
				"questions":[{"id":"q","n":20,"counts":[10,0,0,0,10],"favourable":50,"mean":3},
					{"id":"r","n":10,"counts":[0,10,0],"favourable":0,"mean":2}],
				"themes":[{"id":"e","n":20,"index":37.5}],
				"measures":[{"id":"s1","questions":["q","r"],"favourable":25}]}`,
		},
		{
			name:      "an even scale has no middle",
			questions: `{"id":"q","kind":"scale","text":"q","labels":["1","2","3","4"]}`,
			answers:   map[string]int{`{"q":2}`: 5, `{"q":3}`: 5},
			want: `{"survey":"s","responses":10,"minimum":10,
				"questions":[{"id":"q","n":10,"counts":[0,5,5,0],"favourable":50,"mean":2.5}]}`,
		},
		{
			name: "choice and multi by option",
			questions: `{"id":"c","kind":"choice","text":"c","options":[{"value":"x","text":"X","part_of":""},{"value":"y","text":"Y","part_of":""}]},
				{"id":"m","kind":"multi","text":"m","measures":["w1"],"options":[{"value":"x","text":"X","part_of":""},{"value":"y","text":"Y","part_of":""}]}`,
			answers: map[string]int{`{"c":"x","m":["x","y"]}`: 10, `{"c":"y"}`: 1},
			want: `{"survey":"s","responses":11,"minimum":10,
				"questions":[{"id":"c","n":11,"counts":{"x":10,"y":1}},{"id":"m","n":10,"counts":{"x":10,"y":10}}],
				"measures":[{"id":"w1","questions":["m"]}]}`,
		},
		{
			name:      "nine responses: no figure",
			questions: `{"id":"q","kind":"scale","text":"q",` + five + `,"themes":["e"]},` + units,
			answers:   map[string]int{`{"q":1,"unit":"a"}`: 9},
			want:      `{"survey":"s","suppressed":true,"minimum":10}`,
		},
		{
			name: "a question nine answered takes its theme and measure with it",
			questions: `{"id":"q","kind":"scale","text":"q",` + five + `,"themes":["e"],"measures":["s1"]},
				{"id":"r","kind":"scale","text":"r",` + five + `,"themes":["e","f"],"measures":["s1","s2"]},
				{"id":"u","kind":"scale","text":"u",` + five + `,"themes":["g"],"measures":["s3"]}`,
			answers: map[string]int{`{"q":5,"r":4,"u":2}`: 9, `{"q":4,"u":2}`: 11},
			want: `{"survey":"s","responses":20,"minimum":10,
				"questions":[{"id":"q","n":20,"counts":[0,0,0,11,9],"favourable":100,"mean":4.5},
					{"id":"r","suppressed":true},{"id":"u","n":20,"counts":[0,20,0,0,0],"favourable":0,"mean":2}],
				"themes":[{"id":"e","suppressed":true},{"id":"f","suppressed":true},{"id":"g","n":20,"index":25}],
				"measures":[{"id":"s1","questions":["q","r"],"suppressed":true},{"id":"s2","questions":["r"],"suppressed":true},
					{"id":"s3","questions":["u"],"favourable":0}]}`,
		},
		{
			name:      "groups of ten and more, nobody left out",
			questions: `{"id":"q","kind":"scale","text":"q",` + five + `,"themes":["e"]},` + units,
			answers: map[string]int{`{"q":5,"unit":"a"}`: 4, `{"q":3,"unit":"a"}`: 3, `{"q":1,"unit":"a"}`: 3,
				`{"q":4,"unit":"b"}`: 11, `{"q":2,"unit":"b"}`: 1},
			want: `{"survey":"s","responses":22,"minimum":10,
				"questions":[{"id":"q","n":22,"counts":[3,1,3,11,4],"favourable":68.2,"mean":3.5},{"id":"unit","n":22,"counts":{"a":10,"b":12}}],
				"themes":[{"id":"e","n":22,"index":63.6}],
				"groups":[
					{"question":"unit","value":"a","n":10,"questions":[{"id":"q","n":10,"favourable":40,"neutral":30,"unfavourable":30}],"themes":[{"id":"e","n":10,"index":55}]},
					{"question":"unit","value":"b","n":12,"questions":[{"id":"q","n":12,"favourable":"high","neutral":"low","unfavourable":"low"}],"themes":[{"id":"e","suppressed":true}]}]}`,
		},
		{
			name:      "nine in one group: no group is shown, nor their sizes",
			questions: `{"id":"q","kind":"scale","text":"q",` + five + `},` + units,
			answers:   map[string]int{`{"q":5,"unit":"a"}`: 9, `{"q":3,"unit":"b"}`: 12},
			want: `{"survey":"s","responses":21,"minimum":10,
				"questions":[{"id":"q","n":21,"counts":[0,0,12,0,9],"favourable":42.9,"mean":3.9},{"id":"unit","suppressed":true}],
				"groups":[{"question":"unit","value":"a","suppressed":true},{"question":"unit","value":"b","suppressed":true}]}`,
		},
		{
			name:      "one who left the group blank: no group is shown",
			questions: `{"id":"q","kind":"scale","text":"q",` + five + `},` + units,
			answers:   map[string]int{`{"q":5,"unit":"a"}`: 12, `{"q":3,"unit":"b"}`: 12, `{"q":3}`: 1},
			want: `{"survey":"s","responses":25,"minimum":10,
				"questions":[{"id":"q","n":25,"counts":[0,0,13,0,12],"favourable":48,"mean":4},{"id":"unit","suppressed":true}],
				"groups":[{"question":"unit","value":"a","suppressed":true},{"question":"unit","value":"b","suppressed":true}]}`,
		},
		{
			name:      "nine who left the group blank: no group is shown",
			questions: `{"id":"q","kind":"scale","text":"q",` + five + `},` + units,
			answers:   map[string]int{`{"q":5,"unit":"a"}`: 12, `{"q":3,"unit":"b"}`: 12, `{"q":3}`: 9},
			want: `{"survey":"s","responses":33,"minimum":10,
				"questions":[{"id":"q","n":33,"counts":[0,0,21,0,12],"favourable":36.4,"mean":3.7},{"id":"unit","suppressed":true}],
				"groups":[{"question":"unit","value":"a","suppressed":true},{"question":"unit","value":"b","suppressed":true}]}`,
		},
		{
			name: "nine of one group answered one question: that question is hidden in all groups, and its theme",
			questions: `{"id":"q","kind":"scale","text":"q",` + five + `,"themes":["e"]},
				{"id":"r","kind":"scale","text":"r",` + five + `,"themes":["f"]},` + units,
			answers: map[string]int{`{"q":4,"r":2,"unit":"a"}`: 9, `{"q":2,"unit":"a"}`: 5,
				`{"q":4,"r":4,"unit":"b"}`: 8, `{"q":2,"r":2,"unit":"b"}`: 8},
			want: `{"survey":"s","responses":30,"minimum":10,
				"questions":[{"id":"q","n":30,"counts":[0,13,0,17,0],"favourable":56.7,"mean":3.1},{"id":"r","n":25,"counts":[0,17,0,8,0],"favourable":32,"mean":2.6},
					{"id":"unit","n":30,"counts":{"a":14,"b":16}}],
				"themes":[{"id":"e","n":30,"index":53.3},{"id":"f","n":25,"index":41}],
				"groups":[
					{"question":"unit","value":"a","n":14,"questions":[{"id":"q","n":14,"favourable":64,"neutral":"low"},{"id":"r","suppressed":true}],
						"themes":[{"id":"e","n":14,"index":57},{"id":"f","suppressed":true}]},
					{"question":"unit","value":"b","n":16,"questions":[{"id":"q","n":16,"favourable":50,"neutral":"low"},{"id":"r","suppressed":true}],
						"themes":[{"id":"e","n":16,"index":50},{"id":"f","suppressed":true}]}]}`,
		},
	} {
		t.Run(test.name, func(t *testing.T) {
			got, err := make1(t, define(t, test.questions), released(test.answers)).Encode()
			if err != nil {
				t.Fatal(err)
			}
			var want bytes.Buffer
			if err := json.Compact(&want, []byte(test.want)); err != nil {
				t.Fatal(err)
			}
			var compact bytes.Buffer
			if err := json.Compact(&compact, got); err != nil {
				t.Fatal(err)
			}
			if compact.String() != want.String() {
				t.Errorf("got  %s\nwant %s", &compact, &want)
			}
		})
	}
}

// TestAgainstPlainTally makes random surveys and compares each figure with a
// second way to count, in floating point and over people instead of counts.
func TestAgainstPlainTally(t *testing.T) {
	seed := rand.Uint64()
	t.Logf("seed %d", seed)
	random := rand.New(rand.NewPCG(seed, 0))
	for range 200 {
		var questions []string
		points := make([]int, 1+random.IntN(6))
		for i := range points {
			points[i] = 2 + random.IntN(10)
			labels, _ := json.Marshal(slices.Repeat([]string{"x"}, points[i]))
			questions = append(questions, fmt.Sprintf(`{"id":"q%d","kind":"scale","text":"q","labels":%s,"themes":["t%d"],"measures":["m%d"]}`, i, labels, i%2, i%3))
		}
		def := define(t, strings.Join(append(questions, units), ","))
		people := make([]map[string]any, random.IntN(80))
		r := new(journal.Released)
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
		// Those with an answer to a question, of one group or of all ("*").
		answered := func(k int, group string) (scores []int) {
			for _, p := range people {
				unit, _ := p["unit"].(string)
				if score, ok := p[fmt.Sprintf("q%d", k)].(int); ok && (group == "*" || group == unit) {
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
		favourable := func(k int, group string) float64 {
			scores, above := answered(k, group), 0
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
			scores := answered(k, "*")
			if q.Suppressed != (len(scores) < 10) {
				t.Fatalf("%s: %d answers, suppressed is %v", q.ID, len(scores), q.Suppressed)
			}
			if q.Suppressed {
				continue
			}
			sum := 0
			for _, s := range scores {
				sum += s
			}
			near(q.ID, q.Favourable, favourable(k, "*"))
			near(q.ID, q.Mean, float64(sum)/float64(len(scores)))
		}
		for _, theme := range results.Themes {
			if theme.Suppressed {
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
			if measure.Suppressed {
				continue
			}
			sum, n := 0.0, 0
			for k := range points {
				if fmt.Sprintf("m%d", k%3) == measure.ID {
					sum += favourable(k, "*")
					n++
				}
			}
			near(measure.ID, measure.Favourable, sum/float64(n))
		}
		// Whatever is shown of groups: everyone is in a printed group or in a
		// remainder, and none of these is nobody known or smaller than ten.
		for _, g := range results.Groups {
			for k, q := range g.Questions {
				if g.Suppressed || q.Suppressed {
					continue
				}
				for _, cell := range []string{"a", "b", ""} {
					if n := len(answered(k, cell)); n < 10 && !(cell == "" && n == 0) {
						t.Errorf("%s is shown, and cell %q holds %d people", q.ID, cell, n)
					}
				}
				if n := len(answered(k, g.Value)); q.N != n {
					t.Errorf("%s of %s: n is %d, want %d", q.ID, g.Value, q.N, n)
				}
				if want := favourable(k, g.Value); q.Favourable != nil && *q.Favourable >= 0 && math.Abs(float64(*q.Favourable)-want) > 0.5+1e-9 {
					t.Errorf("%s of %s: got %d %%, want %f", q.ID, g.Value, *q.Favourable, want)
				}
			}
		}
		// The order of the lines says nothing.
		random.Shuffle(len(r.Answers), func(i, k int) { r.Answers[i], r.Answers[k] = r.Answers[k], r.Answers[i] })
		first, _ := results.Encode()
		second, _ := make1(t, def, r).Encode()
		if !bytes.Equal(first, second) {
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
