package survey

// Whether what was sent answers the questions, and the lines that are stored.

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

// Response is what is stored of one answer. Nothing in it tells whether it
// came as a form or as JSON.
type Response struct {
	Answers []byte   // {"survey":"<id>","answers":{…}}, no newline
	Texts   [][]byte // {"survey":"<id>","question":"<id>","text":"…"} for each text that was written
	Ticket  string   // as typed; empty if none
}

// mostUnknown bounds how many unknown names are reported: a body of 64 KiB can
// hold thousands.
const mostUnknown = 10

// Validate checks an answer against the questions. It returns either the lines
// to store, or what to put right: the ticket first, then the questions in the
// definition's order, then the first ten unknown names. It may be called by
// many at once.
func (d *Definition) Validate(in Input) (Response, []FieldError) {
	var few [48]sent
	byQuestion := few[:]
	if len(d.Questions) > len(few) {
		byQuestion = make([]sent, len(d.Questions))
	}
	var ticket sent
	var unknown []FieldError
	size, next := len(`{"survey":"","answers":{}}`)+len(d.ID), 0
	for i, p := range in.pairs {
		var s *sent
		if place := d.find(p.name, next); place >= 0 {
			s, next = &byQuestion[place], place+1
			size += len(p.name) + len(p.value) + len(`"":"",`)
		} else if p.name == ticketName {
			s = &ticket
		} else {
			same := func(e FieldError) bool { return e.Name == p.name }
			if len(unknown) < mostUnknown && !slices.ContainsFunc(unknown, same) {
				unknown = append(unknown, FieldError{p.name, "このアンケートにない項目です。ページを開き直して、もう一度送ってください。"})
			}
			continue
		}
		if s.times == 0 {
			s.first = i
		}
		s.times++
	}

	var r Response
	var wrong []FieldError
	refuse := func(name, message string) { wrong = append(wrong, FieldError{name, message}) }
	var message string
	if r.Ticket, message = d.ticket(in, ticket); message != "" {
		refuse(ticketName, message)
	}
	r.Answers = append(make([]byte, 0, size), `{"survey":"`...)
	r.Answers = append(r.Answers, d.ID...)
	r.Answers = append(r.Answers, `","answers":{`...)
	start := len(r.Answers)
	for i := range d.Questions {
		q := &d.Questions[i]
		before := len(r.Answers)
		var text []byte
		switch q.Kind {
		case Text:
			text, message = d.text(q, in, byQuestion[i])
		default:
			if before > start {
				r.Answers = append(r.Answers, ',')
			}
			r.Answers = append(r.Answers, '"')
			r.Answers = append(r.Answers, q.ID...)
			r.Answers = append(r.Answers, '"', ':')
			value := len(r.Answers)
			r.Answers, message = q.append(r.Answers, in, byQuestion[i])
			if len(r.Answers) == value {
				r.Answers = r.Answers[:before]
			}
		}
		if text != nil {
			r.Texts = append(r.Texts, text)
		}
		if message != "" {
			refuse(q.ID, message)
		} else if q.Required && text == nil && len(r.Answers) == before {
			refuse(q.ID, missing[q.Kind])
		}
	}
	if len(wrong) == 0 && len(unknown) == 0 && len(r.Answers) == start && len(r.Texts) == 0 {
		refuse(d.Questions[0].ID, "まだ何も答えられていません。どれか一つには答えてから送ってください。")
	}
	if wrong = append(wrong, unknown...); len(wrong) > 0 {
		return Response{}, wrong
	}
	r.Answers = append(r.Answers, '}', '}')
	return r, nil
}

var missing = map[Kind]string{
	Scale:  "どれか一つを選んでください。",
	Choice: "どれか一つを選んでください。",
	Multi:  "一つ以上選んでください。",
	Text:   "この欄に書いてください。",
}

const onlyOne = "答えが二つ以上届きました。一つだけにして、もう一度送ってください。"

// sent is where the pairs of one name are: the place of the first, and how
// many there are.
type sent struct{ first, times int }

// find returns the place of a question. Most people send them in order, so it
// looks from there on, round to the beginning.
func (d *Definition) find(name string, from int) int {
	for i := range d.Questions[from:] {
		if d.Questions[from+i].ID == name {
			return from + i
		}
	}
	for i := range d.Questions[:from] {
		if d.Questions[i].ID == name {
			return i
		}
	}
	return -1
}

// single returns the one pair of a name that takes one; without a message and
// with no pair, nothing was answered.
func (in Input) single(s sent) (p pair, answered bool, message string) {
	if s.times == 0 {
		return pair{}, false, ""
	}
	p = in.pairs[s.first]
	if s.times > 1 || p.listed {
		return pair{}, false, onlyOne
	}
	return p, p.value != "", ""
}

// append adds the value of an answer that is no text, or nothing.
func (q *Question) append(to []byte, in Input, s sent) (_ []byte, message string) {
	if q.Kind == Multi {
		return q.appendChosen(to, in, s)
	}
	p, answered, message := in.single(s)
	if !answered {
		return to, message
	}
	if q.Kind == Scale {
		points := len(q.Labels)
		if n, ok := point(p); ok && n <= points {
			return strconv.AppendInt(to, int64(n), 10), ""
		}
		return to, fmt.Sprintf("1から%dまでのどれか一つを選んでください。", points)
	}
	if p.shape != words || q.option(p.value) < 0 {
		return to, "並んでいる中から、どれか一つを選んでください。"
	}
	return appendName(to, p.value), ""
}

// appendChosen adds the chosen options in the definition's order.
func (q *Question) appendChosen(to []byte, in Input, s sent) (_ []byte, message string) {
	before := len(to)
	var few [48]bool
	chosen := few[:]
	if len(q.Options) > len(few) {
		chosen = make([]bool, len(q.Options))
	}
	any := false
	for i := s.first; s.times > 0; i++ {
		p := in.pairs[i]
		if p.name != q.ID {
			continue
		}
		s.times--
		if p.value == "" {
			continue
		}
		place := q.option(p.value)
		if p.shape != words || place < 0 {
			return to, "並んでいる中から選んでください。"
		}
		if chosen[place] {
			return to, "同じ選択肢が二度届きました。選び直して、もう一度送ってください。"
		}
		chosen[place], any = true, true
	}
	if !any {
		return to, ""
	}
	for i, o := range q.Options {
		if !chosen[i] {
			continue
		}
		if len(to) == before {
			to = append(to, '[')
		} else {
			to = append(to, ',')
		}
		to = appendName(to, o.Value)
	}
	return append(to, ']'), ""
}

// appendName adds what matches a name, so it needs no escapes.
func appendName(to []byte, name string) []byte {
	to = append(to, '"')
	to = append(to, name...)
	return append(to, '"')
}

// point reads a point of a scale: one or two ASCII digits without a sign, a
// leading zero, a fraction or an exponent, as the form sends it.
func point(p pair) (n int, ok bool) {
	if p.shape > number || len(p.value) > 2 || p.value[0] == '0' {
		return 0, false
	}
	for _, c := range []byte(p.value) {
		if c < '0' || c > '9' {
			return 0, false
		}
		n = 10*n + int(c-'0')
	}
	return n, true
}

// text makes the line of a text, or nil where nothing was written.
func (d *Definition) text(q *Question, in Input, s sent) (line []byte, message string) {
	p, answered, message := in.single(s)
	if !answered {
		return nil, message
	}
	if p.shape != words {
		return nil, "文章で書いてください。"
	}
	text := p.value
	characters, plain := plainLength(text)
	if !plain {
		if strings.IndexByte(text, '\r') >= 0 {
			text = LineFeeds(text)
		}
		text = norm.NFC.String(text)
		characters = utf8.RuneCountInString(text)
	}
	if strings.TrimSpace(text) == "" {
		return nil, ""
	}
	if !plain && strings.ContainsFunc(text, invisible) {
		return nil, "目に見えない制御文字がまじっています。貼り付けたところを打ち直して、もう一度送ってください。"
	}
	if over := characters - q.Max; over > 0 {
		return nil, fmt.Sprintf("%d文字までです。あと%d文字減らしてください。", q.Max, over)
	}
	line = d.appendTextStart(make([]byte, 0, d.emptyText(q)+len(text)+16), q)
	line = appendEscaped(line, text)
	return append(line, textEnd...), ""
}

// appendTextStart adds all of a text's line that comes before the text.
func (d *Definition) appendTextStart(to []byte, q *Question) []byte {
	to = append(to, `{"survey":"`...)
	to = append(to, d.ID...)
	to = append(to, `","question":"`...)
	to = append(to, q.ID...)
	return append(to, `","text":"`...)
}

const textEnd = `"}`

// emptyText is the size of a text's line without the text.
func (d *Definition) emptyText(q *Question) int {
	return len(`{"survey":"","question":"","text":""}`) + len(d.ID) + len(q.ID)
}

// plainLength counts the characters of a text that is stored as it was sent:
// it has only runes that NFC leaves alone whatever stands beside them
// (NFC_Quick_Check=Yes and combining class 0, UAX #15 section 9), no control
// character but the line break and the tab, and no CR. Japanese typed by hand
// is nearly always so; looking at the bytes, which are UTF-8 by now, is ten
// times as fast as asking norm.
func plainLength(text string) (characters int, plain bool) {
	for i := 0; i < len(text); characters++ {
		switch b := text[i]; {
		case b >= ' ' && b <= '~', b == '\n', b == '\t':
			i++
		case b >= 0xE4 && b <= 0xE9: // U+4000 to U+9FFF: kanji
			i += 3
		case b == 0xE3 && plainKana(text[i+1], text[i+2]),
			b == 0xEF && (text[i+1] == 0xBC && text[i+2] > 0x80 || text[i+1] == 0xBD && text[i+2] <= 0xA0): // U+FF01 to U+FF60: full width
			i += 3
		default:
			return 0, false
		}
	}
	return characters, true
}

// plainKana tells by the second and third byte whether a rune is of U+3000 to
// U+30FF (punctuation, kana) and no combining mark: those are U+302A to U+302F
// and U+3099 and U+309A.
func plainKana(second, third byte) bool {
	switch second {
	case 0x80:
		return third < 0xAA || third > 0xAF
	case 0x82:
		return third != 0x99 && third != 0x9A
	}
	return second <= 0x83
}

// appendEscaped adds a text inside a JSON string, in the form of RFC 8785
// section 3.2.2.2. Of what that escapes only these four can be left in a text.
func appendEscaped(to []byte, text string) []byte {
	from := 0
	for i := range len(text) {
		escape := text[i]
		if escape > '\\' { // most of Japanese
			continue
		}
		switch escape {
		case '"', '\\':
		case '\n':
			escape = 'n'
		case '\t':
			escape = 't'
		default:
			continue
		}
		to = append(to, text[from:i]...)
		to = append(to, '\\', escape)
		from = i + 1
	}
	return append(to, text[from:]...)
}

// LineFeeds turns CRLF, and a CR alone, into LF.
func LineFeeds(text string) string { return lineFeeds.Replace(text) }

var lineFeeds = strings.NewReplacer("\r\n", "\n", "\r", "\n")

// invisible tells control characters (Unicode category Cc) other than the line
// break and the tab.
func invisible(r rune) bool { return r != '\n' && r != '\t' && unicode.IsControl(r) }

// ticket returns the ticket as typed.
func (d *Definition) ticket(in Input, s sent) (code, message string) {
	p, answered, message := in.single(s)
	switch {
	case message != "":
		return "", message
	case !answered || strings.TrimSpace(p.value) == "":
		if d.Access == AccessTicket {
			return "", "配られた回答券の番号を書いてください。"
		}
		return "", ""
	case d.Access != AccessTicket:
		return "", "このアンケートに回答券はいりません。番号を消して、もう一度送ってください。"
	case p.shape != words:
		return "", "回答券の番号を文字列で送ってください。"
	}
	return p.value, ""
}
