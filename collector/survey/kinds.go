package survey

// The kinds of questions. Nothing else in this package tells them apart, but
// that free words stand in lines of their own.

import (
	"errors"
	"fmt"
	"slices"
	"strconv"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
)

// Kind is how a question is answered.
type Kind string

const (
	Scale  Kind = "scale"  // one point of as many as there are labels, scored from 1
	Choice Kind = "choice" // one option
	Multi  Kind = "multi"  // any number of options
	Text   Kind = "text"   // free words, stored apart from the other answers
)

// kind is what is known of a kind of question.
type kind struct {
	name    Kind
	fields  []string // those that it may have, of those that not every kind has
	missing string   // what to do where an answer is required
	methods
}

// kinds has a row for each, in the order in which messages name them.
var kinds = []kind{
	{Scale, []string{"labels", "reversed"}, "どれか一つを選んでください。", scale{}},
	{Choice, []string{"group", "options"}, "どれか一つを選んでください。", choice{}},
	{Multi, []string{"options"}, "一つ以上選んでください。", multi{}},
	{Text, []string{"max"}, "この欄に書いてください。", text{}},
}

// methods are what a kind does in its own way.
type methods interface {
	// check reports broken rules of a definition.
	check(q *Question, report func(field, message string))
	// append adds an answer as canonical JSON, or nothing where it is blank, or
	// says what to put right.
	append(to []byte, q *Question, a answer) (_ []byte, wrong string)
	// longest is how many bytes append may add.
	longest(q *Question) int
	// read gives what was chosen, as Definition.ReadAnswers does. Errors name
	// the rule, never the value.
	read(q *Question, value jsontext.Value) (places []int, err error)
	// scan is read for what append wrote, at the beginning of a line: it also
	// gives what follows, and is not ok where append cannot have written that.
	scan(s *scanned, line []byte) (places []int, rest []byte, ok bool)
}

// kind returns nil for one that does not exist.
func (q *Question) kind() *kind {
	for i := range kinds {
		if kinds[i].name == q.Kind {
			return &kinds[i]
		}
	}
	return nil
}

// Kinds returns all kinds.
func Kinds() []Kind {
	var names []Kind
	for _, k := range kinds {
		names = append(names, k.name)
	}
	return names
}

type scale struct{}

const fewestPoints, mostPoints = 2, 11

func (scale) check(q *Question, report func(field, message string)) {
	if len(q.Labels) < fewestPoints || len(q.Labels) > mostPoints {
		report("labels", fmt.Sprintf("段階の言葉を%dから%dまで並べてください。", fewestPoints, mostPoints))
	}
}

// append takes one or two ASCII digits without a sign, a leading zero, a
// fraction or an exponent, as the form sends them.
func (scale) append(to []byte, q *Question, a answer) ([]byte, string) {
	p, answered, wrong := a.single()
	if !answered {
		return to, wrong
	}
	n, err := strconv.Atoi(p.value)
	if err != nil || n < 1 || n > len(q.Labels) || p.value != strconv.Itoa(n) {
		return to, fmt.Sprintf("1から%dまでのどれか一つを選んでください。", len(q.Labels))
	}
	return append(to, p.value...), ""
}

func (scale) longest(q *Question) int { return len(strconv.Itoa(len(q.Labels))) }

func (scale) read(q *Question, value jsontext.Value) ([]int, error) {
	var n int
	if err := json.Unmarshal(value, &n); err != nil || n < 1 || n > len(q.Labels) {
		return nil, errors.New("not a point of the scale")
	}
	return []int{n - 1}, nil
}

func (scale) scan(s *scanned, line []byte) ([]int, []byte, bool) {
	if len(line) < 2 {
		return nil, nil, false
	}
	n, rest := int(line[0])-'0', line[1:]
	if digit := int(rest[0]) - '0'; n == 1 && digit == 0 || n == 1 && digit == 1 {
		n, rest = 10+digit, rest[1:]
	}
	if n < 1 || n > len(s.each) {
		return nil, nil, false
	}
	return s.each[n-1 : n : n], rest, true
}

type choice struct{}

func (choice) check(q *Question, report func(field, message string)) { q.checkOptions(report) }

func (choice) append(to []byte, q *Question, a answer) ([]byte, string) {
	p, answered, wrong := a.single()
	if !answered {
		return to, wrong
	}
	if p.shape != words || q.option(p.value) < 0 {
		return to, "並んでいる中から、どれか一つを選んでください。"
	}
	return appendQuoted(to, p.value), ""
}

func (choice) longest(q *Question) int {
	longest := 0
	for _, o := range q.Options {
		longest = max(longest, len(`""`)+len(o.Value))
	}
	return longest
}

func (choice) read(q *Question, value jsontext.Value) ([]int, error) {
	var chosen string
	if err := json.Unmarshal(value, &chosen); err != nil {
		return nil, errors.New("not an option")
	}
	return q.places(chosen)
}

func (choice) scan(s *scanned, line []byte) ([]int, []byte, bool) {
	place, rest, ok := s.option(line)
	if !ok {
		return nil, nil, false
	}
	return s.each[place : place+1 : place+1], rest, true
}

type multi struct{}

func (multi) check(q *Question, report func(field, message string)) { q.checkOptions(report) }

func (multi) append(to []byte, q *Question, a answer) ([]byte, string) {
	chosen := make([]bool, len(q.Options))
	for _, p := range a {
		if p.value == "" {
			continue
		}
		place := q.option(p.value)
		if p.shape != words || place < 0 {
			return to, "並んでいる中から選んでください。"
		}
		if chosen[place] {
			return to, "同じ選択肢が二度届きました。選び直して、もう一度送ってください。"
		}
		chosen[place] = true
	}
	separator, end := "[", ""
	for i, o := range q.Options {
		if chosen[i] {
			to = appendQuoted(append(to, separator...), o.Value)
			separator, end = ",", "]"
		}
	}
	return append(to, end...), ""
}

func (multi) longest(q *Question) int {
	longest := len(`[`)
	for _, o := range q.Options {
		longest += len(`"",`) + len(o.Value)
	}
	return longest
}

func (multi) read(q *Question, value jsontext.Value) ([]int, error) {
	var chosen []string
	if err := json.Unmarshal(value, &chosen); err != nil || len(chosen) == 0 {
		return nil, errors.New("not a list of options")
	}
	return q.places(chosen...)
}

func (multi) scan(s *scanned, line []byte) ([]int, []byte, bool) {
	if len(line) == 0 || line[0] != '[' {
		return nil, nil, false
	}
	s.chosen = s.chosen[:0]
	for next, rest := -1, line[1:]; ; rest = rest[1:] {
		place, after, ok := s.option(rest)
		if !ok || place <= next || len(after) == 0 {
			return nil, nil, false
		}
		next, rest = place, after
		s.chosen = append(s.chosen, place)
		switch rest[0] {
		case ']':
			return s.chosen, rest[1:], true
		case ',':
		default:
			return nil, nil, false
		}
	}
}

// places finds options.
func (q *Question) places(chosen ...string) (places []int, err error) {
	for _, value := range chosen {
		place := q.option(value)
		if place < 0 || slices.Contains(places, place) {
			return nil, errors.New("not an option, or one twice")
		}
		places = append(places, place)
	}
	return places, nil
}

// checkOptions holds the rules of options among each other.
func (q *Question) checkOptions(report func(field, message string)) {
	if len(q.Options) == 0 {
		report("options", "選択肢を一つ以上書いてください。")
	}
	for i, o := range q.Options {
		if q.option(o.Value) != i {
			report(fmt.Sprintf("options[%d].value", i), "同じ質問のほかの選択肢と違う名前にしてください。")
		}
		if o.PartOf != "" && q.option(o.PartOf) < 0 {
			report(fmt.Sprintf("options[%d].part_of", i), "同じ質問の、ほかの選択肢の value を書いてください。")
		}
		wider := i
		for range q.Options { // who climbs more steps than there are options goes round
			if wider = q.option(q.Options[wider].PartOf); wider < 0 {
				break
			}
		}
		if wider >= 0 {
			report(fmt.Sprintf("options[%d].part_of", i), "たどっていくと元に戻ってしまいます。どれか一つの part_of を空にしてください。")
		}
	}
}
