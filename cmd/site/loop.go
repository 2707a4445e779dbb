package main

// The one loop of the site, kept whole: a measure is watched by a question of
// some survey, a question names measures that exist, a result belongs to a
// survey that exists and was not made up.

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"path"
	"slices"
	"strings"

	"staffplan/cmd/internal/cli"
	"staffplan/collector/survey"
)

func (s *site) checkLoop() {
	measures := s.names("measures")
	surveys := map[string]*survey.Definition{}
	watched := map[string]bool{}
	for _, p := range s.pages {
		if p.section != "surveys" || p.index {
			continue
		}
		d := s.checkSurvey(p, measures)
		if d == nil || p.draft() {
			continue
		}
		surveys[p.name] = d
		for _, q := range d.Questions {
			for _, name := range q.Measures {
				watched[name] = true
			}
		}
	}
	for _, p := range s.pages {
		switch {
		case p.section == "measures" && !p.index && !p.draft() && !watched[p.name]:
			s.report(p.file, p.line("params", "code"), "loop",
				"この取組を確かめる問いが、どのアンケートにもありません。content/surveys/ の問いの measures に %s を足してください。", p.name)
		case p.section == "surveys" && !p.index && !p.draft():
			if d := surveys[p.name]; d != nil && d.Previous != "" && surveys[d.Previous] == nil {
				s.report(p.file, p.line("params", "survey", "previous"), "loop", "前回のアンケート %s がありません。つづりを確かめるか、空にしてください。", d.Previous)
			}
		case p.section == "results" && !p.index && p.url != "/results/":
			if name, _ := p.params()["survey"].(string); name != "" && surveys[name] == nil {
				s.report(p.file, p.line("params", "survey"), "loop", "アンケート %s がありません。content/surveys/ のフォルダーの名前を書いてください。", name)
			}
		}
	}
	files, _ := fs.Glob(s.fsys, resultFiles)
	for _, file := range files {
		s.checkResults(file, surveys, measures)
	}
}

// checkSurvey returns the definition of a survey page, nil if there is none
// that the collector would take.
func (s *site) checkSurvey(p *page, measures []string) *survey.Definition {
	data, err := surveyJSON(p)
	if err != nil {
		return nil // reported with the front matter
	}
	d, err := survey.Parse(data)
	var broken *survey.DefinitionError
	if errors.As(err, &broken) {
		for _, problem := range broken.Problems {
			steps := append([]any{"params", "survey"}, stepsOf(problem.Name)...)
			s.report(p.file, p.line(steps...), "survey", "アンケートの定義の %s: %s", problem.Name, problem.Message)
		}
		return nil
	}
	for i, q := range d.Questions {
		for j, name := range q.Measures {
			if !slices.Contains(measures, name) {
				s.report(p.file, p.line("params", "survey", "questions", i, "measures", j), "loop",
					"取組 %s がありません。content/measures/ のファイルの名前（%s）を書いてください。", name, strings.Join(measures, "、"))
			}
		}
		if !q.Group {
			continue
		}
		for _, option := range q.Options {
			if n, known := d.Headcount[option.Value]; known && n < d.Minimum {
				s.report(p.file, p.line("params", "survey", "headcount", option.Value), "survey",
					"%s は %d 人で、公表できる最小の人数（%d 人）より少ない所属です。答えた人が分からないように、ほかの所属とまとめてください。", option.Text, n, d.Minimum)
			}
		}
	}
	return d
}

// surveyJSON turns front matter into survey.json, with the same values where
// nothing is written as layouts/surveys/page.survey.json puts.
func surveyJSON(p *page) ([]byte, error) {
	written, ok := p.params()["survey"].(map[string]any)
	if !ok {
		return nil, errors.New("no survey in the front matter")
	}
	d := map[string]any{
		"id": p.name, "title": p.meta["title"],
		"closes": "", "access": "open", "sealed_to": "", "release": 10,
		"minimum": 10, "minimum_comments": 10, "previous": "", "headcount": map[string]any{},
	}
	maps.Copy(d, written)
	return json.Marshal(d)
}

// resultFiles is where `collector report` puts what it makes.
const resultFiles = "content/results/*/results.json"

func (s *site) checkResults(file string, surveys map[string]*survey.Definition, measures []string) {
	report := func(format string, args ...any) { s.report(file, 1, "results", format, args...) }
	r, err := readResults(s.fsys, file)
	if err != nil {
		report("読めません（%v）。collector report で作り直してください。", err)
		return
	}
	if r.Rehearsal {
		report("%s", rehearsalRefused)
	}
	d := surveys[r.Survey]
	if d == nil {
		report("アンケート %s がありません。", r.Survey)
		return
	}
	if want := path.Base(path.Dir(file)); want != r.Survey {
		report("アンケート %s の結果が、%s のフォルダーにあります。", r.Survey, want)
	}
	for _, q := range r.Questions {
		if d.Question(q.ID) == nil {
			report("アンケート %s に、問い %s がありません。", r.Survey, q.ID)
		}
	}
	for _, m := range r.Measures {
		if !slices.Contains(measures, m.ID) {
			report("取組 %s がありません。", m.ID)
		}
	}
}

const rehearsalRefused = "練習用に作られた数字です。公開できないので、フォルダーごと消すか、本当の回答から作り直してください。"

// results is what the check needs of a results.json; the report package writes it.
type results struct {
	Survey              string
	Rehearsal           bool
	Questions, Measures []struct{ ID string }
}

func readResults(project fs.FS, file string) (*results, error) {
	data, err := fs.ReadFile(project, file)
	if err != nil {
		return nil, err
	}
	r := new(results)
	if err := json.Unmarshal(data, r); err != nil {
		return nil, err
	}
	return r, nil
}

// refuseRehearsals keeps made-up figures out of a build.
func refuseRehearsals(project fs.FS) error {
	files, err := fs.Glob(project, resultFiles)
	if err != nil {
		return err
	}
	for _, file := range files {
		r, err := readResults(project, file)
		if err != nil {
			return &cli.Problem{Sentence: file + " を読めません。", Err: err, Next: []string{"collector report で作り直してください。"}}
		}
		if r.Rehearsal {
			return &cli.Problem{Sentence: fmt.Sprintf("%s: %s", file, rehearsalRefused)}
		}
	}
	return nil
}
