package check

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
	"time"

	"staffplan/collector/report"
	"staffplan/collector/survey"
)

// readSurvey takes the definition from front matter, as
// layouts/surveys/page.survey.json does.
func (p *page) readSurvey() {
	written, ok := p.params["survey"].(map[string]any)
	if !ok || p.title == "" {
		return // the front matter's own finding
	}
	d := map[string]any{"id": p.name, "title": p.meta["title"]}
	maps.Copy(d, written)
	data, err := json.Marshal(d)
	if err == nil {
		p.survey, err = survey.Parse(data)
	}
	if broken, ok := errors.AsType[*survey.DefinitionError](err); ok {
		p.problems = broken.Problems
	}
}

// definition: the collector would take it, and its parts begin with questions of
// it, the first with the first (layouts/_partials/surveys/parts.html).
func definition(p *pass) {
	for _, problem := range p.page.problems {
		p.report(p.page.key("params.survey."+problem.Name), "アンケートの定義の "+problem.Name+" が、受付で使えません。", problem.Message)
	}
	d := p.page.survey
	if d == nil {
		return
	}
	parts, _ := p.page.params["parts"].([]any)
	for i, part := range parts {
		part, _ := part.(map[string]any)
		from, _ := part["from"].(string)
		at := p.page.key(fmt.Sprintf("params.parts[%d].from", i))
		if d.Question(from) == nil {
			p.report(at, "まとまり（parts）の from に書いた問い "+from+" がありません。", "まとまりの初めにある問いの id を書いてください。")
		} else if i == 0 && from != d.Questions[0].ID {
			p.report(at, "初めのまとまり（parts）が、初めの問いから始まっていません。", "from に "+d.Questions[0].ID+" と書いてください。")
		}
	}
}

// closes: a survey that ends at 0:00 ends with the day before.
func closes(p *pass) {
	if d := p.page.survey; d != nil && d.ClosesAtMidnight() {
		end := d.Closes.In(survey.Tokyo)
		p.report(p.page.key("params.survey.closes"), "受付は"+d.ClosesInWords()+"までです。0時0分に終わるので、"+end.Format("1月2日")+"は入りません。",
			end.Format("1月2日")+"も受け付けるなら "+end.Format(time.DateOnly)+"T23:59:59+09:00、受け付けないなら "+end.AddDate(0, 0, -1).Format(time.DateOnly)+"T23:59:59+09:00 と書いてください。")
	}
}

// loop follows measures, questions and results to each other. A survey that
// cannot be read may watch any measure.
func loop(p *pass) {
	measures, surveys := p.words["measures"], map[string]*survey.Definition{}
	for _, page := range p.in("surveys") {
		surveys[page.name] = page.survey
	}
	watched, unknown := map[string]bool{}, false
	for _, page := range p.pages {
		switch d := page.survey; {
		case page.index:
		case page.section == "results":
			name, _ := page.params["survey"].(string)
			if _, there := surveys[name]; !there && name != "" {
				p.report(page.key("params.survey"), "アンケート "+name+" がありません。", "content/surveys/ のフォルダーの名前を書いてください。")
			}
		case page.section == "surveys" && d == nil:
			unknown = unknown || !page.draft
		case page.section == "surveys":
			for path, q := range page.questions() {
				for i, name := range q.Measures {
					watched[name] = watched[name] || !page.draft
					if !slices.Contains(measures, name) {
						p.report(page.key(fmt.Sprintf("%s.measures[%d]", path, i)), "取組 "+name+" がありません。",
							"content/measures/ のファイルの名前（"+strings.Join(measures, "、")+"）を書いてください。")
					}
				}
			}
			if _, there := surveys[d.Previous]; !there && d.Previous != "" && !page.draft {
				p.report(page.key("params.survey.previous"), "前回のアンケート "+d.Previous+" がありません。", "つづりを確かめるか、空にしてください。")
			}
		}
	}
	for _, page := range p.in("measures") {
		if page.broken == nil && !unknown && !watched[page.name] {
			p.report(page.key("params.code"), "この取組を確かめる問いが、どのアンケートにもありません。", "content/surveys/ の問いの measures に "+page.name+" を足してください。")
		}
	}
	for _, r := range p.results {
		if r.err != nil {
			continue
		}
		need := func(ok bool, message string) {
			if !ok {
				p.report(place{r.file, 1, 1}, message, "collector report で、そのアンケートのフォルダーに作り直してください。")
			}
		}
		d, there := surveys[r.Survey]
		need(there, "アンケート "+r.Survey+" がありません。")
		if !there {
			continue
		}
		folder := r.name()
		need(folder == r.Survey, "アンケート "+r.Survey+" の結果が、"+folder+" のフォルダーにあります。")
		for _, q := range r.Questions {
			need(d == nil || d.Question(q.ID) != nil, "アンケート "+r.Survey+" に、問い "+q.ID+" がありません。")
		}
		for _, m := range r.Measures {
			need(slices.Contains(measures, m.ID), "取組 "+m.ID+" がありません。")
		}
	}
}

// results is a results.json, which `collector report` writes.
type results struct {
	*report.Results
	file string
	err  error
}

// name is that of the folder, which is the survey's.
func (r *results) name() string { return path.Base(path.Dir(r.file)) }

func (s *site) readResults() error {
	files, err := fs.Glob(s.fsys, "content/results/*/results.json")
	for _, name := range files {
		data, err := fs.ReadFile(s.fsys, name)
		if err != nil {
			return err
		}
		r := &results{file: name}
		r.Results, r.err = report.Parse(data)
		s.results = append(s.results, r)
	}
	return err
}

// figures: they can be read, are those of a report, and were not made up.
func figures(p *pass) {
	for _, r := range p.results {
		say := func(message, mend string) { p.report(place{r.file, 1, 1}, message, mend) }
		switch {
		case errors.Is(r.err, report.ErrEdited):
			say("collector report が書いた数字と違います。手で書きかえたか、途中で切れています。", "collector report で作り直してください。")
		case r.err != nil:
			say("結果の数字を読めません。", "collector report で作り直してください。")
		case r.Rehearsal:
			say("練習用に作られた数字です。公開できません。", "フォルダーごと消すか、本当の回答から作り直してください。")
		}
	}
}

// promised: what results were to lead to is done by its day.
func promised(p *pass) {
	for _, page := range p.in("results") {
		actions, _ := page.params["actions"].([]any)
		for i, action := range actions {
			a, _ := action.(map[string]any)
			by := moment(fmt.Sprint(a["by"]))
			if a["done"] == nil && !by.IsZero() && p.now.Format(time.DateOnly) > by.Format(time.DateOnly) {
				p.report(page.key(fmt.Sprintf("params.actions[%d].by", i)), by.Format("2006年1月2日")+"までに変える予定でした。まだ変えていません。",
					"変えていたら、done に変えた日を書いてください。まだなら、by を新しい日付に直し、おそくなった理由を text に書いてください。")
			}
		}
	}
}
