package main

// Every kind of question goes the whole way, so that a new one that was
// forgotten somewhere is told where. The way begins in package survey's doc.

import (
	"errors"
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"

	"staffplan/collector/journal"
	"staffplan/collector/report"
	"staffplan/collector/survey"
)

// ofEachKind are the fields that a question of a kind needs.
var ofEachKind = map[survey.Kind]string{
	survey.Scale:  `"labels":["いいえ","どちらとも","はい"],"reversed":true,"themes":["staff"],"measures":["s1"]`,
	survey.Choice: `"options":[{"value":"a","text":"A"},{"value":"b","text":"B"}],"group":true`,
	survey.Multi:  `"options":[{"value":"x","text":"X"},{"value":"y","text":"Y"}]`,
	survey.Text:   `"max":20`,
}

func TestEveryKind(t *testing.T) {
	for _, kind := range survey.Kinds() {
		t.Run(string(kind), func(t *testing.T) {
			place := func(file string, try func() error) {
				t.Helper()
				defer func() {
					if p := recover(); p != nil {
						t.Errorf("%s: %v", file, p)
					}
				}()
				if err := try(); err != nil {
					t.Errorf("%s: %v", file, err)
				}
			}
			fields := ofEachKind[kind]
			if fields == "" {
				t.Fatal("cmd/collector/kinds_test.go: what does a question of this kind look like? Add it to ofEachKind.")
			}
			def, err := survey.Parse(fmt.Appendf(nil, `{"id":"kinds","title":"t","opens":"2026-11-01T00:00:00+09:00","questions":[{"id":"q","kind":%q,"text":"q","required":true,%s}]}`, kind, fields))
			if err != nil {
				t.Fatal(err)
			}
			var released files
			place("cmd/collector/rehearse.go", func() error {
				longest, longestText := def.LineSizes()
				for crowd := newCrowd(def); len(released.Answers) < 100; {
					input, err := survey.ParseForm([]byte(crowd.answer().Encode()))
					if err != nil {
						return err
					}
					lines, wrong := def.Validate(input)
					if wrong != nil {
						return fmt.Errorf("a made-up answer is refused: %v", wrong)
					}
					if len(lines.Answers) > longest || slices.ContainsFunc(lines.Texts, func(line []byte) bool { return len(line) > longestText }) {
						return fmt.Errorf("a line is longer than the longest: %s %s", lines.Answers, lines.Texts)
					}
					released.Answers = append(released.Answers, lines.Answers)
					released.Texts = append(released.Texts, lines.Texts...)
				}
				return nil
			})
			var responses *report.Responses
			place("collector/survey/kinds.go", func() (err error) {
				responses, err = report.Read(def, &journal.Released{Answers: each(released.Answers), Texts: each(released.Texts)}, nil)
				return err
			})
			place("collector/report/tally.go", func() error {
				results := responses.Results(nil)
				figures := func(q report.QuestionResult) bool { return q.Suppressed || q.Range != nil || q.Counts != nil }
				editing, err := responses.Edit()
				if err != nil {
					return err
				}
				if !slices.ContainsFunc(results.Questions, figures) && editing.Added == 0 {
					return fmt.Errorf("results.json of %d answers has nothing of it", len(released.Answers))
				}
				return nil
			})
			place("collector/report/tables.go", func() error {
				tables, err := report.Tabulate(def, &journal.Released{Answers: each(released.Answers), Texts: each(released.Texts)}, false, t.TempDir())
				if err != nil {
					return err
				}
				defer tables.Close()
				for _, err := range tables.Answers.Rows {
					if err != nil {
						return err
					}
				}
				if len(tables.Answers.Columns) == 0 && tables.Texts == nil {
					return errors.New("no column in any table")
				}
				return nil
			})
			partial := "layouts/_partials/surveys/" + string(kind) + ".html"
			place(partial, func() error {
				form, err := os.ReadFile("../../" + partial)
				if err == nil && !strings.Contains(string(form), ` name="{{`) {
					err = errors.New("no control")
				}
				return err
			})
		})
	}
}
