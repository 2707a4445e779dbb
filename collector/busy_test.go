package collector

// More at a time than are taken.

import (
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"testing"

	"golang.org/x/net/html"
)

// Over the limit nothing is taken, and a person gets back what was typed. Who is
// slow to send is not counted.
func TestInFlight(t *testing.T) {
	disk := new(heldDisk)
	h := startWith(t, never, Config{MaxInflight: 2, fs: disk})
	const typed = "q1=2&unit=kikaku&comment=%E6%9B%B8%E3%81%84%E3%81%9F%E3%82%82%E3%81%AE" // 書いたもの
	wait := func(n int64) {
		t.Helper()
		eventually(t, fmt.Sprintf("%d in flight", n), func() bool { return h.server.inFlight.Load() == n })
	}
	post := func(media, body string) (*http.Response, string) {
		t.Helper()
		res, err := noRedirect.Post(h.url+"/answers/autumn", media, strings.NewReader(body))
		if err != nil {
			t.Fatal(err)
		}
		defer res.Body.Close()
		page, err := io.ReadAll(res.Body)
		if err != nil {
			t.Fatal(err)
		}
		wait(h.server.inFlight.Load())
		return res, string(page)
	}
	refused := func(what string, res *http.Response, media string) {
		t.Helper()
		if res.StatusCode != 503 || res.Header.Get("Retry-After") == "" || res.Header.Get("Content-Type") != media {
			t.Errorf("%s: %s, %v", what, res.Status, res.Header)
		}
	}
	const form, page, problem = "application/x-www-form-urlencoded", "text/html; charset=utf-8", "application/problem+json"

	disk.gate.Lock() // the next answers stay under way
	var within sync.WaitGroup
	for range 2 {
		within.Go(func() {
			if res, _ := h.sendForm("/answers/autumn", url.Values{"q1": {"1"}}); res.StatusCode != 303 {
				t.Error(res.Status)
			}
		})
	}
	wait(2)
	if res, word := h.get("/healthz"); res.StatusCode != 503 || word != "busy\n" {
		t.Error("healthz:", res.Status, word)
	}
	slow := h.dial(formHead + fmt.Sprintf("Content-Length: %d\r\n\r\n", len(typed)) + typed[:20])
	res, body := post(form, typed)
	refused("a person", res, page)
	doc, err := html.Parse(strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	if marked(doc, "q1") != "2" || marked(doc, "unit") != "kikaku" || textOf(named(doc, "comment")[0]) != "書いたもの" {
		t.Errorf("what was typed is lost: %s", body)
	}
	if !strings.Contains(body, "いま混み合っています") {
		t.Errorf("no reason: %s", body)
	}
	res, _ = post("application/json", `{"q1":2}`)
	refused("a program", res, problem)

	// Those within the limit were not harmed, and there is room again.
	disk.gate.Unlock()
	within.Wait()
	io.WriteString(slow, typed[20:])
	if res, _ := response(t, slow); res.StatusCode != 303 {
		t.Error("who was slow to send:", res.Status)
	}
	wait(0)
	if res, _ := post("application/json", `{"q1":2}`); res.StatusCode != 201 {
		t.Error(res.Status)
	}
	h.wantLog(
		`level=WARN msg=回答が集中しています。受け付けきれない分には、少し待つように伝えています。 上限=2`,
		`level=INFO msg=回答をまた、すべて受け付けています。`)
	h.stop()
	if got := len(h.stored("autumn")); got != 4 {
		t.Errorf("%d answers stored, not 4", got)
	}
}
