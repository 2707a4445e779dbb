// The site as a person meets it: real Chromium against the real `site serve`.

package main

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"net/http"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/chromedp/chromedp"

	"staffplan/cmd/internal/browser"
)

// sentinel is what the browser calls itself when it answers: a name that must
// never be found on the disk.
const sentinel = "Sentinel-Browser/7.31"

// binaries builds site and collector once for all tests of a run.
var binaries = sync.OnceValues(func() (string, error) {
	dir, err := os.MkdirTemp("", "staffplan-bin-")
	if err != nil {
		return "", err
	}
	out, err := exec.Command("go", "build", "-o", dir, "staffplan/cmd/site", "staffplan/cmd/collector").CombinedOutput()
	if err != nil {
		return "", fmt.Errorf("go build: %w\n%s", err, out)
	}
	return dir, nil
})

func program(t *testing.T, name string) string {
	t.Helper()
	dir, err := binaries()
	if err != nil {
		t.Fatal(err)
	}
	return filepath.Join(dir, name)
}

// start runs site serve in a project until the test ends, and returns the
// address it prints once it listens.
func start(t *testing.T, project, data string) (address string, stop func()) {
	t.Helper()
	cmd := exec.Command(program(t, "site"), "serve", "--addr", "127.0.0.1:0", "--data", data, "--clock", "2026-11-20T10:00:00+09:00")
	cmd.Dir = project
	stderr, err := cmd.StderrPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	lines := make(chan string, 1)
	var said bytes.Buffer
	var reader sync.WaitGroup
	reader.Go(func() {
		defer close(lines)
		scanner := bufio.NewScanner(stderr)
		for scanner.Scan() {
			said.WriteString(scanner.Text() + "\n")
			if address, ok := strings.CutPrefix(scanner.Text(), "listening on "); ok {
				lines <- address
			}
		}
	})
	stop = sync.OnceFunc(func() {
		cmd.Process.Signal(syscall.SIGTERM)
		reader.Wait()
		if err := cmd.Wait(); err != nil {
			t.Errorf("site serve: %v\n%s", err, said.String())
		}
	})
	t.Cleanup(stop)
	select {
	case address = <-lines:
	case <-time.After(patience):
	}
	if address == "" {
		cmd.Process.Kill()
		reader.Wait()
		t.Fatalf("site serve does not listen:\n%s", said.String())
	}
	return address, stop
}

// command runs a command of ours in a project to its end.
func command(t *testing.T, project, name string, args ...string) (out string, err error) {
	t.Helper()
	cmd := exec.Command(program(t, name), args...)
	cmd.Dir = project
	said, err := cmd.CombinedOutput()
	return string(said), err
}

// rehearsed is a copy of the project in which HR has rehearsed a report.
func rehearsed(t *testing.T) (project string) {
	t.Helper()
	project = projectCopy(t)
	enter(t, project,
		"site build",
		"collector rehearse morale-2026 --answers 120 --data practice",
		"collector report --survey public/surveys/morale-2026/survey.json --data practice --out content/results/morale-2026",
	)
	return project
}

// enter types commands in a project, one after the other.
func enter(t *testing.T, project string, lines ...string) {
	t.Helper()
	for _, line := range lines {
		words := strings.Fields(line)
		if out, err := command(t, project, words[0], words[1:]...); err != nil {
			t.Fatalf("%s: %v\n%s", line, err, out)
		}
	}
}

// definition is what these tests need of a survey.json.
type definition struct {
	ID        string
	Questions []struct {
		ID, Kind string
		Measures []string
		Labels   []string
		Options  []struct{ Value string }
	}
}

func fetchDefinition(t *testing.T, address, id string) definition {
	t.Helper()
	response, err := http.Get(address + "/surveys/" + id + "/survey.json")
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	var d definition
	if err := json.NewDecoder(response.Body).Decode(&d); err != nil {
		t.Fatal(err)
	}
	return d
}

// lines returns the lines of a file below the data directory; none where the
// file is not there yet.
func lines(t *testing.T, file string) []string {
	t.Helper()
	data, err := os.ReadFile(file)
	if err != nil && !os.IsNotExist(err) {
		t.Fatal(err)
	}
	return strings.FieldsFunc(string(data), func(r rune) bool { return r == '\n' })
}

// within waits for something that other processes bring about.
func within(t *testing.T, what string, done func() bool) {
	t.Helper()
	for deadline := time.Now().Add(patience); !done(); time.Sleep(50 * time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatalf("not within %v: %s", patience, what)
		}
	}
}

// The first half of the loop: two answer in the browser, with and without
// JavaScript, eight more by HTTP; the tenth sends all ten to the disk's
// released files; nothing of the browser is with them.
func TestLoop(t *testing.T) {
	if testing.Short() {
		t.Skip("builds the site and starts a browser")
	}
	tab := browser.Start(t, chromedp.UserAgent(sentinel))
	data := t.TempDir()
	address, stop := start(t, filepath.Join("..", ".."), data)
	survey := fetchDefinition(t, address, "morale-2026")
	responses := filepath.Join(data, survey.ID, "responses.jsonl")

	for _, on := range []bool{true, false} {
		browser.Do(t, tab,
			browser.Scripts(on),
			chromedp.Navigate(address+"/surveys/morale-2026/"),
			chromedp.WaitVisible(chromedp.CSS("#form")),
		)
		for _, q := range survey.Questions {
			switch q.Kind {
			case "scale":
				browser.Do(t, tab, chromedp.Click(chromedp.CSS(fmt.Sprintf(`input[name=%q][value="4"]`, q.ID))))
			case "text":
				browser.Do(t, tab, chromedp.SendKeys(chromedp.CSS(fmt.Sprintf("textarea[name=%q]", q.ID)), "窓口の席を\nもう一つ増やしたい。𠮷"))
			}
		}
		browser.Do(t, tab,
			chromedp.Click(chromedp.CSS("#form button[type=submit]")),
			chromedp.WaitVisible(`//h1[contains(., "回答を受け取りました")]`),
		)
		if got, want := browser.Ask(t, tab, chromedp.Location()), address+"/surveys/morale-2026/thanks/"; got != want {
			t.Errorf("scripts %v: sent to %s, want %s", on, got, want)
		}
		if got := lines(t, responses); len(got) != 0 {
			t.Errorf("scripts %v: %d answers were released before ten waited", on, len(got))
		}
	}

	for i := range 8 {
		answer := url.Values{"comment": {fmt.Sprintf("声その%d", i)}}
		for _, q := range survey.Questions {
			if q.Kind == "scale" {
				answer.Set(q.ID, fmt.Sprint(1+i%5))
			}
		}
		request, err := http.NewRequest("POST", address+"/answers/morale-2026", strings.NewReader(answer.Encode()))
		if err != nil {
			t.Fatal(err)
		}
		request.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		request.Header.Set("User-Agent", sentinel)
		request.Header.Set("X-Forwarded-For", "198.51.100.77")
		response, err := http.DefaultTransport.RoundTrip(request)
		if err != nil {
			t.Fatal(err)
		}
		response.Body.Close()
		if response.StatusCode != http.StatusSeeOther || response.Header.Get("Location") != "/surveys/morale-2026/thanks/" {
			t.Fatalf("answer %d: %s to %q", i, response.Status, response.Header.Get("Location"))
		}
	}
	within(t, "ten answers and ten texts are released", func() bool {
		return len(lines(t, responses)) == 10 && len(lines(t, filepath.Join(data, survey.ID, "comments.jsonl"))) == 10
	})
	stop()

	err := filepath.WalkDir(data, func(path string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		content, err := os.ReadFile(path)
		for _, trace := range []string{sentinel, "Sentinel", "198.51.100.77", "127.0.0.1", "Mozilla", "ja-JP"} {
			if bytes.Contains(content, []byte(trace)) {
				t.Errorf("%s holds %q", filepath.Base(path), trace)
			}
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}

// HR rehearses: made-up answers, a report, and the results page beside the
// measures.
func TestRehearsal(t *testing.T) {
	if testing.Short() {
		t.Skip("builds the site and starts a browser")
	}
	tab := browser.Start(t)
	project := rehearsed(t)
	if out, err := command(t, project, "site", "build"); err == nil {
		t.Errorf("a rehearsal's figures went through site build:\n%s", out)
	}
	address, _ := start(t, project, "data")
	browser.Do(t, tab, chromedp.Navigate(address+"/results/morale-2026/"))
	if text := browser.Ask(t, tab, chromedp.Text(chromedp.CSS("main"))); !strings.Contains(text, "練習用の数字") {
		t.Error("the results page does not say 練習用の数字")
	}
	for _, side := range []string{"s", "w"} {
		for i := range 5 {
			measure := fmt.Sprintf("%s%d", side, i+1)
			browser.Do(t, tab, chromedp.Navigate(address+"/results/morale-2026/"))
			onResults := browser.Ask(t, tab, chromedp.Evaluate[string](fmt.Sprintf(`[...document.querySelectorAll("main a[href*='/measures/%s/']")].map(a => a.closest("li, tr, section, p").innerText).join("\n")`, measure)))
			browser.Do(t, tab, chromedp.Navigate(address+"/measures/"+measure+"/"))
			onMeasure := browser.Ask(t, tab, chromedp.Evaluate[string](`(() => { let text = "", e = document.getElementById("latest").nextElementSibling; for (; e && e.tagName !== "H2"; e = e.nextElementSibling) text += e.innerText; return text })()`))
			for where, said := range map[string]string{"the results page": onResults, "the measure's page": onMeasure} {
				if !strings.Contains(said, "%") {
					t.Errorf("%s says no figure for %s: %q", where, measure, said)
				}
			}
		}
	}
}

// axe-core finds nothing on any page with all that folds open, light and dark, on
// a phone and on a desk; and nothing sticks out sideways.
func TestAccessibility(t *testing.T) {
	if testing.Short() {
		t.Skip("builds the site and starts a browser")
	}
	axe := needAxe(t)
	t.Parallel()
	address, _ := start(t, rehearsed(t), "data")
	var pages []struct{ URL string }
	response, err := http.Get(address + "/pages.json")
	if err == nil {
		err = errors.Join(json.NewDecoder(response.Body).Decode(&pages), response.Body.Close())
	}
	if err != nil {
		t.Fatal(err)
	}
	// What is in no list of pages, and samples, which are drafts.
	addresses := []string{"/search/?q=" + url.QueryEscape("区民"), "/search/?q=zzz", "/surveys/morale-2026/thanks/", "/surveys/proposal-box/thanks/", "/no-such-page/",
		"/training/compliance/leader/", "/training/compliance/participant/", "/training/ojt/leader/", "/training/ojt/participant/",
		"/knowledge/sample/", "/events/sample/", "/area/sample/", "/proposals/sample/", "/commendations/sample/", "/notices/sample/"}
	for _, page := range pages {
		to, err := url.Parse(page.URL)
		if err != nil {
			t.Fatal(err)
		}
		addresses = append(addresses, to.Path)
	}
	if len(addresses) < 60 {
		t.Errorf("%d pages", len(addresses))
	}
	const browsers = 2
	t.Run("pages", func(t *testing.T) {
		for first := range browsers {
			t.Run(fmt.Sprint(first), func(t *testing.T) {
				t.Parallel()
				tab := browser.Start(t)
				for i := first; i < len(addresses); i += browsers {
					browser.Do(t, tab, chromedp.Navigate(address+addresses[i]), chromedp.Evaluate[chromedp.Void](axe),
						chromedp.Evaluate[chromedp.Void](`document.querySelectorAll("main details").forEach(d => { d.open = true })`))
					inspect(t, tab, addresses[i])
				}
			})
		}
	})
	tab := browser.Start(t)
	// Each group of the menu, and the field to search in on a phone.
	browser.Do(t, tab, chromedp.Navigate(address+"/measures/"), chromedp.Evaluate[chromedp.Void](axe))
	for n := range browser.Ask(t, tab, chromedp.Evaluate[int](`document.querySelectorAll(".site-header details").length`)) {
		browser.Do(t, tab, chromedp.Evaluate[chromedp.Void](fmt.Sprintf(`document.querySelectorAll(".site-header details")[%d].open = true`, n)))
		inspect(t, tab, fmt.Sprintf("/measures/ with the menu's group %d open", n+1))
	}
	// The form once more, with what is still to be answered.
	browser.Do(t, tab,
		chromedp.Navigate(address+"/surveys/morale-2026/"),
		chromedp.Click(chromedp.CSS("#form button[type=submit]")),
		chromedp.WaitVisible(chromedp.CSS(".error-summary")),
		chromedp.Evaluate[chromedp.Void](axe),
	)
	inspect(t, tab, "/answers/morale-2026")
	browser.Do(t, tab, chromedp.Evaluate[chromedp.Void](`sent = true`)) // or the page asks before it is left
}

// axeScript is axe-core; "" where it is not installed, but in CI it has to be.
func axeScript(t *testing.T) string {
	t.Helper()
	axe, err := os.ReadFile(filepath.Join("..", "..", ".ci", "node_modules", "axe-core", "axe.min.js"))
	if err != nil && os.Getenv("CI") != "" {
		t.Fatal(err)
	}
	return string(axe)
}

// needAxe is axeScript for a test that shows nothing without it.
func needAxe(t *testing.T) string {
	t.Helper()
	axe := axeScript(t)
	if axe == "" {
		t.Skip("axe-core is not installed: npm install --prefix .ci --ignore-scripts")
	}
	return axe
}

// inspect looks for barriers on the page in the tab, where axeScript has run:
// every rule once for each width; what depends on the colours, in both.
func inspect(t *testing.T, tab context.Context, page string) {
	t.Helper()
	for _, width := range []int64{390, 1280} {
		browser.Do(t, tab, chromedp.EmulateViewport(width, 844))
		if browser.Ask(t, tab, chromedp.Evaluate[bool](`document.documentElement.scrollWidth > document.documentElement.clientWidth`)) {
			t.Errorf("%s at %d px: the page is wider than the window", page, width)
		}
		for name, only := range map[string]string{"light": "", "dark": `, runOnly: ["color-contrast"]`} {
			browser.Do(t, tab, browser.Media(map[string]string{"prefers-color-scheme": name}))
			for _, found := range browser.Ask(t, tab, chromedp.Evaluate[[]string](`axe.run(document, {resultTypes: ["violations"]`+only+`}).then(r => r.violations.flatMap(v => v.nodes.map(n => v.id + ": " + n.target + ": " + n.failureSummary)))`, chromedp.EvalAwaitPromise)) {
				t.Errorf("%s at %d px, %s: %s", page, width, name, found)
			}
		}
	}
}

// Every word of the diagram is at least 14 px high as rendered on a phone.
func TestDiagramIsLegibleOnAPhone(t *testing.T) {
	if testing.Short() {
		t.Skip("builds the site and starts a browser")
	}
	tab := browser.Start(t)
	address, _ := start(t, filepath.Join("..", ".."), t.TempDir())
	browser.Do(t, tab, chromedp.EmulateViewport(390, 844), chromedp.Navigate(address+"/plan/vision/"))
	count := browser.Ask(t, tab, chromedp.Evaluate[int](`document.querySelectorAll("svg.vision text").length`))
	small := browser.Ask(t, tab, chromedp.Evaluate[[]string](`(() => { const svg = document.querySelector("svg.vision"), scale = svg.getScreenCTM().a;
			return [...svg.querySelectorAll("text")].filter(t => parseFloat(getComputedStyle(t).fontSize) * scale < 14).map(t => t.textContent) })()`))
	if count == 0 || len(small) > 0 {
		t.Errorf("of %d words these are under 14 px: %q", count, small)
	}
}
