package survey_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"testing"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"

	"staffplan/collector/survey"
)

// What Parse accepts writes itself in one form, which reads back as the same
// bytes and fits itself.
func FuzzParse(f *testing.F) {
	for _, id := range []string{"morale", "box"} {
		f.Add([]byte(read(f, id)))
	}
	f.Add([]byte(`{"m\nimum":10}`))
	f.Fuzz(func(t *testing.T, data []byte) {
		d, err := survey.Parse(data)
		if err != nil {
			if d != nil || err.Error() == "" || strings.Contains(err.Error(), "\n") {
				t.Errorf("got %v, %q", d, err)
			}
			return
		}
		first := d.JSON()
		again, err := survey.Parse(first)
		if err != nil {
			t.Fatalf("%s: %v", first, err)
		}
		if !bytes.Equal(again.JSON(), first) {
			t.Errorf("got %s\nwant %s", again.JSON(), first)
		}
		if err := again.Fits(d); err != nil {
			t.Errorf("%s: %v", first, err)
		}
	})
}

func FuzzParseForm(f *testing.F) {
	for _, body := range []string{
		"q1=4&q2=11&unit=soumu&ways=talk&ways=chat&comment=a&idea=b", "&&q1=1&comment", "q1=%34&comment=+%0D%0A%e3%81%8b%E3%82%99+",
		"q1=1&comment=</b>;\"\\&idea=%F0%A0%AE%B7", "q1=1&ticket=A", "q1=%zz", "q1=1&x=%FF", "q1=1&comment=%E2%80%A8",
	} {
		f.Add([]byte(body))
	}
	fuzzAnswer(f, survey.ParseForm)
}

func FuzzParseJSON(f *testing.F) {
	for _, body := range []string{
		`{"q1":4,"q2":"11","unit":"soumu","ways":["talk","chat"],"comment":"a","idea":"b"}`, `{"q1":1e0,"\u00712":null,"ways":[]}`,
		`{"q1":1,"comment":" \r\n\u304b\u3099\ud842\udfb7</b>\"\\ ","ways":["","chat",null]}`, `{"q1":1,"q1":1}`, `{"q1":[1]}`, `{"q1":{"a":1}}`,
		`{"q1":1,"comment":"\ud842"}`, `{"q1":true,"x":"y"}`, `[]`, `{`,
	} {
		f.Add([]byte(body))
	}
	fuzzAnswer(f, survey.ParseJSON)
}

// A line is either refused, or what was read of it, sent again, is a line that
// reads the same.
func FuzzReadAnswers(f *testing.F) {
	f.Add([]byte(`{"survey":"morale","answers":{"q1":4,"q2":11,"unit":"soumu","ways":["talk","chat"]}}`))
	f.Add([]byte(`{"survey":"morale","answers":{}}`))
	f.Add([]byte(`{"survey":"morale","answers":{"ways":["talk","talk"]}}`))
	f.Add([]byte(`{"sealed":"AAAA"}`))
	d := parse(f, read(f, "morale"))
	d.Question("q1").Required = false
	f.Fuzz(func(t *testing.T, line []byte) {
		places, err := d.ReadAnswers(line)
		if err != nil {
			if places != nil {
				t.Error("answers beside an error")
			}
			return
		}
		form := url.Values{"comment": {"x"}}
		for i, q := range d.Questions {
			for _, place := range places[i] {
				if len(q.Labels) > 0 {
					form.Add(q.ID, strconv.Itoa(place+1))
				} else {
					form.Add(q.ID, q.Options[place].Value)
				}
			}
			slices.Sort(places[i]) // options are stored in the definition's order
		}
		stored, errs := d.Validate(ways(t, form.Encode(), "")["form"])
		if errs != nil {
			t.Fatalf("%s: %s", line, refusals(errs))
		}
		if again, err := d.ReadAnswers(stored.Answers); err != nil || fmt.Sprint(again) != fmt.Sprint(places) {
			t.Errorf("%s became %s: %v", line, stored.Answers, err)
		}
	})
}

// fuzzAnswer sends what was accepted again, from its lines and both ways, and
// expects the same lines.
func fuzzAnswer(f *testing.F, parseBody func([]byte) (survey.Input, error)) {
	d := parse(f, read(f, "morale"))
	f.Fuzz(func(t *testing.T, body []byte) {
		in, err := parseBody(body)
		if err != nil {
			return
		}
		r, errs := d.Validate(in)
		if errs != nil {
			if r.Answers != nil || r.Texts != nil {
				t.Errorf("refused, and still a response")
			}
			return
		}
		if _, err := d.ReadAnswers(r.Answers); err != nil {
			t.Errorf("%s is stored, and is not read: %v", r.Answers, err)
		}
		object, form := resend(t, d, r)
		for way, in := range ways(t, form, object) {
			again, errs := d.Validate(in)
			if errs != nil {
				t.Fatalf("%s: %s refused: %s", way, r.Answers, refusals(errs))
			}
			if got, want := show(t, again), show(t, r); got != want {
				t.Errorf("%s: got  %s\nwant %s", way, got, want)
			}
		}
	})
}

// resend makes bodies of a response's lines.
func resend(t *testing.T, d *survey.Definition, r survey.Lines) (object, form string) {
	t.Helper()
	var line struct {
		Survey  string
		Answers map[string]any
	}
	if err := json.Unmarshal(r.Answers, &line); err != nil || line.Survey != d.ID {
		t.Fatalf("%s: %v", r.Answers, err)
	}
	for _, data := range r.Texts {
		question, text, err := d.ReadText(data)
		if err != nil {
			t.Fatalf("%s: %v", data, err)
		}
		if n := utf8.RuneCountInString(text); n > d.Question(question).Max || !norm.NFC.IsNormalString(text) || strings.ContainsAny(text, "\r\x00") {
			t.Errorf("stored as it may not be: %q", text)
		}
		line.Answers[question] = text
	}
	data, err := json.Marshal(line.Answers)
	if err != nil {
		t.Fatal(err)
	}
	values := url.Values{}
	for name, answer := range line.Answers {
		switch answer := answer.(type) {
		case []any:
			for _, option := range answer {
				values.Add(name, option.(string))
			}
		case string:
			values.Add(name, strings.ReplaceAll(answer, "\n", "\r\n"))
		default:
			number, err := json.Marshal(answer)
			if err != nil {
				t.Fatal(err)
			}
			values.Add(name, string(number))
		}
	}
	return string(data), values.Encode()
}
