package report

// What is withheld: groups, comments, and counts of few people.

import (
	"bytes"
	"encoding/json"
	"fmt"
	"math"
	"reflect"
	"slices"
	"strings"
	"testing"
)

func TestParts(t *testing.T) {
	const parts = `{"id":"q","kind":"scale","text":"q",` + five + `},
		{"id":"unit","kind":"choice","text":"所属","group":true,"options":[
		{"value":"top","text":"T","part_of":""},{"value":"a","text":"A","part_of":"top"},{"value":"b","text":"B","part_of":"top"},{"value":"c","text":"C","part_of":""}]}`
	def := define(t, parts)
	answers := map[string]int{`{"q":1,"unit":"a"}`: 10, `{"q":3,"unit":"b"}`: 20, `{"q":5,"unit":"c"}`: 10}
	results := make1(t, def, released(answers))
	if got, want := results.Groups[0].N, 30; got != want {
		t.Errorf("an option has %d people, with its parts there are %d", got, want)
	}
	answers[`{"q":5,"unit":"top"}`] = 9
	for _, g := range make1(t, def, released(answers)).Groups {
		if !g.Suppressed {
			t.Errorf("group %s is shown, and nine people are what remains of its parts", g.Value)
		}
	}
}

func TestHeadcount(t *testing.T) {
	def := define(t, `{"id":"q","kind":"scale","text":"q",`+five+`},`+units)
	r := released(map[string]int{`{"q":1,"unit":"a"}`: 10, `{"q":3,"unit":"b"}`: 20})
	for _, test := range []struct {
		heads map[string]int
		all   int
		each  []int
	}{
		{map[string]int{}, 0, []int{0, 0}},
		{map[string]int{"a": 12}, 0, []int{12, 0}},
		{map[string]int{"a": 10, "b": 40}, 50, []int{10, 40}},
		{map[string]int{"a": 12, "b": 12}, 0, []int{12, 0}}, // more answered than were asked
		{map[string]int{"a": 9, "b": 40}, 49, []int{0, 40}},
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
	results := make1(t, def, released(map[string]int{`{"q":1,"unit":"a","age":"b"}`: 10, `{"q":3,"unit":"b","age":"a"}`: 20}))
	for _, g := range results.Groups {
		if g.Suppressed != (g.Question == "age") {
			t.Errorf("%s %s: suppressed is %v", g.Question, g.Value, g.Suppressed)
		}
	}
	if !results.Questions[2].Suppressed {
		t.Error("the sizes of hidden groups are printed")
	}
}

func TestComments(t *testing.T) {
	def := define(t, `{"id":"q","kind":"scale","text":"q",`+five+`},{"id":"c","kind":"text","text":"c","max":100}`)
	r := released(map[string]int{`{"q":1}`: 20})
	write := func(text string) {
		line, _ := json.Marshal(map[string]string{"survey": "s", "question": "c", "text": text})
		r.Texts = append(r.Texts, line)
	}
	for i := range 9 {
		write(string(rune('i' - i)))
	}
	if got := make1(t, def, r).Comments[0]; !got.Suppressed || got.Texts != nil {
		t.Errorf("nine texts are shown: %v", got)
	}
	write("a < b & \"c\"\n{[,]}\\")
	results := make1(t, def, r)
	if got := results.Comments[0].Texts; len(got) != 10 || !slices.IsSorted(got) {
		t.Errorf("ten texts: got %q", got)
	}
	encoded, err := results.Encode()
	if err != nil {
		t.Fatal(err)
	}
	var again struct{ Comments []Comments }
	if err := json.Unmarshal(encoded, &again); err != nil || !reflect.DeepEqual(again.Comments, results.Comments) {
		t.Errorf("lines changed what is said: %v\n%s", err, encoded)
	}
	if !bytes.Contains(encoded, []byte("a < b & ")) {
		t.Error("a text is not written as it was")
	}
}

// TestShares tries all counts of small groups. What is printed must be what at
// least two counts give: each "low" stands for 0 and for 1, each "high" for n
// and for n-1, and what is left out may be something else than 0 and n.
func TestShares(t *testing.T) {
	for _, kinds := range []int{2, 3} {
		for n := 10; n <= 60; n++ {
			printed := map[string][][]int{} // what is printed → all counts that give it
			for a := 0; a <= n; a++ {
				for b := 0; a+b <= n; b++ {
					counts := []int{a, b, n - a - b}
					if kinds == 2 {
						if b > 0 {
							break
						}
						counts = []int{a, n - a}
					}
					var key strings.Builder
					for i, s := range shares(n, counts...) {
						if s != nil && *s >= 0 && (*s != Share(math.Floor(100*float64(counts[i])/float64(n)+0.5))) {
							t.Fatalf("%v of %d: printed %d", counts, n, *s)
						}
						if s == nil {
							key.WriteString("- ")
						} else {
							fmt.Fprint(&key, *s, " ")
						}
					}
					printed[key.String()] = append(printed[key.String()], counts)
				}
			}
			for key, all := range printed {
				for i, field := range strings.Fields(key) {
					may := map[int]bool{}
					for _, counts := range all {
						may[counts[i]] = true
					}
					switch field {
					case "-1":
						if !may[0] || !may[1] {
							t.Errorf("%d: %q gives low number %d away: %v", n, key, i, all)
						}
					case "-2":
						if !may[n] || !may[n-1] {
							t.Errorf("%d: %q gives high number %d away: %v", n, key, i, all)
						}
					case "-":
						if len(may) < 2 {
							t.Errorf("%d: %q gives number %d away: %v", n, key, i, all)
						}
					}
				}
			}
		}
	}
}
