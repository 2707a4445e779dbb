package survey_test

// The lines that are stored, as sealing needs them.

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
