package check

// What a page may say all the same: the front matter's allow names the rule, the
// words as they stand in the page, and the reason.

import (
	"bytes"
	"fmt"
)

// exception is an entry of allow.
type exception struct {
	rule, text string
	at         place // of the entry's text
	used       bool
}

// readExceptions takes those that give a reason; frontMatter speaks of the others.
func (p *page) readExceptions() {
	list, _ := p.params["allow"].([]any)
	for i, entry := range list {
		of, _ := entry.(map[string]any)
		rule, _ := of["rule"].(string)
		text := fmt.Sprint(of["text"])
		if reason, _ := of["reason"].(string); reason != "" && text != "" {
			p.exceptions = append(p.exceptions, &exception{rule: rule, text: text, at: p.key(fmt.Sprintf("params.allow[%d].text", i))})
		}
	}
}

// allowed says whether the page may have what stands between two offsets: the
// words of an exception lie over it. The line that makes the exception is no use
// of it.
func (p *pass) allowed(from, to int) bool {
	found := false
	for _, e := range p.page.exceptions {
		if e.rule != p.rule.name || len(e.text) < to-from {
			continue
		}
		around := p.page.data[max(0, to-len(e.text)):min(from+len(e.text), len(p.page.data))]
		if bytes.Contains(around, []byte(e.text)) {
			found = true
			e.used = e.used || p.page.at(from).line != e.at.line
		}
	}
	return found
}

// needless: each exception is made for something.
func needless(p *pass) {
	for _, e := range p.page.exceptions {
		if !e.used {
			p.report(e.at, "allow に書かれた言葉は、このページにないか、書いても知らせないものです。", "この項目を消すか、text をページのとおりに書いてください。")
		}
	}
}
