package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/chromedp/chromedp"

	"staffplan/cmd/internal/browser"
)

// What site serve shows of what is wrong is without barriers, as all pages are.
func TestFindingsAccessibility(t *testing.T) {
	if testing.Short() {
		t.Skip("builds the site and starts a browser")
	}
	axe := needAxe(t)
	project := projectCopy(t)
	for file, slip := range map[string][2]string{
		"s1.md": {"side: staff", "side: [staff"},
		"s2.md": {"/area/guide/#write", "/nowhere/"},
	} {
		file = filepath.Join(project, "content", "measures", file)
		text, err := os.ReadFile(file)
		if err == nil {
			err = os.WriteFile(file, []byte(strings.Replace(string(text), slip[0], slip[1], 1)), 0o666)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	tab := browser.Start(t)
	address, _ := start(t, project, "data")
	for page, shown := range map[string]string{"/measures/s1/": "main .check-list", "/measures/s2/": ".check-foot summary", "/_check/": "main .check-list"} {
		browser.Do(t, tab, chromedp.Navigate(address+page), chromedp.WaitVisible(chromedp.CSS(shown)), chromedp.Evaluate[chromedp.Void](axe),
			chromedp.Evaluate[chromedp.Void](`document.querySelectorAll(".check-foot details").forEach(d => { d.open = true })`))
		inspect(t, tab, page)
	}
}
