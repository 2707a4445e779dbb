package page

// The form again, as Hugo built it, with everything that was typed and what to
// do about it. All it needs of the page is controls with the right names; any
// page that has them will do.
//
//   - a summary on top of the page's main part takes the focus (role="alert",
//     autofocus) and leads to each mistake;
//   - each message stands under the legend of the fieldset that belongs to the
//     question, else at the label, else before the control;
//   - the controls are marked with aria-invalid, and aria-describedby joins the
//     fieldset and the first control with the message (WCAG 2.2 SC 3.3.1, 1.3.1);
//   - the title begins with エラー, since it is what a screen reader says first.

import (
	"bytes"
	"cmp"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"
)

// Refill returns the page with the values in their controls and the notice said.
// Controls whose name is no key of values are left as they are; those of a key
// without a value are emptied. Relative links are made to lead where they led
// from base, the path of the page's own address. It fails on a page that cannot
// be parsed.
func Refill(page []byte, base string, values map[string][]string, n Notice) ([]byte, error) {
	doc, err := html.Parse(bytes.NewReader(page))
	if err != nil {
		return nil, err
	}
	f := find(doc, values)
	for name, controls := range f.controls {
		fill(controls, values[name])
	}
	f.putOnTop(f.summary(n))
	if title := first(doc.Descendants(), atom.Title); title != nil {
		title.InsertBefore(text("エラー："), title.FirstChild)
	}
	rebase(doc, base)
	return render(doc), nil
}

// form is what there is on a page to fill in.
type form struct {
	doc      *html.Node
	controls map[string][]*html.Node // by name, in the page's order
	labels   map[string]*html.Node   // by the id they are for
	ids      map[string]bool
	place    *html.Node // the form around the first control, or that control
}

// find looks around once, for controls of these names.
func find(doc *html.Node, names map[string][]string) *form {
	f := &form{doc: doc, controls: map[string][]*html.Node{}, labels: map[string]*html.Node{}, ids: map[string]bool{}}
	for n := range doc.Descendants() {
		if id, ok := attr(n, "id"); ok {
			f.ids[id] = true
		}
		removeAttr(n, "autofocus") // the summary's now
		switch n.DataAtom {
		case atom.Label:
			if target, _ := attr(n, "for"); target != "" && f.labels[target] == nil {
				f.labels[target] = n
			}
		case atom.Input, atom.Textarea, atom.Select:
			name, _ := attr(n, "name")
			if _, asked := names[name]; asked {
				f.controls[name] = append(f.controls[name], n)
				f.place = cmp.Or(f.place, first(n.Ancestors(), atom.Form), n)
			}
		}
	}
	return f
}

// fill puts the values sent under one name into the controls of that name.
// What the page had chosen by itself is undone.
func fill(controls []*html.Node, values []string) {
	for _, c := range controls {
		switch kind(c) {
		case "select":
			for o := range c.Descendants() {
				if is(o, atom.Option) {
					toggleAttr(o, "selected", slices.Contains(values, optionValue(o)))
				}
			}
		case "radio", "checkbox":
			value, ok := attr(c, "value")
			if !ok {
				value = "on"
			}
			toggleAttr(c, "checked", slices.Contains(values, value))
		case "submit", "reset", "button", "image", "file":
		default: // these hold one value each
			value := ""
			if len(values) > 0 {
				value, values = lineFeeds.Replace(values[0]), values[1:]
			}
			if is(c, atom.Textarea) {
				setText(c, value)
			} else {
				setAttr(c, "value", value)
			}
		}
	}
}

// lineFeeds does what a parser does with a CR, which would else be written as
// &#13; and be part of the value.
var lineFeeds = strings.NewReplacer("\r\n", "\n", "\r", "\n")

// kind is an input's type, or the name of any other control.
func kind(control *html.Node) string {
	if !is(control, atom.Input) {
		return control.Data
	}
	t, _ := attr(control, "type")
	return strings.ToLower(t)
}

// optionValue is what a select sends for the option (HTML, 4.10.10).
func optionValue(o *html.Node) string {
	if v, ok := attr(o, "value"); ok {
		return v
	}
	return strings.Join(strings.Fields(textOf(o)), " ")
}

// summary says the notice and marks its mistakes, which it links to.
func (f *form) summary(n Notice) *html.Node {
	summary := markup(`<div class="error-summary" id="%s" role="alert" tabindex="-1" autofocus><h2>%s</h2><p>%s</p></div>`,
		f.newID("error-summary"), n.Title, n.Text)
	if len(n.Mistakes) > 0 {
		list := markup(`<ul></ul>`)
		for _, m := range n.Mistakes {
			item := markup(`<li>%s</li>`, m.caption())
			if id := f.mark(m); id != "" {
				item = markup(`<li><a href="#%s">%s</a></li>`, id, m.caption())
			}
			list.AppendChild(item)
		}
		summary.AppendChild(list)
	}
	lost := slices.DeleteFunc(slices.Clone(n.Written), func(w Written) bool { return len(f.controls[w.Name]) > 0 })
	if written := toCopy(lost); written != nil {
		summary.AppendChild(written)
	}
	return summary
}

// mark puts the message where the question is, and returns the id to link to;
// "" where the page has no control of that name that can be seen.
func (f *form) mark(m Mistake) string {
	controls := slices.Clone(f.controls[m.Name])
	controls = slices.DeleteFunc(controls, func(c *html.Node) bool { return kind(c) == "hidden" })
	if len(controls) == 0 {
		return ""
	}
	for _, c := range controls {
		setAttr(c, "aria-invalid", "true")
	}
	control := controls[0]
	messageID := f.newID("error-" + m.Name)
	message := markup(`<p class="error-message" id="%s">%s</p>`, messageID, m.Message)
	describe(control, messageID)
	if set, legend := f.fieldset(control, m.Name); legend != nil {
		describe(set, messageID)
		insertAfter(legend, message)
	} else if label := f.label(control); label == nil {
		control.Parent.InsertBefore(message, control)
	} else if first(control.Ancestors(), atom.Label) == label {
		label.Parent.InsertBefore(message, label)
	} else {
		insertAfter(label, message)
	}
	switch message.Parent.DataAtom { // where a block may not stand
	case atom.P, atom.Span, atom.Label, atom.Legend, atom.Dt, atom.Strong, atom.Em, atom.B, atom.H2, atom.H3, atom.H4:
		message.Data, message.DataAtom = "span", atom.Span
	}
	id, _ := attr(control, "id")
	if id == "" {
		id = f.newID("field-" + m.Name)
		setAttr(control, "id", id)
	}
	return id
}

// newID returns wish, or wish with a number where the page has that id already.
func (f *form) newID(wish string) string {
	id := wish
	for n := 2; f.ids[id]; n++ {
		id = wish + "-" + strconv.Itoa(n)
	}
	f.ids[id] = true
	return id
}

// fieldset is the nearest one with a legend that holds controls of this name
// alone: one around several questions is not theirs.
func (f *form) fieldset(control *html.Node, name string) (set, legend *html.Node) {
	set = first(control.Ancestors(), atom.Fieldset)
	if set == nil {
		return nil, nil
	}
	for other, controls := range f.controls {
		if other != name && slices.ContainsFunc(controls, func(c *html.Node) bool { return slices.Contains(ancestors(c), set) }) {
			return nil, nil
		}
	}
	return set, first(set.ChildNodes(), atom.Legend)
}

func (f *form) label(control *html.Node) *html.Node {
	id, _ := attr(control, "id")
	return cmp.Or(f.labels[id], first(control.Ancestors(), atom.Label))
}

// describe adds the message to what already describes n.
func describe(n *html.Node, id string) {
	before, _ := attr(n, "aria-describedby")
	setAttr(n, "aria-describedby", strings.TrimSpace(before+" "+id))
}

// putOnTop places the summary above the page's heading, in the column that the
// heading shares with the form. Without a heading it stands above the form,
// without a form on top of the main part.
func (f *form) putOnTop(summary *html.Node) {
	if f.place == nil {
		page := f.doc.Descendants()
		top := cmp.Or(first(page, atom.Main), first(page, atom.Body), first(page, atom.Html))
		top.InsertBefore(summary, top.FirstChild)
		return
	}
	below := cmp.Or(first(f.doc.Descendants(), atom.H1), f.place)
	for column := ancestors(f.place); !slices.Contains(column, below.Parent); {
		below = below.Parent
	}
	below.Parent.InsertBefore(summary, below)
}

func ancestors(n *html.Node) []*html.Node { return slices.Collect(n.Ancestors()) }

// rebase makes relative links lead where they led from base.
func rebase(doc *html.Node, base string) {
	from := &url.URL{Path: base}
	for n := range doc.Descendants() {
		for i, a := range n.Attr {
			switch a.Key {
			case "href", "src", "action", "formaction":
				to, err := url.Parse(a.Val)
				thisPage := a.Val == "" || a.Val[0] == '#'
				if err == nil && !thisPage {
					n.Attr[i].Val = from.ResolveReference(to).String()
				}
			}
		}
	}
}
