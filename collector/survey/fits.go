package survey

// Whether a changed definition may go on with the answers already stored.

import (
	"fmt"
	"slices"
)

// Fits says whether answers stored under another edition of this definition
// can stand beside new ones. It compares the definitions, not the answers:
// question ids, kinds, numbers of points, access and sealed_to are the same;
// so is what figures hang on and people were told when they answered: group,
// part_of, reversed and the order of labels; options are only added; max and
// the thresholds are not lowered. Wording and dates are free.
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
		report("sealed_to", restore)
	}
	notLowered(report, "release", d.Release, stored.Release)
	notLowered(report, "minimum", d.Minimum, stored.Minimum)
	notLowered(report, "minimum_comments", d.MinimumComments, stored.MinimumComments)
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

const restore = "もう回答があるので変えられません。前の値に戻してください。"

func notLowered(report func(field, message string), field string, number, before int) {
	if number < before {
		report(field, fmt.Sprintf("もう回答があるので、%dより小さくはできません。", before))
	}
}

func (q *Question) fits(stored *Question, report func(field, message string)) {
	if q.Kind != stored.Kind {
		report("kind", fmt.Sprintf("もう回答があるので変えられません。%s に戻してください。", stored.Kind))
		return
	}
	if q.Reversed != stored.Reversed {
		report("reversed", restore)
	}
	if len(q.Labels) != len(stored.Labels) {
		report("labels", fmt.Sprintf("もう回答があるので、段階の数は%dのままにしてください。言葉は直せます。", len(stored.Labels)))
	} else if !slices.Equal(q.Labels, stored.Labels) && slices.Equal(slices.Sorted(slices.Values(q.Labels)), slices.Sorted(slices.Values(stored.Labels))) {
		report("labels", "もう回答があるので、段階の順番は変えられません。言葉は直せます。")
	}
	if q.Group != stored.Group {
		report("group", restore)
	}
	notLowered(report, "max", q.Max, stored.Max)
	last := -1
	for _, o := range stored.Options {
		place := q.option(o.Value)
		if place < 0 {
			report("options", fmt.Sprintf("もう回答があるので消せません。選択肢 %s を戻してください。", o.Value))
			continue
		}
		field := fmt.Sprintf("options[%d]", place)
		if place < last {
			report(field, "もう回答があるので、前からある選択肢の順番は変えられません。増やすだけにしてください。")
		}
		if q.Options[place].PartOf != o.PartOf {
			report(field+".part_of", restore)
		}
		last = max(last, place)
	}
}
