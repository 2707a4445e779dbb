package check

// The running text of a page: where it stands, and what in it is the writer's own.

import (
	"bytes"
	"iter"
	"regexp"
	"slices"

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

// prose is the page with its words in their places, and nothing else but line
// ends: what stands for a mark or code is 0.
func (p *page) prose() []byte {
	if p.words == nil {
		p.words = make([]byte, len(p.source))
		for i, b := range p.source {
			if b == '\n' {
				p.words[i] = b
			}
		}
		for t := range each[*ast.Text](p) {
			if _, code := t.Parent().(*ast.CodeSpan); !code {
				copy(p.words[t.Segment.Start:], t.Segment.Value(p.source))
			}
		}
	}
	return p.words
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
