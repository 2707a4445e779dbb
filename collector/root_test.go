package collector

// A site below a path, behind a proxy that takes the path off and one that leaves
// it there: nothing leads out of it.

import (
	"io"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"golang.org/x/net/html"
)

func TestSiteBelowAPath(t *testing.T) {
	for name, c := range map[string]struct {
		root  string
		strip bool
	}{
		"no path":                 {"", false},
		"taken off":               {"/plan", true},
		"left":                    {"/plan", false},
		"of two parts, taken off": {"/portal/plan", true},
		"of two parts, left":      {"/portal/plan", false},
	} {
		t.Run(name, func(t *testing.T) {
			site := t.TempDir()
			unpack(t, "testdata/site.txtar", site)
			for _, page := range []string{"404.html", "surveys/autumn/index.html"} { // as Hugo writes them
				text := readFile(t, filepath.Join(site, page))
				put(t, site, page, strings.ReplaceAll(text, `="/`, `="`+c.root+`/`), 0)
			}
			put(t, site, "site.json", `{"path":"`+c.root+`/"}`, 0)
			for _, id := range []string{"past", "later"} {
				put(t, site, "surveys/"+id+"/index.html", prose, 0)
			}
			h := start(t, Config{Site: site})

			// The portal has pages of its own: whoever is sent out of the site sees one.
			backend, err := url.Parse(h.url)
			if err != nil {
				t.Fatal(err)
			}
			portal := http.NewServeMux()
			if c.root != "" {
				portal.HandleFunc("/", http.NotFound)
			}
			var proxy http.Handler = httputil.NewSingleHostReverseProxy(backend)
			if c.strip {
				proxy = http.StripPrefix(c.root, proxy)
			}
			portal.Handle(c.root+"/", proxy)
			front := httptest.NewServer(portal)
			defer front.Close()
			here := func(path string) string { return front.URL + c.root + path }

			get := func(address string) (*http.Response, string) {
				t.Helper()
				res, err := http.Get(address)
				if err != nil {
					t.Fatal(err)
				}
				defer res.Body.Close()
				text, err := io.ReadAll(res.Body)
				if err != nil {
					t.Fatal(err)
				}
				return res, string(text)
			}
			for path, words := range map[string]string{
				"/": "<h1>ホーム</h1>", "/surveys/autumn/": "仕事に誇りがある", "/surveys/autumn": "仕事に誇りがある",
				"/plan/": "<h1>プラン</h1>", "/plan": "<h1>プラン</h1>", "/css/plain.css": "margin: 1px",
			} {
				if path != "/" {
					// So has everybody's browser, on the way to the next page.
					get(here("/css/plain.css"))
				}
				res, text := get(here(path))
				if res.StatusCode != 200 || !strings.Contains(text, words) {
					t.Errorf("%s: %s\n%s", path, res.Status, text)
				}
			}
			if res, text := get(here("/")); res.StatusCode != 200 || !strings.Contains(text, "<h1>ホーム</h1>") {
				t.Errorf("home: %s\n%s", res.Status, text)
			}

			// What is sent is followed as a browser does.
			res, err := http.PostForm(here("/answers/autumn"), url.Values{"q1": {"2"}})
			if err != nil {
				t.Fatal(err)
			}
			res.Body.Close()
			if got := res.Request.URL.Path; res.StatusCode != 200 || got != c.root+"/surveys/autumn/thanks/" {
				t.Errorf("after an answer: %s %s", res.Status, got)
			}
			for path, form := range map[string]url.Values{
				"/answers/autumn": {"q1": {"9"}},
				"/answers/box":    {"short": {"題"}},
				"/answers/past":   {"q1": {"x"}},
				"/answers/later":  {"q1": {"x"}},
				"/answers/none":   {"q1": {"x"}},
				"/answers/a/b/c":  {"q1": {"x"}},
				"/plan/none":      {},
			} {
				res, err := http.PostForm(here(path), form)
				if err != nil {
					t.Fatal(err)
				}
				links := 0
				doc, err := html.Parse(res.Body)
				res.Body.Close()
				if err != nil || res.StatusCode < 400 {
					t.Fatal(path, err, res.Status)
				}
				for n := range doc.Descendants() {
					for _, key := range []string{"href", "action"} {
						to, ok := attr(n, key)
						address, err := res.Request.URL.Parse(to)
						if !ok || strings.HasPrefix(to, "#") {
							continue
						}
						links++
						if err != nil || !strings.HasPrefix(address.Path, c.root+"/") {
							t.Errorf("%s: %s leads out", path, to)
						} else if key == "href" && strings.HasSuffix(to, "/") {
							if there, _ := get(address.String()); there.StatusCode != 200 {
								t.Errorf("%s: %s: %s", path, to, there.Status)
							}
						}
					}
				}
				if links == 0 && path != "/answers/autumn" {
					t.Errorf("%s: no links", path)
				}
			}
		})
	}
}

// A build for another path counts without a restart.
func TestSiteMoves(t *testing.T) {
	h, look := watched(t)
	moved := func(want string) {
		t.Helper()
		res, _ := h.sendForm("/answers/autumn", url.Values{"q1": {"2"}})
		if got := res.Header.Get("Location"); got != want+"/surveys/autumn/thanks/" {
			t.Error(got)
		}
	}
	moved("")
	put(t, h.site, "site.json", `{"path":"/plan/"}`, 0)
	look()
	moved("/plan")
	if err := os.Remove(filepath.Join(h.site, "site.json")); err != nil { // as while a build swaps
		t.Fatal(err)
	}
	look()
	moved("/plan")
}
