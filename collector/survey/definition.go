package survey

// What a survey is: the shape of survey.json, and how it is read and written.

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"time"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
)

// What Definition.Access may say.
const (
	AccessOpen   = "open"   // whoever reaches the form may answer
	AccessTicket = "ticket" // one answer for each ticket
)

// The names in an answer that are no questions.
const (
	TicketName = "ticket" // of a survey that takes tickets
	OnceName   = "once"   // a random word, see Input.Once
)

// Definition is one survey, as survey.json gives it. Parse makes one whose
// rules all hold; it is then only read, so it may be shared. Where survey.json
// leaves out access, release, minimum or minimum_comments, Parse puts AccessOpen
// and 10.
type Definition struct {
	ID              string         `json:"id" validate:"survey_id"`
	Title           string         `json:"title" validate:"filled"`
	Opens           time.Time      `json:"opens" validate:"required"`                 // the first moment that takes answers
	Closes          time.Time      `json:"closes" validate:"omitempty,gtfield=Opens"` // the last one; zero for a standing form
	Access          string         `json:"access" validate:"oneof=open ticket"`
	SealedTo        string         `json:"sealed_to" validate:"omitempty,age_recipient"` // an age X25519 recipient, or empty
	Release         int            `json:"release" validate:"min=10"`                    // answers that wait together before any is released
	Minimum         int            `json:"minimum" validate:"min=10"`                    // people in the smallest group whose figures are shown
	MinimumComments int            `json:"minimum_comments" validate:"min=10"`           // the same for texts
	Previous        string         `json:"previous" validate:"omitempty,survey_id,nefield=ID"`
	Headcount       map[string]int `json:"headcount"` // people by option of a group question, where known
	Questions       []Question     `json:"questions" validate:"gt=0,dive"`
}

// Question is one question. Which fields it may have depends on its kind.
type Question struct {
	ID       string   `json:"id" validate:"name,ne=ticket,ne=once"`
	Kind     Kind     `json:"kind" validate:"kind"`
	Text     string   `json:"text" validate:"filled"`
	Required bool     `json:"required,omitzero"`
	Reversed bool     `json:"reversed,omitzero"`                      // scale: its last label is the least favourable
	Labels   []string `json:"labels,omitzero" validate:"dive,filled"` // scale: 2 to 11, lowest first
	Themes   []string `json:"themes,omitzero" validate:"unique,dive,name"`
	Measures []string `json:"measures,omitzero" validate:"unique,dive,name"`
	Group    bool     `json:"group,omitzero"` // choice: results are also shown by its options
	Options  []Option `json:"options,omitzero" validate:"dive"`
	Max      int      `json:"max,omitzero"` // text: characters (runes after NFC), at least 1
}

// Option is one answer to a choice or multi question. PartOf is the value of
// the wider option of the same question that it belongs to, or empty.
type Option struct {
	Value  string `json:"value" validate:"name"`
	Text   string `json:"text" validate:"filled"`
	PartOf string `json:"part_of"`
}

// State is where a survey stands at some moment.
type State int

const (
	NotYet State = iota // before Opens
	Open                // from Opens to Closes, both included
	Over                // after Closes
)

// Times are RFC 3339 strings; no time is the empty string.
var (
	readTime = json.WithUnmarshalers(json.UnmarshalFunc(func(data []byte, t *time.Time) error {
		text, err := jsontext.AppendUnquote(nil, data)
		if err != nil || len(text) == 0 {
			return err
		}
		return t.UnmarshalText(text)
	}))
	writeTime = json.WithMarshalers(json.MarshalFunc(func(t time.Time) ([]byte, error) {
		if t.IsZero() {
			return []byte(`""`), nil
		}
		return t.MarshalJSON()
	}))
)

// Parse reads a survey.json. A field that is not known, a repeated name,
// invalid UTF-8 and anything after the object are refused. The error is a
// *DefinitionError.
func Parse(data []byte) (*Definition, error) {
	d := &Definition{Access: AccessOpen, Release: 10, Minimum: 10, MinimumComments: 10}
	if err := json.Unmarshal(data, d, json.RejectUnknownMembers(true), readTime); err != nil {
		return nil, &DefinitionError{Problems: []FieldError{unreadable(data, err)}}
	}
	if problems := d.problems(); len(problems) > 0 {
		return nil, &DefinitionError{Problems: problems}
	}
	return d, nil
}

// IsID says whether that may be a survey's id.
func IsID(id string) bool { return surveyID.MatchString(id) }

// Load reads one definition from a file that stands in a folder named by the
// survey's id. The error names the file; it is a *DefinitionError unless the
// file could not be read.
func Load(file string) (*Definition, error) {
	data, err := os.ReadFile(file)
	if err != nil {
		return nil, fmt.Errorf("%s: 読めませんでした: %w", file, err)
	}
	d, err := Parse(data)
	if folder := filepath.Base(filepath.Dir(file)); err == nil && d.ID != folder {
		err = &DefinitionError{Problems: []FieldError{{"id", fmt.Sprintf("フォルダーの名前（%s）と同じにしてください。", folder)}}}
	}
	if broken, ok := errors.AsType[*DefinitionError](err); ok {
		broken.File = file
		return nil, broken
	}
	return d, nil
}

// Files are the surveys/*/survey.json of a built site, in the order of the ids.
// A site without such a folder is an error that wraps fs.ErrNotExist; a folder
// without surveys is not.
func Files(site string) ([]string, error) {
	surveys := filepath.Join(site, "surveys")
	folders, err := os.ReadDir(surveys)
	if err != nil {
		return nil, fmt.Errorf("%s: 読めませんでした。先に site build でページを作ってください: %w", surveys, err)
	}
	var files []string
	for _, folder := range folders {
		file := filepath.Join(surveys, folder.Name(), "survey.json")
		if _, err := os.Stat(file); folder.IsDir() && !errors.Is(err, fs.ErrNotExist) {
			files = append(files, file)
		}
	}
	return files, nil
}

// LoadSite reads all Files. It stops at the first one that cannot be used.
func LoadSite(site string) ([]*Definition, error) {
	files, err := Files(site)
	if err != nil {
		return nil, err
	}
	var all []*Definition
	for _, file := range files {
		d, err := Load(file)
		if err != nil {
			return nil, err
		}
		all = append(all, d)
	}
	return all, nil
}

// Asked is how many people were asked: the headcounts of the first group
// question's widest options. It is 0 where one of them is not known.
func (d *Definition) Asked() (people int) {
	at := slices.IndexFunc(d.Questions, func(q Question) bool { return q.Group })
	if at < 0 {
		return 0
	}
	for _, o := range d.Questions[at].Options {
		heads, known := d.Headcount[o.Value]
		switch {
		case o.PartOf != "":
		case !known:
			return 0
		default:
			people += heads
		}
	}
	return people
}

// JSON writes the definition as a survey.json in one canonical form. Parse
// reads it back, and what it reads writes the same bytes.
func (d *Definition) JSON() []byte {
	data, err := json.Marshal(d, json.Deterministic(true), writeTime)
	if err != nil {
		panic("survey: a definition that Parse did not make: " + err.Error())
	}
	return data
}

// Standing says whether the survey never closes.
func (d *Definition) Standing() bool { return d.Closes.IsZero() }

// State says whether answers are taken at that moment.
func (d *Definition) State(now time.Time) State {
	switch {
	case now.Before(d.Opens):
		return NotYet
	case d.Standing() || !now.After(d.Closes):
		return Open
	}
	return Over
}

// Question returns the question with that id, or nil.
func (d *Definition) Question(id string) *Question {
	if place := d.place(id); place >= 0 {
		return &d.Questions[place]
	}
	return nil
}

// place returns that of a question, or -1.
func (d *Definition) place(id string) int {
	for i := range d.Questions { // every answer asks for every question: nothing is copied
		if d.Questions[i].ID == id {
			return i
		}
	}
	return -1
}

// option returns the place of an option, or -1.
func (q *Question) option(value string) int {
	return slices.IndexFunc(q.Options, func(o Option) bool { return o.Value == value })
}
