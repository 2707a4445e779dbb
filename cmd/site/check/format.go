package check

// The forms in which findings are printed.

import (
	"bytes"
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"io/fs"
	"iter"
	"slices"
	"strconv"
	"strings"
)

// Levels are the levels, the heaviest first.
var Levels = []Level{Error, Warning, Note}

func (l Level) rank() int { return slices.Index(Levels, l) }

// called is what a level is called, by people and in each form.
var called = map[Level]struct{ words, github, rdjson, gitlab string }{
	Error:   {"直さないと載らないところ", "error", "ERROR", "major"},
	Warning: {"載せる前に見てほしいところ", "warning", "WARNING", "minor"},
	Note:    {"知っておいてほしいところ", "notice", "INFO", "info"},
}

// Words are what people call what has the level.
func (l Level) Words() string { return called[l].words }

// Print writes the findings of Run on a project in one of the forms text, github,
// rdjson, gitlab and json. Where a form shows only some of them, those in changed
// files come first.
func Print(w io.Writer, form string, project fs.FS, findings []Finding, changed []string) error {
	switch form {
	case "text":
		return printText(w, findings)
	case "github":
		return printGitHub(w, findings, changed)
	case "rdjson":
		return printJSON(w, rdjson(project, findings))
	case "gitlab":
		return printJSON(w, gitlab(project, findings))
	}
	return printJSON(w, append([]Finding{}, findings...))
}

// printText is for people: by weight, then by file, the mend below what is wrong.
func printText(w io.Writer, findings []Finding) error {
	var b bytes.Buffer
	for _, level := range Levels {
		of := slices.DeleteFunc(slices.Clone(findings), func(f Finding) bool { return f.Level != level })
		if len(of) == 0 {
			continue
		}
		fmt.Fprintf(&b, "%s（%d か所）\n", level.Words(), len(of))
		for i, f := range of {
			if i == 0 || of[i-1].File != f.File {
				b.WriteByte('\n')
			}
			byFix := ""
			if f.Fix != nil {
				byFix = "（--fix で直せます）"
			}
			fmt.Fprintf(&b, "%s:%d:%d: %s\n    %s%s\n", f.File, f.Line, f.Column, f.Message, f.Mend, byFix)
		}
		b.WriteByte('\n')
	}
	_, err := w.Write(b.Bytes())
	return err
}

// shown is how many annotations of a level GitHub shows of a step
// (docs.github.com, "Workflow commands for GitHub Actions"; the limit is known
// from github.com/orgs/community/discussions/26680).
const shown = 10

// printGitHub prints GitHub's workflow commands.
func printGitHub(w io.Writer, findings []Finding, changed []string) error {
	data := strings.NewReplacer("%", "%25", "\r", "%0D", "\n", "%0A")
	property := strings.NewReplacer("%", "%25", "\r", "%0D", "\n", "%0A", ":", "%3A", ",", "%2C")
	elsewhere := func(f Finding) int {
		if slices.Contains(changed, f.File) {
			return 0
		}
		return 1
	}
	findings = slices.SortedStableFunc(slices.Values(findings), func(a, b Finding) int {
		return cmp.Or(elsewhere(a)-elsewhere(b), a.Level.rank()-b.Level.rank())
	})
	var b bytes.Buffer
	count := map[Level]int{}
	left := 0
	for _, f := range findings {
		if count[f.Level]++; count[f.Level] > shown {
			left++
		}
		fmt.Fprintf(&b, "::%s file=%s,line=%d,col=%d::%s\n",
			called[f.Level].github, property.Replace(f.File), f.Line, f.Column, data.Replace(f.Message+f.Mend))
	}
	if left > 0 {
		fmt.Fprintf(&b, "GitHub の画面に出るのは、重さごとに %d か所までです。ほかの %d か所は、この記録で読めます。\n", shown, left)
	}
	_, err := w.Write(b.Bytes())
	return err
}

// rdjson is the Reviewdog Diagnostic Format (reviewdog/reviewdog, proto/rdf).
func rdjson(project fs.FS, findings []Finding) any {
	type position struct {
		Line   int `json:"line"`
		Column int `json:"column"` // in bytes
	}
	type span struct {
		Start position  `json:"start"`
		End   *position `json:"end,omitempty"`
	}
	type suggestion struct {
		Range span   `json:"range"`
		Text  string `json:"text"`
	}
	type location struct {
		Path  string `json:"path"`
		Range span   `json:"range"`
	}
	type code struct {
		Value string `json:"value"`
	}
	type diagnostic struct {
		Message     string       `json:"message"`
		Location    location     `json:"location"`
		Severity    string       `json:"severity"`
		Code        code         `json:"code"`
		Suggestions []suggestion `json:"suggestions,omitempty"`
	}
	source := map[string]string{"name": "site check"}
	diagnostics := []diagnostic{}
	for f, doc := range located(project, findings) {
		at := func(offset int) position {
			start := bytes.LastIndexByte(doc.data[:offset], '\n') + 1
			return position{1 + bytes.Count(doc.data[:start], []byte("\n")), 1 + offset - start}
		}
		d := diagnostic{
			Message:  f.Message + f.Mend,
			Location: location{f.File, span{Start: at(doc.offset(place{f.File, f.Line, f.Column}))}},
			Severity: called[f.Level].rdjson,
			Code:     code{f.Rule},
		}
		if len(f.Fix) == 1 {
			end := at(f.Fix[0].End)
			d.Suggestions = []suggestion{{span{at(f.Fix[0].Start), &end}, f.Fix[0].Text}}
		}
		diagnostics = append(diagnostics, d)
	}
	return map[string]any{"source": source, "diagnostics": diagnostics}
}

// gitlab is GitLab's Code Quality report (docs.gitlab.com, "Code Quality"). A
// fingerprint goes with the line's text, not with its number, and is another for
// the second of two that are alike.
func gitlab(project fs.FS, findings []Finding) any {
	type lines struct {
		Begin int `json:"begin"`
	}
	type location struct {
		Path  string `json:"path"`
		Lines lines  `json:"lines"`
	}
	type issue struct {
		Description string   `json:"description"`
		CheckName   string   `json:"check_name"`
		Fingerprint string   `json:"fingerprint"`
		Severity    string   `json:"severity"`
		Location    location `json:"location"`
	}
	issues := []issue{}
	alike := map[string]int{}
	for f, doc := range located(project, findings) {
		from, to := doc.line(f.Line)
		key := strings.Join([]string{f.Rule, f.File, string(bytes.TrimSpace(doc.data[from:to]))}, "\x00")
		alike[key]++
		sum := sha256.Sum256([]byte(key + "\x00" + strconv.Itoa(alike[key])))
		issues = append(issues, issue{f.Message + f.Mend, f.Rule, hex.EncodeToString(sum[:16]),
			called[f.Level].gitlab, location{f.File, lines{f.Line}}})
	}
	return issues
}

// located yields each finding with its file, which is empty for a folder and for
// one that is not there.
func located(project fs.FS, findings []Finding) iter.Seq2[Finding, *document] {
	return func(yield func(Finding, *document) bool) {
		doc := &document{}
		for _, f := range findings {
			if doc.file != f.File {
				data, _ := fs.ReadFile(project, f.File)
				doc = &document{file: f.File, data: data}
			}
			if !yield(f, doc) {
				return
			}
		}
	}
}

func printJSON(w io.Writer, v any) error {
	out := json.NewEncoder(w)
	out.SetEscapeHTML(false)
	out.SetIndent("", "  ")
	return out.Encode(v)
}
