package report

import "staffplan/collector/survey"

// comments are the texts of each text question that enough people answered.
func (r *Responses) comments() []Comments {
	var all []Comments
	for _, q := range r.def.Questions {
		if q.Kind != survey.Text {
			continue
		}
		var texts []Comment
		for _, w := range r.texts { // sorted, so that their order says nothing
			if w.question == q.ID {
				texts = append(texts, Comment{Text: w.text})
			}
		}
		c := Comments{Question: q.ID, Suppressed: len(texts) < r.def.MinimumComments}
		if !c.Suppressed {
			c.Texts = texts
		}
		all = append(all, c)
	}
	return all
}
