package check

// What the text of a page may hold: headings that can be linked to, and nothing
// that a page was only begun with.

import (
	"bytes"
	"cmp"
	"io/fs"
	"path"
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

// excerpt is what stands around an offset, within its line.
func (p *page) excerpt(offset int) string {
	from, to := p.line(p.at(offset).line)
	left, right := []rune(string(p.source[from:offset])), []rune(string(p.source[offset:to]))
	return string(left[max(0, len(left)-6):]) + string(right[:min(len(right), 14)])
}

// placeholder stands where a program began a page and a person is to go on.
var placeholder = []byte("〔ここに書く〕")

// unwritten: nothing stands on a page that it was begun with for whoever writes it:
// the mark, what its archetype says in brackets, a title made of its name.
func unwritten(p *pass) {
	if strings.HasSuffix(p.page.title, "（"+p.page.name+"）") {
		p.report(p.page.key("title"), "「"+p.page.title+"」は、ページを作ったときの題です。", "ページの題を書いてください。")
	}
	words, listed := p.guidance[p.page.section]
	if !listed {
		words = p.guidance["page"]
	}
	for _, words := range words {
		if at := bytes.Index(p.page.data, words); at >= 0 {
			p.report(p.page.at(at), "ひな形の「"+string(words)+"」が残っています。", "ここに書くことを書いて、この案内を消してください。")
			if p.page.draft {
				break // whoever writes it sees the rest
			}
		}
	}
	if !bytes.Contains(p.page.data, placeholder) {
		return // a build has no page parsed for this
	}
	for t := range each[*ast.Text](p.page) {
		if _, code := t.Parent().(*ast.CodeSpan); code {
			continue
		}
		if at := bytes.Index(t.Segment.Value(p.page.source), placeholder); at >= 0 {
			p.report(p.page.at(t.Segment.Start+at), "「〔ここに書く〕」が残っています。", "文を書いて、この印を消してください。書くことがなければ、段落ごと消してください。")
		}
	}
}

var (
	// guide matches what an archetype says in brackets, as long as nobody else
	// would say it; comment a line that may stay.
	guide   = regexp.MustCompile(`（[^（）\n]{8,}）`)
	comment = regexp.MustCompile(`(?m)^ *# .*$`)
)

func (s *site) readArchetypes() error {
	s.guidance = map[string][][]byte{}
	files, err := fs.Glob(s.fsys, "layouts/_archetypes/*.md")
	for _, name := range files {
		text, err := fs.ReadFile(s.fsys, name)
		if err != nil {
			return err
		}
		s.guidance[strings.TrimSuffix(path.Base(name), ".md")] = guide.FindAll(comment.ReplaceAll(text, nil), -1)
	}
	return err
}
