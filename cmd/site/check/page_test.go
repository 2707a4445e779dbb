package check

import (
	"bytes"
	"fmt"
	"maps"
	"os"
	"path"
	"regexp"
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/rogpeppe/go-internal/txtar"
)

// A page that cannot be read is one finding, on that page: others may count on
// it, whatever kind of page it is.
func TestOneMistakeIsOneFinding(t *testing.T) {
	project := laidOver(t, "../../..")
	owners := project["layouts/_data/owners.yaml"]
	owners.Data = regexp.MustCompile(`(?m)^  mailbox:.*`).ReplaceAll(owners.Data, []byte("  mailbox: office@example.jp"))
	morale := project["content/surveys/morale-2026/index.md"]
	morale.Data = bytes.Replace(morale.Data, []byte("headcount: {}"), []byte("headcount: {soumu: 10, chiiki: 10, madoguchi: 10, nenkin: 10, fukushi: 10, seikatsu: 10, kyoku: 10}"), 1)
	read := regexp.MustCompile(`(?m)^  reviewed: .*\n  review_by: .*`)
	for name, file := range project { // pages are read after today
		if path.Ext(name) != ".md" {
			continue
		}
		file.Data = read.ReplaceAll(file.Data, []byte("  reviewed: 2026-11-01\n  review_by: 2027-10-31"))
	}
	if _, got := run(t, project); got != "" {
		t.Fatal(got)
	}
	mistakes := map[string]func(page string) string{
		"no colon":        func(page string) string { return strings.Replace(page, "title: ", "title ", 1) },
		"open bracket":    func(page string) string { return strings.Replace(page, "description: ", "description: [", 1) },
		"open quote":      func(page string) string { return strings.Replace(page, "title: ", "title: \"", 1) },
		"tab":             func(page string) string { return strings.Replace(page, "\n  owner:", "\n\towner:", 1) },
		"twice":           func(page string) string { return strings.Replace(page, "\nparams:", "\ntitle: 二度め\nparams:", 1) },
		"never closed":    func(page string) string { return strings.Replace(page, "\n---\n", "\n--\n", 1) },
		"never opened":    func(page string) string { return strings.TrimPrefix(page, "---\n") },
		"open shortcode":  func(page string) string { return page + "\n{{< note \n" },
		"misspelt key":    func(page string) string { return strings.Replace(page, "\ntitle:", "\ntitel:", 1) },
		"misspelt param":  func(page string) string { return strings.Replace(page, "  reviewed:", "  reviwed:", 1) },
		"misspelt params": func(page string) string { return strings.Replace(page, "\nparams:", "\nparam:", 1) },
		"not indented": func(page string) string {
			head, body, _ := strings.Cut(page, "\n---\n")
			top, params, _ := strings.Cut(head, "\nparams:\n")
			return top + "\nparams:\n" + strings.ReplaceAll("\n"+params, "\n  ", "\n") + "\n---\n" + body
		},
	}
	for i, name := range slices.Sorted(maps.Keys(mistakes)) {
		mistake := mistakes[name]
		t.Run(name, func(t *testing.T) {
			seen := map[string]bool{}
			for _, file := range slices.Backward(slices.Sorted(maps.Keys(project))) { // pages before _index.md
				section := placed(file).section
				if !strings.HasPrefix(file, "content/") || path.Ext(file) != ".md" || seen[section] {
					continue
				}
				seen[section] = true
				if (i+len(seen))%4 > 0 { // all mistakes in all sections would take minutes
					continue
				}
				good := project[file]
				broken := mistake(string(good.Data))
				if broken == string(good.Data) {
					t.Fatalf("%s: no mistake made", file)
				}
				project[file] = &fstest.MapFile{Data: []byte(broken)}
				if findings, got := run(t, project); len(findings) != 1 || findings[0].File != file {
					t.Errorf("%s: want one finding there, got\n%s", file, got)
				}
				project[file] = good
			}
		})
	}
}

// Taking a page apart keeps every line where it is, and no text makes the check
// fall over or point to where nothing is.
func FuzzRun(f *testing.F) {
	project := small(f, txtar.File{Name: "layouts/_data/kept.yaml", Data: []byte("/measures/x/: [あい]")})
	for name, file := range project {
		if path.Ext(name) == ".md" {
			f.Add(file.Data)
			delete(project, name)
		}
	}
	for _, text := range []string{
		"", "---", "---\n---\n", "---\r\ntitle: あ\r\n---\r\n本文", "\ufeff---\ntitle: あ\n---\n", "\n\n---\na: b\n---\n", "--- \na: b\n---",
		"---\n? {a: b}\n: c\n---\n", "---\na: &x [*x]\n---\n", "---\n- a\n---\n", "---\n&a\n---\n", "+++\na = 1\n+++\n", "{\"a\":1}\n", "#+TITLE: a\n",
		"---\r\r\ra\r: :\n---\n", "---\na: b\n---\n{{< x", "---\na: b\n---\n{{</* x */>}}\n{{% y %}}**z**{{% /y %}}\n", "---\na: b\n---\n<!--more-->\n# **「あ」**い {#い}\n",
		"---\ntitle: あ**い**\nparams: {survey: [}\n---\n", "---\nparams:\n  changes: [a, {date: [b]}]\n  values: {c: d}\n---\n", "---\n: \xff**\nparams: {}\n---\n\xff**「あ」**い\n",
	} {
		f.Add([]byte(text))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		p := readPage("content/measures/x.md", data)
		if p.broken == nil {
			if len(p.source) != len(data) {
				t.Fatalf("%d bytes became %d", len(data), len(p.source))
			}
			for i, b := range p.source {
				if (b == '\n') != (data[i] == '\n') {
					t.Fatalf("byte %d: a line ends elsewhere", i)
				}
			}
		}
		project := maps.Clone(project)
		for _, name := range []string{"content/measures/x.md", "content/surveys/x/index.md", "content/results/x/results.json"} {
			project[name] = &fstest.MapFile{Data: data}
		}
		findings, _ := run(t, project)
		for _, f := range findings {
			data := data
			if other := project[f.File]; other != nil {
				data = other.Data // it leads to a page that is not there
			}
			lines := bytes.Split(data, []byte("\n"))
			if f.Line < 1 || f.Line > len(lines) || f.Column < 1 || f.Column > 1+len([]rune(string(lines[f.Line-1]))) {
				t.Errorf("%+v, in a file of %d lines", f, len(lines))
			}
			for _, e := range f.Fix {
				if e.Start < 0 || e.End < e.Start || e.End > len(data) {
					t.Errorf("%+v, in a file of %d bytes", f, len(data))
				}
			}
		}
		mend(t, project, findings)
	})
}

// The place of a key is its own, through lists, anchors and flow style, and
// columns count characters.
func TestPlaceOfKey(t *testing.T) {
	text := `---
title: あ
params:
  survey:
    questions:
      - id: one
        labels: &l [あ,
          b]
      - id: two
        labels: *l
      - {質問: 三つめ, labels: [c]}
---
本文の**「強調」**です
`
	for _, end := range []string{"\n", "\r\n"} {
		p := readPage("content/surveys/x/index.md", []byte(strings.ReplaceAll(text, "\n", end)))
		if p.broken != nil {
			t.Fatal("cannot be read")
		}
		for _, test := range []struct {
			want, path string
		}{
			{"2:1", ""},
			{"2:1", "title"},
			{"2:1", "nowhere"},
			{"3:1", "params.nowhere"},
			{"4:3", "params.survey"},
			{"6:9", "params.survey.questions[0]"},
			{"6:9", "params.survey.questions[0].id"},
			{"7:9", "params.survey.questions[0].labels"},
			{"8:11", "params.survey.questions[0].labels[1]"},
			{"9:9", "params.survey.questions[1].kind"},
			{"10:9", "params.survey.questions[1].labels[0]"},
			{"11:28", "params.survey.questions[2].labels[0]"},
			{"5:5", "params.survey.questions[9]"},
		} {
			at := p.key(test.path)
			if got := fmt.Sprintf("%d:%d", at.line, at.column); got != test.want {
				t.Errorf("%s: %s, want %s", test.path, got, test.want)
			}
		}
		if at := p.at(bytes.Index(p.data, []byte("**"))); at.line != 13 || at.column != 4 {
			t.Errorf("bytes: %+v", at)
		}
	}
}

// The check and the build call the same characters full-width.
func TestFullWidth(t *testing.T) {
	layout, err := os.ReadFile("../../../layouts/_partials/joined.html")
	if err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(string(layout), "`"+full+"`") {
		t.Errorf("joined.html does not have %s", full)
	}
}
