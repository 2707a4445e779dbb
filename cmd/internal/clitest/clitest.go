// Package clitest is what the tests of both commands share.
package clitest

import (
	"errors"
	"io/fs"
	"log"
	"os"
	"os/exec"
	"path"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"github.com/alecthomas/kong"
	"github.com/rogpeppe/go-internal/testscript"
)

// Main is a TestMain for a command: scripts and tests find it on the path under
// its name. What they and their children leave in the temporary folder, a
// browser above all, goes with it at the end.
func Main(m *testing.M, name string, main func()) {
	testscript.Main(tidy{m}, map[string]func(){name: main})
}

type tidy struct{ *testing.M }

func (t tidy) Run() int {
	dir, err := os.MkdirTemp("", "staffplan-test-")
	if err != nil {
		log.Fatal(err)
	}
	defer os.RemoveAll(dir)
	os.Setenv("TMPDIR", dir)
	return t.M.Run()
}

// Status is the script command "status N COMMAND…", which wants the command to
// end with that status.
func Status(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 2 {
		ts.Fatalf("usage: status number command…")
	}
	want, err := strconv.Atoi(args[0])
	ts.Check(err)
	got := 0
	if err := ts.Exec(args[1], args[2:]...); err != nil {
		exit, ok := errors.AsType[*exec.ExitError](err)
		if !ok {
			ts.Fatalf("%v", err)
		}
		got = exit.ExitCode()
	}
	if got != want {
		ts.Fatalf("status %d, want %d", got, want)
	}
}

// Examples wants the line that --help shows for each command to be one that can
// be typed, and a script below testdata that types the command.
func Examples(t *testing.T, name string, grammar any) {
	var scripts []byte
	err := fs.WalkDir(os.DirFS("testdata"), ".", func(file string, _ fs.DirEntry, err error) error {
		if err != nil || path.Ext(file) != ".txtar" {
			return err
		}
		text, err := os.ReadFile(path.Join("testdata", file))
		scripts = append(scripts, text...)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	parser := kong.Must(grammar)
	for _, command := range parser.Model.Children {
		if !regexp.MustCompile(`(?m)^(?:! )?(?:exec|status \d) ` + name + " " + command.Name + `\b`).Match(scripts) {
			t.Errorf("no script in testdata types %s %s", name, command.Name)
		}
		example := strings.Fields(command.Tag.Get("example"))
		if len(example) < 2 || example[0] != name || example[1] != command.Name {
			t.Errorf("the example of %s is %q", command.Name, example)
		} else if _, err := parser.Parse(example[1:]); err != nil {
			t.Errorf("%q: %v", example, err)
		}
	}
}
