package survey_test

import (
	"net/url"
	"strings"
	"testing"
)

// The longest answer that passes is exactly as long as its line may be: less
// would refuse it when it is sealed.
func TestLongestLinesHaveTheSizesGiven(t *testing.T) {
	d := parse(t, read(t, "morale"))
	answers, text := d.LineSizes()
	form := url.Values{"q1": {"5"}, "q2": {"11"}, "unit": {"chiiki"}, "ways": {"talk", "meeting", "chat"},
		"comment": {strings.Repeat("𠮷", 20)}, "idea": {strings.Repeat("\n", 9) + "𠮷"}}.Encode()
	r, errs := d.Validate(ways(t, form, "")["form"])
	if errs != nil {
		t.Fatal(refusals(errs))
	}
	if len(r.Answers) != answers || len(r.Texts[0]) != text || len(r.Texts[1]) > text {
		t.Errorf("lines of %d, %d and %d bytes, where %d and %d are given",
			len(r.Answers), len(r.Texts[0]), len(r.Texts[1]), answers, text)
	}
	if answers, text := parse(t, change(t, read(t, "morale"), `{"id": "comment", "kind": "text", "text": "伝えたいこと", "max": 20},
    {"id": "idea", "kind": "text", "text": "提案", "max": 10}`, `{"id": "more", "kind": "scale", "text": "x", "labels": ["1", "2"]}`)).LineSizes(); answers == 0 || text != 0 {
		t.Errorf("without texts: %d, %d", answers, text)
	}
}

// In a sealed file every line has one size, so what would change it does not
// fit; the rest of what an open survey may change still does.
func TestSealedLinesKeepTheirSize(t *testing.T) {
	sealed := []string{`"sealed_to": ""`, `"sealed_to": "age1ql3z7hjy54pw3hyww5ayyfg7zqgvc7w3j2elw8zmrj2kg5sfn9aqmcac8p"`}
	for _, test := range []struct {
		name string
		edit []string
		want string
	}{
		{"wording", []string{`"立ち話"`, `"雑談"`}, ""},
		{"a short option to a choice", []string{`"text": "地域課", "part_of": "kanri"}`, `"text": "地域課", "part_of": "kanri"}, {"value": "bou", "text": "防災"}`}, ""},
		{"an option to a multi", []string{`"text": "チャット"}`, `"text": "チャット"}, {"value": "mail", "text": "メール"}`},
			"questions: 回答を封じるアンケートで、もう回答があるので、選択肢は増やせません。前の選択肢に戻してください。"},
		{"more characters where most are", []string{`"max": 20`, `"max": 21`},
			"questions: 回答を封じるアンケートで、もう回答があるので、max は増やせません。前の数に戻してください。"},
	} {
		t.Run(test.name, func(t *testing.T) {
			stored := change(t, read(t, "morale"), sealed...)
			got := ""
			if err := parse(t, change(t, stored, test.edit...)).Fits(parse(t, stored)); err != nil {
				got = problems(t, err)
			}
			if got != test.want {
				t.Errorf("got  %s\nwant %s", got, test.want)
			}
		})
	}
}

// Where texts are sealed, their number does not tell who wrote one.
func TestSealedTextsAreAllThere(t *testing.T) {
	open := read(t, "morale")
	sealed := change(t, open, `"sealed_to": ""`, `"sealed_to": "age1ql3z7hjy54pw3hyww5ayyfg7zqgvc7w3j2elw8zmrj2kg5sfn9aqmcac8p"`)
	for form, want := range map[string][2]string{ // by open and sealed
		"q1=1":                  {``, ` comment="" idea=""`},
		"q1=1&comment=+&idea=":  {``, ` comment="" idea=""`},
		"q1=1&comment=a":        {` comment="a"`, ` comment="a" idea=""`},
		"q1=1&idea=a":           {` idea="a"`, ` comment="" idea="a"`},
		"q1=1&idea=a&comment=b": {` comment="b" idea="a"`, ` comment="b" idea="a"`},
	} {
		for i, text := range []string{open, sealed} {
			lines, errs := parse(t, text).Validate(ways(t, form, "")["form"])
			if errs != nil {
				t.Fatal(refusals(errs))
			}
			if got := show(t, lines); got != `"q1":1`+want[i] {
				t.Errorf("%s: got %s, want %s", form, got, want[i])
			}
		}
	}
}
