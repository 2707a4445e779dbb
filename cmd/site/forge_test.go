package main

// What a forge does with a proposal: the steps of its files are typed as it would
// type them, in a clone with a good branch and a bad one.

import (
	"bytes"
	"encoding/json"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/chromedp/chromedp"
	"github.com/goccy/go-yaml"

	"staffplan/cmd/internal/browser"
)

// step is one of a workflow's.
type step struct {
	ID, If, Uses, Run string
}

type workflow struct {
	On   map[string]any
	Jobs map[string]struct{ Steps []step }
}

func readWorkflow(t *testing.T, name string) (w workflow) {
	t.Helper()
	data, err := os.ReadFile("../../.github/workflows/" + name)
	if err == nil {
		err = yaml.Unmarshal(data, &w)
	}
	if err != nil {
		t.Fatal(err)
	}
	return w
}

// proposal is a clone with a branch that adds one page, as a forge checks it out.
// The built program stands in it, as it comes from the cache: there is no Go.
func proposal(t *testing.T, page string) (clone string) {
	t.Helper()
	project, origin := projectCopy(t), filepath.Join(t.TempDir(), "origin")
	shell(t, "../..", "mkdir "+project+"/.ci && cp -p .ci/base .ci/pages "+project+"/.ci && cp .gitignore "+project)
	clone = filepath.Join(t.TempDir(), "clone")
	for _, line := range []string{
		"git -C " + project + " init -q -b main",
		"git -C " + project + " add -A",
		"git -C " + project + " -c user.name=n -c user.email=n@example.jp commit -q -m main",
		"git clone -q --bare " + project + " " + origin,
		"git clone -q " + origin + " " + clone,
		"git -C " + clone + " switch -q -c proposed",
	} {
		shell(t, ".", line)
	}
	if err := os.WriteFile(filepath.Join(clone, "content", "area", "park.md"), []byte(page), 0o666); err != nil {
		t.Fatal(err)
	}
	shell(t, clone, "git add -A && git -c user.name=n -c user.email=n@example.jp commit -q -m 公園")
	site, err := exec.LookPath("site")
	if err == nil {
		err = os.Symlink(site, filepath.Join(clone, ".ci", "site"))
	}
	if err != nil {
		t.Fatal(err)
	}
	return clone
}

func shell(t *testing.T, dir, line string, env ...string) string {
	t.Helper()
	out, err := sh(dir, line, env...)
	if err != nil {
		t.Fatalf("%s: %v\n%s", line, err, out)
	}
	return out
}

// sh types a line as a forge does, with no Go on the path.
func sh(dir, line string, env ...string) (out string, err error) {
	cmd := exec.Command("bash", "--noprofile", "--norc", "-eo", "pipefail", "-c", line)
	cmd.Dir = dir
	var path []string
	for _, folder := range filepath.SplitList(os.Getenv("PATH")) {
		if _, err := os.Stat(filepath.Join(folder, "go")); err != nil {
			path = append(path, folder)
		}
	}
	cmd.Env = append(os.Environ(), append(env, "PATH="+strings.Join(path, string(filepath.ListSeparator)))...)
	said, err := cmd.CombinedOutput()
	return string(said), err
}

const (
	goodPage = "---\ntitle: 公園の道\ndescription: 公園の道が分かります。\nparams:\n  owner: 地域担当\n  reviewed: 2026-11-01\n  review_by: 2027-10-31\n  updated: 2026-11-01\n  topic: 公園\n---\n公園の道です。\n"
	badPage  = goodPage + "\n[地図](/area/map/)を見てください。\n"
)

// A page alone needs no Go; a bad one is named at its line; both are shown.
func TestPages(t *testing.T) {
	if testing.Short() {
		t.Skip("builds the site")
	}
	t.Parallel()
	steps := readWorkflow(t, "pages.yml").Jobs["pages"].Steps
	drawing, err := os.ReadFile("../../static/assets/svg/forge-check.svg")
	if err != nil {
		t.Fatal(err)
	}
	drawn := regexp.MustCompile(`<[^>]*>`).ReplaceAllString(string(drawing), "")
	for _, branch := range []struct {
		name, page string
		bad        bool
	}{{"good", goodPage, false}, {"bad", badPage, true}} {
		t.Run(branch.name, func(t *testing.T) {
			clone := proposal(t, branch.page)
			summary := filepath.Join(t.TempDir(), "summary.md")
			var said string
			var failed bool
			for _, step := range steps {
				switch {
				case step.Run == "" || failed:
				case step.If == "runner.environment == 'github-hosted'": // the font is here
				case step.If != "":
					t.Errorf("nobody knows whether %q holds", step.If)
				default:
					out, err := sh(clone, step.Run, "GITHUB_ACTIONS=true", "GITHUB_BASE_REF=main", "GITHUB_STEP_SUMMARY="+summary, "BASE_URL=")
					said += out
					failed = err != nil
				}
			}
			if failed != branch.bad {
				t.Errorf("fails: %t\n%s", failed, said)
			}
			if at := "::error file=content/area/park.md,line=13,col=1::"; strings.Contains(said, at) != branch.bad {
				t.Errorf("%s: %t, want %t, in\n%s", at, !branch.bad, branch.bad, said)
			}
			if message := "リンク先 /area/map/: このページはありません。つづりを確かめてください。"; strings.Contains(said, message) != branch.bad || !strings.Contains(drawn, strings.Replace(message, ": ", ":", 1)) {
				t.Errorf("the drawing in /about/editing/ does not say what the check does:\n%s", said)
			}
			if text, err := os.ReadFile(summary); err != nil || strings.Contains(string(text), "/area/map/") != branch.bad || !strings.Contains(string(text), "- `/area/park/` ") {
				t.Errorf("the summary: %v\n%s", err, text)
			}
		})
	}
}

// The artifact is for people who have a browser and nothing else. The pictures in
// /about/editing/ are of it; UPDATE=1 takes them anew.
func TestPreview(t *testing.T) {
	if testing.Short() {
		t.Skip("builds the site and starts a browser")
	}
	t.Parallel()
	tab := browser.Start(t)
	clone := proposal(t, goodPage)
	shell(t, clone, `sed -i 's|edit = ""|edit = "https://git.example.jp/plan/edit/main/{path}"|' hugo.toml && echo 朝は清掃をしています。 >> content/area/_index.md && git -c user.name=n -c user.email=n@example.jp commit -qam x && .ci/pages`)
	keep := func(name string, picture chromedp.Action[[]byte]) {
		if os.Getenv("UPDATE") == "" {
			return
		}
		dir := "../../static/files/about/editing"
		if err := errors.Join(os.MkdirAll(dir, 0o777), os.WriteFile(filepath.Join(dir, name), browser.Ask(t, tab, picture), 0o666)); err != nil {
			t.Fatal(err)
		}
	}
	browser.Do(t, tab, chromedp.EmulateViewport(720, 680), chromedp.Navigate("file://"+filepath.Join(clone, "preview", "index.html")))
	want := []string{"地域情報", "いまのページ", "直したあと", "公園の道（新しいページ）", "直したあと"}
	if got := browser.Ask(t, tab, chromedp.Evaluate[[]string](`[...document.querySelectorAll("h2, img")].map(e => e.matches("img") ? e.complete && e.naturalWidth ? e.previousSibling.innerText : "no picture" : e.innerText.replace("｜職員力向上基本プラン", ""))`)); !slices.Equal(got, want) {
		t.Errorf("shown: %q, want %q", got, want)
	}
	keep("preview.png", chromedp.CaptureScreenshot())
	browser.Do(t, tab, chromedp.Click(chromedp.CSS("h2 + div + h2 a")), chromedp.WaitVisible(chromedp.CSS("main h1")))
	if fonts := browser.Ask(t, tab, chromedp.Evaluate[string](`getComputedStyle(document.body).fontFamily`)); !strings.Contains(fonts, "Noto Sans") {
		t.Errorf("from a disk the page has no style: %s", fonts)
	}
	keep("foot.png", chromedp.Screenshot(chromedp.CSS(".page-foot")))
	browser.Do(t, tab, chromedp.Click(chromedp.CSS(`main a[href$="area/index.html"]`)), chromedp.WaitVisible(chromedp.CSS(`main a[href$="area/park/index.html"]`)))
}

// .ci/run is for changes of anything but pages.
func TestChangedCode(t *testing.T) {
	if testing.Short() {
		t.Skip("makes a clone")
	}
	t.Parallel()
	steps := readWorkflow(t, "check.yml").Jobs["check"].Steps
	clone := proposal(t, goodPage)
	output := filepath.Join(t.TempDir(), "output")
	changed := func() string {
		if err := os.WriteFile(output, nil, 0o666); err != nil {
			t.Fatal(err)
		}
		for _, step := range steps {
			if step.ID == "changed" {
				shell(t, clone, step.Run, "GITHUB_BASE_REF=main", "GITHUB_OUTPUT="+output)
			}
		}
		data, _ := os.ReadFile(output)
		return string(data)
	}
	if got := changed(); got != "" {
		t.Errorf("a page alone: %q", got)
	}
	shell(t, clone, "echo >> layouts/404.html && git -c user.name=n -c user.email=n@example.jp commit -qam x")
	if got := changed(); got != "code=true\n" {
		t.Errorf("a template: %q", got)
	}
	for _, step := range steps {
		if strings.Contains(step.Run, ".ci/run") && step.If != "steps.changed.outputs.code" {
			t.Errorf(".ci/run runs if %q", step.If)
		}
	}
}

// What others wrote runs at a commit that cannot become another; and a proposal
// is never run with what a repository keeps to itself.
func TestPinned(t *testing.T) {
	pinned := regexp.MustCompile(`^actions/[a-z-]+@[0-9a-f]{40}$`)
	for _, name := range []string{"pages.yml", "check.yml"} {
		w := readWorkflow(t, name)
		for _, job := range w.Jobs {
			for _, step := range job.Steps {
				if step.Uses != "" && !pinned.MatchString(step.Uses) {
					t.Errorf("%s: %s", name, step.Uses)
				}
			}
		}
		if _, there := w.On["pull_request_target"]; there || w.On == nil {
			t.Errorf("%s runs on %v", name, w.On)
		}
	}
}

// GitLab reads the findings from a file that its own file names.
func TestGitLab(t *testing.T) {
	if testing.Short() {
		t.Skip("builds the site")
	}
	t.Parallel()
	data, err := os.ReadFile("../../.gitlab-ci.yml")
	if err != nil {
		t.Fatal(err)
	}
	var jobs struct {
		Preview struct {
			Script    string
			Artifacts struct {
				Paths   []string
				Reports struct{ Codequality string }
			}
		}
		Pages struct{ Script string }
	}
	if err := yaml.Unmarshal(data, &jobs); err != nil {
		t.Fatal(err)
	}
	clone := proposal(t, badPage)
	if out, err := sh(clone, jobs.Preview.Script, "CI_MERGE_REQUEST_TARGET_BRANCH_NAME=main"); err == nil || !strings.Contains(out, "content/area/park.md:13:1: ") {
		t.Errorf("%v\n%s", err, out)
	}
	var findings []struct {
		Location struct {
			Path  string
			Lines struct{ Begin int }
		}
		Fingerprint, Severity string
	}
	file := filepath.Join(clone, jobs.Preview.Artifacts.Reports.Codequality)
	if report, err := os.ReadFile(file); err != nil || json.Unmarshal(report, &findings) != nil {
		t.Fatalf("%s: %v\n%s", file, err, report)
	}
	found := false
	for _, f := range findings {
		found = found || f.Location.Path == "content/area/park.md" && f.Location.Lines.Begin == 13 && f.Severity == "major"
	}
	if !found {
		t.Errorf("findings: %+v", findings)
	}
	for _, name := range jobs.Preview.Artifacts.Paths {
		if _, err := os.Stat(filepath.Join(clone, name)); err != nil {
			t.Error(err)
		}
	}

	clone = proposal(t, goodPage)
	shell(t, clone, jobs.Pages.Script, "CI_PAGES_URL=https://plan.example/staff")
	if page, err := os.ReadFile(filepath.Join(clone, "public", "area", "park", "index.html")); err != nil || !bytes.Contains(page, []byte(`href="/staff/area/"`)) {
		t.Errorf("public: %v", err)
	}
	ours, _ := os.ReadFile("../../.github/pull_request_template.md")
	if theirs, err := os.ReadFile("../../.gitlab/merge_request_templates/Default.md"); err != nil || !bytes.Equal(theirs, ours) {
		t.Errorf("the two forges ask for other things: %v", err)
	}
}
