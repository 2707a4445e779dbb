package main

// What site serve shows of what is wrong: on a page that cannot be built in its
// place, on every other at its foot, and all of it at /_check/. None of it is in a
// built site.

import (
	"cmp"
	"embed"
	"encoding/json"
	"errors"
	"html/template"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"staffplan/cmd/site/check"
)

//go:embed live
var lives embed.FS

var words = template.Must(template.ParseFS(lives, "live/findings.html"))

// located is a place in the words of Hugo or of a template.
var located = regexp.MustCompile(`"?(content/[^\s":]+\.(?:md|json))(?::(\d+))?(?::(\d+))?"?(?:: *)?`)

// complaints are the findings in what templates reported, but on files of which
// the check has told already, and what is about no file.
func complaints(said []string, faulty map[string]bool) (findings []check.Finding, trouble []string) {
	for _, text := range said {
		m := located.FindStringSubmatchIndex(text)
		switch {
		case m == nil && len(faulty) == 0:
			trouble = append(trouble, text)
		case m == nil || faulty[text[m[2]:m[3]]]:
		default:
			f := found(text, m)
			f.Message = strings.Trim(text[:m[0]]+text[m[1]:], ": ") + "。"
			findings = append(findings, f)
		}
	}
	return findings, trouble
}

// reasons is why Hugo stopped at a file, unless the check knows: in its own words,
// but for a shortcode that it has not found, or not found closed, on that line.
func reasons(said []string, file string, known []check.Finding) []check.Finding {
	for _, text := range said {
		for _, m := range located.FindAllStringSubmatchIndex(text, -1) {
			f := found(text, m)
			words, _, _ := strings.Cut(strings.TrimPrefix(text[m[1]:], " failed: "), "\n")
			told := func(other check.Finding) bool {
				return other.File == file && other.Level == check.Error && (other.Line == f.Line || !strings.Contains(words, "shortcode"))
			}
			switch {
			case f.File != file:
				continue
			case slices.ContainsFunc(known, told):
				return nil
			}
			f.Message = "このページは、ここから組み立てられません（" + words + "）。"
			f.Mend = "この行の書き方を確かめてください。ショートコードなら、名前のつづりと、閉じ忘れがないかを見ます。"
			if strings.HasPrefix(words, `"layouts/`) {
				f.Mend = "ページの書き方に間違いがなければ、このひな形を直してください。"
			}
			return []check.Finding{f}
		}
	}
	return nil
}

// found is a finding at a place that located has matched.
func found(text string, m []int) check.Finding {
	number := func(from, to int) int {
		if from < 0 {
			return 1
		}
		n, _ := strconv.Atoi(text[from:to])
		return max(n, 1)
	}
	return check.Finding{File: text[m[2]:m[3]], Line: number(m[4], m[5]), Column: number(m[6], m[7]), Level: check.Error, Rule: "build"}
}

// view is a finding with its line: what stands before its place, there, and after.
type view struct {
	check.Finding
	Before, At, After string
}

// viewOf reads the line. Of a long one it shows what is around the place.
func viewOf(f check.Finding) view {
	const around = 40                                  // characters
	data, _ := os.ReadFile(filepath.FromSlash(f.File)) // gone meanwhile: no line
	v := view{Finding: f}
	lines := strings.Split(strings.ToValidUTF8(string(data), "\ufffd"), "\n")
	if f.Line > len(lines) {
		return v
	}
	line := []rune(strings.TrimRight(lines[f.Line-1], "\r"))
	at := min(f.Column-1, len(line))
	before, after := line[:at], line[at:]
	if len(after) > 0 {
		v.At, after = string(after[:1]), after[1:]
	}
	if len(before) > around {
		v.Before, before = "…", before[len(before)-around:]
	}
	if len(after) > around {
		after = append(after[:around:around], '…')
	}
	v.Before, v.After = v.Before+string(before), string(after)
	return v
}

// writeFindings puts into a site what is wrong with it: in the place of the pages
// whose addresses are given, for live.js to put at the foot of the others, and as
// a list.
func writeFindings(site, edition string, instead map[string]bool, findings []check.Finding, trouble []string) error {
	slices.SortStableFunc(findings, func(a, b check.Finding) int { return cmp.Compare(a.File, b.File) })
	pages := map[string][]view{}
	var all []view
	urgent := 0
	for _, f := range findings {
		v := viewOf(f)
		if f.Level != check.Note {
			urgent++
		}
		all = append(all, v)
		if url := check.URL(f.File); url != "" {
			pages[url] = append(pages[url], v)
		}
	}
	said := func(name string, data any) string {
		var out strings.Builder
		if err := words.ExecuteTemplate(&out, name, data); err != nil {
			panic(err) // our own template, and a Builder takes all
		}
		return out.String()
	}
	type about struct {
		Findings []view
		Counts   string // how many of each level
		Urgent   bool   // an error is among them
		Trouble  []string
		Rest     int // on the site, errors and warnings
	}
	feet := map[string]string{}
	for url, views := range pages {
		of := map[check.Level]int{}
		for _, v := range views {
			of[v.Level]++
		}
		feet[url] = said("foot", about{views, inWords(of), of[check.Error] > 0, trouble, urgent})
	}
	var errs []error
	write := func(name string, data []byte) {
		file := filepath.Join(site, filepath.FromSlash(name))
		errs = append(errs, os.MkdirAll(filepath.Dir(file), 0o777), os.WriteFile(file, data, 0o666))
	}
	frame, err := os.ReadFile(filepath.Join(site, "404.html"))
	if err != nil { // a site need not have one
		frame = []byte(said("frame", edition))
	}
	for url := range instead {
		feet[url] = ""
		write(url+"index.html", framed(frame, said("title-instead", nil), said("instead", about{Findings: pages[url]})))
	}
	feet["/_check/"] = ""
	write("_check/index.html", framed(frame, said("title-all", nil), said("all", about{Findings: all, Trouble: trouble})))
	told, err := json.Marshal(map[string]any{"edition": edition, "pages": feet, "rest": said("foot", about{Trouble: trouble, Rest: urgent})})
	errs = append(errs, err)
	write("_check/findings.json", told)
	for _, name := range []string{"live.css", "live.js"} {
		data, err := fs.ReadFile(lives, "live/"+name)
		errs = append(errs, err)
		write("_check/"+name, data)
	}
	return errors.Join(errs...)
}

var (
	titleOf = regexp.MustCompile(`(?s)(<title>.*?</title>)`)
	mainOf  = regexp.MustCompile(`(?s)<main[^>]*>(.*)</main>`)
)

// framed puts a text into the frame of the page that says there is none.
func framed(frame []byte, title, main string) []byte {
	for part, text := range map[*regexp.Regexp]string{titleOf: title, mainOf: main} {
		if m := part.FindSubmatchIndex(frame); m != nil {
			frame = slices.Concat(frame[:m[2]], []byte(text), frame[m[3]:])
		}
	}
	return frame
}
