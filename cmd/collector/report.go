package main

// collector report: from the answers of a survey that has ended to the folder
// its results page is made of.

import (
	_ "embed"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"time"
	"unicode/utf8"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"

	"staffplan/cmd/internal/cli"
	"staffplan/collector/report"
	"staffplan/collector/survey"
)

type reportCmd struct {
	Survey string `required:"" placeholder:"ファイル" help:"アンケートの定義。例: public/surveys/morale-2026/survey.json"`
	Data   string `default:"data" placeholder:"フォルダー" help:"回答をしまってあるフォルダー。"`
	Out    string `required:"" placeholder:"フォルダー" help:"結果を置くフォルダー。例: content/results/morale-2026"`

	Identity string `placeholder:"ファイル" help:"封じた回答を開く鍵のファイル。collector key か age-keygen が作ったもの。"`
}

// Validate is kong's: what it refuses is wrong usage.
func (c *reportCmd) Validate() error {
	if _, err := os.Stat(filepath.Join(c.Out, "_index.md")); err == nil {
		return fmt.Errorf("--out には %s のように、このアンケートだけのフォルダーを書いてください", filepath.Join(c.Out, filepath.Base(filepath.Dir(c.Survey))))
	}
	return nil
}

// Run may be used while the collector serves: it reads released files only.
func (c *reportCmd) Run(ui *cli.UI) error {
	def, err := load(c.Survey, "先に site build でサイトを組み立て、--survey のファイルの名前を確かめてください。")
	if err != nil {
		return err
	}
	responses, err := read(def, c.Data, c.Identity, ui)
	if err != nil {
		return err
	}
	return c.write(def, responses.Results(nil), ui)
}

func (c *reportCmd) write(def *survey.Definition, results *report.Results, ui *cli.UI) error {
	name := filepath.Join(c.Out, "results.json")
	if results.Rehearsal && holdsReal(name) {
		return &cli.Problem{Sentence: name + " には、本物の結果があります。",
			Next: []string{"練習の数字で上書きしないように、止めました。--out に別のフォルダーを書いてください。"}}
	}
	if err := os.MkdirAll(c.Out, 0o755); err != nil {
		return &cli.Problem{Sentence: c.Out + " を作れません。", Err: err}
	}
	if err := results.Write(name); err != nil {
		return &cli.Problem{Sentence: name + " を書けません。", Err: err,
			Next: []string{"前からあったファイルは、そのままです。書き込めるフォルダーか、空きがあるかを確かめてください。"}}
	}
	page := filepath.Join(c.Out, "index.md")
	made, err := startPage(page, def)
	if err != nil {
		return &cli.Problem{Sentence: page + " を書けません。", Err: err}
	}

	if results.Suppressed {
		ui.Result("%s を書きました。回答が%d人に満たないので、数字は入れていません。", name, results.Minimum)
	} else {
		ui.Result("%s を書きました。回答は%d人です。", name, results.Responses)
	}
	if results.Rehearsal {
		ui.Result("練習用の数字です。site serve で見られますが、公開するサイトには入れられません。")
	}
	if made {
		ui.Result("%s に、数字から分かったことを書いてください。", page)
	}
	for _, comments := range results.Comments {
		if n := len(comments.Texts); n > 0 {
			ui.Result("自由に書かれた意見が%d件あります。公開する前に読んで、だれのことか分かるものは texts から消してください。", n)
		}
	}
	return nil
}

// holdsReal reports whether results of real answers stand in a file.
func holdsReal(name string) bool {
	data, err := os.ReadFile(name)
	var results struct {
		Rehearsal bool `json:"rehearsal"`
	}
	return err == nil && (json.Unmarshal(data, &results) != nil || !results.Rehearsal)
}

// resultsPage is the page with blanks for title, description, dates and id.
//
//go:embed results.md
var resultsPage string

// startPage makes the page for the editor's findings where there is none.
func startPage(name string, def *survey.Definition) (made bool, err error) {
	file, err := os.OpenFile(name, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o644)
	if errors.Is(err, fs.ErrExist) {
		return false, nil
	}
	if err != nil {
		return false, err
	}
	// A space parts digits and Latin letters from the words that follow.
	of := "の結果"
	if last, _ := utf8.DecodeLastRuneInString(def.Title); last < utf8.RuneSelf {
		of = " " + of
	}
	today := time.Now().In(survey.Tokyo)
	_, err = fmt.Fprintf(file, resultsPage, quoted(def.Title+of), quoted("「"+def.Title+"」の数字と、そこから分かったことを、取組ごとに見られます。"),
		today.Format(time.DateOnly), today.AddDate(1, 0, -1).Format(time.DateOnly), def.ID)
	return true, errors.Join(err, file.Close())
}

// quoted writes a string for YAML, which reads JSON's.
func quoted(s string) string {
	q, _ := jsontext.AppendQuote(nil, s) // fails for what is not UTF-8
	return string(q)
}
