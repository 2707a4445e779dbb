package report

import (
	"reflect"
	"testing"

	"staffplan/collector/journal"
)

func TestTables(t *testing.T) {
	def := define(t, openedKinds)
	lines := func(all ...string) (lines [][]byte) {
		for _, line := range all {
			lines = append(lines, []byte(line))
		}
		return lines
	}
	r := &journal.Released{
		Answers: lines(`{"survey":"s","answers":{"q":3,"c":"b","m":["x","y"]}}`, `{"survey":"s","answers":{}}`, `{"survey":"s","answers":{"m":["y"]}}`),
		Texts:   lines(`{"survey":"s","question":"t","text":"二つ目"}`, `{"survey":"s","question":"t","text":"一つ目"}`),
	}
	responses := read(t, def, r)
	got := responses.Tables()
	want := &Tables{
		Answers: &Table{[]Column{{"q", Number}, {"c", Word}, {"m", Words}},
			[][]any{{0, "", []string{}}, {0, "", []string{"y"}}, {3, "b", []string{"x", "y"}}}}, // not in the file's order
		Texts: &Table{[]Column{{"question", Word}, {"text", Word}},
			[][]any{{"t", "一つ目"}, {"t", "二つ目"}}},
		Questions: &Table{[]Column{{"question", Word}, {"kind", Word}, {"text", Word}, {"value", Word}, {"label", Word}},
			[][]any{{"q", "scale", "誇り", "1", "1"}, {"q", "scale", "誇り", "2", "2"}, {"q", "scale", "誇り", "3", "3"}, {"q", "scale", "誇り", "4", "4"}, {"q", "scale", "誇り", "5", "5"},
				{"c", "choice", "所属", "a", "A課"}, {"c", "choice", "所属", "b", "B課"},
				{"m", "multi", "道具", "x", "電話"}, {"m", "multi", "道具", "y", "紙"},
				{"t", "text", "意見", "", ""}}},
	}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("got\n%+v %+v %+v\nwant\n%+v %+v %+v", got.Answers, got.Texts, got.Questions, want.Answers, want.Texts, want.Questions)
	}

	responses.Rehearsal = true
	marked := responses.Tables()
	for _, table := range []*Table{marked.Answers, marked.Texts, marked.Questions} {
		if table.Columns[0] != (Column{"_rehearsal", Word}) {
			t.Errorf("columns %v", table.Columns)
		}
		for _, row := range table.Rows {
			if row[0] != "練習" || len(row) != len(table.Columns) {
				t.Errorf("row %v", row)
			}
		}
	}

	without := read(t, define(t, `{"id":"q","kind":"scale","text":"q",`+five+`}`), new(journal.Released))
	without.Rehearsal = true
	if tables := without.Tables(); tables.Texts != nil {
		t.Errorf("without text questions: %v", tables.Texts)
	}
}
