package survey

// What sealing needs to know of stored lines, so that neither their length nor
// their number tells what somebody answered.

import "bytes"

// LineSizes returns the bytes of the longest line that Validate can make of the
// answers, and of the longest of any text question; text is 0 where there is
// none. Whatever one person answers, its lines are no longer.
func (d *Definition) LineSizes() (answers, text int) {
	answers = len(`{"survey":"","answers":{}}`) + len(d.ID)
	values := 0
	for i := range d.Questions {
		q := &d.Questions[i]
		if q.Kind == Text {
			// A character of UTF-8 has at most 4 bytes, and an escape has 2.
			text = max(text, d.emptyText(q)+4*q.Max)
			continue
		}
		values++
		answers += len(`"":`) + len(q.ID) + q.longest()
	}
	return answers + max(0, values-1), text // a comma between two
}

// longest is the size of the longest value of a question that is no text.
func (q *Question) longest() int {
	all, one := 0, 0
	for _, o := range q.Options {
		size := len(`""`) + len(o.Value)
		all, one = all+size, max(one, size)
	}
	switch {
	case q.Kind == Multi:
		return len(`[]`) + all + len(q.Options) - 1
	case q.Kind == Choice:
		return one
	case len(q.Labels) > 9:
		return 2
	}
	return 1
}

// EveryText gives a line for each text question, in the definition's order: the
// one in r, which Validate has made, or one whose text is empty.
func (d *Definition) EveryText(r Response) [][]byte {
	var lines [][]byte
	written := r.Texts
	for i := range d.Questions {
		q := &d.Questions[i]
		if q.Kind != Text {
			continue
		}
		start := d.appendTextStart(nil, q)
		if len(written) > 0 && bytes.HasPrefix(written[0], start) {
			lines, written = append(lines, written[0]), written[1:]
		} else {
			lines = append(lines, append(start, textEnd...))
		}
	}
	return lines
}
