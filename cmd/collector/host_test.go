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
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/chromedp"
)

// hostName is where the browser finds 127.0.0.1.
const hostName = "staffplan.example"

// chromium starts a browser with a profile of its own and returns a tab in it,
// and the profile's folder. The test is skipped where no browser is installed,
// but not in CI: there it fails.
func chromium(t *testing.T, flags ...chromedp.ExecAllocatorOption) (tab context.Context, profile string) {
	t.Helper()
	var path string
	for _, name := range []string{"chromium", "chromium-browser", "google-chrome"} {
		if p, err := exec.LookPath(name); err == nil {
			path = p
			break
		}
	}
	if path == "" {
		if os.Getenv("CI") != "" {
			t.Fatal("no Chromium is installed")
		}
		t.Skip("no Chromium is installed")
	}
	profile, err := os.MkdirTemp("", "chromium-")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { os.RemoveAll(profile) }) // where it is still written to, it stays
	options := append([]chromedp.ExecAllocatorOption{
		chromedp.ExecPath(path),
		chromedp.UserDataDir(profile),
		chromedp.NoFirstRun, chromedp.NoSandbox, chromedp.Headless, chromedp.DisableGPU,
		chromedp.Flag("disable-quic", true),
		chromedp.Flag("disable-background-networking", true),
		chromedp.Flag("host-resolver-rules", "MAP "+hostName+" 127.0.0.1"),
		chromedp.WSURLReadTimeout(patience),
	}, flags...)
	allocator, cancel := chromedp.NewExecAllocator(context.Background(), options...)
	t.Cleanup(cancel)
	tab, cancel = chromedp.NewContext(allocator)
	t.Cleanup(cancel)
	if err := chromedp.Do(tab); err != nil {
		t.Fatalf("Chromium does not start: %v", err)
	}
	return tab, profile
}

// do runs the steps in the tab, and fails the test where one of them does not
// come to its end.
func do(t *testing.T, tab context.Context, steps ...chromedp.Action[chromedp.Void]) {
	t.Helper()
	ctx, cancel := context.WithTimeout(tab, patience)
	defer cancel()
	if err := chromedp.Do(ctx, steps...); err != nil {
		t.Fatal(err)
	}
}

// ask is do for an action that gives a value.
func ask[T any](t *testing.T, tab context.Context, action chromedp.Action[T]) T {
	t.Helper()
	ctx, cancel := context.WithTimeout(tab, patience)
	defer cancel()
	value, err := chromedp.Run(ctx, action)
	if err != nil {
		t.Fatal(err)
	}
	return value
}

// scripts turns JavaScript on or off in the tab.
func scripts(on bool) chromedp.Action[chromedp.Void] {
	return chromedp.Func(func(ctx context.Context, tab *chromedp.Target) error {
		_, err := cdp.Call(ctx, tab, emulation.SetScriptExecutionDisabled, emulation.SetScriptExecutionDisabledParams{Value: !on})
		return err
	})
}

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
	do(t, tab,
		chromedp.Navigate(form),
		chromedp.Click(chromedp.CSS(`input[value="b2"]`)),
		chromedp.SendKeys(commentField, words),
	)
}

func TestFormUnderHostName(t *testing.T) {
	tab, _ := chromium(t, chromedp.IgnoreCertErrors)
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
		return scheme + "://" + net.JoinHostPort(hostName, port)
	}
	// proxy stands in front as an office's would, with its mistakes.
	proxy := func(keepHost bool, referrerPolicy string) http.Handler {
		return &httputil.ReverseProxy{
			Rewrite: func(r *httputil.ProxyRequest) {
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
				do(t, tab, scripts(on))
				fillForm(t, tab, test.base+"/surveys/crowd/", "ひとこと")
				do(t, tab, chromedp.Click(sendButton), chromedp.WaitVisible(`//h1[not(text()="調べ")]`))
				location, heading := ask(t, tab, chromedp.Location()), ask(t, tab, chromedp.Text(chromedp.CSS("h1")))
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
	do(t, tab, scripts(true))
	if code := s.stop(t, syscall.SIGTERM); code != 0 {
		t.Errorf("status %d", code)
	}
	serve(t, site, data, afterClosing)
	if got := strings.Count(string(readFile(t, filepath.Join(data, "crowd", "responses.jsonl"))), `{"who":["b2"]}`); got != taken {
		t.Errorf("%d answers stored, not %d", got, taken)
	}
}
