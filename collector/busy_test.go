package collector

// More at a time than are taken.

import (
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"testing"

	"golang.org/x/net/html"
)

// Over the limit nothing is taken; a person gets back what was typed, also by
// those who are over the limit themselves, up to a hundred of them.
func TestInFlight(t *testing.T) {
	h := startWith(t, never, Config{MaxInflight: 2})
	const typed = "q1=2&unit=kikaku&comment=%E6%9B%B8%E3%81%84%E3%81%9F%E3%82%82%E3%81%AE" // 書いたもの
	half := formHead + fmt.Sprintf("Content-Length: %d\r\n\r\n", len(typed)) + typed[:20]
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

	within := []*net.TCPConn{h.dial(half), h.dial(half)}
	wait(2)
	res, body := post(form, typed)
	refused("a person", res, page)
	doc, err := html.Parse(strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	if marked(doc, "q1") != "2" || marked(doc, "unit") != "kikaku" || textOf(named(doc, "comment")[0]) != "書いたもの" {
		t.Errorf("what was typed is lost: %s", body)
	}
	if !strings.Contains(body, "いま回答が集中しています") {
		t.Errorf("no reason: %s", body)
	}
	res, _ = post("application/json", `{"q1":2}`)
	refused("a program", res, problem)

	var over []*net.TCPConn
	for range 100 {
		over = append(over, h.dial(half))
	}
	wait(102)
	if res, word := h.get("/healthz"); res.StatusCode != 503 || word != "busy\n" {
		t.Error("healthz:", res.Status, word)
	}
	res, body = post(form, typed)
	refused("a person far over the limit", res, page)
	if strings.Contains(body, "書いたもの") {
		t.Error("far over the limit bodies are still read")
	}
	for _, conn := range over {
		io.WriteString(conn, typed[20:])
		res, body := response(t, conn)
		refused("a person over the limit", res, page)
		if !strings.Contains(body, "書いたもの") {
			t.Error("what was typed over the limit is lost")
		}
	}
	if health, err := http.Get(h.url + "/healthz"); err != nil || health.StatusCode != 200 {
		t.Error("not busy any more:", health.Status, err)
	}

	// Those within the limit were not harmed, and there is room again.
	for _, conn := range within {
		io.WriteString(conn, typed[20:])
		if res, _ := response(t, conn); res.StatusCode != 303 {
			t.Error(res.Status)
		}
	}
	wait(0)
	if res, _ := post("application/json", `{"q1":2}`); res.StatusCode != 201 {
		t.Error(res.Status)
	}
	h.stop()
	if got := len(h.stored("autumn")); got != 3 {
		t.Errorf("%d answers stored, not 3", got)
	}
}
