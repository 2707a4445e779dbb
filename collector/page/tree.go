package page

// Small words for building and searching a tree of x/net/html.

import (
	"bytes"
	"fmt"
	"iter"
	"slices"
	"strings"

	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"
)

// is tells elements of HTML from those of SVG, which has a title of its own.
func is(n *html.Node, a atom.Atom) bool {
	return n.Type == html.ElementNode && n.DataAtom == a && n.Namespace == ""
}

// first is the first element of a kind, or nil.
func first(nodes iter.Seq[*html.Node], a atom.Atom) *html.Node {
	for n := range nodes {
		if is(n, a) {
			return n
		}
	}
	return nil
}

// markup makes an element of HTML, with words in place of each %s.
func markup(format string, words ...string) *html.Node {
	escaped := make([]any, len(words))
	for i, w := range words {
		escaped[i] = html.EscapeString(w)
	}
	body := &html.Node{Type: html.ElementNode, Data: "body", DataAtom: atom.Body}
	nodes, err := html.ParseFragment(strings.NewReader(fmt.Sprintf(format, escaped...)), body)
	if err != nil {
		panic(err) // no reader fails, and nothing is nested deeply
	}
	return nodes[0]
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

func setText(n *html.Node, s string) {
	empty(n)
	n.AppendChild(text(s))
}

func empty(n *html.Node) {
	for n.FirstChild != nil {
		n.RemoveChild(n.FirstChild)
	}
}

func insertAfter(n, added *html.Node) { n.Parent.InsertBefore(added, n.NextSibling) }

func attr(n *html.Node, key string) (string, bool) {
	for _, a := range n.Attr {
		if a.Namespace == "" && a.Key == key {
			return a.Val, true
		}
	}
	return "", false
}

func setAttr(n *html.Node, key, value string) {
	removeAttr(n, key)
	n.Attr = append(n.Attr, html.Attribute{Key: key, Val: value})
}

func removeAttr(n *html.Node, key string) {
	n.Attr = slices.DeleteFunc(n.Attr, func(a html.Attribute) bool { return a.Namespace == "" && a.Key == key })
}

// toggleAttr is for those that say all by being there.
func toggleAttr(n *html.Node, key string, on bool) {
	if on {
		setAttr(n, key, "")
	} else {
		removeAttr(n, key)
	}
}

func render(doc *html.Node) []byte {
	var b bytes.Buffer
	if err := html.Render(&b, doc); err != nil {
		panic(err) // fails for trees that no parser makes
	}
	return b.Bytes()
}
