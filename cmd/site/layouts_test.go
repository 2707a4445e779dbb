package main

// What the layouts make of a small made-up site with a page of every kind, in
// testdata/layouts: content.txtar is the site, want.txt the pages as they
// came out when somebody last looked at them. A change of a template is meant
// to show there; UPDATE=1 go test -run TestLayouts writes it anew, and the
// difference says what readers will see of it.

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/rogpeppe/go-internal/diff"
	"github.com/rogpeppe/go-internal/txtar"
	"golang.org/x/net/html"
)

// layoutsProject returns a folder with the project's layouts and stylesheets
// and the content of txtar files, laid over one another.
func layoutsProject(t *testing.T, archives ...string) (dir string) {
	t.Helper()
	dir = projectCopy(t)
	if err := os.RemoveAll(filepath.Join(dir, "content")); err != nil {
		t.Fatal(err)
	}
	for _, name := range archives {
		a, err := txtar.ParseFile(filepath.Join("testdata/layouts", name))
		if err != nil {
			t.Fatal(err)
		}
		for _, f := range a.Files {
			file := filepath.Join(dir, f.Name)
			if err := errors.Join(os.MkdirAll(filepath.Dir(file), 0o777), os.WriteFile(file, f.Data, 0o666)); err != nil {
				t.Fatal(err)
			}
		}
	}
	return dir
}

// hugoBuild builds a project as `site serve` shows it: drafts and made-up
// figures are in it. Unless more says otherwise it is a day in November 2026,
// on which a survey of testdata/layouts takes answers.
func hugoBuild(t *testing.T, dir string, more ...string) (public string, trouble []string, err error) {
	t.Helper()
	public = filepath.Join(dir, "public")
	args := append([]string{"build", "--noBuildLock", "--printPathWarnings",
		"--destination", public, "--baseURL", published, "--clock", "2026-11-20T10:00:00+09:00"}, more...)
	err = runHugo(dir, func(line string) { trouble = append(trouble, line) }, args...)
	return public, trouble, err
}

func TestLayouts(t *testing.T) {
	if testing.Short() {
		t.Skip("builds a site")
	}
	public, trouble, err := hugoBuild(t, layoutsProject(t, "content.txtar"), "--environment", "development", "--buildDrafts")
	if err != nil || len(trouble) > 0 {
		t.Fatalf("%v\n%s", err, strings.Join(trouble, "\n"))
	}
	s, err := readSite(public)
	if err != nil {
		t.Fatal(err)
	}
	for _, ul := range s.pages["/results/"].elements("ul") {
		if class, _ := attribute(ul, "class"); class == "contents" && !slices.Equal(links(ul), []string{"pulse", "box", "spring"}) {
			t.Errorf("the results are not listed newest first: %v", links(ul))
		}
	}
	var got strings.Builder
	frame := map[string]bool{} // what stands around the home page, told once
	s.each(func(p *builtPage) {
		fmt.Fprintf(&got, "== %s\n", p.address)
		html, main := p.elements("html")[0], p.elements("main")[0]
		main.Parent.RemoveChild(main)
		around := strings.SplitAfter(outline(html, 0), "\n")
		for _, line := range around {
			if !frame[line] {
				got.WriteString(line)
			}
		}
		if p.address == "/" {
			for _, line := range around {
				frame[line] = true
			}
		}
		got.WriteString(outline(main, 0))
	})
	compare(t, "want.txt", got.String())
}

// Whatever a template refuses stops the build, with the file, what is wrong and
// what may stand there.
func TestLayoutsRefuse(t *testing.T) {
	if testing.Short() {
		t.Skip("builds a site")
	}
	dir := layoutsProject(t, "content.txtar", "mistakes.txtar")
	if err := os.RemoveAll(filepath.Join(dir, "content/training")); err != nil {
		t.Fatal(err)
	}
	_, trouble, err := hugoBuild(t, dir, "--environment", "production")
	if err == nil {
		t.Error("the build did not fail")
	}
	slices.Sort(trouble)
	compare(t, "refused.txt", strings.Join(slices.Compact(trouble), "\n")+"\n")
}

// compare compares a text with a file in testdata/layouts, or writes the file.
func compare(t *testing.T, file, got string) {
	t.Helper()
	file = filepath.Join("testdata/layouts", file)
	if os.Getenv("UPDATE") != "" {
		if err := os.WriteFile(file, []byte(got), 0o666); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if d := diff.Diff(file, want, "what came out", []byte(got)); d != nil {
		t.Errorf("if this is what readers should get: UPDATE=1 go test ./cmd/site -run %s\n%s", t.Name(), d)
	}
}

// fingerprint is what changes in a page when a stylesheet or script does.
var fingerprint = regexp.MustCompile(`\.min\.[0-9a-f]{16,}|sha384-\S+`)

// outline is an element and what is in it, an element or a text on each line,
// without the white space between them.
func outline(n *html.Node, depth int) string {
	switch n.Type {
	case html.TextNode:
		return strings.Join(strings.Fields(n.Data), " ")
	case html.ElementNode:
		var b strings.Builder
		fmt.Fprintf(&b, "%s<%s", strings.Repeat(" ", depth), n.Data)
		for _, a := range n.Attr {
			if a.Key != "xmlns" {
				fmt.Fprintf(&b, " %s=%q", a.Key, fingerprint.ReplaceAllString(a.Val, ""))
			}
		}
		b.WriteString(">")
		within := false // an element of its own lines
		for c := range n.ChildNodes() {
			text := outline(c, depth+1)
			if text != "" && c.Type == html.TextNode && within {
				text = strings.Repeat(" ", depth+1) + text + "\n"
			} else if c.Type == html.ElementNode && !within {
				text, within = "\n"+text, true
			}
			b.WriteString(text)
		}
		if !within {
			b.WriteString("\n")
		}
		return b.String()
	}
	return ""
}
