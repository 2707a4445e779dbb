package survey_test

import (
	"fmt"
	"net/url"
	"strings"
	"testing"

	"staffplan/collector/survey"
)

// kilobyte is a survey of ten scales and a comment, and an answer of 1 KB.
func kilobyte(b *testing.B) (d *survey.Definition, object, form string) {
	d = &survey.Definition{ID: "kilobyte", Access: survey.AccessOpen}
	var members []string
	values := url.Values{}
	for i := range 10 {
		id := fmt.Sprintf("question-%d", i)
		d.Questions = append(d.Questions, survey.Question{ID: id, Kind: survey.Scale, Text: "x", Required: true, Labels: make([]string, 5)})
		members = append(members, fmt.Sprintf("%q:%d", id, 1+i%5))
		values.Set(id, fmt.Sprint(1+i%5))
	}
	d.Questions = append(d.Questions, survey.Question{ID: "comment", Kind: survey.Text, Text: "x", Max: 1000})
	comment := strings.Repeat("窓口で区民の方と話す時間が、前より長くとれるようになりました。", 9)
	object = "{" + strings.Join(members, ",") + `,"comment":"` + comment + `"}`
	values.Set("comment", comment)
	return d, object, values.Encode()
}

func BenchmarkParseJSONAndValidate(b *testing.B) {
	d, object, _ := kilobyte(b)
	answer(b, d, object, survey.ParseJSON)
}

func BenchmarkParseFormAndValidate(b *testing.B) {
	d, _, form := kilobyte(b)
	answer(b, d, form, survey.ParseForm)
}

func answer(b *testing.B, d *survey.Definition, text string, parse func([]byte) (survey.Input, error)) {
	body := []byte(text)
	b.SetBytes(int64(len(body)))
	b.ReportAllocs()
	for b.Loop() {
		in, err := parse(body)
		if err != nil {
			b.Fatal(err)
		}
		if _, errs := d.Validate(in); errs != nil {
			b.Fatal(errs)
		}
	}
}
