package main

// What keeps the site from going stale: whom to ask, what is due, and that it
// shows by itself when a day has passed.

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/chromedp/chromedp"
	"github.com/rogpeppe/go-internal/txtar"
	"golang.org/x/net/html"

	"staffplan/cmd/internal/browser"
)

// note is a page of the section knowledge.
func note(name, front, reviewBy, text string) txtar.File {
	return txtar.File{Name: "content/knowledge/" + name + ".md", Data: fmt.Appendf(nil,
		"---\ntitle: %sのノート\ndescription: 試験のページです。\n%sparams:\n  owner: 地域担当\n  reviewed: 2025-11-01\n  review_by: %s\n  work: 窓口\n  minutes: 3\n---\n%s\n", name, front, reviewBy, text)}
}

// upkeepBuilt builds a project on a day.
func upkeepBuilt(t *testing.T, dir, day string, more ...string) *builtSite {
	t.Helper()
	public, trouble, err := hugoBuild(t, dir, append([]string{"--environment", "development", "--cleanDestinationDir", "--clock", day}, more...)...)
	if err != nil || len(trouble) > 0 {
		t.Fatalf("%v\n%s", err, strings.Join(trouble, "\n"))
	}
	s, err := readSite(public)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// below are the texts of the elements between a heading of level 2 and the next.
func (p *builtPage) below(heading, element string) (texts []string) {
	here := false
	for _, n := range p.elements("") {
		if n.Data == "h2" {
			id, _ := attribute(n, "id")
			here = id == heading
		}
		if n.Data == "footer" {
			break
		}
		if here && n.Data == element {
			texts = append(texts, strings.Join(strings.Fields(textOf(n)), " "))
		}
	}
	return texts
}

func (p *builtPage) foot() *html.Node {
	for _, n := range p.elements("footer") {
		if class, _ := attribute(n, "class"); class == "page-foot" {
			return n
		}
	}
	return nil
}

// A page is on the list ninety days before its day, and marked once that is over.
func TestUpkeepOnADay(t *testing.T) {
	if testing.Short() {
		t.Skip("builds a site")
	}
	dir := layoutsProject(t, "content.txtar")
	for _, tt := range []struct{ day, row, foot string }{
		{"2026-08-01T12:00:00+09:00", "", "2026年10月31日"},
		{"2026-08-02T12:00:00+09:00", "方針 2026年10月31日", "2026年10月31日"},
		{"2026-10-31T23:59:00+09:00", "方針 2026年10月31日", "2026年10月31日"},
		{"2026-10-31T15:01:00Z", "方針 2026年10月31日 過ぎています", "2026年10月31日 過ぎています"},
	} {
		s := upkeepBuilt(t, dir, tt.day)
		row := ""
		for _, text := range s.pages["/about/upkeep/"].below("due", "li") {
			if strings.HasPrefix(text, "方針") {
				row = text
			}
		}
		if row != tt.row {
			t.Errorf("at %s the list says %q, want %q", tt.day, row, tt.row)
		}
		foot := strings.Join(strings.Fields(textOf(s.pages["/plan/points/"].foot())), " ")
		if _, after, _ := strings.Cut(foot, "次に見直す日"); !strings.HasPrefix(after, tt.foot+" 連絡先") && !strings.HasPrefix(after, " "+tt.foot+" 連絡先") {
			t.Errorf("at %s the page's foot says %q, want %q", tt.day, after, tt.foot)
		}
	}
}

// By owner, whoever is due first before the others; no more than can be worked
// off; what stands still, what nobody can reach and what no text leads to.
func TestUpkeepLists(t *testing.T) {
	if testing.Short() {
		t.Skip("builds a site")
	}
	dir := layoutsProject(t, "content.txtar")
	for i := range 60 {
		lay(t, dir, note(fmt.Sprintf("n%02d", i), "", fmt.Sprintf("2026-%02d-01", 1+i%8), "文です。"))
	}
	lay(t, dir, note("later", "", "2027-12-01", "[趣旨](/plan/purpose/)"), note("unfinished", "draft: true\n", "2026-01-01", "[鍵](/about/anonymity/)"))
	s := upkeepBuilt(t, dir, "2026-11-02T12:00:00+09:00")
	p := s.pages["/about/upkeep/"]
	if got, want := p.below("due", "h3"), []string{"地域担当", "総務担当"}; !slices.Equal(got, want) {
		t.Errorf("due for %v, want %v", got, want)
	}
	due := p.below("due", "li")
	if len(due) < 51 || due[0] != "n00のノート 2026年1月1日 過ぎています" || due[49] != "n30のノート 2026年7月1日 過ぎています" || due[50] != "方針 2026年10月31日 過ぎています" {
		t.Errorf("%d lines are due: %q", len(due), due)
	}
	if got := p.below("due", "p"); !slices.Contains(got, "ほかに10ページあります。上から順に見直すと、次のものが出てきます。") {
		t.Errorf("what is left out is not told: %q", got)
	}
	for heading, want := range map[string]string{
		"still":    "S2 相談 総務担当、まだなし",
		"contacts": "地域担当 場所、メール、応じる時間, 研修担当 場所、内線、メール、応じる時間",
		"drafts":   "",
	} {
		if got := strings.Join(p.below(heading, "li"), ", "); got != want {
			t.Errorf("%s: %s, want %s", heading, got, want)
		}
	}
	unlinked := strings.Join(p.below("unlinked", "li"), ", ")
	for row, want := range map[string]bool{"匿名 総務担当": true, "職員の姿 総務担当": true, "趣旨 総務担当": false, "later": false, "結果": false} {
		if strings.Contains(unlinked, row) != want {
			t.Errorf("without a link are %s; %s among them: want %v", unlinked, row, want)
		}
	}

	// Whoever writes sees what is not finished.
	s = upkeepBuilt(t, dir, "2026-11-02T12:00:00+09:00", "--buildDrafts")
	if got := s.pages["/about/upkeep/"].below("drafts", "li"); !slices.Equal(got, []string{"unfinishedのノート 地域担当", "次の注意 総務担当"}) {
		t.Errorf("drafts: %q", got)
	}
}

// The foot leads to who can put a page right, by the ways that are known and no other.
func TestPageFootLeadsToItsOwner(t *testing.T) {
	if testing.Short() {
		t.Skip("builds a site")
	}
	dir := layoutsProject(t, "content.txtar")
	links := func(s *builtSite, address string) (found map[string]string) {
		found = map[string]string{}
		for n := range s.pages[address].foot().Descendants() {
			if href, ok := attribute(n, "href"); ok && n.Data == "a" {
				found[textOf(n)] = href
			}
		}
		return found
	}
	mail := func(s *builtSite) (to, subject, body string) {
		u, err := url.Parse(links(s, "/plan/points/")["間違いを知らせる"])
		if err != nil {
			t.Fatal(err)
		}
		if strings.Contains(u.RawQuery, "+") {
			t.Errorf("a mail program would show the + of %s", u.RawQuery)
		}
		return u.Scheme + ":" + u.Opaque, u.Query().Get("subject"), u.Query().Get("body")
	}
	const day = "2026-11-02T12:00:00+09:00"
	s := upkeepBuilt(t, dir, day)
	to, subject, body := mail(s)
	if to != "mailto:soumu@example.jp" || subject != "「方針」のページについて" || body != "ページ：方針\r\nアドレス："+published+"plan/points/\r\n\r\n気づいたこと：\r\n" {
		t.Errorf("the mail goes to %s, %q, %q", to, subject, body)
	}
	if got := links(s, "/measures/w1/"); len(got) > 0 || !strings.Contains(textOf(s.pages["/measures/w1/"].foot()), "間違いに気づいたら、研修担当に知らせてください。") {
		t.Errorf("nobody can be reached, and the foot has %v", got)
	}
	if got := links(s, "/plan/points/")["このページを直す"]; got != "" {
		t.Errorf("nobody said where, and a page is mended at %s", got)
	}
	settings, err := os.ReadFile(filepath.Join(dir, "hugo.toml"))
	if err != nil {
		t.Fatal(err)
	}
	edited := strings.Replace(string(settings), `edit = ""`, `edit = "https://git.example.jp/edit/main/{path}?a=b"`, 1)
	lay(t, dir, txtar.File{Name: "hugo.toml", Data: []byte(edited)})
	s = upkeepBuilt(t, dir, day, "--baseURL", "http://localhost:1313/")
	if _, _, body := mail(s); !strings.Contains(body, "アドレス：/plan/points/\r\n") {
		t.Errorf("nobody said where the site will be, and the mail says %q", body)
	}
	for address, want := range map[string]string{"/plan/points/": "plan/points.md", "/plan/": "plan/_index.md", "/surveys/pulse/": "surveys/pulse/index.md"} {
		if got := links(s, address)["このページを直す"]; got != "https://git.example.jp/edit/main/content/"+want+"?a=b" {
			t.Errorf("%s is mended at %s", address, got)
		}
	}
}

// A page whose day passes after the build is marked where it is read.
func TestReviewScript(t *testing.T) {
	tab := browser.Start(t)
	dir := layoutsProject(t, "content.txtar")
	s := upkeepBuilt(t, dir, "2026-10-01T12:00:00+09:00", "--baseURL", "/")
	server := httptest.NewServer(http.FileServer(http.Dir(s.dir)))
	t.Cleanup(server.Close)
	for address, days := range map[string]map[string]string{
		"/plan/points/":  {"2026-10-31T23:59:59+09:00": "", "2026-11-01T00:00:00+09:00": "次に見直す日2026年10月31日 過ぎています"},
		"/about/upkeep/": {"2026-10-31T23:59:59+09:00": "", "2026-11-01T00:00:00+09:00": "方針 2026年10月31日 過ぎています"},
	} {
		browser.Do(t, tab, chromedp.Navigate(server.URL+address))
		for now, want := range days {
			got := browser.Ask(t, tab, chromedp.Evaluate[string](`(async () => {
				for (const e of document.querySelectorAll(".overdue")) e.remove();
				Date.now = () => Date.parse("`+now+`");
				(0, eval)("{" + await (await fetch(document.querySelector("script[src*=review]").src)).text() + "}");
				return [...document.querySelectorAll(".overdue")].map(e => e.closest("dl > div, li").textContent.trim().replace(/\s+/g, " ")).join(", ");
			})()`, chromedp.EvalAwaitPromise))
			if got != want {
				t.Errorf("%s at %s: %q, want %q", address, now, got, want)
			}
		}
	}
}
