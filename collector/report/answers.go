package report

// Reading released lines. What is read here passed survey.Validate once; a line
// that does not fit the definition now was damaged or changed by hand, and no
// figure is made from such a file.

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"

	"filippo.io/age"

	"staffplan/collector/journal"
	"staffplan/collector/seal"
	"staffplan/collector/survey"
)

// Open gives the lines of a sealed survey as they were before they were sealed,
// without the texts that were left blank. An error names the file and the line,
// and never says what is in it: a line that does not open, that is a copy of
// another one, or that is not of this survey and one of its questions. Since
// the recipient is public, anybody who can write to the files can seal a line.
func Open(def *survey.Definition, released *journal.Released, identities ...age.Identity) (*journal.Released, error) {
	answers, err := seal.OpenAll(released.Answers, identities...)
	if err != nil {
		return nil, fmt.Errorf("responses.jsonl: %w", err)
	}
	for i, line := range answers {
		if _, err := readAnswer(def, line); err != nil {
			return nil, fmt.Errorf("responses.jsonl: line %d: %w", i+1, err)
		}
	}
	texts, err := seal.OpenAll(released.Texts, identities...)
	if err != nil {
		return nil, fmt.Errorf("comments.jsonl: %w", err)
	}
	written := texts[:0]
	for i, line := range texts {
		_, text, err := readText(def, line)
		if err != nil {
			return nil, fmt.Errorf("comments.jsonl: line %d: %w", i+1, err)
		}
		if text != "" {
			written = append(written, line)
		}
	}
	return &journal.Released{Answers: answers, Texts: written}, nil
}

// person is one response. Places are those of the definition's questions.
type person struct {
	points  []int   // score on a scale, 0 where blank
	choices [][]int // options of a choice or multi, by place in the definition
}

func (p *person) chosen(question int) (option int, ok bool) {
	if len(p.choices[question]) == 0 {
		return 0, false
	}
	return p.choices[question][0], true
}

// readAnswer reads a line of responses.jsonl. Errors name the question and the
// rule, never the value.
func readAnswer(def *survey.Definition, line []byte) (*person, error) {
	var record struct {
		Survey  string                     `json:"survey"`
		Answers map[string]json.RawMessage `json:"answers"`
	}
	if err := strict(line, &record); err != nil {
		return nil, err
	}
	if record.Survey != def.ID {
		return nil, errors.New("belongs to another survey")
	}
	p := &person{points: make([]int, len(def.Questions)), choices: make([][]int, len(def.Questions))}
	known := 0
	for i, q := range def.Questions {
		raw, ok := record.Answers[q.ID]
		if !ok {
			continue
		}
		known++
		if err := p.read(i, q, raw); err != nil {
			return nil, fmt.Errorf("question %s: %w", q.ID, err)
		}
	}
	if known != len(record.Answers) {
		return nil, errors.New("has a question that is not in the definition")
	}
	return p, nil
}

func (p *person) read(i int, q survey.Question, raw json.RawMessage) error {
	var values []string
	switch q.Kind {
	case survey.Scale:
		if err := strict(raw, &p.points[i]); err != nil || p.points[i] < 1 || p.points[i] > len(q.Labels) {
			return errors.New("not a point of the scale")
		}
		return nil
	case survey.Choice:
		values = make([]string, 1)
		if err := strict(raw, &values[0]); err != nil {
			return errors.New("not an option")
		}
	case survey.Multi:
		if err := strict(raw, &values); err != nil || len(values) == 0 {
			return errors.New("not a list of options")
		}
	default:
		return errors.New("its texts are kept elsewhere")
	}
	for _, value := range values {
		option := slices.IndexFunc(q.Options, func(o survey.Option) bool { return o.Value == value })
		if option < 0 || slices.Contains(p.choices[i], option) {
			return errors.New("not an option, or one twice")
		}
		p.choices[i] = append(p.choices[i], option)
	}
	return nil
}

// readWritten reads a line of comments.jsonl that somebody wrote something in.
func readWritten(def *survey.Definition, line []byte) (question, text string, err error) {
	question, text, err = readText(def, line)
	if err == nil && text == "" {
		err = errors.New("is blank")
	}
	return question, text, err
}

// readText reads a line of comments.jsonl. Only where it was sealed may the text
// be empty.
func readText(def *survey.Definition, line []byte) (question, text string, err error) {
	var record struct {
		Survey   string `json:"survey"`
		Question string `json:"question"`
		Text     string `json:"text"`
	}
	if err := strict(line, &record); err != nil {
		return "", "", err
	}
	if record.Survey != def.ID {
		return "", "", errors.New("belongs to another survey")
	}
	if q := def.Question(record.Question); q == nil || q.Kind != survey.Text {
		return "", "", errors.New("has a question that is not a text question of the definition")
	}
	return record.Question, record.Text, nil
}

// strict decodes one JSON value and nothing after it. The decoder's own errors
// quote what they read, which may be somebody's words: they are not passed on.
func strict(data []byte, v any) error {
	d := json.NewDecoder(bytes.NewReader(data))
	d.DisallowUnknownFields()
	if err := d.Decode(v); err != nil {
		return errors.New("is not a line of this file")
	}
	if _, err := d.Token(); err != io.EOF {
		return errors.New("is not a line of this file")
	}
	return nil
}
