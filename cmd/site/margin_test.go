package main

// The plan's margin, and what else ties the plan's pages to what has become of it.

import (
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/chromedp/chromedp"
	"golang.org/x/net/html"

	"staffplan/cmd/internal/browser"
)

// replaceIn puts one text into the place of another in a file of a project.
func replaceIn(t *testing.T, project, name, old, new string) {
	t.Helper()
	file := filepath.Join(project, filepath.FromSlash(name))
	data, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(string(data), old) {
		t.Fatalf("%s does not say %q", name, old)
	}
	if err := os.WriteFile(file, []byte(strings.Replace(string(data), old, new, 1)), 0o666); err != nil {
		t.Fatal(err)
	}
}

// What changes in a measure shows beside the passages that it carries out; beside
// them on a wide screen, below their heading on a phone.
func TestMarginFollowsTheMeasures(t *testing.T) {
	if testing.Short() {
		t.Skip("builds the site and starts a browser")
	}
	tab := browser.Start(t)
	project := projectCopy(t)
	address, _ := start(t, project, "data")
	note := func(page, id string) string {
		browser.Do(t, tab, chromedp.Navigate(address+page))
		return browser.Ask(t, tab, chromedp.Evaluate[string](fmt.Sprintf(`(document.querySelector("#%s + .note") ?? {textContent: ""}).textContent.replace(/\s+/g, " ")`, id)))
	}
	passages := []struct{ page, id string }{{"/plan/staff/", "s1"}, {"/plan/purpose/", "dialogue"}, {"/plan/all/", "staff-s1"}}
	for _, p := range passages {
		if got := note(p.page, p.id); !strings.Contains(got, "S1") || !strings.Contains(got, "準備") || !strings.Contains(got, "地域担当") || strings.Contains(got, "変えた") {
			t.Errorf("beside %s#%s at first: %q", p.page, p.id, got)
		}
	}

	// Elsewhere meanwhile: a page that is open is loaded again when it is built, and
	// may be in the middle of another load.
	browser.Do(t, tab, chromedp.Navigate("about:blank"))
	replaceIn(t, project, "content/measures/s1.md", "status: 準備", "status: 実施")
	replaceIn(t, project, "content/measures/s1.md", "changes: []", "changes:\n    - {date: 2026-11-10, text: 手順を直しました。}\n    - {date: 2026-11-15, text: 行事の一覧を*毎月*配ります。}")
	for _, p := range passages {
		within(t, p.page+" is built anew", func() bool {
			response, err := http.Get(address + p.page)
			if err != nil {
				t.Fatal(err)
			}
			defer response.Body.Close()
			html, err := io.ReadAll(response.Body)
			return err == nil && strings.Contains(string(html), "行事の一覧を<em>毎月</em>配ります")
		})
	}
	for _, p := range passages {
		got := note(p.page, p.id)
		if !strings.Contains(got, "2026年11月15日に変えたこと 行事の一覧を毎月配ります。") || !strings.Contains(got, "実施") || strings.Contains(got, "準備") || strings.Contains(got, "手順を直しました") {
			t.Errorf("beside %s#%s after the change: %q", p.page, p.id, got)
		}
	}

	type box struct{ Top, Bottom, Left, Right float64 }
	at := func(what string) box {
		return browser.Ask(t, tab, chromedp.Evaluate[box](fmt.Sprintf(`(({top, bottom, left, right}) => ({Top: top, Bottom: bottom, Left: left, Right: right}))(document.querySelector(%q).getBoundingClientRect())`, what)))
	}
	seen := func(what string) bool {
		return browser.Ask(t, tab, chromedp.Evaluate[bool](fmt.Sprintf(`document.querySelector(%q).checkVisibility()`, what)))
	}
	for _, p := range passages {
		id, mark := "#"+p.id, "#"+p.id+" + .note .mark"
		browser.Do(t, tab, chromedp.EmulateViewport(1280, 844), chromedp.Navigate(address+p.page))
		if heading, mark := at(id), at(mark); mark.Left < heading.Right || mark.Top > heading.Bottom || mark.Bottom < heading.Top {
			t.Errorf("%s%s at 1280 px: %+v is not beside %+v", p.page, id, mark, heading)
		}
		if !seen(id + " + .note details > p") {
			t.Errorf("%s%s at 1280 px: the change is folded away", p.page, id)
		}
		// However much there is to say, no note runs into the next.
		if over := browser.Ask(t, tab, chromedp.Evaluate[int](`[...document.querySelectorAll(".note")].map(n => n.getBoundingClientRect()).filter((n, i, all) => i && n.top < all[i-1].bottom).length`)); over > 0 {
			t.Errorf("%s at 1280 px: %d notes run into the one before", p.page, over)
		}
		browser.Do(t, tab, chromedp.EmulateViewport(390, 844))
		if heading, mark, text := at(id), at(mark), at(id+" + .note + *"); mark.Left != heading.Left || mark.Top < heading.Bottom || mark.Bottom > text.Top {
			t.Errorf("%s%s at 390 px: %+v is not between %+v and %+v", p.page, id, mark, heading, text)
		}
		if seen(id + " + .note details > p") {
			t.Errorf("%s%s at 390 px: the change is not folded", p.page, id)
		}
	}
}

// plan_document links the office's own document from the plan's first page and
// from the one in plain words; one that is not there stops the build.
func TestPlanDocument(t *testing.T) {
	if testing.Short() {
		t.Skip("builds the site four times")
	}
	project := projectCopy(t)
	setting := `plan_document = ""`
	set := func(value string) {
		t.Helper()
		replaceIn(t, project, "hugo.toml", setting, fmt.Sprintf("plan_document = %q", value))
		setting = fmt.Sprintf("plan_document = %q", value)
	}
	linked := func(href string) {
		t.Helper()
		public, trouble, err := hugoBuild(t, project)
		if err != nil {
			t.Fatalf("%v\n%s", err, strings.Join(trouble, "\n"))
		}
		s, err := readSite(public)
		if err != nil {
			t.Fatal(err)
		}
		for _, address := range []string{"/plan/", "/plan/all/"} {
			got := []string{}
			for _, p := range s.pages[address].elements("p") {
				if class, _ := attribute(p, "class"); class == "plan-document" {
					for n := range p.Descendants() {
						if href, ok := attribute(n, "href"); ok && n.Type == html.ElementNode {
							got = append(got, href)
						}
					}
				}
			}
			if want := strings.Fields(href); strings.Join(got, " ") != strings.Join(want, " ") {
				t.Errorf("%s links %q, want %q", address, got, want)
			}
		}
	}
	linked("")
	set("https://www.example.jp/plan.pdf")
	linked("https://www.example.jp/plan.pdf")
	set("/plan.pdf")
	settings, err := os.ReadFile(filepath.Join(project, "hugo.toml"))
	if err != nil {
		t.Fatal(err)
	}
	before, _, _ := strings.Cut(string(settings), setting)
	want := fmt.Sprintf("hugo.toml:%d: plan_document \"/plan.pdf\": static/files にこのファイルがありません", 1+strings.Count(before, "\n"))
	if _, trouble, err := hugoBuild(t, project); err == nil || !strings.Contains(strings.Join(trouble, "\n"), want) {
		t.Errorf("a document that is not there: %v\n%s", err, strings.Join(trouble, "\n"))
	}
	file := filepath.Join(project, "static/files/plan.pdf")
	if err := os.MkdirAll(filepath.Dir(file), 0o777); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(file, []byte("%PDF-1.7\n"), 0o666); err != nil {
		t.Fatal(err)
	}
	linked("/staffplan/plan.pdf")
}
