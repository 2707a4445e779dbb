package survey_test

// The fast way to read lines of answers, against the strict one.

import (
	"fmt"
	"net/url"
	"strings"
	"testing"

	"staffplan/collector/survey"
)

// wide is a definition with a scale of each number of points.
func wide(t testing.TB) *survey.Definition {
	questions := `{"id":"m","kind":"multi","text":"x","options":[{"value":"a","text":"x"},{"value":"ab","text":"x"},{"value":"b","text":"x"}]},
		{"id":"t","kind":"text","text":"x","max":10},{"id":"c","kind":"choice","text":"x","options":[{"value":"a","text":"x"},{"value":"ab","text":"x"}]}`
	for points := 2; points <= 11; points++ {
		questions += fmt.Sprintf(`,{"id":"s%d","kind":"scale","text":"x","labels":["x"%s]}`, points, strings.Repeat(`,"x"`, points-1))
	}
	return parse(t, `{"id":"wide","title":"x","opens":"2026-11-01T00:00:00+09:00","questions":[`+questions+`]}`)
}

// Every line is read or refused by both in the same way.
func FuzzScanner(f *testing.F) {
	for _, answers := range []string{
		``, `"m":["a","ab","b"],"c":"ab","s2":1,"s3":3,"s10":10,"s11":11`, `"s10":1,"s11":1`, `"s11":10,"s10":1`, `"c":"a","m":["a"]`,
		`"m":["b","a"]`, `"m":["a","a"]`, `"m":[]`, `"m":["a",]`, `"m":"a"`, `"m":["a"`, `"c":["a"]`, `"c":"\u0061"`, `"c":"b"`, `"t":"x"`,
		`"s2":0`, `"s2":3`, `"s2":01`, `"s2":1.0`, `"s2":"1"`, `"s11":12`, `"s11":111`, `"s2":-1`, `"s2":1,"s2":1`, `"s2":1,`, `,"s2":1`, `"s2":1 `, `"x":1`, `"s2":`,
	} {
		f.Add([]byte(`{"survey":"wide","answers":{` + answers + `}}`))
	}
	for _, line := range []string{`{"survey":"wide","answers":{"s2":1}`, `{"survey":"wide","answers":{"s2":1}} `, `{"survey":"wid","answers":{}}`, `{"answers":{"s2":1},"survey":"wide"}`, `{}`, ``} {
		f.Add([]byte(line))
	}
	d := wide(f)
	s := d.Scanner()
	f.Fuzz(func(t *testing.T, line []byte) {
		got, err := s.ReadAnswers(line)
		want, strict := d.ReadAnswers(line)
		if fmt.Sprint(got) != fmt.Sprint(want) || fmt.Sprint(err) != fmt.Sprint(strict) {
			t.Errorf("%s: %v, %v; the strict reader: %v, %v", line, got, err, want, strict)
		}
	})
}

// What Validate writes is read without the decoder: it would need memory.
func TestScannerReadsWhatIsStored(t *testing.T) {
	d := wide(t)
	s := d.Scanner()
	for _, form := range []string{"m=a&m=b&c=ab&t=x", "c=a", "m=ab", "s10=10&s11=11", "s2=2&s11=1", "s5=3"} {
		in, err := survey.ParseForm([]byte(form))
		if err != nil {
			t.Fatal(err)
		}
		lines, wrong := d.Validate(in)
		if wrong != nil {
			t.Fatal(form, refusals(wrong))
		}
		got, err := s.ReadAnswers(lines.Answers)
		if err != nil {
			t.Fatal(err)
		}
		again := url.Values{}
		for i, q := range d.Questions {
			for _, place := range got[i] {
				if q.Kind == survey.Scale {
					again.Add(q.ID, fmt.Sprint(place+1))
				} else {
					again.Add(q.ID, q.Options[place].Value)
				}
			}
		}
		if sent, _ := url.ParseQuery(strings.TrimSuffix(form, "&t=x")); again.Encode() != sent.Encode() {
			t.Errorf("%s became %s", form, again.Encode())
		}
		if n := testing.AllocsPerRun(10, func() { s.ReadAnswers(lines.Answers) }); n != 0 {
			t.Errorf("%s: %v allocations", lines.Answers, n)
		}
	}
}
