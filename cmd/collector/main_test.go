package main

// The commands as an operator types them: one script a topic in testdata.

import (
	"bufio"
	"bytes"
	"context"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"

	"staffplan/cmd/internal/clitest"
	"staffplan/collector/journal"
)

func TestMain(m *testing.M) { clitest.Main(m, "collector", main) }

func TestExamples(t *testing.T) { clitest.Examples(t, "collector", &commandLine{}) }

func TestScripts(t *testing.T) {
	testscript.Run(t, testscript.Params{
		Dir: "testdata",
		Cmds: map[string]func(*testscript.TestScript, bool, []string){
			"status":   clitest.Status,
			"stored":   stored,
			"held":     held,
			"slips":    slips,
			"secret":   secret,
			"windows":  windows,
			"sealto":   sealto,
			"answered": answered,
			"again":    again,
			"records":  records,
			"decide":   decide,
		},
		UpdateScripts: os.Getenv("UPDATE") != "",
	})
}

// stored DIR DEFINITION LINES [finished|released] puts answers into a survey's folder, as
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
	if len(args) > 3 && args[3] == "released" { // as on the first of a month
		ts.Check(j.Release(context.Background()))
	} else if len(args) > 3 {
		ts.Check(j.Finish(context.Background()))
	}
	ts.Check(j.Close())
}

// decide FILE TEXT=DECISION... is the editor, who also puts the decided texts first.
func decide(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 2 {
		ts.Fatalf("usage: decide file text=decision...")
	}
	head, rest, _ := strings.Cut(ts.ReadFile(args[0]), "\n\n")
	blocks := strings.Split(strings.TrimSpace(rest), "\n\n")
	var first []string
	for _, arg := range args[1:] {
		text, decision, _ := strings.Cut(arg, "=")
		at := slices.IndexFunc(blocks, func(b string) bool { return strings.Contains(b, text) })
		first = append(first, strings.Replace(blocks[at], "決定：", "決定："+decision, 1))
		blocks = slices.Delete(blocks, at, at+1)
	}
	file := head + "\n\n" + strings.Join(append(first, blocks...), "\n\n") + "\n"
	ts.Check(os.WriteFile(ts.MkAbs(args[0]), []byte(file), 0o600))
}
