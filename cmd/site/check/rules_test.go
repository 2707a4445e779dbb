package check

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
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
	for _, top := range []string{"content", "layouts/_data", "static/files"} {
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

// Each rule has an archive: what stands under fail/ in it, laid over the small
// project, gives the findings in it, all of them the rule's own; what stands
// under pass/ gives none.
func TestRules(t *testing.T) {
	for _, r := range rules {
		t.Run(r.name, func(t *testing.T) {
			name := "testdata/rules/" + r.name + ".txtar"
			archive, err := txtar.ParseFile(name)
			if err != nil {
				t.Fatal(err)
			}
			var fail, pass []txtar.File
			want := -1
			for i, f := range archive.Files {
				if inside, ok := strings.CutPrefix(f.Name, "fail/"); ok {
					fail = append(fail, txtar.File{Name: inside, Data: f.Data})
				} else if inside, ok := strings.CutPrefix(f.Name, "pass/"); ok {
					pass = append(pass, txtar.File{Name: inside, Data: f.Data})
				} else if f.Name == "findings" {
					want = i
				}
			}
			if len(fail) == 0 || len(pass) == 0 || want < 0 {
				t.Fatalf("%s needs files under fail/ and pass/, and findings", name)
			}
			project := small(t, fail...)
			findings, got := run(t, project)
			if os.Getenv("UPDATE") != "" {
				archive.Files[want].Data = []byte(got)
				if err := os.WriteFile(name, txtar.Format(archive), 0o666); err != nil {
					t.Fatal(err)
				}
			} else if want := string(archive.Files[want].Data); got != want {
				t.Errorf("got\n%s\nwant\n%s", got, want)
			}
			for _, f := range findings {
				if f.Rule != r.name || f.Level != r.level {
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
			if _, got := run(t, small(t, pass...)); got != "" {
				t.Errorf("pass/ does not pass:\n%s", got)
			}
			mendAll(t, project, findings)
		})
	}
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
