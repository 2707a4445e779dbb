package page

// The form that comes back: the site's page, and one that shares nothing with it
// but the names of the controls.

import (
	"bytes"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/rogpeppe/go-internal/txtar"
	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"
)

// sitePage is a page of the small site that the service's tests use.
func sitePage(t testing.TB, name string) []byte {
	t.Helper()
	site, err := txtar.ParseFile("../testdata/site.txtar")
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range site.Files {
		if f.Name == name {
			return f.Data
		}
	}
	t.Fatal("no page ", name)
	return nil
}

// refilled is the page of a survey with these values and mistakes, parsed.
func refilled(t testing.TB, id string, values map[string][]string, mistakes ...Mistake) *html.Node {
	t.Helper()
	page, err := Refill(sitePage(t, "surveys/"+id+"/index.html"), "/surveys/"+id+"/", values, Notice{"直してください", "残っています。", mistakes, nil})
	if err != nil {
		t.Fatal(err)
	}
	doc, err := html.Parse(bytes.NewReader(page))
	if err != nil {
		t.Fatal(err)
	}
	return doc
}

// with is the first element with an attribute of this value, or nil.
func with(doc *html.Node, key, value string) *html.Node {
	for n := range doc.Descendants() {
		if v, ok := attr(n, key); ok && v == value {
			return n
		}
	}
	return nil
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
	const typed = "</textarea><script>alert(1)</script>\"'&"
	doc := refilled(t, "autumn", map[string][]string{
		"q1": nil, "unit": {"kikaku"}, "q3": {"a", "zzz"}, "comment": {"\r\n" + typed + "\r\nここまで"}, "ticket": nil},
		Mistake{"q1", "仕事に誇りがある。", "選んでください。"}, Mistake{"q3", "使うもの", "選び直してください。"},
		Mistake{"comment", "自由に", "短くしてください。"}, Mistake{"q99", "", "ない項目です。"})

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
		if got, want := textOf(with(doc, "id", "comment")), "\n"+typed+"\nここまで"; got != want {
			t.Errorf("comment %q, want %q", got, want)
		}
		if first(doc.Descendants(), atom.Script) != nil {
			t.Error("typed text became a script")
		}
	})

	t.Run("title", func(t *testing.T) {
		title := first(doc.Descendants(), atom.Title)
		if got := textOf(title); got != "エラー：秋のアンケート｜職員力" {
			t.Error(got)
		}
	})

	t.Run("summary", func(t *testing.T) {
		summary := with(doc, "id", "error-summary")
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
			target := with(doc, "id", strings.TrimPrefix(href, "#"))
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
			set := first(controls[0].Ancestors(), atom.Fieldset)
			legend := first(set.Descendants(), atom.Legend)
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
		comment := with(doc, "id", "comment")
		described, _ := attr(comment, "aria-describedby")
		if described != "comment-hint error-comment" {
			t.Errorf("described by %q", described)
		}
		label := with(doc, "for", "comment")
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
	doc := refilled(t, "box", map[string][]string{"short": {"{長すぎる題です、これは}"}, "theme": {"time"}, "long": nil},
		Mistake{"short", "題", "短くしてください。"}, Mistake{"long", "提案", "書いてください。"})
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
		if message := with(doc, "id", id); message == nil || textOf(message) == "" {
			t.Errorf("%s: no message %q", name, id)
		}
		target, _ := attr(c, "id")
		if with(doc, "href", "#"+target) == nil {
			t.Errorf("%s: no link to %q", name, target)
		}
	}
	// The page is shown under /answers/, so relative addresses have to change.
	form := first(doc.Descendants(), atom.Form)
	if got, _ := attr(form, "action"); got != "/answers/box" {
		t.Errorf("action %q", got)
	}
	if with(doc, "href", "/surveys/") == nil {
		t.Error("a relative link leads elsewhere")
	}
}

// What was typed comes back as it was, and never as markup.
func FuzzRefill(f *testing.F) {
	for _, s := range []string{"", "\nことば\n", "</textarea><script>", `"><b>`, "&lt;&amp;", "\r", "<!--", "𠮷\u3000"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, typed string) {
		if strings.ContainsRune(typed, 0) || !utf8.ValidString(typed) {
			return // HTML has no way to write these
		}
		doc := refilled(t, "box", map[string][]string{"short": {typed}, "long": {typed}})
		want := strings.NewReplacer("\r\n", "\n", "\r", "\n").Replace(typed)
		if got, _ := attr(named(doc, "short")[0], "value"); got != want {
			t.Errorf("input: %q, want %q", got, want)
		}
		if got := textOf(named(doc, "long")[0]); got != want {
			t.Errorf("textarea: %q, want %q", got, want)
		}
	})
}

// Where the parts of a page stand as they seldom do.
func TestRefillOddPages(t *testing.T) {
	const error = `<div class="error-summary" id="error-summary" role="alert" tabindex="-1" autofocus=""><h2>題</h2><p>文</p>`
	q1 := Mistake{"q1", "", "違います。"}
	for name, c := range map[string]struct {
		page     string
		values   map[string][]string
		mistakes []Mistake
		want     string // of the body
	}{
		"no control": {`<header><h1>頁</h1></header><main><p>文</p></main>`, nil, []Mistake{q1},
			`<header><h1>頁</h1></header><main>` + error + `<ul><li>違います。</li></ul></div><p>文</p></main>`},
		"no main part": {`<p>文</p>`, nil, nil, error + `</div><p>文</p>`},
		"no heading": {`<p>文</p><div><form><input name="q1"/></form></div>`, map[string][]string{"q1": {"a"}}, nil,
			`<p>文</p><div>` + error + `</div><form><input name="q1" value="a"/></form></div>`},
		"no form": {`<div><input name="q1"/></div>`, map[string][]string{"q1": nil}, nil,
			`<div>` + error + `</div><input name="q1" value=""/></div>`},
		"an id that is taken": {`<form><p id="error-q1"></p><p id="error-q1-2"></p><input name="q1" id="q"/></form>`, map[string][]string{"q1": nil}, []Mistake{q1},
			error + `<ul><li><a href="#q">違います。</a></li></ul></div><form><p id="error-q1"></p><p id="error-q1-2"></p>` +
				`<p class="error-message" id="error-q1-3">違います。</p><input name="q1" id="q" value="" aria-invalid="true" aria-describedby="error-q1-3"/></form>`},
		"hidden": {`<input type="hidden" name="q1"/>`, map[string][]string{"q1": {"a"}}, []Mistake{q1},
			error + `<ul><li>違います。</li></ul></div><input type="hidden" name="q1" value="a"/>`},
		"around two questions": {`<form><fieldset><legend>皆</legend><input name="q1" id="q"/><div><input name="q2"/></div></fieldset></form>`,
			map[string][]string{"q1": nil, "q2": nil}, []Mistake{q1},
			error + `<ul><li><a href="#q">違います。</a></li></ul></div><form><fieldset><legend>皆</legend><p class="error-message" id="error-q1">違います。</p>` +
				`<input name="q1" id="q" value="" aria-invalid="true" aria-describedby="error-q1"/><div><input name="q2" value=""/></div></fieldset></form>`},
		"no legend": {`<form><fieldset><input name="q1" id="q"/></fieldset></form>`, map[string][]string{"q1": nil}, []Mistake{q1},
			error + `<ul><li><a href="#q">違います。</a></li></ul></div><form><fieldset><p class="error-message" id="error-q1">違います。</p>` +
				`<input name="q1" id="q" value="" aria-invalid="true" aria-describedby="error-q1"/></fieldset></form>`},
		"in a label in a paragraph": {`<form><p><label>問<input name="q1" id="q"/></label></p></form>`, map[string][]string{"q1": nil}, []Mistake{q1},
			error + `<ul><li><a href="#q">違います。</a></li></ul></div><form><p><span class="error-message" id="error-q1">違います。</span>` +
				`<label>問<input name="q1" id="q" value="" aria-invalid="true" aria-describedby="error-q1"/></label></p></form>`},
		"a control three times": {`<form><input name="q1"/><input name="q1" value="x"/><input name="q1" value="y"/></form>`, map[string][]string{"q1": {"a", "b"}}, nil,
			error + `</div><form><input name="q1" value="a"/><input name="q1" value="b"/><input name="q1" value=""/></form>`},
		"boxes and buttons": {`<form><input type="CHECKBOX" name="q1"/><input type="submit" name="q1" value="送る"/><input type="file" name="q1"/></form>`,
			map[string][]string{"q1": {"on"}}, nil,
			error + `</div><form><input type="CHECKBOX" name="q1" checked=""/><input type="submit" name="q1" value="送る"/><input type="file" name="q1"/></form>`},
		"links": {`<form action="?a"><input name="q1"/></form><a href="../x">a</a><a href="#y">b</a><a href="/z">c</a><a href="//h/z">d</a><a href="mailto:a@b">e</a><a href="">f</a><img src="p.png"/>`,
			map[string][]string{"q1": nil}, nil,
			error + `</div><form action="/surveys/s/?a"><input name="q1" value=""/></form><a href="/surveys/x">a</a><a href="#y">b</a><a href="/z">c</a><a href="//h/z">d</a><a href="mailto:a@b">e</a><a href="">f</a><img src="/surveys/s/p.png"/>`},
	} {
		page, err := Refill([]byte("<!DOCTYPE html><html><head></head><body>"+c.page), "/surveys/s/", c.values, Notice{"題", "文", c.mistakes, nil})
		got := strings.TrimSuffix(strings.TrimPrefix(string(page), "<!DOCTYPE html><html><head></head><body>"), "</body></html>")
		if err != nil || got != c.want {
			t.Errorf("%s: %v\ngot:  %s\nwant: %s", name, err, got, c.want)
		}
	}
	if page, err := Refill([]byte(strings.Repeat("<div>", 5000)), "/", nil, Notice{}); err == nil || page != nil {
		t.Errorf("what cannot be parsed is filled: %d bytes", len(page))
	}
}
