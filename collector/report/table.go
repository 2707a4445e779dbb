package report

// Answers as tables, for those who calculate with them elsewhere.

import (
	"bytes"
	"fmt"
	"slices"

	"staffplan/collector/journal"
	"staffplan/collector/survey"
)

// Table is rows of cells. A cell is an int, 0 where blank; a string, "" where
// blank; or a []string, empty where blank: the same in all rows of a column.
type Table struct {
	Columns []Column
	Rows    [][]any
}

// Column names a column, and its Kind what its cells are.
type Column struct {
	Name string
	Kind CellKind
}

// CellKind is what the cells of a column are.
type CellKind int

const (
	Number CellKind = iota // int
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

// rehearsalColumn is no question: their ids begin with a letter.
const rehearsalColumn = "_rehearsal"

// NewTables sorts the rows by what they say. Those of the released files have no
// order that tells anything, but it is the order of the sealed lines: with it,
// copies of those lines from before the survey closed would tell whose row is
// whose without any key. In a rehearsal the first column of each table says so
// in each row. Like Make it fails where a line does not fit the definition.
func NewTables(def *survey.Definition, released *journal.Released, o Options) (*Tables, error) {
	answers, texts := new(Table), &Table{Columns: []Column{{"question", Word}, {"text", Word}}}
	for _, q := range def.Questions {
		switch q.Kind {
		case survey.Scale:
			answers.Columns = append(answers.Columns, Column{q.ID, Number})
		case survey.Choice:
			answers.Columns = append(answers.Columns, Column{q.ID, Word})
		case survey.Multi:
			answers.Columns = append(answers.Columns, Column{q.ID, Words})
		}
	}
	for i, line := range released.Answers {
		p, err := readAnswer(def, line)
		if err != nil {
			return nil, fmt.Errorf("responses.jsonl: line %d: %w", i+1, err)
		}
		answers.Rows = append(answers.Rows, p.cells(def))
	}
	for i, line := range released.Texts {
		question, text, err := readWritten(def, line)
		if err != nil {
			return nil, fmt.Errorf("comments.jsonl: line %d: %w", i+1, err)
		}
		texts.Rows = append(texts.Rows, []any{question, text})
	}
	sortBy(released.Answers, answers.Rows)
	sortBy(released.Texts, texts.Rows)
	t := &Tables{Answers: answers, Questions: questionTable(def)}
	if len(answers.Columns) < len(def.Questions) {
		t.Texts = texts
	}
	if o.Rehearsal {
		for _, table := range []*Table{t.Answers, t.Texts, t.Questions} {
			table.mark()
		}
	}
	return t, nil
}

// sortBy puts rows in the order of the lines that they were read from.
func sortBy(lines [][]byte, rows [][]any) {
	order := make([]int, len(rows))
	for i := range order {
		order[i] = i
	}
	slices.SortFunc(order, func(a, b int) int { return bytes.Compare(lines[a], lines[b]) })
	unsorted := slices.Clone(rows)
	for i, from := range order {
		rows[i] = unsorted[from]
	}
}

// cells are a person's answers, in the definition's order.
func (p *person) cells(def *survey.Definition) []any {
	var row []any
	for i, q := range def.Questions {
		chosen := []string{}
		for _, option := range p.choices[i] {
			chosen = append(chosen, q.Options[option].Value)
		}
		switch {
		case q.Kind == survey.Scale:
			row = append(row, p.points[i])
		case q.Kind == survey.Multi:
			row = append(row, chosen)
		case q.Kind == survey.Choice && len(chosen) > 0:
			row = append(row, chosen[0])
		case q.Kind == survey.Choice:
			row = append(row, "")
		}
	}
	return row
}

// questionTable has a row for each point and option, and one for each text
// question.
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
		if q.Kind == survey.Text {
			row("", "")
		}
	}
	return t
}

// mark says in each row that the answers were made up.
func (t *Table) mark() {
	if t == nil {
		return
	}
	t.Columns = append([]Column{{rehearsalColumn, Word}}, t.Columns...)
	for i := range t.Rows {
		t.Rows[i] = append([]any{"練習"}, t.Rows[i]...)
	}
}
