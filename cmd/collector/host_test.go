//go:build unix

package main

// The form in a real browser, under a host name. Only there does Chromium leave
// out Sec-Fetch-Site on plain HTTP, so that Origin alone tells where a form
// comes from; on loopback a wrong Referrer-Policy would go unseen.

import (
	"context"
	"fmt"
	"net"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"github.com/chromedp/chromedp"

	"staffplan/cmd/internal/browser"
)

// formSite is siteWith a form for the survey crowd, and the page after it.
func formSite(t *testing.T) (site string) {
	t.Helper()
	site = siteWith(t)
	for name, page := range map[string]string{
		"index.html": `<!doctype html><html lang="ja"><meta charset="utf-8"><title>調べ</title><link rel="icon" href="/icon.svg"><script type="module" src="/survey.js"></script>
<main><h1>調べ</h1><form id="form" method="post" action="/answers/crowd" autocomplete="off">
<p><label><input type="checkbox" name="who" value="b1">1</label> <label><input type="checkbox" name="who" value="b2">2</label>
<p><label>意見 <input name="comment"></label>
<p><button>送る</button></form></main>`,
		"thanks/index.html": `<!doctype html><html lang="ja"><meta charset="utf-8"><title>受け取りました</title><link rel="icon" href="/icon.svg"><h1 id="thanks">受け取りました</h1>`,
	} {
		file := filepath.Join(site, "surveys", "crowd", name)
		if err := os.MkdirAll(filepath.Dir(file), 0o777); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(file, []byte(page), 0o666); err != nil {
			t.Fatal(err)
		}
	}
	return site
}

var commentField, sendButton = chromedp.CSS(`input[name="comment"]`), chromedp.CSS("button")

// fillForm opens the form and fills it in.
func fillForm(t *testing.T, tab context.Context, form, words string) {
	t.Helper()
	browser.Do(t, tab,
		chromedp.Navigate(form),
		chromedp.Click(chromedp.CSS(`input[value="b2"]`)),
		chromedp.SendKeys(commentField, words),
	)
}

func TestFormUnderHostName(t *testing.T) {
	tab := browser.Start(t, chromedp.IgnoreCertErrors)
	data := filepath.Join(t.TempDir(), "data")
	site := formSite(t)
	s := serve(t, site, data, halfway)
	backend, err := url.Parse(s.url)
	if err != nil {
		t.Fatal(err)
	}
	// at is the address under the host name.
	at := func(scheme, address string) string {
		_, port, err := net.SplitHostPort(address)
		if err != nil {
			t.Fatal(err)
		}
		return scheme + "://" + net.JoinHostPort(browser.HostName, port)
	}
	// proxy stands in front as an office's would, with its mistakes.
	proxy := func(keepHost bool, referrerPolicy string) http.Handler {
		return &httputil.ReverseProxy{
			Rewrite: func(r *httputil.ProxyRequest) {
				if from := r.In.Referer(); referrerPolicy == "" && strings.Contains(from, "/surveys/") {
					t.Errorf("the proxy is told of %s", from)
				}
				r.SetURL(backend)
				if keepHost {
					r.Out.Host = r.In.Host
				}
			},
			ModifyResponse: func(res *http.Response) error {
				if referrerPolicy != "" {
					res.Header.Set("Referrer-Policy", referrerPolicy)
				}
				return nil
			},
		}
	}
	plain := func(h http.Handler) string {
		server := httptest.NewServer(h)
		t.Cleanup(server.Close)
		return at("http", server.Listener.Addr().String())
	}
	overTLS := func(h http.Handler) string {
		server := httptest.NewTLSServer(h)
		t.Cleanup(server.Close)
		return at("https", server.Listener.Addr().String())
	}

	const refused = "このサイトの外からは送れません"
	taken := 0
	for _, test := range []struct {
		name, base string
		refused    bool
	}{
		{"plain HTTP", at("http", backend.Host), false},
		{"HTTPS", overTLS(proxy(true, "")), false},
		{"plain HTTP behind a proxy", plain(proxy(true, "")), false},
		// What the settings above are for.
		{"no referrer", plain(proxy(true, "no-referrer")), true},
		{"another Host", plain(proxy(false, "")), true},
	} {
		for _, on := range []bool{true, false} {
			t.Run(fmt.Sprintf("%s, scripts %v", test.name, on), func(t *testing.T) {
				browser.Do(t, tab, browser.Scripts(on))
				fillForm(t, tab, test.base+"/surveys/crowd/", "ひとこと")
				browser.Do(t, tab, chromedp.Click(sendButton), chromedp.WaitVisible(`//h1[not(text()="調べ")]`))
				location, heading := browser.Ask(t, tab, chromedp.Location()), browser.Ask(t, tab, chromedp.Text(chromedp.CSS("h1")))
				if test.refused {
					if location != test.base+"/answers/crowd" || heading != refused {
						t.Errorf("taken, at %s with %q: this test sees nothing", location, heading)
					}
					return
				}
				taken++
				if location != test.base+"/surveys/crowd/thanks/" || heading != "受け取りました" {
					t.Errorf("at %s with %q", location, heading)
				}
			})
		}
	}
	browser.Do(t, tab, browser.Scripts(true))
	if code := s.stop(t, syscall.SIGTERM); code != 0 {
		t.Errorf("status %d", code)
	}
	serve(t, site, data, afterClosing)
	if got := strings.Count(string(readFile(t, filepath.Join(data, "crowd", "responses.jsonl"))), `{"who":["b2"]}`); got != taken {
		t.Errorf("%d answers stored, not %d", got, taken)
	}
}
