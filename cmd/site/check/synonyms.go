package check

// Everyday words by which search finds a page: synonyms.yaml.

import (
	"cmp"
	"fmt"
	"maps"
	"regexp"
	"slices"
)

// synonyms are what each word leads to.
type synonyms struct {
	document
	words map[string]struct {
		Yomi  string
		Pages []string
	}
}

// reading is a word or a title as it is read.
var reading = regexp.MustCompile(`^[ぁ-ゖー・ ]+$`)

// everyday: each word leads to published pages, and has its place in the order
// of readings.
func everyday(p *pass) {
	for _, word := range slices.Sorted(maps.Keys(p.synonyms.words)) {
		of := p.synonyms.words[word]
		if !reading.MatchString(cmp.Or(of.Yomi, word)) {
			p.report(p.synonyms.key(word+".yomi"), "「"+word+"」の読みがないか、ひらがなではありません。", "yomi: に、ひらがなで書いてください。")
		}
		if len(of.Pages) == 0 {
			p.report(p.synonyms.key(word), "「"+word+"」から行くページがありません。", "pages: に、/measures/s1/ のように書いてください。")
		}
		for i, url := range of.Pages {
			if page := p.byURL[url]; page == nil || page.draft {
				p.report(p.synonyms.key(fmt.Sprintf("%s.pages[%d]", word, i)), "「"+word+"」から行く "+url+" のページがありません。", "つづりを確かめるか、消してください。")
			}
		}
	}
}
