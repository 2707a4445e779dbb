package report

// Reading released lines, once for figures and tables. What is read here passed
// survey.Validate once; a line that does not fit the definition now was damaged
// or changed by hand, and nothing is made from such a file.

import (
	"errors"
	"fmt"
	"iter"

	"filippo.io/age"

	"staffplan/collector/journal"
	"staffplan/collector/seal"
	"staffplan/collector/survey"
)

// Responses are the answers of one survey as they were released, counted. However
// many there are, they take no more memory (but eight bytes each where sealed).
type Responses struct {
	Rehearsal bool // they were made up: what is made of them says so

	tally *tally
	texts *texts
}

// LineError is a line that is no answer to this survey: one that does not open,
// that is a copy of another one, or that is not of this survey and its questions.
// It names the file and the line, and never says what is in it. Since the recipient
// is public, anybody who can write to the files can seal a line.
type LineError struct {
	File string
	Err  error
}

func (e *LineError) Error() string { return e.File + ": " + e.Err.Error() }

func (e *LineError) Unwrap() error { return e.Err }

// Read counts released lines, and opens those of a sealed survey. Texts that are
// not in the file of decisions are new. The error is a *LineError, or what stopped
// the reading.
func Read(def *survey.Definition, released *journal.Released, decisions *Decisions, identities ...age.Identity) (*Responses, error) {
	t := newTally(def)
	r := &Responses{tally: t, texts: newTexts(def, decisions)}
	err := walk(def, released, identities, func(p person) error {
		t.add(p)
		return nil
	}, func(question, text string) error {
		r.texts.add(question, text)
		return nil
	})
	if err != nil {
		return nil, err
	}
	return r, nil
}

// walk goes through released lines. What it hands on counts only if it returns nil;
// a person is to be read only, and until the next one comes.
//
// They come in the order of the files. Those have no order that tells anything, but
// it is the order of the sealed lines: with it, copies of those lines from before the
// survey closed would tell whose answer is whose without any key. So nothing that is
// made of them may keep it.
func walk(def *survey.Definition, released *journal.Released, identities []age.Identity, answers func(person) error, text func(question, text string) error) error {
	scanner := def.Scanner()
	for _, file := range []struct {
		name  string
		lines iter.Seq2[[]byte, error]
		read  func(line []byte) (error, error)
	}{
		{"responses.jsonl", released.Answers, func(line []byte) (wrong, err error) {
			p, wrong := scanner.ReadAnswers(line)
			if wrong == nil {
				err = answers(p)
			}
			return wrong, err
		}},
		{"comments.jsonl", released.Texts, func(line []byte) (wrong, err error) {
			question, words, wrong := def.ReadText(line)
			if wrong == nil && !survey.Blank(words) { // as a sealed one may be, or an old one of what nobody can see
				err = text(question, words)
			}
			return wrong, err
		}},
	} {
		lines := file.lines
		if def.SealedTo != "" {
			lines = seal.OpenAll(lines, identities...)
		}
		var first *LineError
		n := 0
		for line, err := range lines {
			if shut, ok := errors.AsType[*seal.LineError](err); ok {
				return &LineError{file.name, shut}
			}
			if err != nil {
				return err
			}
			if n++; first != nil {
				continue // damage of the file, which is found at its end, would be why
			}
			wrong, err := file.read(line)
			if err != nil {
				return err
			}
			if wrong != nil {
				first = &LineError{file.name, fmt.Errorf("line %d: %w", n, wrong)}
			}
		}
		if first != nil {
			return first
		}
	}
	return nil
}
