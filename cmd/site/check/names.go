package check

// What a page is called, in its address and for its readers, and whether it can
// be read at all.

import (
	"path"
	"regexp"
	"strings"
)

// Slug is how files and folders of content/ are named: they become URLs. It is
// also the form of a survey's id.
var Slug = regexp.MustCompile(`^[a-z0-9][a-z0-9-]{0,62}$`)

// besides is the same for what lies beside a page.
var besides = regexp.MustCompile(`^[a-z0-9][a-z0-9._-]*$`)

func fileName(p *pass) {
	name, page := strings.CutSuffix(path.Base(p.file.name), ".md")
	form := besides
	if page || p.file.dir {
		form = Slug
	}
	if !form.MatchString(name) && !(page && name == "_index") {
		p.report(place{p.file.name, 1, 1}, "この名前は使えません。名前は URL になります。", "半角の小文字、数字、ハイフンだけの名前に変えてください。")
	}
}

func unreadable(p *pass) {
	for _, page := range p.pages {
		if page.broken != nil {
			page.broken(p)
		}
	}
}

// title: no two pages of the site share a title.
func title(p *pass) {
	first := map[string]*page{}
	for _, page := range p.pages {
		title := page.title
		if other := first[title]; other != nil {
			p.report(page.key("title"), "「"+title+"」という title は "+other.file+" にもあります。", "どちらかを変えてください。")
		} else if title != "" {
			first[title] = page
		}
	}
}
