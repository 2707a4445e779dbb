package check

// Tables and blocks of code: whether what was meant as one is one, and holds all
// that was written into it.

import (
	"bytes"
	"fmt"
	"regexp"
	"strings"

	"github.com/yuin/goldmark/ast"
	gfm "github.com/yuin/goldmark/extension/ast"
)

var (
	ruling  = regexp.MustCompile(`^[ \t]*[|｜]?[ \t:：]*[-－ー―—]+[-－ー―—|｜:： \t]*$`)
	boxed   = regexp.MustCompile(`[│┃┌┏├┣└┗┼╋]`)
	columns = regexp.MustCompile(`[^\s]\t+[^\s]`)
)

func table(p *pass) {
	for n := range p.page.passages() {
		p.typedTable(n)
	}
	for t := range each[*gfm.Table](p.page) {
		p.rows(t)
	}
}

// typedTable reports the first line of a passage that is the row of no table.
func (p *pass) typedTable(n ast.Node) {
	if !bytes.ContainsAny(n.Lines().Value(p.page.source), "|｜\t│┃┌┏├┣└┗┼╋") {
		return
	}
	at, piped, wide, ruled := -1, 0, false, false
	every := n.Lines().Len() > 1 // line has a column
	for _, line := range lines(n, p.page.source) {
		every = every && strings.Contains(line, " | ")
	}
	for s, line := range lines(n, p.page.source) {
		switch {
		case columns.MatchString(line):
			p.report(p.page.at(s.Start), "表計算の表を貼ったようです。タブで区切った行は、表になりません。", "「| 名前 | 数 |」のように | で区切り、二行めに「| --- | --- |」を書いてください。")
			return
		case boxed.MatchString(line):
			p.report(p.page.at(s.Start), "罫線の文字で描いた表は、表になりません。", "「| 名前 | 数 |」のように | で区切り、二行めに「| --- | --- |」を書いてください。")
			return
		}
		pipes := strings.Count(line, "|") - strings.Count(line, `\|`) + strings.Count(line, "｜")
		edged := strings.HasPrefix(line, "|") || strings.HasPrefix(line, "｜")
		if every || edged && pipes > 1 || pipes > 0 && ruling.MatchString(line) {
			if at < 0 {
				at = s.Start
			}
			piped++
			wide = wide || strings.Contains(line, "｜")
			ruled = ruled || piped > 1 && ruling.MatchString(line)
		}
	}
	switch {
	case at < 0:
	case wide:
		p.report(p.page.at(at), "全角の「｜」では、表になりません。", "半角の | で区切り、二行めに「| --- | --- |」を書いてください。")
	case ruled:
		p.report(p.page.at(at), "表の見出しの行と、その下の「| --- |」の行とで、列の数が合わないか、--- が半角でないので、表になりません。", "列の数だけ、半角で「| --- | --- |」と書いてください。")
	default:
		p.report(p.page.at(at), "見出しの行のすぐ下に「| --- | --- |」の行がないので、表になりません。", "二行めに、列の数だけ「| --- | --- |」と書いてください。")
	}
}

// rows: each has as many cells as the heading. Markdown drops what is too much.
func (p *pass) rows(t *gfm.Table) {
	want := len(t.Alignments)
	for row := t.FirstChild(); row != nil; row = row.NextSibling() {
		if row.Kind() != gfm.KindTableRow {
			continue
		}
		at := p.page.at(row.Pos())
		from, to := p.page.line(at.line)
		line := strings.TrimLeft(strings.TrimSpace(string(p.page.source[max(from, row.Pos()):to])), "> ")
		got := strings.Count(line, "|") - strings.Count(line, `\|`) + 1
		if strings.HasPrefix(line, "|") {
			got--
		}
		if strings.HasSuffix(line, "|") && !strings.HasSuffix(line, `\|`) {
			got--
		}
		switch {
		case got == want:
		case !strings.Contains(line, "|"):
			p.report(at, "表のすぐ下の行が、表の中に入っています。", "表のあとに、空の行を一つ入れてください。")
		case got > want:
			p.report(at, fmt.Sprintf("表は %d 列ですが、この行は %d 列です。はみ出したところは、サイトに出ません。", want, got), "列の数をそろえてください。文の中の | は、\\| と書きます。")
		default:
			p.report(at, fmt.Sprintf("表は %d 列ですが、この行は %d 列しかありません。", want, got), "列の数をそろえてください。空の欄は「| |」と書きます。")
		}
	}
}

var (
	curly = regexp.MustCompile(`[“”‘’„‟]`)
	fence = regexp.MustCompile("^(?:｀{3,}|[｀´'’]{3,}|``)$")
)

func code(p *pass) {
	for _, n := range p.page.nodes() {
		switch n := n.(type) {
		case *ast.CodeBlock:
			if text := n.Lines().Value(p.page.source); letters.Match(text) {
				p.report(p.page.at(n.Pos()), "行の初めに空白が四つ以上かタブがあるので、文ではなくプログラムの枠に入ります。", "行の初めの空白を消してください。見本として見せるなら、前後に ``` だけの行を置きます。")
				continue
			}
			p.curlyIn(n.Lines().Value(p.page.source), n.Pos())
		case *ast.FencedCodeBlock:
			if at := p.page.at(n.Pos()); !p.page.closed(n, at.line) {
				p.report(at, "``` が閉じていないので、ここから終わりまでがプログラムの枠に入ります。", "見本の終わりに、``` だけの行を足してください。")
				continue
			}
			if n.Lines().Len() > 0 {
				from, to := extent(n)
				p.curlyIn(p.page.source[from:to], from)
			}
		case *ast.CodeSpan:
			for c := n.FirstChild(); c != nil; c = c.NextSibling() {
				if t, ok := c.(*ast.Text); ok {
					p.curlyIn(t.Segment.Value(p.page.source), t.Segment.Start)
				}
			}
		case *ast.Text:
			text := n.Segment.Value(p.page.source)
			if bytes.IndexByte(text, '`') < 0 {
				continue
			}
			if at := bytes.IndexByte(escaped.ReplaceAllLiteral(text, []byte("xx")), '`'); at >= 0 && !within[*ast.CodeSpan](n) {
				p.report(p.page.at(n.Segment.Start+at), "「`」が閉じていないので、記号がそのまま見えます。", "`draft: true` のように、半角の「`」で前後を囲んでください。")
			}
		}
	}
	for n := range p.page.passages() {
		for s, line := range lines(n, p.page.source) {
			if fence.MatchString(line) {
				p.report(p.page.at(s.Start), "見本を囲む記号が、半角の ``` になっていません。", "半角の ``` だけの行で囲んでください。")
			}
		}
	}
}

// curlyIn reports a quotation mark that a program would not take.
func (p *pass) curlyIn(text []byte, from int) {
	found := curly.FindAllIndex(text, -1)
	if found == nil {
		return
	}
	var fix []Edit
	for _, m := range found {
		straight := `"`
		if q := string(text[m[0]:m[1]]); q == "‘" || q == "’" {
			straight = "'"
		}
		fix = append(fix, Edit{Start: from + m[0], End: from + m[1], Text: straight})
	}
	p.report(p.page.at(from+found[0][0]), "プログラムの中の引用符が、曲がった形（“ ”）です。写して使うと動きません。", `半角の " か ' に直してください。`, fix...)
}

// closed says whether a block of code ends with a fence.
func (p *page) closed(n *ast.FencedCodeBlock, line int) bool {
	if l := n.Lines(); l.Len() > 0 {
		line = p.at(l.At(l.Len() - 1).Start).line
	}
	from, to := p.line(line + 1)
	end := bytes.TrimLeft(p.source[from:to], "> \t")
	return from > n.Pos() && (bytes.HasPrefix(end, []byte("```")) || bytes.HasPrefix(end, []byte("~~~")))
}
