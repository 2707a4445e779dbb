package collector

// What the clock brings about, and what a new set of definitions does.

import (
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"time"
)

// movable is a clock that a test sets.
type movable struct{ atomic.Pointer[time.Time] }

func clockAt(moment string) *movable {
	c := new(movable)
	c.set(moment)
	return c
}

func (c *movable) set(moment string) {
	now := at(moment)()
	c.Store(&now)
}

func (c *movable) now() time.Time { return *c.Load() }

// A survey closes in time, to wrong answers too, and for good: neither a clock
// set back nor a later closing date opens it again.
func TestClosing(t *testing.T) {
	t.Parallel()
	clock := clockAt("2026-11-30T23:59:59+09:00") // the last second that takes answers
	h := start(t, Config{Now: clock.now})
	closed := filepath.Join(h.data, "autumn", "closed")
	if status, _ := h.sendJSON("/answers/autumn", `{"q1":2}`); status != 201 || exists(closed) {
		t.Fatal(status)
	}
	gone := func(when, words string) {
		t.Helper()
		for _, body := range []string{`{"q1":2}`, `{"q1":9}`} {
			if status, _ := h.sendJSON("/answers/autumn", body); status != 410 {
				t.Errorf("%s: %s: %d", when, body, status)
			}
		}
		if _, doc := h.sendForm("/answers/autumn", nil); !strings.Contains(textOf(doc), words) {
			t.Errorf("%s: the page lacks %s:\n%s", when, words, textOf(doc))
		}
	}
	const dated, bare = "「秋のアンケート」の受付は、2026年11月30日に終わりました", "「秋のアンケート」の受付は終わりました"
	clock.set("2026-12-01T00:00:00+09:00")
	gone("at the end", dated)
	eventually(t, "the closing", func() bool { return exists(closed) })
	if !exists(filepath.Join(h.data, "past", "closed")) {
		t.Error("a survey that was over before the start has no mark")
	}
	clock.set(openDay)
	eventually(t, "the end of the closing", func() bool {
		status, _ := h.sendJSON("/answers/autumn", `{"q1":9}`)
		return status == 410
	})
	gone("with the clock set back", bare)
	later := strings.Replace(readFile(t, filepath.Join(h.site, "surveys", "autumn", "survey.json")), "2026-11-30", "2026-12-30", 1)
	add(t, h.site, later, "")
	h.server.Reload()
	gone("with a later date", bare)
	h.stop()
	h = start(t, Config{Site: h.site, Data: h.data})
	gone("after a restart", bare)
	h.stop()
	if got := lines(t, filepath.Join(h.data, "autumn", "responses.jsonl")); len(got) != 1 {
		t.Errorf("%d answers", len(got))
	}
}

// What waits in a standing form leaves with the first of a month, and in no
// other night.
func TestMonthlyRelease(t *testing.T) {
	t.Parallel()
	clock := clockAt("2026-11-29T23:00:00+09:00")
	h := start(t, Config{Now: clock.now})
	released := func() int { return len(lines(t, filepath.Join(h.data, "box", "responses.jsonl"))) }
	send := func() {
		t.Helper()
		if status, fields := h.sendJSON("/answers/box", `{"long":"ことば"}`); status != 201 {
			t.Fatal(status, fields)
		}
	}
	send()
	send()
	clock.set("2026-11-30T14:00:00Z")
	h.server.due()
	if got := released(); got != 0 {
		t.Errorf("%d released on the last of November, in Japan", got)
	}
	clock.set("2026-11-30T15:00:00Z") // midnight in Japan
	eventually(t, "the release", func() bool { return released() == 2 })
	send()
	h.server.due()
	if got := released(); got != 2 {
		t.Errorf("%d released after the first release of the month", got)
	}
	for moment, want := range map[string]int{"2026-12-31T23:59:00+09:00": 2, "2027-01-01T00:00:00+09:00": 3} {
		data := filepath.Join(t.TempDir(), "data")
		h.stop()
		if err := os.CopyFS(data, os.DirFS(h.data)); err != nil {
			t.Fatal(err)
		}
		again := start(t, Config{Site: h.site, Data: data, Now: at(moment)})
		if got := len(lines(t, filepath.Join(data, "box", "responses.jsonl"))); got != want {
			t.Errorf("started at %s: %d released, want %d", moment, got, want)
		}
		again.stop()
	}
}
