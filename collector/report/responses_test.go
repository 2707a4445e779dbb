package report

// Lines that are no answers: each stops the report, and is not repeated.

import (
	"fmt"
	"iter"
	"math/rand/v2"
	"runtime"
	"strings"
	"testing"

	"filippo.io/age"

	"staffplan/collector/journal"
	"staffplan/collector/seal"
	"staffplan/collector/survey"
)

const openedKinds = `{"id":"q","kind":"scale","text":"誇り",` + five + `},
	{"id":"c","kind":"choice","text":"所属","options":[{"value":"a","text":"A課","part_of":""},{"value":"b","text":"B課","part_of":""}]},
	{"id":"m","kind":"multi","text":"道具","options":[{"value":"x","text":"電話","part_of":""},{"value":"y","text":"紙","part_of":""}]},
	{"id":"t","kind":"text","text":"意見","max":50}`

// sealedLines are a survey sealed to a key, ten answers to it and ten texts, of
// which the first two were written.
func sealedLines(t *testing.T) (*survey.Definition, *files, *age.X25519Identity, func(line string) []byte) {
	t.Helper()
	key, err := age.GenerateX25519Identity()
	if err != nil {
		t.Fatal(err)
	}
	def := define(t, openedKinds)
	def.SealedTo = key.Recipient().String()
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
	r := new(files)
	for i := range 10 {
		text := ""
		if i < 2 {
			text = fmt.Sprintf("声%d", i)
		}
		r.Answers = append(r.Answers, sealed(`{"survey":"s","answers":{"q":3}}`))
		r.Texts = append(r.Texts, sealed(`{"survey":"s","question":"t","text":"`+text+`"}`))
	}
	return def, r, key, sealed
}

func TestReadOpens(t *testing.T) {
	def, r, key, _ := sealedLines(t)
	opened, err := Read(def, r.released(), nil, key)
	if err != nil {
		t.Fatal(err)
	}
	if results := opened.Results(nil); results.Responses != 10 || results.Questions[0].Range.Favourable != (Range{0, 50}) {
		t.Errorf("%+v", results)
	}
	if got, want := fmt.Sprint(rows(t, tabulate(t, def, r, false, key).Texts)), "[[t 声0] [t 声1]]"; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
}

// Each of these is a line that somebody could put into a file without the key.
func TestReadOpensNoStrangeLine(t *testing.T) {
	for _, test := range []struct {
		name   string
		change func(r *files, sealed func(string) []byte)
		want   string
	}{
		{"a copied answer", func(r *files, _ func(string) []byte) { r.Answers[9] = r.Answers[2] },
			"responses.jsonl: line 10: seal: a copy of line 3"},
		{"a copied text", func(r *files, _ func(string) []byte) { r.Texts = append(r.Texts, r.Texts[0]) },
			"comments.jsonl: line 11: seal: a copy of line 1"},
		{"an answer that is not sealed", func(r *files, _ func(string) []byte) {
			r.Answers[4] = []byte(`{"survey":"s","answers":{"q":5}}`)
		}, "responses.jsonl: line 5: seal: not a sealed line"},
		{"of another survey", func(r *files, sealed func(string) []byte) {
			r.Answers[4] = sealed(`{"survey":"secret","answers":{"q":5}}`)
		}, "responses.jsonl: line 5: belongs to another survey"},
		{"a value that is none", func(r *files, sealed func(string) []byte) {
			r.Answers[4] = sealed(`{"survey":"s","answers":{"q":77}}`)
		}, "responses.jsonl: line 5: question q: not a point of the scale"},
		{"nothing", func(r *files, sealed func(string) []byte) { r.Answers[4] = sealed(``) },
			"responses.jsonl: line 5: is not a line of this file"},
		{"a text of another survey", func(r *files, sealed func(string) []byte) {
			r.Texts[4] = sealed(`{"survey":"secret","question":"t","text":""}`)
		}, "comments.jsonl: line 5: belongs to another survey"},
		{"a text to another question", func(r *files, sealed func(string) []byte) {
			r.Texts[4] = sealed(`{"survey":"s","question":"q","text":""}`)
		}, "comments.jsonl: line 5: has a question that is not a text question of the definition"},
		{"an answer among the texts", func(r *files, _ func(string) []byte) { r.Texts[4] = r.Answers[0] },
			"comments.jsonl: line 5: is not a line of this file"},
	} {
		t.Run(test.name, func(t *testing.T) {
			def, r, key, sealed := sealedLines(t)
			test.change(r, sealed)
			if opened, err := Read(def, r.released(), nil, key); opened != nil || err == nil || err.Error() != test.want {
				t.Errorf("got %v, want %s", err, test.want)
			}
		})
	}
}

// However many answered and wrote something, little of it is held.
func TestReadHoldsLittle(t *testing.T) {
	var scales string
	for i := range 12 {
		scales += fmt.Sprintf(`{"id":"q%d","kind":"scale","text":"q",%s},`, i, five)
	}
	def := define(t, scales+units+`,{"id":"c","kind":"text","text":"c","max":100}`)
	repeat := func(n int, line func(to []byte, i int) []byte) iter.Seq2[[]byte, error] {
		return func(yield func([]byte, error) bool) {
			var buffer []byte
			for i := range n {
				if buffer = line(buffer[:0], i); !yield(buffer, nil) {
					return
				}
			}
		}
	}
	held := func(n int) int64 {
		random := rand.New(rand.NewPCG(5, 6))
		r, err := Read(def, &journal.Released{
			Answers: repeat(n, func(to []byte, _ int) []byte {
				to = append(to, `{"survey":"s","answers":{`...)
				for i := range 12 {
					to = fmt.Appendf(to, `"q%d":%d,`, i, 1+random.IntN(5))
				}
				return fmt.Appendf(to, `"unit":"%c"}}`, 'a'+random.IntN(2))
			}),
			Texts: repeat(n, func(to []byte, i int) []byte {
				return fmt.Appendf(to, `{"survey":"s","question":"c","text":"同じ長さの声 %08d"}`, i)
			}),
		}, nil)
		if err != nil {
			t.Fatal(err)
		}
		runtime.GC()
		var m runtime.MemStats
		runtime.ReadMemStats(&m)
		if r.Results(nil).Responses != n {
			t.Error("not all were counted")
		}
		return int64(m.HeapAlloc)
	}
	if few, many := held(30_000), held(150_000); many-few > 2<<20 {
		t.Errorf("%d bytes for 30,000 answers, %d for 150,000", few, many)
	}
}

// everyKind is a definition with a question of each kind.
func everyKind(t testing.TB) *survey.Definition {
	return define(t, `{"id":"q","kind":"scale","text":"q",`+five+`},`+units+`,
		{"id":"m","kind":"multi","text":"m","options":[{"value":"x","text":"X","part_of":""},{"value":"y","text":"Y","part_of":""}]},
		{"id":"c","kind":"text","text":"c","max":100}`)
}

// TestForeignLines: a line that does not fit stops the report, and the message
// does not repeat it.
func TestForeignLines(t *testing.T) {
	def := everyKind(t)
	for _, line := range []string{
		``, `secret`, `{"survey":"s","answers":{"q":4}}x`, `{"survey":"s","answers":{"q":4}}{}`,
		`{"survey":"secret","answers":{"q":4}}`, `{"survey":"s","secret":1,"answers":{"q":4}}`,
		`{"survey":"s","answers":{"secret":4}}`, `{"survey":"s","answers":{"q":"secret"}}`,
		`{"survey":"s","answers":{"q":0}}`, `{"survey":"s","answers":{"q":6}}`, `{"survey":"s","answers":{"q":4.5}}`,
		`{"survey":"s","answers":{"unit":"secret"}}`, `{"survey":"s","answers":{"unit":["a"]}}`,
		`{"survey":"s","answers":{"m":["secret"]}}`, `{"survey":"s","answers":{"m":[]}}`, `{"survey":"s","answers":{"m":["x","x"]}}`,
		`{"survey":"s","answers":{"c":"secret"}}`, `{"sealed":"secret"}`,
	} {
		_, err := Read(def, (&files{Answers: [][]byte{[]byte(`{"survey":"s","answers":{}}`), []byte(line)}}).released(), nil)
		if err == nil || strings.Contains(err.Error(), "secret") || !strings.Contains(err.Error(), "responses.jsonl: line 2:") {
			t.Errorf("%s: %v", line, err)
		}
	}
	for _, line := range []string{
		``, `secret`, `{"survey":"secret","question":"c","text":"x"}`, `{"survey":"s","question":"q","text":"secret"}`,
		`{"survey":"s","question":"secret","text":"x"}`, `{"survey":"s","question":"c","text":""}`, `{"survey":"s","question":"c","text":"secret"} secret`,
	} {
		_, err := Read(def, (&files{Texts: [][]byte{[]byte(line)}}).released(), nil)
		if err == nil || strings.Contains(err.Error(), "secret") || !strings.Contains(err.Error(), "comments.jsonl: line 1:") {
			t.Errorf("%s: %v", line, err)
		}
	}
}

// A text of which nobody can see anything, as older data may hold, is none: it
// counts for nothing, and is not published.
func TestReadLeavesOutWhatNobodySees(t *testing.T) {
	var texts [][]byte
	for _, text := range []string{"声", "\u200b", " \u3164", "\u2800", "👩\u200d💻"} {
		texts = append(texts, []byte(`{"survey":"s","question":"c","text":"`+text+`"}`))
	}
	r, err := Read(everyKind(t), (&files{Texts: texts}).released(), nil)
	if err != nil {
		t.Fatal(err)
	}
	if n := r.texts.written["c"]; n != 2 {
		t.Errorf("%d texts, want 2", n)
	}
}
