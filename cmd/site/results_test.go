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
	"regexp"
	"slices"
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
	replaceIn(t, project, "content/surveys/morale-2026/index.md", "headcount: {}", "headcount: {soumu: 30, chiiki: 30, madoguchi: 30, nenkin: 30, fukushi: 40, seikatsu: 40, kyoku: 30}")
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
	want := map[string][]string{"#summary ~ *": {fmt.Sprintf("%d人 対象の%d人のうち%.1f%%", results.Responses, results.Headcount, 100*float64(results.Responses)/float64(results.Headcount)), "返事を二週間のうちに出します。", "2026年12月31日までに変えます。", "2026年11月19日に変えました。"}}
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
		say(at, fmt.Sprintf("%d〜%d人", g.Size.From, g.Size.To), fmt.Sprintf("回答率%d〜%d%%", g.Rate.From, g.Rate.To))
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
	known := knownFigures(t, project, results)

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
			for _, figure := range decimal.FindAllString(browser.Ask(t, tab, chromedp.Evaluate[string](`(() => { let words = ""; for (let n, all = document.createTreeWalker(document.querySelector("article"), NodeFilter.SHOW_TEXT); (n = all.nextNode());) words += n.data + " "; return words })()`)), -1) {
				if !slices.Contains(known, figure) {
					t.Errorf("%d px, %s: %s is on the page, and no figure of the file", width, name, figure)
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

	// One screen of a desk says it.
	browser.Do(t, tab, chromedp.EmulateViewport(1280, 800), browser.Media(nil), chromedp.Navigate(address+"/results/morale-2026/"))
	if end := browser.Ask(t, tab, chromedp.Evaluate[float64](`document.querySelector(".summary").getBoundingClientRect().bottom`)); end > 800 {
		t.Errorf("the summary ends %.0f px down, below the fold", end)
	}

	if axe := axeScript(t); axe != "" {
		for _, page := range []string{"/results/morale-2026/", "/results/morale-2026/meeting/"} {
			browser.Do(t, tab, chromedp.Navigate(address+page), chromedp.Evaluate[chromedp.Void](axe),
				chromedp.Evaluate[chromedp.Void](`document.querySelectorAll("main details").forEach(d => { d.open = true })`))
			inspect(t, tab, page)
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

var decimal = regexp.MustCompile(`\d+\.\d`)

// knownFigures are the decimals that a results page may show: those of the file,
// and the shares that its counts come to.
func knownFigures(t *testing.T, project string, results *report.Results) (known []string) {
	t.Helper()
	data, err := os.ReadFile(filepath.Join(project, "content/results/morale-2026/results.json"))
	if err != nil {
		t.Fatal(err)
	}
	for _, n := range regexp.MustCompile(`-?\d+(\.\d)?\b`).FindAllString(string(data), -1) {
		exact, _ := strconv.ParseFloat(n, 64)
		known = append(known, fmt.Sprintf("%.1f", math.Abs(exact)))
	}
	known = append(known, fmt.Sprintf("%.1f", 100*float64(results.Responses)/float64(results.Headcount)))
	for _, q := range results.Questions {
		if q.Counts != nil {
			for _, n := range q.Counts.Points {
				known = append(known, fmt.Sprintf("%.1f", 100*float64(n)/float64(q.N)))
			}
		}
	}
	return known
}

// madeUpSurvey is one whose group question has the options: {value, text, part_of}.
func madeUpSurvey(t *testing.T, project, id string, themes bool, texts int, options [][3]string) {
	t.Helper()
	var b strings.Builder
	b.WriteString("---\ntitle: 試し " + id + "\ndescription: 記入例です。\nweight: 90\nparams:\n  owner: 総務担当\n  reviewed: 2026-11-01\n  review_by: 2027-10-31\n" +
		"  survey:\n    opens: \"2026-11-01T00:00:00+09:00\"\n    closes: \"2027-03-31T23:59:59+09:00\"\n    access: open\n    sealed_to: \"\"\n" +
		"    release: 10\n    minimum: 10\n    minimum_comments: 10\n    previous: \"\"\n    headcount: {}\n    questions:\n")
	for i, theme := range []string{"engagement", "staff", "workplace", "points"} {
		if !themes {
			theme = ""
		}
		fmt.Fprintf(&b, "      - {id: q%d, kind: scale, text: %s（%d）, labels: [いいえ, どちらともいえない, はい], themes: [%s], measures: [s%d]}\n", i, "私は、仕事に役立つことを、ほかの担当の人から学べていると感じる。", i, theme, i+1)
	}
	if len(options) > 0 {
		b.WriteString("      - id: unit\n        kind: choice\n        text: 所属\n        group: true\n        options:\n")
	}
	for _, o := range options {
		fmt.Fprintf(&b, "          - {value: %s, text: %s, part_of: %q}\n", o[0], o[1], o[2])
	}
	for i := range texts {
		fmt.Fprintf(&b, "      - {id: text%d, kind: text, text: 書いてください（%d）, max: 100}\n", i, i)
	}
	b.WriteString("---\n記入例です。\n")
	name := filepath.Join(project, "content/surveys", id, "index.md")
	if err := errors.Join(os.MkdirAll(filepath.Dir(name), 0o777), os.WriteFile(name, []byte(b.String()), 0o666)); err != nil {
		t.Fatal(err)
	}
}

// Whatever a survey has: sections from one to twenty on two levels, no themes, no
// sections at all, few answers. Its maps are tables from a tablet on, beside one
// another nothing is cut, and nothing moves sideways.
func TestResultsOfAllShapes(t *testing.T) {
	if testing.Short() {
		t.Skip("builds the site and starts a browser")
	}
	tab := browser.Start(t)
	project := projectCopy(t)
	sections := []string{"総務・企画", "地域・まちづくり", "窓口・住民情報", "保険・年金", "福祉・子育て", "保健・生活支援", "局の職員（区内の事業所）", "市民協働", "防災・防犯", "税務",
		"健康づくり", "介護保険", "生涯学習", "広聴広報", "選挙", "統計", "子育て支援室", "保健活動", "施設管理", "庁内の情報システム"}
	flat := func(n int) (options [][3]string) {
		for i, name := range sections[:n] {
			options = append(options, [3]string{fmt.Sprintf("g%d", i), name, ""})
		}
		return options
	}
	var levels [][3]string
	for i, name := range sections[:16] {
		if i%4 == 0 {
			levels = append(levels, [3]string{fmt.Sprintf("p%d", i/4), "部の名前（" + strconv.Itoa(i/4+1) + "）", ""})
		}
		levels = append(levels, [3]string{fmt.Sprintf("g%d", i), name, fmt.Sprintf("p%d", i/4)})
	}
	shapes := []struct {
		id      string
		themes  bool
		texts   int
		options [][3]string
		answers int
		maps    int // of questions
	}{
		{"one", true, 0, flat(1), 60, 1},
		{"seven", true, 1, flat(7), 250, 1},
		{"twelve", true, 1, flat(12), 500, 2},
		{"twenty", true, 1, flat(20), 900, 2},
		{"levels", true, 1, levels, 900, 2},
		{"no-themes", false, 1, flat(8), 130, 1},
		{"no-groups", true, 2, nil, 120, 0},
		{"hidden", true, 2, flat(6), 30, 0},
		{"few", true, 1, flat(3), 9, 0},
	}
	for _, s := range shapes {
		madeUpSurvey(t, project, s.id, s.themes, s.texts, s.options)
	}
	lines := []string{"site build"}
	for _, s := range shapes {
		lines = append(lines, fmt.Sprintf("collector rehearse %s --answers %d --data practice", s.id, s.answers),
			fmt.Sprintf("collector report --survey public/surveys/%s/survey.json --data practice --out content/results/%s", s.id, s.id))
	}
	enter(t, project, lines...)
	address, _ := start(t, project, "data")
	for _, s := range shapes {
		for _, width := range []int64{390, 768, 1280} {
			browser.Do(t, tab, chromedp.EmulateViewport(width, 844), chromedp.Navigate(address+"/results/"+s.id+"/"),
				chromedp.Evaluate[chromedp.Void](`for (const d of document.querySelectorAll("main details")) d.open = true`))
			for _, fault := range browser.Ask(t, tab, chromedp.Evaluate[[]string](`(() => {
				const faults = [];
				if (document.documentElement.scrollWidth > document.documentElement.clientWidth) faults.push("wider than the window");
				for (const e of document.querySelectorAll(".table, .table *")) if (e.scrollWidth > e.clientWidth + 1 && getComputedStyle(e).display !== "inline") faults.push("cut or to be scrolled: " + e.tagName + " " + e.textContent.slice(0, 20));
				return faults })()`)) {
				t.Errorf("%s, %d px: %s", s.id, width, fault)
			}
			if width == 390 {
				continue
			}
			maps := browser.Ask(t, tab, chromedp.Evaluate[[]int](`[...document.querySelectorAll(".heat.questions")].filter(m => getComputedStyle(m.rows[0]).display === "table-row").map(m => m.tBodies[0].rows[0].cells.length - 1)`))
			shown := browser.Ask(t, tab, chromedp.Evaluate[int](`[...document.querySelectorAll("#groups ~ .rows > li, #groups ~ .table tr:has(> th .source)")].filter(e => e.textContent.includes("人") && !e.textContent.includes("非表示　")).length`))
			columns := 0
			for _, n := range maps {
				columns += n
			}
			if len(maps) != s.maps || s.maps > 0 && columns != shown {
				t.Errorf("%s, %d px: maps of %v columns, want %d maps of all %d groups", s.id, width, maps, s.maps, shown)
			}
		}
	}

	say := func(id, selector string, words ...string) {
		t.Helper()
		browser.Do(t, tab, chromedp.Navigate(address+"/results/"+id+"/"), chromedp.Evaluate[chromedp.Void](`for (const d of document.querySelectorAll("main details")) d.open = true`))
		said := plain(browser.Ask(t, tab, chromedp.Text(chromedp.CSS(selector))))
		for _, word := range words {
			if !strings.Contains(said, plain(word)) {
				t.Errorf("%s: %s says %q, not %q", id, selector, said, word)
			}
		}
	}
	say("levels", ".heat.questions thead", "部の名前（1）", "全体", "総務・企画")
	say("no-themes", ".map", "15〜19人", "0〜33.3")
	say("no-groups", "article", "書いてください（0）", "書いてください（1）", "載せた意見はありません。")
	say("hidden", ".map", "少ない人数を守るため、どのまとまりの数字も表示しません。")
	say("few", "article", "回答が10人に満たないので、数字は一つも出しません。")

	t.Run("paper", func(t *testing.T) {
		needPrinter(t)
		for _, s := range shapes {
			browser.Do(t, tab, chromedp.Navigate(address+"/results/"+s.id+"/meeting/"))
			if n := len(printed(t, tab)); n > 2 {
				t.Errorf("%s comes out on %d sheets for a meeting", s.id, n)
			}
		}
	})
}
