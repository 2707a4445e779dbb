// Package report turns the released answers of one survey into results.json:
// figures that may be published, and nothing else.
//
// # What is counted
//
// A scale of k points is scored 1 to k. Answers above the middle, (k+1)/2, are
// favourable, those on it neutral (only an odd scale has such), those below it
// unfavourable. The share of favourable answers is taken among those who
// answered the question.
//
// An index stands for a theme, the scale questions that name it. A person's
// score on an item is (score-1)/(k-1)×100; a person's score on the theme is the
// mean of the items answered; the index is the mean over the people who
// answered at least one. So everyone counts once, however many items they left
// blank.
//
// The figure of a measure is the mean of the favourable shares of its scale
// questions: each question weighs the same, and a reader can check the figure
// with the ones printed beside it.
//
// Sums are kept exactly (integers and big.Rat) and rounded once, half away from
// zero, at the end: 0.1 for everyone's figures, whole per cents in groups.
//
// # What is withheld
//
// Fewer than the definition's minimum of responses: no figure at all. A question
// fewer people answered: no figure of it, nor of a theme or measure that
// contains it, since the rest of the mean would give it back.
//
// Groups are the options of a group question; an option includes those that are
// part of it. Those who left the question blank, and those who chose an option
// others are part of, are cells of their own, which are never printed. If any
// cell is under the minimum, no group is shown: everyone's figures less the
// groups printed would be the figures of the few that remain. If it is so only
// among those who answered one question, no group is shown for that question.
// Where a definition has several group questions the first is shown: two ways to
// divide the same people can be subtracted from one another.
//
// In a group the counts 0 and 1 are both written "low", n-1 and n both "high":
// whole per cents of few people give back the counts, and that nobody or
// everybody answered one way would be known of each of them. What would give a
// "low" away by addition is left out too (see shares); a theme's index is left
// out where one of its questions is "high".
//
// Not promised yet: that a "low" cannot be worked out by adding up all groups
// where nobody left the group question blank, and that what is hidden in this
// edition was hidden in earlier ones. Nor are reversed scales turned round yet.
//
// Texts are printed as they were written, sorted, so that their order says
// nothing, where at least minimum_comments people wrote one. Whoever publishes
// them reads them first: a program cannot tell which text names somebody.
//
// # Sources
//
// The words threshold, group disclosure and secondary suppression, and the
// reasons for them, are those of the Handbook on Statistical Disclosure Control,
// second edition, chapters 4 and 5 (https://sdctools.github.io/HandbookSDC/).
package report

import (
	"bytes"
	"strconv"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
)

// Results is results.json. A field that is not known is absent; a thing that is
// suppressed carries no figure.
type Results struct {
	Survey    string `json:"survey"`
	Rehearsal bool   `json:"rehearsal,omitzero"` // the answers were made up

	// Suppressed says that there were fewer than Minimum responses: nothing
	// below but Minimum is set.
	Suppressed bool   `json:"suppressed,omitzero"`
	Responses  int    `json:"responses,omitzero"`
	Headcount  int    `json:"headcount,omitzero"` // people asked, where the definition says
	Minimum    int    `json:"minimum"`
	Previous   string `json:"previous,omitzero"` // id of the survey before this one

	Questions []QuestionResult `json:"questions,omitzero"` // all but the text questions, in the definition's order
	Themes    []Theme          `json:"themes,omitzero"`    // in the order in which questions first name them
	Measures  []Measure        `json:"measures,omitzero"`  // likewise
	Groups    []Group          `json:"groups,omitzero"`
	Comments  []Comments       `json:"comments,omitzero"`
}

// QuestionResult is what everyone together answered.
type QuestionResult struct {
	ID         string   `json:"id"`
	Suppressed bool     `json:"suppressed,omitzero"`
	N          int      `json:"n,omitzero"` // people who answered it
	Counts     *Counts  `json:"counts,omitzero"`
	Favourable *float64 `json:"favourable,omitzero"` // per cent, scales only
	Mean       *float64 `json:"mean,omitzero"`       // of the scores, scales only
}

// Counts are people by point of a scale, a JSON array whose first place is score
// 1; or by option of a choice or multi, a JSON object by value.
type Counts struct {
	Points  []int
	Options map[string]int
}

// MarshalJSON writes the one of the two that is set.
func (c Counts) MarshalJSON() ([]byte, error) {
	if c.Options != nil {
		return json.Marshal(c.Options, json.Deterministic(true))
	}
	return json.Marshal(c.Points)
}

// Theme is the index of several scale questions, 0 to 100.
type Theme struct {
	ID         string   `json:"id"`
	Suppressed bool     `json:"suppressed,omitzero"`
	N          int      `json:"n,omitzero"` // people who answered at least one of them
	Index      *float64 `json:"index,omitzero"`
}

// Measure is what the questions that watch a measure say of it.
type Measure struct {
	ID         string   `json:"id"`
	Questions  []string `json:"questions"`
	Suppressed bool     `json:"suppressed,omitzero"`
	Favourable *float64 `json:"favourable,omitzero"` // per cent; absent without a scale question
}

// Group is one option of a group question.
type Group struct {
	Question   string          `json:"question"`
	Value      string          `json:"value"`
	Suppressed bool            `json:"suppressed,omitzero"`
	N          int             `json:"n,omitzero"`
	Headcount  int             `json:"headcount,omitzero"`
	Questions  []GroupQuestion `json:"questions,omitzero"` // scales only
	Themes     []GroupTheme    `json:"themes,omitzero"`
}

// GroupQuestion is what a group answered to a scale.
type GroupQuestion struct {
	ID           string `json:"id"`
	Suppressed   bool   `json:"suppressed,omitzero"`
	N            int    `json:"n,omitzero"`
	Favourable   *Share `json:"favourable,omitzero"`
	Neutral      *Share `json:"neutral,omitzero"`
	Unfavourable *Share `json:"unfavourable,omitzero"`
}

// GroupTheme is a theme's index in a group, 0 to 100.
type GroupTheme struct {
	ID         string `json:"id"`
	Suppressed bool   `json:"suppressed,omitzero"`
	N          int    `json:"n,omitzero"`
	Index      *int   `json:"index,omitzero"`
}

// Share is a whole per cent of a group, or one of the two bands.
type Share int

const (
	Low  Share = -1 // 0 or 1 people
	High Share = -2 // all people or all but 1
)

// MarshalJSON writes a number, "low" or "high".
func (s Share) MarshalJSON() ([]byte, error) {
	switch s {
	case Low:
		return []byte(`"low"`), nil
	case High:
		return []byte(`"high"`), nil
	}
	return strconv.AppendInt(nil, int64(s), 10), nil
}

// Comments are the texts written for one question.
type Comments struct {
	Question   string   `json:"question"`
	Suppressed bool     `json:"suppressed,omitzero"`
	Texts      []string `json:"texts,omitzero"`
}

// Encode returns results.json: UTF-8, one line for each question, theme,
// measure, group and text question, so that a reviewer sees what changed.
func (r *Results) Encode() ([]byte, error) {
	plain, err := json.Marshal(r)
	if err != nil {
		return nil, err
	}
	var out bytes.Buffer
	d := jsontext.NewDecoder(bytes.NewReader(plain)) // of what was just written: no errors
	value := func(before string) {
		value, _ := d.ReadValue()
		out.WriteString(before)
		out.Write(value)
	}
	d.ReadToken()
	for before := "{\n "; d.PeekKind() != '}'; before = ",\n " {
		value(before)
		out.WriteByte(':')
		if d.PeekKind() != '[' {
			value("")
			continue
		}
		d.ReadToken()
		for before := "[\n  "; d.PeekKind() != ']'; before = ",\n  " {
			value(before)
		}
		d.ReadToken()
		out.WriteString("\n ]")
	}
	out.WriteString("\n}\n")
	return out.Bytes(), nil
}
