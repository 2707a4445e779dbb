package survey

// Whether a changed definition may go on with the answers already stored.

import "fmt"

// Fits says whether answers stored under another edition of this definition
// can stand beside new ones. It compares the definitions, not the answers:
// question ids, kinds, numbers of points, access and sealed_to are the same,
// options are only added, max is not lowered; wording, dates and what reports
// need are free.
//
// Questions keep their order, and so do the options that were there: a stored
// line names them in the definition's order, and lines in two orders would
// tell which answers came before the change. For the same reason a change that
// makes sealed lines longer does not fit: all of a survey's have one size.
//
// The error is a *DefinitionError whose fields are those of d.
func (d *Definition) Fits(stored *Definition) error {
	var problems []FieldError
	report := func(field, message string) { problems = append(problems, FieldError{field, message}) }

	if d.ID != stored.ID {
		report("id", "保存してある回答は別のアンケートのものです。データの置き場所を確かめてください。")
	}
	if d.Access != stored.Access {
		report("access", fmt.Sprintf("もう回答があるので変えられません。%s に戻してください。", stored.Access))
	}
	if d.SealedTo != stored.SealedTo {
		report("sealed_to", "もう回答があるので変えられません。前の値に戻してください。")
	}
	for i := range max(len(d.Questions), len(stored.Questions)) {
		field := fmt.Sprintf("questions[%d]", i)
		switch {
		case i >= len(d.Questions):
			report(field, fmt.Sprintf("もう回答があるので消せません。質問 %s を戻してください。", stored.Questions[i].ID))
		case i >= len(stored.Questions):
			report(field, "もう回答があるので質問は増やせません。新しいアンケートにしてください。")
		case d.Questions[i].ID != stored.Questions[i].ID:
			report(field+".id", fmt.Sprintf("もう回答があるので、質問の名前も順番も変えられません。ここは質問 %s に戻してください。", stored.Questions[i].ID))
		default:
			d.Questions[i].fits(&stored.Questions[i], func(name, message string) { report(field+"."+name, message) })
		}
	}
	if len(problems) == 0 && d.SealedTo != "" {
		answers, text := d.LineSizes()
		answersBefore, textBefore := stored.LineSizes()
		if answers != answersBefore {
			report("questions", "回答を封じるアンケートで、もう回答があるので、選択肢は増やせません。前の選択肢に戻してください。")
		}
		if text != textBefore {
			report("questions", "回答を封じるアンケートで、もう回答があるので、max は増やせません。前の数に戻してください。")
		}
	}
	if len(problems) > 0 {
		return &DefinitionError{Problems: problems}
	}
	return nil
}

func (q *Question) fits(stored *Question, report func(field, message string)) {
	if q.Kind != stored.Kind {
		report("kind", fmt.Sprintf("もう回答があるので変えられません。%s に戻してください。", stored.Kind))
		return
	}
	if len(q.Labels) != len(stored.Labels) {
		report("labels", fmt.Sprintf("もう回答があるので、段階の数は%dのままにしてください。言葉は直せます。", len(stored.Labels)))
	}
	if q.Max < stored.Max {
		report("max", fmt.Sprintf("もう回答があるので、%dより小さくはできません。", stored.Max))
	}
	last := -1
	for _, o := range stored.Options {
		place := q.option(o.Value)
		if place < 0 {
			report("options", fmt.Sprintf("もう回答があるので消せません。選択肢 %s を戻してください。", o.Value))
			continue
		}
		if place < last {
			report(fmt.Sprintf("options[%d]", place), "もう回答があるので、前からある選択肢の順番は変えられません。増やすだけにしてください。")
		}
		last = max(last, place)
	}
}
