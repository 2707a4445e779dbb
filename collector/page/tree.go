package page

// Small words for building and searching a tree of x/net/html.

import (
	"bytes"
	"slices"
	"strings"

	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"
)

// is tells elements of HTML from those of SVG, which has a title of its own.
func is(n *html.Node, a atom.Atom) bool {
	return n.Type == html.ElementNode && n.DataAtom == a && n.Namespace == ""
}

// first is the first element of a kind below n, or nil.
func first(n *html.Node, a atom.Atom) *html.Node {
	for d := range n.Descendants() {
		if is(d, a) {
			return d
		}
	}
	return nil
}

// around is the nearest ancestor of a kind, or nil.
func around(n *html.Node, a atom.Atom) *html.Node {
	for p := range n.Ancestors() {
		if is(p, a) {
			return p
		}
	}
	return nil
}

// element has one attribute, or with an empty key none.
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
