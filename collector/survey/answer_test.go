package survey_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"

	"github.com/go-json-experiment/json/jsontext"
	"golang.org/x/text/unicode/norm"

	"staffplan/collector/survey"
)

// show is a response as the tables write it: the answers inside the line, then
// each text by its question.
func show(t testing.TB, r survey.Lines) string {
	t.Helper()
	inside, ok := strings.CutPrefix(string(r.Answers), `{"survey":"morale","answers":{`)
	inside, end := strings.CutSuffix(inside, "}}")
	if !ok || !end {
		t.Fatalf("answers: %s", r.Answers)
	}
	for _, line := range r.Texts {
		rest, ok := strings.CutPrefix(string(line), `{"survey":"morale","question":"`)
		question, text, cut := strings.Cut(rest, `","text":`)
		if !ok || !cut || !strings.HasSuffix(text, "}") {
			t.Fatalf("text: %s", line)
		}
		inside += " " + question + "=" + strings.TrimSuffix(text, "}")
	}
	return inside
}

func refusals(errs []survey.FieldError) string {
	var all []string
	for _, e := range errs {
		all = append(all, e.Name+": "+e.Message)
	}
	return strings.Join(all, "; ")
}

const (
	twice   = "答えが二つ以上届きました。一つだけにして、もう一度送ってください。"
	within5 = "1から5までのどれか一つを選んでください。"
	among   = "並んでいる中から、どれか一つを選んでください。"
	amongMy = "並んでいる中から選んでください。"
	unseen  = "目に見えない制御文字がまじっています。貼り付けたところを打ち直して、もう一度送ってください。"
	foreign = "このアンケートにない項目です。ページを開き直して、もう一度送ってください。"
	choose  = "どれか一つを選んでください。"
)

// Whichever way an answer comes, the lines are the same.
func TestAccepted(t *testing.T) {
	d := parse(t, read(t, "morale"))
	twenty := strings.Repeat("𠮷", 20)
	for _, test := range []struct {
		name, form, json, want string
	}{
		{"all", "q1=4&q2=11&unit=soumu&ways=talk&ways=chat&comment=a&idea=b",
			`{"q1":4,"q2":11,"unit":"soumu","ways":["talk","chat"],"comment":"a","idea":"b"}`,
			`"q1":4,"q2":11,"unit":"soumu","ways":["talk","chat"] comment="a" idea="b"`},
		{"the definition's order", "idea=b&ways=chat&unit=kanri&ways=talk&comment=a&q1=1",
			`{"idea":"b","ways":["chat","talk"],"unit":"kanri","comment":"a","q1":1}`,
			`"q1":1,"unit":"kanri","ways":["talk","chat"] comment="a" idea="b"`},
		{"numbers as strings", "q1=5&q2=10", `{"q1":"5","q2":"10"}`, `"q1":5,"q2":10`},
		{"white space around", "q1=1", " {\r\n\t\"q1\" : 1 } \n", `"q1":1`},
		{"names by escapes", "%71%31=1", `{"\u00711":1}`, `"q1":1`},
		{"one of many", "q1=1&ways=chat", `{"q1":1,"ways":"chat"}`, `"q1":1,"ways":["chat"]`},
		{"empty is no answer", "q1=1&q2=&unit=&ways=&comment=&idea=", `{"q1":1,"q2":"","unit":"","ways":"","comment":"","idea":""}`, `"q1":1`},
		{"null is no answer", "q1=1", `{"q1":1,"q2":null,"unit":null,"ways":null,"comment":null,"ticket":null}`, `"q1":1`},
		{"an empty list is no answer", "q1=1", `{"q1":1,"q2":[],"ways":[],"comment":[]}`, `"q1":1`},
		{"empty among many", "q1=1&ways=&ways=talk&ways=", `{"q1":1,"ways":["","talk",null]}`, `"q1":1,"ways":["talk"]`},
		{"nothing among many", "q1=1&ways=&ways=", `{"q1":1,"ways":["",null]}`, `"q1":1`},
		{"an empty ticket where none is asked", "q1=1&ticket=+", `{"q1":1,"ticket":""}`, `"q1":1`},
		{"blank is no answer", "q1=1&comment=+%0D%0A%09&idea=%E3%80%80", `{"q1":1,"comment":" \r\n\t","idea":"　"}`, `"q1":1`},
		{"white space at the ends stays", "q1=1&comment=+a%0A", `{"q1":1,"comment":" a\n"}`, `"q1":1 comment=" a\n"`},
		{"line ends", "q1=1&comment=a%0D%0Ab%0Dc%0Ad%0D%0D%0A", `{"q1":1,"comment":"a\r\nb\rc\nd\r\r\n"}`, `"q1":1 comment="a\nb\nc\nd\n\n"`},
		{"composed", "q1=1&comment=" + url.QueryEscape("か\u3099 e\u0301"), `{"q1":1,"comment":"か` + "\u3099 e\u0301" + `"}`, `"q1":1 comment="が é"`},
		{"twenty after composing", "q1=1&comment=" + strings.Repeat(url.QueryEscape("か\u3099"), 20), `{"q1":1,"comment":"` + strings.Repeat(`か\u3099`, 20) + `"}`, `"q1":1 comment="` + strings.Repeat("が", 20) + `"`},
		{"twenty outside the first plane", "q1=1&comment=" + url.QueryEscape(twenty), `{"q1":1,"comment":"` + strings.Repeat(`\ud842\udfb7`, 20) + `"}`, `"q1":1 comment="` + twenty + `"`},
		{"twenty with line ends", "q1=1&comment=" + strings.Repeat("%0D%0A", 19) + "a", `{"q1":1,"comment":"` + strings.Repeat(`\r\n`, 19) + `a"}`, `"q1":1 comment="` + strings.Repeat(`\n`, 19) + `a"`},
		{"emoji that are joined", "q1=1&comment=" + url.QueryEscape("👩‍👩‍👧‍👦🇯🇵👍🏽❤️"), `{"q1":1,"comment":"👩‍👩‍👧‍👦🇯🇵👍🏽❤️"}`, `"q1":1 comment="👩‍👩‍👧‍👦🇯🇵👍🏽❤️"`},
		{"full-width space", "q1=1&comment=" + url.QueryEscape("はい　そう"), `{"q1":1,"comment":"はい　そう"}`, `"q1":1 comment="はい　そう"`},
		{"what HTML would escape", "q1=1&comment=" + url.QueryEscape(`</b>&"\/`), `{"q1":1,"comment":"\u003c\/b>&\"\\/"}`, `"q1":1 comment="</b>&\"\\/"`},
		{"JSON written by hand", "q1=1&comment=" + url.QueryEscape(`"},{`), `{"q1":1,"comment":"\"},{"}`, `"q1":1 comment="\"},{"`},
		{"separators of lines", "q1=1&comment=%E2%80%A8%E2%80%A9.", `{"q1":1,"comment":"\u2028\u2029."}`, `"q1":1 comment="\n\n."`},
		{"plus and space", "q1=1&comment=1+%2B+1%20=%202", `{"q1":1,"comment":"1 + 1 = 2"}`, `"q1":1 comment="1 + 1 = 2"`},
		{"a semicolon is no separator", "q1=1&comment=a;idea=b", `{"q1":1,"comment":"a;idea=b"}`, `"q1":1 comment="a;idea=b"`},
		{"empty pairs", "&&q1=1&&", `{"q1":1}`, `"q1":1`},
		{"a name alone", "q1=1&comment", `{"q1":1,"comment":""}`, `"q1":1`},
		{"UTF-8 as it is", "q1=1&comment=はい", `{"q1":1,"comment":"はい"}`, `"q1":1 comment="はい"`},
		{"small hexadecimal digits", "q1=1&comment=%e3%81%af", `{"q1":1,"comment":"\u306F"}`, `"q1":1 comment="は"`},
	} {
		t.Run(test.name, func(t *testing.T) {
			for way, input := range ways(t, test.form, test.json) {
				r, errs := d.Validate(input)
				if errs != nil {
					t.Errorf("%s: refused: %s", way, refusals(errs))
				} else if got := show(t, r); got != test.want {
					t.Errorf("%s: got  %s\nwant %s", way, got, test.want)
				}
				for _, line := range append(r.Texts, r.Answers) {
					if !json.Valid(line) || bytes.ContainsAny(line, "\r\n") {
						t.Errorf("%s: no JSON line: %q", way, line)
					}
				}
			}
		})
	}
}

// ways parses both; an empty string is no body.
func ways(t testing.TB, form, json string) map[string]survey.Input {
	t.Helper()
	inputs := map[string]survey.Input{}
	for way, body := range map[string]string{"form": form, "json": json} {
		if body == "" {
			continue
		}
		parse := survey.ParseForm
		if way == "json" {
			parse = survey.ParseJSON
		}
		input, err := parse([]byte(body))
		if err != nil {
			t.Fatalf("%s: %v", way, err)
		}
		inputs[way] = input
	}
	return inputs
}

func TestRefused(t *testing.T) {
	long := strings.Repeat("あ", 23)
	for _, test := range []struct {
		name, form, json, want string
	}{
		{"a point too far", "q1=6", `{"q1":6}`, "q1: " + within5},
		{"no point", "q1=0", `{"q1":0}`, "q1: " + within5},
		{"a point below", "q1=-1", `{"q1":-1}`, "q1: " + within5},
		{"a fraction", "q1=4.0", `{"q1":4.0}`, "q1: " + within5},
		{"an exponent", "q1=1e0", `{"q1":1e0}`, "q1: " + within5},
		{"minus nothing", "q1=-0", `{"q1":-0}`, "q1: " + within5},
		{"a leading zero", "q1=04", `{"q1":"04"}`, "q1: " + within5},
		{"a sign", "q1=%2B4", `{"q1":"+4"}`, "q1: " + within5},
		{"a space", "q1=+4", `{"q1":" 4"}`, "q1: " + within5},
		{"full-width digits", "q1=%EF%BC%94", `{"q1":"４"}`, "q1: " + within5},
		{"hexadecimal", "q1=0x4", `{"q1":"0x4"}`, "q1: " + within5},
		{"a huge number", "q1=1" + strings.Repeat("0", 400), `{"q1":1` + strings.Repeat("0", 400) + `}`, "q1: " + within5},
		{"a huge exponent", "q1=1e999999999", `{"q1":1e999999999}`, "q1: " + within5},
		{"past 64 bits", "q1=18446744073709551617", `{"q1":18446744073709551617}`, "q1: " + within5},
		{"a truth", "q1=true", `{"q1":true}`, "q1: " + within5},
		{"twice", "q1=4&q1=4", `{"q1":[4,4]}`, "q1: " + twice},
		{"twice, once empty", "q1=&q1=4", `{"q1":["",4]}`, "q1: " + twice},
		{"a list of one", "", `{"q1":[4]}`, "q1: " + twice},
		{"a list of nothing", "", `{"q1":[null]}`, "q1: " + twice},
		{"missing", "q2=1", `{"q2":1}`, "q1: " + choose},
		{"missing in all", "", `{}`, "q1: " + choose},
		{"empty where one must be", "q1=", `{"q1":null}`, "q1: " + choose},
		{"no such option", "q1=1&unit=zaimu", `{"q1":1,"unit":"zaimu"}`, "unit: " + among},
		{"an option of another question", "q1=1&unit=talk", `{"q1":1,"unit":"talk"}`, "unit: " + among},
		{"an option in capitals", "q1=1&unit=Soumu", `{"q1":1,"unit":"Soumu"}`, "unit: " + among},
		{"an option by its place", "q1=1&unit=1", `{"q1":1,"unit":1}`, "unit: " + among},
		{"two options where one is asked", "q1=1&unit=kanri&unit=soumu", `{"q1":1,"unit":["kanri","soumu"]}`, "unit: " + twice},
		{"no such options", "q1=1&ways=talk&ways=mail", `{"q1":1,"ways":["talk","mail"]}`, "ways: " + amongMy},
		{"a number among options", "q1=1&ways=1", `{"q1":1,"ways":[1]}`, "ways: " + amongMy},
		{"false for options", "q1=1&ways=false", `{"q1":1,"ways":false}`, "ways: " + amongMy},
		{"an option twice", "q1=1&ways=talk&ways=chat&ways=talk", `{"q1":1,"ways":["talk","chat","talk"]}`, "ways: 同じ選択肢が二度届きました。選び直して、もう一度送ってください。"},
		{"three too long", "q1=1&comment=" + url.QueryEscape(long), `{"q1":1,"comment":"` + long + `"}`, "comment: 20文字までです。あと3文字減らしてください。"},
		{"a text twice", "q1=1&comment=a&comment=a", `{"q1":1,"comment":["a","a"]}`, "comment: " + twice},
		{"a number for a text", "", `{"q1":1,"comment":123}`, "comment: 文章で書いてください。"},
		{"a truth for a text", "", `{"q1":1,"comment":false}`, "comment: 文章で書いてください。"},
		{"NUL", "q1=1&comment=a%00", `{"q1":1,"comment":"a\u0000"}`, "comment: " + unseen},
		{"a bell", "q1=1&comment=a%07", `{"q1":1,"comment":"a\u0007"}`, "comment: " + unseen},
		{"escape", "q1=1&comment=%1B[31m", `{"q1":1,"comment":"\u001b[31m"}`, "comment: " + unseen},
		{"delete", "q1=1&comment=a%7F", `{"q1":1,"comment":"a\u007f"}`, "comment: " + unseen},
		{"a control of the second set", "q1=1&comment=a%C2%86b", `{"q1":1,"comment":"a\u0086b"}`, "comment: " + unseen},
		{"a ticket where none is asked", "q1=1&ticket=ABC", `{"q1":1,"ticket":"ABC"}`, "ticket: このアンケートに回答券はいりません。番号を消して、もう一度送ってください。"},
		{"an unknown name", "q1=1&q3=1", `{"q1":1,"q3":1}`, "q3: " + foreign},
		{"an unknown name without a value", "q1=1&q3=", `{"q1":1,"q3":[]}`, "q3: " + foreign},
		{"no name", "q1=1&=2", `{"q1":1,"":2}`, ": " + foreign},
		{"a name in capitals", "q1=1&Q1=1", `{"q1":1,"Q1":1}`, "Q1: " + foreign},
		{"a name in full width", "q1=1&" + url.QueryEscape("ｑ2") + "=1", `{"q1":1,"ｑ2":1}`, "ｑ2: " + foreign},
		{"a name with a space", "q1=1&+q2=1", `{"q1":1," q2":1}`, " q2: " + foreign},
		{"an unknown name twice", "q1=1&x=1&x=2", `{"q1":1,"x":[1,2]}`, "x: " + foreign},
		{"the definition's order, unknown names last",
			"z=1&idea=a%00&unit=x&ticket=A&q2=12", `{"z":1,"idea":"a\u0000","unit":"x","ticket":"A","q2":12}`,
			"ticket: このアンケートに回答券はいりません。番号を消して、もう一度送ってください。; q1: " + choose +
				"; q2: 1から11までのどれか一つを選んでください。; unit: " + among + "; idea: " + unseen + "; z: " + foreign},
	} {
		t.Run(test.name, func(t *testing.T) {
			d := parse(t, read(t, "morale"))
			for way, input := range ways(t, test.form, test.json) {
				r, errs := d.Validate(input)
				if got := refusals(errs); got != test.want {
					t.Errorf("%s: got  %s\nwant %s", way, got, test.want)
				}
				if r.Answers != nil || r.Texts != nil {
					t.Errorf("%s: refused, and still a response: %v", way, r)
				}
			}
		})
	}
}

func TestUnknownNamesAreNotAllRepeated(t *testing.T) {
	body := []byte("q1=1")
	for i := range 1000 {
		body = append(body, fmt.Sprintf("&x%d=", i)...)
	}
	in, err := survey.ParseForm(body)
	if err != nil {
		t.Fatal(err)
	}
	if _, errs := parse(t, read(t, "morale")).Validate(in); len(errs) != 10 || errs[9].Name != "x9" {
		t.Errorf("got %d: %s", len(errs), refusals(errs))
	}
}

// An answer without any answer is refused, also where nothing is required.
func TestNothingAnswered(t *testing.T) {
	d := parse(t, change(t, read(t, "morale"), `"required": true`, `"required": false`))
	for _, in := range []survey.Input{{}, ways(t, "q1=&ways=&comment=+", "")["form"], ways(t, "", `{"q2":null}`)["json"]} {
		if _, errs := d.Validate(in); refusals(errs) != "q1: まだ何も答えられていません。どれか一つには答えてから送ってください。" {
			t.Errorf("got %s", refusals(errs))
		}
	}
	for way, in := range ways(t, "idea=a", `{"idea":"a"}`) {
		if r, errs := d.Validate(in); errs != nil || show(t, r) != ` idea="a"` {
			t.Errorf("%s: got %s, %s", way, r.Answers, refusals(errs))
		}
	}
}

func TestMissing(t *testing.T) {
	for id, want := range map[string]string{"q2": choose, "unit": choose, "ways": "一つ以上選んでください。", "comment": "この欄に書いてください。"} {
		d := parse(t, read(t, "morale"))
		d.Question(id).Required = true
		for way, in := range ways(t, "q1=1&q2=&ways=&comment=%E3%80%80", `{"q1":1,"unit":null,"ways":[]}`) {
			if _, errs := d.Validate(in); refusals(errs) != id+": "+want {
				t.Errorf("%s: got %s, want %s", way, refusals(errs), want)
			}
		}
	}
}

func TestTicket(t *testing.T) {
	d := parse(t, read(t, "box"))
	for _, test := range []struct{ name, form, json, want string }{
		{"as typed", "ticket=+ab-%EF%BC%91%EF%BC%A2&proposal=a", `{"ticket":" ab-１Ｂ","proposal":"a"}`, ""},
		{"after the questions", "proposal=a&ticket=A", `{"proposal":"a","ticket":"A"}`, ""},
		{"none", "proposal=a", `{"proposal":"a"}`, "ticket: 配られた回答券の番号を書いてください。"},
		{"blank", "proposal=a&ticket=%E3%80%80", `{"proposal":"a","ticket":"　"}`, "ticket: 配られた回答券の番号を書いてください。"},
		{"twice", "ticket=A&ticket=A&proposal=a", `{"ticket":["A","A"],"proposal":"a"}`, "ticket: " + twice},
		{"a number", "", `{"ticket":12345,"proposal":"a"}`, "ticket: 回答券の番号を文字列で送ってください。"},
		{"with a wrong answer", "ticket=A&proposal=", `{"ticket":"A"}`, "proposal: この欄に書いてください。"},
	} {
		t.Run(test.name, func(t *testing.T) {
			for way, in := range ways(t, test.form, test.json) {
				r, errs := d.Validate(in)
				if refusals(errs) != test.want {
					t.Errorf("%s: got %s", way, refusals(errs))
				}
				if test.want == "" && (string(r.Answers) != `{"survey":"box","answers":{}}` || string(r.Texts[0]) != `{"survey":"box","question":"proposal","text":"a"}`) {
					t.Errorf("%s: got %s, %s", way, r.Answers, r.Texts)
				}
			}
		})
	}
}

// Every character of the first plane, and some beyond, is stored as NFC leaves
// it beside a kana, a letter, itself and a mark that goes first, and counted so.
func TestEveryCharacter(t *testing.T) {
	d := parse(t, read(t, "morale"))
	for r := rune(' '); r < 0x20000; r++ {
		if r > 0xFFFF && r%61 != 0 || unicode.IsControl(r) || r == 0x2028 || r == 0x2029 || !utf8.ValidRune(r) {
			continue
		}
		text := fmt.Sprintf("か%cはe%c%c\n%c\u302A\"", r, r, r, r)
		want := norm.NFC.String(text)
		d.Question("comment").Max = utf8.RuneCountInString(want)
		in, err := survey.ParseForm([]byte("q1=1&comment=" + url.QueryEscape(text)))
		if err != nil {
			t.Fatalf("%U: %v", r, err)
		}
		quoted, err := jsontext.AppendQuote(nil, want)
		if err != nil {
			t.Fatalf("%U: %v", r, err)
		}
		if got, errs := d.Validate(in); errs != nil || show(t, got) != `"q1":1 comment=`+string(quoted) {
			t.Errorf("%U: got %s, want %s (%s)", r, got.Texts, quoted, refusals(errs))
		}
		d.Question("comment").Max--
		if _, errs := d.Validate(in); errs == nil {
			t.Errorf("%U: one character too many went through", r)
		}
	}
}

// More questions and options than the validation sets aside room for.
func TestManyQuestionsAndOptions(t *testing.T) {
	d := &survey.Definition{ID: "many", Access: survey.AccessOpen}
	var form, answers []string
	for i := range 100 {
		q := survey.Question{ID: "q" + strconv.Itoa(i), Kind: survey.Multi, Text: "x"}
		var values []string
		for j := range 100 {
			value := "v" + strconv.Itoa(j)
			q.Options = append(q.Options, survey.Option{Value: value, Text: "x"})
			values = append(values, `"`+value+`"`)
			form = append(form, q.ID+"="+value)
		}
		d.Questions = append(d.Questions, q)
		answers = append(answers, `"`+q.ID+`":[`+strings.Join(values, ",")+"]")
	}
	slices.Reverse(form)
	r, errs := d.Validate(ways(t, strings.Join(form, "&"), "")["form"])
	if want := `{"survey":"many","answers":{` + strings.Join(answers, ",") + "}}"; string(r.Answers) != want {
		t.Errorf("got %s, %s", r.Answers, refusals(errs))
	}
}

// Whoever keeps to every max can send the form: the promise behind the bound on
// max, against the 256 KiB that a body may have.
func TestLongestAnswerFitsABody(t *testing.T) {
	d := parse(t, change(t, read(t, "morale"), `"max": 20`, `"max": 19990`))
	form := url.Values{"q1": {"5"}, "q2": {"11"}, "unit": {"soumu"}, "ways": {"talk", "meeting", "chat"},
		"comment": {strings.Repeat("𠮷", 19990)}, "idea": {strings.Repeat("𠮷", 10)}}.Encode()
	if len(form) > 256<<10 {
		t.Errorf("the form has %d bytes", len(form))
	}
	if _, errs := d.Validate(ways(t, form, "")["form"]); errs != nil {
		t.Error(refusals(errs))
	}
}

func TestMalformed(t *testing.T) {
	for name, body := range map[string]string{
		"percent alone":             "q1=%",
		"percent and one digit":     "q1=1%2",
		"percent and one digit, &":  "q1=%2&q2=1",
		"percent and no digits":     "q1=%zz",
		"percent and %u":            "q1=%u3042",
		"percent in a name":         "%g1=1",
		"a byte that is no UTF-8":   "comment=%FF",
		"the same as it is":         "comment=\xff",
		"a character cut off":       "comment=%E3%81",
		"a character across a pair": "comment=%E3%81&%81=",
		"a character across name":   "comment%E3=%81%81",
		"a long form of /":          "comment=%C0%AF",
		"a surrogate":               "comment=%ED%A1%82",
		"past the last character":   "comment=%F4%90%80%80",
		"Shift_JIS":                 "comment=%82%CD",
		"a name that is no UTF-8":   "%80=1",
	} {
		t.Run("form, "+name, func(t *testing.T) { malformed(t, survey.ParseForm, body) })
	}
	for name, body := range map[string]string{
		"nothing":                    "",
		"white space":                " \n",
		"null":                       "null",
		"a string":                   `"q1"`,
		"a list":                     `[{"q1":1}]`,
		"cut off":                    `{"q1":1`,
		"cut off in a name":          `{"q`,
		"cut off after a name":       `{"q1"`,
		"cut off after a colon":      `{"q1":`,
		"cut off in a list":          `{"ways":["talk"`,
		"cut off after a comma":      `{"ways":["talk",`,
		"a comma too many":           `{"q1":1,}`,
		"a comma too many in a list": `{"ways":["talk",]}`,
		"only a comma":               `{,}`,
		"no comma":                   `{"q1":1 "q2":1}`,
		"no colon":                   `{"q1" 1}`,
		"more after":                 `{"q1":1}{}`,
		"a word after":               `{"q1":1}x`,
		"NUL after":                  "{\"q1\":1}\x00",
		"a byte order mark":          "\ufeff" + `{"q1":1}`,
		"UTF-16":                     "{\x00\"\x00q\x001\x00",
		"an object":                  `{"q1":{"value":1}}`,
		"an empty object":            `{"q1":{}}`,
		"a list in a list":           `{"ways":[["talk"]]}`,
		"an object in a list":        `{"ways":[{}]}`,
		"deep":                       strings.Repeat(`{"q1":`, 20000),
		"deep lists":                 `{"q1":` + strings.Repeat(`[`, 60000),
		"a name twice":               `{"q1":1,"q1":1}`,
		"a name twice, once null":    `{"q1":null,"q1":1}`,
		"a name twice by an escape":  `{"q1":1,"\u00711":2}`,
		"an unknown name twice":      `{"x":1,"x":1}`,
		"no name":                    `{q1:1}`,
		"a name in single quotes":    `{'q1':1}`,
		"a number for a name":        `{1:1}`,
		"a leading zero":             `{"q1":04}`,
		"a sign":                     `{"q1":+4}`,
		"a point alone":              `{"q1":4.}`,
		"a hexadecimal number":       `{"q1":0x4}`,
		"not a number":               `{"q1":NaN}`,
		"True":                       `{"q1":True}`,
		"a comment":                  `{"q1":1/**/}`,
		"a line break in a string":   "{\"comment\":\"a\nb\"}",
		"NUL in a string":            "{\"comment\":\"a\x00\"}",
		"an unknown escape":          `{"comment":"\x41"}`,
		"a short escape":             `{"comment":"\u30"}`,
		"high surrogate alone":       `{"comment":"\ud842"}`,
		"high surrogate and a word":  `{"comment":"\ud842a"}`,
		"low surrogate alone":        `{"comment":"\udfb7"}`,
		"surrogates turned round":    `{"comment":"\udfb7\ud842"}`,
		"surrogate in a name":        `{"\ud842":1}`,
		"surrogate as bytes":         "{\"comment\":\"\xed\xa1\x82\"}",
		"a byte that is no UTF-8":    "{\"comment\":\"\xff\"}",
		"the same in a name":         "{\"\xff\":1}",
		"a long form of /":           "{\"comment\":\"\xc0\xaf\"}",
	} {
		t.Run("json, "+name, func(t *testing.T) { malformed(t, survey.ParseJSON, body) })
	}
}

func malformed(t *testing.T, parse func([]byte) (survey.Input, error), body string) {
	in, err := parse([]byte(body))
	if !errors.Is(err, survey.ErrMalformed) {
		t.Fatalf("got %v, want ErrMalformed", err)
	}
	for _, word := range []string{"q1", "comment", "talk", "x\""} {
		if strings.Contains(err.Error(), word) {
			t.Errorf("the error repeats what was sent: %v", err)
		}
	}
	if got := in.Get("q1"); got != nil {
		t.Errorf("malformed, and still an input: %q", got)
	}
}

func TestGet(t *testing.T) {
	for way, in := range ways(t, "q1=4&ways=talk&comment=+a%0D%0A&ways=&ways=x&bad=1e9",
		`{"q1":4,"ways":["talk","","x"],"comment":" a\r\n","bad":1e9,"empty":null,"none":[]}`) {
		for name, want := range map[string][]string{
			"q1": {"4"}, "ways": {"talk", "", "x"}, "comment": {" a\r\n"}, "bad": {"1e9"}, "empty": nil, "none": nil, "absent": nil,
		} {
			if got := in.Get(name); !slices.Equal(got, want) || (got == nil) != (want == nil) {
				t.Errorf("%s: Get(%s) = %q, want %q", way, name, got, want)
			}
		}
	}
	in := ways(t, "", `{"q1":true}`)["json"]
	if got := in.Get("q1"); !slices.Equal(got, []string{"true"}) {
		t.Errorf("Get = %q", got)
	}
}

// The body's buffer is the caller's again once parsing has returned.
func TestBodyIsNotKept(t *testing.T) {
	for way, parse := range map[string]func([]byte) (survey.Input, error){"q1=4&comment=abc": survey.ParseForm, `{"q1":4,"comment":"abc"}`: survey.ParseJSON} {
		body := []byte(way)
		in, err := parse(body)
		if err != nil {
			t.Fatal(err)
		}
		clear(body)
		if got := in.Get("comment"); !slices.Equal(got, []string{"abc"}) {
			t.Errorf("%s: got %q", way, got)
		}
	}
}

// No message holds anything that was sent as a value.
func TestMessagesDoNotQuote(t *testing.T) {
	d := parse(t, read(t, "morale"))
	const secret = "himitsu"
	form := url.Values{"ticket": {secret}, "q1": {secret}, "q2": {secret}, "unit": {secret}, "ways": {secret}, "comment": {secret + "\x00"}, "idea": {strings.Repeat(secret, 2)}, "x": {secret}}
	_, errs := d.Validate(ways(t, form.Encode(), "")["form"])
	if len(errs) != len(form) {
		t.Errorf("got %s", refusals(errs))
	}
	if strings.Contains(refusals(errs), secret) || !utf8.ValidString(refusals(errs)) {
		t.Errorf("quoted: %s", refusals(errs))
	}
}

// What nobody can see is no text, and stays inside one that can be seen.
func TestBlankText(t *testing.T) {
	d := parse(t, strings.Replace(read(t, "morale"), `"max": 20`, `"max": 20, "required": true`, 1))
	const typed = "q1=5&q2=11&unit=soumu"
	for _, r := range "\u200b\u3164\u2800\u2060\u00ad\u200e\u115f\u1160\u180e\uffa0\u034f\u17b4\ufe0f\ufeff\u2065\u2062\u061c\U000e0041\U000e0100\U0001d159\u0301\u3099\u20dd\ufffc\U000e0020\u3000\u00a0\t\n\r\v\f\u0085\u2028\u2029" {
		for _, text := range []string{string(r), " " + string(r) + "　" + string(r) + "\n"} {
			for way, in := range ways(t, typed+"&comment="+url.QueryEscape(text), fmt.Sprintf(`{"q1":5,"q2":11,"unit":"soumu","comment":%s}`, quoted(t, text))) {
				if _, errs := d.Validate(in); len(errs) != 1 || errs[0].Name != "comment" {
					t.Errorf("%s, %U: %s", way, []rune(text), refusals(errs))
				}
			}
		}
	}
	for text, want := range map[string]string{
		"👩\u200d💻": "👩\u200d💻", "葛\U000e0100": "葛\U000e0100", "\u200bあ": "\u200bあ", "\u0601": "\u0601", "⠀⠁": "⠀⠁", "か\u3099": "が", "き\u20dd": "き\u20dd",
		"一\r二\v三\f四\u0085五\u2028六\u2029七\r\n八": "一\n二\n三\n四\n五\n六\n七\n八",
	} {
		lines, errs := d.Validate(ways(t, typed+"&comment="+url.QueryEscape(text), "")["form"])
		if errs != nil {
			t.Errorf("%U: %s", []rune(text), refusals(errs))
			continue
		}
		if _, stored, err := d.ReadText(lines.Texts[0]); err != nil || stored != want {
			t.Errorf("%q is stored as %q, %v", text, stored, err)
		}
	}
}

func quoted(t *testing.T, text string) string {
	t.Helper()
	data, err := json.Marshal(text)
	if err != nil {
		t.Fatal(err)
	}
	return string(data)
}
