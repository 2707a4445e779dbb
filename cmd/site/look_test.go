package main

// What the stylesheets make of the pages of testdata/layouts, in Chromium: a
// rule that changes shows in look.txt, wherever it has an effect. UPDATE=1
// writes it anew. And what any change of them keeps to: see TestTints.

import (
	"bytes"
	"fmt"
	"maps"
	"math"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/chromedp/chromedp"

	"staffplan/cmd/internal/browser"
)

// looks are the ways to look at a page. The first is told whole, each other by
// what differs from it.
var looks = []struct {
	name    string
	width   int64
	media   map[string]string // media features, and "" for the medium
	touched bool              // as if all were pointed at, in focus and chosen at once
}{
	{name: "wide", width: 1280},
	{name: "narrow", width: 390},
	{name: "dark", width: 1280, media: map[string]string{"prefers-color-scheme": "dark"}},
	{name: "contrast", width: 1280, media: map[string]string{"prefers-contrast": "more"}},
	{name: "forced", width: 1280, media: map[string]string{"forced-colors": "active"}},
	{name: "print", width: 1280, media: map[string]string{"": "print"}},
	{name: "touched", width: 1280, touched: true},
}

// gather puts what is on other pages into this one, and what scripts and the
// collector would add.
const gather = `(async (addresses) => {
	const main = document.querySelector("main");
	for (const e of main.querySelectorAll(".overdue")) e.remove(); // depends on the day
	for (const address of addresses) {
		const page = new DOMParser().parseFromString(await (await fetch(address)).text(), "text/html");
		main.append(...page.querySelector("main").children);
	}
	for (const e of main.querySelectorAll("[data-from], [data-until]")) e.hidden = false; // so does this
	main.insertAdjacentHTML("beforeend", '<div class="frame"><div class="text"><section class="error-summary"><h2>一</h2><ul><li><a href="#main">二</a></li></ul></section>' +
		'<div class="field"><p class="error-message">三</p><p class="count">四</p><p class="count over">五</p></div></div></div>');
})`

// measure returns, for each element by what it is and what it is in, the
// properties that it neither has by itself nor inherits; colours by their
// token. The tokens stand under ":root".
const measure = `(async (touched) => {
	const own = ["accent-color", "resize", "scroll-padding-block-start", "display", "position", "background-color", "background-image", "box-shadow", "overflow-x", "vertical-align", "clip-path", "columns", "size",
		"border", "border-block-start", "border-block-end", "border-inline-start", "border-inline-end", "border-radius",
		"outline", "outline-offset", "margin-block", "padding", "gap", "flex-wrap", "flex-direction", "align-items", "justify-content", "grid-column", "grid-row",
		"min-block-size", "max-inline-size", "min-inline-size", "break-before", "break-after", "break-inside", "forced-color-adjust", "content",
		"text-decoration-line", "text-decoration-thickness"];
	const inherited = ["color", "font-family", "font-size", "font-weight", "font-variant-numeric", "letter-spacing", "line-height", "line-break", "text-align",
		"text-underline-offset", "text-wrap-style", "text-wrap-mode", "word-break", "overflow-wrap", "list-style-type", "cursor", "text-anchor", "fill", "stroke", "stroke-width",
		"border-collapse", "print-color-adjust"];
	const name = e => e.tagName.toLowerCase() + [...e.classList].map(c => "." + c).join("") + (e.matches("[aria-current]") ? "[aria-current]" : "");
	const colours = {}, tokens = {};
	const told = (s, p, e) => {
		if (p === "size") return s.display !== "none" && ["svg", "INPUT"].includes(e.tagName) ? s.inlineSize + " " + s.blockSize : "";
		if (p === "columns") return s.display.includes("grid") ? String(s.gridTemplateColumns.split(" ").length) : "";
		if (p === "line-height") return (parseFloat(s.lineHeight) / parseFloat(s.fontSize)).toFixed(2);
		if (p === "font-family") return s.fontFamily.split(",")[0];
		const value = s.getPropertyValue(p);
		if (value === "auto" || /^(border|outline)/.test(p) && / none /.test(value)) return "";
		if (/^border-(block|inline)/.test(p) && s.border) return ""; // all four sides told as one
		return value.replace(/rgba?\([^)]*\)/g, c => colours[c] ?? c);
	};
	const styles = () => {
		const all = {};
		for (const e of document.querySelectorAll("html, body, body *:not(script)")) {
			const above = e.parentElement ?? e, parent = getComputedStyle(above);
			for (const pseudo of ["", "::after"].concat(e.tagName === "LI" || e.tagName === "SUMMARY" ? "::marker" : [])) {
				const s = getComputedStyle(e, pseudo), key = name(above.closest("[class]") ?? above) + " > " + name(e) + pseudo;
				if (key in all || pseudo === "::after" && s.content === "none") continue;
				all[key] = {};
				for (const p of own) all[key][p] = told(s, p, e);
				for (const p of inherited) if (told(s, p, e) !== told(parent, p, e) || e === document.documentElement) all[key][p] = told(s, p, e);
			}
		}
		return all;
	};
	const link = document.querySelector("link[rel=stylesheet]");
	const css = await (await fetch(link.href)).text();
	link.remove();
	const plain = styles();
	const style = document.createElement("style");
	// What is in focus is told of one link only: it is the same everywhere.
	style.textContent = touched ? css.replace(/:hover|:focus(?!-)|:has\(:(checked|focus-visible)\)/g, ":not(._)").replaceAll(":focus-visible", ".skip") : css;
	document.head.append(style);
	const root = getComputedStyle(document.documentElement), probe = document.head.appendChild(document.createElement("i"));
	for (const [, token] of css.matchAll(/(--[\w-]+):/g)) {
		tokens[token] = root.getPropertyValue(token);
		probe.style.color = "";
		probe.style.color = tokens[token];
		if (probe.style.color) colours[getComputedStyle(probe).color] ??= token;
	}
	const looks = {":root": tokens};
	for (const [key, found] of Object.entries(styles())) {
		looks[key] = {};
		for (const p in found) if (found[p] !== plain[key]?.[p]) looks[key][p] = found[p];
	}
	return looks;
})`

// serveLayouts builds and serves the site of testdata/layouts until the test
// ends. Below answers/ is its form as the collector fills it again.
func serveLayouts(t *testing.T) (address string) {
	t.Helper()
	if testing.Short() {
		t.Skip("builds a site and starts a browser")
	}
	public, trouble, err := hugoBuild(t, layoutsProject(t, "content.txtar"), "--environment", "development", "--buildDrafts")
	if err != nil {
		t.Fatalf("%v\n%s", err, strings.Join(trouble, "\n"))
	}
	base, err := url.Parse(published)
	if err != nil {
		t.Fatal(err)
	}
	form, err := os.ReadFile(filepath.Join(public, "surveys/pulse/index.html"))
	if err != nil {
		t.Fatal(err)
	}
	mux := http.NewServeMux()
	mux.Handle(base.Path, http.StripPrefix(base.Path, http.FileServer(http.Dir(public))))
	mux.HandleFunc(base.Path+"answers/pulse", func(w http.ResponseWriter, r *http.Request) {
		w.Write(bytes.Replace(form, []byte("<form "), []byte(`<section class="error-summary"></section><form `), 1))
	})
	server := httptest.NewServer(mux)
	t.Cleanup(server.Close)
	return server.URL + base.Path
}

func TestLook(t *testing.T) {
	address := serveLayouts(t)
	tab := browser.Start(t)
	var wide map[string]map[string]string // property and value by element
	var got strings.Builder
	for _, how := range looks {
		browser.Do(t, tab,
			chromedp.EmulateViewport(how.width, 844), browser.Media(how.media),
			chromedp.Navigate(address),
			chromedp.Evaluate[chromedp.Void](gather+`(["measures/s1/", "training/ojt/", "surveys/pulse/", "results/pulse/", "values/citizens/", "plan/vision/", "plan/purpose/", "plan/all/", "events/", "notices/newer/", "proposals/"])`, chromedp.EvalAwaitPromise),
		)
		seen := browser.Ask(t, tab, chromedp.Evaluate[map[string]map[string]string](fmt.Sprintf("%s(%t)", measure, how.touched), chromedp.EvalAwaitPromise))
		fmt.Fprintf(&got, "== %s\n", how.name)
		for _, element := range slices.Sorted(maps.Keys(seen)) {
			var told []string
			for property, value := range seen[element] {
				if wide == nil || wide[element][property] != value {
					told = append(told, property+": "+value)
				}
			}
			if slices.Sort(told); len(told) > 0 {
				fmt.Fprintf(&got, "%s { %s }\n", element, strings.Join(told, "; "))
			}
		}
		if wide == nil {
			wide = seen
		}
	}
	compare(t, "look.txt", got.String())
}

// The tokens in both themes: what is read can be read, and each step of the
// scale of 藍 stands out more from the paper than the one before.
func TestTints(t *testing.T) {
	themes := tokens(t)
	for name := range themes["light"] {
		if _, ok := themes["dark"][name]; !ok {
			t.Errorf("dark: --%s is not there", name)
		}
	}
	for theme, tokens := range themes {
		for _, pair := range []struct {
			least    float64 // WCAG 2.2 SC 1.4.3, 1.4.11
			on, what []string
		}{
			{4.5, []string{"paper", "surface", "ai-tint-1"}, []string{"ink", "ink-soft", "ai", "ai-strong", "green", "amber"}},
			{4.5, []string{"paper", "red-tint"}, []string{"red"}},
			{4.5, []string{"ai-tint-2"}, []string{"ink"}},
			{4.5, []string{"ai", "ai-strong"}, []string{"on-ai"}},
			{3, []string{"paper", "surface"}, []string{"line-strong", "focus-line"}},
			{3, []string{"focus-line"}, []string{"focus-ring"}},
			{3, []string{"ai-tint-1"}, []string{"ai"}},
		} {
			for _, on := range pair.on {
				for _, what := range pair.what {
					if got := contrast(tokens[on], tokens[what]); got < pair.least {
						t.Errorf("%s: --%s on --%s has a contrast of %.2f, at least %.1f", theme, what, on, got, pair.least)
					}
				}
			}
		}
		scale := []string{"paper", "ai-tint-1", "ai-tint-2", "ai-tint-3", "ai-tint-4", "ai", "ai-strong"}
		for i := range len(scale) - 1 {
			before, after := contrast(tokens["paper"], tokens[scale[i]]), contrast(tokens["paper"], tokens[scale[i+1]])
			if after < 1.1*before {
				t.Errorf("%s: --%s hardly stands out from --%s", theme, scale[i+1], scale[i])
			}
		}
	}
}

// tokens are the luminances of the colours in 10-tokens.css, by theme.
func tokens(t *testing.T) map[string]map[string]float64 {
	t.Helper()
	css, err := os.ReadFile("../../static/assets/css/10-tokens.css")
	if err != nil {
		t.Fatal(err)
	}
	light, dark, found := strings.Cut(string(css), "prefers-color-scheme: dark")
	if !found {
		t.Fatal("no dark theme")
	}
	themes := map[string]map[string]float64{}
	for theme, text := range map[string]string{"light": light, "dark": dark} {
		themes[theme] = map[string]float64{}
		for _, m := range regexp.MustCompile(`--([\w-]+): #([0-9a-f]{6});`).FindAllStringSubmatch(text, -1) {
			rgb, err := strconv.ParseUint(m[2], 16, 32)
			if err != nil {
				t.Fatal(err)
			}
			linear := func(shift int) float64 {
				c := float64(rgb>>shift&0xff) / 255
				if c <= 0.04045 {
					return c / 12.92
				}
				return math.Pow((c+0.055)/1.055, 2.4)
			}
			themes[theme][m[1]] = 0.2126*linear(16) + 0.7152*linear(8) + 0.0722*linear(0)
		}
	}
	return themes
}

// contrast of two luminances, WCAG 2.2.
func contrast(a, b float64) float64 {
	return (max(a, b) + 0.05) / (min(a, b) + 0.05)
}
