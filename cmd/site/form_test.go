package main

// A survey's form as a person meets it: real Chromium, real keys, and the real
// `site serve` behind a proxy that counts what is sent and can hold it back.

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"

	"staffplan/cmd/internal/browser"
)

// awkward has names that are also those of a form's properties, of the page's
// own ids and headings, and names that are alike where they are joined.
const awkward = `---
title: 変わった名前のアンケート
description: 名前が変わっています。
params:
  owner: 区政改革プロジェクトチーム
  reviewed: 2026-11-01
  review_by: 2027-10-31
  survey:
    opens: "2026-11-01T00:00:00+09:00"
    closes: "2027-03-31T23:59:59+09:00"
    access: open
    questions:
      - {id: q1, kind: scale, text: 段階, labels: [いいえ, どちらともいえない, はい]}
      - {id: q1-1, kind: text, text: 段階の理由, max: 20}
      - {id: q1-0, kind: text, text: 答えない理由, max: 20}
      - {id: q1-hint, kind: text, text: 手がかり, max: 20}
      - {id: unit, kind: choice, text: 所属, options: [{value: a-b, text: 甲}, {value: text, text: 乙}, {value: hint, text: 丙}]}
      - {id: unit-a, kind: multi, text: 仕事, options: [{value: b, text: 丁}, {value: count, text: 戊}]}
      - {id: unit--, kind: text, text: 所属の理由, max: 20}
      - {id: reset, kind: text, text: 消す, max: 20}
      - {id: submit, kind: multi, text: 送る, options: [{value: form, text: 己}, {value: main, text: 庚}]}
      - {id: elements, kind: choice, text: 要素, options: [{value: elements, text: 辛}]}
      - {id: action, kind: text, text: 行い, max: 20}
      - {id: length, kind: scale, text: 長さ, labels: [短い, 長い]}
      - {id: main, kind: text, text: 本文, max: 20}
      - {id: form, kind: text, text: 用紙, max: 20}
      - {id: error-summary, kind: text, text: 誤り, max: 20}
      - {id: reason, kind: text, text: 理由, max: 20}
---
## 理由 {#reason}

見出しと同じ名前の問いがあります。

## 用紙の一つめ {#q1-1}

[段階の問い](#q-q1)
`

const slip = `---
title: 券で答えるアンケート
description: 券一枚で答えられます。
params:
  owner: 区政改革プロジェクトチーム
  reviewed: 2026-11-01
  review_by: 2027-10-31
  survey:
    opens: "2026-11-01T00:00:00+09:00"
    closes: "2027-03-31T23:59:59+09:00"
    access: ticket
    questions:
      - {id: q1, kind: scale, text: 段階, labels: [いいえ, どちらともいえない, はい], measures: [w2]}
---
会議について聞きます。
`

// counter is a proxy before `site serve` that counts the requests for /answers/.
// While held is not nil, replies to them wait until it is closed.
type counter struct {
	address string
	sent    atomic.Int32
	pressed chan string // what is asked at /pressed
	held    atomic.Pointer[chan struct{}]
}

// serveForms serves the project with the two surveys above.
func serveForms(t *testing.T) *counter {
	t.Helper()
	if testing.Short() {
		t.Skip("builds the site and starts a browser")
	}
	project := projectCopy(t)
	for name, page := range map[string]string{"awkward": awkward, "slip": slip} {
		folder := filepath.Join(project, "content/surveys", name)
		if err := os.Mkdir(folder, 0o777); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(folder, "index.md"), []byte(page), 0o666); err != nil {
			t.Fatal(err)
		}
	}
	if out, err := command(t, project, "site", "check"); err != nil {
		t.Fatalf("site check: %v\n%s", err, out)
	}
	address, _ := start(t, project, "data")
	to, err := url.Parse(address)
	if err != nil {
		t.Fatal(err)
	}
	p := &counter{pressed: make(chan string, 1)}
	server := httptest.NewServer(&httputil.ReverseProxy{
		Rewrite: func(r *httputil.ProxyRequest) {
			r.SetURL(to)
			r.Out.Host = r.In.Host
		},
		ModifyResponse: func(r *http.Response) error {
			if r.Request.URL.Path == "/pressed" {
				words, err := url.QueryUnescape(r.Request.URL.RawQuery)
				p.pressed <- words
				return err
			}
			if strings.HasPrefix(r.Request.URL.Path, "/answers/") {
				p.sent.Add(1)
				if held := p.held.Load(); held != nil {
					<-*held
				}
			}
			return nil
		},
	})
	t.Cleanup(server.Close)
	p.address = server.URL
	return p
}

// A thing to do by hand, and what follows.
const (
	sendButton = "#form button[type=submit]"
	thanks     = `//h1[contains(., "回答を受け取りました")]`
)

// Enter sends only on the button: an answer cannot be taken back. In a textarea
// it makes a line.
func TestEnterSendsNothing(t *testing.T) {
	p, tab := serveForms(t), browser.Start(t)
	press := func(selector, keys string) chromedp.Action[chromedp.Void] {
		return chromedp.Func(func(ctx context.Context, tab *chromedp.Target) error {
			if _, err := chromedp.Focus(chromedp.CSS(selector))(ctx, tab); err != nil {
				return err
			}
			_, err := chromedp.KeyEvent(keys)(ctx, tab)
			return err
		})
	}
	sends := func(how string, n int32) {
		t.Helper()
		if got := p.sent.Swap(0); got != n {
			t.Errorf("%s: sent %d times, want %d", how, got, n)
		}
	}
	words := map[string]bool{} // no two forms have the same
	for _, width := range []int64{390, 1280} {
		for _, on := range []bool{true, false} {
			how := fmt.Sprintf("%d px, scripts %v", width, on)
			browser.Do(t, tab,
				chromedp.EmulateViewport(width, 844),
				browser.Scripts(on),
				chromedp.Navigate(p.address+"/surveys/slip/"),
				press(`[name=q1][value="1"]`, " "+kb.ArrowRight+kb.Enter),
				press(`[name=ticket]`, "ABCD"+kb.Enter),
			)
			word := browser.Ask(t, tab, chromedp.Value(chromedp.CSS("[name=once]")))
			browser.Do(t, tab, chromedp.Click(chromedp.CSS(sendButton)), chromedp.WaitVisible(chromedp.CSS(".error-summary")))
			sends(how+", a slip", 1)
			if got := browser.Ask(t, tab, chromedp.Value(chromedp.CSS("[name=once]"))); got != word || on != (word != "") || words[word] && on {
				t.Errorf("%s: the word is %q, and %q on the form that came back", how, word, got)
			}
			words[word] = true
			browser.Do(t, tab,
				press(`[name=q1]:checked`, kb.Enter),
				press(`[name=ticket]`, kb.End+"E"+kb.Enter),
				press(sendButton, kb.Enter),
				chromedp.WaitVisible(`//input[@name="ticket" and @value="ABCDE"]`),
			)
			sends(how+", a form that came back", 1)
			browser.Do(t, tab,
				chromedp.Evaluate[chromedp.Void](`sent = true`), // or the page asks before it is left
				chromedp.Navigate(p.address+"/surveys/awkward/"),
				press(`[name="unit-a"][value=b]`, " "+kb.Enter),
				press(`[name=unit][value=text]`, " "+kb.Enter),
				press(`[name=reason]`, "一"+kb.Enter+"二"),
			)
			if got := browser.Ask(t, tab, chromedp.Value(chromedp.CSS(`[name=reason]`))); got != "一\n二" {
				t.Errorf("%s: Enter in a textarea gives %q", how, got)
			}
			browser.Do(t, tab, press(sendButton, " "), chromedp.WaitVisible(thanks))
			sends(how+", boxes and lines", 1)
		}
	}
}

// Whatever names questions and options have, each id is there once, a label
// leads to its own control, and the script does its work.
func TestFormWithAwkwardNames(t *testing.T) {
	p, tab := serveForms(t), browser.Start(t)
	for _, on := range []bool{true, false} {
		browser.Do(t, tab, browser.Scripts(on), chromedp.Navigate(p.address+"/surveys/awkward/"))
		for _, fault := range browser.Ask(t, tab, chromedp.Evaluate[[]string](`(() => {
			const faults = [], ids = new Set();
			for (const e of document.querySelectorAll("[id]")) {
				if (ids.has(e.id)) faults.push("twice: " + e.id);
				ids.add(e.id);
			}
			const controls = [...document.querySelectorAll("#form :is(input:not([hidden], [type=hidden]), textarea)")];
			for (const e of controls) {
				if (e.labels.length !== 1) faults.push("labels of " + e.name + " " + e.value + ": " + e.labels.length);
				for (const id of (e.getAttribute("aria-describedby") ?? "").split(" ")) if (id && !ids.has(id)) faults.push("described by nothing: " + id);
			}
			for (const label of document.querySelectorAll("#form label")) {
				const words = e => [...e.querySelectorAll("span")][0].textContent;
				const state = () => JSON.stringify(controls.map(e => e.type === "textarea" ? e === document.activeElement : e.checked));
				const own = controls.find(e => label.contains(e)) ?? label.parentElement.querySelector("textarea, input");
				document.activeElement.blur();
				label.click();
				if (own.type === "textarea" ? document.activeElement !== own : !own.checked) faults.push("does not lead to its control: " + words(label));
				const others = controls.filter(e => e !== own && e.name !== own.name && e.checked);
				if (others.length) faults.push(words(label) + " also changes " + others.map(e => e.name));
				for (const e of controls) e.checked = false;
			}
			return faults;
		})()`)) {
			t.Errorf("scripts %v: %s", on, fault)
		}
		browser.Do(t, tab,
			chromedp.Click(`//label[span="はい"]`),
			chromedp.Click(`//label[span="甲"]`),
			chromedp.SendKeys(chromedp.CSS(`textarea[name="q1-1"]`), "よい"),
			chromedp.SendKeys(chromedp.CSS(`textarea[name=reset]`), strings.Repeat("あ", 22)),
		)
		if on {
			// A text that is too long holds the form back, and says so at its field.
			browser.Do(t, tab, chromedp.Click(chromedp.CSS(sendButton)), chromedp.WaitVisible(chromedp.CSS(`.error-message`)))
			got := browser.Ask(t, tab, chromedp.Evaluate[string](`document.activeElement.name + ": " + document.querySelector("#q-reset .error-message").textContent`))
			if want := "reset: まだ送っていません。20文字までです。あと2文字減らしてください。"; got != want {
				t.Errorf("held back with %q, want %q", got, want)
			}
		} else {
			browser.Do(t, tab, chromedp.Click(chromedp.CSS(sendButton)), chromedp.WaitVisible(chromedp.CSS(`.error-summary`)))
		}
		if got := p.sent.Swap(0); on == (got > 0) {
			t.Errorf("scripts %v: what is too long was sent %d times", on, got)
		}
		browser.Do(t, tab,
			chromedp.SendKeys(chromedp.CSS(`textarea[name=reset]`), kb.Backspace+kb.Backspace+kb.Delete+kb.Delete),
			chromedp.Click(chromedp.CSS(sendButton)),
			chromedp.WaitVisible(thanks),
		)
		if got := p.sent.Swap(0); got != 1 {
			t.Errorf("scripts %v: sent %d times", on, got)
		}
	}
}

// A slow reply: the button says that it is being sent, and pressing it again
// sends nothing.
func TestSecondClick(t *testing.T) {
	p, tab := serveForms(t), browser.Start(t)
	held := make(chan struct{})
	release := sync.OnceFunc(func() { close(held) })
	defer release()
	p.held.Store(&held)
	// While the tab waits for a reply it takes no orders: the page presses again
	// by itself, and tells the proxy what the button says.
	browser.Do(t, tab,
		chromedp.Navigate(p.address+"/surveys/awkward/"),
		chromedp.Click(`//label[span="はい"]`),
		chromedp.Evaluate[chromedp.Void](`addEventListener("submit", () => setTimeout(() => {
			const button = document.querySelector("#form button[aria-live=polite]");
			button.click();
			fetch("/pressed?" + encodeURIComponent(button.textContent));
		}), {once: true});
		setTimeout(() => document.querySelector("#form button").click())`),
	)
	if got, want := <-p.pressed, "送っています…"; got != want {
		t.Errorf("the button says %q, want %q", got, want)
	}
	release()
	browser.Do(t, tab, chromedp.WaitVisible(thanks))
	if got := p.sent.Load(); got != 1 {
		t.Errorf("sent %d times", got)
	}
}

// An end that is moved after the closing opens nothing: neither the form nor a
// list of surveys says that answers are taken.
func TestClosedStaysClosed(t *testing.T) {
	if testing.Short() {
		t.Skip("builds the site and starts a browser")
	}
	project := projectCopy(t)
	file := filepath.Join(project, "content/surveys/slip/index.md")
	write := func(closes string) {
		t.Helper()
		page := strings.NewReplacer("2026-11-01T", "2001-01-01T", "2027-03-31T", closes+"T").Replace(slip)
		if err := errors.Join(os.MkdirAll(filepath.Dir(file), 0o777), os.WriteFile(file, []byte(page), 0o666)); err != nil {
			t.Fatal(err)
		}
	}
	other := filepath.Join(project, "content/surveys/morale-2026/index.md") // the measure shows the newest
	text, err := os.ReadFile(other)
	if err == nil {
		err = os.WriteFile(other, regexp.MustCompile(`opens: "\d+`).ReplaceAll(text, []byte(`opens: "2000`)), 0o666)
	}
	if err != nil {
		t.Fatal(err)
	}
	write("2001-01-31")
	_, stop := start(t, project, "data")
	stop()
	if _, err := os.Stat(filepath.Join(project, "data/slip/closed")); err != nil {
		t.Fatal(err)
	}
	write("2999-01-31")
	address, _ := start(t, project, "data")
	tab := browser.Start(t)
	const said = `//li[contains(., "券で答えるアンケート")]//strong[not(@hidden) and contains(@class, "period-state")]`
	browser.Do(t, tab, chromedp.Navigate(address+"/surveys/"), chromedp.WaitVisible(said+`[. = "受付は終わりました"]`))
	if got := browser.Ask(t, tab, chromedp.Evaluate[string](`[...document.querySelectorAll(".period-state:not([hidden])")].map(e => e.textContent).sort().join()`)); strings.Count(got, "受付は終わりました") != 1 {
		t.Error("others are said to be over:", got)
	}
	browser.Do(t, tab, chromedp.Navigate(address+"/measures/w2/"), chromedp.WaitVisible(`//p[not(@hidden) and contains(., "聞きました。")]`))
	if browser.Ask(t, tab, chromedp.Evaluate[bool](`[...document.querySelectorAll("main p:not([hidden])")].some(e => e.textContent.includes("いま聞いています"))`)) {
		t.Error("the measure says that people are asked")
	}
	browser.Do(t, tab, chromedp.Navigate(address+"/surveys/slip/"), chromedp.WaitVisible(`//h1[contains(., "受付は終わりました")]`))
}

// With the keys alone, from the home page to the thanks: Tab, Enter, Space and
// arrows. What has the focus is in sight, in both directions (WCAG 2.2 SC 2.4.11).
func TestKeyboardAlone(t *testing.T) {
	p, tab := serveForms(t), browser.Start(t)
	// focused is the control that has the focus: its name and type, or an address.
	const focused = `(() => {
		const e = document.activeElement, r = (e.closest("label") ?? e).getBoundingClientRect();
		if (e.closest(".field, .send")) {
			const seen = document.elementFromPoint(r.x + r.width / 2, Math.min(r.y + r.height / 2, innerHeight - 1));
			if (!(e.closest("label") ?? e).contains(seen)) return "hidden: " + e.name;
		}
		return e.closest(".send") ? "send" : e.name ? e.name + " " + e.type : e.getAttribute("href") ?? "";
	})()`
	press := func(keys string, opts ...chromedp.KeyOption) string {
		t.Helper()
		browser.Do(t, tab, chromedp.KeyEvent(keys, opts...))
		return browser.Ask(t, tab, chromedp.Evaluate[string](focused))
	}
	for _, width := range []int64{390, 1280} {
		browser.Do(t, tab, chromedp.EmulateViewport(width, 844), chromedp.Navigate(p.address+"/"))
		for at, n := "", 0; !strings.HasSuffix(at, "/surveys/morale-2026/"); n++ {
			if at = press(kb.Tab); n > 200 {
				t.Fatal("no way to the survey by Tab")
			}
		}
		browser.Do(t, tab, chromedp.KeyEvent(kb.Enter), chromedp.WaitVisible(chromedp.CSS("#form")))
		asked := map[string]bool{}
		for at, n := "", 0; at != "send"; n++ {
			at = press(kb.Tab)
			name, kind, _ := strings.Cut(at, " ")
			switch {
			case name == "hidden:" || n > 200:
				t.Fatalf("%d px: after %d Tabs the focus is on %q", width, n, at)
			case kind == "radio" && !asked[name]:
				press(" ")
				press(kb.ArrowRight)
			case kind == "textarea":
				press("窓口の席を" + kb.Enter + "増やしたい。")
			}
			asked[name] = true
		}
		for range 5 {
			if at := press(kb.Tab, chromedp.KeyModifiers(chromedp.ModifierShift)); strings.HasPrefix(at, "hidden") {
				t.Errorf("%d px, backwards: %s", width, at)
			}
		}
		for at := ""; at != "send"; {
			at = press(kb.Tab)
		}
		if got, want := browser.Ask(t, tab, chromedp.Text(chromedp.CSS(".send .progress"))), "23問中23問に答えました"; got != want {
			t.Errorf("%d px: %s, want %s", width, got, want)
		}
		browser.Do(t, tab, chromedp.KeyEvent(kb.Enter), chromedp.WaitVisible(thanks))
		if got := p.sent.Swap(0); got != 1 {
			t.Errorf("%d px: sent %d times", width, got)
		}
	}
}

// How many have answered stands on the page where the collector tells it.
func TestFormSaysHowManyAnswered(t *testing.T) {
	if testing.Short() {
		t.Skip("builds a site and starts a browser")
	}
	public, trouble, err := hugoBuild(t, layoutsProject(t, "content.txtar"), "--environment", "development")
	if err != nil {
		t.Fatalf("%v\n%s", err, strings.Join(trouble, "\n"))
	}
	base, err := url.Parse(published)
	if err != nil {
		t.Fatal(err)
	}
	var told atomic.Pointer[string]
	mux := http.NewServeMux()
	mux.Handle(base.Path, http.StripPrefix(base.Path, http.FileServer(http.Dir(public))))
	mux.HandleFunc(base.Path+"surveys/pulse/answered.json", func(w http.ResponseWriter, r *http.Request) {
		if body := told.Load(); body != nil {
			io.WriteString(w, *body)
		} else {
			http.NotFound(w, r)
		}
	})
	server := httptest.NewServer(mux)
	t.Cleanup(server.Close)
	tab := browser.Start(t)
	for _, tt := range []struct{ told, said string }{
		{"", ""},
		{`{"answered":0,"headcount":200}`, ""},
		{`{"answered":40}`, "きのうの終わりまでに、回答が40件以上届きました。"},
		{`{"answered":40,"headcount":200}`, "きのうの終わりまでに、回答が40件以上届きました（対象200人）。"},
	} {
		told.Store(nil)
		if tt.told != "" {
			told.Store(&tt.told)
		}
		browser.Do(t, tab, chromedp.Navigate(server.URL+base.Path+"surveys/pulse/"))
		if tt.said != "" {
			browser.Do(t, tab, chromedp.WaitVisible(chromedp.CSS("[data-answered]")))
		}
		// Asked for again, it is likely to be there for the page's script, too.
		said := browser.Ask(t, tab, chromedp.Evaluate[string](`fetch(document.querySelector("[data-answered]").dataset.answered).then(() => document.querySelector("[data-answered]:not([hidden])")?.innerText ?? "")`, chromedp.EvalAwaitPromise))
		if said != tt.said {
			t.Errorf("told %s the page says %q, want %q", tt.told, said, tt.said)
		}
	}
}
