package collector

// The requests of hostile_test.go: each kind of fault that one can have.

import (
	"bytes"
	"compress/gzip"
	"fmt"
	"io"
	"math/rand/v2"
	"net/url"
	"strconv"
	"strings"
)

// attempt is a request and what it must come to.
type attempt struct {
	raw    string
	status int
	cut    bool // nothing follows, though more was promised
	bare   bool // net/http answers in its own words, before there is a request
}

// chance draws everything.
type chance struct{ *rand.Rand }

// pick is one of these.
func pick[T any](c chance, of ...T) T { return of[c.IntN(len(of))] }

// mark is in every request, and must be in no log.
const mark = "MARK7f3a"

const (
	goodJSON = `{"q1":2,"unit":"soumu","q3":["a","b"],"comment":"` + mark + `"}`
	goodForm = "q1=2&unit=soumu&q3=a&q3=b&comment=" + mark
)

// request is a whole one, with details that do not matter left to chance.
func (c chance) request(line string, header []string, body string) string {
	lines := []string{"Host: plan.example", "User-Agent: " + mark, "X-Forwarded-For: " + mark, "Cookie: a=" + mark,
		"Referer: http://plan.example/" + mark, "Accept: " + pick(c, "*/*", "text/html", "application/json")}
	lines = append(lines[:1+c.IntN(len(lines))], header...)
	if c.IntN(3) == 0 {
		lines = append(lines, "Transfer-Encoding: chunked")
		body = c.chunks(body) + "0\r\n\r\n"
	} else {
		lines = append(lines, "Content-Length: "+strconv.Itoa(len(body)))
	}
	c.Shuffle(len(lines), func(i, j int) { lines[i], lines[j] = lines[j], lines[i] })
	return line + "\r\n" + strings.Join(lines, "\r\n") + "\r\n\r\n" + body
}

// chunks leaves the last, empty one out.
func (c chance) chunks(body string) string {
	var b strings.Builder
	for len(body) > 0 {
		n := min(len(body), 1+c.IntN(5000))
		fmt.Fprintf(&b, "%x\r\n%s\r\n", n, body[:n])
		body = body[n:]
	}
	return b.String()
}

const autumn = "POST /answers/autumn HTTP/1.1"

func (c chance) json(status int, body string) attempt {
	return attempt{raw: c.request(autumn, []string{"Content-Type: " + asJSON}, body), status: status}
}

func (c chance) form(status int, body string) attempt {
	return attempt{raw: c.request(autumn, []string{"Content-Type: " + asForm}, body), status: status}
}

// either is a good answer, as a form or as JSON, with more header lines.
func (c chance) either(status int, line string, header ...string) attempt {
	media, body := asJSON, goodJSON
	if c.IntN(2) == 0 {
		media, body = asForm, goodForm
	}
	return attempt{raw: c.request(line, append(header, "Content-Type: "+media), body), status: status}
}

// bare is a good answer under header lines that net/http does not take. They
// come in their order, before those that the body needs.
func bare(status int, line string, header ...string) attempt {
	header = append(header, "Content-Type: "+asJSON, "Content-Length: "+strconv.Itoa(len(goodJSON)))
	return attempt{raw: line + "\r\n" + strings.Join(header, "\r\n") + "\r\n\r\n" + goodJSON, status: status, bare: true}
}

// letters are characters that count as one each.
func (c chance) letters(n int) string {
	var b strings.Builder
	for range n {
		b.WriteString(pick(c, "あ", "x", "𠮷", "　", "か\u3099", "\U0001F469", "\u200d", "&", "\"", "\\", "%", "é"))
	}
	return b.String()
}

// quoted is a JSON string with escapes by chance.
func (c chance) quoted(s string) string {
	var b strings.Builder
	for _, r := range s {
		switch {
		case r < ' ', r < 0x10000 && c.IntN(4) == 0:
			fmt.Fprintf(&b, `\u%04x`, r)
		case r == '"' || r == '\\':
			b.WriteString(`\` + string(r))
		default:
			b.WriteRune(r)
		}
	}
	return `"` + b.String() + `"`
}

// percent is a form's value or name with more escapes than are needed.
func (c chance) percent(s string) string {
	var b strings.Builder
	for i := range len(s) {
		if c.IntN(3) == 0 {
			fmt.Fprintf(&b, pick(c, "%%%02x", "%%%02X"), s[i])
		} else {
			b.WriteString(url.QueryEscape(s[i : i+1]))
		}
	}
	return b.String()
}

func gzipped(s string) string {
	var b bytes.Buffer
	w := gzip.NewWriter(&b)
	io.WriteString(w, s)
	w.Close()
	return b.String()
}

// tricks are the kinds of fault.
var tricks = map[string]func(chance) attempt{
	// What JSON must not be.
	"json cut short": func(c chance) attempt { return c.json(400, goodJSON[:c.IntN(len(goodJSON))]) },
	"json and more": func(c chance) attempt {
		return c.json(400, goodJSON+pick(c, "x", "{}", ",", "]", "}", "\x00", "\u3000", "\ufeff", goodJSON, "\n\n2"))
	},
	"json after a mark": func(c chance) attempt { return c.json(400, pick(c, "\ufeff", "\x00", "\u00a0", ")]}',\n")+goodJSON) },
	"no object": func(c chance) attempt {
		return c.json(400, pick(c, "", " ", "[]", "["+goodJSON+"]", `"q1"`, "2", "null", "true", goodForm, gzipped(goodJSON)))
	},
	"deep": func(c chance) attempt {
		const depth = 10_000
		open := pick(c, "[", `{"q":`)
		deep := strings.Repeat(open, depth)
		if c.IntN(2) == 0 {
			deep += "2" + strings.Repeat(map[string]string{"[": "]", `{"q":`: "}"}[open], depth)
			deep = deep[:min(len(deep), maxBodyBytes-20)] // may be cut short too
		}
		return c.json(400, pick(c, "", `{"q1":`, `{"q1":2,"q3":[`)+deep)
	},
	"nested": func(c chance) attempt {
		return c.json(400, `{"q1":`+pick(c, "{}", "[[2]]", `{"q1":2}`, "[{}]", "[2,[]]")+`}`)
	},
	"no number": func(c chance) attempt {
		return c.json(400, `{"q1":`+pick(c, "02", "+2", "2.", ".5", "0x2", "NaN", "Infinity", "-", "2e", "2_0", "２", "1,2")+`}`)
	},
	"another number": func(c chance) attempt {
		digits := strings.Repeat(strconv.Itoa(1+c.IntN(9)), 1+c.IntN(30_000))
		return c.json(422, `{"q1":`+pick(c, "0", "4", "-2", "-0", "2.0", "2e0", "1E400", "1e-400", "1e999999999", "18446744073709551618", "9"+digits, "0."+digits, "2e"+digits)+`}`)
	},
	"json not UTF-8": func(c chance) attempt {
		bad := pick(c, "\xff", "\x80", "\xc0\x80", "\xc1\xbf", "\xe3\x81", "\xed\xa0\x80", "\xf4\x90\x80\x80", "\xf8\x88\x80\x80\x80", "\x83\x65\x83\x58", "\xa4\xa2")
		return c.json(400, pick(c, `{"q1":2,"comment":"あ`+bad+`い"}`, `{"q1":2,"`+bad+`":""}`, `{"q1":2}`+bad))
	},
	"raw control": func(c chance) attempt {
		return c.json(400, `{"q1":2,"comment":"あ`+string(rune(c.IntN(0x20)))+`"}`)
	},
	"half a surrogate": func(c chance) attempt {
		half := pick(c, `\ud842`, `\udfb7`, `\udfb7\ud842`, `\ud842x`, `\ud842\u0041`, `\ud842\ud842\udfb7`, `\uD8`, `\u`, `\x41`)
		return c.json(400, pick(c, `{"q1":2,"comment":"`+half+`"}`, `{"q1":2,"`+half+`":""}`))
	},
	"json name twice": func(c chance) attempt {
		return c.json(400, pick(c, `{"q1":2,"q1":2}`, `{"q1":2,"\u00711":2}`, `{"\u0071\u0031":2,"q\u0031":2}`, `{"q1":2,"comment":"","comment":""}`,
			`{"q1":2,"q3":["a"],"q3":["b"]}`, `{"q1":2,"x":1,"x":1}`, `{"q1":2,"":"","":""}`))
	},
	// What is well formed and no answer.
	"name in another case": func(c chance) attempt {
		name := pick(c, "Q1", "q１", "q1 ", " q1", "q1\u200b", "q1[]", "q1\x00", "ｑ1")
		if c.IntN(2) == 0 {
			return c.json(422, `{"q1":2,`+c.quoted(name)+`:2}`)
		}
		return c.form(422, "q1=2&"+c.percent(name)+"=2")
	},
	"another type": func(c chance) attempt {
		return c.json(422, pick(c, `{"q1":true}`, `{"q1":null}`, `{"q1":[2]}`, `{"q1":[]}`, `{"q1":"two"}`, `{"q1":" 2"}`, `{"q1":"2.0"}`, `{"q1":"２"}`,
			`{"q1":2,"unit":1}`, `{"q1":2,"unit":["soumu"]}`, `{"q1":2,"unit":true}`, `{"q1":2,"unit":"Soumu"}`,
			`{"q1":2,"q3":"zzz"}`, `{"q1":2,"q3":[1]}`, `{"q1":2,"q3":["a","a"]}`, `{"q1":2,"q3":true}`,
			`{"q1":2,"comment":5}`, `{"q1":2,"comment":false}`, `{"q1":2,"comment":["a","b"]}`, `{"q1":2,"comment":["a"]}`))
	},
	"another value": func(c chance) attempt {
		return c.form(422, pick(c, "q1=0", "q1=4", "q1=+2", "q1=02", "q1=2.0", "q1=%EF%BC%92", "q1=2%00", "q1=2%0A", "q1=on", "q1=2;unit=soumu",
			"q1=2&unit=x", "q1=2&unit=soumu%20", "q1=2&q3=zzz", "q1=2&q3=a&q3=a", "q1=2&q3=a,b"))
	},
	"form name twice": func(c chance) attempt {
		return c.form(422, pick(c, "q1=2&q1=2", "q1=2&%71%31=2", "q1=&q1=2", "q1=2&unit=soumu&unit=soumu", "q1=2&comment=&comment=x"))
	},
	"too long": func(c chance) attempt {
		text := "x" + c.letters(20+c.IntN(300)) + "x"
		if c.IntN(2) == 0 {
			return c.json(422, `{"q1":2,"comment":`+c.quoted(text)+`}`)
		}
		return c.form(422, "q1=2&comment="+c.percent(text))
	},
	"invisible": func(c chance) attempt {
		text := "あ" + pick(c, "\x00", "\x01", "\x08", "\x1b", "\x7f", "\u0086", "\u009f") + "い"
		if c.IntN(2) == 0 {
			return c.json(422, `{"q1":2,"comment":"`+fmt.Sprintf(`あ\u%04x`, []rune(text)[1])+`"}`)
		}
		return c.form(422, "q1=2&comment="+c.percent(text))
	},
	"unknown name": func(c chance) attempt {
		name := pick(c, "ticket", "__proto__", "constructor", "survey", "answers", "q2", mark, "", "<script>", strings.Repeat("n", 1+c.IntN(5000)))
		if c.IntN(2) == 0 {
			return c.json(422, `{"q1":2,"`+name+`":"`+mark+`"}`)
		}
		return c.form(422, "q1=2&"+c.percent(name)+"="+mark)
	},
	"many unknown names": func(c chance) attempt {
		var json, form strings.Builder
		for i := range 1 + c.IntN(4000) {
			fmt.Fprintf(&json, `,"n%d":%d`, i, i)
			fmt.Fprintf(&form, "&n%d=%d", i, i)
		}
		if c.IntN(2) == 0 {
			return c.json(422, `{"q1":2`+json.String()+`}`)
		}
		return c.form(422, "q1=2"+form.String())
	},
	"nothing": func(c chance) attempt {
		if c.IntN(2) == 0 {
			return c.json(422, pick(c, "{}", `{"q1":""}`, `{"unit":"soumu"}`, ` { } `))
		}
		return c.form(422, pick(c, "", "&&&", "q1", "q1=", "unit=soumu", goodJSON))
	},
	// What no form is.
	"bad escape": func(c chance) attempt {
		return c.form(400, goodForm+pick(c, "%", "%4", "%zz", "%u3042", "%%41", "%+2", "% 1", "&%=", "&q=%e3%81%8"))
	},
	"form not UTF-8": func(c chance) attempt {
		bad := pick(c, "%ff", "%80", "%c0%80", "%e3%81", "%ed%a0%80", "%f4%90%80%80", "\xff\xfe", "\x83\x65", "%83%65", "%A4%A2")
		return c.form(400, pick(c, "q1=2&comment="+bad, "q1=2&"+bad+"=x", "q1=2&comment=%e3&unit=%81%82"))
	},
	"gzip as a form": func(c chance) attempt { return c.form(400, gzipped(goodForm)) },
	// Media types, codings, origins, methods, addresses.
	"media type": func(c chance) attempt {
		body := pick(c, goodForm, goodJSON)
		return attempt{status: 415, raw: c.request(autumn, pick(c,
			[]string{}, []string{"Content-Type:"}, []string{"Content-Type: text/plain"}, []string{"Content-Type: text/json"},
			[]string{"Content-Type: multipart/form-data; boundary=" + mark}, []string{"Content-Type: application/xml"},
			[]string{"Content-Type: application/json-seq"}, []string{"Content-Type: application/jsonx"}, []string{"Content-Type: application"},
			[]string{"Content-Type: application/json, text/plain"}, []string{"Content-Type: */*"}, []string{"Content-Type: application/json; =" + mark},
			[]string{"Content-Type: " + asJSON, "Content-Type: " + asJSON}, []string{"Content-Type: " + asJSON, "Content-Type: " + asForm}), body)}
	},
	"charset": func(c chance) attempt {
		charset := pick(c, "Shift_JIS", "EUC-JP", "iso-2022-jp", "utf-16", `"utf-16le"`, "us-ascii", "utf-7", "", mark, "utf-8-"+mark)
		if c.IntN(2) == 0 {
			return attempt{status: 415, raw: c.request(autumn, []string{"Content-Type: " + asForm + ";charset=" + charset}, goodForm)}
		}
		// The old way to write a header on two lines does not hide it.
		return attempt{status: 415, raw: c.request(autumn, []string{"Content-Type: " + asJSON + ";\r\n\tcharset=" + charset}, goodJSON)}
	},
	"coding": func(c chance) attempt {
		coding := pick(c, "gzip", "br", "deflate", "x-gzip", "gzip, identity", "identity, gzip", mark)
		media, body := asJSON, goodJSON
		if c.IntN(2) == 0 {
			media, body = asForm, goodForm
		}
		if c.IntN(2) == 0 {
			body = gzipped(body)
		}
		return attempt{status: 415, raw: c.request(autumn, []string{"Content-Type: " + media, "Content-Encoding: " + coding}, body)}
	},
	"origin": func(c chance) attempt {
		return c.either(403, autumn, pick(c, "Origin: null", "Origin: https://elsewhere.example", "Origin: http://plan.example.elsewhere.example",
			"Origin: http://plan.example:81", "Origin: "+mark, "Sec-Fetch-Site: cross-site", "Sec-Fetch-Site: same-site", "Sec-Fetch-Site: "+mark,
			"Sec-Fetch-Site: cross-site\r\nOrigin: http://plan.example"))
	},
	"method": func(c chance) attempt {
		return c.either(405, pick(c, "GET", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "CONNECT", "post", "BREW", mark)+" /answers/autumn HTTP/1.1")
	},
	"method on a page": func(c chance) attempt {
		return c.either(405, pick(c, "POST / HTTP/1.1", "PUT /surveys/autumn/survey.json HTTP/1.1", "DELETE /plan/ HTTP/1.1", "POST /healthz HTTP/1.1",
			"OPTIONS * HTTP/1.1", "CONNECT plan.example:443 HTTP/1.1", "POST /surveys/autumn/ HTTP/1.1", "POST /answers HTTP/1.1"))
	},
	"no survey": func(c chance) attempt {
		id := pick(c, "", "none", "autumn/", "autumn//", "/autumn", "autumn/x", "../autumn", "..%2fautumn", "autumn%00", "Autumn", "autumn%20", "*", mark, strings.Repeat("a", 1+c.IntN(4000)))
		return c.either(404, "POST /answers/"+id+" HTTP/1.1")
	},
	"not yet": func(c chance) attempt { return c.either(403, "POST /answers/later HTTP/1.1") },
	"over":    func(c chance) attempt { return c.either(410, "POST /answers/past HTTP/1.1") },
	"too large": func(c chance) attempt {
		more := maxBodyBytes + 1 + c.IntN(2000)
		if c.IntN(2) == 0 {
			return c.json(413, goodJSON+strings.Repeat(" ", more-len(goodJSON)))
		}
		return c.form(413, goodForm+strings.Repeat("&", more-len(goodForm)))
	},
	// Headers that say two things, and bodies that are not what the header said.
	"bad chunks": func(c chance) attempt {
		length := pick(c, "", "Content-Length: "+strconv.Itoa(1+c.IntN(100))+"\r\n") // chunks win
		end := pick(c, "g\r\n", "-1\r\n", "fffffffffffffffff\r\nx\r\n", "2\r\nabcd\r\n", "2\r\na", "\r\n", "0\r\nno trailer\r\n\r\n", "1;"+strings.Repeat("x", 5000)+"\r\n \r\n0\r\n\r\n", "")
		return attempt{status: 400, cut: true, raw: autumn + "\r\nHost: plan.example\r\n" + length +
			"Content-Type: " + asJSON + "\r\nTransfer-Encoding: chunked\r\n\r\n" + c.chunks(goodJSON) + end}
	},
	"shorter than told": func(c chance) attempt {
		return attempt{status: 400, cut: true, raw: autumn + "\r\nHost: plan.example\r\nContent-Type: " + asForm +
			"\r\nContent-Length: " + strconv.Itoa(len(goodForm)+1+c.IntN(60_000)) + "\r\n\r\n" + goodForm}
	},
	"chunks before their time": func(c chance) attempt {
		return attempt{status: 400, raw: "POST /answers/autumn HTTP/1.0\r\nContent-Type: " + asJSON +
			"\r\nTransfer-Encoding: chunked\r\n\r\n" + c.chunks(goodJSON) + "0\r\n\r\n"}
	},
	"two lengths": func(c chance) attempt {
		return bare(400, autumn, "Host: plan.example", "Content-Length: "+pick(c, "1", "+9", "-1", "9, 9", "0x9", "", "9 9", "99999999999999999999", mark))
	},
	"transfer coding": func(c chance) attempt {
		return bare(501, autumn, "Host: plan.example", "Transfer-Encoding: "+pick(c, "gzip, chunked", "identity", "xchunked", "chunked, chunked", "gzip", "", mark,
			"chunked\r\nTransfer-Encoding: chunked", "chunked\r\nTransfer-Encoding: identity"))
	},
	"huge header": func(c chance) attempt {
		return bare(431, autumn, "Host: plan.example", pick(c, "X: "+strings.Repeat("x", 24<<10+c.IntN(10_000)), strings.Repeat("X: "+mark+"\r\n", 3000)+"X: x"))
	},
	"broken header": func(c chance) attempt {
		return bare(400, autumn, pick(c, []string{"Host : plan.example"}, []string{"Host: plan.example", "X-" + mark}, []string{"Host: plan.example", ": " + mark},
			[]string{"Host: plan.example", "X\x00: " + mark}, []string{"Host: plan.example", "X: \x00"}, []string{"Host: plan.example", "X: a\x7fb"},
			[]string{"Host: plan.example", "あ: x"}, []string{" Host: plan.example"}, []string{"X: no host"},
			[]string{"Host: plan.example", "Host: plan.example"}, []string{"Host: plan example"}, []string{"Host: plan.example/\x01"})...)
	},
	"broken request": func(c chance) attempt {
		return bare(400, pick(c, "POST", "POST /answers/autumn", "/answers/autumn HTTP/1.1", "POST /answers/autumn HTTP/1", "POST /answers/autumn HTTX/1.1",
			"POST  /answers/autumn HTTP/1.1", "PO@ST /answers/autumn HTTP/1.1", "POST answers/autumn HTTP/1.1", "POST /answers/%zz HTTP/1.1",
			"POST /answers/\x01 HTTP/1.1", "\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03"+mark, "あ", goodJSON), "Host: plan.example")
	},
	"another version": func(c chance) attempt {
		return bare(505, "POST /answers/autumn HTTP/"+pick(c, "0.9", "2.0", "3.0", "9.9"), "Host: plan.example")
	},
	"expectation": func(c chance) attempt { return bare(417, autumn, "Host: plan.example", "Expect: "+mark) },
}
