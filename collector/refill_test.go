package collector

// The form that comes back: on the site's page, and on one that shares nothing
// with it but the names of the controls.

import (
	"bytes"
	"io"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/rogpeppe/go-internal/txtar"
	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"

	"staffplan/collector/survey"
)

// sendForm posts a form and parses the page that comes back.
func (h *house) sendForm(path string, form url.Values) (*http.Response, *html.Node) {
	h.t.Helper()
	res, err := noRedirect.PostForm(h.url+path, form)
	if err != nil {
		h.t.Fatal(err)
	}
	defer res.Body.Close()
	page, err := io.ReadAll(res.Body)
	if err != nil {
		h.t.Fatal(err)
	}
	doc, err := html.Parse(strings.NewReader(string(page)))
	if err != nil {
		h.t.Fatal(err)
	}
	return res, doc
}

func byID(doc *html.Node, id string) *html.Node {
	return find(doc, func(n *html.Node) bool { v, _ := attr(n, "id"); return v == id })
}

// named gives the controls of a name, in order.
func named(doc *html.Node, name string) (all []*html.Node) {
	for n := range doc.Descendants() {
		if v, ok := attr(n, "name"); ok && v == name && n.DataAtom != atom.Meta {
			all = append(all, n)
		}
	}
	return all
}

// marked gives the values of the radios or boxes of a name that are checked.
func marked(doc *html.Node, name string) string {
	var values []string
	for _, n := range named(doc, name) {
		if _, on := attr(n, "checked"); on {
			v, _ := attr(n, "value")
			values = append(values, v)
		}
	}
	return strings.Join(values, ",")
}

// next is the element after n, over white space.
func next(n *html.Node) *html.Node {
	for n = n.NextSibling; n != nil && n.Type != html.ElementNode; n = n.NextSibling {
	}
	return n
}

func TestRefilledPage(t *testing.T) {
	h := start(t, Config{})
	const typed = "</textarea><script>alert(1)</script>\"'&"
	res, doc := h.sendForm("/answers/autumn", url.Values{
		"unit": {"kikaku"}, "q3": {"a", "zzz"}, "comment": {"\r\n" + typed + "\r\nここまで"}})
	if res.StatusCode != 422 {
		t.Fatal(res.Status)
	}

	t.Run("keeps what was sent", func(t *testing.T) {
		if got := marked(doc, "q1"); got != "" {
			t.Errorf("q1 %q", got)
		}
		if got := marked(doc, "unit"); got != "kikaku" {
			t.Errorf("unit %q: the page's own choice must give way", got)
		}
		if got := marked(doc, "q3"); got != "a" {
			t.Errorf("q3 %q", got)
		}
		if got, want := textOf(byID(doc, "comment")), "\n"+typed+"\nここまで"; got != want {
			t.Errorf("comment %q, want %q", got, want)
		}
		if find(doc, func(n *html.Node) bool { return n.DataAtom == atom.Script }) != nil {
			t.Error("typed text became a script")
		}
	})

	t.Run("title", func(t *testing.T) {
		title := find(doc, func(n *html.Node) bool { return n.DataAtom == atom.Title })
		if got := textOf(title); got != "エラー：秋のアンケート｜職員力" {
			t.Error(got)
		}
	})

	t.Run("summary", func(t *testing.T) {
		summary := byID(doc, "error-summary")
		if summary == nil {
			t.Fatal("none")
		}
		for key, want := range map[string]string{"class": "error-summary", "role": "alert", "tabindex": "-1", "autofocus": ""} {
			if got, ok := attr(summary, key); !ok || got != want {
				t.Errorf("%s %q, want %q", key, got, want)
			}
		}
		if next(summary).DataAtom != atom.Header || summary.Parent.DataAtom != atom.Article {
			t.Error("not in the heading's column, above it")
		}
		links := 0
		for n := range summary.Descendants() {
			if n.DataAtom != atom.A {
				continue
			}
			links++
			href, _ := attr(n, "href")
			target := byID(doc, strings.TrimPrefix(href, "#"))
			if target == nil {
				t.Errorf("%s leads nowhere", href)
			} else if target.DataAtom != atom.Input && target.DataAtom != atom.Textarea {
				t.Errorf("%s leads to a %s", href, target.Data)
			}
		}
		if links != 3 {
			t.Errorf("%d links, want 3", links)
		}
		if !strings.Contains(textOf(summary), "「仕事に誇りがある」：") {
			t.Errorf("questions are not named: %s", textOf(summary))
		}
	})

	t.Run("under the legend", func(t *testing.T) {
		for _, name := range []string{"q1", "q3"} {
			controls := named(doc, name)
			set := around(controls[0], atom.Fieldset)
			legend := find(set, func(n *html.Node) bool { return n.DataAtom == atom.Legend })
			message := next(legend)
			id, _ := attr(message, "id")
			if class, _ := attr(message, "class"); class != "error-message" || textOf(message) == "" {
				t.Errorf("%s: no message under the legend", name)
			}
			for _, described := range []*html.Node{set, controls[0]} {
				if got, _ := attr(described, "aria-describedby"); got != id || id == "" {
					t.Errorf("%s: %s described by %q, want %q", name, described.Data, got, id)
				}
			}
			for _, c := range controls {
				if got, _ := attr(c, "aria-invalid"); got != "true" {
					t.Errorf("%s: aria-invalid %q", name, got)
				}
			}
		}
	})

	t.Run("at the label", func(t *testing.T) {
		comment := byID(doc, "comment")
		described, _ := attr(comment, "aria-describedby")
		if described != "comment-hint error-comment" {
			t.Errorf("described by %q", described)
		}
		label := find(doc, func(n *html.Node) bool { v, _ := attr(n, "for"); return v == "comment" })
		if id, _ := attr(next(label), "id"); id != "error-comment" {
			t.Errorf("after the label stands %q", id)
		}
	})

	t.Run("says nothing where nothing is wrong", func(t *testing.T) {
		if _, wrong := attr(named(doc, "unit")[0], "aria-invalid"); wrong {
			t.Error("unit is marked")
		}
	})
}

func TestRefillAnyPage(t *testing.T) {
	h := start(t, Config{})
	res, doc := h.sendForm("/answers/box", url.Values{"short": {"{長すぎる題です、これは}"}, "theme": {"time"}})
	if res.StatusCode != 422 {
		t.Fatal(res.Status)
	}
	if got, _ := attr(named(doc, "short")[0], "value"); got != "{長すぎる題です、これは}" {
		t.Errorf("short %q", got)
	}
	if _, first := attr(named(doc, "short")[0], "autofocus"); first {
		t.Error("the page's autofocus takes the focus from the summary")
	}
	if got, _ := attr(named(doc, "other")[0], "value"); got != "x" {
		t.Errorf("a control that is no question was changed: %q", got)
	}
	var chosen []string
	for n := range named(doc, "theme")[0].Descendants() {
		if _, on := attr(n, "selected"); on {
			chosen = append(chosen, optionValue(n))
		}
	}
	if len(chosen) != 1 || chosen[0] != "time" {
		t.Errorf("theme %q", chosen)
	}
	for _, name := range []string{"short", "long"} {
		c := named(doc, name)[0]
		id, _ := attr(c, "aria-describedby")
		if message := byID(doc, id); message == nil || textOf(message) == "" {
			t.Errorf("%s: no message %q", name, id)
		}
		target, _ := attr(c, "id")
		if find(doc, func(n *html.Node) bool { v, _ := attr(n, "href"); return v == "#"+target }) == nil {
			t.Errorf("%s: no link to %q", name, target)
		}
	}
	// The page is shown under /answers/, so relative addresses have to change.
	form := find(doc, func(n *html.Node) bool { return n.DataAtom == atom.Form })
	if got, _ := attr(form, "action"); got != "/answers/box" {
		t.Errorf("action %q", got)
	}
	if find(doc, func(n *html.Node) bool { v, _ := attr(n, "href"); return v == "/surveys/" }) == nil {
		t.Error("a relative link leads elsewhere")
	}
}

// Without a page to fill the errors are still said.
func TestRefillWithoutPage(t *testing.T) {
	h := start(t, Config{Now: at("2026-12-05T09:00:00+09:00")})
	res, doc := h.sendForm("/answers/later", url.Values{"nothing": {"x"}})
	if res.StatusCode != 422 || !strings.Contains(textOf(doc), "このアンケートにない項目です") {
		t.Error(res.Status, textOf(doc))
	}
}

// What was typed comes back as it was, and never as markup.
func FuzzRefill(f *testing.F) {
	site := f.TempDir()
	a, err := txtar.ParseFile("testdata/site.txtar")
	if err != nil {
		f.Fatal(err)
	}
	if err := txtar.Write(a, site); err != nil {
		f.Fatal(err)
	}
	d, err := survey.Load(filepath.Join(site, "surveys", "box", "survey.json"))
	if err != nil {
		f.Fatal(err)
	}
	page, err := os.ReadFile(filepath.Join(site, "surveys", "box", "index.html"))
	if err != nil {
		f.Fatal(err)
	}
	for _, s := range []string{"", "\nことば\n", "</textarea><script>", `"><b>`, "&lt;&amp;", "\r", "<!--", "𠮷\u3000"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, typed string) {
		if strings.ContainsRune(typed, 0) {
			return // HTML has no way to write it
		}
		input, err := survey.ParseForm([]byte(url.Values{"short": {typed}, "long": {typed}}.Encode()))
		if err != nil {
			return // not UTF-8
		}
		filled, err := refill(page, d, outcomeOf(errBusy), input, nil)
		if err != nil {
			t.Fatal(err)
		}
		doc, err := html.Parse(bytes.NewReader(filled))
		if err != nil {
			t.Fatal(err)
		}
		want := survey.LineFeeds(typed)
		if got, _ := attr(named(doc, "short")[0], "value"); got != want {
			t.Errorf("input: %q, want %q", got, want)
		}
		if got := textOf(named(doc, "long")[0]); got != want {
			t.Errorf("textarea: %q, want %q", got, want)
		}
	})
}
