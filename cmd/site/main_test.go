package main

// The commands as an editor types them: each script in testdata/script starts
// from a copy of the small project in testdata/small and changes it.

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"

	"staffplan/cmd/internal/browser"
	"staffplan/cmd/internal/clitest"
)

func TestMain(m *testing.M) { clitest.Main(m, "site", main) }

func TestExamples(t *testing.T) { clitest.Examples(t, "site", &commandLine{}) }

func TestScripts(t *testing.T) {
	project, err := filepath.Abs("../..")
	if err != nil {
		t.Fatal(err)
	}
	testscript.Run(t, testscript.Params{
		Dir: "testdata/script",
		Setup: func(env *testscript.Env) error {
			env.Setenv("XDG_CACHE_HOME", filepath.Join(env.WorkDir, ".cache"))
			env.Setenv("PROJECT", project) // the real one
			env.Cd = filepath.Join(env.WorkDir, "project")
			return os.CopyFS(env.Cd, os.DirFS("testdata/small"))
		},
		Cmds: map[string]func(*testscript.TestScript, bool, []string){
			"edit":    edit,
			"status":  clitest.Status,
			"serving": serving,
			"stop":    stop,
			"answers": answers,
			"logged":  logged,
			"visit":   visit,
			"sees":    sees,
			"press":   press,
		},
		Condition: func(name string) (bool, error) {
			if name == "chromium" {
				return browser.Path() != "" || os.Getenv("CI") != "", nil // in CI it fails
			}
			return false, fmt.Errorf("unknown condition %q", name)
		},
		UpdateScripts: os.Getenv("UPDATE") != "",
	})
}

// edit FILE OLD NEW replaces a text that stands in the file once; \n in either
// is a new line.
func edit(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 3 {
		ts.Fatalf("usage: edit file old new")
	}
	lines := strings.NewReplacer(`\n`, "\n")
	file, from, to := ts.MkAbs(args[0]), lines.Replace(args[1]), lines.Replace(args[2])
	data := ts.ReadFile(file)
	if strings.Count(data, from) != 1 {
		ts.Fatalf("%q stands %d times in %s", from, strings.Count(data, from), args[0])
	}
	ts.Check(os.WriteFile(file, []byte(strings.Replace(data, from, to, 1)), 0o666))
}
