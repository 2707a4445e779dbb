package main

// What the text of a page may hold: headings that can be linked to, no marks
// left over from Markdown, no raw HTML, words for every image, and links that
// lead somewhere.

import (
	"bytes"
	"io/fs"
	"net/url"
	"path"
	"regexp"
	"slices"
	"strings"

	"github.com/yuin/goldmark/ast"
)

// headingID is the form of a written heading id.
var headingID = regexp.MustCompile(`^[a-z][a-z0-9-]*$`)

// leftover matches emphasis marks that goldmark has left as text: a run of
// asterisks, or exactly two underscores (a longer line is a blank to fill in).
var leftover = regexp.MustCompile(`\*{2,}|(?:^|[^_])__(?:[^_]|$)`)

// escaped matches a character that the writer wanted printed as it is.
var escaped = regexp.MustCompile(`\\[[:punct:]]`)

func (s *site) checkMarkdown(p *page) {
	seen := map[string]bool{}
	marked := 0 // the last line with a leftover mark: one finding for each
	ast.Walk(p.doc, func(n ast.Node, entering bool) (ast.WalkStatus, error) {
		if !entering {
			return ast.WalkContinue, nil
		}
		line := p.at(n.Pos())
		switch n := n.(type) {
		case *ast.Heading:
			s.checkHeading(p, n, seen)
		case *ast.CodeSpan:
			return ast.WalkSkipChildren, nil
		case *ast.Text:
			text := escaped.ReplaceAllLiteral(n.Segment.Value(p.source), []byte("xx"))
			at := leftover.FindIndex(text)
			if at == nil {
				break
			}
			offset := n.Segment.Start + at[0]
			if line := p.at(offset); line != marked {
				marked = line
				s.report(p.file, line, "emphasis",
					"「%s」は強調にならず、そのまま見えてしまいます。かぎ括弧や句読点のとなりでは強調できないので、** を消すか、括弧の内側だけを囲んでください。", excerpt(p.source, offset))
			}
		case *ast.HTMLBlock, *ast.RawHTML:
			s.report(p.file, line, "html", "HTML のタグは使えません。Markdown かショートコードで書いてください。")
		case *ast.Image:
			if len(bytes.TrimSpace(plainText(n, p.source))) == 0 {
				s.report(p.file, line, "image", "画像に説明がありません。![何が写っているか](ファイル) のように書いてください。")
			}
		}
		return ast.WalkContinue, nil
	})
	for i, line := range bytes.Split(p.args, []byte("\n")) {
		if bytes.Contains(line, []byte("**")) {
			s.report(p.file, i+1, "emphasis", "ショートコードの「\"」の中では ** は強調になりません。消してください。")
		}
	}
}

func (s *site) checkHeading(p *page, h *ast.Heading, seen map[string]bool) {
	line := p.at(h.Pos())
	if h.Level == 1 {
		s.report(p.file, line, "heading", "本文の見出しは ## から始めてください。いちばん大きな見出しは title から作られます。")
	}
	id, ok := writtenID(h)
	switch {
	case !ok:
		s.report(p.file, line, "heading", "見出しに名前がありません。「## 趣旨 {#purpose}」のように、半角英小文字の名前を付けてください。")
	case !headingID.MatchString(id):
		s.report(p.file, line, "heading", "見出しの名前 #%s は、半角の英小文字で始め、英小文字、数字、ハイフンだけで書いてください。", id)
	case seen[id]:
		s.report(p.file, line, "heading", "見出しの名前 #%s が、このページに二つあります。どちらかを変えてください。", id)
	}
	seen[id] = true
}

// excerpt is what stands around an offset, within its line.
func excerpt(source []byte, offset int) string {
	before, after := source[:offset], source[offset:]
	before = before[bytes.LastIndexByte(before, '\n')+1:]
	if end := bytes.IndexByte(after, '\n'); end >= 0 {
		after = after[:end]
	}
	left, right := []rune(string(before)), []rune(string(after))
	return string(left[max(0, len(left)-6):]) + string(right[:min(len(right), 14)])
}

func plainText(n ast.Node, source []byte) (text []byte) {
	ast.Walk(n, func(n ast.Node, entering bool) (ast.WalkStatus, error) {
		if t, ok := n.(*ast.Text); ok && entering {
			text = append(text, t.Segment.Value(source)...)
		}
		return ast.WalkContinue, nil
	})
	return text
}

// links lists the destinations in a page's text with their lines.
func (p *page) links() (links []link) {
	ast.Walk(p.doc, func(n ast.Node, entering bool) (ast.WalkStatus, error) {
		if l, ok := n.(*ast.Link); ok && entering {
			links = append(links, link{string(l.Destination), p.at(l.Pos())})
		}
		return ast.WalkContinue, nil
	})
	return links
}

type link struct {
	to   string
	line int
}

func (s *site) checkLinks(p *page) {
	for _, l := range p.links() {
		target, problem := s.follow(p, l.to)
		if problem != "" {
			s.report(p.file, l.line, "link", "リンク先 %s: %s", l.to, problem)
		} else if target != nil && target.draft() && !p.draft() {
			s.report(p.file, l.line, "link", "リンク先 %s は下書きです。公開したサイトでは開けません。", l.to)
		}
	}
}

// follow finds the page a link leads to: nil for a file or another site. What
// it accepts is what layouts/_markup/render-link.html accepts in the build.
func (s *site) follow(p *page, to string) (target *page, problem string) {
	u, err := url.Parse(to)
	if err != nil {
		return nil, "URL として読めません。空白や記号を確かめてください。"
	}
	switch {
	case slices.Contains([]string{"http", "https", "mailto", "tel"}, u.Scheme):
		return nil, ""
	case u.Scheme != "" || u.Host != "":
		return nil, "https:// で始まる URL か、/ で始まるサイトの中の場所を書いてください。"
	case u.Path == "":
		target = p
	case path.Ext(u.Path) == ".md":
		file := path.Join(path.Dir(p.file), u.Path)
		if strings.HasPrefix(u.Path, "/") {
			file = path.Join("content", u.Path)
		}
		target = s.byURL[place(file).url]
	case path.Ext(u.Path) != "":
		if _, err := fs.Stat(s.fsys, path.Join("static/files", u.Path)); err != nil {
			return nil, "static/files/ にこのファイルがありません。"
		}
		return nil, ""
	case !strings.HasPrefix(u.Path, "/"):
		return nil, "/ で始めて /measures/s1/ のように書くか、s1.md のようにファイルの名前で書いてください。"
	default:
		target = s.byURL[strings.TrimSuffix(u.Path, "/")+"/"]
	}
	if target == nil {
		return nil, "このページはありません。つづりを確かめてください。"
	}
	if u.Fragment != "" && !target.ids()[u.Fragment] && !target.templateID(u.Fragment) {
		return target, "ページはありますが、その中に #" + u.Fragment + " という名前の見出しがありません。"
	}
	return target, ""
}

// templateID says whether a template puts an id on the page: the same list as
// layouts/_partials/template-id.html.
func (p *page) templateID(id string) bool {
	if p.index {
		return false
	}
	switch p.section {
	case "measures":
		return slices.Contains([]string{"questions", "latest", "changes"}, id)
	case "values":
		return id == "measures"
	case "surveys":
		survey, _ := p.params()["survey"].(map[string]any)
		questions, _ := survey["questions"].([]any)
		return slices.ContainsFunc(questions, func(q any) bool {
			question, _ := q.(map[string]any)
			name, _ := question["id"].(string)
			return "q-"+name == id
		})
	}
	return false
}

// checkTitles: no two pages of the site share a title.
func (s *site) checkTitles() {
	first := map[string]*page{}
	for _, p := range s.pages {
		title, _ := p.meta["title"].(string)
		if other := first[title]; other != nil {
			s.report(p.file, p.line("title"), "title", "「%s」という title は %s にもあります。どちらかを変えてください。", title, other.file)
		} else if title != "" {
			first[title] = p
		}
	}
}

// checkReach: a reader who starts at the home page and clicks gets to every
// page. Sections list their pages, and the foot of every page lists the
// sections, by templates; a folder without _index.md is no section, and a page
// with build.list never is on no list. The tests follow the real links of the
// built pages.
func (s *site) checkReach() {
	linked := map[string]bool{}
	for _, p := range s.pages {
		for _, l := range p.links() {
			if target, _ := s.follow(p, l.to); target != nil && target != p {
				linked[target.url] = true
			}
		}
	}
	for _, p := range s.pages {
		parent := path.Dir(strings.TrimSuffix(p.url, "/"))
		if parent != "/" {
			parent += "/"
		}
		section := s.byURL[parent]
		listed := section != nil && section.index && (p.index || parent != "/")
		if build, ok := p.meta["build"].(map[string]any); ok && build["list"] == "never" {
			listed = false
		}
		if p.url != "/" && !listed && !linked[p.url] {
			s.report(p.file, 1, "reach", "このページへ行くリンクがどこにもありません。ほかのページからリンクするか、同じフォルダーに _index.md を置いてください。")
		}
	}
}
