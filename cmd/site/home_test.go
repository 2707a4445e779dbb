package main

// What the home page of this project gives: in the first screen, in two clicks,
// and nothing empty twice.

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"
	"github.com/rogpeppe/go-internal/txtar"

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
		if err != nil {
			t.Fatal(err)
		}
		for name, text := range map[string]string{
			"events/cleaning.md": event, "results/morale-2026/index.md": results, "results/morale-2026/results.json": figures,
			"measures/s4.md": strings.Replace(string(s4), "changes: []", "changes:\n    - {date: 2027-04-20, text: 研修を二回に分けました。}", 1),
		} {
			lay(t, dir, txtar.File{Name: "content/" + name, Data: []byte(text)})
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

// What staff come for is two clicks or one search away, each in the first screen,
// and so is what they came to read.
func TestTasks(t *testing.T) {
	public, _ := builtHome(t, true)
	address, tab := serveBelow(t, public), browser.Start(t)
	// shows names the smallest thing in the first screen that says so.
	const shows = `(text, among) => [...document.querySelectorAll(among)].findLast(e => {
		const {top, bottom} = e.getBoundingClientRect();
		return e.textContent.includes(text) && e.checkVisibility() && top >= 0 && bottom > top && bottom <= innerHeight;
	})`
	for _, task := range []struct {
		what, from string
		steps      []string // a link's words, or after a ? what is searched for, of which the first result is taken
		see        []string
	}{
		{"propose an improvement", "", []string{"提案箱"}, []string{"どんなことについての提案ですか。"}},
		{"propose an improvement", "", []string{"?提案"}, []string{"どんなことについての提案ですか。"}},
		{"material for a compliance session", "", []string{"研修を開く", "コンプライアンス"}, []string{"進行役用を印刷する", "参加者用を印刷する"}},
		{"material for a compliance session", "", []string{"?コンプライアンス"}, []string{"進行役用を印刷する", "参加者用を印刷する"}},
		{"the next event and how to join", "", []string{"試しの清掃"}, []string{"2027年12月5日（日）", "参加するには", "担当へ伝えます。"}},
		{"the next event and how to join", "", []string{"?地域イベント", "試しの清掃"}, []string{"2027年12月5日（日）", "参加するには"}},
		{"what changed after the last survey", "", nil, []string{"研修を二回に分けました。"}},
		{"what changed after the last survey", "", []string{"研修を二回に分けました。"}, []string{"2027年4月20日", "研修を二回に分けました。"}},
		{"who owns S4, and when is it reviewed", "", []string{"?S4"}, []string{"研修担当", "2027年10月31日"}},
		{"personal information from any page", "dialogue/", []string{"?個人情報"}, []string{"個人情報保護", "進行役用を印刷する"}},
		{"personal information from any page", "surveys/morale-2026/", []string{"?個人情報"}, []string{"個人情報保護"}},
		{"personal information from any page", "training/ojt/leader/", []string{"?個人情報"}, []string{"個人情報保護"}},
		{"print the whole plan", "", []string{"まとめて印刷する"}, []string{"印刷する"}},
		{"a complaint", "", []string{"?クレーム"}, []string{"ファシリテーション"}},
		{"stamps", "", []string{"?はんこ"}, []string{"職員提案制度"}},
	} {
		browser.Do(t, tab, chromedp.EmulateViewport(1280, 800), chromedp.Navigate(address+task.from))
		for _, step := range task.steps {
			words, search := strings.CutPrefix(step, "?")
			if search {
				browser.Do(t, tab, chromedp.SendKeys(chromedp.CSS("[role=search] [name=q]"), words+kb.Enter), chromedp.WaitVisible(chromedp.CSS("#results a")))
				words = ""
			}
			among := map[bool]string{true: "#results > li:first-child > a", false: "main a"}[search]
			to := browser.Ask(t, tab, chromedp.Evaluate[string](fmt.Sprintf(`(%s)(%q, %q)?.href ?? ""`, shows, words, among)))
			if to == "" {
				t.Fatalf("%s: no %s in the first screen of %s", task.what, step, browser.Ask(t, tab, chromedp.Location()))
			}
			browser.Do(t, tab, chromedp.Navigate(to))
		}
		for _, words := range task.see {
			if !browser.Ask(t, tab, chromedp.Evaluate[bool](fmt.Sprintf(`Boolean((%s)(%q, "main *"))`, shows, words))) {
				t.Errorf("%s: after %q the first screen of %s does not say %s", task.what, task.steps, browser.Ask(t, tab, chromedp.Location()), words)
			}
		}
	}
}
