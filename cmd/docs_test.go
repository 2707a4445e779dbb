// Package cmd holds no code: its test types what the documents say.
package cmd

import (
	"bufio"
	"bytes"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"syscall"
	"testing"
)

// documents are those that show people what to type.
var documents = []string{"*.md", "content/about/*.md", "content/about/editing/*.md", "cmd/collector/install/*.md"}

// typed is a line that somebody is to type, in a block of code. In the middle of
// a sentence it is one if it stands as it is typed in the project's folder:
// `site check` there is the name of a command.
var (
	typed    = regexp.MustCompile(`^(?:[A-Z_]+=\S+ )*(?:bin/\S+|site|collector|go|npm|\.ci/run)(?: |$)`)
	sentence = regexp.MustCompile("`((?:go|npm|bin/\\w+) [^`]+)`")
)

// notTyped are lines that are left out, by their beginning.
var notTyped = []struct{ line, why string }{
	{"go test", "this is one of the tests, and a benchmark takes minutes"},
	{"npm", "it asks the internet"},
	{".ci/run", "it runs this test"},
}

// meanwhile is what the text around a line has somebody do before it, by the
// beginning of the line, in the order of the document; each once. Before "" it is
// done when all lines have been typed.
var meanwhile = map[string][]deed{
	"content/about/editing.md": {{"go run ./cmd/site serve", writePage}},
	"content/about/keys.md": {
		{"site build", writeSealedTo},
		{"collector report --survey public/surveys/morale-2026/survey.json --data data ", bringData},
	},
	"content/about/surveys.md": surveyYear,
}

type deed struct {
	line string
	do   func(t *testing.T, project string)
}

func TestDocuments(t *testing.T) {
	if testing.Short() {
		t.Skip("builds both programs")
	}
	// One folder after the other, under one name: Go compiles once for all.
	project, programs := filepath.Join(t.TempDir(), "project"), t.TempDir()
	t.Setenv("PATH", programs+string(filepath.ListSeparator)+os.Getenv("PATH"))
	t.Setenv("TMPDIR", t.TempDir())
	copyProject(t, project)
	typeLine(t, project, "go build -o "+programs+" ./cmd/site ./cmd/collector")
	for _, pattern := range documents {
		names, err := filepath.Glob("../" + pattern)
		if err != nil {
			t.Fatal(err)
		}
		for _, name := range names {
			lines := linesOf(t, name)
			if len(lines) == 0 {
				continue
			}
			document := strings.TrimPrefix(filepath.ToSlash(name), "../")
			t.Run(document, func(t *testing.T) {
				copyProject(t, project)
				deeds := meanwhile[document]
				for _, line := range append(lines, "") {
					if document == "content/about/surveys.md" {
						line = years.Replace(line)
					}
					if len(deeds) > 0 && strings.HasPrefix(line, deeds[0].line) && (line == "") == (deeds[0].line == "") {
						deeds[0].do(t, project)
						deeds = deeds[1:]
					}
					if line != "" {
						typeLine(t, project, line)
					}
				}
				if len(deeds) > 0 {
					t.Errorf("the document no longer says %q", deeds[0].line)
				}
			})
		}
	}
}

// linesOf returns what a document has people type, in its order.
func linesOf(t *testing.T, name string) (lines []string) {
	text, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	inBlock := false
	for line := range strings.Lines(string(text)) {
		line = strings.TrimSpace(line)
		switch {
		case strings.HasPrefix(line, "```"):
			inBlock = !inBlock
		case inBlock && typed.MatchString(line):
			lines = append(lines, line)
		case !inBlock:
			for _, m := range sentence.FindAllStringSubmatch(line, -1) {
				lines = append(lines, m[1])
			}
		}
	}
	return lines
}

func copyProject(t *testing.T, project string) {
	t.Helper()
	if err := os.RemoveAll(project); err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"cmd", "collector", "content", "layouts", "static"} {
		if err := os.CopyFS(filepath.Join(project, name), os.DirFS(filepath.Join("..", name))); err != nil {
			t.Fatal(err)
		}
	}
	for _, name := range []string{"go.mod", "go.sum", "hugo.toml"} {
		data, err := os.ReadFile(filepath.Join("..", name))
		if err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(project, name), data, 0o666); err != nil {
			t.Fatal(err)
		}
	}
}

var address = regexp.MustCompile(` --addr \S+`)

// typeLine wants a line to end well. One that serves is asked for the home page,
// on a port that is free, and stopped with Ctrl-C.
func typeLine(t *testing.T, project, line string) {
	for _, left := range notTyped {
		if strings.HasPrefix(line, left.line) {
			t.Logf("not typed: %s (%s)", line, left.why)
			return
		}
	}
	t.Run(line, func(t *testing.T) {
		command, _, _ := strings.Cut(line, " #")
		serves := strings.Contains(command, " serve")
		switch {
		case serves:
			command = "exec " + address.ReplaceAllString(command, "") + " --addr 127.0.0.1:0"
		case strings.HasPrefix(command, "collector status"): // of the service that surveyYear has run
			command += " --addr " + service
		}
		shell := exec.CommandContext(t.Context(), "sh", "-c", command)
		shell.Dir = project
		shell.SysProcAttr = &syscall.SysProcAttr{Setpgid: true} // a terminal sends Ctrl-C to all of a line
		said, w, err := os.Pipe()
		if err != nil {
			t.Fatal(err)
		}
		defer said.Close()
		shell.Stdout, shell.Stderr = w, w
		err = shell.Start()
		w.Close()
		if err != nil {
			t.Fatal(err)
		}
		var all bytes.Buffer
		stopped := false
		output := bufio.NewScanner(said)
		for output.Scan() {
			all.WriteString(output.Text() + "\n")
			if url, ok := strings.CutPrefix(output.Text(), "listening on "); ok && serves {
				stopped = true
				if page, err := http.Get(url); err != nil || page.StatusCode != http.StatusOK {
					t.Errorf("the home page: %v, %v", page, err)
				} else {
					page.Body.Close()
				}
				syscall.Kill(-shell.Process.Pid, syscall.SIGINT)
			}
		}
		err = shell.Wait()
		if stopped && strings.HasPrefix(command, "exec go run") {
			err = nil // go has status 1 after Ctrl-C, whatever the program's is
		}
		if err != nil || serves && !stopped {
			t.Errorf("%v\n%s", err, &all)
		}
	})
}

// writePage fills in the page that site new has made.
func writePage(t *testing.T, project string) {
	const page = `---
title: 花見
description: 花見に来た人を、道に迷わせずに案内できます。
weight: 90
params:
  owner: 地域担当
  reviewed: 2026-11-01
  review_by: 2027-10-31
  start: 2027-04-03T10:00:00+09:00
  end: 2027-04-03T15:00:00+09:00
  place: 記入例の公園
  contact: 地域担当
---
## この日にすること {#what}

記入例です。
`
	name := filepath.Join(project, "content", "events", "hanami-2027.md")
	if _, err := os.Stat(name); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(name, []byte(page), 0o666); err != nil {
		t.Fatal(err)
	}
}

// writeSealedTo puts the public key of key.txt into the survey.
func writeSealedTo(t *testing.T, project string) {
	key, err := os.ReadFile(filepath.Join(project, "key.txt"))
	if err != nil {
		t.Fatal(err)
	}
	public := regexp.MustCompile(`age1\w+`).Find(key)
	name := filepath.Join(project, "content", "surveys", "morale-2026", "index.md")
	page, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	sealedTo := regexp.MustCompile(`(?m)^( *sealed_to:).*$`)
	if public == nil || !sealedTo.Match(page) {
		t.Fatal("no key, or no place for it")
	}
	if err := os.WriteFile(name, sealedTo.ReplaceAll(page, append([]byte("$1 "), public...)), 0o666); err != nil {
		t.Fatal(err)
	}
}

// bringData is the administrator who brings the answers of a survey that has
// closed. Those of the rehearsal do: they are sealed to the same key.
func bringData(t *testing.T, project string) {
	if err := os.Rename(filepath.Join(project, "practice"), filepath.Join(project, "data")); err != nil {
		t.Fatal(err)
	}
}
