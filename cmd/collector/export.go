package main

// collector export: the answers themselves, as tables for another program.

import (
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"unicode/utf8"

	"staffplan/cmd/internal/cli"
	"staffplan/collector/report"
)

type exportCmd struct {
	onSite
	confidential
	Format   string `required:"" enum:"csv,parquet" placeholder:"形" help:"表の形。csv（Excel などで開く）か parquet（統計の道具で開く）。"`
	Out      string `placeholder:"ファイル" help:"答えの表を書くファイル。書かなければ、id に .csv か .parquet を付けた名前にします。自由に書かれた文と、問いの一覧は、名前に -comments と -questions を付けて並べます。"`
	Identity string `placeholder:"ファイル" help:"封じた回答を開く鍵のファイル。collector key か age-keygen が作ったもの。"`
	Data     string `default:"data" placeholder:"フォルダー" help:"回答をしまってあるフォルダー。"`
}

// Run may be used while the collector serves: it reads released files only.
func (c *exportCmd) Run(ui *cli.UI) error {
	def, err := c.definition()
	if err != nil {
		return err
	}
	responses, err := read(def, c.Data, c.Identity, ui)
	if err != nil {
		return err
	}
	if c.Out == "" {
		c.Out = def.ID + "." + c.Format
	}
	tables := responses.Tables()
	if err := c.write(tables); err != nil {
		return err
	}

	ui.Result("%s に、%d人の答えを書きました。1行が一人です。", c.Out, len(tables.Answers.Rows))
	if tables.Texts != nil {
		ui.Result("%s に、自由に書かれた文を%d件書きました。だれの答えと組になるかは、分かりません。", c.beside("-comments"), len(tables.Texts.Rows))
	}
	ui.Result("%s に、問いと選択肢の言葉があります。", c.beside("-questions"))
	if responses.Rehearsal {
		ui.Result("練習の回答です。どの行にも「練習」とあります。")
	}
	if n := len(tables.Answers.Rows); n < def.Minimum {
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

// write writes all files or none.
func (c *exportCmd) write(tables *report.Tables) (err error) {
	var written []string
	defer func() {
		if err != nil {
			for _, name := range written {
				os.Remove(name)
			}
		}
	}()
	for _, one := range []struct {
		name  string
		table *report.Table
	}{{c.Out, tables.Answers}, {c.beside("-comments"), tables.Texts}, {c.beside("-questions"), tables.Questions}} {
		if one.table == nil {
			continue
		}
		file, err := c.create(one.name, "上書きせずに止めました。消してよいものなら消すか、--out に別の名前を書いてください。")
		if err != nil {
			return err
		}
		written = append(written, one.name)
		write := writeCSV
		if c.Format == "parquet" {
			write = writeParquet
		}
		if err := errors.Join(write(file, one.table), file.Close()); err != nil {
			return &cli.Problem{Sentence: one.name + " を書けません。", Err: err, Next: []string{"空きがあるかを確かめてください。"}}
		}
	}
	return nil
}

// writeCSV writes RFC 4180 in UTF-8, with a byte order mark, without which Excel
// takes Japanese for something else, and ends lines with LF alone: otherwise
// those within a text would be changed as well. Several options stand in one
// cell, parted by semicolons.
func writeCSV(w io.Writer, t *report.Table) error {
	if _, err := io.WriteString(w, "\uFEFF"); err != nil {
		return err
	}
	out := csv.NewWriter(w)
	line := make([]string, len(t.Columns))
	for i, column := range t.Columns {
		line[i] = column.Name
	}
	out.Write(line)
	for _, row := range t.Rows {
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
		out.Write(line)
	}
	out.Flush()
	return out.Error() // the first of all these
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
