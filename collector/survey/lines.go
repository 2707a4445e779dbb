package survey

// The lines that are stored: one of answers for each person, and one for each
// text, so that nothing on disk tells which goes with which. Canonical JSON:
// names and options in the definition's order, points as numbers.

import (
	"errors"
	"fmt"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
)

// Lines are what is stored of one person's answers, without newlines. Nothing
// in them tells whether they came as a form or as JSON.
type Lines struct {
	Answers []byte // {"survey":"<id>","answers":{…}}
	// {"survey":"<id>","question":"<id>","text":"…"} for each text that was
	// written. With sealed_to there is one for every text question, since their
	// number would tell how many wrote something.
	Texts [][]byte
}

// LineSizes returns the bytes of the longest line that Validate can make of the
// answers, and of the longest of any text question; text is 0 where there is
// none. Sealing pads to them, so that no length tells what somebody answered.
func (d *Definition) LineSizes() (answers, text int) {
	line := d.appendStart(nil)
	for i := range d.Questions {
		q := &d.Questions[i]
		if longest := q.kind().longest(q); q.Kind == Text {
			text = max(text, len(d.textLine(q, nil))+longest)
		} else {
			answers += longest
			line = appendMember(line, q, nil)
		}
	}
	return answers + len(line) + len(answersEnd), text
}

const answersEnd = "}}"

// appendStart begins the line of the answers.
func (d *Definition) appendStart(to []byte) []byte {
	return fmt.Appendf(to, `{"survey":"%s","answers":{`, d.ID)
}

// appendMember adds the answer to one question.
func appendMember(to []byte, q *Question, value []byte) []byte {
	if to[len(to)-1] != '{' {
		to = append(to, ',')
	}
	to = append(appendQuoted(to, q.ID), ':')
	return append(to, value...)
}

// textLine is the line of a text.
func (d *Definition) textLine(q *Question, value []byte) []byte {
	return fmt.Appendf(nil, `{"survey":"%s","question":"%s","text":%s}`, d.ID, q.ID, value)
}

// appendQuoted adds what needs no escapes, as names and ids do not.
func appendQuoted(to []byte, text string) []byte {
	return append(append(append(to, '"'), text...), '"')
}

// ReadAnswers reads a line of answers. It returns for each question the places
// in Labels or Options that were chosen, counted from 0; none where it was left
// blank, and for a text. A line that Validate cannot have made for d is an
// error, which names the question and the rule, never the value.
func (d *Definition) ReadAnswers(line []byte) ([][]int, error) {
	var record struct {
		Survey  string                    `json:"survey"`
		Answers map[string]jsontext.Value `json:"answers"`
	}
	if err := d.readLine(line, &record, &record.Survey); err != nil {
		return nil, err
	}
	places, known := make([][]int, len(d.Questions)), 0
	for i := range d.Questions {
		q := &d.Questions[i]
		value, answered := record.Answers[q.ID]
		if !answered {
			continue
		}
		known++
		var err error
		if places[i], err = q.kind().read(q, value); err != nil {
			return nil, fmt.Errorf("question %s: %w", q.ID, err)
		}
	}
	if known != len(record.Answers) {
		return nil, errors.New("has a question that is not in the definition")
	}
	return places, nil
}

// ReadText reads a line of a text. The text is empty where a sealed survey's
// was left blank, and nowhere else. Errors are as in ReadAnswers.
func (d *Definition) ReadText(line []byte) (question, text string, err error) {
	var record struct {
		Survey   string `json:"survey"`
		Question string `json:"question"`
		Text     string `json:"text"`
	}
	if err := d.readLine(line, &record, &record.Survey); err != nil {
		return "", "", err
	}
	if q := d.Question(record.Question); q == nil || q.Kind != Text {
		return "", "", errors.New("has a question that is not a text question of the definition")
	}
	if record.Text == "" && d.SealedTo == "" {
		return "", "", errors.New("is blank")
	}
	return record.Question, record.Text, nil
}

// readLine decodes one JSON object. What the decoder says of it quotes what it
// read, which may be somebody's words, and is not passed on.
func (d *Definition) readLine(line []byte, record any, id *string) error {
	if err := json.Unmarshal(line, record, json.RejectUnknownMembers(true)); err != nil {
		return errors.New("is not a line of this file")
	}
	if *id != d.ID {
		return errors.New("belongs to another survey")
	}
	return nil
}
