package main

// A results page in the browser, after two rounds of a rehearsed survey: what it
// says is what stands in results.json, and all of it can be seen.

import (
	"bytes"
	"errors"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"github.com/chromedp/chromedp"

	"staffplan/cmd/internal/browser"
	"staffplan/collector/report"
)

// twoRounds is a copy of the project with made-up results of this year's survey
// and the one before, the newer of which led to something.
func twoRounds(t *testing.T) (project string, results *report.Results) {
	t.Helper()
	project = projectCopy(t)
	survey := filepath.Join(project, "content/surveys/morale-2026/index.md")
	now, err := os.ReadFile(survey)
	if err != nil {
		t.Fatal(err)
	}
	before := filepath.Join(project, "content/surveys/morale-2025/index.md")
	err = errors.Join(os.MkdirAll(filepath.Dir(before), 0o777),
		os.WriteFile(before, bytes.ReplaceAll(bytes.ReplaceAll(now, []byte(" 2026\n"), []byte(" 2025\n")), []byte("2026-11-01T"), []byte("2025-11-01T")), 0o666),
		os.WriteFile(survey, bytes.Replace(now, []byte(`previous: ""`), []byte("previous: morale-2025"), 1), 0o666))
	if err != nil {
		t.Fatal(err)
	}
	enter(t, project,
		"site build",
		"collector rehearse morale-2025 --answers 150 --data practice-2025",
		"collector rehearse morale-2026 --answers 143 --data practice",
		"collector report --survey public/surveys/morale-2025/survey.json --data practice-2025 --out content/results/morale-2025",
		"collector report --survey public/surveys/morale-2026/survey.json --data practice --out content/results/morale-2026 --previous content/results/morale-2025/results.json",
	)
	replaceIn(t, project, "content/results/morale-2026/index.md", "  survey: morale-2026\n",
		"  survey: morale-2026\n  actions:\n    - {measure: w4, text: 返事を二週間のうちに出します。, by: 2026-12-31}\n    - {measure: w1, text: 翌日に知らせます。, by: 2026-12-31, done: 2026-11-19}\n")
	data, err := os.ReadFile(filepath.Join(project, "content/results/morale-2026/results.json"))
	if err == nil {
		results, err = report.Parse(data)
	}
	if err != nil {
		t.Fatal(err)
	}
	return project, results
}

// share is how a page tells a share.
func share(exact *float64, within *report.Range) string {
	switch {
	case exact != nil:
		return strconv.FormatFloat(*exact, 'f', 1, 64) + "%"
	case within != nil:
		return fmt.Sprintf("%v〜%v%%", within.From, within.To)
	}
	return "表示しません"
}

func points(change *float64) string {
	if change == nil {
		return "前回"
	}
	sign := map[bool]string{true: "＋", false: "−"}[*change > 0]
	if *change == 0 {
		sign = "±"
	}
	return "前回より" + sign + strconv.FormatFloat(math.Abs(*change), 'f', 1, 64)
}

func TestResultsPage(t *testing.T) {
	if testing.Short() {
		t.Skip("builds the site and starts a browser")
	}
	tab := browser.Start(t)
	project, results := twoRounds(t)
	address, _ := start(t, project, "data")

	// What each part of the page has to say, by selector.
	want := map[string][]string{"#summary ~ *": {fmt.Sprintf("%d人", results.Responses), "返事を二週間のうちに出します。", "2026年12月31日までに変えます。", "2026年11月19日に変えました。"}}
	say := func(selector string, words ...string) { want[selector] = append(want[selector], words...) }
	within := func(r *report.FavourableRange) *report.Range {
		if r == nil {
			return nil
		}
		return &r.Favourable
	}
	for _, q := range results.Questions {
		at := fmt.Sprintf(".question-result:has(#r-%s)", q.ID)
		if q.ID == "unit" {
			continue
		}
		say(at, share(q.Favourable, within(q.Range)))
		if q.Favourable != nil {
			say(at, fmt.Sprintf("（%.1f〜%.1f）", *q.Low, *q.High), fmt.Sprintf("平均 %.1f", *q.Mean), fmt.Sprintf("%d人", q.N), points(q.Change))
			for _, n := range q.Counts.Points {
				say(at, fmt.Sprintf("%d %.1f%%", n, 100*float64(n)/float64(q.N)))
			}
			if *q.BeyondChance {
				say(at, "偶然とは考えにくい")
			}
		}
	}
	for _, m := range results.Measures {
		say("#m-"+m.ID, share(m.Favourable, within(m.Range)))
		if m.Favourable != nil {
			say("#m-"+m.ID, points(m.Change))
		}
	}
	for i, theme := range results.Themes {
		at := fmt.Sprintf("[aria-labelledby=themes] .rows > li:nth-child(%d)", i+1)
		if theme.Index != nil {
			say(at, fmt.Sprintf("%.1f点", *theme.Index), fmt.Sprintf("（%.1f〜%.1f）", *theme.Low, *theme.High), points(theme.Change), fmt.Sprintf("%d人の平均", theme.N))
		} else {
			say(at, share(nil, within(theme.Range)))
		}
	}
	shown := 0
	for i, g := range results.Groups {
		at := fmt.Sprintf("#groups ~ .table tbody > tr:nth-child(%d)", i+1)
		if g.Suppressed {
			say(at, "非表示")
			continue
		}
		shown++
		say(at, fmt.Sprintf("%d〜%d人", g.Size.From, g.Size.To))
		for _, theme := range g.Themes {
			if theme.Favourable != nil {
				say(at, fmt.Sprintf("%v〜%v", theme.Favourable.From, theme.Favourable.To))
			}
		}
		for j, q := range g.Questions {
			if q.Favourable != nil {
				say(fmt.Sprintf(".questions tbody > tr:nth-child(%d) > td:nth-of-type(%d)", j+1, shown), fmt.Sprintf("%v〜%v", q.Favourable.From, q.Favourable.To))
			}
		}
	}
	if shown == 0 {
		t.Error("the rehearsal shows no group: nothing to try")
	}

	for _, width := range []int64{390, 1280} {
		for name, media := range map[string]map[string]string{"light": nil, "dark": {"prefers-color-scheme": "dark"}, "forced colours": {"forced-colors": "active"}, "print": {"": "print"}} {
			browser.Do(t, tab, chromedp.EmulateViewport(width, 844), browser.Media(media), chromedp.Navigate(address+"/results/morale-2026/"),
				chromedp.Evaluate[chromedp.Void](`for (const d of document.querySelectorAll("details")) d.open = true`))
			for selector, words := range want {
				said := browser.Ask(t, tab, chromedp.Evaluate[string](fmt.Sprintf(`[...document.querySelectorAll(%q)].map(e => e.innerText).join(" ")`, selector)))
				said = plain(said)
				for _, word := range words {
					if !strings.Contains(said, plain(word)) {
						t.Errorf("%d px, %s: %s says %q, not %q", width, name, selector, said, word)
					}
				}
			}
			if name == "print" { // at the width of the paper, below
				continue
			}
			// Nothing is cut; what stands inside a bar fits it; the two sides
			// differ in lightness, whatever the colours.
			for _, fault := range browser.Ask(t, tab, chromedp.Evaluate[[]string](`(() => {
				const faults = [], light = e => { const [r, g, b] = (getComputedStyle(e).fill.match(/[\d.]+/g) ?? []).map(c => (c / 255) ** 2.2); return 0.2126 * r + 0.7152 * g + 0.0722 * b };
				if (document.documentElement.scrollWidth > document.documentElement.clientWidth) faults.push("wider than the window");
				for (const e of document.querySelectorAll("main *")) {
					const style = getComputedStyle(e);
					if (e.scrollWidth > e.clientWidth + 1 && style.overflowX !== "visible" && style.display !== "none" && !e.closest(".visually-hidden")) faults.push("cut: " + e.tagName + "." + e.className);
				}
				for (const text of document.querySelectorAll(".diverging text")) {
					const own = text.getBoundingClientRect(), bar = text.previousElementSibling.getBoundingClientRect();
					if (own.left < bar.left || own.right > bar.right) faults.push("does not fit its bar: " + text.textContent);
				}
				const [against, favour] = ["1", "5"].map(side => light(document.querySelector(".diverging .side-" + side)));
				if ((Math.max(against, favour) + 0.05) / (Math.min(against, favour) + 0.05) < 1.8) faults.push("the sides look alike: " + against + ", " + favour);
				return faults })()`)) {
				t.Errorf("%d px, %s: %s", width, name, fault)
			}
		}
	}

	// What was done stands with its measure, what is to be done in its strip.
	browser.Do(t, tab, browser.Media(nil), chromedp.Navigate(address+"/measures/w1/"))
	if said := browser.Ask(t, tab, chromedp.Text(chromedp.CSS("#changes + ol"))); !strings.Contains(said, "翌日に知らせます。") {
		t.Errorf("the measure's changes are %q", said)
	}
	if n := browser.Ask(t, tab, chromedp.Evaluate[int](`document.querySelectorAll(".editions > li").length`)); n != 2 {
		t.Errorf("the trend has %d editions, want 2", n)
	}
	browser.Do(t, tab, chromedp.Navigate(address+"/"))
	if said := browser.Ask(t, tab, chromedp.Text(chromedp.CSS(".stations"))); !strings.Contains(said, "翌日に知らせます。") {
		t.Errorf("home says %q", said)
	}

	t.Run("paper", func(t *testing.T) {
		needPrinter(t)
		browser.Do(t, tab, chromedp.Navigate(address+"/results/morale-2026/meeting/"))
		sheets := printed(t, tab)
		if len(sheets) != 2 {
			t.Fatalf("for a meeting there are %d sheets, want 2", len(sheets))
		}
		for i, words := range [][]string{{fmt.Sprintf("%d人", results.Responses), "返事を二週間のうちに出します。"}, {"総務・企画", "私は、この職場に愛着がある。"}} {
			for _, word := range words {
				if !strings.Contains(sheets[i].words, plain(word)) {
					t.Errorf("sheet %d lacks %q", i+1, word)
				}
			}
		}
		browser.Do(t, tab, chromedp.Navigate(address+"/results/morale-2026/"))
		booklet := wordsOf(printed(t, tab))
		for _, q := range results.Questions {
			if q.Counts != nil {
				for _, n := range q.Counts.Points { // the tables are open
					if word := fmt.Sprintf("%d%.1f%%", n, 100*float64(n)/float64(q.N)); !strings.Contains(booklet, word) {
						t.Errorf("the booklet lacks %s of %s", word, q.ID)
					}
				}
			}
		}
	})
}
