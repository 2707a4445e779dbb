package main

// What stands around every page's text: the menu, the trail, the contents, the
// pages before and after; and that all of it has room on a phone, at 200 %, and
// in colours that the reader forces.

import (
	"bytes"
	"fmt"
	"image/png"
	"maps"
	"net/http"
	"net/http/httptest"
	"net/url"
	"path"
	"slices"
	"strings"
	"testing"

	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"
	"golang.org/x/net/html"

	"staffplan/cmd/internal/browser"
)

// serveBuilt serves the project's own site until the test ends; address ends in
// no slash, as those of its pages begin with one.
func serveBuilt(t *testing.T) (s *builtSite, address string) {
	t.Helper()
	s = builtOnce(t)
	base, err := url.Parse(published)
	if err != nil {
		t.Fatal(err)
	}
	below := strings.TrimSuffix(base.Path, "/")
	server := httptest.NewServer(http.StripPrefix(below, http.FileServer(http.Dir(s.dir))))
	t.Cleanup(server.Close)
	return s, server.URL + below
}

// one is the element of a page with that name and attribute.
func (p *builtPage) one(t *testing.T, name, key, value string) *html.Node {
	t.Helper()
	for _, n := range p.elements(name) {
		if got, _ := attribute(n, key); got == value {
			return n
		}
	}
	t.Fatalf("%s: no <%s %s=%q>", p.address, name, key, value)
	return nil
}

// The menu leads to every section there is, in one group each; the footer too,
// and to what the site says of itself.
func TestMenuHasEverySection(t *testing.T) {
	s := builtOnce(t)
	home := s.pages["/"]
	count := func(n *html.Node) map[string]int {
		to := map[string]int{}
		for d := range n.Descendants() {
			if href, ok := attribute(d, "href"); ok {
				if address, _, ok, err := home.local(href); err == nil && ok {
					to[address]++
				}
			}
		}
		return to
	}
	menu, footer := count(home.one(t, "nav", "class", "menu")), count(home.one(t, "nav", "class", "footer-groups"))
	for address := range s.pages {
		if path.Dir(path.Clean(address)) != "/" || !strings.HasSuffix(address, "/") || address == "/" {
			continue
		}
		if want := map[bool]int{true: 1}[address != "/about/" && address != "/search/"]; menu[address] != want {
			t.Errorf("%s stands %d times in the menu, want %d", address, menu[address], want)
		}
		if footer[address] != 1 {
			t.Errorf("%s stands %d times in the footer, want 1", address, footer[address])
		}
	}
}

// Without a script a group opens with the keyboard, and closes the one that was
// open. The group and the section that one is in are marked, and no other.
func TestMenu(t *testing.T) {
	if testing.Short() {
		t.Skip("starts a browser")
	}
	_, address := serveBuilt(t)
	tab := browser.Start(t)
	open := func() []string {
		return browser.Ask(t, tab, chromedp.Evaluate[[]string](`[...document.querySelectorAll(".menu a")].filter(a => a.checkVisibility({contentVisibilityAuto: true})).map(a => a.textContent)`))
	}
	opens := func(want ...string) {
		t.Helper()
		within(t, fmt.Sprintf("the menu is open on %q", want), func() bool { return slices.Equal(open(), want) })
	}
	focus := func(n int) chromedp.Action[chromedp.Void] {
		return chromedp.Focus(chromedp.CSS(fmt.Sprintf(".menu details:nth-of-type(%d) > summary", n)))
	}
	for _, width := range []int64{320, 1280} {
		for _, script := range []bool{false, true} {
			browser.Do(t, tab, browser.Scripts(script), chromedp.EmulateViewport(width, 844), chromedp.Navigate(address+"/measures/s1/"))
			opens()
			browser.Do(t, tab, focus(1), chromedp.KeyEvent(kb.Enter))
			opens("プランを読む", "三つの心構え", "具体的取組", "アンケートの結果")
			browser.Do(t, tab, focus(4), chromedp.KeyEvent(" "))
			opens("アンケートと提案箱", "職員提案制度")
			browser.Do(t, tab, chromedp.KeyEvent(kb.Tab))
			if got := browser.Ask(t, tab, chromedp.Evaluate[string](`document.activeElement.textContent`)); got != "アンケートと提案箱" {
				t.Errorf("%d px, scripts %v: after the group's name comes %q", width, script, got)
			}
			if small := browser.Ask(t, tab, chromedp.Evaluate[[]string](`[...document.querySelectorAll(".site-header :is(a, summary, input, button)")].filter(e => e.checkVisibility() && e.getBoundingClientRect().height < 44).map(e => e.textContent)`)); len(small) > 0 {
				t.Errorf("%d px: targets under 44 px: %q", width, small)
			}
		}
		// With the script Escape closes a group and goes back to its name; so does a click beside it.
		browser.Do(t, tab, chromedp.KeyEvent(kb.Escape))
		opens()
		if got := browser.Ask(t, tab, chromedp.Evaluate[string](`document.activeElement.textContent`)); got != "届ける" {
			t.Errorf("%d px: after Escape the focus is on %q", width, got)
		}
		browser.Do(t, tab, focus(2), chromedp.KeyEvent(kb.Enter))
		opens("研修教材", "知識ノート", "注意喚起")
		browser.Do(t, tab, chromedp.Evaluate[chromedp.Void](`document.querySelector("h1").click()`))
		opens()
	}
	for page, want := range map[string]string{
		"/measures/s1/":                "読む=true 具体的取組=true",
		"/measures/":                   "読む=true 具体的取組=page",
		"/surveys/morale-2026/":        "届ける=true アンケートと提案箱=true",
		"/about/":                      "",
		"/":                            "",
		"/teams/reform/":               "つながる=true 担当を横断するチーム=true",
		"/surveys/morale-2026/thanks/": "届ける=true アンケートと提案箱=true",
	} {
		browser.Do(t, tab, chromedp.Navigate(address+page))
		got := browser.Ask(t, tab, chromedp.Evaluate[string](`[...document.querySelectorAll(".site-header [aria-current]")].map(e => e.textContent + "=" + e.getAttribute("aria-current")).join(" ")`))
		if got != want {
			t.Errorf("%s marks %q in the menu, want %q", page, got, want)
		}
	}
}

// The trail of a page ends with the page itself, which is no link, and nothing after it.
func TestBreadcrumbs(t *testing.T) {
	s := builtOnce(t)
	for address, want := range map[string]string{
		"/plan/vision/":                "ホーム > プランを読む > めざすもの.",
		"/measures/":                   "ホーム > 具体的取組.",
		"/surveys/morale-2026/thanks/": "ホーム > アンケートと提案箱 > 職場の元気度アンケート 2026 > お礼.",
	} {
		got := ""
		for li := range s.pages[address].one(t, "nav", "class", "breadcrumbs").Descendants() {
			if li.Data != "li" {
				continue
			}
			got += strings.TrimSpace(textOf(li))
			if current, _ := attribute(li, "aria-current"); current == "page" && len(links(li)) == 0 {
				got += "."
			} else {
				got += " > "
			}
		}
		if got != want {
			t.Errorf("%s: the trail is %q, want %q", address, got, want)
		}
	}
	s.each(func(p *builtPage) {
		if p.address != "/" && p.address != "/404.html" && !strings.HasSuffix(path.Dir(path.Clean(p.address)), "training") {
			p.one(t, "nav", "class", "breadcrumbs")
		}
	})
}

// From the first page of a part one can read on to its last, and back.
func TestPrevNext(t *testing.T) {
	s := builtOnce(t)
	for section, pages := range map[string][]string{
		"plan":     {"purpose", "points", "vision", "staff", "workplace"},
		"values":   {"citizens", "challenge", "professional"},
		"measures": {"s1", "s2", "s3", "s4", "s5", "w1", "w2", "w3", "w4", "w5"},
		"training": {"compliance", "privacy", "facilitation", "coordination", "ojt"},
	} {
		for i, name := range pages {
			p := s.pages["/"+section+"/"+name+"/"]
			got := map[string]string{}
			for _, a := range p.elements("a") {
				if rel, _ := attribute(a, "rel"); rel == "prev" || rel == "next" {
					href, _ := attribute(a, "href")
					got[rel] = path.Base(href)
				}
			}
			if section == "plan" && i == len(pages)-1 {
				delete(got, "next") // the whole of it, on one page
			}
			want := map[string]string{}
			if i > 0 {
				want["prev"] = pages[i-1]
			}
			if i < len(pages)-1 {
				want["next"] = pages[i+1]
			}
			if !maps.Equal(got, want) {
				t.Errorf("%s leads to %v, want %v", p.address, got, want)
			}
		}
	}
}

// A long page says what is in it: beside the text on a wide screen, where it
// stays in view, folded in the text on a narrow one; never both.
func TestContents(t *testing.T) {
	if testing.Short() {
		t.Skip("starts a browser")
	}
	_, address := serveBuilt(t)
	tab := browser.Start(t)
	seen := func() []string {
		return browser.Ask(t, tab, chromedp.Evaluate[[]string](`[...document.querySelectorAll(".toc")].filter(e => e.checkVisibility()).map(e => e.parentElement.className + (e.querySelector("a").checkVisibility({contentVisibilityAuto: true}) ? " open" : ""))`))
	}
	for _, test := range []struct {
		page         string
		wide, narrow []string
	}{
		{"/training/ojt/", []string{"margin open"}, []string{"text"}},
		{"/plan/purpose/", []string{"text"}, []string{"text"}}, // notes in its margin
		{"/values/citizens/", nil, nil},                        // four parts
	} {
		for width, want := range map[int64][]string{1280: test.wide, 390: test.narrow} {
			browser.Do(t, tab, chromedp.EmulateViewport(width, 844), chromedp.Navigate(address+test.page))
			if got := seen(); !slices.Equal(got, want) {
				t.Errorf("%s at %d px shows its contents in %q, want %q", test.page, width, got, want)
			}
		}
	}
	browser.Do(t, tab, chromedp.EmulateViewport(1280, 844), chromedp.Navigate(address+"/training/ojt/"))
	parts := browser.Ask(t, tab, chromedp.Evaluate[[]string](`[...document.querySelectorAll(".prose > h2")].map(e => "#" + e.id + " " + e.textContent)`))
	listed := browser.Ask(t, tab, chromedp.Evaluate[[]string](`[...document.querySelectorAll(".margin .toc a")].map(a => a.getAttribute("href") + " " + a.textContent)`))
	if !slices.Equal(parts, listed) {
		t.Errorf("the contents are %q, the parts %q", listed, parts)
	}
	if top := browser.Ask(t, tab, chromedp.Evaluate[float64](`(scrollTo(0, 3000), document.querySelector(".margin .toc").getBoundingClientRect().top)`)); top < 0 || top > 100 {
		t.Errorf("further down the page the contents stand at %v px", top)
	}
}

// Nothing is wider than the window, on a phone, at 200 % of 1280 px and at 100 %,
// whatever is folded open; no cell of a table is squeezed to under four
// characters, and no lead ends in a line of so few.
func TestEveryPageFits(t *testing.T) {
	if testing.Short() {
		t.Skip("starts a browser")
	}
	t.Parallel()
	s, address := serveBuilt(t)
	small := strings.TrimSuffix(serveLayouts(t), "/")
	tab := browser.Start(t)
	look := func(page string) {
		t.Helper()
		browser.Do(t, tab, chromedp.EmulateViewport(320, 640), chromedp.Navigate(page))
		for _, width := range []int64{320, 640, 1280} {
			browser.Do(t, tab, chromedp.EmulateViewport(width, 640))
			for _, found := range browser.Ask(t, tab, chromedp.Evaluate[[]string](`(() => {
				const found = [], root = document.documentElement;
				const wide = how => { if (root.scrollWidth > root.clientWidth) found.push(how + ": " + root.scrollWidth + " px, by " + [...document.querySelectorAll("main *, header *, footer *")].filter(e => e.getBoundingClientRect().right > root.clientWidth + 1).slice(0, 3).map(e => e.tagName + "." + e.className)); };
				wide("as it is");
				for (const d of document.querySelectorAll("details")) d.open = true;
				wide("all open");
				for (const cell of document.querySelectorAll("td, th")) {
					const s = getComputedStyle(cell), room = cell.clientWidth - parseFloat(s.paddingInlineStart) - parseFloat(s.paddingInlineEnd);
					if (cell.checkVisibility() && cell.closest("thead") === null && cell.textContent.trim().length > 4 && room < 4 * parseFloat(s.fontSize)) found.push("squeezed: " + cell.textContent);
				}
				for (const lead of document.querySelectorAll(".lead")) {
					const range = document.createRange(), lines = new Map();
					range.selectNodeContents(lead);
					for (const {bottom, width} of range.getClientRects()) lines.set(Math.round(bottom), (lines.get(Math.round(bottom)) ?? 0) + width);
					if (lines.size > 1 && [...lines.values()].at(-1) < 3.5 * parseFloat(getComputedStyle(lead).fontSize)) found.push("ends in a few characters: " + lead.textContent);
				}
				return found;
			})()`)) {
				t.Errorf("%s at %d px: %s", page, width, found)
			}
		}
	}
	s.each(func(p *builtPage) { look(address + p.address) })
	for _, page := range []string{"/results/pulse/", "/measures/s1/", "/training/ojt/", "/events/"} {
		look(small + page)
	}
}

// A table of many columns is a list on a phone, and still a table to those who
// listen to it.
func TestTablesUnfold(t *testing.T) {
	if testing.Short() {
		t.Skip("starts a browser")
	}
	_, address := serveBuilt(t)
	tab := browser.Start(t)
	browser.Do(t, tab, chromedp.EmulateViewport(320, 640), chromedp.Navigate(address+"/training/ojt/"))
	type row struct{ Cells, Lines int }
	got := browser.Ask(t, tab, chromedp.Evaluate[row](`(() => { const cells = [...document.querySelector(".unfolds tbody tr").cells]; return {Cells: cells.length, Lines: new Set(cells.map(c => c.getBoundingClientRect().top)).size} })()`))
	if got.Cells < 3 || got.Lines != got.Cells {
		t.Errorf("a row of %d cells stands on %d lines", got.Cells, got.Lines)
	}
	browser.Do(t, tab, chromedp.EmulateViewport(1280, 640))
	if got := browser.Ask(t, tab, chromedp.Evaluate[int](`new Set([...document.querySelector(".unfolds tbody tr").cells].map(c => c.getBoundingClientRect().top)).size`)); got != 1 {
		t.Errorf("on a wide screen a row stands on %d lines", got)
	}
}

// In forced colours a bar is as long as what it tells, and of the menu only what
// one is in is marked.
func TestForcedColours(t *testing.T) {
	address := serveLayouts(t)
	tab := browser.Start(t)
	browser.Do(t, tab,
		chromedp.EmulateViewport(1280, 844), browser.Media(map[string]string{"forced-colors": "active"}),
		chromedp.Navigate(address+"results/pulse/"),
	)
	told := browser.Ask(t, tab, chromedp.Evaluate[float64](`(() => { const value = [...document.querySelectorAll(".bar-value")].find(v => parseFloat(v.getAttribute("width")) > 10 && parseFloat(v.getAttribute("width")) < 90); value.closest(".bar").id = "bar"; return parseFloat(value.getAttribute("width")) })()`))
	picture, err := png.Decode(bytes.NewReader(browser.Ask(t, tab, chromedp.Screenshot(chromedp.CSS("#bar")))))
	if err != nil {
		t.Fatal(err)
	}
	area := picture.Bounds()
	middle, first, filled := (area.Min.Y+area.Max.Y)/2, picture.At(area.Min.X+3, (area.Min.Y+area.Max.Y)/2), 0
	for x := area.Min.X; x < area.Max.X; x++ {
		if picture.At(x, middle) == first {
			filled++
		}
	}
	if shown := 100 * float64(filled) / float64(area.Dx()); shown < told-2 || shown > told+2 {
		t.Errorf("a bar that tells %v is filled to %.1f of 100", told, shown)
	}
	marked := browser.Ask(t, tab, chromedp.Evaluate[[]string](`[...document.querySelectorAll(".menu summary")].filter(e => parseFloat(getComputedStyle(e).borderBlockEndWidth) > 0).map(e => e.textContent)`))
	if !slices.Equal(marked, []string{"読む"}) {
		t.Errorf("marked in the menu: %q", marked)
	}
}
