package cmd

// What happens between the lines of the guide to surveys (content/about/surveys.md):
// the year of a survey, with what its officer, the operator and the staff do.

import (
	"bufio"
	"bytes"
	"encoding/json"
	"fmt"
	"html"
	"math/rand/v2"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"staffplan/collector/report"
)

// The guide's survey is of 2027. Once that has begun the test types a later year:
// slips are made only for a survey that is not over.
var (
	year  = time.Now().Year() + 1
	years = strings.NewReplacer("2027", strconv.Itoa(year), "2028", strconv.Itoa(year+1))
)

var surveyYear = []deed{
	{"site new survey", publishYearBefore},
	{"site check", writeSurvey},
	{"site build", undraft},
	{"site check", tidyRehearsal},
	{"collector status", answer},
	{"collector report", closeSurvey},
	{"collector report", decide},
	{"site check", writeFindings},
	{"", comparePublished},
}

// service is where the collector listens while the survey is open.
var service string

// edit changes a file of the project.
func edit(t *testing.T, project, name string, oldnew ...string) {
	t.Helper()
	file := filepath.Join(project, years.Replace(name))
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	for i := range oldnew {
		oldnew[i] = years.Replace(oldnew[i])
	}
	for i := 0; i < len(oldnew); i += 2 {
		if !bytes.Contains(text, []byte(oldnew[i])) {
			t.Fatalf("%s has no %q", name, oldnew[i])
		}
	}
	if err := os.WriteFile(file, []byte(strings.NewReplacer(oldnew...).Replace(string(text))), 0o666); err != nil {
		t.Fatal(err)
	}
}

func remove(t *testing.T, project string, names ...string) {
	t.Helper()
	for _, name := range names {
		file := filepath.Join(project, years.Replace(name))
		if _, err := os.Stat(file); err != nil {
			t.Errorf("the guide has one delete what is not there: %v", err)
		}
		if err := os.RemoveAll(file); err != nil {
			t.Fatal(err)
		}
	}
}

const toWrite = "〔ここに書く〕"

// publishYearBefore has rehearsed answers stand for those of the year before: its
// results are there when the guide begins.
func publishYearBefore(t *testing.T, project string) {
	typeLine(t, project, "site build")
	typeLine(t, project, "collector rehearse morale-2026 --answers 180 --data before")
	remove(t, project, "before/rehearsal")
	typeLine(t, project, "collector report --survey public/surveys/morale-2026/survey.json --data before --out content/results/morale-2026")
	edit(t, project, "content/results/morale-2026/index.md", toWrite, "")
	remove(t, project, "before", "morale-2026-comments.txt")
}

// writeSurvey decides what is to be decided: slips, and how many are asked.
func writeSurvey(t *testing.T, project string) {
	edit(t, project, "content/surveys/morale-2027/index.md", "access: open", "access: ticket",
		"headcount: {}", "headcount: {soumu: 40, chiiki: 40, madoguchi: 40, nenkin: 40, fukushi: 50, seikatsu: 50, kyoku: 40}")
}

func undraft(t *testing.T, project string) {
	edit(t, project, "content/surveys/morale-2027/index.md", "draft: true\n", "")
}

// tidyRehearsal deletes what the rehearsals have left.
func tidyRehearsal(t *testing.T, project string) {
	remove(t, project, "trial", "practice", "content/results/morale-2027", "morale-2027-comments.txt")
}

// serve runs the service from a moment on.
func serve(t *testing.T, project, clock string) (addr string, stop func()) {
	t.Helper()
	program := exec.Command("collector", "serve", "--addr", "127.0.0.1:0", "--clock", years.Replace(clock))
	program.Dir = project
	said, err := program.StderrPipe()
	if err == nil {
		err = program.Start()
	}
	if err != nil {
		t.Fatal(err)
	}
	var all strings.Builder
	lines := bufio.NewScanner(said)
	for addr == "" && lines.Scan() {
		all.WriteString(lines.Text() + "\n")
		addr, _ = strings.CutPrefix(lines.Text(), "listening on http://")
		if addr == lines.Text() {
			addr = ""
		}
	}
	if addr == "" {
		t.Fatalf("the collector does not serve:\n%s", &all)
	}
	go func() {
		for lines.Scan() {
		}
	}()
	return addr, func() {
		program.Process.Signal(syscall.SIGTERM)
		program.Wait()
	}
}

var stopService func()

// answer has 200 people answer, each with a slip, on the evening before somebody
// asks how many there are.
func answer(t *testing.T, project string) {
	slips, err := os.ReadFile(filepath.Join(project, "slips.html"))
	if err != nil {
		t.Fatal(err)
	}
	codes := regexp.MustCompile(`<p class="code">([^<]+)</p>`).FindAllSubmatch(slips, -1)
	if len(codes) != 200 {
		t.Fatalf("%d slips", len(codes))
	}
	remove(t, project, "slips.html")
	data, err := os.ReadFile(filepath.Join(project, years.Replace("public/surveys/morale-2027/survey.json")))
	if err != nil {
		t.Fatal(err)
	}
	var asked struct {
		Questions []struct {
			ID, Kind string
			Labels   []string
			Options  []struct{ Value string }
		}
	}
	if err := json.Unmarshal(data, &asked); err != nil {
		t.Fatal(err)
	}
	service, stopService = serve(t, project, "2027-11-10T23:59:40+09:00")
	random := rand.New(rand.NewPCG(1, 2))
	for i, code := range codes {
		given := map[string]any{"ticket": string(code[1])}
		for _, q := range asked.Questions {
			switch {
			case q.Kind == "scale":
				given[q.ID] = 1 + random.IntN(len(q.Labels))
			case q.Kind == "choice":
				given[q.ID] = q.Options[i%len(q.Options)].Value
			case i%5 == 0:
				given[q.ID] = fmt.Sprintf("記入例の意見（%d）です。", i)
			}
		}
		body, err := json.Marshal(given)
		if err != nil {
			t.Fatal(err)
		}
		reply, err := http.Post("http://"+service+"/answers/"+years.Replace("morale-2027"), "application/json", bytes.NewReader(body))
		if err != nil {
			t.Fatal(err)
		}
		reply.Body.Close()
		if reply.StatusCode != http.StatusCreated {
			t.Fatalf("answer %d: %s", i, reply.Status)
		}
	}
	waitFor(t, "the count of midnight", func() bool {
		reply, err := http.Get("http://" + service + "/surveys/" + years.Replace("morale-2027") + "/answered.json")
		if err != nil {
			return false
		}
		reply.Body.Close()
		return reply.StatusCode == http.StatusOK
	})
}

func waitFor(t *testing.T, what string, done func() bool) {
	t.Helper()
	for range 600 {
		if done() {
			return
		}
		time.Sleep(100 * time.Millisecond)
	}
	t.Fatalf("not within a minute: %s", what)
}

// closeSurvey lets the month pass.
func closeSurvey(t *testing.T, project string) {
	stopService()
	_, stop := serve(t, project, "2027-12-01T09:00:00+09:00")
	defer stop()
	waitFor(t, "the survey's closing", func() bool {
		_, err := os.Stat(filepath.Join(project, years.Replace("data/morale-2027/closed")))
		return err == nil
	})
}

// decide publishes every text.
func decide(t *testing.T, project string) {
	edit(t, project, "morale-2027-comments.txt", "\n決定：\n", "\n決定：載せる\n")
}

// writeFindings writes what the figures say, and what will be changed.
func writeFindings(t *testing.T, project string) {
	guide, err := os.ReadFile("../content/about/surveys.md")
	if err != nil {
		t.Fatal(err)
	}
	actions := regexp.MustCompile(`(?m)^  actions:\n(    - .*\n)+`).Find(guide) // as the guide shows them
	if actions == nil {
		t.Fatal("the guide shows no actions")
	}
	edit(t, project, "content/results/morale-2027/index.md", toWrite, "（記入例）", "  survey: morale-2027\n", "  survey: morale-2027\n"+string(actions))
}

// comparePublished wants the published page to show the figures of results.json.
func comparePublished(t *testing.T, project string) {
	data, err := os.ReadFile(filepath.Join(project, years.Replace("content/results/morale-2027/results.json")))
	if err != nil {
		t.Fatal(err)
	}
	results, err := report.Parse(data)
	if err != nil {
		t.Fatal(err)
	}
	page, err := os.ReadFile(filepath.Join(project, years.Replace("public/results/morale-2027/index.html")))
	if err != nil {
		t.Fatal(err)
	}
	said := html.UnescapeString(regexp.MustCompile(`<[^>]*>`).ReplaceAllString(string(page), ""))
	want := func(format string, args ...any) {
		if words := fmt.Sprintf(format, args...); !strings.Contains(said, words) {
			t.Errorf("the page does not say %q", words)
		}
	}
	if results.Rehearsal || results.Responses != 200 || results.Headcount != 300 || results.Previous != "morale-2026" || len(results.Comments) == 0 || len(results.Comments[0].Texts) != 40 {
		t.Errorf("the results are %+v", results)
	}
	want("%d人 対象の%d人のうち%.1f%%", results.Responses, results.Headcount, 100*float64(results.Responses)/float64(results.Headcount))
	for _, q := range results.Questions {
		if q.Favourable != nil {
			want("%.1f%% （%.1f〜%.1f）", *q.Favourable, *q.Low, *q.High)
			want("平均 %.1f", *q.Mean)
		}
		if q.Change != nil {
			want("%sポイント", strings.TrimPrefix(strconv.FormatFloat(*q.Change, 'f', 1, 64), "-"))
		}
	}
	for _, theme := range results.Themes {
		want("%.1f点", *theme.Index)
	}
	for _, m := range results.Measures {
		want("%.1f%%", *m.Favourable)
	}
	for _, g := range results.Groups {
		if !g.Suppressed {
			want("%d〜%d人", g.Size.From, g.Size.To)
			want("回答率%d〜%d%%", g.Rate.From, g.Rate.To)
		}
	}
	want("記入例の意見（0）です。")
	want("研修を二回に分けます。")
	if strings.Contains(said, "練習用の数字") {
		t.Error("the page says 練習用の数字")
	}
}
