package survey

// Reading many lines of answers. What Validate wrote has one form, and is walked
// byte by byte; any other line is left to ReadAnswers, so that the same is accepted
// and refused, in the same words.

import "bytes"

// Scanner reads lines of answers to one survey. It is not for several at once.
type Scanner struct {
	def       *Definition
	start     []byte
	questions []scanned
	places    [][]int
}

// scanned is a question as scan needs it.
type scanned struct {
	kind   *kind
	member []byte         // its name, as it begins a member: a comma, which the first has not
	each   []int          // 0, 1, 2 and so on: of which places are a part, without memory of their own
	values map[string]int // places of options
	chosen []int          // by multi
}

// Scanner makes one.
func (d *Definition) Scanner() *Scanner {
	s := &Scanner{def: d, start: d.appendStart(nil), places: make([][]int, len(d.Questions))}
	for i := range d.Questions {
		q := &d.Questions[i]
		of := scanned{kind: q.kind(), member: append(appendQuoted([]byte{','}, q.ID), ':'), values: map[string]int{}}
		for place := range max(len(q.Labels), len(q.Options)) {
			of.each = append(of.each, place)
		}
		for place, o := range q.Options {
			of.values[o.Value] = place
		}
		s.questions = append(s.questions, of)
	}
	return s
}

// ReadAnswers is Definition.ReadAnswers. What it returns is to be read only, and
// until the next line.
func (s *Scanner) ReadAnswers(line []byte) ([][]int, error) {
	if s.scan(line) {
		return s.places, nil
	}
	return s.def.ReadAnswers(line)
}

func (s *Scanner) scan(line []byte) bool {
	rest, ok := bytes.CutPrefix(line, s.start)
	if !ok {
		return false
	}
	clear(s.places)
	comma := 1 // where a member begins
	for i := range s.questions {
		q := &s.questions[i]
		member := q.member[comma:]
		if !bytes.HasPrefix(rest, member) {
			continue // left blank
		}
		if s.places[i], rest, ok = q.kind.scan(q, rest[len(member):]); !ok {
			return false
		}
		comma = 0
	}
	return string(rest) == answersEnd
}

// option reads the name of an option.
func (s *scanned) option(line []byte) (place int, rest []byte, ok bool) {
	if len(line) == 0 || line[0] != '"' {
		return 0, nil, false
	}
	end := bytes.IndexByte(line[1:], '"')
	if end < 0 {
		return 0, nil, false
	}
	place, ok = s.values[string(line[1:1+end])]
	return place, line[end+2:], ok
}
