package report

// Answers as tables, for those who calculate with them elsewhere.

import (
	"bytes"
	"encoding/binary"
	"iter"
	"strconv"

	"filippo.io/age"

	"staffplan/collector/journal"
	"staffplan/collector/survey"
)

// Table is rows of cells. A cell is an int, 0 where blank; a string, "" where
// blank; or a []string, empty where blank: the same in all rows of a column.
type Table struct {
	Columns []Column
	Length  int                     // rows
	Rows    iter.Seq2[[]any, error] // each as long as the next does not come; the last pair may be an error
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
	Answers   *Table // a row for each response, a column for each question that is no text, in an order of its own
	Texts     *Table // a row for each text, likewise; nil without text questions
	Questions *Table // the codebook: what the ids and values in the other two stand for

	answers, texts *shuffle
}

// AsideError is answers that could not be put aside for a new order.
type AsideError struct{ Err error }

func (e *AsideError) Error() string { return e.Err.Error() }

func (e *AsideError) Unwrap() error { return e.Err }

// Tabulate makes tables of released lines. In a rehearsal the first column of each
// says so in each row. Answers and texts are put aside in a folder, in files of no
// name, until Close; little is held in memory. The error is an *AsideError, a
// *LineError, or what stopped the reading.
func Tabulate(def *survey.Definition, released *journal.Released, rehearsal bool, aside string, identities ...age.Identity) (t *Tables, err error) {
	t = new(Tables)
	defer func() {
		if err != nil {
			t.Close()
			t = nil
		}
	}()
	for _, s := range []**shuffle{&t.answers, &t.texts} {
		if *s, err = newShuffle(aside); err != nil {
			return t, &AsideError{err}
		}
	}
	var record []byte
	add := func(s *shuffle) error {
		if err := s.add(record); err != nil {
			return &AsideError{err}
		}
		return nil
	}
	err = walk(def, released, identities, func(p person) error {
		record = record[:0]
		for _, places := range p {
			record = binary.AppendUvarint(record, uint64(len(places)))
			for _, place := range places {
				record = binary.AppendUvarint(record, uint64(place))
			}
		}
		return add(t.answers)
	}, func(question, text string) error {
		record = append(append(append(record[:0], question...), 0), text...)
		return add(t.texts)
	})
	if err != nil {
		return t, err
	}
	t.Questions = codebook(def)
	t.Answers = answerTable(def, t.answers)
	for _, q := range def.Questions {
		if q.Kind == survey.Text {
			t.Texts = textTable(t.texts)
		}
	}
	if rehearsal {
		for _, table := range []*Table{t.Answers, t.Texts, t.Questions} {
			if table != nil {
				table.mark()
			}
		}
	}
	return t, nil
}

// Close lets go of what was put aside. The tables are not read after it.
func (t *Tables) Close() {
	for _, s := range []*shuffle{t.answers, t.texts} {
		if s != nil {
			s.Close()
		}
	}
}

func answerTable(def *survey.Definition, s *shuffle) *Table {
	t := &Table{Length: s.length}
	for _, q := range def.Questions {
		if q.Kind != survey.Text {
			t.Columns = append(t.Columns, Column{q.ID, cellsOf(&q)})
		}
	}
	t.Rows = func(yield func([]any, error) bool) {
		row := make([]any, 0, 1+len(t.Columns))
		for record, err := range s.all() {
			row = row[:0]
			for i := 0; i < len(def.Questions) && err == nil; i++ {
				var places []int
				if places, record = readPlaces(record); def.Questions[i].Kind != survey.Text {
					row = append(row, cellFor(&def.Questions[i], places))
				}
			}
			if !yield(row, err) || err != nil {
				return
			}
		}
	}
	return t
}

// readPlaces takes the answer to one question from a record.
func readPlaces(record []byte) (places []int, rest []byte) {
	number := func() int {
		x, n := binary.Uvarint(record)
		record = record[n:]
		return int(x)
	}
	for range number() {
		places = append(places, number())
	}
	return places, record
}

func textTable(s *shuffle) *Table {
	t := &Table{Columns: []Column{{"question", Word}, {"text", Word}}, Length: s.length}
	t.Rows = func(yield func([]any, error) bool) {
		for record, err := range s.all() {
			question, text, _ := bytes.Cut(record, []byte{0})
			if !yield([]any{string(question), string(text)}, err) || err != nil {
				return
			}
		}
	}
	return t
}

func cellsOf(q *survey.Question) CellType {
	switch q.Kind {
	case survey.Scale:
		return Number
	case survey.Choice:
		return Word
	case survey.Multi:
		return Words
	}
	panic("report: no cells for the kind " + q.Kind)
}

// cellFor makes a cell of what was chosen.
func cellFor(q *survey.Question, places []int) any {
	switch cells := cellsOf(q); {
	case cells == Words:
		values := []string{}
		for _, place := range places {
			values = append(values, q.Options[place].Value)
		}
		return values
	case cells == Word && len(places) > 0:
		return q.Options[places[0]].Value
	case cells == Word:
		return ""
	case len(places) > 0:
		return 1 + places[0]
	}
	return 0
}

// codebook has a row for each point and option, and one for a question that has
// neither. Values of a reversed scale stand in the tables as they were answered.
func codebook(def *survey.Definition) *Table {
	t := &Table{Columns: []Column{{"question", Word}, {"kind", Word}, {"text", Word}, {"group", Word}, {"reversed", Word},
		{"themes", Words}, {"measures", Words}, {"value", Word}, {"label", Word}, {"part_of", Word}}}
	var rows [][]any
	yes := map[bool]string{true: "yes"}
	for _, q := range def.Questions {
		row := func(value, label, partOf string) {
			rows = append(rows, []any{q.ID, string(q.Kind), q.Text, yes[q.Group], yes[q.Reversed], q.Themes, q.Measures, value, label, partOf})
		}
		for i, label := range q.Labels {
			row(strconv.Itoa(i+1), label, "")
		}
		for _, o := range q.Options {
			row(o.Value, o.Text, o.PartOf)
		}
		if len(q.Labels)+len(q.Options) == 0 {
			row("", "", "")
		}
	}
	t.Length = len(rows)
	t.Rows = func(yield func([]any, error) bool) {
		for _, row := range rows {
			if !yield(row, nil) {
				return
			}
		}
	}
	return t
}

// mark says in each row that the answers were made up. The column has a name
// that no question has: their ids begin with a letter.
func (t *Table) mark() {
	t.Columns = append([]Column{{"_rehearsal", Word}}, t.Columns...)
	rows := t.Rows
	t.Rows = func(yield func([]any, error) bool) {
		for row, err := range rows {
			if !yield(append([]any{"練習"}, row...), err) || err != nil {
				return
			}
		}
	}
}
