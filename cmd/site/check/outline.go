package check

// Headings as an outline of the page: what search, screen readers and the list of
// contents make of them.

import (
	"fmt"
	"regexp"
	"strings"
	"unicode/utf8"

	"github.com/yuin/goldmark/ast"
)

const (
	longHeading = 45   // characters
	longPage    = 1500 // characters without a heading
)

// marked matches a heading that begins with a mark (○×, →A and ※ can be words).
var marked = regexp.MustCompile(`^[・●■□◆◇▼▲★☆]`)

func outline(p *pass) {
	level, seen := 1, map[string]bool{}
	var above [7]string // the headings above, by their level
	for h := range each[*ast.Heading](p.page) {
		words := strings.TrimSpace(string(p.page.plain(h)))
		at := p.page.at(h.Pos())
		way := strings.Join(append(above[1:h.Level:h.Level], words), "\n")
		_, inText := h.FirstChild().(*ast.Emphasis)
		from, to := p.page.line(at.line)
		switch inside := p.page.enclosing(h.Pos()).name; {
		case p.page.source[h.Pos()] != '#' || h.Level == 1:
			continue // heading
		case inside != "":
			p.report(at, "囲み（"+inside+"）の中に、見出しがあります。", "囲みの外に出すか、ふつうの文にしてください。")
		case words == "" && h.FirstChild() == nil:
			p.report(at, "見出しに言葉がありません。", "言葉を書くか、その行を消してください。")
		case h.Level > level+1:
			p.report(at, fmt.Sprintf("見出しが %s から %s へ、段を飛ばしています。", strings.Repeat("#", level), strings.Repeat("#", h.Level)), strings.Repeat("#", level+1)+" で始めてください。")
		case seen[way]:
			p.report(at, "「"+words+"」という見出しが、同じ段に二つあります。", "違いが分かる言葉に変えてください。目次で見分けられません。")
		case words == p.page.title:
			p.report(at, "ページの題と同じ見出しです。", "消すか、そこに書いてあることを見出しにしてください。")
		case strings.HasSuffix(words, "。") || strings.HasSuffix(words, "．") || strings.HasSuffix(words, "："):
			p.report(at, "見出しが「"+words[len(words)-len("。"):]+"」で終わっています。", "消してください。")
		case marked.MatchString(words):
			p.report(at, "見出しの初めに、記号「"+string(firstRune(words))+"」があります。見出しは、もう目立ちます。", "記号を消してください。")
		case inText || strings.Contains(string(p.page.source[from:to]), "**"):
			p.report(at, "見出しの中に、強調の記号があります。見出しは、もう太く出ます。", "** を消してください。", p.page.unmark(from, to)...)
		case utf8.RuneCountInString(words) > longHeading:
			p.report(at, fmt.Sprintf("見出しが %d 字あります。目次で読みにくくなります。", utf8.RuneCountInString(words)), fmt.Sprintf("%d 字までに縮め、くわしいことは本文に書いてください。", longHeading))
		}
		level = h.Level
		seen[way] = true
		above[h.Level] = words
		clear(above[h.Level+1:])
	}
}

// noHeading: a long page can be looked over.
func noHeading(p *pass) {
	for range each[*ast.Heading](p.page) {
		return
	}
	length := 0
	for n := range p.page.passages() {
		length += utf8.RuneCount(n.Lines().Value(p.page.source))
	}
	if length > longPage {
		p.report(p.page.at(p.page.body), fmt.Sprintf("見出しのないまま、%d 字あります。", length), "話の切れ目に「## 題 {#name}」の形の見出しを置いてください。")
	}
}
