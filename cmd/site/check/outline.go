package check

// Headings: that each can be linked to, and that together they are an outline of
// the page, for search, screen readers and the list of contents.

import (
	"bytes"
	"cmp"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/yuin/goldmark/ast"
)

// headingID is the form of a written heading id.
var headingID = regexp.MustCompile(`^[a-z][a-z0-9-]*$`)

func heading(p *pass) {
	seen := map[string]bool{}
	for h := range each[*ast.Heading](p.page) {
		at := p.page.at(h.Pos())
		if p.page.source[h.Pos()] != '#' {
			p.report(at, "すぐ下の行の === か --- が、この行を見出しにしています。", "見出しなら「## 題 {#name}」の形で書き、そうでなければ、下の行を消してください。")
			continue
		}
		if h.Level == 1 {
			p.report(at, "本文の見出しが # 一つで始まっています。いちばん大きな見出しは title から作られます。", "## から始めてください。")
		}
		id, ok := writtenID(h)
		switch {
		case !ok && bytes.ContainsAny(p.page.plain(h), "{}｛｝"):
			p.report(at, "見出しの名前の書き方が違うので、見出しの一部として見えます。", "見出しの終わりに、半角で {#purpose} のように書いてください。")
		case !ok:
			p.report(at, "見出しに名前がありません。", "「## 趣旨 {#purpose}」のように、半角英小文字の名前を付けてください。")
		case !headingID.MatchString(id):
			p.report(at, "見出しの名前 #"+id+" は使えません。", "半角の英小文字で始め、英小文字、数字、ハイフンだけで書いてください。")
		case p.byTemplate(id):
			p.report(at, "見出しの名前 #"+id+" は、このページでサイトが使っています。", "ほかの名前に変えてください。")
		case seen[id]:
			p.report(at, "見出しの名前 #"+id+" が、このページに二つあります。", "どちらかを変えてください。")
		}
		seen[id] = true
	}
}

// byTemplate says whether a template may put an id on the page (ids.yaml).
func (p *pass) byTemplate(id string) bool {
	at := strings.Trim(p.page.url, "/")
	return slices.ContainsFunc(slices.Concat(p.ids["everywhere"], p.ids[cmp.Or(p.page.section, "home")], p.ids[at]), func(taken string) bool {
		start, more := strings.CutSuffix(taken, "*")
		return id == taken || more && strings.HasPrefix(id, start)
	})
}

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
		if below, _, _ := bytes.Cut(p.page.data[min(to+1, len(p.page.data)):], []byte("\n#")); !p.page.draft && len(bytes.TrimSpace(below)) == 0 {
			p.empty(h, to)
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

// empty: something stands below a heading, or headings of its own do.
func (p *pass) empty(h *ast.Heading, end int) {
	rest := bytes.TrimSpace(p.page.data[end:])
	if deeper := len(rest) - len(bytes.TrimLeft(rest, "#")); deeper <= h.Level {
		p.report(p.page.at(h.Pos()), "見出しの下に、何も書かれていません。", "文を書くか、見出しごと消してください。")
	}
}
