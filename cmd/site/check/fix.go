package check

// What the check mends by itself.

import (
	"bytes"
	"fmt"
	"io/fs"
	"slices"
	"strings"
	"unicode"
)

// Rounds is how often Fix may be tried after another Run: a mend may show what it
// hid. No rule undoes what another does (TestRules); if one did, it would end.
const Rounds = 20

// Mended is a finding that Fix has mended. Before and After are what stood, and
// stands now, around the place, what cannot be seen in ⟨ ⟩.
type Mended struct {
	Finding
	Before, After string
}

// Fix returns the files in which findings of Run can be mended, as they are to
// be, and what was mended. A fix is taken as a whole or not at all: of two that
// touch, the second waits for the next Run, whose findings see what the first has
// done. Lines end as they do in the file.
func Fix(project fs.FS, findings []Finding) (files map[string][]byte, mended []Mended, err error) {
	files = map[string][]byte{}
	edits := map[string][]Edit{}
	for f, doc := range located(project, findings) {
		if len(f.Fix) == 0 || slices.ContainsFunc(edits[f.File], func(taken Edit) bool {
			return slices.ContainsFunc(f.Fix, func(e Edit) bool { return e.Start <= taken.End && taken.Start <= e.End })
		}) {
			continue
		}
		fix := slices.SortedFunc(slices.Values(f.Fix), func(a, b Edit) int { return a.Start - b.Start })
		if bytes.Contains(doc.data, []byte("\r\n")) {
			for i := range fix {
				fix[i].Text = strings.ReplaceAll(fix[i].Text, "\n", "\r\n")
			}
		}
		edits[f.File] = append(edits[f.File], fix...)
		before, after := doc.around(fix)
		mended = append(mended, Mended{f, before, after})
	}
	for file, edits := range edits {
		data, err := fs.ReadFile(project, file)
		if err != nil {
			return nil, nil, err
		}
		slices.SortFunc(edits, func(a, b Edit) int { return a.Start - b.Start })
		files[file] = apply(data, 0, len(data), edits)
	}
	return files, mended, nil
}

// apply returns the bytes from one offset to another with sorted edits made.
func apply(data []byte, from, to int, edits []Edit) (out []byte) {
	for _, e := range edits {
		out = append(append(out, data[from:e.Start]...), e.Text...)
		from = e.End
	}
	return append(out, data[from:to]...)
}

// around is what stands about some edits, at most ten characters on each side on
// their own lines, and what will.
func (d *document) around(fix []Edit) (before, after string) {
	first, last := fix[0].Start, fix[len(fix)-1].End
	from, _ := d.line(d.at(first).line)
	_, to := d.line(d.at(last).line)
	left, right := []rune(string(d.data[from:first])), []rune(string(d.data[last:to]))
	const near = 10
	start, end := "", ""
	if len(left) > near {
		start, left = "…", left[len(left)-near:]
	}
	if len(right) > near {
		end, right = "…", right[:near]
	}
	show := func(text string) string { return start + visible(string(left)+text+string(right)) + end }
	return show(string(d.data[first:last])), show(string(apply(d.data, first, last, fix)))
}

// visible writes what a person could not see, or tell from a space, by its code.
func visible(text string) string {
	var b strings.Builder
	for _, r := range strings.TrimRight(text, "\r") {
		switch {
		case r == '\n':
			b.WriteString("⏎")
		case r == '\t':
			b.WriteString("⇥")
		case r == ' ' || r == '　' || unicode.IsGraphic(r) && !unicode.IsSpace(r):
			b.WriteRune(r)
		case r != '\r':
			fmt.Fprintf(&b, "⟨U+%04X⟩", r)
		}
	}
	return b.String()
}
