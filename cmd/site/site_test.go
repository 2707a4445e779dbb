package main

// The project's own site, built once for all tests here as it is published:
// below a path, so that a link that forgets the path leads nowhere.

import (
	"bytes"
	"compress/gzip"
	"context"
	"fmt"
	"io"
	"io/fs"
	"maps"
	"net/url"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/goccy/go-yaml"
	"golang.org/x/net/html"

	"staffplan/cmd/internal/cli"
	"staffplan/cmd/site/check"
)

const published = "https://example.jp/staffplan/"

// builtSite is the built tree with its pages read.
type builtSite struct {
	dir   string
	pages map[string]*builtPage // by address below the path: /measures/s1/
}

type builtPage struct {
	address string
	root    *html.Node
	size    int // bytes of the file, packed
}

var buildOnce = sync.OnceValues(func() (*builtSite, error) {
	dir, err := os.MkdirTemp("", "site-test-")
	if err != nil {
		return nil, err
	}
	b := buildCmd{Destination: filepath.Join(dir, "public"), BaseURL: published}
	if _, err := b.build(context.Background(), "../..", cli.NewUI("site", os.Stdout, os.Stderr)); err != nil {
		return nil, err
	}
	return readSite(b.Destination)
})

// readSite reads the pages of a built tree.
func readSite(dir string) (*builtSite, error) {
	s := &builtSite{dir, map[string]*builtPage{}}
	err := filepath.WalkDir(s.dir, func(name string, entry fs.DirEntry, err error) error {
		if err != nil || filepath.Ext(name) != ".html" {
			return err
		}
		data, err := os.ReadFile(name)
		if err != nil {
			return err
		}
		root, err := html.Parse(bytes.NewReader(data))
		if err != nil {
			return err
		}
		address := "/" + strings.TrimSuffix(filepath.ToSlash(strings.TrimPrefix(name, s.dir+string(filepath.Separator))), "index.html")
		s.pages[address] = &builtPage{address, root, packedSize(data)}
		return nil
	})
	return s, err
}

func packedSize(data []byte) int {
	var b bytes.Buffer
	w := gzip.NewWriter(&b)
	w.Write(data)
	w.Close()
	return b.Len()
}

func builtOnce(t *testing.T) *builtSite {
	t.Helper()
	if testing.Short() {
		t.Skip("builds the whole site")
	}
	s, err := buildOnce()
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// kept is what has to stay on the site: the plan's own words by address.
func kept(t *testing.T) (phrases map[string][]string) {
	t.Helper()
	data, err := os.ReadFile("../../layouts/_data/kept.yaml")
	if err == nil {
		err = yaml.Unmarshal(data, &phrases)
	}
	if err != nil {
		t.Fatal(err)
	}
	return phrases
}

// each calls f for every page, in order.
func (s *builtSite) each(f func(p *builtPage)) {
	for _, address := range slices.Sorted(maps.Keys(s.pages)) {
		f(s.pages[address])
	}
}

// elements are all elements of a page with that name, or all for "".
func (p *builtPage) elements(name string) (found []*html.Node) {
	for n := range p.root.Descendants() {
		if n.Type == html.ElementNode && (name == "" || n.Data == name) {
			found = append(found, n)
		}
	}
	return found
}

func attribute(n *html.Node, key string) (string, bool) {
	for _, a := range n.Attr {
		if a.Key == key {
			return a.Val, true
		}
	}
	return "", false
}

// textOf is what a node says, scripts left out.
func textOf(n *html.Node) string {
	var b strings.Builder
	for d := range n.Descendants() {
		if d.Type == html.TextNode && d.Parent.Data != "script" {
			b.WriteString(d.Data)
		}
	}
	return b.String()
}

// local turns a reference on a page into an address below the path and a
// fragment; ok is false for what leads out of the site.
func (p *builtPage) local(reference string) (address, fragment string, ok bool, err error) {
	base, err := url.Parse(published)
	if err != nil {
		return "", "", false, err
	}
	u, err := base.Parse(strings.TrimPrefix(p.address, "/"))
	if err == nil {
		u, err = u.Parse(reference)
	}
	if err != nil || u.Host != base.Host {
		return "", "", false, err
	}
	address, below := strings.CutPrefix(u.Path, strings.TrimSuffix(base.Path, "/"))
	if !below || !strings.HasPrefix(address, "/") {
		return "", "", false, fmt.Errorf("%s leads out of %s", reference, base.Path)
	}
	return address, u.Fragment, true, nil
}

// another says whether the page is another form of one: its thanks, what is
// printed of it. The page leads there, and searching does not.
func (p *builtPage) another() bool {
	return slices.Contains([]string{"thanks", "leader", "participant", "meeting"}, path.Base(p.address))
}

// has says whether there is something at an address, a page or a file.
func (s *builtSite) has(address string) bool {
	info, err := os.Stat(filepath.Join(s.dir, filepath.FromSlash(address)))
	if err == nil && info.IsDir() {
		return strings.HasSuffix(address, "/") && s.pages[address] != nil
	}
	return err == nil
}

func TestSitePassesTheCheck(t *testing.T) {
	findings, pages, err := check.Run(os.DirFS("../.."), time.Now())
	if err != nil {
		t.Fatal(err)
	}
	if pages < 40 {
		t.Errorf("%d pages were read, want the whole site", pages)
	}
	for _, f := range findings {
		if f.Level != check.Note && f.Rule != "review" { // what only the office can fill in, and what comes with time
			t.Error(f)
		}
	}
}

// Every rule of the check is on its page (what is said of it: TestRulesPage).
func TestRulesAreListed(t *testing.T) {
	page := builtOnce(t).pages["/about/editing/rules/"]
	ids := map[string]bool{}
	for _, n := range page.elements("ul") {
		id, _ := attribute(n, "id")
		ids[id] = true
	}
	archives, err := filepath.Glob("check/testdata/rules/*.txtar")
	if err != nil || len(archives) == 0 {
		t.Fatal("no rules", err)
	}
	for _, name := range archives {
		if id := "rule-" + strings.TrimSuffix(filepath.Base(name), ".txtar"); !ids[id] {
			t.Errorf("%s is not listed", id)
		}
	}
}

func TestSiteHasItsAddresses(t *testing.T) {
	s := builtOnce(t)
	// Besides the pages, what others read of a site and of a survey.
	addresses := []string{"/sitemap.xml", "/robots.txt", "/404.html", "/index.xml", "/pages.json", "/events/calendar.ics"}
	for address := range kept(t) {
		addresses = append(addresses, address)
		if path.Dir(path.Clean(address)) == "/surveys" {
			addresses = append(addresses, address+"survey.json", address+"thanks/")
		}
	}
	for _, address := range addresses {
		if !s.has(address) {
			t.Errorf("nothing at %s", address)
		}
	}
}

func TestSiteQuotesThePlan(t *testing.T) {
	s := builtOnce(t)
	phrases := kept(t)
	// What templates put on other pages than those that hold it.
	phrases["/"] = append(phrases["/"], "「みんなが住みたいまち大阪の実現」")
	for address, own := range phrases {
		if path.Dir(path.Clean(address)) == "/values" {
			phrases["/values/"] = append(phrases["/values/"], own...)
		}
	}
	for address, phrases := range phrases {
		p := s.pages[address]
		if p == nil {
			continue // TestSiteHasItsAddresses says so
		}
		main := p.elements("main")
		for _, phrase := range phrases {
			if len(main) != 1 || !strings.Contains(textOf(main[0]), phrase) {
				t.Errorf("%s does not say %s", address, phrase)
			}
		}
	}
}

// What every page keeps to.
func TestSitePages(t *testing.T) {
	s := builtOnce(t)
	titles := map[string]string{}
	s.each(func(p *builtPage) {
		complain := func(format string, args ...any) {
			t.Helper()
			t.Errorf("%s: %s", p.address, fmt.Sprintf(format, args...))
		}
		if n := len(p.elements("h1")); n != 1 {
			complain("%d h1", n)
		}
		if lang, _ := attribute(p.elements("html")[0], "lang"); lang != "ja" {
			complain("lang %q", lang)
		}
		title := ""
		for _, n := range p.elements("title") {
			if n.Parent.Data == "head" {
				title += textOf(n)
			}
		}
		if other, taken := titles[title]; taken || strings.TrimSpace(title) == "" {
			complain("title %q, as on %s", title, other)
		}
		titles[title] = p.address
		for _, name := range []string{"h1", "h2", "a", "li"} {
			for _, n := range p.elements(name) {
				if strings.HasPrefix(strings.TrimSpace(textOf(n)), "記入例") {
					complain("shows a sample (記入例)")
				}
			}
		}
		ids := map[string]bool{}
		for _, n := range p.elements("") {
			for _, a := range n.Attr {
				if a.Key == "style" || strings.HasPrefix(a.Key, "on") {
					complain("inline %s on <%s>", a.Key, n.Data)
				}
				if a.Key == "id" && ids[a.Val] {
					complain("id %q stands twice", a.Val)
				} else if a.Key == "id" {
					ids[a.Val] = true
				}
			}
			if n.Data == "style" || n.Data == "script" && n.FirstChild != nil {
				complain("inline <%s>", n.Data)
			}
			if n.Data == "img" {
				if _, ok := attribute(n, "alt"); !ok {
					complain("img without alt")
				}
			}
		}
		if strings.HasSuffix(p.address, "/") && !p.another() {
			described := slices.ContainsFunc(p.elements("meta"), func(n *html.Node) bool {
				name, _ := attribute(n, "name")
				content, _ := attribute(n, "content")
				return name == "description" && content != ""
			})
			if !described {
				complain("no description")
			}
		}
	})
}

// A page with its stylesheets and scripts stays small enough for a bad line.
func TestSitePagesAreLight(t *testing.T) {
	const limit = 60_000 // bytes, packed
	s := builtOnce(t)
	s.each(func(p *builtPage) {
		total := p.size
		for _, n := range append(p.elements("link"), p.elements("script")...) {
			reference, _ := attribute(n, map[string]string{"link": "href", "script": "src"}[n.Data])
			rel, _ := attribute(n, "rel")
			if n.Data == "link" && rel != "stylesheet" {
				continue
			}
			address, _, ok, err := p.local(reference)
			if err != nil || !ok {
				t.Errorf("%s: %q is not of this site: %v", p.address, reference, err)
				continue
			}
			data, err := os.ReadFile(filepath.Join(s.dir, filepath.FromSlash(address)))
			if err != nil {
				t.Errorf("%s: %v", p.address, err)
			}
			total += packedSize(data)
		}
		if total > limit {
			t.Errorf("%s: %d bytes, at most %d", p.address, total, limit)
		}
	})
}

// Every link and file inside the site is there, with its fragment, and a
// reader who starts at the home page can click to every page.
func TestSiteLinks(t *testing.T) {
	s := builtOnce(t)
	to := map[string][]string{}
	s.each(func(p *builtPage) {
		for _, n := range p.elements("") {
			for _, key := range []string{"href", "src", "action", "poster", "data"} {
				reference, ok := attribute(n, key)
				if !ok {
					continue
				}
				address, fragment, local, err := p.local(reference)
				if err != nil {
					t.Errorf("%s: %v", p.address, err)
					continue
				}
				if !local {
					if n.Data != "a" {
						t.Errorf("%s: <%s> takes %s from another site", p.address, n.Data, reference)
					}
					continue
				}
				if key == "action" && strings.HasPrefix(address, "/answers/") && s.has(path.Join("/surveys", path.Base(address), "survey.json")) {
					continue // the collector's
				}
				target := s.pages[address]
				if !s.has(address) {
					t.Errorf("%s: nothing at %s", p.address, reference)
				} else if fragment != "" && (target == nil || !target.hasID(fragment)) {
					t.Errorf("%s: no #%s on %s", p.address, fragment, address)
				}
				if n.Data == "a" {
					to[p.address] = append(to[p.address], address)
				}
			}
		}
	})
	reached := map[string]bool{"/": true}
	for queue := []string{"/"}; len(queue) > 0; queue = queue[1:] {
		for _, next := range to[queue[0]] {
			if !reached[next] && s.pages[next] != nil {
				reached[next] = true
				queue = append(queue, next)
			}
		}
	}
	s.each(func(p *builtPage) {
		if strings.HasSuffix(p.address, "/") && !p.another() && !reached[p.address] {
			t.Errorf("no way from the home page to %s", p.address)
		}
	})
}

func (p *builtPage) hasID(id string) bool {
	return slices.ContainsFunc(p.elements(""), func(n *html.Node) bool {
		value, ok := attribute(n, "id")
		return ok && value == id
	})
}

// The sitemap names the pages to be found and no other.
func TestSitemap(t *testing.T) {
	s := builtOnce(t)
	file, err := os.Open(filepath.Join(s.dir, "sitemap.xml"))
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	data, err := io.ReadAll(file)
	if err != nil {
		t.Fatal(err)
	}
	s.each(func(p *builtPage) {
		entry := "<loc>" + published + strings.TrimPrefix(p.address, "/") + "</loc>"
		want := strings.HasSuffix(p.address, "/") && !p.another()
		if got := strings.Contains(string(data), entry); got != want {
			t.Errorf("%s in the sitemap: %v, want %v", p.address, got, want)
		}
	})
}
