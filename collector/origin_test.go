package collector

// From which page an answer may come.

import (
	"fmt"
	"testing"
)

const foreignLine = `level=WARN msg="[^"]* Host を変えずに[^"]*一度だけです。"`

// The default port is the same place as none. What is refused is said once, and
// names no address.
func TestOrigin(t *testing.T) {
	h := start(t, Config{})
	send := func(host, origin, more string) int {
		t.Helper()
		const body = "q1=2"
		conn := h.dial(fmt.Sprintf("POST /answers/autumn HTTP/1.1\r\nHost: %s\r\nOrigin: %s\r\nContent-Type: %s\r\nContent-Length: %d\r\n%s\r\n%s", host, origin, asForm, len(body), more, body))
		res, _ := response(t, conn)
		return res.StatusCode
	}
	for _, own := range [][2]string{
		{"plan.example", "http://plan.example"}, {"plan.example:80", "http://plan.example"}, {"plan.example", "http://plan.example:80"},
		{"plan.example:443", "https://plan.example"}, {"plan.example", "https://plan.example:443"}, {"plan.example:8080", "http://plan.example:8080"},
		{"[::1]:80", "http://[::1]"},
	} {
		if got := send(own[0], own[1], ""); got != 303 {
			t.Errorf("Host %s, Origin %s: %d", own[0], own[1], got)
		}
	}
	h.wantLog()
	for _, other := range [][2]string{
		{"plan.example", "http://other.example"}, {"plan.example:80", "http://other.example"}, {"plan.example", "http://plan.example:8081"},
		{"plan.example:80", "http://plan.example:8080"}, {"plan.example:8080", "http://plan.example"}, {"plan.example:443", "http://plan.example"},
		{"plan.example:80", "https://plan.example"}, {"plan.example", "null"}, {"plan.example", "ftp://plan.example:80"}, {"plan.example:80", "://plan.example"},
	} {
		if got := send(other[0], other[1], ""); got != 403 {
			t.Errorf("Host %s, Origin %s: %d", other[0], other[1], got)
		}
	}
	if got := send("plan.example:80", "http://plan.example", "Sec-Fetch-Site: cross-site\r\n"); got != 403 {
		t.Errorf("from another site, says the browser: %d", got)
	}
	h.wantLog(foreignLine)
}

// With names told, a page of another one that was made to lead here sees nothing.
func TestHosts(t *testing.T) {
	h := start(t, Config{Hosts: []string{"plan.example", "Plan"}})
	for host, want := range map[string]int{
		"plan.example": 200, "PLAN.example:8080": 200, "plan": 200, "127.0.0.1:8080": 200, "[::1]": 200, "localhost:1": 200,
		"evil.example": 421, "plan.example.evil": 421, "xplan": 421,
	} {
		for _, path := range []string{"/", "/healthz", "/surveys/autumn/"} {
			conn := h.dial(fmt.Sprintf("GET %s HTTP/1.1\r\nHost: %s\r\n\r\n", path, host))
			if res, _ := response(t, conn); res.StatusCode != want {
				t.Errorf("%s%s: %s, want %d", host, path, res.Status, want)
			}
		}
	}
}
