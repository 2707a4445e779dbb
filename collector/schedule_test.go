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
	// Its page would ask for answers, so that is not shown.
	notOffered := func(when string) {
		t.Helper()
		const warning = `level=WARN msg="受付は終わっていて、closes をあとに延ばしても、また始まることはありません。続けて聞くときは、新しいアンケートを作ってください。" survey=autumn`
		if n := strings.Count(h.log.String(), warning); n != 1 {
			t.Errorf("%s: said %d times:\n%s", when, n, h.log)
		}
		for _, path := range []string{"/surveys/autumn/", "/surveys/autumn/index.html"} {
			res, text := h.get(path)
			if res.StatusCode != 410 || strings.Contains(text, "<form") || !strings.Contains(text, bare) ||
				!strings.Contains(text, "区役所") || strings.Contains(text, "保存していません") {
				t.Errorf("%s: %s %s\n%s", when, path, res.Status, text)
			}
		}
		if res, _ := h.get("/surveys/autumn/survey.json"); res.StatusCode != 200 {
			t.Errorf("%s: the definition: %s", when, res.Status)
		}
	}
	h.server.Reload()
	gone("with a later date", bare)
	notOffered("with a later date")
	h.stop()
	h = start(t, Config{Site: h.site, Data: h.data})
	gone("after a restart", bare)
	notOffered("after a restart")
	h.stop()
	if got := lines(t, filepath.Join(h.data, "autumn", "responses.jsonl")); len(got) != 1 {
		t.Errorf("%d answers", len(got))
	}
}

const closingLine = `level=INFO msg=受付を締め切りました。 survey=autumn`

// An end that is moved into the past closes the survey, as any end, with a line.
func TestEndMovedIntoThePast(t *testing.T) {
	h := start(t, Config{})
	h.answer(`{"q1":2}`, 201)
	earlier := strings.Replace(readFile(t, filepath.Join(h.site, "surveys", "autumn", "survey.json")), "2026-11-30", "2026-11-04", 1)
	add(t, h.site, earlier, "")
	eventually(t, "the closing", func() bool { return strings.Contains(h.log.String(), closingLine) })
	h.answer(`{"q1":2}`, 410)
	h.stop()
	again := start(t, Config{Site: h.site, Data: h.data})
	again.stop()
	if n := strings.Count(h.log.String()+again.log.String(), closingLine); n != 1 {
		t.Errorf("said %d times", n)
	}
}

// A clock that is years ahead of the data closes nothing: people are refused, and
// nothing is touched, until whoever starts the service confirms it.
func TestClosingIsHeld(t *testing.T) {
	const ahead, written = "2036-02-07T06:28:15+09:00", "2026-11-05T09:00:00+09:00"
	h := start(t, Config{})
	h.answer(`{"q1":2}`, 201)
	h.stop()
	dir := filepath.Join(h.data, "autumn")
	age := func() {
		t.Helper()
		entries, err := os.ReadDir(dir)
		if err != nil {
			t.Fatal(err)
		}
		for _, entry := range entries {
			if err := os.Chtimes(filepath.Join(dir, entry.Name()), at(written)(), at(written)()); err != nil {
				t.Fatal(err)
			}
		}
	}
	age()
	before := snapshot(t, dir)
	held := func(h *house, times int) {
		t.Helper()
		h.answer(`{"q1":2}`, 403)
		if _, doc := h.sendForm("/answers/autumn", nil); !strings.Contains(textOf(doc), "時計が合っているかを確かめている") {
			t.Error(textOf(doc))
		}
		if res, text := h.get("/surveys/autumn/"); res.StatusCode != 403 || strings.Contains(text, "<form") ||
			!strings.Contains(text, "「秋のアンケート」は受け付けていません") {
			t.Errorf("%s\n%s", res.Status, text)
		}
		if n := strings.Count(h.log.String(), "--close autumn を付けて動かし直してください。\" survey=autumn"); n != times {
			t.Errorf("said %d times:\n%s", n, h.log)
		}
	}
	for range 2 { // the second start finds what the first one left
		wrong := start(t, Config{Site: h.site, Data: h.data, Now: at(ahead)})
		wrong.server.due()
		held(wrong, 1)
		wrong.stop()
		if after := snapshot(t, dir); after != before {
			t.Errorf("the folder was\n%s\nand is\n%s", before, after)
		}
	}

	clock := clockAt(openDay)
	right := start(t, Config{Site: h.site, Data: h.data, Now: clock.now})
	right.answer(`{"q1":2}`, 201)
	age()
	clock.set(ahead)
	eventually(t, "the hold", func() bool {
		status, _ := right.sendJSON("/answers/autumn", `{"q1":2}`)
		return status == 403
	})
	held(right, 1)
	right.stop() // writes the end of the intake
	if got := newest(dir); !got.Equal(at(written)()) {
		t.Error("the data seems to be of", got)
	}
	clock.set(openDay)
	right = start(t, Config{Site: h.site, Data: h.data, Now: clock.now})
	right.answer(`{"q1":2}`, 201)
	age()
	clock.set(ahead)
	eventually(t, "the hold again", func() bool {
		status, _ := right.sendJSON("/answers/autumn", `{"q1":2}`)
		return status == 403
	})
	clock.set(openDay)
	eventually(t, "the end of the hold", func() bool {
		status, _ := right.sendJSON("/answers/autumn", `{"q1":2}`)
		return status == 201
	})
	right.stop()
	age()

	if _, err := tryStart(t, Config{Site: h.site, Data: h.data, Close: []string{"autum"}}); err == nil || !strings.Contains(err.Error(), "--close の autum というアンケートはありません") {
		t.Error(err)
	}
	confirmed := start(t, Config{Site: h.site, Data: h.data, Now: at(ahead), Close: []string{"autumn"}})
	confirmed.answer(`{"q1":2}`, 410)
	if said := confirmed.log.String(); strings.Count(said, closingLine) != 1 || strings.Contains(said, "--close autumn") {
		t.Error(said)
	}
	confirmed.stop()
	if got := lines(t, filepath.Join(dir, "responses.jsonl")); len(got) != 4 {
		t.Errorf("%d answers, not 4", len(got))
	}
}

// Two years are not more than two years.
func TestClosingIsHeldFromTwoYears(t *testing.T) {
	const written = "2026-11-05T09:00:00+09:00"
	h := start(t, Config{})
	h.answer(`{"q1":2}`, 201)
	h.stop()
	for now, want := range map[string]int{
		"2026-12-15T09:00:00+09:00": 410, // a clock that is wrong by 40 days, as far as anybody knows right
		"2028-11-05T09:00:00+09:00": 410,
		"2028-11-05T09:00:01+09:00": 403,
	} {
		data := filepath.Join(t.TempDir(), "data")
		if err := os.CopyFS(data, os.DirFS(h.data)); err != nil {
			t.Fatal(err)
		}
		dir := filepath.Join(data, "autumn")
		for name := range contents(t, dir) {
			if err := os.Chtimes(filepath.Join(dir, name), at(written)(), at(written)()); err != nil {
				t.Fatal(err)
			}
		}
		later := start(t, Config{Site: h.site, Data: data, Now: at(now)})
		later.answer(`{"q1":2}`, want)
		if closed := exists(filepath.Join(dir, "closed")); closed != (want == 410) {
			t.Errorf("%s: closed %v", now, closed)
		}
		later.stop()
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
