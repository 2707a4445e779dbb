package collector

// Answers that are good, however odd they look, and every way to write and send
// one: what is stored is the same bytes.

import (
	"fmt"
	"maps"
	"math/rand/v2"
	"net/http"
	"net/url"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"unicode/utf16"
)

// awkward is an answer to the survey autumn, and the lines it becomes.
type awkward struct {
	name             string
	q1, unit         string
	q3               []string
	comment          string
	wantAnswer, want string // want is what the text is stored as, in JSON
}

var awkwards = []awkward{
	{"only what is asked", "1", "", nil, "", `{"q1":1}`, ``},
	{"everything", "3", "kikaku", []string{"a", "b"}, "ありがとう", `{"q1":3,"unit":"kikaku","q3":["a","b"]}`, `ありがとう`},
	{"options in another order", "3", "", []string{"b", "a"}, "", `{"q1":3,"q3":["a","b"]}`, ``},
	{"full-width space", "2", "", nil, "　あ　い　", `{"q1":2}`, `　あ　い　`},
	{"white space alone", "2", "", nil, " 　\r\n\t", `{"q1":2}`, ``},
	{"joined emoji", "2", "", nil, "👩\u200d👩\u200d👧\u200d👦と👨🏽\u200d💻", `{"q1":2}`, "👩\u200d👩\u200d👧\u200d👦と👨🏽\u200d💻"},
	{"beyond the first plane", "2", "", nil, "𠮷野家の𩸽", `{"q1":2}`, `𠮷野家の𩸽`},
	{"voiced mark apart", "2", "", nil, "か\u3099き\u3099く\u3099は\u309a", `{"q1":2}`, `がぎぐぱ`},
	{"half-width kana", "2", "", nil, "ｶﾞｷﾞ", `{"q1":2}`, `ｶﾞｷﾞ`},
	{"compatibility kanji", "2", "", nil, "\ufa19社", `{"q1":2}`, "\u795e社"},
	{"chosen shape of a kanji", "2", "", nil, "葛\U000e0100城", `{"q1":2}`, "葛\U000e0100城"},
	{"line ends", "2", "", nil, "一\r\n二\r三\n四", `{"q1":2}`, `一\n二\n三\n四`},
	{"as many as may be", "2", "", nil, strings.Repeat("𠮷", 20), `{"q1":2}`, strings.Repeat("𠮷", 20)},
	{"as many as may be once composed", "2", "", nil, strings.Repeat("か\u3099", 19) + "\r\n", `{"q1":2}`, strings.Repeat("が", 19) + `\n`},
	{"signs of forms and JSON", "2", "", nil, `1+1=2&a%41;"\/{}`, `{"q1":2}`, `1+1=2&a%41;\"\\/{}`},
	{"markup", "2", "", nil, "</textarea><b>&amp;", `{"q1":2}`, `</textarea><b>&amp;`},
	{"line separators", "2", "", nil, "a\u2028b\u2029c\ufeffd", `{"q1":2}`, `a\nb\nc` + "\ufeffd"},
	{"tab and delete-like", "2", "", nil, "a\tb␡", `{"q1":2}`, `a\tb␡`},
}

// A way writes an answer as a media type and a body.
type way struct {
	name  string
	write func(*rand.Rand, awkward) (media, body string)
}

var ways = []way{
	{"form", func(_ *rand.Rand, a awkward) (string, string) { return asForm, formOf(a, url.QueryEscape) }},
	{"form, %20", func(_ *rand.Rand, a awkward) (string, string) {
		return asForm, formOf(a, url.PathEscape, "&", "%26", "+", "%2B")
	}},
	{"form, raw", func(_ *rand.Rand, a awkward) (string, string) {
		return asForm, formOf(a, strings.NewReplacer("%", "%25", "&", "%26", "+", "%2b", " ", "+").Replace)
	}},
	{"form, all escaped", func(r *rand.Rand, a awkward) (string, string) {
		return asForm + "; charset=UTF-8", shuffled(r, formOf(a, func(s string) string {
			var b strings.Builder
			for i := range len(s) {
				fmt.Fprintf(&b, []string{"%%%02x", "%%%02X"}[r.IntN(2)], s[i])
			}
			return b.String()
		}))
	}},
	{"form, shuffled", func(r *rand.Rand, a awkward) (string, string) {
		return asForm, "&" + shuffled(r, formOf(a, url.QueryEscape)) + "&&"
	}},
	{"form, without the empty", func(_ *rand.Rand, a awkward) (string, string) {
		kept := []string{}
		for pair := range strings.SplitSeq(formOf(a, url.QueryEscape), "&") {
			if !strings.HasSuffix(pair, "=") {
				kept = append(kept, pair)
			}
		}
		return `Application/X-WWW-Form-URLEncoded ;CharSet="utf-8"`, strings.Join(kept, "&")
	}},
	{"JSON", func(_ *rand.Rand, a awkward) (string, string) {
		return asJSON, "{" + strings.Join(membersOf(a, quote), ",") + "}"
	}},
	{"JSON, shuffled", func(r *rand.Rand, a awkward) (string, string) {
		members := membersOf(a, quote)
		r.Shuffle(len(members), func(i, j int) { members[i], members[j] = members[j], members[i] })
		return asJSON + ";charset=utf-8", "\r\n\t{ " + strings.Join(members, " ,\n ") + " }\n "
	}},
	{"JSON, all escaped", func(_ *rand.Rand, a awkward) (string, string) {
		return `APPLICATION/JSON; charset="UTF-8"`, "{" + strings.Join(membersOf(a, escaped), ",") + "}"
	}},
	{"JSON, numbers as strings", func(_ *rand.Rand, a awkward) (string, string) {
		return asJSON, "{" + strings.Join(append(membersOf(a, quote)[1:], `"q1":"`+a.q1+`"`), ",") + "}"
	}},
	{"JSON, without the empty", func(_ *rand.Rand, a awkward) (string, string) {
		members := []string{`"q1":` + a.q1}
		for _, m := range membersOf(a, quote)[1:] {
			if !strings.HasSuffix(m, `:""`) && !strings.HasSuffix(m, ":[]") {
				members = append(members, m)
			}
		}
		return asJSON, "{" + strings.Join(members, ",") + "}"
	}},
	{"JSON, the empty as null", func(_ *rand.Rand, a awkward) (string, string) {
		body := "{" + strings.Join(membersOf(a, quote), ",") + "}"
		return asJSON, strings.NewReplacer(`:""`, ":null", ":[]", ":null").Replace(body)
	}},
}

// formOf writes the answer as a browser does, each name and value by escape and
// then with what replace says.
func formOf(a awkward, escape func(string) string, replace ...string) string {
	also := strings.NewReplacer(replace...)
	pair := func(name, value string) string { return escape(name) + "=" + also.Replace(escape(value)) }
	pairs := []string{pair("q1", a.q1), pair("unit", a.unit)}
	for _, v := range a.q3 {
		pairs = append(pairs, pair("q3", v))
	}
	return strings.Join(append(pairs, pair("comment", a.comment)), "&")
}

func shuffled(r *rand.Rand, form string) string {
	pairs := strings.Split(form, "&")
	r.Shuffle(len(pairs), func(i, j int) { pairs[i], pairs[j] = pairs[j], pairs[i] })
	return strings.Join(pairs, "&")
}

// membersOf are those of a JSON object; the first is q1.
func membersOf(a awkward, quote func(string) string) []string {
	options := []string{}
	for _, v := range a.q3 {
		options = append(options, quote(v))
	}
	return []string{
		quote("q1") + ":" + a.q1,
		quote("unit") + ":" + quote(a.unit),
		quote("q3") + ":[" + strings.Join(options, ",") + "]",
		quote("comment") + ":" + quote(a.comment),
	}
}

// quote escapes what must be.
func quote(s string) string {
	return `"` + strings.NewReplacer(`"`, `\"`, `\`, `\\`, "\n", `\n`, "\r", `\r`, "\t", `\t`).Replace(s) + `"`
}

// escaped escapes everything, by name or by number.
func escaped(s string) string {
	var b strings.Builder
	for i, unit := range utf16.Encode([]rune(s)) {
		if unit == '/' {
			b.WriteString(`\/`)
		} else {
			fmt.Fprintf(&b, []string{`\u%04x`, `\u%04X`}[i%2], unit)
		}
	}
	return `"` + b.String() + `"`
}

// transports turn a media type and a body into the bytes of a request, after
// which the service hangs up.
var transports = map[string]func(media, body string) string{
	"plain": func(media, body string) string {
		return "POST /answers/autumn HTTP/1.1\r\nHost: plan.example\r\nConnection: close\r\nContent-Type: " + media +
			"\r\nContent-Length: " + strconv.Itoa(len(body)) + "\r\n\r\n" + body
	},
	"HTTP/1.0": func(media, body string) string {
		return "POST /answers/autumn HTTP/1.0\r\nContent-Type: " + media + "\r\nContent-Length: " + strconv.Itoa(len(body)) + "\r\n\r\n" + body
	},
	"small chunks": func(media, body string) string {
		var b strings.Builder
		for i := range len(body) {
			fmt.Fprintf(&b, "01;x=y\r\n%s\r\n", body[i:i+1])
		}
		return "POST /answers/autumn?q1=9&unit=x HTTP/1.1\r\nHost: plan.example\r\nConnection: close\r\ncontent-type:" + media +
			"\r\nTransfer-Encoding: chunked\r\n\r\n" + b.String() + "0\r\nX-Trailer: x\r\n\r\n"
	},
	"from the same origin": func(media, body string) string {
		return "POST http://plan.example/answers/autumn HTTP/1.1\r\nHost: plan.example\r\nConnection: close\r\nOrigin: http://plan.example\r\nContent-Type: " + media +
			"\r\nContent-Length: " + strconv.Itoa(len(body)) + "\r\nContent-Length: " + strconv.Itoa(len(body)) + "\r\n\r\n" + body
	},
}

func TestAwkward(t *testing.T) {
	h := start(t, Config{})
	wantAnswers, wantTexts := map[string]int{}, map[string]int{}
	r := rand.New(rand.NewPCG(1, 2))
	for _, a := range awkwards {
		for _, w := range ways {
			media, body := w.write(r, a)
			for transport, request := range transports {
				status := http.StatusSeeOther
				if strings.HasPrefix(strings.ToLower(media), asJSON) {
					status = http.StatusCreated
				}
				res, said := response(t, h.dial(request(media, body)))
				if res.StatusCode != status {
					t.Errorf("%s, as %s, %s: %s\n%s\n%s", a.name, w.name, transport, res.Status, body, said)
					continue
				}
				wantAnswers[`{"survey":"autumn","answers":`+a.wantAnswer+`}`]++
				if a.want != "" {
					wantTexts[`{"survey":"autumn","question":"comment","text":"`+a.want+`"}`]++
				}
			}
		}
	}
	h.stop()
	data := h.closed()
	for file, want := range map[string]map[string]int{"responses.jsonl": wantAnswers, "comments.jsonl": wantTexts} {
		got := map[string]int{}
		for _, line := range lines(t, filepath.Join(data, "autumn", file)) {
			got[line]++
		}
		if maps.Equal(got, want) {
			continue
		}
		for line, n := range got {
			if want[line] != n {
				t.Errorf("%s: %d times, want %d: %s", file, n, want[line], line)
			}
		}
		for line, n := range want {
			if got[line] == 0 {
				t.Errorf("%s: never, want %d: %s", file, n, line)
			}
		}
	}
}
