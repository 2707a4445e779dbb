package check

// The plan and its measures hold on to each other: each measure says which
// passages it carries out, and nothing that the plan sets out to do is left lying.

import (
	"fmt"
	"strings"

	"github.com/yuin/goldmark/ast"
)

// undertakings is the heading under which a chapter names what is to be done, a
// passage with a heading of its own each.
const undertakings = "具体的取組"

func carries(p *pass) {
	carried, unknown := map[string]bool{}, false
	for _, measure := range p.pages {
		if measure.section != "measures" || measure.index {
			continue
		}
		unknown = unknown || measure.broken != nil || len(measure.params) == 0 // frontMatter
		list, _ := measure.params["carries"].([]any)
		for i, entry := range list {
			passage, _ := entry.(map[string]any)
			to, _ := passage["page"].(string)
			id, _ := passage["id"].(string)
			if to == "" || id == "" {
				continue // frontMatter
			}
			report := func(field, message, mend string) {
				p.report(measure.key(fmt.Sprintf("params.carries[%d].%s", i, field)), "carries: "+message, mend)
			}
			switch page := p.byURL[strings.TrimSuffix(to, "/")+"/"]; {
			case page == nil:
				report("page", to+" のページがありません。", "/plan/staff のように、プランの章のアドレスを書いてください。")
			case page.draft && !measure.draft:
				report("page", to+" は下書きなので、公開したサイトにはありません。", "その行を消すか、下書きの印（draft）を外してください。")
			case page.broken == nil && !page.hasHeading(id):
				report("id", to+" のページに #"+id+" という名前の見出しがありません。", "つづりを確かめるか、その行を消してください。")
			case !measure.draft:
				carried[page.url+"#"+id] = true
			}
		}
	}
	for _, page := range p.in("plan") {
		if unknown || page.broken != nil {
			continue
		}
		within := false
		for h := range each[*ast.Heading](page) {
			name := string(page.plain(h))
			if h.Level <= 2 {
				within = name == undertakings
			}
			if id, _ := writtenID(h); within && h.Level == 3 && id != "" && !carried[page.url+"#"+id] {
				p.report(page.at(h.Pos()), "「"+name+"」を進める取組がありません。",
					fmt.Sprintf("content/measures/ の取組の carries に {page: %s, id: %s} を足してください。", strings.TrimSuffix(page.url, "/"), id))
			}
		}
	}
}
