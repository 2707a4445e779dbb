package check

// Files and addresses: what can be one, what can be read, what has to stay.

import (
	"bytes"
	"maps"
	"path"
	"regexp"
	"slices"
	"strings"
)

// Slug is how files and folders of content/ are named: they become URLs. It is
// also the form of a survey's id.
var Slug = regexp.MustCompile(`^[a-z0-9][a-z0-9-]{0,62}$`)

// besides is the same for what lies beside a page.
var besides = regexp.MustCompile(`^[a-z0-9][a-z0-9._-]*$`)

func fileName(p *pass) {
	base := path.Base(p.file.name)
	stem, markdown := strings.CutSuffix(base, ".md")
	if base == "_index.md" || (p.file.dir || markdown) && Slug.MatchString(stem) || !p.file.dir && !markdown && besides.MatchString(base) {
		return
	}
	p.report(place{p.file.name, 1, 1}, "この名前は使えません。名前は URL になります。", "半角の小文字、数字、ハイフンだけの名前に変えてください。")
}

func unreadable(p *pass) {
	for _, page := range p.pages {
		if page.broken != nil {
			p.report(page.broken.at, page.broken.message, page.broken.mend)
		}
	}
}

// addresses: what kept.yaml lists is there, and published.
func addresses(p *pass) {
	for _, address := range slices.Sorted(maps.Keys(p.kept.phrases)) {
		switch page := p.byURL[address]; {
		case page == nil:
			p.report(p.kept.key(address), address+" のページがなくなっています。ほかからのリンクが切れてしまいます。", "ファイルを元の名前と場所に戻してください。")
		case page.draft():
			p.report(page.key("draft"), address+" は、なくしてはいけないページです。下書きにすると、公開したサイトから消えてしまいます。", "draft の行を消してください。")
		}
	}
}

// official: the plan's own words stand where kept.yaml says, letter for letter.
func official(p *pass) {
	for _, address := range slices.Sorted(maps.Keys(p.kept.phrases)) {
		page := p.byURL[address]
		if page == nil || page.broken != nil {
			continue
		}
		for _, phrase := range p.kept.phrases[address] {
			if !page.says(phrase) {
				p.report(page.at(page.nearest(phrase)), "プランの言葉 "+phrase+" が、このページにありません。", "プランの言葉は一字も変えずに置きます。元の言葉に戻してください。")
			}
		}
	}
}

func (p *page) says(phrase string) bool {
	return bytes.Contains(p.data, []byte(phrase)) || bytes.Contains(p.plain(p.nodes[0]), []byte(phrase))
}

// nearest is where most of a phrase still stands, from its beginning or up to
// its end; where the text begins if that is less than half.
func (p *page) nearest(phrase string) int {
	letters := []rune(phrase)
	for n := len(letters) - 1; n >= 2 && n >= len(letters)/2; n-- {
		for _, part := range []string{string(letters[:n]), string(letters[len(letters)-n:])} {
			if at := bytes.Index(p.data, []byte(part)); at >= 0 {
				return at
			}
		}
	}
	return p.body
}
