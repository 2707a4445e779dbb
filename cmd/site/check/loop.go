package check

// Where the loop of the site comes to rest: a question that leads nowhere, and
// results of which nothing came.

import (
	"cmp"
	"fmt"
	"strings"
	"time"

	"staffplan/collector/survey"
)

// aimless: each scale of a survey tells of a measure or a theme. Said once a survey.
func aimless(p *pass) {
	first, ids := "", []string(nil)
	for path, q := range p.page.questions() {
		if q.Kind == survey.Scale && len(q.Measures) == 0 && len(q.Themes) == 0 {
			first = cmp.Or(first, path)
			ids = append(ids, q.ID)
		}
	}
	if ids != nil {
		p.report(p.page.key(first+".id"), "問い "+strings.Join(ids, "、")+" は、どの取組も、どの主題も確かめていません。",
			"measures か themes に、確かめることを書いてください。結果が、取組のページに並ぶようになります。")
	}
}

// patience is how long a measure may stay as it is after results.
const patience = 1 // year

// unmoved: something changed in a measure within a year of the last results that
// speak of it. Said once for each results page.
func unmoved(p *pass) {
	last := map[string]*page{} // by measure, the page of its last results
	closed := map[*page]time.Time{}
	for _, r := range p.results {
		page := p.byURL["/results/"+r.name()+"/"]
		of := p.byURL["/surveys/"+r.name()+"/"]
		if r.err != nil || page == nil || page.draft || of == nil || of.survey == nil || of.survey.Closes.IsZero() {
			continue
		}
		closed[page] = of.survey.Closes
		for _, m := range r.Measures {
			if other := last[m.ID]; other == nil || closed[other].Before(closed[page]) {
				last[m.ID] = page
			}
		}
	}
	for _, page := range p.in("results") {
		since := closed[page]
		if since.IsZero() || p.now.Before(since.AddDate(patience, 0, 0)) {
			continue
		}
		var still []string
		for _, name := range p.words["measures"] {
			if last[name] == page && !p.movedSince(name, since) {
				still = append(still, name)
			}
		}
		if len(still) > 0 {
			p.report(page.key("params.survey"), "この結果が出てから1年のあいだ、取組 "+strings.Join(still, "、")+" は、何も変わっていません。",
				"変えたことがあれば、取組の changes か、このページの actions の done に書いてください。変えないと決めたなら、わけを本文に書きます。")
		}
	}
}

// movedSince says whether something changed in a measure after a day.
func (s *site) movedSince(name string, day time.Time) bool {
	after := func(list any, key, measure string) bool {
		entries, _ := list.([]any)
		for _, entry := range entries {
			e, _ := entry.(map[string]any)
			if (measure == "" || e["measure"] == measure) && moment(fmt.Sprint(e[key])).After(day) {
				return true
			}
		}
		return false
	}
	for _, page := range s.pages {
		if page.section == "measures" && page.name == name && after(page.params["changes"], "date", "") ||
			page.section == "results" && !page.draft && after(page.params["actions"], "done", name) {
			return true
		}
	}
	return false
}
