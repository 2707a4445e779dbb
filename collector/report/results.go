package report

// The format: what results.json holds, how it is written and read again.

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"strconv"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
)

// Results is results.json. A field that is not known is absent; a thing that is
// suppressed carries no figure. Shares are per cent, indexes 0 to 100, both with
// one decimal.
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
	SHA256     string `json:"sha256"`            // of the file's bytes with this value empty, hex

	Questions []QuestionResult `json:"questions,omitzero"` // all but texts, in the definition's order; a group question is always suppressed
	Themes    []Theme          `json:"themes,omitzero"`    // in the order in which questions first name them
	Measures  []Measure        `json:"measures,omitzero"`  // likewise
	Groups    []Group          `json:"groups,omitzero"`    // options of the first group question
	Comments  []Comments       `json:"comments,omitzero"`
}

// QuestionResult is what everyone together answered.
type QuestionResult struct {
	ID         string           `json:"id"`
	Suppressed bool             `json:"suppressed,omitzero"`
	Range      *FavourableRange `json:"range,omitzero"` // in place of all below
	N          int              `json:"n,omitzero"`     // people who answered it
	Counts     *Counts          `json:"counts,omitzero"`
	Favourable *float64         `json:"favourable,omitzero"` // scales only, as all below
	Mean       *float64         `json:"mean,omitzero"`       // of the scores, from 1; a reversed scale's from the other end
	Low        *float64         `json:"low,omitzero"`        // 95 % interval of the favourable share
	High       *float64         `json:"high,omitzero"`
	Trend
}

// Trend is the difference from the survey before, in points, and whether it is
// more than chance explains (95 %).
type Trend struct {
	Change       *float64 `json:"change,omitzero"`
	BeyondChance *bool    `json:"beyond_chance,omitzero"`
}

// Range is a range of shares. It takes in From and not To, but To where that is 100.
type Range struct {
	From float64 `json:"from"`
	To   float64 `json:"to"`
}

// FavourableRange is all that is said of a favourable share.
type FavourableRange struct {
	Favourable Range `json:"favourable"`
}

// Size is a number of people to within five: From and To are among them.
type Size struct {
	From int `json:"from"`
	To   int `json:"to"`
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

// UnmarshalJSON reads what MarshalJSON writes.
func (c *Counts) UnmarshalJSON(data []byte) error {
	if data[0] == '{' {
		return json.Unmarshal(data, &c.Options)
	}
	return json.Unmarshal(data, &c.Points)
}

// Theme is the index of several scale questions.
type Theme struct {
	ID         string           `json:"id"`
	Suppressed bool             `json:"suppressed,omitzero"`
	Range      *FavourableRange `json:"range,omitzero"` // in place of all below
	N          int              `json:"n,omitzero"`     // people who answered at least one of them
	Index      *float64         `json:"index,omitzero"`
	Low        *float64         `json:"low,omitzero"` // 95 % interval
	High       *float64         `json:"high,omitzero"`
	Trend
}

// Measure is what the questions that watch a measure say of it.
type Measure struct {
	ID         string           `json:"id"`
	Questions  []string         `json:"questions"`
	Suppressed bool             `json:"suppressed,omitzero"`
	Range      *FavourableRange `json:"range,omitzero"`      // in place of all below
	Favourable *float64         `json:"favourable,omitzero"` // absent without a scale question
	Change     *float64         `json:"change,omitzero"`
}

// Group is one option of the published group question, with all that are part of it.
type Group struct {
	Question   string          `json:"question"`
	Value      string          `json:"value"`
	Suppressed bool            `json:"suppressed,omitzero"`
	MergedInto string          `json:"merged_into,omitzero"` // the printed group that takes in this hidden one
	Size       *Size           `json:"size,omitzero"`
	Headcount  int             `json:"headcount,omitzero"`
	Rate       *Size           `json:"rate,omitzero"`      // per cent of the headcount
	Questions  []GroupQuestion `json:"questions,omitzero"` // scales only
	Themes     []GroupTheme    `json:"themes,omitzero"`
}

// GroupQuestion is what a group answered to a scale.
type GroupQuestion struct {
	ID         string `json:"id"`
	Suppressed bool   `json:"suppressed,omitzero"`
	Favourable *Range `json:"favourable,omitzero"`
}

// GroupTheme is the mean of the ranges of a theme's questions that are printed.
type GroupTheme = GroupQuestion

// Comments are the texts written for one question.
type Comments struct {
	Question   string    `json:"question"`
	Suppressed bool      `json:"suppressed,omitzero"` // too few were written
	Texts      []Comment `json:"texts,omitzero"`      // those that the editor took, in the editor's order
}

// Comment is one text. Theme is the editor's word for what it is about, or empty.
type Comment struct {
	Theme string `json:"theme"`
	Text  string `json:"text"`
}

// ErrEdited is a results.json that is not as Encode wrote it.
var ErrEdited = errors.New("report: not as it was written")

// Parse reads results.json. A field that is not known is an error, and so is
// what does not have the sum that stands in it: ErrEdited.
func Parse(data []byte) (*Results, error) {
	r := new(Results)
	if err := json.Unmarshal(data, r, json.RejectUnknownMembers(true)); err != nil {
		return nil, fmt.Errorf("report: %w", err)
	}
	if sum(bytes.Replace(data, []byte(strconv.Quote(r.SHA256)), []byte(`""`), 1)) != r.SHA256 {
		return nil, ErrEdited
	}
	return r, nil
}

func sum(data []byte) string {
	sum := sha256.Sum256(data)
	return hex.EncodeToString(sum[:])
}

// Encode returns results.json with its sum: UTF-8, one line for each question,
// theme, measure, group and text question, so that a reviewer sees what changed.
func (r *Results) Encode() ([]byte, error) {
	unsigned := *r
	unsigned.SHA256 = ""
	plain, err := json.Marshal(unsigned)
	if err != nil {
		return nil, err
	}
	data := lines(plain)
	r.SHA256 = sum(data)
	return bytes.Replace(data, []byte("\n \"sha256\":\"\""), []byte("\n \"sha256\":"+strconv.Quote(r.SHA256)), 1), nil
}

// lines breaks an object into lines: one for each member, and one for each value
// of those that are arrays.
func lines(object []byte) []byte {
	var out bytes.Buffer
	d := jsontext.NewDecoder(bytes.NewReader(object)) // of what was just written: no errors
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
	return out.Bytes()
}
