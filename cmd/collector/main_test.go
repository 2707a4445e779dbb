package main

// The commands as an operator types them: one script a topic in testdata.

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"github.com/alecthomas/kong"
	"github.com/rogpeppe/go-internal/testscript"

	"staffplan/collector/journal"
)

func TestMain(m *testing.M) {
	testscript.Main(m, map[string]func(){"collector": main})
}

// The examples that --help shows are read as they stand.
func TestExamples(t *testing.T) {
	parser := kong.Must(&commandLine{})
	for _, command := range parser.Model.Children {
		example := strings.Fields(command.Tag.Get("example"))
		if len(example) < 2 || example[0] != "collector" || example[1] != command.Name {
			t.Errorf("the example of %s is %q", command.Name, example)
		} else if _, err := parser.Parse(example[1:]); err != nil {
			t.Errorf("%q: %v", example, err)
		}
	}
}

func TestScripts(t *testing.T) {
	testscript.Run(t, testscript.Params{
		Dir: "testdata",
		Cmds: map[string]func(*testscript.TestScript, bool, []string){
			"status":   status,
			"stored":   stored,
			"held":     held,
			"slips":    slips,
			"secret":   secret,
			"sealto":   sealto,
			"answered": answered,
			"again":    again,
			"records":  records,
		},
		UpdateScripts: os.Getenv("UPDATE") != "",
	})
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

// stored DIR DEFINITION LINES [finished] puts answers into a survey's folder, as
// the service does: a line of LINES is an answer, and those with "text" in them
// go with the answer before.
func stored(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 3 {
		ts.Fatalf("usage: stored dir definition lines [finished]")
	}
	dir := ts.MkAbs(args[0])
	ts.Check(os.MkdirAll(filepath.Dir(dir), 0o700))
	j, err := journal.Open(dir, journal.Options{Release: 10, Definition: []byte(ts.ReadFile(args[1]))})
	ts.Check(err)
	var entries []journal.Entry
	lines := bufio.NewScanner(bytes.NewReader([]byte(ts.ReadFile(args[2]))))
	for lines.Scan() {
		line := bytes.Clone(lines.Bytes())
		if bytes.Contains(line, []byte(`"text"`)) {
			last := &entries[len(entries)-1]
			last.Texts = append(last.Texts, line)
			continue
		}
		entries = append(entries, journal.Entry{Answer: line})
	}
	for _, e := range entries {
		ts.Check(j.Append(context.Background(), e))
	}
	if len(args) > 3 {
		ts.Check(j.Finish(context.Background()))
	}
	ts.Check(j.Close())
}
