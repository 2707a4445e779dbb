package check

// What stays whatever else is edited: kept.yaml.

import (
	"bytes"
	"maps"
	"slices"
)

// kept are the plan's own words by address, also where there are none.
type kept struct {
	document
	phrases  map[string][]string
	distinct []phrase // phrases.go
}

// stays: each address is there and published, and says its phrases letter for letter.
func stays(p *pass) {
	for _, address := range slices.Sorted(maps.Keys(p.kept.phrases)) {
		switch page := p.byURL[address]; {
		case page == nil:
			p.report(p.kept.key(address), address+" のページがなくなっています。ほかからのリンクが切れてしまいます。", "ファイルを元の名前と場所に戻してください。")
		case page.draft:
			p.report(page.key("draft"), address+" は、なくしてはいけないページです。下書きにすると、公開したサイトから消えてしまいます。", "draft の行を消してください。")
		case page.broken == nil:
			text := bytes.ReplaceAll(page.plain(page.nodes()[0]), []byte("\n"), nil) // as joined.html does
			for _, phrase := range p.kept.phrases[address] {
				if !bytes.Contains(page.data, []byte(phrase)) && !bytes.Contains(text, []byte(phrase)) {
					p.report(page.at(page.nearest(phrase)), "プランの言葉 "+phrase+" が、このページにありません。", "プランの言葉は一字も変えずに置きます。元の言葉に戻してください。")
				}
			}
		}
	}
}

// nearest is where most of a phrase still stands, from its beginning or up to
// its end; where the text begins if that is less than half.
func (p *page) nearest(phrase string) int {
	letters := []rune(phrase)
	for n := len(letters) - 1; n > len(letters)/2; n-- {
		for _, part := range [][]rune{letters[:n], letters[len(letters)-n:]} {
			if at := bytes.Index(p.data, []byte(string(part))); at >= 0 {
				return at
			}
		}
	}
	return p.body
}
