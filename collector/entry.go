package collector

// From what a person sent to what the journal stores.

import (
	"slices"

	"staffplan/collector/journal"
	"staffplan/collector/seal"
	"staffplan/collector/survey"
	"staffplan/collector/ticket"
)

// NewEntry checks an answer against the survey and makes the entry to store:
// canonical lines, sealed where the survey asks for it, and the hash of the
// ticket. All that is to put right is told at once, the ticket first; whether
// the ticket was given out and is unused, only the journal knows.
//
// With sealed_to every text question has a line, also when it was left blank:
// otherwise their number would tell how many wrote something. Sealing takes by
// far the most time, and holds no lock of the journal's: callers share the
// cores. The error is a recipient or a size that cannot be: no definition that
// survey.Parse has read gives one.
func NewEntry(d *survey.Definition, in survey.Input) (journal.Entry, []survey.FieldError, error) {
	response, wrong := d.Validate(in)
	var entry journal.Entry
	if d.Access == survey.AccessTicket && !slices.ContainsFunc(wrong, func(f survey.FieldError) bool { return f.Name == ticketField }) {
		// Validate has seen that there is one. Beside wrong answers it gives
		// no response, so the input is asked.
		code, err := ticket.Parse(in.Get(ticketField)[0])
		if err != nil {
			wrong = slices.Insert(wrong, 0, ticketMistyped)
		} else {
			entry.Ticket = code.Hash()
		}
	}
	if len(wrong) > 0 {
		return journal.Entry{}, wrong, nil
	}
	entry.Answer, entry.Texts = response.Answers, response.Texts
	if d.SealedTo == "" {
		return entry, nil, nil
	}
	answerSize, textSize := d.LineSizes()
	var err error
	if entry.Answer, err = sealed(d, answerSize, response.Answers); err != nil {
		return journal.Entry{}, nil, err
	}
	entry.Texts = d.EveryText(response)
	for i, line := range entry.Texts {
		if entry.Texts[i], err = sealed(d, textSize, line); err != nil {
			return journal.Entry{}, nil, err
		}
	}
	return entry, nil, nil
}

func sealed(d *survey.Definition, size int, line []byte) ([]byte, error) {
	s, err := seal.New(d.SealedTo, size)
	if err != nil {
		return nil, err
	}
	return s.Seal(line)
}

// ticketField is the control of the ticket, beside the questions.
const ticketField = "ticket"

// What may be wrong with a ticket beyond what package survey can see. A code
// that nobody was given and a slip of the finger are told apart, since they ask
// for different things.
var (
	ticketMistyped = survey.FieldError{Name: ticketField,
		Message: "回答券の番号に、書き間違いがあるようです。券と一文字ずつ見比べて、直してください。"}
	ticketUnknown = survey.FieldError{Name: ticketField,
		Message: "この番号の回答券は、このアンケートでは配っていません。ほかのアンケートの券でないかを確かめてください。分からないときは、券を配った担当に知らせてください。"}
	ticketUsed = survey.FieldError{Name: ticketField,
		Message: "この回答券の回答は、すでに受け取っています。もう一度送る必要はありません。覚えがないときは、券を配った担当に知らせてください。"}
)
