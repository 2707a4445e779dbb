package main

// Words for the scripts about sealed answers and exports.

import (
	"bufio"
	"bytes"
	"cmp"
	"context"
	"encoding/csv"
	"encoding/json"
	"iter"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"

	"filippo.io/age"
	"github.com/parquet-go/parquet-go"
	"github.com/rogpeppe/go-internal/testscript"
	"golang.org/x/text/encoding"
	"golang.org/x/text/encoding/unicode"

	"staffplan/collector"
	"staffplan/collector/journal"
	"staffplan/collector/seal"
	"staffplan/collector/survey"
)

// secret FILE wants a file that only its owner may open.
func secret(ts *testscript.TestScript, neg bool, args []string) {
	info, err := os.Stat(ts.MkAbs(args[0]))
	ts.Check(err)
	if runtime.GOOS != "windows" && info.Mode().Perm() != 0o600 {
		ts.Fatalf("%s: mode %v", args[0], info.Mode())
	}
}

// windows KEY writes beside a key what editors of Windows make of it: bom.txt,
// le.txt and be.txt.
func windows(ts *testscript.TestScript, neg bool, args []string) {
	text := strings.ReplaceAll("\n  "+ts.ReadFile(args[0]), "\n", " \t\r\n")
	for name, encoding := range map[string]encoding.Encoding{
		"bom.txt": unicode.UTF8BOM,
		"le.txt":  unicode.UTF16(unicode.LittleEndian, unicode.UseBOM),
		"be.txt":  unicode.UTF16(unicode.BigEndian, unicode.UseBOM),
	} {
		written, err := encoding.NewEncoder().String(text)
		ts.Check(err)
		ts.Check(os.WriteFile(ts.MkAbs(name), []byte(written), 0o600))
	}
}

// sealto KEY DEFINITION writes the public half of a key into a definition.
func sealto(ts *testscript.TestScript, neg bool, args []string) {
	_, after, _ := strings.Cut(ts.ReadFile(args[0]), "# public key: ")
	recipient, _, _ := strings.Cut(after, "\n")
	text := strings.Replace(ts.ReadFile(args[1]), "SEALED_TO", recipient, 1)
	ts.Check(os.WriteFile(ts.MkAbs(args[1]), []byte(text), 0o666))
}

// answered DIR DEFINITION FORMS [finished] puts answers into a survey's folder:
// each line of FORMS is a form as a browser sends it.
func answered(ts *testscript.TestScript, neg bool, args []string) {
	def, err := survey.Parse([]byte(ts.ReadFile(args[1])))
	ts.Check(err)
	encoder := collector.NewEncoder(def)
	var entries []journal.Entry
	forms := bufio.NewScanner(strings.NewReader(ts.ReadFile(args[2])))
	for forms.Scan() {
		in, err := survey.ParseForm(forms.Bytes())
		ts.Check(err)
		entry, wrong, err := encoder.Entry(in)
		ts.Check(err)
		if len(wrong) > 0 {
			ts.Fatalf("%s: %v", forms.Text(), wrong)
		}
		entries = append(entries, entry)
	}
	fill(ts, args[0], def, entries, len(args) > 3)
}

// files are released lines, as slices.
type files struct{ Answers, Texts [][]byte }

// readAll gathers what is released in a survey's folder, opened where there are keys.
func readAll(dir string, keys ...age.Identity) (all files, err error) {
	err = journal.Read(context.Background(), dir, func(r *journal.Released) error {
		all = files{}
		gather := func(to *[][]byte, lines iter.Seq2[[]byte, error]) error {
			if len(keys) > 0 {
				lines = seal.OpenAll(lines, keys...)
			}
			for line, err := range lines {
				if err != nil {
					return err
				}
				*to = append(*to, bytes.Clone(line))
			}
			return nil
		}
		return cmp.Or(gather(&all.Answers, r.Answers), gather(&all.Texts, r.Texts))
	})
	return all, err
}

// each goes through lines as package journal does.
func each(lines [][]byte) iter.Seq2[[]byte, error] {
	return func(yield func([]byte, error) bool) {
		for _, line := range lines {
			if !yield(line, nil) {
				return
			}
		}
	}
}

// again FROM TO DEFINITION puts the released answers of one folder into another,
// the first of them twice.
func again(ts *testscript.TestScript, neg bool, args []string) {
	def, err := survey.Parse([]byte(ts.ReadFile(args[2])))
	ts.Check(err)
	released, err := readAll(ts.MkAbs(args[0]))
	ts.Check(err)
	entries := []journal.Entry{{Answer: released.Answers[0]}}
	for _, line := range released.Answers {
		entries = append(entries, journal.Entry{Answer: line})
	}
	fill(ts, args[1], def, entries, true)
}

func fill(ts *testscript.TestScript, dir string, def *survey.Definition, entries []journal.Entry, finished bool) {
	ts.Check(os.MkdirAll(filepath.Dir(ts.MkAbs(dir)), 0o700))
	j, err := journal.Open(ts.MkAbs(dir), journal.Options{Release: def.Release, Definition: def.JSON()})
	ts.Check(err)
	for _, e := range entries {
		ts.Check(j.Append(context.Background(), e))
	}
	if finished {
		ts.Check(j.Finish(context.Background()))
	}
	ts.Check(j.Close())
}

// records FILE TO writes the rows of a table as JSON, the names of the columns
// first and the rest sorted.
func records(ts *testscript.TestScript, neg bool, args []string) {
	text := ts.ReadFile(args[0])
	var rows [][]any
	if strings.HasSuffix(args[0], ".parquet") {
		rows = parquetRows(ts, text)
	} else {
		text, marked := strings.CutPrefix(text, "\xEF\xBB\xBF")
		if !marked {
			ts.Fatalf("%s has no byte order mark", args[0])
		}
		all, err := csv.NewReader(strings.NewReader(text)).ReadAll()
		ts.Check(err)
		for _, record := range all {
			var row []any
			for _, cell := range record {
				row = append(row, cell)
			}
			rows = append(rows, row)
		}
	}
	var lines []string
	for _, row := range rows {
		var line bytes.Buffer
		e := json.NewEncoder(&line)
		e.SetEscapeHTML(false)
		ts.Check(e.Encode(row))
		lines = append(lines, line.String())
	}
	slices.Sort(lines[1:])
	ts.Check(os.WriteFile(ts.MkAbs(args[1]), []byte(strings.Join(lines, "")), 0o666))
}

// parquetRows reads the tables of the survey in export.txtar.
func parquetRows(ts *testscript.TestScript, text string) [][]any {
	in, size := strings.NewReader(text), int64(len(text))
	file, err := parquet.OpenFile(in, size)
	ts.Check(err)
	rows := [][]any{{}}
	for _, field := range file.Schema().Fields() {
		rows[0] = append(rows[0], field.Name())
	}
	switch len(rows[0]) {
	case 3:
		all, err := parquet.Read[struct {
			Q1   *int32   `parquet:"q1,optional"`
			Unit *string  `parquet:"unit,optional"`
			Ways []string `parquet:"ways,list"`
		}](in, size)
		ts.Check(err)
		for _, r := range all {
			rows = append(rows, []any{r.Q1, r.Unit, r.Ways})
		}
	case 2:
		all, err := parquet.Read[struct {
			Question *string `parquet:"question,optional"`
			Text     *string `parquet:"text,optional"`
		}](in, size)
		ts.Check(err)
		for _, r := range all {
			rows = append(rows, []any{r.Question, r.Text})
		}
	}
	return rows
}
