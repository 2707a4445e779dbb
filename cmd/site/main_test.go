package main

// The commands as an editor types them: each script in testdata/script starts
// from a copy of the small project in testdata/small and changes it.

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"github.com/alecthomas/kong"
	"github.com/rogpeppe/go-internal/testscript"

	"staffplan/cmd/internal/browser"
)

// testRun is a run of all tests: it takes away what they shared.
type testRun struct{ *testing.M }

// removeAtEnd are folders that outlive the test that made them.
var removeAtEnd []string

func (r testRun) Run() int {
	defer func() {
		for _, dir := range removeAtEnd {
			os.RemoveAll(dir)
		}
	}()
	return r.M.Run()
}

func TestMain(m *testing.M) {
	testscript.Main(testRun{m}, map[string]func(){"site": main})
}

// The examples that --help shows are read as they stand.
func TestExamples(t *testing.T) {
	parser := kong.Must(&commandLine{})
	for _, command := range parser.Model.Children {
		example := strings.Fields(command.Tag.Get("example"))
		if len(example) < 2 || example[0] != "site" || example[1] != command.Name {
			t.Errorf("the example of %s is %q", command.Name, example)
		} else if _, err := parser.Parse(example[1:]); err != nil {
			t.Errorf("%q: %v", example, err)
		}
	}
}

func TestScripts(t *testing.T) {
	small, err := filepath.Abs("testdata/small")
	if err != nil {
		t.Fatal(err)
	}
	testscript.Run(t, testscript.Params{
		Dir: "testdata/script",
		Setup: func(env *testscript.Env) error {
			env.Setenv("XDG_CACHE_HOME", filepath.Join(env.WorkDir, ".cache"))
			project := filepath.Join(env.WorkDir, "project")
			env.Cd = project
			return os.CopyFS(project, os.DirFS(small))
		},
		Cmds: map[string]func(*testscript.TestScript, bool, []string){
			"edit":    edit,
			"status":  status,
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

// status N COMMAND… wants the command to end with that status.
func status(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 2 {
		ts.Fatalf("usage: status number command…")
	}
	want, err := strconv.Atoi(args[0])
	ts.Check(err)
	got := 0
	if err := ts.Exec(args[1], args[2:]...); err != nil {
		var exit *exec.ExitError
		if !errors.As(err, &exit) {
			ts.Fatalf("%v", err)
		}
		got = exit.ExitCode()
	}
	if got != want {
		ts.Fatalf("status %d, want %d", got, want)
	}
}
