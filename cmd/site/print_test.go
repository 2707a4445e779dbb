package main

// What comes out of the printer: Chromium's PDF, read by poppler's pdftotext
// (Chromium writes the fonts of Debian in a way that few Go libraries read).

import (
	"bytes"
	"context"
	"encoding/xml"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/page"
	"github.com/chromedp/chromedp"
	"golang.org/x/text/unicode/norm"

	"staffplan/cmd/internal/browser"
)

// sheet is one printed page: its words, without spaces, and where the last line
// of its text stands, from 0 at the top to 1 at the bottom.
type sheet struct {
	words string
	last  float64
}

// needPrinter skips the test where what it prints cannot be read, but not in CI.
func needPrinter(t *testing.T) {
	t.Helper()
	browser.Need(t)
	if _, err := exec.LookPath("pdftotext"); err != nil {
		if os.Getenv("CI") != "" {
			t.Fatal("poppler-utils is not installed")
		}
		t.Skip("poppler-utils is not installed")
	}
}

// printed are the sheets that the page in the tab comes out on.
func printed(t *testing.T, tab context.Context) (sheets []sheet) {
	t.Helper()
	pdf := browser.Ask(t, tab, chromedp.Action[[]byte](func(ctx context.Context, tab *chromedp.Target) ([]byte, error) {
		reply, err := cdp.Call(ctx, tab, page.PrintToPDF, page.PrintToPDFParams{PreferCSSPageSize: new(true)})
		if err != nil {
			return nil, err
		}
		return reply.Data, nil
	}))
	file := filepath.Join(t.TempDir(), "page.pdf")
	if err := os.WriteFile(file, pdf, 0o666); err != nil {
		t.Fatal(err)
	}
	out, err := exec.Command("pdftotext", "-bbox", file, "-").Output()
	if err != nil {
		t.Fatal(err)
	}
	var read struct {
		Pages []struct {
			Height float64 `xml:"height,attr"`
			Words  []struct {
				Top  float64 `xml:"yMin,attr"`
				Text string  `xml:",chardata"`
			} `xml:"word"`
		} `xml:"body>doc>page"`
	}
	decoder := xml.NewDecoder(bytes.NewReader(out))
	decoder.Strict, decoder.Entity = false, xml.HTMLEntity
	if err := decoder.Decode(&read); err != nil {
		t.Fatal(err)
	}
	for _, p := range read.Pages {
		var s sheet
		for _, w := range p.Words {
			if at := w.Top / p.Height; at < 0.94 { // below stands the page's number
				s.words += plain(w.Text)
				s.last = max(s.last, at)
			}
		}
		sheets = append(sheets, s)
	}
	return sheets
}

// plain is a text without its spaces; a PDF may write 日 as the radical ⽇.
func plain(text string) string {
	return strings.Join(strings.Fields(norm.NFKC.String(text)), "")
}

func wordsOf(sheets []sheet) (words string) {
	for _, s := range sheets {
		words += s.words
	}
	return words
}

// Each page for its moment, with the figures of a rehearsal on it: there is more
// to print then than before.
func TestPrint(t *testing.T) {
	if testing.Short() {
		t.Skip("builds the site and starts a browser")
	}
	needPrinter(t)
	tab := browser.Start(t)
	address, _ := start(t, rehearsed(t), "data")
	open := func(t *testing.T, page string) []sheet {
		t.Helper()
		browser.Do(t, tab, chromedp.Navigate(address+page))
		return printed(t, tab)
	}
	// texts are those of the page that fit the selector, as printed.
	texts := func(t *testing.T, selector string) (found []string) {
		t.Helper()
		for _, text := range browser.Ask(t, tab, chromedp.Evaluate[[]string](fmt.Sprintf("[...document.querySelectorAll(%q)].map(e => e.textContent)", selector))) {
			found = append(found, plain(text))
		}
		if len(found) == 0 {
			t.Errorf("nothing fits %s", selector)
		}
		return found
	}

	for _, name := range []string{"compliance", "privacy", "facilitation", "coordination", "ojt"} {
		t.Run(name, func(t *testing.T) {
			leader := open(t, "/training/"+name+"/leader/")
			answers, record := texts(t, ".check .answer p"), texts(t, ".record dt")
			script := append(texts(t, ".check-question"), texts(t, "#cases-notes ~ ul > li")...)
			for _, cell := range texts(t, "#running-order + p + .table td") {
				script = append(script, string([]rune(cell)[:min(5, len([]rune(cell)))])) // its first line at most
			}
			for _, text := range append(answers, script...) {
				if !strings.Contains(wordsOf(leader), text) {
					t.Errorf("the leader's form lacks %s", text)
				}
			}
			for _, text := range record {
				if !strings.Contains(leader[len(leader)-1].words, text) {
					t.Errorf("%s of the record is not on the last sheet", text)
				}
			}

			participant := open(t, "/training/"+name+"/participant/")
			if n := len(participant); n < 2 || n > 3 {
				t.Errorf("the participants' form has %d sheets, want two or three", n)
			}
			for _, text := range append(texts(t, ".checks p"), append(texts(t, ".sheet li"), texts(t, ".case :is(p, li)")...)...) {
				if !strings.Contains(wordsOf(participant), text) {
					t.Errorf("the participants' form lacks %s", text)
				}
			}
			source := plain(browser.Ask(t, tab, chromedp.Evaluate[string]("document.documentElement.innerHTML")))
			var page []sheet
			if name == "ojt" { // the others are made alike
				page = open(t, "/training/"+name+"/")
			}
			for _, answer := range answers {
				if strings.Contains(wordsOf(participant), answer) || strings.Contains(source, answer) {
					t.Errorf("the participants' form has the answer %s", answer)
				}
				if strings.Contains(wordsOf(page), answer) {
					t.Errorf("the page itself prints the answer %s", answer)
				}
			}
			if strings.Contains(wordsOf(participant), "話し合いのあとで") {
				t.Error("the participants' form has the notes on the cases")
			}
		})
	}

	for _, name := range []string{"s1", "s2", "s3", "s4", "s5", "w1", "w2", "w3", "w4", "w5"} {
		t.Run(name, func(t *testing.T) {
			if n := len(open(t, "/measures/"+name+"/")); n != 1 {
				t.Errorf("%d sheets, want one side", n)
			}
		})
	}

	t.Run("notice", func(t *testing.T) {
		card := open(t, "/notices/sample/")
		if len(card) != 1 || !strings.Contains(card[0].words, plain("だれが、いつから")) {
			t.Errorf("a reminder is no card of one sheet with room to write: %d sheets", len(card))
		}
	})

	t.Run("whole plan", func(t *testing.T) {
		sheets := open(t, "/plan/all/")
		headings, notes := texts(t, ".whole-plan :is(h2, h3, h4)"), texts(t, ".whole-plan .note .mark")
		for i, s := range sheets {
			if i < len(sheets)-1 && s.last < 0.6 {
				t.Errorf("sheet %d ends at %.0f%% of its height", i+1, 100*s.last)
			}
			for _, heading := range headings {
				if strings.HasSuffix(s.words, heading) {
					t.Errorf("%s is stranded at the foot of sheet %d", heading, i+1)
				}
			}
		}
		for _, note := range notes {
			if !strings.Contains(wordsOf(sheets), note) {
				t.Errorf("the note of %s is not printed", note)
			}
		}
		for _, pair := range browser.Ask(t, tab, chromedp.Evaluate[[][]string](`[...document.querySelectorAll(".whole-plan .note > div:first-child .mark")].map(m => [m.closest(".note").previousElementSibling.textContent, m.textContent])`)) {
			heading, note := plain(pair[0]), plain(pair[1])
			if !slices.ContainsFunc(sheets, func(s sheet) bool { return strings.Contains(s.words, heading) && strings.Contains(s.words, note) }) {
				t.Errorf("%s is not on the sheet of %s", note, heading)
			}
		}
	})

	t.Run("links", func(t *testing.T) {
		words := wordsOf(open(t, "/notices/guide/"))
		if strings.Contains(words, plain("（/")) || !strings.Contains(words, plain("気づいたことを、伝える（コンプライアンス）")) {
			t.Errorf("links are printed without the names of their pages:\n%s", words)
		}
	})

	t.Run("survey", func(t *testing.T) {
		sheets := open(t, "/surveys/morale-2026/")
		on := func(text string) int {
			return slices.IndexFunc(sheets, func(s sheet) bool { return strings.Contains(s.words, text) })
		}
		for _, q := range browser.Ask(t, tab, chromedp.Evaluate[[][]string](`[...document.querySelectorAll(".field.choice")].map(f => [...f.querySelectorAll(".question, .option span")].map(e => e.textContent))`)) {
			for _, option := range q[1 : len(q)-1] { // the last is 答えない, as elsewhere
				if on(plain(option)) != on(plain(q[0])) {
					t.Errorf("%s: %s stands on another sheet", q[0], option)
				}
			}
		}
		// The labels of a scale are the same everywhere: on each sheet as many as questions.
		scales := texts(t, ".field.scale .question")
		for i, s := range sheets {
			questions := 0
			for _, q := range scales {
				questions += strings.Count(s.words, q)
			}
			if n := strings.Count(s.words, "ややそう思う"); n != questions {
				t.Errorf("sheet %d has %d questions and %d rows of answers", i+1, questions, n)
			}
		}
	})
}

// The buttons of training material print the form that they name; without a
// script its link opens it.
func TestPrintButtons(t *testing.T) {
	address, tab := serveLayouts(t), browser.Start(t)
	browser.Do(t, tab, chromedp.Action[chromedp.Void](func(ctx context.Context, tab *chromedp.Target) (chromedp.Void, error) {
		_, err := cdp.Call(ctx, tab, page.AddScriptToEvaluateOnNewDocument, page.AddScriptToEvaluateOnNewDocumentParams{
			Source: `window.times = 0; window.print = () => { window.times++ };`,
		})
		return chromedp.Void{}, err
	}))
	for words, form := range map[string]string{"進行役用": "leader", "参加者用": "participant"} {
		browser.Do(t, tab,
			chromedp.Navigate(address+"training/ojt/"),
			chromedp.Click(`//button[contains(., "`+words+`")]`),
			chromedp.WaitVisible(`//h1[contains(., "`+words+`")]`),
		)
		browser.Ask(t, tab, chromedp.Poll[bool](`window.times === 1`))
		if got, want := browser.Ask(t, tab, chromedp.Evaluate[string](`location.href`)), address+"training/ojt/"+form+"/"; got != want {
			t.Errorf("%s: at %s, want %s", words, got, want)
		}
		browser.Do(t, tab,
			chromedp.Click(chromedp.CSS("button.print")),
		)
		browser.Ask(t, tab, chromedp.Poll[bool](`window.times === 2`))
		browser.Do(t, tab,
			browser.Scripts(false),
			chromedp.Navigate(address+"training/ojt/"),
			chromedp.Click(`//a[contains(., "`+words+`")]`),
			chromedp.WaitVisible(`//h1[contains(., "`+words+`")]`),
			browser.Scripts(true),
		)
	}
}
