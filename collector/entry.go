package collector

// From what a person sent to what the journal stores.

import (
	"errors"
	"slices"

	"staffplan/collector/journal"
	"staffplan/collector/seal"
	"staffplan/collector/survey"
	"staffplan/collector/ticket"
)

// Encoder makes what is stored of the answers to one survey. It may be used by
// many at once.
type Encoder struct {
	def            *survey.Definition
	answers, texts *seal.Sealer // nil where lines are not sealed
}

// NewEncoder takes a definition that survey.Parse has read.
func NewEncoder(d *survey.Definition) *Encoder {
	e := &Encoder{def: d}
	if d.SealedTo == "" {
		return e
	}
	answers, text := d.LineSizes()
	var err1, err2 error
	e.answers, err1 = seal.New(d.SealedTo, answers)
	e.texts, err2 = seal.New(d.SealedTo, text)
	if err := errors.Join(err1, err2); err != nil {
		panic("collector: a definition that survey.Parse did not read: " + err.Error())
	}
	return e
}

// Entry checks an answer and makes the entry to store: canonical lines, sealed
// where the survey asks for it, and the hash of the ticket. All that is to put
// right is told at once, the ticket first; whether the ticket was given out and
// is unused, only the journal knows.
//
// Sealing takes by far the most time, and holds no lock of the journal's:
// callers share the cores.
func (e *Encoder) Entry(in survey.Input) (journal.Entry, []survey.FieldError, error) {
	lines, wrong := e.def.Validate(in)
	entry := journal.Entry{Answer: lines.Answers, Texts: lines.Texts}
	if e.def.Access == survey.AccessTicket && !slices.ContainsFunc(wrong, func(f survey.FieldError) bool { return f.Name == survey.TicketName }) {
		code, err := ticket.Parse(in.Get(survey.TicketName)[0]) // Validate has seen that there is one
		if err != nil {
			wrong = slices.Insert(wrong, 0, ticketMistyped)
		} else {
			entry.Ticket = code.Hash()
		}
	}
	if len(wrong) > 0 {
		return journal.Entry{}, wrong, nil
	}
	if e.answers == nil {
		return entry, nil, nil
	}
	var err error
	if entry.Answer, err = e.answers.Seal(entry.Answer); err != nil {
		return journal.Entry{}, nil, err
	}
	for i, text := range entry.Texts {
		if entry.Texts[i], err = e.texts.Seal(text); err != nil {
			return journal.Entry{}, nil, err
		}
	}
	return entry, nil, nil
}

// What may be wrong with a ticket beyond what package survey can see. A code
// that nobody was given and a slip of the finger are told apart, since they ask
// for different things.
var (
	ticketMistyped = survey.FieldError{Name: survey.TicketName,
		Message: "回答券の番号に、書き間違いがあるようです。券と一文字ずつ見比べて、直してください。"}
	ticketUnknown = survey.FieldError{Name: survey.TicketName,
		Message: "この番号の回答券は、このアンケートでは配っていません。ほかのアンケートの券でないかを確かめてください。分からないときは、券を配った担当に知らせてください。"}
)
