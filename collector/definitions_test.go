package collector

// What the service makes of a site that changes under it.

import (
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"
)

// watched is a service whose looks at the site the test calls for, five seconds
// apart.
func watched(t *testing.T) (h *house, look func()) {
	t.Helper()
	h, err := build(t, Config{})
	if err != nil {
		t.Fatal(err)
	}
	front := httptest.NewServer(h.server)
	t.Cleanup(func() {
		front.Close()
		h.server.Close()
	})
	h.url = front.URL
	now := time.Now()
	return h, func() {
		now = now.Add(goneAfter)
		h.server.look(now, false)
	}
}

func (h *house) answer(body string, want int) {
	h.t.Helper()
	if status, fields := h.sendJSON("/answers/autumn", body); status != want {
		h.t.Errorf("%d %v, want %d", status, fields, want)
	}
}

const readLine = `level=INFO msg=アンケートの定義を読みました。 `

// A survey that is gone from the site is not found, once two looks have missed
// it; its store closes on time, also after a restart; and if it comes back it
// goes on where it was.
func TestSurveyGoesAndComesBack(t *testing.T) {
	h, look := watched(t)
	h.answer(`{"q1":2}`, 201)
	folder := filepath.Join(h.site, "surveys", "autumn")
	definition := readFile(t, filepath.Join(folder, "survey.json"))
	remove := func() {
		t.Helper()
		if err := os.RemoveAll(folder); err != nil {
			t.Fatal(err)
		}
		look()
		h.answer(`{"q1":2}`, 201)
		look()
		h.answer(`{"q1":2}`, 404)
	}
	remove()
	h.wantLog(readLine + `取り入れたもの="" 外れたもの=autumn`)
	add(t, h.site, strings.Replace(definition, `"labels":["そう思わない",`, `"labels":[`, 1), "")
	look()
	h.answer(`{"q1":2}`, 404)
	add(t, h.site, definition, "")
	look()
	h.answer(`{"q1":2}`, 201)
	look()
	h.wantLog(readLine+`取り入れたもの="" 外れたもの=autumn`, readLine+`取り入れたもの=autumn 外れたもの=""`)

	remove()
	closed := filepath.Join(h.data, "autumn", "closed")
	h.server.config.Now = at("2026-12-01T09:00:00+09:00")
	h.server.due()
	if got := lines(t, filepath.Join(h.data, "autumn", "responses.jsonl")); !exists(closed) || len(got) != 4 {
		t.Errorf("closed %v with %d answers, not 4", exists(closed), len(got))
	}
}

func TestAbsentSurveyClosesAfterRestart(t *testing.T) {
	h := start(t, Config{})
	h.answer(`{"q1":2}`, 201)
	h.stop()
	if err := os.RemoveAll(filepath.Join(h.site, "surveys", "autumn")); err != nil {
		t.Fatal(err)
	}
	later := start(t, Config{Site: h.site, Data: h.data, Now: at("2026-12-01T09:00:00+09:00")})
	later.answer(`{"q1":2}`, 404)
	if !exists(filepath.Join(h.data, "autumn", "closed")) {
		t.Error("it has not closed")
	}
}

// While a build swaps the site there is none, or one without surveys: nothing is
// removed, and trouble is said where it lasts, once.
func TestSwapIsNoRemoval(t *testing.T) {
	h, look := watched(t)
	surveys := filepath.Join(h.site, "surveys")
	for name, put := range map[string]func() error{
		"none":  func() error { return nil },
		"empty": func() error { return os.Mkdir(surveys, 0o777) },
	} {
		if err := os.Rename(surveys, surveys+"-old"); err != nil {
			t.Fatal(err)
		}
		if err := put(); err != nil {
			t.Fatal(err)
		}
		for range 4 {
			look()
			h.answer(`{"q1":2}`, 201)
		}
		os.Remove(surveys)
		if err := os.Rename(surveys+"-old", surveys); err != nil {
			t.Fatal(name, err)
		}
		look()
		h.answer(`{"q1":2}`, 201)
	}
	h.wantLog(`level=WARN msg=アンケートの定義を使えません。これまでの定義で続けます。 err="[^"]*surveys: 読めませんでした。.*"`)
}

// Of several changes those that fit are taken. One that does not is said once;
// half a file is not said, for it is whole at the next look.
func TestWhatFitsIsTaken(t *testing.T) {
	h, look := watched(t)
	h.answer(`{"q1":2}`, 201)
	file := filepath.Join(h.site, "surveys", "autumn", "survey.json")
	definition := readFile(t, file)
	write := func(text string) {
		t.Helper()
		if err := os.WriteFile(file, []byte(text), 0o666); err != nil {
			t.Fatal(err)
		}
	}
	more := strings.Replace(definition, `"text":"企画","part_of":""}`, `"text":"企画","part_of":""},{"value":"shinsetsu","text":"新設","part_of":""}`, 1)
	for _, part := range []int{0, 1, len(more) / 2, len(more) - 3} {
		write(more[:part])
		look()
		h.answer(`{"q1":2,"unit":"soumu"}`, 201)
	}
	h.answer(`{"q1":2,"unit":"shinsetsu"}`, 422)
	h.wantLog()
	write(more)
	look()
	h.answer(`{"q1":2,"unit":"shinsetsu"}`, 201)
	taken := readLine + `取り入れたもの=autumn 外れたもの=""`
	h.wantLog(taken)

	write(definition) // an option is gone that there are answers for
	late := strings.Replace(readFile(t, filepath.Join(h.site, "surveys", "box", "survey.json")), `"id":"box"`, `"id":"late"`, 1)
	add(t, h.site, late, "")
	for range 3 {
		look()
		h.answer(`{"q1":2,"unit":"shinsetsu"}`, 201)
		if status, _ := h.sendJSON("/answers/late", `{"long":"ことば"}`); status != 201 {
			t.Error("the new one:", status)
		}
	}
	h.wantLog(taken, readLine+`取り入れたもの=late 外れたもの=""`,
		`level=WARN msg=アンケートの定義を使えません。これまでの定義で続けます。 err="[^"]*autumn/survey.json: .*選択肢 shinsetsu を戻してください。"`)
}

// An answer to a form that was built a moment ago is taken at once: nobody is
// refused by a definition that the site has already changed.
func TestAnswerMeetsTheNewDefinition(t *testing.T) {
	h, look := watched(t)
	look()
	h.answer(`{"q1":2}`, 201)
	file := filepath.Join(h.site, "surveys", "autumn", "survey.json")
	definition := readFile(t, file)
	change := func(old, new string) {
		t.Helper()
		changed := strings.Replace(definition, old, new, 1)
		if changed == definition {
			t.Fatal(old, "is not in the definition")
		}
		definition = changed
		add(t, h.site, definition, "")
	}
	h.answer(`{"q1":2,"unit":"shinsetsu"}`, 422)
	change(`"text":"企画","part_of":""}`, `"text":"企画","part_of":""},{"value":"shinsetsu","text":"新設","part_of":""}`)
	h.answer(`{"q1":2,"unit":"shinsetsu"}`, 201)
	h.answer(`{"unit":"shinsetsu"}`, 422)
	change(`"required":true`, `"required":false`)
	h.answer(`{"unit":"shinsetsu"}`, 201)

	late := strings.Replace(readFile(t, filepath.Join(h.site, "surveys", "box", "survey.json")), `"id":"box"`, `"id":"late"`, 1)
	for _, id := range []string{"late", "../surveys/late", "LATE", ""} {
		if status, _ := h.sendJSON("/answers/"+id, `{"long":"ことば"}`); status != 404 && status != 301 {
			t.Errorf("%q: %d", id, status)
		}
	}
	add(t, h.site, late, "")
	var wait sync.WaitGroup
	for range 40 {
		wait.Go(func() {
			if status, _ := h.sendJSON("/answers/late", `{"long":"ことば"}`); status != 201 {
				t.Error("the new survey:", status)
			}
		})
	}
	wait.Wait()

	h.server.config.Now = at("2026-12-01T09:00:00+09:00")
	h.answer(`{"q1":2}`, 410)
	change(`"closes":"2026-11-30`, `"closes":"2026-12-30`)
	h.answer(`{"q1":2}`, 201)
	line := func(id string) string { return readLine + "取り入れたもの=" + id + ` 外れたもの=""` }
	h.wantLog(line("autumn"), line("autumn"), line("late"), line("autumn"))
}
