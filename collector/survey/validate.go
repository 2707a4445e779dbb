package survey

// Whether what was sent answers the questions.

import (
	"slices"
	"strings"
)

// mostUnknown bounds how many unknown names are reported: a body can hold
// thousands.
const mostUnknown = 10

// Validate checks an answer against the questions. It returns either the lines
// to store, or what to put right: the ticket and the word first, then the
// questions in the definition's order, then the first ten unknown names. It may
// be called by many at once.
func (d *Definition) Validate(in Input) (Lines, []FieldError) {
	answers := make([]answer, len(d.Questions))
	var ticket, once answer
	var wrong, unknown []FieldError
	for i, p := range in.pairs {
		a := &ticket
		switch p.name {
		case TicketName:
		case OnceName:
			a = &once
		default:
			place := d.place(p.name)
			if place < 0 {
				same := func(e FieldError) bool { return e.Name == p.name }
				if len(unknown) < mostUnknown && !slices.ContainsFunc(unknown, same) {
					unknown = append(unknown, FieldError{p.name, "このアンケートにない項目です。ページを開き直して、もう一度送ってください。"})
				}
				continue
			}
			a = &answers[place]
		}
		if *a == nil {
			*a = in.pairs[i : i+1 : i+1] // most names come once, and cost nothing
		} else {
			*a = append(*a, p)
		}
	}

	refuse := func(name, message string) { wrong = append(wrong, FieldError{name, message}) }
	if message := d.checkTicket(ticket); message != "" {
		refuse(TicketName, message)
	}
	if _, sent, message := once.single(); message != "" || sent && in.Once() == "" {
		refuse(OnceName, "二重に数えないための語（once）は一つだけで、半角の英数字、ハイフン、下線の16文字から64文字までです。")
	}
	lines := Lines{Answers: d.appendStart(make([]byte, 0, 64+32*len(d.Questions)))}
	var value []byte
	any := false
	for i := range d.Questions {
		q, k, message := &d.Questions[i], d.Questions[i].kind(), ""
		value, message = k.append(value[:0], q, answers[i])
		answered := len(value) > 0
		any = any || answered
		switch {
		case message != "":
			refuse(q.ID, message)
		case !answered && q.Required:
			refuse(q.ID, k.missing)
		case q.Kind == Text && answered:
			lines.Texts = append(lines.Texts, d.textLine(q, value))
		case q.Kind == Text && d.SealedTo != "":
			lines.Texts = append(lines.Texts, d.textLine(q, []byte(`""`)))
		case answered:
			lines.Answers = appendMember(lines.Answers, q, value)
		}
	}
	if wrong = append(wrong, unknown...); len(wrong) == 0 && !any {
		refuse(d.Questions[0].ID, "まだ何も答えられていません。どれか一つには答えてから送ってください。")
	}
	if len(wrong) > 0 {
		return Lines{}, wrong
	}
	lines.Answers = append(lines.Answers, answersEnd...)
	return lines, nil
}

// answer is what was sent under one name.
type answer []pair

// single returns the one pair of a name that takes one; without a message and
// with no pair, nothing was answered.
func (a answer) single() (p pair, answered bool, message string) {
	switch {
	case len(a) == 0:
		return pair{}, false, ""
	case len(a) > 1 || a[0].listed:
		return pair{}, false, "答えが二つ以上届きました。一つだけにして、もう一度送ってください。"
	}
	return a[0], a[0].value != "", ""
}

// checkTicket says whether there is a ticket where one is asked. What it should
// look like is not a survey's business.
func (d *Definition) checkTicket(a answer) (message string) {
	p, _, message := a.single()
	switch {
	case message != "":
		return message
	case strings.TrimSpace(p.value) == "":
		if d.Access == AccessTicket {
			return "配られた回答券の番号を書いてください。"
		}
		return ""
	case d.Access != AccessTicket:
		return "このアンケートに回答券はいりません。番号を消して、もう一度送ってください。"
	case p.shape != words:
		return "回答券の番号を文字列で送ってください。"
	}
	return ""
}
