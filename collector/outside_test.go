package collector

// What can be seen from outside does not tell that somebody has answered.

import (
	"fmt"
	"io"
	"regexp"
	"strings"
	"testing"
)

// Nothing that can be seen from outside moves with one answer: not the pages,
// their headers and sizes, not the health, and not what a sender is told. No
// cookie is ever set, and what a survey shows is kept nowhere.
func TestNothingOutsideMovesByOne(t *testing.T) {
	disk := new(badDisk)
	h := start(t, Config{fs: disk})
	get := func(path string) string {
		return "GET " + path + " HTTP/1.1\r\nHost: plan.example\r\nConnection: close\r\n\r\n"
	}
	post := func(media, body string) string { return transports["plain"](media, body) }
	requests := map[string]string{
		"POST /answers/autumn, a wrong form": post(asForm, "q1=4&comment=x"),
		"POST /answers/autumn, wrong":        post(asJSON, `{"q1":4}`),
		"POST /answers/autumn, broken":       post(asJSON, `{"q1":`),
		"OPTIONS *":                          "OPTIONS * HTTP/1.1\r\nHost: plan.example\r\nConnection: close\r\n\r\n",
		"no HTTP":                            "hello\r\n\r\n",
	}
	for _, path := range []string{"/", "/healthz", "/answers/autumn", "/answers/box", "/answers/", "/answers/autumn/", "/surveys/", "/surveys/autumn/",
		"/surveys/autumn/survey.json", "/surveys/autumn/thanks/", "/surveys/box/", "/plan/", "/css/plain.css", "/missing", "/metrics", "/status",
		"/debug/vars", "/debug/pprof/", "/data/", "/data/autumn/responses.jsonl", "/surveys/autumn/responses.jsonl"} {
		requests[path] = get(path)
		requests["HEAD "+path] = strings.Replace(get(path), "GET", "HEAD", 1)
	}
	date := regexp.MustCompile(`(?m)^Date: [^\r]*\r\n`)
	ask := func(request string) string {
		t.Helper()
		reply, err := io.ReadAll(h.dial(request))
		if err != nil {
			t.Fatal(err)
		}
		return date.ReplaceAllString(string(reply), "")
	}
	first := map[string]string{}
	same := func(state, name, reply string) {
		t.Helper()
		if first[name] == "" {
			first[name] = reply
		}
		if reply != first[name] {
			t.Errorf("%s, %s:\n%s\nwas\n%s", state, name, reply, first[name])
		}
		head, _, _ := strings.Cut(reply, "\r\n\r\n")
		if strings.Contains(strings.ToLower(head), "set-cookie") {
			t.Errorf("%s: a cookie", name)
		}
		ofOne := strings.Contains(name, "/answers/") || strings.HasSuffix(name, "/surveys/autumn/") || strings.HasSuffix(name, "/thanks/")
		if ofOne && !strings.Contains(head, "\r\nCache-Control: no-store\r\n") {
			t.Errorf("%s may be kept:\n%s", name, head)
		}
	}
	look := func(state string) {
		t.Helper()
		for name, request := range requests {
			same(state, name, ask(request))
		}
	}
	look("before any")
	for i := range 22 {
		same(fmt.Sprint("answer ", i), "POST /answers/autumn", ask(post(asJSON, fmt.Sprintf(`{"q1":%d,"comment":"x%d"}`, 1+i%3, i))))
		same(fmt.Sprint("form ", i), "POST /answers/autumn, a form", ask(post(asForm, "q1=2")))
		if i < 6 || i == 20 {
			look(fmt.Sprintf("after %d", 2*i+2))
		}
	}
	for i := range 3 { // nor do those that could not be stored
		disk.full.Store(true)
		same(fmt.Sprint("full ", i), "POST /answers/autumn, full", ask(post(asForm, "q1=2")))
		same(fmt.Sprint("full ", i), "POST /answers/autumn, full, JSON", ask(post(asJSON, `{"q1":2}`)))
		disk.full.Store(false)
		same("again", "POST /answers/autumn, a form", ask(post(asForm, "q1=2")))
	}
	look("after a full disk")
	h.stop()

	// A survey that is over looks the same however many have answered.
	over := at("2026-12-01T09:00:00+09:00")
	few := start(t, Config{Site: h.site, Now: over})
	many := start(t, Config{Site: h.site, Data: h.data, Now: over})
	requests["late"], requests["late form"] = post(asJSON, `{"q1":2}`), post(asForm, "q1=2")
	clear(first)
	h = few
	look("over, without an answer")
	h = many
	look("over, with many")
}
