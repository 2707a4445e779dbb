package collector

// The form again, as Hugo built it, with everything that was typed and what to
// do about it. All it needs of the page are controls whose names are question
// ids; any page that has them will do.
//
//   - a summary on top of the page's main part takes the focus (role="alert",
//     autofocus) and leads to each field;
//   - each message stands under the legend of the fieldset that belongs to the
//     question, else at the label, else before the control;
//   - the controls are marked with aria-invalid, and aria-describedby joins the
//     fieldset and the first control with the message (WCAG 2.2 SC 3.3.1, 1.3.1);
//   - the title begins with エラー, since it is what a screen reader says first.

import (
	"bytes"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"

	"staffplan/collector/survey"
)

// sendRefilled reports whether there was a page to fill.
func (s *Server) sendRefilled(w http.ResponseWriter, o outcome, sub *submission) bool {
	d := sub.form.def
	page, err := os.ReadFile(filepath.Join(s.site, "surveys", d.ID, "index.html"))
	if err != nil {
		return false
	}
	page, err = refill(page, d, o, sub.input, sub.fields)
	if err != nil {
		return false
	}
	send(w, o.status, "text/html; charset=utf-8", page)
	return true
}

// refill returns page with input in its controls, and o and fields said.
func refill(page []byte, d *survey.Definition, o outcome, input survey.Input, fields []survey.FieldError) ([]byte, error) {
	doc, err := html.Parse(bytes.NewReader(page))
	if err != nil {
		return nil, err
	}
	p := &formPage{doc: doc, controls: map[string][]*html.Node{}, ids: map[string]bool{}}
	p.survey(d)
	for name, controls := range p.controls {
		fill(controls, input.Get(name))
	}
	summary := element("div", "class", "error-summary")
	setAttr(summary, "id", p.id("error-summary"))
	setAttr(summary, "role", "alert")
	setAttr(summary, "tabindex", "-1")
	setAttr(summary, "autofocus", "")
	summary.AppendChild(element("h2", "", "", text(o.title)))
	summary.AppendChild(element("p", "", "", text(o.text+stillHere)))
	if len(fields) > 0 {
		list := element("ul", "", "")
		for _, f := range fields {
			words := text(caption(d, f))
			if target := p.mark(f); target != "" {
				list.AppendChild(element("li", "", "", element("a", "href", "#"+target, words)))
			} else {
				list.AppendChild(element("li", "", "", words))
			}
		}
		summary.AppendChild(list)
	}
	p.putOnTop(summary)
	if p.title != nil {
		p.title.InsertBefore(text("エラー："), p.title.FirstChild)
	}
	p.rebase("/surveys/" + d.ID + "/")
	return render(doc), nil
}

// caption names the question in the summary, where it stands alone.
func caption(d *survey.Definition, f survey.FieldError) string {
	if q := d.Question(f.Name); q != nil {
		return "「" + strings.TrimSuffix(q.Text, "。") + "」：" + f.Message
	}
	return f.Message
}

// formPage is what refill has found on a page.
type formPage struct {
	doc      *html.Node
	title    *html.Node
	heading  *html.Node              // the first h1
	form     *html.Node              // around the first control, or that control
	controls map[string][]*html.Node // by name, in the page's order
	labels   map[string]*html.Node   // by the id they are for
	ids      map[string]bool
}

// survey looks around once.
func (p *formPage) survey(d *survey.Definition) {
	p.labels = map[string]*html.Node{}
	for n := range p.doc.Descendants() {
		if n.Type != html.ElementNode {
			continue
		}
		if id, ok := attr(n, "id"); ok {
			p.ids[id] = true
		}
		removeAttr(n, "autofocus") // the summary's now
		switch n.DataAtom {
		case atom.Title:
			if p.title == nil && n.Namespace == "" {
				p.title = n
			}
		case atom.H1:
			if p.heading == nil {
				p.heading = n
			}
		case atom.Label:
			if target, ok := attr(n, "for"); ok && p.labels[target] == nil {
				p.labels[target] = n
			}
		case atom.Input, atom.Textarea, atom.Select:
			name, _ := attr(n, "name")
			if name != "ticket" && d.Question(name) == nil {
				continue
			}
			p.controls[name] = append(p.controls[name], n)
			if p.form == nil {
				p.form = around(n, atom.Form)
				if p.form == nil {
					p.form = n
				}
			}
		}
	}
}

// id returns wish, or wish with a number where the page has that id already.
func (p *formPage) id(wish string) string {
	id := wish
	for n := 2; p.ids[id]; n++ {
		id = wish + "-" + strconv.Itoa(n)
	}
	p.ids[id] = true
	return id
}

// fill puts the values sent under one name into the controls of that name.
// What the page had chosen by itself is undone.
func fill(controls []*html.Node, values []string) {
	next := 0 // of the values, for controls that hold one each
	for _, c := range controls {
		switch c.DataAtom {
		case atom.Select:
			for o := range c.Descendants() {
				if o.DataAtom == atom.Option {
					toggle(o, "selected", slices.Contains(values, optionValue(o)))
				}
			}
			continue
		case atom.Input:
			switch kind(c) {
			case "radio", "checkbox":
				value, ok := attr(c, "value")
				if !ok {
					value = "on"
				}
				toggle(c, "checked", slices.Contains(values, value))
				continue
			case "submit", "reset", "button", "image", "file":
				continue
			}
		}
		value := ""
		if next < len(values) {
			value = survey.LineFeeds(values[next]) // as a parser would with a CR anyway
			next++
		}
		if c.DataAtom == atom.Textarea {
			empty(c)
			c.AppendChild(text(value))
		} else {
			setAttr(c, "value", value)
		}
	}
}

func toggle(n *html.Node, key string, on bool) {
	if on {
		setAttr(n, key, "")
	} else {
		removeAttr(n, key)
	}
}

func kind(input *html.Node) string {
	t, _ := attr(input, "type")
	return strings.ToLower(t)
}

// optionValue is what a select sends for the option (HTML, 4.10.10).
func optionValue(o *html.Node) string {
	if v, ok := attr(o, "value"); ok {
		return v
	}
	return strings.Join(strings.Fields(textOf(o)), " ")
}

// mark puts the message of f where the question is, and returns the id to link
// to; "" where the page has no control of that name that can be seen.
func (p *formPage) mark(f survey.FieldError) string {
	controls := slices.DeleteFunc(slices.Clone(p.controls[f.Name]), func(c *html.Node) bool {
		return c.DataAtom == atom.Input && kind(c) == "hidden"
	})
	if len(controls) == 0 {
		return ""
	}
	first := controls[0]
	message := p.id("error-" + f.Name)
	for _, c := range controls {
		setAttr(c, "aria-invalid", "true")
	}
	describe(first, message)
	if set, legend := p.fieldset(first, f.Name); legend != nil {
		describe(set, message)
		insertAfter(legend, p.message(set, message, f))
	} else if label := p.label(first); label == nil {
		first.Parent.InsertBefore(p.message(first.Parent, message, f), first)
	} else if around(first, atom.Label) == label {
		label.Parent.InsertBefore(p.message(label.Parent, message, f), label)
	} else {
		insertAfter(label, p.message(label.Parent, message, f))
	}
	id, ok := attr(first, "id")
	if !ok || id == "" {
		id = p.id("field-" + f.Name)
		setAttr(first, "id", id)
	}
	return id
}

// message is a block, or a span where parent takes no blocks.
func (p *formPage) message(parent *html.Node, id string, f survey.FieldError) *html.Node {
	name := "p"
	switch parent.DataAtom {
	case atom.P, atom.Span, atom.Label, atom.Legend, atom.Dt, atom.Strong, atom.Em, atom.B, atom.H2, atom.H3, atom.H4:
		name = "span"
	}
	n := element(name, "class", "error-message", text(f.Message))
	setAttr(n, "id", id)
	return n
}

// fieldset is the nearest one with a legend that holds controls of this name
// alone: one around several questions is not theirs.
func (p *formPage) fieldset(control *html.Node, name string) (set, legend *html.Node) {
	set = around(control, atom.Fieldset)
	if set == nil {
		return nil, nil
	}
	for other, controls := range p.controls {
		if other == name {
			continue
		}
		for _, c := range controls {
			for a := range c.Ancestors() {
				if a == set {
					return nil, nil
				}
			}
		}
	}
	for c := set.FirstChild; c != nil; c = c.NextSibling {
		if c.DataAtom == atom.Legend {
			return set, c
		}
	}
	return nil, nil
}

func (p *formPage) label(control *html.Node) *html.Node {
	if id, ok := attr(control, "id"); ok && p.labels[id] != nil {
		return p.labels[id]
	}
	return around(control, atom.Label)
}

// describe adds the message to what already describes n.
func describe(n *html.Node, id string) {
	if before, ok := attr(n, "aria-describedby"); ok && before != "" {
		id = before + " " + id
	}
	setAttr(n, "aria-describedby", id)
}

func insertAfter(n, added *html.Node) {
	n.Parent.InsertBefore(added, n.NextSibling)
}

// around is the nearest ancestor of this kind, or nil.
func around(n *html.Node, a atom.Atom) *html.Node {
	for p := range n.Ancestors() {
		if p.DataAtom == a && p.Namespace == "" {
			return p
		}
	}
	return nil
}

// putOnTop places the summary above the page's heading, in the column that the
// heading shares with the form; without either, on top of the main part.
func (p *formPage) putOnTop(summary *html.Node) {
	if p.form != nil {
		parent, before := p.form.Parent, p.form
		if p.heading != nil {
			above := map[*html.Node]*html.Node{} // ancestor of the heading: its child on the way
			child := p.heading
			for a := range p.heading.Ancestors() {
				above[a] = child
				child = a
			}
			for a := range p.form.Ancestors() {
				if c, shared := above[a]; shared {
					parent, before = a, c
					break
				}
			}
		}
		parent.InsertBefore(summary, before)
		return
	}
	for _, a := range []atom.Atom{atom.Main, atom.Body} {
		if n := find(p.doc, func(n *html.Node) bool { return n.DataAtom == a }); n != nil {
			n.InsertBefore(summary, n.FirstChild)
			return
		}
	}
}

// rebase makes relative links lead where they led from the form's own address:
// this page is shown under /answers/.
func (p *formPage) rebase(base string) {
	from := &url.URL{Path: base}
	for n := range p.doc.Descendants() {
		for i, a := range n.Attr {
			switch a.Key {
			case "href", "src", "action", "formaction":
			default:
				continue
			}
			if a.Val == "" || a.Val[0] == '#' { // this very page
				continue
			}
			if to, err := url.Parse(a.Val); err == nil && !to.IsAbs() && to.Host == "" && !strings.HasPrefix(to.Path, "/") {
				n.Attr[i].Val = from.ResolveReference(to).String()
			}
		}
	}
}
