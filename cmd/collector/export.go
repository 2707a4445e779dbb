package main

// collector export: the answers themselves, as tables for another program.

import (
	"context"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"iter"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"staffplan/cmd/internal/cli"
	"staffplan/collector/journal"
	"staffplan/collector/report"
	"staffplan/collector/survey"
)

type exportCmd struct {
	onSite
	confidential
	Format   string `required:"" enum:"csv,parquet" placeholder:"形" help:"表の形。csv（Excel などで開く）か parquet（統計の道具で開く）。"`
	Out      string `placeholder:"ファイル" help:"答えの表を書くファイル。書かなければ、id に .csv か .parquet を付けた名前にします。自由に書かれた文と、問いと選択肢の一覧は、名前に -comments と -questions を付けて並べます。"`
	Identity string `placeholder:"ファイル" help:"封じた回答を開く鍵のファイル。collector key か age-keygen が作ったもの。"`
	Data     string `default:"data" placeholder:"フォルダー" help:"回答をしまってあるフォルダー。"`
	Yes      bool   `help:"一人ひとりの答えを書いてよいかを尋ねません。キーボードの前に人がいないときに要ります。"`
}

// Run may be used while the collector serves: it reads released files only.
func (c *exportCmd) Run(ctx context.Context, ui *cli.UI) error {
	def, err := c.definition()
	if err != nil {
		return err
	}
	answers, err := find(def, c.Data, c.Identity, ui)
	if err != nil {
		return err
	}
	if c.Out == "" {
		c.Out = def.ID + "." + c.Format
	}
	if err := c.mayWrite(def); err != nil {
		return err
	}
	if err := c.confirm(ctx, def, ui); err != nil {
		return err
	}
	var tables *report.Tables
	defer func() {
		if tables != nil {
			tables.Close()
		}
	}()
	err = answers.read(ctx, ui, func(r *journal.Released) (err error) {
		if tables != nil { // of a moment that has passed
			tables.Close()
		}
		tables, err = report.Tabulate(def, r, answers.rehearsal, filepath.Dir(c.Out), answers.keys...)
		return err
	})
	if err != nil {
		return err
	}
	if err := c.write(ctx, tables, ui); err != nil {
		return err
	}

	ui.Result("%s に、%d人の答えを書きました。1行が一人です。", c.Out, tables.Answers.Length)
	if tables.Texts != nil {
		ui.Result("%s に、自由に書かれた文を%d件書きました。だれの答えと組になるかは、分かりません。", c.beside("-comments"), tables.Texts.Length)
	}
	ui.Result("%s に、問いの種類と言葉、選択肢や段階の言葉、逆向きの問い、主題と取組があります。", c.beside("-questions"))
	if answers.rehearsal {
		ui.Result("練習の回答です。どの行にも「練習」とあります。")
	}
	if n := tables.Answers.Length; n < def.Minimum {
		ui.Result("回答が%d人に満たないので、ここから作った数字は公表できません。", def.Minimum)
	}
	if c.Format == "csv" {
		ui.Result("Excel では、ダブルクリックせずに「データ」の「テキストまたは CSV から」で開き、どの列も「テキスト」にしてください。1-2 が日付に、0612 が 612 に変わるのを防げます。")
	}
	ui.Result("一人ひとりの答えが入っています。見る人を限り、使い終えたら消してください。")
	return nil
}

// beside is the name of a file that goes with Out.
func (c *exportCmd) beside(word string) string {
	end := filepath.Ext(c.Out)
	return strings.TrimSuffix(c.Out, end) + word + end
}

// mayWrite refuses names at once that would be refused after all has been read.
func (c *exportCmd) mayWrite(def *survey.Definition) error {
	names := []string{c.Out, c.beside("-questions")}
	if slices.ContainsFunc(def.Questions, func(q survey.Question) bool { return q.Kind == survey.Text }) {
		names = append(names, c.beside("-comments"))
	}
	for _, name := range names {
		if err := c.outside(name); err != nil {
			return err
		}
		if _, err := os.Lstat(name); err == nil {
			return taken(name)
		}
	}
	if _, err := os.Stat(filepath.Dir(c.Out)); err != nil {
		return uncreated(c.Out, err)
	}
	return nil
}

func taken(name string) error {
	return &cli.Problem{Sentence: name + " は、もうあります。",
		Next: []string{"上書きせずに止めました。消してよいものなら消すか、--out に別の名前を書いてください。"}}
}

// confirm asks whoever types the command: nothing that the program can do afterwards
// keeps single answers from being passed on.
func (c *exportCmd) confirm(ctx context.Context, def *survey.Definition, ui *cli.UI) error {
	if c.Yes {
		return nil
	}
	switch yes, asked, err := ui.Confirm(ctx, "「"+def.Title+"」の、一人ひとりの答えを "+c.Out+" に書きます。続けますか"); {
	case err != nil:
		return err
	case !asked:
		return &cli.Problem{Misuse: true, Sentence: "一人ひとりの答えを書いてよいかを、尋ねる人がいません。",
			Next: []string{"何も書かずに止めました。見る人を限れるなら、--yes を付けて、もう一度動かしてください。",
				"結果のページを作るだけなら、collector report で足ります。"}}
	case !yes:
		return stopped
	}
	return nil
}

// write writes all files or none: each under a name of its own at first, and all get
// theirs once the last one is on disk.
func (c *exportCmd) write(ctx context.Context, tables *report.Tables, ui *cli.UI) (err error) {
	var drafts, names, written []string
	defer func() {
		if err != nil {
			for _, name := range append(drafts, written...) {
				os.Remove(name)
			}
		}
	}()
	write := writeCSV
	if c.Format == "parquet" {
		write = writeParquet
	}
	for _, one := range []struct {
		name  string
		table *report.Table
	}{{c.Out, tables.Answers}, {c.beside("-comments"), tables.Texts}, {c.beside("-questions"), tables.Questions}} {
		if one.table == nil {
			continue
		}
		draft, err := os.CreateTemp(filepath.Dir(one.name), "."+filepath.Base(one.name)+".*") // for its owner alone
		if err != nil {
			return uncreated(one.name, err)
		}
		drafts, names = append(drafts, draft.Name()), append(names, one.name)
		err = write(draft, one.table.Columns, watched(ctx, one.table, ui))
		if err := errors.Join(err, draft.Sync(), draft.Close()); err != nil {
			if ctx.Err() != nil {
				return stopped
			}
			return &cli.Problem{Sentence: one.name + " を書けません。", Err: err, Next: []string{"何も書かずに止めました。空きがあるかを確かめてください。"}}
		}
	}
	for i, name := range names {
		if _, err := os.Lstat(name); err == nil { // it came meanwhile
			return taken(name)
		}
		if err := os.Rename(drafts[i], name); err != nil {
			return &cli.Problem{Sentence: name + " を書けません。", Err: err}
		}
		written = append(written, name)
	}
	return nil
}

// watched are the rows of a table, until somebody stops the program; how far they are
// is shown.
func watched(ctx context.Context, t *report.Table, ui *cli.UI) iter.Seq2[[]any, error] {
	return func(yield func([]any, error) bool) {
		progress, done := ui.Progress("表を書いています", t.Length), 0
		for row, err := range t.Rows {
			if err == nil {
				err = ctx.Err()
			}
			if !yield(row, err) || err != nil {
				return
			}
			done++
			progress(done)
		}
	}
}

// writeCSV writes RFC 4180 in UTF-8, with a byte order mark, without which Excel
// takes Japanese for something else, and ends lines with LF alone: otherwise
// those within a text would be changed as well. Several options stand in one
// cell, parted by semicolons.
func writeCSV(w io.Writer, columns []report.Column, rows iter.Seq2[[]any, error]) error {
	if _, err := io.WriteString(w, "\uFEFF"); err != nil {
		return err
	}
	out := csv.NewWriter(w)
	line := make([]string, len(columns))
	for i, column := range columns {
		line[i] = column.Name
	}
	out.Write(line)
	for row, err := range rows {
		if err != nil {
			return err
		}
		for i, cell := range row {
			switch cell := cell.(type) {
			case int:
				line[i] = ""
				if cell != 0 {
					line[i] = strconv.Itoa(cell)
				}
			case []string:
				line[i] = strings.Join(cell, ";")
			case string:
				line[i] = harmless(cell)
			default:
				panic(fmt.Sprintf("a cell is a %T", cell))
			}
		}
		if err := out.Write(line); err != nil {
			return err
		}
	}
	out.Flush()
	return out.Error()
}

// harmless keeps a spreadsheet from taking somebody's words for a formula, which
// could fetch things from elsewhere: an apostrophe goes before what begins like
// one, half or full width (OWASP, "CSV Injection"). Space before it would not
// stop every program.
func harmless(text string) string {
	first, _ := utf8.DecodeRuneInString(strings.TrimLeft(text, " 　\t\n"))
	if strings.ContainsRune("=+-@＝＋－＠", first) {
		return "'" + text
	}
	return text
}
