package check

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"slices"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"github.com/rogpeppe/go-internal/txtar"

	"staffplan/collector/survey"
)

// small returns the project that the tests of the commands begin with, in
// memory, with files laid over it.
func small(t testing.TB, files ...txtar.File) fstest.MapFS {
	t.Helper()
	return laidOver(t, "../testdata/small", files...)
}

func laidOver(t testing.TB, dir string, files ...txtar.File) fstest.MapFS {
	t.Helper()
	project, base := fstest.MapFS{}, os.DirFS(dir)
	for _, top := range []string{"content", "layouts/_archetypes", "layouts/_data", "static/files"} {
		err := fs.WalkDir(base, top, func(name string, entry fs.DirEntry, err error) error {
			if errors.Is(err, fs.ErrNotExist) && name == top {
				return nil
			}
			if err != nil || entry.IsDir() {
				return err
			}
			data, err := fs.ReadFile(base, name)
			project[name] = &fstest.MapFile{Data: data}
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	for _, f := range files {
		project[f.Name] = &fstest.MapFile{Data: f.Data}
	}
	return project
}

// today is what the rules take for it.
var today = time.Date(2026, 11, 20, 0, 0, 0, 0, survey.Tokyo)

// run returns the findings, a line each.
func run(t testing.TB, project fs.FS) ([]Finding, string) {
	t.Helper()
	findings, _, err := Run(project, today)
	if err != nil {
		t.Fatal(err)
	}
	var lines strings.Builder
	for _, f := range findings {
		fmt.Fprintln(&lines, f)
	}
	return findings, lines.String()
}

func archiveOf(r rule) string { return "testdata/rules/" + r.name + ".txtar" }

// under returns the files of a folder of an archive.
func under(folder string, archive *txtar.Archive) (files []txtar.File) {
	for _, f := range archive.Files {
		if inside, ok := strings.CutPrefix(f.Name, folder); ok {
			files = append(files, txtar.File{Name: inside, Data: f.Data})
		}
	}
	return files
}

// changed is a project that knows its files before a change.
type changed struct {
	fstest.MapFS
	before fstest.MapFS
}

func (c changed) Before(name string) ([]byte, error) { return c.before.ReadFile(name) }

// before is the project of an archive before a change.
func before(archive *txtar.Archive) fstest.MapFS {
	files := fstest.MapFS{}
	for _, f := range under("before/", archive) {
		files[f.Name] = &fstest.MapFile{Data: f.Data}
	}
	return files
}

// Each rule has an archive: what stands under fail/ in it, laid over the small
// project, gives the findings in it, all of them the rule's own; what stands
// under pass/ gives none.
func TestRules(t *testing.T) {
	for _, r := range rules {
		t.Run(r.name, func(t *testing.T) {
			name := archiveOf(r)
			archive, err := txtar.ParseFile(name)
			if err != nil {
				t.Fatal(err)
			}
			fail, pass := under("fail/", archive), under("pass/", archive)
			want := slices.IndexFunc(archive.Files, func(f txtar.File) bool { return f.Name == "findings" })
			if len(fail) == 0 || len(pass) == 0 || want < 0 {
				t.Fatalf("%s needs files under fail/ and pass/, and findings", name)
			}
			project, before := small(t, fail...), before(archive)
			findings, got := run(t, changed{project, before})
			if os.Getenv("UPDATE") != "" {
				archive.Files[want].Data = []byte(got)
				if err := os.WriteFile(name, txtar.Format(archive), 0o666); err != nil {
					t.Fatal(err)
				}
			} else if want := string(archive.Files[want].Data); got != want {
				t.Errorf("got\n%s\nwant\n%s", got, want)
			}
			for _, f := range findings {
				if f.Rule != r.name || f.Level != r.level && !(r.unfinished && f.Level == Note) {
					t.Errorf("%s %s: %s", f.Level, f.Rule, f)
				}
				if !strings.HasSuffix(f.Message, "。") || !strings.HasSuffix(f.Mend, "。") {
					t.Errorf("not two sentences: %q, %q", f.Message, f.Mend)
				}
			}
			if len(findings) == 0 {
				t.Error("fail/ does not fail")
			}
			if !strings.HasSuffix(r.says, "。") {
				t.Errorf("%q does not say to editors what goes wrong", r.says)
			}
			if _, got := run(t, changed{small(t, pass...), before}); got != "" {
				t.Errorf("pass/ does not pass:\n%s", got)
			}
			mendAll(t, project, findings)
		})
	}
}

// What /about/editing/rules/ shows of each rule is what the code has: its
// sentences, and up to four of the things it finds, each with another mend, those
// on the first page under fail/ first. UPDATE=1 writes it.
func TestRulesPage(t *testing.T) {
	type found struct {
		Line    string `json:"line"`
		Message string `json:"message"`
		Mend    string `json:"mend"`
	}
	type shown struct {
		Name     string  `json:"name"`
		Level    Level   `json:"level"`
		Says     string  `json:"says"`
		Except   string  `json:"except,omitempty"`
		Fixed    bool    `json:"fixed"` // by --fix, at least in part
		Examples []found `json:"examples"`
	}
	type group struct {
		ID    string  `json:"id"`
		Name  string  `json:"name"`
		Rules []shown `json:"rules"`
	}
	var groups []group
	for _, family := range families {
		group := group{ID: family.id, Name: family.name}
		for _, r := range family.rules {
			archive, err := txtar.ParseFile(archiveOf(r))
			if err != nil {
				t.Fatal(err)
			}
			pages := under("fail/", archive)
			project := small(t, pages...)
			findings, _ := run(t, changed{project, before(archive)})
			first := func(f Finding) bool { return f.File == pages[0].Name }
			findings = slices.Concat(slices.DeleteFunc(slices.Clone(findings), func(f Finding) bool { return !first(f) }),
				slices.DeleteFunc(findings, first))
			rule := shown{Name: r.name, Level: r.level, Says: r.says, Except: r.except}
			for _, f := range findings {
				if f.Rule != r.name {
					continue // TestRules
				}
				rule.Fixed = rule.Fixed || f.Fix != nil
				seen := slices.ContainsFunc(rule.Examples, func(e found) bool { return e.Mend == f.Mend })
				if len(rule.Examples) < 4 && !seen {
					rule.Examples = append(rule.Examples, found{example(f, project[f.File]), f.Message, f.Mend})
				}
			}
			group.Rules = append(group.Rules, rule)
		}
		if group.Rules != nil { // a family that still waits for its first
			groups = append(groups, group)
		}
	}
	var got bytes.Buffer
	if err := printJSON(&got, groups); err != nil {
		t.Fatal(err)
	}
	const name = "../../../layouts/_data/rules.json"
	if os.Getenv("UPDATE") != "" {
		if err := os.WriteFile(name, got.Bytes(), 0o666); err != nil {
			t.Fatal(err)
		}
	} else if want, err := os.ReadFile(name); err != nil || got.String() != string(want) {
		t.Errorf("the rules have changed: write %s anew by UPDATE=1 (%v)", name, err)
	}
}

// example is what a finding is about: the line, around its place, or the file's
// name where the finding is of the whole file.
func example(f Finding, file *fstest.MapFile) string {
	if file == nil || f.Line == 1 && f.Column == 1 {
		return f.File
	}
	doc := &document{data: file.Data}
	from, to := doc.line(f.Line)
	line := []rune(string(file.Data[from:to]))
	left, right := max(0, f.Column-1-16), min(len(line), f.Column-1+40)
	text := visible(string(line[left:right]))
	if left > 0 {
		text = "…" + text
	}
	if right < len(line) {
		text += "…"
	}
	return text
}

// mendAll mends what can be mended, as `site check --fix` does. It comes to an
// end, and what is left is what could not be mended at the beginning.
func mendAll(t *testing.T, project fstest.MapFS, findings []Finding) {
	t.Helper()
	left := 0
	for _, f := range findings {
		if f.Fix == nil {
			left++
		}
	}
	findings = mend(t, project, findings)
	for _, f := range findings {
		if len(findings) != left {
			t.Errorf("mended, want %d left: %s", left, f)
		}
	}
}

func mend(t *testing.T, project fstest.MapFS, findings []Finding) []Finding {
	t.Helper()
	for range Rounds {
		files, _, err := Fix(project, findings)
		if err != nil {
			t.Fatal(err)
		}
		if len(files) == 0 {
			return findings
		}
		for name, data := range files {
			project[name] = &fstest.MapFile{Data: data}
		}
		findings, _ = run(t, project)
	}
	t.Errorf("mending does not end: %+v", findings)
	return nil
}

// What a draft lacks is a note, whatever it weighs once the page is published;
// what hurts already is an error on a draft, too. A build lets the former be.
func TestDraft(t *testing.T) {
	page := func(draft, body string) fstest.MapFS {
		return small(t, txtar.File{Name: "content/values/new.md", Data: []byte("---\ntitle:\n" + draft + "params:\n  owner: だれか\n  mark:\n---\n" + body)})
	}
	const begun = "## 見出し\n\n〔ここに書く〕\n"
	levels := func(project fstest.MapFS) map[Level]int {
		findings, _ := run(t, project)
		of := map[Level]int{}
		for _, f := range findings {
			of[f.Level]++
		}
		return of
	}
	published := levels(page("", begun))
	if of := levels(page("draft: true\n", begun)); of[Error] > 0 || of[Warning] > 0 || of[Note] == 0 || of[Note] != published[Error] {
		t.Errorf("a draft has %v, the same page published %v", of, published)
	}
	if refused, _, err := ForBuild(page("draft: true\n", begun)); err != nil || len(refused) > 0 {
		t.Errorf("a build refuses a draft: %v, %v", refused, err)
	}
	if refused, _, err := ForBuild(page("", begun)); err != nil || len(refused) != 1 {
		t.Errorf("a build takes an unwritten page: %v, %v", refused, err)
	}
	if of := levels(page("draft: true\n", "AGE-SECRET-KEY-1QQQQQQQQQ\n")); of[Error] != 1 {
		t.Errorf("a key on a draft: %v", of)
	}
}

// Each shortcode is known, and none that is not there.
func TestShortcodes(t *testing.T) {
	project := laidOver(t, "../../..")
	var d data
	if err := d.read(project); err != nil {
		t.Fatal(err)
	}
	var want []string
	files, err := os.ReadDir("../../../layouts/_shortcodes")
	if err != nil {
		t.Fatal(err)
	}
	for _, file := range files {
		if name, form, _ := strings.Cut(file.Name(), "."); form == "html" {
			want = append(want, name)
		}
	}
	if got := slices.Sorted(maps.Keys(d.shortcodes)); !slices.Equal(got, want) {
		t.Errorf("layouts/_data/shortcodes.yaml has %q, layouts/_shortcodes %q", got, want)
	}
}
