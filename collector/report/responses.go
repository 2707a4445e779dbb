package report

// Reading released lines, once for figures and tables. What is read here passed
// survey.Validate once; a line that does not fit the definition now was damaged
// or changed by hand, and nothing is made from such a file.

import (
	"cmp"
	"fmt"
	"slices"

	"filippo.io/age"

	"staffplan/collector/journal"
	"staffplan/collector/seal"
	"staffplan/collector/survey"
)

// Responses are the answers of one survey as they were released.
type Responses struct {
	Rehearsal bool // they were made up: what is made of them says so

	def    *survey.Definition
	people []person
	texts  []writing
}

type writing struct{ question, text string }

// Read reads released lines, and opens those of a sealed survey. An error names
// the file and the line, and never says what is in it: a line that does not
// open, that is a copy of another one, or that is not of this survey and its
// questions. Since the recipient is public, anybody who can write to the files
// can seal a line.
//
// Answers and texts are sorted by what they say. Those of the released files
// have no order that tells anything, but it is the order of the sealed lines:
// with it, copies of those lines from before the survey closed would tell whose
// answer is whose without any key.
func Read(def *survey.Definition, released *journal.Released, identities ...age.Identity) (*Responses, error) {
	r := &Responses{def: def}
	for _, file := range []struct {
		name  string
		lines [][]byte
		read  func(line []byte) error
	}{
		{"responses.jsonl", released.Answers, r.readAnswers},
		{"comments.jsonl", released.Texts, r.readText},
	} {
		lines := file.lines
		if def.SealedTo != "" {
			var err error
			if lines, err = seal.OpenAll(lines, identities...); err != nil {
				return nil, fmt.Errorf("%s: %w", file.name, err)
			}
		}
		for i, line := range lines {
			if err := file.read(line); err != nil {
				return nil, fmt.Errorf("%s: line %d: %w", file.name, i+1, err)
			}
		}
	}
	slices.SortFunc(r.people, func(a, b person) int { return slices.CompareFunc(a, b, slices.Compare) })
	slices.SortFunc(r.texts, func(a, b writing) int {
		return cmp.Or(cmp.Compare(a.question, b.question), cmp.Compare(a.text, b.text))
	})
	return r, nil
}

func (r *Responses) readAnswers(line []byte) error {
	p, err := r.def.ReadAnswers(line)
	r.people = append(r.people, p)
	return err
}

func (r *Responses) readText(line []byte) error {
	question, text, err := r.def.ReadText(line)
	if !survey.Blank(text) { // as a sealed one may be, or an old one of what nobody can see
		r.texts = append(r.texts, writing{question, text})
	}
	return err
}
