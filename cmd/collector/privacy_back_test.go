//go:build unix

package main

// Back on a shared computer shows nothing of an answer that was sent. Chromium
// keeps pages for Back in memory, no-store or not, with all that was typed; what
// has it drop the form is the site's script, or Clear-Site-Data on HTTPS. Plain
// HTTP with scripts off is left: there the window has to be closed.

import (
	"bytes"
	"context"
	"io/fs"
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
	"time"
	"unicode/utf16"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/page"
	"github.com/chromedp/chromedp"

	"staffplan/cmd/internal/browser"
)

// typed is what nobody may find.
const typed = "himitsu7f3a"

// back goes one page back and does not wait: a page from memory does not load.
var back = chromedp.Func(func(ctx context.Context, tab *chromedp.Target) error {
	history, err := cdp.Call(ctx, tab, page.GetNavigationHistory, cdp.Empty{})
	if err != nil {
		return err
	}
	entry := history.Entries[history.CurrentIndex-1].ID
	_, err = cdp.Call(ctx, tab, page.NavigateToHistoryEntry, page.NavigateToHistoryEntryParams{EntryID: entry})
	return err
})

// filled says what is in the form: "" where there is none, else "empty" or what
// was typed and ticked.
const filled = `(() => {
	const form = document.querySelector("form[method=post]");
	if (!form || document.readyState !== "complete") return "";
	const all = [...form.elements].filter(e => e.type === "checkbox" ? e.checked : e.value).map(e => e.value);
	return all.join() || "empty";
})()`

// eventually asks until the page says what is wanted.
func eventually(t *testing.T, tab context.Context, expression, want string) {
	t.Helper()
	got := ""
	for deadline := time.Now().Add(patience); time.Now().Before(deadline); time.Sleep(20 * time.Millisecond) {
		// A page on its way out is no error, and may never reply.
		ctx, cancel := context.WithTimeout(tab, time.Second)
		got, _ = chromedp.Run(ctx, chromedp.EvaluateAsDevTools[string](expression))
		cancel()
		if got == want {
			return
		}
	}
	t.Errorf("after %v: %q, want %q", patience, got, want)
}

// rewritten serves what is at address, with changes to each response.
func rewritten(t *testing.T, address string, change func(http.Header)) *httputil.ReverseProxy {
	t.Helper()
	to, err := url.Parse(address)
	if err != nil {
		t.Fatal(err)
	}
	return &httputil.ReverseProxy{
		Rewrite: func(r *httputil.ProxyRequest) {
			r.SetURL(to)
			r.Out.Host = r.In.Host
		},
		ModifyResponse: func(res *http.Response) error {
			change(res.Header)
			return nil
		},
	}
}

func TestBackShowsNothing(t *testing.T) {
	browser.Need(t)
	script, err := os.ReadFile(filepath.Join("..", "..", "static", "assets", "js", "survey.js"))
	if err != nil {
		t.Fatal(err)
	}
	site := formSite(t)
	for name, content := range map[string]string{"survey.js": string(script), "icon.svg": `<svg xmlns="http://www.w3.org/2000/svg"/>`} {
		if err := os.WriteFile(filepath.Join(site, name), []byte(content), 0o666); err != nil {
			t.Fatal(err)
		}
	}
	data := filepath.Join(t.TempDir(), "data")
	s := serve(t, site, data, halfway)
	as := func(scheme string, server *httptest.Server) string {
		t.Cleanup(server.Close)
		_, port, _ := net.SplitHostPort(server.Listener.Addr().String())
		return scheme + "://" + net.JoinHostPort(browser.HostName, port)
	}
	asIs := rewritten(t, s.url, func(http.Header) {})
	plain, overTLS := as("http", httptest.NewServer(asIs)), as("https", httptest.NewTLSServer(asIs))
	careless := as("http", httptest.NewServer(rewritten(t, s.url, func(h http.Header) {
		h.Set("Cache-Control", "no-cache")
		h.Set("Content-Security-Policy", "script-src 'none'")
	})))

	without := chromedp.Flag("disable-features", "BackForwardCache")
	with := chromedp.Flag("enable-features", "BackForwardCache")
	answers := 0
	for _, test := range []struct {
		name, base string
		memory     chromedp.ExecAllocatorOption
		scripts    bool
		refused    bool // at first, and sent again from the page with the error
		want       string
	}{
		{"plain HTTP", plain, with, true, false, "empty"},
		{"plain HTTP, after an error", plain, with, true, true, "empty"},
		{"plain HTTP, after an error, no memory", plain, without, true, true, "empty"},
		{"plain HTTP, no scripts, no memory", plain, without, false, false, "empty"},
		{"HTTPS", overTLS, with, true, false, "empty"},
		{"HTTPS, no scripts", overTLS, with, false, false, "empty"},
		// What this looks for would be there.
		{"careless", careless, with, true, false, "b2," + typed},
	} {
		t.Run(test.name, func(t *testing.T) {
			profile, err := os.MkdirTemp("", "chromium-")
			if err != nil {
				t.Fatal(err)
			}
			t.Cleanup(func() { os.RemoveAll(profile) }) // where it is still written to, it stays
			tab := browser.Start(t, chromedp.UserDataDir(profile), chromedp.IgnoreCertErrors, test.memory)
			browser.Do(t, tab, browser.Scripts(test.scripts))
			fillForm(t, tab, test.base+"/surveys/crowd/", typed)
			if test.refused {
				browser.Do(t, tab,
					chromedp.SendKeys(commentField, strings.Repeat("x", 100)),
					chromedp.Click(sendButton),
					chromedp.WaitVisible(chromedp.CSS("#error-summary")),
				)
				eventually(t, tab, filled, "b2,"+typed+strings.Repeat("x", 100))
				browser.Do(t, tab, chromedp.SetValue(commentField, typed))
			}
			browser.Do(t, tab, chromedp.Click(sendButton), chromedp.WaitVisible(chromedp.CSS("#thanks")))
			answers++
			browser.Do(t, tab, chromedp.Reload())
			if got := browser.Ask(t, tab, chromedp.Location()); got != test.base+"/surveys/crowd/thanks/" {
				t.Error("reloading leads to", got)
			}
			browser.Do(t, tab, back)
			eventually(t, tab, filled, test.want)
			if test.want != "empty" || test.refused { // a refused one is in the browser's own notes of open tabs
				return
			}
			next, done := chromedp.NewContext(tab)
			defer done()
			if err := chromedp.Do(next); err != nil { // opens it
				t.Fatal(err)
			}
			browser.Do(t, next, chromedp.Navigate(test.base+"/surveys/crowd/"))
			eventually(t, next, filled, "empty")
			if err := chromedp.Cancel(tab); err != nil {
				t.Fatal(err)
			}
			lacks(t, profile, typed)
		})
	}
	if code := s.stop(t, syscall.SIGTERM); code != 0 {
		t.Errorf("status %d", code)
	}
	serve(t, site, data, afterClosing)
	if got := strings.Count(string(readFile(t, filepath.Join(data, "crowd", "comments.jsonl"))), typed); got != answers {
		t.Errorf("%d answers stored, not %d: something was sent twice", got, answers)
	}
}

// lacks looks through all files of a browser's profile.
func lacks(t *testing.T, profile, text string) {
	t.Helper()
	var wide []byte
	for _, unit := range utf16.Encode([]rune(text)) {
		wide = append(wide, byte(unit), byte(unit>>8))
	}
	files := 0
	err := filepath.WalkDir(profile, func(name string, entry fs.DirEntry, err error) error {
		if err != nil || !entry.Type().IsRegular() {
			return nil // gone, while the browser ends
		}
		content, err := os.ReadFile(name)
		if err != nil {
			return nil
		}
		files++
		if bytes.Contains(content, []byte(text)) || bytes.Contains(content, wide) {
			t.Errorf("the browser keeps what was typed in %s", name[len(profile)+1:])
		}
		return nil
	})
	if err != nil || files < 10 {
		t.Errorf("%d files, %v", files, err)
	}
}
