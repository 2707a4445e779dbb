package main

// What a query costs in the browser where the site has 500 long pages, in
// milliseconds, and beside what the browser takes to parse their index: the
// slowest of some queries, each the median of many, with its results drawn.
//
//	go test ./cmd/site -run '^$' -bench Search

import (
	"encoding/json"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"testing"

	"github.com/chromedp/chromedp"

	"staffplan/cmd/internal/browser"
	"staffplan/cmd/internal/cli"
)

func BenchmarkSearch(b *testing.B) {
	if browser.Path() == "" {
		b.Skip("no Chromium is installed")
	}
	public := filepath.Join(b.TempDir(), "public")
	build := buildCmd{Destination: public}
	if _, err := build.build(b.Context(), "../..", cli.NewUI("site", os.Stdout, os.Stderr)); err != nil {
		b.Fatal(err)
	}
	// Long pages: each has 25 parts of the site's own, 6,000 characters or so.
	pages := searchIndex(b, public)
	var parts []indexedPart
	for _, page := range pages {
		parts = append(parts, page.Parts...)
	}
	random, many, letters := rand.New(rand.NewPCG(1, 2)), []indexedPage{}, 0
	for i := range 500 {
		page := pages[i%len(pages)]
		page.Parts = nil
		for range 25 {
			part := parts[random.IntN(len(parts))]
			page.Parts = append(page.Parts, part)
			letters += len([]rune(part.Text))
		}
		many = append(many, page)
	}
	index, err := json.Marshal(many)
	if err != nil {
		b.Fatal(err)
	}
	mux := http.NewServeMux()
	mux.Handle("/", http.FileServer(http.Dir(public)))
	mux.HandleFunc("/search/index.json", func(w http.ResponseWriter, _ *http.Request) { w.Write(index) })
	server := httptest.NewServer(mux)
	defer server.Close()
	tab, closeTab, err := browser.Open(b.Context())
	if err != nil {
		b.Fatal(err)
	}
	defer closeTab()
	if _, err := chromedp.Run(tab, chromedp.Navigate(server.URL+"/search/")); err != nil {
		b.Fatal(err)
	}
	var took struct{ First, Parse, Slowest float64 }
	for b.Loop() {
		took, err = chromedp.Run(tab, chromedp.Evaluate[struct{ First, Parse, Slowest float64 }](`(async () => {
			const field = document.querySelector("[name=q]"), status = document.getElementById("results-status");
			const time = async (query) => {
				status.textContent = "";
				field.value = query;
				const began = performance.now();
				field.dispatchEvent(new Event("input"));
				while (!status.textContent || status.textContent.startsWith("読み込んで")) await (loaded ? null : new Promise(requestAnimationFrame));
				if (!/^\d+件/.test(status.textContent)) throw status.textContent;
				return performance.now() - began;
			};
			let loaded = false;
			const First = await time("鍵");
			loaded = true;
			const text = await (await fetch("index.json")).text();
			const began = performance.now();
			JSON.parse(text);
			const Parse = performance.now() - began;
			let Slowest = 0;
			for (const query of ["の", "鍵", "個人情報", "こじんじょうほう", "のぞみのない", "担当 会議 電話", "はんこ", "zzz"]) {
				const all = [];
				for (let i = 0; i < 31; i++) all.push(await time(query));
				Slowest = Math.max(Slowest, all.sort((a, b) => a - b)[15]);
			}
			return {First, Parse, Slowest};
		})()`, chromedp.EvalAwaitPromise))
		if err != nil {
			b.Fatal(err)
		}
	}
	b.ReportMetric(float64(letters)/500, "letters/page")
	b.ReportMetric(took.First, "ms-first")
	b.ReportMetric(took.Slowest, "ms/query")
	b.ReportMetric(took.Slowest/took.Parse, "query/parse")
}
