package check

// HTML in a text: the build leaves it out, and the reader sees nothing of it.

import (
	"bytes"
	"regexp"
	"strings"

	"github.com/yuin/goldmark/ast"
)

var (
	tag    = regexp.MustCompile(`^<[/!?]?([a-zA-Z][a-zA-Z0-9]*|--|)`)
	entity = regexp.MustCompile(`&(?:nbsp|ensp|emsp|thinsp|zwnj|zwj|shy|#0*160|#0*12288|#[xX]0*(?:[aA]0|3000|200[bB]));`)
	// ofWord is a tag of Word's own, which is none of HTML.
	ofWord = regexp.MustCompile(`</?(?:[ovwm]|st1):[A-Za-z]+[^>]*>`)
	wideLT = regexp.MustCompile(`＜/?(?:br|BR|p|b|font|div|span|table|ｂｒ)(?:[ /][^＞]*)?＞`)
)

// inMarkdown is what to write in place of a tag.
var inMarkdown = map[string]string{
	"br": "段落を分けるなら空の行を入れ、並べるなら「- 」で一覧にしてください。",
	"b":  "**大切な言葉** のように書いてください。", "strong": "**大切な言葉** のように書いてください。",
	"i": "タグを消してください。", "em": "**大切な言葉** のように書いてください。",
	"u": "タグを消してください。下線はリンクと見分けられません。", "font": "タグを消してください。色や大きさはサイトが決めます。",
	"span": "タグを消してください。色や大きさはサイトが決めます。", "center": "タグを消してください。位置はサイトが決めます。",
	"div": "タグを消してください。囲みが要るなら、{{< note >}} を使います。", "p": "タグを消し、段落は空の行で分けてください。",
	"a": "[リンクの言葉](行き先) のように書いてください。", "img": "![何が写っているか](ファイル) のように書いてください。",
	"table": "「| 名前 | 数 |」と「| --- | --- |」の行で書いてください。", "tr": "「| 名前 | 数 |」と「| --- | --- |」の行で書いてください。", "td": "「| 名前 | 数 |」と「| --- | --- |」の行で書いてください。",
	"ul": "「- 」で始まる行で書いてください。", "li": "「- 」で始まる行で書いてください。", "ol": "「1. 」で始まる行で書いてください。",
	"h1": "「## 題 {#name}」の形で書いてください。", "h2": "「## 題 {#name}」の形で書いてください。", "h3": "「### 題 {#name}」の形で書いてください。", "h4": "「#### 題 {#name}」の形で書いてください。",
	"hr": "消してください。", "--": "消してください。公開したサイトには出ませんが、リポジトリを見る人には読めます。",
	"script": "消してください。", "style": "消してください。", "iframe": "消して、[リンクの言葉](行き先) のように書いてください。", "video": "消して、[リンクの言葉](行き先) のように書いてください。",
}

func html(p *pass) {
	seen := 0 // the last line with one: one finding for each
	for _, n := range p.page.nodes() {
		switch n := n.(type) {
		case *ast.HTMLBlock, *ast.RawHTML:
			at := p.page.at(n.Pos())
			if at.line == seen {
				continue
			}
			seen = at.line
			name := ""
			if found := tag.FindSubmatch(bytes.TrimLeft(p.page.source[n.Pos():], " ")); found != nil {
				name = strings.ToLower(string(found[1]))
			}
			mend := inMarkdown[name]
			if mend == "" {
				mend = "Markdown かショートコードで書いてください。"
			}
			what := "HTML のタグ <" + name + "> は使えません。サイトでは消えます。"
			switch name {
			case "--":
				what = "HTML のコメントは使えません。"
			case "":
				what = "HTML のタグは使えません。"
			}
			p.report(at, what, mend)
		case *ast.Text:
			if within[*ast.CodeSpan](n) {
				continue
			}
			text := n.Segment.Value(p.page.source)
			if found := entity.FindIndex(text); found != nil {
				p.report(p.page.at(n.Segment.Start+found[0]), "HTML の書き方「"+string(text[found[0]:found[1]])+"」は、見えない空白になります。", "消してください。", Edit{Start: n.Segment.Start + found[0], End: n.Segment.Start + found[1]})
			}
			if found := ofWord.FindIndex(text); found != nil {
				p.report(p.page.at(n.Segment.Start+found[0]), "Word のタグ「"+string(text[found[0]:found[1]])+"」が、そのまま見えます。", "消してください。", Edit{Start: n.Segment.Start + found[0], End: n.Segment.Start + found[1]})
			}
			if found := wideLT.FindIndex(text); found != nil {
				p.report(p.page.at(n.Segment.Start+found[0]), "HTML のタグ「"+string(text[found[0]:found[1]])+"」が、そのまま見えます。", "消してください。")
			}
		}
	}
}
