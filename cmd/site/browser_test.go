// The site as a person meets it: real Chromium against the real `site serve`.

package main

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
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

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/chromedp"
)

// chromium starts a browser with a fresh profile and returns a tab in it. The
// test is skipped where no browser is installed, but not in CI: there it fails.
func chromium(t *testing.T, flags ...chromedp.ExecAllocatorOption) context.Context {
	t.Helper()
	var path string
	for _, name := range []string{"chromium", "chromium-browser", "google-chrome"} {
		if p, err := exec.LookPath(name); err == nil {
			path = p
			break
		}
	}
	if path == "" {
		if os.Getenv("CI") != "" {
			t.Fatal("no Chromium is installed")
		}
		t.Skip("no Chromium is installed")
	}
	options := append([]chromedp.ExecAllocatorOption{
		chromedp.ExecPath(path),
		chromedp.NoFirstRun, chromedp.NoSandbox, chromedp.Headless, chromedp.DisableGPU,
		chromedp.Flag("disable-quic", true),
		chromedp.Flag("disable-background-networking", true),
		chromedp.Flag("hide-scrollbars", true),
		chromedp.Flag("lang", "ja"),
		chromedp.UserAgent(sentinel),
		chromedp.WSURLReadTimeout(time.Minute),
	}, flags...)
	allocator, cancel := chromedp.NewExecAllocator(t.Context(), options...)
	t.Cleanup(cancel)
	tab, cancel := chromedp.NewContext(allocator)
	t.Cleanup(cancel)
	if err := chromedp.Do(tab); err != nil {
		t.Fatalf("Chromium does not start: %v", err)
	}
	return tab
}

// do runs the steps in the tab and fails the test where one of them does not
// come to its end within a minute.
func do(t *testing.T, tab context.Context, steps ...chromedp.Action[chromedp.Void]) {
	t.Helper()
	ctx, cancel := context.WithTimeout(tab, time.Minute)
	defer cancel()
	if err := chromedp.Do(ctx, steps...); err != nil {
		again, cancel := context.WithTimeout(tab, 10*time.Second)
		defer cancel()
		where, _ := chromedp.Run(again, chromedp.Evaluate[string](`location.href + "\n" + document.body.innerText`))
		t.Fatalf("%v\n%s", err, where)
	}
}

// ask is do for an action that gives a value.
func ask[T any](t *testing.T, tab context.Context, action chromedp.Action[T]) T {
	t.Helper()
	ctx, cancel := context.WithTimeout(tab, time.Minute)
	defer cancel()
	value, err := chromedp.Run(ctx, action)
	if err != nil {
		t.Fatal(err)
	}
	return value
}

// scripts turns JavaScript on or off in the tab.
func scripts(on bool) chromedp.Action[chromedp.Void] {
	return chromedp.Func(func(ctx context.Context, tab *chromedp.Target) error {
		_, err := cdp.Call(ctx, tab, emulation.SetScriptExecutionDisabled, emulation.SetScriptExecutionDisabledParams{Value: !on})
		return err
	})
}

// theme has the tab prefer "light" or "dark".
func theme(name string) chromedp.Action[chromedp.Void] {
	return chromedp.Func(func(ctx context.Context, tab *chromedp.Target) error {
		_, err := cdp.Call(ctx, tab, emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{
			Features: []*emulation.MediaFeature{{Name: "prefers-color-scheme", Value: name}},
		})
		return err
	})
}

// sentinel is what the browser calls itself in these tests: a name that must
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

func binary(t *testing.T, name string) string {
	t.Helper()
	dir, err := binaries()
	if err != nil {
		t.Fatal(err)
	}
	return filepath.Join(dir, name)
}

// start runs a command of ours in the project's root until the test ends, and
// returns the address it prints once it listens.
func start(t *testing.T, name string, args ...string) (address string, stop func()) {
	t.Helper()
	cmd := exec.Command(binary(t, name), args...)
	cmd.Dir = filepath.Join("..", "..")
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
			t.Errorf("%s %s: %v\n%s", name, args, err, said.String())
		}
	})
	t.Cleanup(stop)
	select {
	case address = <-lines:
	case <-time.After(2 * time.Minute):
	}
	if address == "" {
		cmd.Process.Kill()
		reader.Wait()
		t.Fatalf("%s %s does not listen:\n%s", name, args, said.String())
	}
	return address, stop
}

// command runs a command of ours to its end in the project's root.
func command(t *testing.T, name string, args ...string) {
	t.Helper()
	cmd := exec.Command(binary(t, name), args...)
	cmd.Dir = filepath.Join("..", "..")
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("%s %s: %v\n%s", name, args, err, out)
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
func within(t *testing.T, limit time.Duration, what string, done func() bool) {
	t.Helper()
	for deadline := time.Now().Add(limit); !done(); time.Sleep(50 * time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatalf("not within %v: %s", limit, what)
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
	tab := chromium(t)
	data := t.TempDir()
	address, stop := start(t, "site", "serve", "--addr", "127.0.0.1:0", "--data", data, "--clock", "2026-11-20T10:00:00+09:00")
	survey := fetchDefinition(t, address, "morale-2026")
	responses := filepath.Join(data, survey.ID, "responses.jsonl")

	for _, on := range []bool{true, false} {
		do(t, tab,
			scripts(on),
			chromedp.Navigate(address+"/surveys/morale-2026/"),
			chromedp.WaitVisible(chromedp.CSS("#form")),
		)
		for _, q := range survey.Questions {
			switch q.Kind {
			case "scale":
				do(t, tab, chromedp.Click(chromedp.CSS(fmt.Sprintf(`input[name=%q][value="4"]`, q.ID))))
			case "text":
				do(t, tab, chromedp.SendKeys(chromedp.CSS(fmt.Sprintf("textarea[name=%q]", q.ID)), "窓口の席を\nもう一つ増やしたい。𠮷"))
			}
		}
		do(t, tab,
			chromedp.Click(chromedp.CSS("#form button[type=submit]")),
			chromedp.WaitVisible(`//h1[contains(., "回答を受け取りました")]`),
		)
		if got, want := ask(t, tab, chromedp.Location()), address+"/surveys/morale-2026/thanks/"; got != want {
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
	within(t, 30*time.Second, "ten answers and ten texts are released", func() bool {
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
// measures, in a copy of the project so that the checkout stays as it is.
func TestRehearsal(t *testing.T) {
	if testing.Short() {
		t.Skip("builds the site and starts a browser")
	}
	tab := chromium(t)
	project := t.TempDir()
	for _, name := range []string{"content", "layouts", "static"} {
		if err := os.CopyFS(filepath.Join(project, name), os.DirFS(filepath.Join("..", "..", name))); err != nil {
			t.Fatal(err)
		}
	}
	config, err := os.ReadFile(filepath.Join("..", "..", "hugo.toml"))
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(project, "hugo.toml"), config, 0o644); err != nil {
		t.Fatal(err)
	}
	in := func(name string, args ...string) (string, error) {
		cmd := exec.Command(binary(t, name), args...)
		cmd.Dir = project
		out, err := cmd.CombinedOutput()
		return string(out), err
	}
	must := func(name string, args ...string) {
		t.Helper()
		if out, err := in(name, args...); err != nil {
			t.Fatalf("%s %s: %v\n%s", name, args, err, out)
		}
	}
	must("site", "build", "--destination", "public")
	must("collector", "rehearse", "morale-2026", "--answers", "120", "--data", "practice", "--site", "public")
	must("collector", "report", "--survey", "public/surveys/morale-2026/survey.json", "--data", "practice", "--out", "content/results/morale-2026")
	if out, err := in("site", "build", "--destination", "public"); err == nil {
		t.Errorf("a rehearsal's figures went through site build:\n%s", out)
	}

	cmd := exec.Command(binary(t, "site"), "serve", "--addr", "127.0.0.1:0", "--data", "data")
	cmd.Dir = project
	stderr, err := cmd.StderrPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	defer func() { cmd.Process.Signal(syscall.SIGTERM); cmd.Wait() }()
	var address string
	scanner := bufio.NewScanner(stderr)
	for address == "" && scanner.Scan() {
		address, _ = strings.CutPrefix(scanner.Text(), "listening on ")
		if !strings.HasPrefix(address, "http") {
			address = ""
		}
	}
	if address == "" {
		t.Fatal("site serve does not listen")
	}
	go io.Copy(io.Discard, stderr)

	do(t, tab, chromedp.Navigate(address+"/results/morale-2026/"))
	if text := ask(t, tab, chromedp.Text(chromedp.CSS("main"))); !strings.Contains(text, "練習用の数字") {
		t.Error("the results page does not say 練習用の数字")
	}
	for _, side := range []string{"s", "w"} {
		for i := range 5 {
			measure := fmt.Sprintf("%s%d", side, i+1)
			do(t, tab, chromedp.Navigate(address+"/results/morale-2026/"))
			onResults := ask(t, tab, chromedp.Evaluate[string](fmt.Sprintf(`[...document.querySelectorAll("main a[href*='/measures/%s/']")].map(a => a.closest("li, tr, section").innerText).join("\n")`, measure)))
			do(t, tab, chromedp.Navigate(address+"/measures/"+measure+"/"))
			onMeasure := ask(t, tab, chromedp.Evaluate[string](`(() => { let text = "", e = document.getElementById("latest").nextElementSibling; for (; e && e.tagName !== "H2"; e = e.nextElementSibling) text += e.innerText; return text })()`))
			for where, said := range map[string]string{"the results page": onResults, "the measure's page": onMeasure} {
				if !strings.Contains(said, "%") {
					t.Errorf("%s says no figure for %s: %q", where, measure, said)
				}
			}
		}
	}
}

// axe-core finds nothing on any kind of page, light and dark, on a phone and
// on a desk; and nothing sticks out sideways.
func TestAccessibility(t *testing.T) {
	if testing.Short() {
		t.Skip("builds the site and starts a browser")
	}
	axe, err := os.ReadFile(filepath.Join("..", "..", ".ci", "node_modules", "axe-core", "axe.min.js"))
	if err != nil {
		if os.Getenv("CI") != "" {
			t.Fatal(err)
		}
		t.Skip("axe-core is not installed: npm install --prefix .ci")
	}
	tab := chromium(t)
	address, _ := start(t, "site", "serve", "--addr", "127.0.0.1:0", "--data", t.TempDir(), "--clock", "2026-11-20T10:00:00+09:00")
	pages := []string{
		"/", "/plan/", "/plan/points/", "/plan/vision/", "/plan/all/", "/values/", "/values/citizens/", "/measures/", "/measures/s1/",
		"/training/", "/training/compliance/", "/knowledge/", "/knowledge/sample/", "/events/", "/events/sample/", "/area/", "/teams/", "/teams/genki-up/",
		"/dialogue/", "/proposals/", "/commendations/", "/notices/", "/surveys/", "/surveys/morale-2026/", "/surveys/morale-2026/thanks/",
		"/surveys/proposal-box/", "/results/", "/about/", "/about/accessibility/", "/no-such-page/",
	}
	for _, page := range pages {
		for _, width := range []int64{390, 1280} {
			for _, name := range []string{"light", "dark"} {
				do(t, tab,
					chromedp.EmulateViewport(width, 844),
					theme(name),
					chromedp.Navigate(address+page),
					chromedp.Evaluate[chromedp.Void](string(axe)),
				)
				if ask(t, tab, chromedp.Evaluate[bool](`document.documentElement.scrollWidth > document.documentElement.clientWidth`)) {
					t.Errorf("%s at %d px: the page is wider than the window", page, width)
				}
				found := ask(t, tab, chromedp.Evaluate[[]string](`axe.run(document, {resultTypes: ["violations"]}).then(r => r.violations.flatMap(v => v.nodes.map(n => v.id + ": " + n.target + ": " + n.failureSummary)))`, chromedp.EvalAwaitPromise))
				for _, f := range found {
					t.Errorf("%s at %d px, %s: %s", page, width, name, f)
				}
			}
		}
	}
}

// Every word of the diagram is at least 14 px high as rendered on a phone.
func TestDiagramIsLegibleOnAPhone(t *testing.T) {
	if testing.Short() {
		t.Skip("builds the site and starts a browser")
	}
	tab := chromium(t)
	address, _ := start(t, "site", "serve", "--addr", "127.0.0.1:0", "--data", t.TempDir(), "--clock", "2026-11-20T10:00:00+09:00")
	do(t, tab, chromedp.EmulateViewport(390, 844), chromedp.Navigate(address+"/plan/vision/"))
	count := ask(t, tab, chromedp.Evaluate[int](`document.querySelectorAll("svg.vision text").length`))
	small := ask(t, tab, chromedp.Evaluate[[]string](`(() => { const svg = document.querySelector("svg.vision"), scale = svg.getScreenCTM().a;
			return [...svg.querySelectorAll("text")].filter(t => parseFloat(getComputedStyle(t).fontSize) * scale < 14).map(t => t.textContent) })()`))
	if count == 0 || len(small) > 0 {
		t.Errorf("of %d words these are under 14 px: %q", count, small)
	}
}
