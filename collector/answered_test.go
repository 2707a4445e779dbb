package collector

// How many have answered is told as of the last midnight and in tens, and by
// nothing else.

import (
	"strings"
	"testing"
)

func TestAnsweredIsToldAtMidnight(t *testing.T) {
	clock := clockAt("2026-11-05T09:00:00+09:00")
	h := start(t, Config{Now: clock.now})
	ask := func() (status int, body string) {
		res, body := h.get("/surveys/autumn/answered.json")
		if got := res.Header.Get("Cache-Control"); got != "no-store" {
			t.Errorf("Cache-Control %q", got)
		}
		return res.StatusCode, strings.TrimSpace(body)
	}
	answers := func(n int) {
		for range n {
			h.answer(`{"q1":2}`, 201)
		}
	}
	quiet := func(when string) {
		t.Helper()
		if status, body := ask(); status != 404 {
			t.Errorf("%s: %d %s", when, status, body)
		}
	}
	midnight := func(day, want string) {
		t.Helper()
		clock.set(day + "T00:00:00+09:00")
		eventually(t, "the count of "+day, func() bool {
			status, body := ask()
			return status == 200 && body == want
		})
	}
	answers(19)
	quiet("before the first midnight")
	midnight("2026-11-06", `{"answered":10}`)
	answers(5)
	clock.set("2026-11-06T23:59:59+09:00")
	h.server.due()
	if _, body := ask(); body != `{"answered":10}` {
		t.Errorf("within the day: %s", body)
	}
	midnight("2026-11-07", `{"answered":20}`)
	clock.set("2026-11-06T12:00:00+09:00") // set back
	answers(10)
	h.server.due()
	if _, body := ask(); body != `{"answered":20}` {
		t.Errorf("with the clock set back: %s", body)
	}
	if res, _ := h.get("/surveys/nowhere/answered.json"); res.StatusCode != 404 {
		t.Errorf("of no survey: %s", res.Status)
	}
	if res, _ := h.get("/surveys/../answered.json"); res.StatusCode == 200 {
		t.Errorf("of no name: %s", res.Status)
	}
	h.stop()

	h = start(t, Config{Site: h.site, Data: h.data, Now: clock.now})
	quiet("after a restart")
	midnight("2026-11-08", `{"answered":30}`)
	clock.set("2026-12-01T00:00:00+09:00")
	eventually(t, "the closing", func() bool { return exists(h.data + "/autumn/closed") })
	midnight("2026-12-02", `{"answered":30}`)
}
