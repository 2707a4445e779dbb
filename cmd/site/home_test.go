package main

// What the home page of this project gives: in the first screen, in two clicks,
// and nothing empty twice.

import (
	"errors"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/chromedp/chromedp"
	"golang.org/x/net/html"

	"staffplan/cmd/internal/browser"
)

// builtHome is the project on a day while its survey is open, or after that, with
// all that can happen: an event to come, results, a change because of them.
func builtHome(t *testing.T, busy bool) (public string, s *builtSite) {
	t.Helper()
	if testing.Short() {
		t.Skip("builds the whole site")
	}
	dir, day := projectCopy(t), "2026-11-20"
	if busy {
		day = "2027-05-01"
		const head = "---\ntitle: %s\ndescription: 試験です。\nparams:\n  owner: 地域担当\n  reviewed: 2026-11-01\n  review_by: 2027-10-31\n"
		event := strings.ReplaceAll(head, "%s", "試しの清掃") + "  start: 2027-12-05T10:00:00+09:00\n  end: 2027-12-05T12:00:00+09:00\n  place: 広場\n  contact: 地域担当\n---\n## 参加するには {#join}\n\n担当へ伝えます。\n"
		results := strings.ReplaceAll(head, "%s", "元気度の結果") + "  survey: morale-2026\n---\n"
		figures := `{"survey": "morale-2026", "responses": 40, "minimum": 10, "measures": [{"id": "s4", "questions": ["s4"], "favourable": 50.0}]}`
		s4, err := os.ReadFile(filepath.Join(dir, "content/measures/s4.md"))
		err = errors.Join(err, os.MkdirAll(filepath.Join(dir, "content/results/morale-2026"), 0o777))
		for name, text := range map[string]string{
			"events/cleaning.md": event, "results/morale-2026/index.md": results, "results/morale-2026/results.json": figures,
			"measures/s4.md": strings.Replace(string(s4), "changes: []", "changes:\n    - {date: 2027-04-20, text: 研修を二回に分けました。}", 1),
		} {
			err = errors.Join(err, os.WriteFile(filepath.Join(dir, "content", name), []byte(text), 0o666))
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	public, trouble, err := hugoBuild(t, dir, "--clock", day+"T10:00:00+09:00")
	if err != nil {
		t.Fatalf("%v\n%s", err, strings.Join(trouble, "\n"))
	}
	if s, err = readSite(public); err != nil {
		t.Fatal(err)
	}
	return public, s
}

func TestHomeFirstScreen(t *testing.T) {
	public, _ := builtHome(t, false)
	server := httptest.NewServer(http.StripPrefix("/staffplan", http.FileServer(http.Dir(public))))
	t.Cleanup(server.Close)
	tab := browser.Start(t)
	for _, width := range []int64{390, 1280} {
		browser.Do(t, tab, chromedp.EmulateViewport(width, 800), chromedp.Navigate(server.URL+"/staffplan/"))
		if browser.Ask(t, tab, chromedp.Evaluate[bool](`document.documentElement.scrollWidth > document.documentElement.clientWidth`)) {
			t.Errorf("at %d px home is wider than the window", width)
		}
		below := browser.Ask(t, tab, chromedp.Evaluate[[]string](`["h1", ".aim", "[role=search] [name=q]", "main a[href='/staffplan/plan/']", "main a[href$='/measures/']", ".station a[href$='/surveys/morale-2026/']", ".station a[href$='/surveys/proposal-box/']", ".station-date"]
			.filter(what => !(document.querySelector(what)?.getBoundingClientRect().bottom <= innerHeight))`))
		if width == 1280 && len(below) > 0 {
			t.Errorf("not in the first screen: %v", below)
		}
	}
}

// Nothing is said twice, and no part is there for the sake of its heading.
func TestHomeSaysOnce(t *testing.T) {
	for name, busy := range map[string]bool{"quiet": false, "busy": true} {
		_, s := builtHome(t, busy)
		home := s.pages["/"]
		said := map[string]bool{}
		for _, p := range home.elements("p") {
			if text := strings.TrimSpace(visible(p)); len([]rune(text)) > 8 {
				if said[text] {
					t.Errorf("%s: %q is there twice", name, text)
				}
				said[text] = true
			}
		}
		if n := strings.Count(visible(home.elements("main")[0]), "まだ"); n > 1 {
			t.Errorf("%s: %d times something is not there yet", name, n)
		}
		for _, section := range home.elements("section") {
			if len(links(section)) == 0 {
				t.Errorf("%s: %q leads nowhere", name, visible(section))
			}
		}
	}
}

// What staff come for is two clicks away, in the page itself.
func TestHomeTasks(t *testing.T) {
	_, s := builtHome(t, true)
	on := func(address string) map[string]string { // what main links to, with the fragment
		found := map[string]string{}
		for d := range s.pages[address].elements("main")[0].Descendants() {
			if href, ok := attribute(d, "href"); ok && d.Type == html.ElementNode {
				if to, fragment, ok, err := s.pages[address].local(href); err == nil && ok {
					if fragment != "" || found[to] == "" {
						found[to] = fragment
					}
				}
			}
		}
		return found
	}
	first := on("/")
	for _, task := range []struct{ what, page, id, says string }{
		{"propose an improvement", "/surveys/proposal-box/", "form", ""},
		{"material for a compliance session", "/training/compliance/", "", ""},
		{"the next event and how to join", "/events/cleaning/", "join", "2027年12月5日"},
		{"what changed after the last survey", "/measures/s4/", "changes", "研修を二回に分けました。"},
		{"who owns S4, and when is it reviewed", "/measures/s4/", "", "研修担当"},
		{"print the whole plan", "/plan/all/", "", ""},
	} {
		_, near := first[task.page]
		for next := range first {
			if page := s.pages[next]; !near && page != nil {
				_, near = on(next)[task.page]
			}
		}
		if !near {
			t.Errorf("%s: %s is more than two clicks away", task.what, task.page)
		}
		page := s.pages[task.page]
		if task.id != "" && !page.hasID(task.id) {
			t.Errorf("%s: %s has no #%s", task.what, task.page, task.id)
		}
		if text := textOf(page.elements("main")[0]); !strings.Contains(text, task.says) {
			t.Errorf("%s: %s does not say %q", task.what, task.page, task.says)
		}
	}
}
