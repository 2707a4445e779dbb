package main

// The search, in Chromium: what is found by which words, in which order, and
// where the marks fall; from the field on every page, with the keyboard alone,
// and without a script.

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/page"
	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"
	"golang.org/x/net/html"

	"staffplan/cmd/internal/browser"
)

// serveBelow serves a built site at its path until the test ends.
func serveBelow(t testing.TB, public string) (address string) {
	t.Helper()
	base, err := url.Parse(published)
	if err != nil {
		t.Fatal(err)
	}
	server := httptest.NewServer(http.StripPrefix(base.Path, http.FileServer(http.Dir(public))))
	t.Cleanup(server.Close)
	return server.URL + base.Path
}

// answer is what the search page shows.
type answer struct {
	Status, None string
	Hits         []struct{ Address, Title, Text, Passage, Marks string }
}

// shown waits until the page has answered, and says what it shows: addresses
// without the site's own, marks one after another.
const shown = `new Promise((resolve) => {
	const look = () => {
		const status = document.getElementById("results-status").textContent;
		if (!status || status.startsWith("読み込んで")) return setTimeout(look, 20);
		resolve({
			Status: status,
			None: document.getElementById("results-none").hidden ? "" : document.getElementById("results-none").innerText,
			Hits: [...document.querySelectorAll("ol#results > li")].map((li) => ({
				Address: li.querySelector(":scope > a").href.replace(document.querySelector(".site-name").href, "/"),
				Title: li.querySelector(":scope > a").textContent,
				Text: li.innerText,
				Passage: li.querySelector(".results-passage").textContent,
				Marks: [...li.querySelectorAll("mark")].map((mark) => mark.textContent).join("|"),
			})),
		});
	};
	look();
})`

// ask opens the search page with a query.
func ask(t *testing.T, tab context.Context, address, query string) answer {
	t.Helper()
	browser.Do(t, tab, chromedp.Navigate(address+"search/?q="+url.QueryEscape(query)))
	return browser.Ask(t, tab, chromedp.Evaluate[answer](shown, chromedp.EvalAwaitPromise))
}

func (a answer) addresses() (all []string) {
	for _, hit := range a.Hits {
		all = append(all, hit.Address)
	}
	return all
}

func serveSearch(t *testing.T) (address string) {
	t.Helper()
	if testing.Short() {
		t.Skip("builds a site and starts a browser")
	}
	public, trouble, err := hugoBuild(t, layoutsProject(t, "content.txtar", "search.txtar"), "--environment", "development")
	if err != nil {
		t.Fatalf("%v\n%s", err, strings.Join(trouble, "\n"))
	}
	return serveBelow(t, public)
}

func TestSearch(t *testing.T) {
	address, tab := serveSearch(t), browser.Start(t)
	for _, c := range []struct{ name, query, first, marks string }{
		{"one kanji", "鍵", "/knowledge/letters/#narrow", "鍵"},
		{"hiragana for katakana", "ばす停", "/knowledge/letters/#narrow", "ﾊﾞｽ停"},
		{"katakana for hiragana", "ユラギ、ユラ", "/knowledge/fifth/#more", "ゆらぎ、ゆら"},
		{"half-width for full-width", "ﾀｲﾄﾙ 札", "", ""},
		{"half-width katakana", "ﾌﾀﾞﾝ", "/knowledge/third/", "ふだん"},
		{"part of a half-width word", "ード", "/knowledge/letters/#narrow", "ｰﾄﾞ"},
		{"full-width Latin", "ｆｉｌｅ", "/knowledge/letters/#narrow", "ﬁle"},
		{"lower case", "abc", "/knowledge/letters/#narrow", "ＡＢＣ"},
		{"half of a ligature", "ile", "/knowledge/letters/#narrow", "ﬁle"},
		{"a number in a circle", "1番", "/knowledge/letters/#narrow", "①番"},
		{"a name of an era", "成の", "/knowledge/letters/#narrow", "㍻の"},
		{"a letter and its mark apart", "がぎ", "/knowledge/letters/#narrow", "か\u3099ぎ"},
		{"the middle of a long text", "錠前", "/knowledge/letters/#long", "錠前"},
		{"a reading", "ゆらぎのみ", "/knowledge/second/", "ゆらぎのみ"},
		{"an everyday word", "はんこ", "/knowledge/third/", "はんこ"},
		{"the reading of an everyday word", "アテナマ", "/knowledge/first/", "あてなま"},
		{"two words", "ゆらぎ 見出し", "/knowledge/fourth/#heading", "見出し|ゆらぎ"},
		{"an ideographic space", "　錠前　三つめ　", "/knowledge/letters/#long", "三つめ|錠前"},
		{"what looks like HTML", "onerror", "/knowledge/letters/#tags", "onerror"},
		{"words of which one is nowhere", "ゆらぎ 鍵", "", ""},
	} {
		got := ask(t, tab, address, c.query)
		if c.first == "" {
			if len(got.Hits) > 0 || !strings.HasPrefix(got.Status, "0件") || !strings.Contains(got.None, "短いことば") {
				t.Errorf("%s: %+v", c.name, got)
			}
			continue
		}
		if len(got.Hits) == 0 || got.Hits[0].Address != c.first || !strings.HasSuffix(got.Hits[0].Marks, c.marks) {
			t.Errorf("%s: got %+v, want %s with the marks %s", c.name, got.Hits, c.first, c.marks)
		} else if want := fmt.Sprintf("%d件", len(got.Hits)); !strings.HasPrefix(got.Status, want) || got.None != "" {
			t.Errorf("%s: it says %q, want %s", c.name, got.Status, want)
		}
	}

	// The title over the reading over everyday words over headings over the text.
	got := ask(t, tab, address, "ゆらぎ")
	if want := []string{"/knowledge/first/", "/knowledge/second/", "/knowledge/third/", "/knowledge/fourth/#heading", "/knowledge/fifth/#more"}; !slices.Equal(got.addresses(), want) {
		t.Errorf("the order is %v, want %v", got.addresses(), want)
	}
	// A passage begins where its sentence does, and is cut at both ends.
	passage := ask(t, tab, address, "錠前").Hits[0].Passage
	if !strings.HasPrefix(passage, "三つめの文に、") || !strings.HasSuffix(passage, "…") || len([]rune(passage)) > 100 {
		t.Errorf("the passage is %q", passage)
	}
	if got := ask(t, tab, address, "onerror"); !strings.Contains(got.Hits[0].Passage, "<img src=x onerror=alert(1)>") {
		t.Errorf("a text that looks like HTML is shown as %q", got.Hits[0].Passage)
	}
	// The link leads to the heading.
	browser.Do(t, tab, chromedp.Click(chromedp.CSS("#results a")), chromedp.WaitVisible(chromedp.CSS("#tags:target")))
}

// What stands below the results has made room for them before they come.
func TestSearchKeepsStill(t *testing.T) {
	address, tab := serveBelow(t, builtOnce(t).dir), browser.Start(t)
	browser.Do(t, tab, chromedp.EmulateViewport(390, 844), chromedp.Action[chromedp.Void](func(ctx context.Context, tab *chromedp.Target) (chromedp.Void, error) {
		_, err := cdp.Call(ctx, tab, page.AddScriptToEvaluateOnNewDocument, page.AddScriptToEvaluateOnNewDocumentParams{
			Source: `{ const now = fetch, later = new Promise((resolve) => { window.goOn = resolve; }); window.fetch = (...all) => later.then(() => now(...all)); }`,
		})
		return chromedp.Void{}, err
	}))
	top := func() float64 {
		return browser.Ask(t, tab, chromedp.Evaluate[float64](`document.getElementById("kinds").getBoundingClientRect().top`))
	}
	for query, hits := range map[string]int{"区民": 10, "鼯鼠": 0} {
		browser.Do(t, tab, chromedp.Navigate(address+"search/?q="+url.QueryEscape(query)))
		before := top()
		found := browser.Ask(t, tab, chromedp.Evaluate[answer](`(goOn(), `+shown+`)`, chromedp.EvalAwaitPromise))
		if len(found.Hits) != hits {
			t.Fatalf("%s: %d results, want %d", query, len(found.Hits), hits)
		}
		if after := top(); min(before, after) < 844 && before != after {
			t.Errorf("%s: the list of all pages moves from %v px to %v px", query, before, after)
		}
	}
}

// Ten results are shown, and the rest when asked for.
func TestSearchShowsMore(t *testing.T) {
	address, tab := serveBelow(t, builtOnce(t).dir), browser.Start(t)
	all := ask(t, tab, address, "の")
	if len(all.Hits) != 10 {
		t.Fatalf("%d results are shown at first", len(all.Hits))
	}
	browser.Do(t, tab, chromedp.Click(chromedp.CSS("#results-more button")))
	if got := browser.Ask(t, tab, chromedp.Evaluate[[]int](`[document.querySelectorAll("#results > li").length, [...document.querySelectorAll("#results a")].indexOf(document.activeElement)]`)); !slices.Equal(got, []int{30, 10}) {
		t.Errorf("after もっと見る: shown and in focus %v", got)
	}
}

// From any page with the keyboard alone.
func TestSearchByKeyboard(t *testing.T) {
	address, tab := serveSearch(t), browser.Start(t)
	focus := func() string {
		return browser.Ask(t, tab, chromedp.Evaluate[string](`document.activeElement.name || document.activeElement.getAttribute("href") || document.activeElement.tagName`))
	}
	expect := func(does, want string) {
		t.Helper()
		if got := focus(); !strings.HasSuffix(got, want) {
			t.Errorf("%s: the focus is on %q, want %q", does, got, want)
		}
	}
	value := func() string {
		return browser.Ask(t, tab, chromedp.Evaluate[string](`document.querySelector("[role=search] [name=q]").value`))
	}
	for _, width := range []int64{390, 1280} {
		browser.Do(t, tab, chromedp.EmulateViewport(width, 844), chromedp.Navigate(address+"surveys/pulse/"), chromedp.KeyEvent("/"))
		expect("/", "q")
		browser.Do(t, tab, chromedp.KeyEvent("ゆらぎ"))
		if got := value(); got != "ゆらぎ" {
			t.Errorf("%d px: typed %q", width, got)
		}
		browser.Do(t, tab, chromedp.KeyEvent(kb.Enter), chromedp.WaitVisible(chromedp.CSS("#results a")))
		if got := browser.Ask(t, tab, chromedp.Location()); got != address+"search/?q="+url.QueryEscape("ゆらぎ") {
			t.Errorf("%d px: Enter leads to %s", width, got)
		}
	}
	for _, step := range []struct{ does, keys, focus string }{
		{"/ on the search page", "/", "q"},
		{"Enter", kb.Enter, "/knowledge/first/"},
		{"down", kb.ArrowDown, "/knowledge/second/"},
		{"up", kb.ArrowUp, "/knowledge/first/"},
		{"up to the field", kb.ArrowUp, "q"},
		{"down again", kb.ArrowDown + kb.ArrowDown, "/knowledge/second/"},
		{"Escape from a result", kb.Escape, "q"},
		{"/ is a letter in the field", kb.End + "/", "q"},
	} {
		browser.Do(t, tab, chromedp.KeyEvent(step.keys))
		if step.does == "Enter" {
			browser.Do(t, tab, chromedp.WaitVisible(chromedp.CSS("#results a:focus")))
		}
		expect(step.does, step.focus)
	}
	if got := value(); got != "ゆらぎ/" {
		t.Errorf("/ in the field gave %q", got)
	}
	browser.Do(t, tab, chromedp.KeyEvent(kb.Escape))
	if got := value() + browser.Ask(t, tab, chromedp.Location()); got != address+"search/" {
		t.Errorf("Escape does not clear: %q", got)
	}
	browser.Do(t, tab, chromedp.KeyEvent(kb.Escape))
	expect("Escape in the empty field", "BODY")

	// In a text of a form "/" is a letter; whoever turns it off has it nowhere.
	browser.Do(t, tab, chromedp.Click(chromedp.CSS("#results-slash")), chromedp.Navigate(address+"surveys/pulse/"), chromedp.KeyEvent("/"))
	expect("/ turned off", "BODY")
	browser.Do(t, tab, chromedp.Navigate(address+"search/"), chromedp.Click(chromedp.CSS("#results-slash")), chromedp.Navigate(address+"surveys/pulse/"),
		chromedp.Focus(chromedp.CSS("[name=comment]")), chromedp.KeyEvent("/"))
	expect("/ in a text", "comment")
	browser.Do(t, tab, chromedp.Evaluate[chromedp.Void](`sent = true`)) // or the browser asks before it goes on
}

// Without a script the form leads to the list of all pages, and to every one.
func TestSearchWithoutScript(t *testing.T) {
	s, tab := builtOnce(t), browser.Start(t)
	address := serveBelow(t, s.dir)
	browser.Do(t, tab, browser.Scripts(false), chromedp.EmulateViewport(1280, 844), chromedp.Navigate(address+"surveys/morale-2026/"),
		chromedp.SendKeys(chromedp.CSS("[role=search] [name=q]"), "個人情報"+kb.Enter),
		chromedp.WaitVisible(chromedp.CSS(".kinds")))
	if got := browser.Ask(t, tab, chromedp.Location()); got != address+"search/?q="+url.QueryEscape("個人情報") {
		t.Errorf("the form leads to %s", got)
	}
	listed := map[string]bool{}
	for _, a := range s.pages["/search/"].elements("a") {
		href, _ := attribute(a, "href")
		to, _, _, err := s.pages["/search/"].local(href)
		if err != nil {
			t.Error(err)
		}
		listed[to] = true
	}
	indexed := map[string]bool{}
	for _, page := range searchIndex(t, s.dir) {
		to, _, _, err := s.pages["/"].local(page.URL)
		if err != nil {
			t.Error(err)
		}
		indexed[to] = true
		if page.Title == "" || page.Kind == "" || len(page.Parts) == 0 {
			t.Errorf("%s: title %q, kind %q, %d parts", to, page.Title, page.Kind, len(page.Parts))
		}
		for _, part := range page.Parts {
			if part.ID != "" && !s.pages[to].hasID(part.ID) {
				t.Errorf("%s has no #%s", to, part.ID)
			}
		}
	}
	s.each(func(p *builtPage) {
		found := slices.ContainsFunc(p.elements("form"), func(n *html.Node) bool {
			role, _ := attribute(n, "role")
			action, _ := attribute(n, "action")
			to, _, _, _ := p.local(action)
			return role == "search" && to == "/search/"
		})
		if !found {
			t.Errorf("%s has no search form", p.address)
		}
		if slices.ContainsFunc(p.elements("meta"), func(n *html.Node) bool { content, _ := attribute(n, "content"); return content == "noindex" }) {
			if indexed[p.address] || listed[p.address] {
				t.Errorf("%s is to be found", p.address)
			}
		} else if !indexed[p.address] || !listed[p.address] {
			t.Errorf("%s: in the index %v, in the list %v", p.address, indexed[p.address], listed[p.address])
		}
	})
}

// indexedPage is a page in index.json.
type indexedPage struct {
	URL   string        `json:"url"`
	Title string        `json:"title"`
	Kind  string        `json:"kind"`
	Yomi  string        `json:"yomi"`
	Words []string      `json:"words"` // that lead here first
	Also  []string      `json:"also"`  // that lead here too
	Parts []indexedPart `json:"parts"`
}

type indexedPart struct {
	ID      string `json:"id"`
	Heading string `json:"heading"`
	Text    string `json:"text"`
}

func searchIndex(t testing.TB, public string) (pages []indexedPage) {
	t.Helper()
	data, err := os.ReadFile(filepath.Join(public, "search/index.json"))
	if err == nil {
		err = json.Unmarshal(data, &pages)
	}
	if err != nil {
		t.Fatal(err)
	}
	if size := packedSize(data); size > 110_000 {
		t.Errorf("the index has %d bytes packed, at most 110,000", size)
	}
	return pages
}

// What staff look for is among the first three.
func TestSearchFinds(t *testing.T) {
	address, tab := serveBelow(t, builtOnce(t).dir), browser.Start(t)
	for query, want := range map[string]string{
		"個人情報":  "/training/privacy/",
		"たいわ":   "/dialogue/",
		"イベント":  "/events/",
		"クレーム":  "/training/facilitation/",
		"はんこ":   "/proposals/",
		"S4":    "/measures/s4/",
		"表彰":    "/commendations/",
		"ＯＪＴ":   "/training/ojt/",
		"副業":    "/training/compliance/",
		"ばれる":   "/about/anonymity/",
		"あてな":   "/training/privacy/",
		"会議 進め": "/dialogue/",
	} {
		found := ask(t, tab, address, query).addresses()
		first := slices.IndexFunc(found, func(a string) bool { return strings.HasPrefix(a, want) && !strings.Contains(a, "guide") })
		if first < 0 || first > 2 {
			t.Errorf("%s: %v, want %s among the first three", query, found, want)
		}
	}
}
