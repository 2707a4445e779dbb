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
			disk := new(badDisk)
			h := start(t, Config{Site: site, fs: disk})

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
			tooLong := url.Values{"short": {strings.Repeat("x", maxBodyBytes)}}
			for name, r := range map[string]struct {
				path   string
				form   url.Values
				change func(*http.Request)
				status int
			}{
				"wrong":           {"/answers/autumn", url.Values{"q1": {"9"}}, nil, 422},
				"missing":         {"/answers/box", url.Values{"short": {"題"}}, nil, 422},
				"over":            {"/answers/past", url.Values{"q1": {"x"}}, nil, 410},
				"not yet":         {"/answers/later", url.Values{"q1": {"x"}}, nil, 403},
				"none":            {"/answers/none", url.Values{"q1": {"x"}}, nil, 404},
				"none, deep":      {"/answers/a/b/c", url.Values{"q1": {"x"}}, nil, 404},
				"too long":        {"/answers/box", tooLong, nil, 413},
				"from elsewhere":  {"/answers/autumn", url.Values{"q1": {"2"}}, func(q *http.Request) { q.Header.Set("Sec-Fetch-Site", "cross-site") }, 403},
				"no form":         {"/answers/autumn", nil, func(q *http.Request) { q.Header.Set("Content-Type", "text/plain") }, 415},
				"half a form":     {"/answers/autumn", nil, func(q *http.Request) { q.Body = io.NopCloser(strings.NewReader("q1=%")); q.ContentLength = 4 }, 400},
				"another method":  {"/answers/autumn", nil, func(q *http.Request) { q.Method = "PUT" }, 405},
				"a page":          {"/plan/none", nil, nil, 405},
				"no such page":    {"/plan/none/", nil, func(q *http.Request) { q.Method = "GET" }, 404},
				"full":            {"/answers/autumn", url.Values{"q1": {"2"}}, func(*http.Request) { disk.full.Store(true) }, 503},
				"full, no script": {"/answers/box", url.Values{"long": {"ことば"}}, func(*http.Request) { disk.full.Store(true) }, 503},
			} {
				path := name + " " + r.path
				disk.full.Store(false)
				req, err := http.NewRequest("POST", here(r.path), strings.NewReader(r.form.Encode()))
				if err != nil {
					t.Fatal(err)
				}
				req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
				if r.change != nil {
					r.change(req)
				}
				res, err := http.DefaultClient.Do(req)
				if err != nil {
					t.Fatal(err)
				}
				links := 0
				doc, err := html.Parse(res.Body)
				res.Body.Close()
				if err != nil || res.StatusCode != r.status {
					t.Error(path, err, res.Status)
				}
				for n := range doc.Descendants() {
					for _, key := range []string{"href", "src", "action"} {
						to, ok := attr(n, key)
						address, err := res.Request.URL.Parse(to)
						if !ok || strings.HasPrefix(to, "#") {
							continue
						}
						links++
						if err != nil || !strings.HasPrefix(address.Path, c.root+"/") {
							t.Errorf("%s: %s leads out", path, to)
						} else if key != "action" {
							if there, _ := get(address.String()); there.StatusCode != 200 {
								t.Errorf("%s: %s: %s", path, to, there.Status)
							}
						}
					}
				}
				if links == 0 && !strings.HasSuffix(path, "/answers/autumn") {
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
