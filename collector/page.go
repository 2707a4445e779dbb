package collector

// Pages for people whose request could not be taken. They look like the site:
// the frame is the page that Hugo built for 404, with other words in its main
// part. Where there is none, a small page without a frame says the same.

import (
	"bytes"
	"net/http"
	"os"
	"path/filepath"
	"strings"

	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"
)

// sendPage sends the outcome with links that lead on.
func (s *Server) sendPage(w http.ResponseWriter, o outcome, sub *submission) {
	send(w, o.status, "text/html; charset=utf-8", s.errorPage(o, sub))
}

func (s *Server) errorPage(o outcome, sub *submission) []byte {
	doc := s.frame()
	main := find(doc, func(n *html.Node) bool { return n.DataAtom == atom.Main })
	title := find(doc, func(n *html.Node) bool { return n.DataAtom == atom.Title && n.Namespace == "" })
	if main == nil || title == nil {
		doc, _ = html.Parse(strings.NewReader(bareFrame))
		main = find(doc, func(n *html.Node) bool { return n.DataAtom == atom.Main })
		title = find(doc, func(n *html.Node) bool { return n.DataAtom == atom.Title })
	}

	words := o.title
	if _, site, ok := strings.Cut(textOf(title), "｜"); ok {
		words += "｜" + site
	}
	empty(title)
	title.AppendChild(text(words))

	// The classes are those of layouts/404.html.
	empty(main)
	article := element("article", "class", "text")
	frame := element("div", "class", "frame")
	frame.AppendChild(article)
	main.AppendChild(frame)
	header := element("header", "class", "page-head")
	header.AppendChild(element("h1", "", "", text(o.title)))
	header.AppendChild(element("p", "class", "lead", text(o.text)))
	article.AppendChild(header)
	if sub != nil {
		if len(sub.fields) > 0 { // there was no page to put them into
			list := element("ul", "class", "error-message")
			for _, f := range sub.fields {
				list.AppendChild(element("li", "", "", text(caption(sub.form.def, f))))
			}
			article.AppendChild(list)
		}
		if sub.form != nil {
			article.AppendChild(element("p", "", "", link("/surveys/"+sub.form.def.ID+"/", "「"+sub.form.def.Title+"」のページを開く")))
		} else {
			article.AppendChild(element("p", "", "", link("/surveys/", "アンケートの一覧を見る")))
		}
	}
	article.AppendChild(element("p", "", "", link("/", "ホームへ戻る")))
	return render(doc)
}

// frame is the site's 404 page, or an empty document.
func (s *Server) frame() *html.Node {
	page, err := os.ReadFile(filepath.Join(s.site, "404.html"))
	if err == nil {
		if doc, err := html.Parse(bytes.NewReader(page)); err == nil {
			return doc
		}
	}
	return &html.Node{Type: html.DocumentNode}
}

const bareFrame = `<!doctype html>
<html lang="ja">
<head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark"><meta name="robots" content="noindex">
<title></title></head>
<body><main id="main"></main></body>
</html>
`

// Small words for building and searching a tree of x/net/html.

func render(doc *html.Node) []byte {
	var b bytes.Buffer
	if err := html.Render(&b, doc); err != nil {
		panic(err) // fails for trees that no parser makes
	}
	return b.Bytes()
}

func find(n *html.Node, match func(*html.Node) bool) *html.Node {
	for d := range n.Descendants() {
		if d.Type == html.ElementNode && match(d) {
			return d
		}
	}
	return nil
}

func element(name, key, value string, children ...*html.Node) *html.Node {
	n := &html.Node{Type: html.ElementNode, Data: name, DataAtom: atom.Lookup([]byte(name))}
	if key != "" {
		setAttr(n, key, value)
	}
	for _, c := range children {
		n.AppendChild(c)
	}
	return n
}

func link(href, words string) *html.Node {
	return element("a", "href", href, text(words))
}

func text(s string) *html.Node { return &html.Node{Type: html.TextNode, Data: s} }

func textOf(n *html.Node) string {
	var b strings.Builder
	for d := range n.Descendants() {
		if d.Type == html.TextNode {
			b.WriteString(d.Data)
		}
	}
	return b.String()
}

func empty(n *html.Node) {
	for n.FirstChild != nil {
		n.RemoveChild(n.FirstChild)
	}
}

func attr(n *html.Node, key string) (string, bool) {
	for _, a := range n.Attr {
		if a.Namespace == "" && a.Key == key {
			return a.Val, true
		}
	}
	return "", false
}

func setAttr(n *html.Node, key, value string) {
	for i := range n.Attr {
		if n.Attr[i].Namespace == "" && n.Attr[i].Key == key {
			n.Attr[i].Val = value
			return
		}
	}
	n.Attr = append(n.Attr, html.Attribute{Key: key, Val: value})
}

func removeAttr(n *html.Node, key string) {
	for i, a := range n.Attr {
		if a.Namespace == "" && a.Key == key {
			n.Attr = append(n.Attr[:i], n.Attr[i+1:]...)
			return
		}
	}
}
