package check

// Where links lead, and that a reader gets to every page.

import (
	"bytes"
	"io/fs"
	"net/url"
	"path"
	"slices"
	"strings"

	"github.com/yuin/goldmark/ast"
)

func links(p *pass) {
	for l := range each[*ast.Link](p.page) {
		to, at := string(l.Destination), p.page.at(l.Pos())
		if p.page.almostImage(l) {
			continue // image
		}
		if len(bytes.TrimSpace(p.page.plain(l))) == 0 && to != "" {
			p.report(at, "リンクの言葉がありません。", "[地域イベント](/events/) のように、行き先が分かる言葉を書いてください。")
			continue
		}
		message, mend := p.astray(to)
		if message == "" {
			var target *page
			target, message, mend = p.follow(p.page, to)
			if message == "" && target != nil && target.draft && !p.page.draft {
				message, mend = "下書きなので、公開したサイトでは開けません。", "リンクを消すか、下書きの印（draft）を外してください。"
			}
		}
		if message != "" {
			p.report(at, strings.TrimSpace("リンク先 "+to)+": "+message, mend)
		}
	}
	p.typedLinks()
}

// follow finds the page a link leads to: nil for a file or another site. What
// it accepts is what layouts/_markup/render-link.html accepts in the build.
func (s *site) follow(from *page, to string) (target *page, message, mend string) {
	u, err := url.Parse(to)
	switch {
	case err != nil || u.Scheme+u.Host != "" && !slices.Contains([]string{"http", "https", "mailto", "tel"}, u.Scheme):
		return nil, "この形のリンクは使えません。", "https:// で始まる URL か、/ で始まるサイトの中の場所を書いてください。"
	case u.Scheme != "":
		return nil, "", ""
	case u.Path == "":
		target = from
	case path.Ext(u.Path) == ".md":
		file := path.Join(path.Dir(from.file), u.Path)
		if strings.HasPrefix(u.Path, "/") {
			file = path.Join("content", u.Path)
		}
		target = s.byURL[placed(file).url]
	case path.Ext(u.Path) != "":
		if _, err := fs.Stat(s.fsys, path.Join("static/files", u.Path)); err != nil {
			return nil, "static/files/ にこのファイルがありません。", s.nearestFile(u.Path)
		}
		return nil, "", ""
	case !strings.HasPrefix(u.Path, "/"):
		return nil, "/ で始まっていません。", s.nearestPage(u.Path, "/measures/s1/ のように書くか、s1.md のようにファイルの名前で書いてください。")
	default:
		target = s.byURL[strings.TrimSuffix(u.Path, "/")+"/"]
	}
	if target == nil {
		return nil, "このページはありません。", s.nearestPage(u.Path, "つづりを確かめてください。")
	}
	if u.Fragment != "" && !s.hasID(target, u.Fragment) {
		return target, "ページはありますが、その中に #" + u.Fragment + " という名前の見出しがありません。", s.nearestID(target, u.Fragment)
	}
	return target, "", ""
}

// hasID says whether an id is on a page, or may be: written in its text, or put
// there by a template (anchors.yaml).
func (s *site) hasID(p *page, id string) bool {
	question, asks := strings.CutPrefix(id, "q-")
	switch {
	case p.broken != nil || p.hasHeading(id):
		return true
	case p.section == "surveys" && !p.index && asks:
		return p.survey == nil || p.survey.Question(question) != nil
	}
	return !p.index && slices.Contains(s.anchors[p.section], id)
}

// reach: a reader who starts at the home page and clicks gets to every page.
// Sections list their pages, and the foot of every page lists the sections, by
// templates; a folder without _index.md is no section, and a page with
// build.list never is on no list. The tests follow the real links of the built
// pages. A page that cannot be read may link anywhere.
func reach(p *pass) {
	linked := map[*page]bool{}
	for _, page := range p.pages {
		if page.broken != nil {
			return
		}
		for l := range each[*ast.Link](page) {
			if target, _, _ := p.follow(page, string(l.Destination)); target != page {
				linked[target] = true
			}
		}
	}
	for _, page := range p.pages {
		parent := strings.TrimSuffix(path.Dir(strings.TrimSuffix(page.url, "/")), "/") + "/"
		section := p.byURL[parent]
		listed := section != nil && section.index && (page.index || parent != "/")
		if build, ok := page.meta["build"].(map[string]any); ok && build["list"] == "never" {
			listed = false
		}
		if page.url != "/" && !listed && !linked[page] {
			p.report(place{page.file, 1, 1}, "このページへ行くリンクがどこにもありません。", "ほかのページからリンクするか、同じフォルダーに _index.md を置いてください。")
		}
	}
}
