package main

// site check: reads content/ and says, with file and line, what an editor
// should put right before the pages are published. It runs no build.

import (
	"encoding/json"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"staffplan/cmd/internal/cli"
)

type checkCmd struct {
	Format string `enum:"text,github,json" default:"text" placeholder:"形式" help:"結果の形。text（人が読む）、github（GitHub の画面に出す）、json。"`
}

func (c *checkCmd) Run(ui *cli.UI) error {
	if err := atProjectRoot("."); err != nil {
		return err
	}
	findings, pages, err := check(os.DirFS("."))
	if err != nil {
		return err
	}
	if err := formats[c.Format](ui.Out, findings); err != nil {
		return err
	}
	if len(findings) > 0 {
		if c.Format == "text" {
			ui.Say("%d か所に、直したいところがあります。", len(findings))
		}
		return cli.ErrReported
	}
	ui.Note("%d ページを確かめました。直すところはありません。", pages)
	return nil
}

// finding is one thing to put right. Line counts from 1.
type finding struct {
	File    string `json:"file"`
	Line    int    `json:"line"`
	Rule    string `json:"rule"`
	Message string `json:"message"`
}

var formats = map[string]func(io.Writer, []finding) error{
	"text": func(w io.Writer, findings []finding) error {
		for _, f := range findings {
			fmt.Fprintf(w, "%s:%d: %s\n", f.File, f.Line, f.Message)
		}
		return nil
	},
	// GitHub's workflow commands: docs.github.com, "Workflow commands for GitHub Actions".
	"github": func(w io.Writer, findings []finding) error {
		data := strings.NewReplacer("%", "%25", "\r", "%0D", "\n", "%0A")
		property := strings.NewReplacer("%", "%25", "\r", "%0D", "\n", "%0A", ":", "%3A", ",", "%2C")
		for _, f := range findings {
			fmt.Fprintf(w, "::error file=%s,line=%d::%s\n", property.Replace(f.File), f.Line, data.Replace(f.Message))
		}
		return nil
	},
	"json": func(w io.Writer, findings []finding) error {
		out := json.NewEncoder(w)
		out.SetEscapeHTML(false)
		out.SetIndent("", "  ")
		return out.Encode(append([]finding{}, findings...))
	},
}

// slug is how files and folders of content/ are named: they become URLs. It is
// also the form of a survey's id.
var slug = regexp.MustCompile(`^[a-z0-9][a-z0-9-]{0,62}$`)

// fileName is the same for what lies beside a page.
var fileName = regexp.MustCompile(`^[a-z0-9][a-z0-9._-]*$`)

// site is all that the rules look at.
type site struct {
	fsys     fs.FS
	pages    []*page          // by file name
	byURL    map[string]*page // the same by address
	words    vocabulary
	findings []finding
}

// check reads a project (content/, layouts/_data/, static/files/) and returns
// what it found, by file and line, and how many pages it read. The error is for
// a project that cannot be read at all.
func check(project fs.FS) ([]finding, int, error) {
	s := &site{fsys: project, byURL: map[string]*page{}}
	if err := s.read(); err != nil {
		return nil, 0, err
	}
	rules, err := s.frontMatterRules()
	if err != nil {
		return nil, 0, err
	}
	for _, p := range s.pages {
		rules.check(p)
		s.checkMarkdown(p)
		s.checkLinks(p)
	}
	s.checkTitles()
	s.checkReach()
	s.checkLoop()
	slices.SortStableFunc(s.findings, func(a, b finding) int {
		if a.File != b.File {
			return strings.Compare(a.File, b.File)
		}
		return a.Line - b.Line
	})
	return slices.Compact(s.findings), len(s.pages), nil
}

// read loads every page, and looks at the names on the way.
func (s *site) read() error {
	if err := s.words.read(s.fsys); err != nil {
		return err
	}
	return fs.WalkDir(s.fsys, "content", func(file string, entry fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if file == "content" {
			return nil
		}
		base := path.Base(file)
		markdown := path.Ext(base) == ".md"
		name := strings.TrimSuffix(base, ".md")
		if name == "_index" && markdown {
			name = "index"
		}
		if (entry.IsDir() || markdown) && !slug.MatchString(name) || !fileName.MatchString(name) {
			s.report(file, 1, "slug", "名前は URL になります。半角の小文字、数字、ハイフンだけの名前に変えてください。")
		}
		if entry.IsDir() || !markdown {
			return nil
		}
		data, err := fs.ReadFile(s.fsys, file)
		if err != nil {
			return err
		}
		p, bad := readPage(file, data)
		if bad != nil {
			s.findings = append(s.findings, *bad)
			return nil
		}
		s.pages = append(s.pages, p)
		s.byURL[p.url] = p
		return nil
	})
}

func (s *site) report(file string, line int, rule, format string, args ...any) {
	s.findings = append(s.findings, finding{file, line, rule, fmt.Sprintf(format, args...)})
}

// atoi is for digits that a pattern has matched.
func atoi(digits string) int {
	n, _ := strconv.Atoi(digits)
	return n
}
