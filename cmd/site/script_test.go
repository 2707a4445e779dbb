package main

// What the scripts of the site add, in Chromium.

import (
	"fmt"
	"os"
	"strings"
	"testing"

	"github.com/chromedp/chromedp"

	"staffplan/cmd/internal/browser"
)

// What holds for a time only is shown by the reader's clock: whether a survey
// takes answers, and at the last stop of the strip no day that is over.
func TestWhenScript(t *testing.T) {
	address, tab := serveLayouts(t), browser.Start(t)
	for _, tt := range []struct{ now, page, of, want string }{
		{"2025-03-31T23:59:59+09:00", "surveys/", ".period-state", "これから始まります, これから始まります, 受付は終わりました"},
		{"2026-11-01T00:00:00+09:00", "surveys/", ".period-state", "受付中です, 受付中です, 受付は終わりました"},
		{"2026-11-30T23:59:58+09:00", "surveys/", ".period-state", "受付中です, 受付中です, 受付は終わりました"},
		{"2026-12-01T00:00:00+09:00", "surveys/", ".period-state", "受付は終わりました, 受付中です, 受付は終わりました"},
		{"2026-11-30T23:59:58+09:00", "", ".station-date", "2026年11月30日まで, 2998年5月1日（火）10時00分"},
		{"2026-12-01T00:00:00+09:00", "", ".station-date", "2026年12月10日まで, 2998年5月1日（火）10時00分"},
		{"2026-12-11T00:00:00+09:00", "", ".station-date", "2027年10月31日, 2998年5月1日（火）10時00分"},
		{"2027-11-01T00:00:00+09:00", "", ".station-date", "2998年5月1日（火）10時00分"},
		{"2998-05-01T10:00:00+09:00", "", ".station-date", "2999年5月1日（水）10時00分"},
		{"2026-12-01T00:00:00+09:00", "", ".station:first-child .source", "2026年11月1日から2026年11月30日まで聞きました。, いつでも書けます。"},
	} {
		browser.Do(t, tab, chromedp.Navigate(address+tt.page))
		got := browser.Ask(t, tab, chromedp.Evaluate[string](`(async () => {
			Date.now = () => Date.parse("`+tt.now+`");
			(0, eval)("{" + await (await fetch(document.querySelector("script[src*=when]").src)).text() + "}");
			return [...document.querySelectorAll("`+tt.of+`")].filter(e => e.checkVisibility()).map(e => e.textContent).join(", ");
		})()`, chromedp.EvalAwaitPromise))
		if got != tt.want {
			t.Errorf("/%s at %s: %s, want %s", tt.page, tt.now, got, tt.want)
		}
	}
}

// A form counts as the collector does, warns before something is lost, is sent
// once, and is empty for whoever comes back to it.
func TestSurveyScript(t *testing.T) {
	address, tab := serveLayouts(t), browser.Start(t)
	browser.Do(t, tab, chromedp.Navigate(address+"answers/pulse"))
	if got, want := browser.Ask(t, tab, chromedp.Location()), address+"surveys/pulse/"; got != want {
		t.Errorf("a form that was filled again is at %s, want %s", got, want)
	}
	if browser.Ask(t, tab, chromedp.Evaluate[bool](`dispatchEvent(new Event("beforeunload", {cancelable: true}))`)) {
		t.Error("a form that was filled again is left without a warning")
	}
	browser.Do(t, tab, chromedp.Evaluate[chromedp.Void](`sent = true`)) // or the browser asks before it goes on
	browser.Do(t, tab, chromedp.Navigate(address+"surveys/pulse/"))
	for _, step := range []struct{ does, script, want string }{
		{"draws a word", `String(/^[\w-]{16,64}$/.test(word()))`, "true"},
		{"leaves an untouched form", `String(dispatchEvent(new Event("beforeunload", {cancelable: true})))`, "true"},
		{"says how many questions there are", `counts()`, "6問, 5問, 11問"},
		{"counts what is answered", `document.querySelector("[name=proud][value='4']").click(); document.querySelector("[name=listen][value='']").click(); counts()`, "6問中1問に答えました, 5問, 11問中1問に答えました"},
		{"counts an empty text", `document.querySelector("[name=comment] + .count").textContent`, "あと300文字"},
		{"counts characters", `write("が\r\n𠮷".normalize("NFD"))`, "あと297文字 none"},
		{"reads out what is left at the end", `write("あ".repeat(271))`, "あと29文字 status"},
		{"has room for the longest", `write("あ".repeat(300))`, "あと0文字 status"},
		{"says what is too much", `write("あ".repeat(302))`, "2文字多すぎます status over"},
		{"warns before the text is lost", `String(dispatchEvent(new Event("beforeunload", {cancelable: true})))`, "false"},
		{"holds back what is too much", `String(form.dispatchEvent(new Event("submit", {cancelable: true}))) + " " + document.querySelector(".error-message").textContent`, "false まだ送っていません。300文字までです。あと2文字減らしてください。"},
		{"lets go of what fits", `write("あ".repeat(300)) + document.querySelectorAll(".error-message").length`, "あと0文字 status0"},
		{"sends", `String(form.dispatchEvent(new Event("submit", {cancelable: true})))`, "true"},
		{"sends once", `String(form.dispatchEvent(new Event("submit", {cancelable: true})))`, "false"},
		{"leaves a form that was sent", `String(dispatchEvent(new Event("beforeunload", {cancelable: true})))`, "true"},
		{"is emptied where a browser kept it", `var before = word(); dispatchEvent(new PageTransitionEvent("pageshow", {persisted: true})); document.querySelector("[name=comment]").value + (word() !== before)`, "true"},
	} {
		got := browser.Ask(t, tab, chromedp.Evaluate[string](`{
			var word = () => document.querySelector("[name=once]").value;
			var counts = () => [...document.querySelectorAll(".progress")].map(e => e.textContent).join(", ");
			var write = text => {
				const area = document.querySelector("[name=comment]"), count = document.querySelector("[name=comment] + .count");
				// A textarea makes LF of CRLF by itself.
				area.value = text;
				area.dispatchEvent(new Event("input", {bubbles: true}));
				return count.textContent + " " + count.getAttribute("role") + (count.matches(".over") ? " over" : "");
			};
			`+step.script+` }`))
		if got != step.want {
			t.Errorf("%s: %q, want %q", step.does, got, step.want)
		}
	}
}

// What is over by the reader's clock is folded away, the latest on top.
func TestPastScript(t *testing.T) {
	address, tab := serveLayouts(t), browser.Start(t)
	for now, want := range map[string]string{
		"2998-05-02T12:30:00+09:00": "y2998 y2999 | y2002 y2001 2 | true",
		"2998-05-02T12:30:01+09:00": "y2999 | y2998 y2002 y2001 3 | true",
		"3000-01-01T00:00:00+09:00": " | y2999 y2998 y2002 y2001 4 | false",
	} {
		browser.Do(t, tab, chromedp.Navigate(address+"events/"))
		got := browser.Ask(t, tab, chromedp.Evaluate[string](`(async () => {
			Date.now = () => Date.parse("`+now+`");
			(0, eval)("{" + await (await fetch(document.querySelector("script[src*=past]").src)).text() + "}");
			const names = list => [...list].map(a => a.pathname.split("/").at(-2)).join(" ");
			return names(document.querySelectorAll(".entries > ul a")) + " | " + names(document.querySelectorAll(".over a")) + " " +
				document.querySelector(".over summary span").textContent + " | " + document.querySelector(".none").hidden;
		})()`, chromedp.EvalAwaitPromise))
		if got != want {
			t.Errorf("at %s: %s, want %s", now, got, want)
		}
	}
}

// The whole of a template is copied by one button.
func TestCopyScript(t *testing.T) {
	address, tab := serveLayouts(t), browser.Start(t)
	want, err := os.ReadFile("../../layouts/_archetypes/events.md")
	if err != nil {
		t.Fatal(err)
	}
	browser.Do(t, tab, chromedp.Navigate(address+"events/guide/"))
	browser.Do(t, tab, chromedp.Evaluate[chromedp.Void](`var copied; document.addEventListener("copy", () => copied = String(getSelection()))`))
	browser.Do(t, tab, chromedp.Click(".archetype button"))
	if got := browser.Ask(t, tab, chromedp.Evaluate[string](`copied`)); strings.TrimSpace(got) != strings.TrimSpace(string(want)) {
		t.Errorf("copied %q, want %q", got, want)
	}
	if got := browser.Ask(t, tab, chromedp.Evaluate[string](`document.querySelector(".archetype [role=status]").textContent`)); got != "写しました。新しいファイルに貼ってください。" {
		t.Errorf("the page says %q", got)
	}
}

// A link over a long list shows one part of it, without a script.
func TestListParts(t *testing.T) {
	address, tab := serveLayouts(t), browser.Start(t)
	browser.Do(t, tab, browser.Scripts(false))
	browser.Do(t, tab, chromedp.Navigate(address+"proposals/"))
	for i, want := range []int{6, 1, 3, 1, 1} { // all, then the states in their order
		browser.Do(t, tab, chromedp.Click(fmt.Sprintf(".list-ways li:nth-child(%d) a", i+1)))
		if got := browser.Ask(t, tab, chromedp.Evaluate[int](`[...document.querySelectorAll(".contents > li")].filter(li => li.checkVisibility()).length`)); got != want {
			t.Errorf("link %d shows %d entries, want %d", i, got, want)
		}
	}
}
