package report

// Figures, against ones worked out by hand and by a second way to count.

import (
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
	return read(t, def, r).Results(nil)
}

func read(t testing.TB, def *survey.Definition, r *journal.Released) *Responses {
	t.Helper()
	responses, err := Read(def, r)
	if err != nil {
		t.Fatal(err)
	}
	return responses
}
