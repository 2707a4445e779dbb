package report

import (
	"cmp"
	"fmt"
	"os"
	"reflect"
	"slices"
	"strconv"
	"testing"

	"filippo.io/age"

	"staffplan/collector/survey"
)

func tabulate(t *testing.T, def *survey.Definition, r *files, rehearsal bool, keys ...age.Identity) *Tables {
	t.Helper()
	dir := t.TempDir()
	tables, err := Tabulate(def, r.released(), rehearsal, dir, keys...)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		tables.Close()
		if left, _ := os.ReadDir(dir); len(left) > 0 {
			t.Errorf("left behind: %v", left)
		}
	})
	return tables
}

// rows are those of a table, sorted.
func rows(t *testing.T, table *Table) (all [][]any) {
	t.Helper()
	for row, err := range table.Rows {
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, slices.Clone(row))
	}
	if len(all) != table.Length {
		t.Errorf("%d rows, %d are told", len(all), table.Length)
	}
	slices.SortFunc(all, func(a, b []any) int { return cmp.Compare(fmt.Sprint(a...), fmt.Sprint(b...)) })
	return all
}

func TestTables(t *testing.T) {
	def := define(t, `{"id":"q","kind":"scale","text":"誇り","reversed":true,"themes":["e"],"measures":["s1","s2"],"labels":["少ない","多い"]},
	{"id":"c","kind":"choice","text":"所属","group":true,"options":[{"value":"a","text":"A課","part_of":""},{"value":"b","text":"B係","part_of":"a"}]},
	{"id":"m","kind":"multi","text":"道具","options":[{"value":"x","text":"電話","part_of":""},{"value":"y","text":"紙","part_of":""}]},
	{"id":"t","kind":"text","text":"意見","max":50}`)
	r := new(files)
	for _, line := range []string{`{"survey":"s","answers":{"q":2,"c":"b","m":["x","y"]}}`, `{"survey":"s","answers":{}}`, `{"survey":"s","answers":{"m":["y"]}}`} {
		r.Answers = append(r.Answers, []byte(line))
	}
	for _, line := range []string{`{"survey":"s","question":"t","text":"二つ目"}`, `{"survey":"s","question":"t","text":"一つ目"}`} {
		r.Texts = append(r.Texts, []byte(line))
	}
	tables := tabulate(t, def, r, false)
	var none []string
	for _, test := range []struct {
		table   *Table
		columns []Column
		rows    [][]any
	}{
		{tables.Answers, []Column{{"q", Number}, {"c", Word}, {"m", Words}},
			[][]any{{0, "", []string{}}, {0, "", []string{"y"}}, {2, "b", []string{"x", "y"}}}},
		{tables.Texts, []Column{{"question", Word}, {"text", Word}}, [][]any{{"t", "一つ目"}, {"t", "二つ目"}}},
		{tables.Questions, []Column{{"question", Word}, {"kind", Word}, {"text", Word}, {"group", Word}, {"reversed", Word},
			{"themes", Words}, {"measures", Words}, {"value", Word}, {"label", Word}, {"part_of", Word}},
			[][]any{
				{"c", "choice", "所属", "yes", "", none, none, "a", "A課", ""}, {"c", "choice", "所属", "yes", "", none, none, "b", "B係", "a"},
				{"m", "multi", "道具", "", "", none, none, "x", "電話", ""}, {"m", "multi", "道具", "", "", none, none, "y", "紙", ""},
				{"q", "scale", "誇り", "", "yes", []string{"e"}, []string{"s1", "s2"}, "1", "少ない", ""},
				{"q", "scale", "誇り", "", "yes", []string{"e"}, []string{"s1", "s2"}, "2", "多い", ""},
				{"t", "text", "意見", "", "", none, none, "", "", ""}}},
	} {
		if got := rows(t, test.table); !reflect.DeepEqual(test.table.Columns, test.columns) || !reflect.DeepEqual(got, test.rows) {
			t.Errorf("got\n%v\n%v\nwant\n%v\n%v", test.table.Columns, got, test.columns, test.rows)
		}
	}

	marked := tabulate(t, def, r, true)
	for _, table := range []*Table{marked.Answers, marked.Texts, marked.Questions} {
		if table.Columns[0] != (Column{"_rehearsal", Word}) {
			t.Errorf("columns %v", table.Columns)
		}
		for _, row := range rows(t, table) {
			if row[0] != "練習" || len(row) != len(table.Columns) {
				t.Errorf("row %v", row)
			}
		}
	}

	without := tabulate(t, define(t, `{"id":"q","kind":"scale","text":"q",`+five+`}`), new(files), true)
	if without.Texts != nil {
		t.Errorf("without text questions: %v", without.Texts)
	}
}

// Rows come in an order that is not the files', and another one each time.
func TestTablesOrder(t *testing.T) {
	def := define(t, `{"id":"q","kind":"scale","text":"q",`+five+`},{"id":"t","kind":"text","text":"意見","max":50}`)
	const n = 1000
	r := new(files)
	for i := range n {
		r.Texts = append(r.Texts, fmt.Appendf(nil, `{"survey":"s","question":"t","text":"%04d"}`, i))
	}
	order := func() (order []int) {
		for row, err := range tabulate(t, def, r, false).Texts.Rows {
			if err != nil {
				t.Fatal(err)
			}
			i, _ := strconv.Atoi(row[1].(string))
			order = append(order, i)
		}
		return order
	}
	first, second := order(), order()
	// How often neighbours are in the order of the file: n/2, give or take six times
	// its deviation, √(n/12).
	for _, o := range [][]int{first, second} {
		up := 0
		for i := 1; i < len(o); i++ {
			if o[i] > o[i-1] {
				up++
			}
		}
		if up < n/2-6*10 || up > n/2+6*10 {
			t.Errorf("%d of %d neighbours are in the file's order", up, n)
		}
	}
	if slices.Equal(first, second) {
		t.Error("twice the same order")
	}
	if slices.Sort(first); first[0] != 0 || first[n-1] != n-1 || len(slices.Compact(first)) != n {
		t.Error("not every text is there")
	}
}
