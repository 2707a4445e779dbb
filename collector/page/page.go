// Package page makes the pages that people get whose request could not be
// taken: the form again with all that was typed (Refill), and one that says why
// in the frame of the site (Refusal). Bytes go in and bytes come out: it knows no
// HTTP and no survey, and of the site no more than it finds on the page it is
// given.
package page

import (
	"bytes"
	_ "embed"
	"strings"

	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"
)

// Notice is what a page says.
type Notice struct {
	Title    string
	Text     string
	Mistakes []Mistake
	Written  []Written
}

// Mistake is something to put right at the controls of one name.
type Mistake struct {
	Name     string
	Question string // what the controls ask, to tell of them elsewhere; may be empty
	Message  string
}

// Written is a text that a person wrote, shown to be copied where the page has no
// control of its name.
type Written struct {
	Name     string
	Question string // as in Mistake
	Text     string
}

// caption is the message where it does not stand at its controls.
func (m Mistake) caption() string {
	if m.Question == "" {
		return m.Message
	}
	return "「" + strings.TrimSuffix(m.Question, "。") + "」：" + m.Message
}

// Link leads on from a page that has no form.
type Link struct{ Href, Words string }

//go:embed frame.html
var bareFrame []byte

// Refusal says the notice in the main part of frame, a page of the site. A frame
// that lacks a main part or a title, or nil, gives a small page without one.
func Refusal(frame []byte, n Notice, links ...Link) []byte {
	doc, title, main := parts(frame)
	if title == nil || main == nil {
		doc, title, main = parts(bareFrame)
	}
	words := n.Title
	if _, site, ok := strings.Cut(textOf(title), "｜"); ok {
		words += "｜" + site
	}
	setText(title, words)

	// The classes are those of layouts/404.html.
	column := markup(`<div class="frame edition"><article class="text">`+
		`<header class="page-head"><h1>%s</h1><p class="lead">%s</p></header></article></div>`, n.Title, n.Text)
	article := column.FirstChild
	if len(n.Mistakes) > 0 {
		list := markup(`<ul class="error-message"></ul>`)
		for _, m := range n.Mistakes {
			list.AppendChild(markup(`<li>%s</li>`, m.caption()))
		}
		article.AppendChild(list)
	}
	if written := toCopy(n.Written); written != nil {
		article.AppendChild(written)
	}
	for _, l := range links {
		article.AppendChild(markup(`<p><a href="%s">%s</a></p>`, l.Href, l.Words))
	}
	empty(main)
	main.AppendChild(column)
	return render(doc)
}

// toCopy shows texts; nil if there are none.
func toCopy(texts []Written) *html.Node {
	if len(texts) == 0 {
		return nil
	}
	section := markup(`<section class="prose"><h2>書いたもの</h2><p>必要なら、写して手元に残してください。</p></section>`)
	for _, w := range texts {
		if w.Question != "" {
			section.AppendChild(markup(`<h3>%s</h3>`, w.Question))
		}
		section.AppendChild(markup(`<p class="written">%s</p>`, lineFeeds.Replace(w.Text)))
	}
	return section
}

// parts finds nothing on a page that cannot be parsed.
func parts(page []byte) (doc, title, main *html.Node) {
	doc, err := html.Parse(bytes.NewReader(page))
	if err != nil {
		return nil, nil, nil
	}
	return doc, first(doc.Descendants(), atom.Title), first(doc.Descendants(), atom.Main)
}
