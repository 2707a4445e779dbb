package check

// What the text of a page may hold: headings that can be linked to, no marks
// left over from Markdown, no raw HTML, and images that are seen, with words.

import (
	"bytes"
	"cmp"
	"regexp"
	"slices"
	"strings"

	"github.com/yuin/goldmark/ast"
)

// headingID is the form of a written heading id.
var headingID = regexp.MustCompile(`^[a-z][a-z0-9-]*$`)

func heading(p *pass) {
	seen := map[string]bool{}
	for h := range each[*ast.Heading](p.page) {
		at := p.page.at(h.Pos())
		if h.Level == 1 {
			p.report(at, "本文の見出しが # 一つで始まっています。いちばん大きな見出しは title から作られます。", "## から始めてください。")
		}
		id, ok := writtenID(h)
		switch {
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

// leftover matches emphasis marks that goldmark has left as text: a run of
// asterisks, or exactly two underscores (a longer line is a blank to fill in).
var leftover = regexp.MustCompile(`\*{2,}|(?:^|[^_])__(?:[^_]|$)`)

// escaped matches a character that the writer wanted printed as it is.
var escaped = regexp.MustCompile(`\\[[:punct:]]`)

// emphasis finds marks that a reader would see. Where Markdown is not read at
// all they can only be meant as marks, and go without harm.
func emphasis(p *pass) {
	marked := 0 // the last line with a leftover mark: one finding for each
	for t := range each[*ast.Text](p.page) {
		text := t.Segment.Value(p.page.source)
		if _, code := t.Parent().(*ast.CodeSpan); code || !bytes.ContainsAny(text, "*_") {
			continue
		}
		found := leftover.FindIndex(escaped.ReplaceAllLiteral(text, []byte("xx")))
		if found == nil {
			continue
		}
		offset := t.Segment.Start + found[0]
		if at := p.page.at(offset); at.line != marked {
			marked = at.line
			p.report(at, "「"+p.page.excerpt(offset)+"」は強調にならず、そのまま見えてしまいます。",
				"かぎ括弧や句読点のとなりでは強調できないので、** を消すか、括弧の内側だけを囲んでください。")
		}
	}
	for _, key := range []string{"title", "description"} {
		if text, _ := p.page.meta[key].(string); strings.Contains(text, "**") {
			at := p.page.key(key)
			p.report(at, key+" では ** は強調になりません。", "そのまま見えてしまうので、消してください。", p.page.unmark(p.page.line(at.line))...)
		}
	}
	for _, tag := range p.page.tags {
		if fix := p.page.unmark(tag[0], tag[1]); fix != nil {
			p.report(p.page.at(fix[0].Start), "ショートコードの「\"」の中では ** は強調になりません。", "そのまま見えてしまうので、消してください。", fix...)
		}
	}
}

var strong = regexp.MustCompile(`\*\*`)

// unmark takes away each ** between two offsets.
func (p *page) unmark(from, to int) (fix []Edit) {
	for _, m := range strong.FindAllIndex(p.data[from:to], -1) {
		fix = append(fix, Edit{Start: from + m[0], End: from + m[1]})
	}
	return fix
}

// excerpt is what stands around an offset, within its line.
func (p *page) excerpt(offset int) string {
	from, to := p.line(p.at(offset).line)
	left, right := []rune(string(p.source[from:offset])), []rune(string(p.source[offset:to]))
	return string(left[max(0, len(left)-6):]) + string(right[:min(len(right), 14)])
}

// placeholder stands where a program began a page and a person is to go on.
var placeholder = []byte("〔ここに書く〕")

func unwritten(p *pass) {
	for t := range each[*ast.Text](p.page) {
		if _, code := t.Parent().(*ast.CodeSpan); code {
			continue
		}
		if at := bytes.Index(t.Segment.Value(p.page.source), placeholder); at >= 0 {
			p.report(p.page.at(t.Segment.Start+at), "「〔ここに書く〕」が残っています。", "文を書いて、この印を消してください。書くことがなければ、段落ごと消してください。")
		}
	}
}

func html(p *pass) {
	for _, n := range p.page.nodes() {
		switch n.(type) {
		case *ast.HTMLBlock, *ast.RawHTML:
			p.report(p.page.at(n.Pos()), "HTML のタグは使えません。", "Markdown かショートコードで書いてください。")
		}
	}
}

func image(p *pass) {
	for n := range each[*ast.Image](p.page) {
		if to := string(n.Destination); !isPicture(to) {
			p.report(p.page.at(n.Pos()), "画像 "+to+" の形は、ブラウザーで見えないことがあります。", "JPEG か PNG に変えて、ファイルの名前も書き換えてください。")
		}
		if len(bytes.TrimSpace(p.page.plain(n))) == 0 {
			p.report(p.page.at(n.Pos()), "画像に説明がありません。", "![何が写っているか](ファイル) のように書いてください。")
		}
	}
}
