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
// edition was hidden in earlier ones.
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
	"encoding/json"
	"strconv"
)

// Results is results.json. A field that is not known is absent; a thing that is
// suppressed carries no figure.
type Results struct {
	Survey    string `json:"survey"`
	Rehearsal bool   `json:"rehearsal,omitempty"` // the answers were made up

	// Suppressed says that there were fewer than Minimum responses: nothing
	// below but Minimum is set.
	Suppressed bool   `json:"suppressed,omitempty"`
	Responses  int    `json:"responses,omitempty"`
	Headcount  int    `json:"headcount,omitempty"` // people asked, where the definition says
	Minimum    int    `json:"minimum"`
	Previous   string `json:"previous,omitempty"` // id of the survey before this one

	Questions []Question `json:"questions,omitempty"` // all but the text questions, in the definition's order
	Themes    []Theme    `json:"themes,omitempty"`    // in the order in which questions first name them
	Measures  []Measure  `json:"measures,omitempty"`  // likewise
	Groups    []Group    `json:"groups,omitempty"`
	Comments  []Comments `json:"comments,omitempty"`
}

// Question is what everyone together answered.
type Question struct {
	ID         string   `json:"id"`
	Suppressed bool     `json:"suppressed,omitempty"`
	N          int      `json:"n,omitempty"` // people who answered it
	Counts     *Counts  `json:"counts,omitempty"`
	Favourable *float64 `json:"favourable,omitempty"` // per cent, scales only
	Mean       *float64 `json:"mean,omitempty"`       // of the scores, scales only
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
		return json.Marshal(c.Options)
	}
	return json.Marshal(c.Points)
}

// Theme is the index of several scale questions, 0 to 100.
type Theme struct {
	ID         string   `json:"id"`
	Suppressed bool     `json:"suppressed,omitempty"`
	N          int      `json:"n,omitempty"` // people who answered at least one of them
	Index      *float64 `json:"index,omitempty"`
}

// Measure is what the questions that watch a measure say of it.
type Measure struct {
	ID         string   `json:"id"`
	Questions  []string `json:"questions"`
	Suppressed bool     `json:"suppressed,omitempty"`
	Favourable *float64 `json:"favourable,omitempty"` // per cent; absent without a scale question
}

// Group is one option of a group question.
type Group struct {
	Question   string          `json:"question"`
	Value      string          `json:"value"`
	Suppressed bool            `json:"suppressed,omitempty"`
	N          int             `json:"n,omitempty"`
	Headcount  int             `json:"headcount,omitempty"`
	Questions  []GroupQuestion `json:"questions,omitempty"` // scales only
	Themes     []GroupTheme    `json:"themes,omitempty"`
}

// GroupQuestion is what a group answered to a scale.
type GroupQuestion struct {
	ID           string `json:"id"`
	Suppressed   bool   `json:"suppressed,omitempty"`
	N            int    `json:"n,omitempty"`
	Favourable   *Share `json:"favourable,omitempty"`
	Neutral      *Share `json:"neutral,omitempty"`
	Unfavourable *Share `json:"unfavourable,omitempty"`
}

// GroupTheme is a theme's index in a group, 0 to 100.
type GroupTheme struct {
	ID         string `json:"id"`
	Suppressed bool   `json:"suppressed,omitempty"`
	N          int    `json:"n,omitempty"`
	Index      *int   `json:"index,omitempty"`
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
	Suppressed bool     `json:"suppressed,omitempty"`
	Texts      []string `json:"texts,omitempty"`
}

// Encode returns results.json: UTF-8, one line for each question, theme,
// measure, group and text question, so that a reviewer sees what changed.
func (r *Results) Encode() ([]byte, error) {
	plain, err := encode(r)
	if err != nil {
		return nil, err
	}
	// Two levels are broken into lines; what lies deeper stays on one.
	var out bytes.Buffer
	depth, quoted, escaped := 0, false, false
	for _, b := range plain {
		if quoted {
			out.WriteByte(b)
			quoted = escaped || b != '"'
			escaped = b == '\\' && !escaped
			continue
		}
		switch b {
		case '"':
			quoted = true
		case '{', '[':
			depth++
			out.WriteByte(b)
			if depth <= 2 {
				newline(&out, depth)
			}
			continue
		case '}', ']':
			depth--
			if depth < 2 {
				newline(&out, depth)
			}
		case ',':
			out.WriteByte(b)
			if depth <= 2 {
				newline(&out, depth)
			}
			continue
		}
		out.WriteByte(b)
	}
	out.WriteByte('\n')
	return out.Bytes(), nil
}

func newline(out *bytes.Buffer, depth int) {
	out.WriteByte('\n')
	for range depth {
		out.WriteByte(' ')
	}
}

// encode is json.Marshal that leaves <, > and & as people wrote them.
func encode(v any) ([]byte, error) {
	var out bytes.Buffer
	e := json.NewEncoder(&out)
	e.SetEscapeHTML(false)
	if err := e.Encode(v); err != nil {
		return nil, err
	}
	return bytes.TrimSuffix(out.Bytes(), []byte("\n")), nil
}
