package report

// Answers as tables, for those who calculate with them elsewhere.

import (
	"fmt"
	"slices"

	"staffplan/collector/survey"
)

// Table is rows of cells. A cell is an int, 0 where blank; a string, "" where
// blank; or a []string, empty where blank: the same in all rows of a column.
type Table struct {
	Columns []Column
	Rows    [][]any
}

// Column names a column, and says what its cells are.
type Column struct {
	Name  string
	Cells CellType
}

// CellType is what the cells of a column are.
type CellType int

const (
	Number CellType = iota // int
	Word                   // string
	Words                  // []string
)

// Tables are what a survey was answered, in three tables that share nothing but
// the ids of questions. Texts cannot be put beside the answers of the person who
// wrote them: on disk, too, they stand apart, each file shuffled by itself.
type Tables struct {
	Answers   *Table // a row for each response, a column for each question that is no text
	Texts     *Table // a row for each text; nil without text questions
	Questions *Table // what the ids and values in the other two stand for
}

// Tables makes tables of all responses. In a rehearsal the first column of each
// says so in each row.
func (r *Responses) Tables() *Tables {
	t := &Tables{Answers: new(Table), Questions: questionTable(r.def)}
	t.Answers.Rows = make([][]any, len(r.people))
	for i := range r.def.Questions {
		q := &r.def.Questions[i]
		if q.Kind == survey.Text {
			if t.Texts == nil {
				t.Texts = &Table{Columns: []Column{{"question", Word}, {"text", Word}}}
			}
			continue
		}
		cells, _ := cellOf(q, nil)
		t.Answers.Columns = append(t.Answers.Columns, Column{q.ID, cells})
		for k, person := range r.people {
			_, chosen := cellOf(q, person[i])
			t.Answers.Rows[k] = append(t.Answers.Rows[k], chosen)
		}
	}
	for _, w := range r.texts {
		t.Texts.Rows = append(t.Texts.Rows, []any{w.question, w.text})
	}
	if r.Rehearsal {
		for _, table := range []*Table{t.Answers, t.Texts, t.Questions} {
			if table != nil {
				table.mark()
			}
		}
	}
	return t
}

// cellOf makes a cell of what was chosen, and says what all of the question are.
func cellOf(q *survey.Question, places []int) (CellType, any) {
	switch q.Kind {
	case survey.Scale:
		if len(places) == 0 {
			return Number, 0
		}
		return Number, places[0] + 1
	case survey.Choice:
		if len(places) == 0 {
			return Word, ""
		}
		return Word, q.Options[places[0]].Value
	case survey.Multi:
		values := []string{}
		for _, place := range places {
			values = append(values, q.Options[place].Value)
		}
		return Words, values
	}
	panic("report: no cells for the kind " + q.Kind)
}

// questionTable has a row for each point and option, and one for a question that
// has neither.
func questionTable(def *survey.Definition) *Table {
	t := &Table{Columns: []Column{{"question", Word}, {"kind", Word}, {"text", Word}, {"value", Word}, {"label", Word}}}
	for _, q := range def.Questions {
		row := func(value, label string) {
			t.Rows = append(t.Rows, []any{q.ID, string(q.Kind), q.Text, value, label})
		}
		for i, label := range q.Labels {
			row(fmt.Sprint(i+1), label)
		}
		for _, o := range q.Options {
			row(o.Value, o.Text)
		}
		if len(q.Labels)+len(q.Options) == 0 {
			row("", "")
		}
	}
	return t
}

// mark says in each row that the answers were made up. The column has a name
// that no question has: their ids begin with a letter.
func (t *Table) mark() {
	t.Columns = slices.Insert(t.Columns, 0, Column{"_rehearsal", Word})
	for i := range t.Rows {
		t.Rows[i] = slices.Insert(t.Rows[i], 0, any("練習"))
	}
}
