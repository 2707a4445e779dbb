package report

import (
	"fmt"
	"reflect"
	"strings"
	"testing"

	"filippo.io/age"

	"staffplan/collector/journal"
	"staffplan/collector/seal"
)

const openedKinds = `{"id":"q","kind":"scale","text":"誇り",` + five + `},
	{"id":"c","kind":"choice","text":"所属","options":[{"value":"a","text":"A課","part_of":""},{"value":"b","text":"B課","part_of":""}]},
	{"id":"m","kind":"multi","text":"道具","options":[{"value":"x","text":"電話","part_of":""},{"value":"y","text":"紙","part_of":""}]},
	{"id":"t","kind":"text","text":"意見","max":50}`

// sealedLines are ten answers and ten texts, of which the first two were written.
func sealedLines(t *testing.T) (*journal.Released, *age.X25519Identity, func(line string) []byte) {
	t.Helper()
	key, err := age.GenerateX25519Identity()
	if err != nil {
		t.Fatal(err)
	}
	s, err := seal.New(key.Recipient().String(), 200)
	if err != nil {
		t.Fatal(err)
	}
	sealed := func(line string) []byte {
		b, err := s.Seal([]byte(line))
		if err != nil {
			t.Fatal(err)
		}
		return b
	}
	r := new(journal.Released)
	for i := range 10 {
		text := ""
		if i < 2 {
			text = fmt.Sprintf("声%d", i)
		}
		r.Answers = append(r.Answers, sealed(`{"survey":"s","answers":{"q":3}}`))
		r.Texts = append(r.Texts, sealed(`{"survey":"s","question":"t","text":"`+text+`"}`))
	}
	return r, key, sealed
}

func TestOpen(t *testing.T) {
	def := define(t, openedKinds)
	r, key, _ := sealedLines(t)
	opened, err := Open(def, r, key)
	if err != nil {
		t.Fatal(err)
	}
	if len(opened.Answers) != 10 || len(opened.Texts) != 2 || string(opened.Texts[1]) != `{"survey":"s","question":"t","text":"声1"}` {
		t.Errorf("%d answers, texts %q", len(opened.Answers), opened.Texts)
	}
	if results := make1(t, def, opened); results.Responses != 10 || *results.Questions[0].Mean != 3 {
		t.Errorf("%+v", results)
	}
}

// Each of these is a line that somebody could put into a file without the key.
func TestOpenRefuses(t *testing.T) {
	def := define(t, openedKinds)
	for _, test := range []struct {
		name   string
		change func(r *journal.Released, sealed func(string) []byte)
		want   string
	}{
		{"a copied answer", func(r *journal.Released, _ func(string) []byte) { r.Answers[9] = r.Answers[2] },
			"responses.jsonl: line 10: seal: a copy of line 3"},
		{"a copied text", func(r *journal.Released, _ func(string) []byte) { r.Texts = append(r.Texts, r.Texts[0]) },
			"comments.jsonl: line 11: seal: a copy of line 1"},
		{"an answer that is not sealed", func(r *journal.Released, _ func(string) []byte) {
			r.Answers[4] = []byte(`{"survey":"s","answers":{"q":5}}`)
		}, "responses.jsonl: line 5: seal: not a sealed line"},
		{"of another survey", func(r *journal.Released, sealed func(string) []byte) {
			r.Answers[4] = sealed(`{"survey":"secret","answers":{"q":5}}`)
		}, "responses.jsonl: line 5: belongs to another survey"},
		{"a value that is none", func(r *journal.Released, sealed func(string) []byte) {
			r.Answers[4] = sealed(`{"survey":"s","answers":{"q":77}}`)
		}, "responses.jsonl: line 5: question q: not a point of the scale"},
		{"nothing", func(r *journal.Released, sealed func(string) []byte) { r.Answers[4] = sealed(``) },
			"responses.jsonl: line 5: is not a line of this file"},
		{"a text of another survey", func(r *journal.Released, sealed func(string) []byte) {
			r.Texts[4] = sealed(`{"survey":"secret","question":"t","text":""}`)
		}, "comments.jsonl: line 5: belongs to another survey"},
		{"a text to another question", func(r *journal.Released, sealed func(string) []byte) {
			r.Texts[4] = sealed(`{"survey":"s","question":"q","text":""}`)
		}, "comments.jsonl: line 5: has a question that is not a text question of the definition"},
		{"an answer among the texts", func(r *journal.Released, _ func(string) []byte) { r.Texts[4] = r.Answers[0] },
			"comments.jsonl: line 5: is not a line of this file"},
	} {
		t.Run(test.name, func(t *testing.T) {
			r, key, sealed := sealedLines(t)
			test.change(r, sealed)
			if opened, err := Open(def, r, key); opened != nil || err == nil || err.Error() != test.want {
				t.Errorf("got %v, want %s", err, test.want)
			}
		})
	}
}

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
	got, err := NewTables(def, r, Options{})
	if err != nil {
		t.Fatal(err)
	}
	want := &Tables{
		Answers: &Table{[]Column{{"q", Number}, {"c", Word}, {"m", Words}},
			[][]any{{0, "", []string{"y"}}, {3, "b", []string{"x", "y"}}, {0, "", []string{}}}}, // not in the file's order
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

	marked, err := NewTables(def, r, Options{Rehearsal: true})
	if err != nil {
		t.Fatal(err)
	}
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

	if tables, err := NewTables(define(t, `{"id":"q","kind":"scale","text":"q",`+five+`}`), new(journal.Released), Options{Rehearsal: true}); err != nil || tables.Texts != nil {
		t.Errorf("without text questions: %v, %v", tables.Texts, err)
	}
	for want, r := range map[string]*journal.Released{
		"responses.jsonl: line 1: ": {Answers: lines(`{"survey":"s","answers":{"q":77}}`)},
		"comments.jsonl: line 2: ":  {Texts: lines(`{"survey":"s","question":"t","text":"a"}`, `{"survey":"s","question":"t","text":""}`)},
	} {
		if _, err := NewTables(def, r, Options{}); err == nil || !strings.HasPrefix(err.Error(), want) || strings.Contains(err.Error(), "77") {
			t.Errorf("got %v, want %s…", err, want)
		}
	}
}
