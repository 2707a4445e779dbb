package check

// The running text of a page: where it stands, and what in it is the writer's own.

import (
	"bytes"
	"iter"
	"regexp"
	"slices"
	"unicode/utf8"

	"github.com/yuin/goldmark/ast"
	"github.com/yuin/goldmark/text"
)

// passages are the paragraphs of a page and the texts of its list items, but for
// those that quote somebody.
func (p *page) passages() iter.Seq[ast.Node] {
	return func(yield func(ast.Node) bool) {
		for _, n := range p.nodes() {
			switch n.(type) {
			case *ast.Paragraph, *ast.TextBlock:
				if !p.quotes(n) && !yield(n) {
					return
				}
			}
		}
	}
}

// lines are those of a passage, without what ends them.
func lines(n ast.Node, source []byte) iter.Seq2[text.Segment, string] {
	return func(yield func(text.Segment, string) bool) {
		for _, s := range n.Lines().Sliced(0, n.Lines().Len()) {
			if !yield(s, string(bytes.TrimRight(s.Value(source), "\r\n"))) {
				return
			}
		}
	}
}

// extent is where the lines of a block begin and end; it has some.
func extent(n ast.Node) (from, to int) {
	return n.Lines().At(0).Start, n.Lines().At(n.Lines().Len() - 1).Stop
}

// prose is the page with its words in their places, and nothing else but line
// ends: what stands for a mark or code is 0.
func (p *page) prose() []byte {
	if p.words == nil {
		p.words = bytes.Clone(p.source)
		blank(p.words)
		for t := range each[*ast.Text](p) {
			if _, code := t.Parent().(*ast.CodeSpan); !code {
				copy(p.words[t.Segment.Start:], t.Segment.Value(p.source))
			}
		}
	}
	return p.words
}

// own is the text of the page that is its writer's: prose without quotations, the
// plan's own words and what stands in 「」.
func (p *page) own() []byte {
	if p.ours == nil {
		p.ours = bytes.Clone(p.prose())
		for _, n := range p.nodes() {
			if n.Type() == ast.TypeBlock && n.Lines() != nil && n.Lines().Len() > 0 {
				from, to := extent(n)
				if p.quotes(n) {
					blank(p.ours[from:to])
				} else {
					blankQuoted(p.ours[from:to])
				}
			}
		}
		for n := range p.passages() { // what list finds
			first := true
			for s, line := range lines(n, p.source) {
				if m := markOf(line, first); m.counted {
					blank(p.ours[s.Start : s.Start+len(m.text)])
				}
				first = false
			}
		}
	}
	return p.ours
}

// fields is the page's front matter and what its shortcodes are given, in their
// places, without comments, up to the last of them; all else is 0.
func (p *page) fields() []byte {
	if p.given == nil {
		end := p.body
		for _, tag := range p.tags {
			end = max(end, tag[1])
		}
		p.given = bytes.Clone(p.data[:end])
		blank(p.given)
		offset := 0
		for line := range bytes.Lines(p.data[:p.body]) {
			if !bytes.HasPrefix(bytes.TrimLeft(line, " "), []byte("#")) {
				copy(p.given[offset:], line)
			}
			offset += len(line)
		}
		for _, tag := range p.tags {
			copy(p.given[tag[0]:tag[1]], p.data[tag[0]:tag[1]])
		}
		blankQuoted(p.given)
	}
	return p.given
}

// blank writes 0 over a text, but for its line ends.
func blank(text []byte) {
	for i, b := range text {
		if b != '\n' {
			text[i] = 0
		}
	}
}

// blankQuoted does so with what stands in 「」 or 『』.
func blankQuoted(text []byte) {
	depth, start := 0, 0
	for i, r := range string(text) {
		switch r {
		case '「', '『':
			if depth == 0 {
				start = i + utf8.RuneLen(r)
			}
			depth++
		case '」', '』':
			if depth--; depth == 0 {
				blank(text[start:i])
			}
			depth = max(depth, 0)
		}
	}
}

// bounds matches the tag that opens or closes a shortcode.
var bounds = regexp.MustCompile(`\{\{[<%]\s*(/?)\s*([a-z][a-z-]*)[^{}]*[>%]\}\}`)

// enclosure is what stands between the two tags of a shortcode.
type enclosure struct {
	name       string
	start, end int
}

// enclosures of a page are in the order in which they end.
func (p *page) enclosures() []enclosure {
	if p.enclosed == nil {
		p.enclosed = []enclosure{}
		var open []enclosure
		for _, m := range bounds.FindAllSubmatchIndex(p.data[p.body:], -1) {
			name := string(p.data[p.body+m[4] : p.body+m[5]])
			if m[2] == m[3] {
				open = append(open, enclosure{name: name, start: p.body + m[1]})
				continue
			}
			for i, e := range slices.Backward(open) {
				if e.name == name {
					e.end = p.body + m[0]
					p.enclosed, open = append(p.enclosed, e), open[:i]
					break
				}
			}
		}
	}
	return p.enclosed
}

// enclosing is the innermost shortcode around an offset.
func (p *page) enclosing(at int) (e enclosure) {
	for _, e := range p.enclosures() {
		if e.start <= at && at < e.end {
			return e
		}
	}
	return e
}

// quotes says whether a node is within a quotation, or the plan's own words.
func (p *page) quotes(n ast.Node) bool {
	return within[*ast.Blockquote](n) || p.enclosing(n.Pos()).name == "official"
}

// within says whether a node has one of a kind above it.
func within[Node ast.Node](n ast.Node) bool {
	for n = n.Parent(); n != nil; n = n.Parent() {
		if _, ok := n.(Node); ok {
			return true
		}
	}
	return false
}

// letter is one of Japanese.
const letter = `[ぁ-ゖァ-ヺー々〆\p{Han}]`

var letters = regexp.MustCompile(letter)

func isLetter(r rune) bool { return letters.MatchString(string(r)) }
