package report

import (
	"encoding/json"
	"errors"
	"fmt"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	"staffplan/collector/survey"
)

// written are responses to a survey with a text question, so many people having
// written each text.
func written(texts ...string) *files {
	r := new(files)
	for _, text := range texts {
		line, _ := json.Marshal(map[string]string{"survey": "s", "question": "c", "text": text})
		r.Texts = append(r.Texts, line)
	}
	return r
}

func withText(t testing.TB) *survey.Definition {
	return define(t, `{"id":"q","kind":"scale","text":"q",`+five+`},`+units+`,{"id":"c","kind":"text","text":"c","max":100}`)
}

func numbered(n int) (texts []string) {
	for i := range n {
		texts = append(texts, fmt.Sprintf("声%02d", i))
	}
	return texts
}

func edit(t testing.TB, r *files, file string) *Editing {
	t.Helper()
	e, err := tryEdit(t, r, file)
	if err != nil {
		t.Fatal(err)
	}
	return e
}

func tryEdit(t testing.TB, r *files, file string) (*Editing, error) {
	t.Helper()
	decisions, err := ParseDecisions([]byte(file))
	if err != nil {
		return nil, err
	}
	responses, err := Read(withText(t), r.released(), decisions)
	if err != nil {
		t.Fatal(err)
	}
	return responses.Edit()
}

func TestEdit(t *testing.T) {
	few := edit(t, written(numbered(9)...), "")
	if want := []Comments{{Question: "c", Suppressed: true}}; !reflect.DeepEqual(few.Comments, want) || len(few.File) > 0 {
		t.Errorf("nine texts: %+v\n%s", few.Comments, few.File)
	}

	r := written(append(numbered(9), "窓口の山本さんに、06-6000-0000 か a.b@example.jp で。\n\n> 二行目\n# 三行目")...)
	first := edit(t, r, "")
	if first.Added != 10 || first.Undecided != 10 || len(first.Comments[0].Texts) > 0 {
		t.Fatalf("%+v", first)
	}
	if again := edit(t, r, ""); string(again.File) == string(first.File) {
		t.Error("twice the same order: that of 10 texts is drawn") // once in three million times
	}
	if again := edit(t, r, string(first.File)); again.Added != 0 || string(again.File) != string(first.File) {
		t.Errorf("a second time: %d added", again.Added)
	}

	// In Notepad's manner, and in another order.
	blocks := strings.Split(string(first.File), "\n\n問い：")[1:]
	slices.Sort(blocks) // the long text has marks in its first line: it comes in the order of texts, anyway
	file := "\uFEFF"
	for i, b := range blocks {
		switch {
		case strings.Contains(b, "山本"):
			b = strings.Replace(b, "決定：", "決定: 伏せる ", 1)
		case i == 3:
			b = strings.Replace(b, "決定：\n主題：", "決定：載せない\n主題：", 1)
		case i == 4:
		default:
			b = strings.Replace(b, "決定：\n主題：", "決定：載せる\n主題：話 ", 1)
		}
		file += "問い：" + strings.ReplaceAll(b, "\n", "\r\n") + "\r\n"
	}
	e := edit(t, r, file)
	var got []string
	for _, c := range e.Comments[0].Texts {
		got = append(got, c.Theme+"|"+c.Text)
	}
	if e.Undecided != 1 || e.Added != 0 || len(got) != 8 || !slices.Contains(got, "話|声00") ||
		!slices.Contains(got, "|窓口の〔伏せ字〕さんに、〔伏せ字〕 か 〔伏せ字〕 で。\n\n> 二行目\n# 三行目") {
		t.Errorf("%d undecided: %q", e.Undecided, got)
	}

	// A later edition of a standing form: the new texts come after the decided ones.
	more := edit(t, written(append(numbered(9), "窓口の山本さんに、06-6000-0000 か a.b@example.jp で。\n\n> 二行目\n# 三行目", "新しい声")...), file)
	if more.Added != 1 || !strings.HasSuffix(string(more.File), "\n\n問い：c\n決定：\n主題：\n> 新しい声\n") || len(more.Comments[0].Texts) != 8 {
		t.Errorf("%d added\n%s", more.Added, more.File)
	}
}

// More texts than anybody reads at once come one part after another, each once.
func TestEditInParts(t *testing.T) {
	const n = undecided + 50
	var texts []string
	for i := range n {
		texts = append(texts, fmt.Sprintf("声%05d", i))
	}
	r := written(texts...)
	first := edit(t, r, "")
	if first.Added != undecided || first.Undecided != undecided || first.Later != 50 {
		t.Fatalf("%d added, %d undecided, %d later", first.Added, first.Undecided, first.Later)
	}
	if again := edit(t, r, string(first.File)); again.Added != 0 || again.Later != 50 {
		t.Errorf("before any decision: %d added, %d later", again.Added, again.Later)
	}
	second := edit(t, r, strings.Replace(string(first.File), "決定：", "決定：載せる", 40+1)) // one stands in the head
	if second.Added != 40 || second.Later != 10 || len(second.Comments[0].Texts) != 40 {
		t.Errorf("after 40 decisions: %d added, %d later, %d published", second.Added, second.Later, len(second.Comments[0].Texts))
	}
	lines := regexp.MustCompile(`(?m)^> 声\d+$`).FindAllString(string(second.File), -1)
	if slices.Sort(lines); len(slices.Compact(lines)) != n-10 {
		t.Errorf("%d different texts, want %d", len(lines), n-10)
	}
}

func TestEditRefuses(t *testing.T) {
	r := written(numbered(10)...)
	for _, test := range []struct {
		file string
		line int
	}{
		{"> 声01", 1},
		{"# よし\n決定：載せる", 2},
		{"問い：c\n決定：はい", 2},
		{"問い：c\n> 声01\n決定：載せる", 3},
		{"問い：c\n載せる\n> 声01", 2},
		{"\n問い：c\n決定：載せる\n> 声01だ", 2},
		{"問い：c\n> 声01\n問い：c\n> 声01", 3},
		{"問い：q\n> 声01", 1},
		{"問い：c\n決定：伏せる\n> 声01", 1},
		{"問い：c\n決定：伏せる\n> 【声】0【1", 1},
	} {
		e, err := tryEdit(t, r, test.file)
		var refused *CommentsError
		if e != nil || !errors.As(err, &refused) || refused.Line != test.line || strings.Contains(err.Error(), "声") {
			t.Errorf("%q: %v", test.file, err)
		}
	}
}

func TestMark(t *testing.T) {
	mark := newMarker(withText(t))
	for _, test := range []struct{ text, want string }{
		{"田中さんと山本様、佐々木氏。", "【田中】さんと【山本】様、【佐々木】氏。"},
		{"田中の話と、林の中", "田中の話と、林の中"},
		{"氏名：松井花子、以上", "氏名：【松井花子】、以上"},
		{"電話は06-6000-0000、０９０－００００－００００、09000000000", "電話は【06-6000-0000】、【０９０－００００－００００】、【09000000000】"},
		{"10件、2026年、3割", "10件、2026年、3割"},
		{"a.b+c@example.jp まで", "【a.b+c@example.jp】 まで"},
		{"A課の担当とBの係", "【A課】の担当と【Bの係】"},
	} {
		if got := mark.text(test.text); got != test.want {
			t.Errorf("got %s, want %s", got, test.want)
		}
	}
}

// FuzzEdit: whatever stands in the file, what is published is a text that was
// written, and a file that was accepted is accepted again and asks for nothing new.
func FuzzEdit(f *testing.F) {
	r := written(numbered(10)...)
	first := edit(f, r, "")
	f.Add(string(first.File))
	f.Add(strings.ReplaceAll(string(first.File), "決定：", "決定：載せる"))
	f.Add("問い：c\r\n決定: 伏せる\r\n> 【声】01")
	f.Fuzz(func(t *testing.T, file string) {
		e, err := tryEdit(t, r, file)
		if err != nil {
			return
		}
		again := edit(t, r, string(e.File))
		if again.Added != 0 || again.Undecided != e.Undecided || !reflect.DeepEqual(again.Comments, e.Comments) {
			t.Errorf("%+v\n%+v", e, again)
		}
		for _, c := range e.Comments[0].Texts {
			if !slices.Contains(numbered(10), c.Text) && !strings.Contains(c.Text, masked) || !utf8.ValidString(c.Text) {
				t.Errorf("%q", c.Text)
			}
		}
	})
}
