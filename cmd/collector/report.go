package main

// collector report: from the answers of a survey that has ended to the folder
// its results page is made of.

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"golang.org/x/text/encoding/unicode"
	"golang.org/x/text/transform"

	"staffplan/cmd/internal/cli"
	"staffplan/collector/journal"
	"staffplan/collector/report"
	"staffplan/collector/survey"
)

type reportCmd struct {
	Survey   string   `required:"" placeholder:"ファイル" help:"アンケートの定義。例: public/surveys/morale-2026/survey.json"`
	Data     string   `default:"data" placeholder:"フォルダー" help:"回答をしまってあるフォルダー。"`
	Out      string   `required:"" placeholder:"フォルダー" help:"結果を置くフォルダー。例: content/results/morale-2026"`
	Previous []string `placeholder:"ファイル" help:"前の回の結果。差を入れます。いくつ書いても、定義の previous のものを使います。例: content/results/morale-2025/results.json"`
	More     []string `arg:"" optional:"" hidden:"" help:"--previous の続き。"`
	Comments string   `placeholder:"ファイル" help:"自由に書かれた文と、載せるかどうかの決定を書くファイル。書かなければ、いまのフォルダーの、id に -comments.txt を付けた名前にします。"`
	Identity string   `placeholder:"ファイル" help:"封じた回答を開く鍵のファイル。collector key か age-keygen が作ったもの。"`
}

// Validate is kong's: what it refuses is wrong usage.
func (c *reportCmd) Validate() error {
	if _, err := os.Stat(filepath.Join(c.Out, "_index.md")); err == nil {
		return fmt.Errorf("--out には %s のように、このアンケートだけのフォルダーを書いてください", filepath.Join(c.Out, filepath.Base(filepath.Dir(c.Survey))))
	}
	if len(c.More) > 0 && len(c.Previous) == 0 {
		return fmt.Errorf("%s が何のファイルか分かりません。前の回の結果なら、--previous の後に書いてください", c.More[0])
	}
	if c.Comments != "" && inContent(c.Comments) {
		return fmt.Errorf("--comments には content の外のファイルを書いてください。中に置くと、載せないと決めた文まで、サイトと一緒に配られます")
	}
	return nil
}

// inContent says whether a file stands in a folder that sites are made of.
func inContent(name string) bool {
	full, err := filepath.Abs(name)
	if err != nil {
		return true
	}
	if dir, err := filepath.EvalSymlinks(filepath.Dir(full)); err == nil {
		full = dir
	}
	return slices.Contains(strings.Split(filepath.ToSlash(full), "/"), "content")
}

// Run may be used while the collector serves: it reads released files only.
func (c *reportCmd) Run(ctx context.Context, ui *cli.UI) error {
	def, err := load(c.Survey, "先に site build でサイトを組み立て、--survey のファイルの名前を確かめてください。")
	if err != nil {
		return err
	}
	answers, err := find(def, c.Data, c.Identity, ui)
	if err != nil {
		return err
	}
	decisions, undecided := c.decisions(def)
	var responses *report.Responses
	err = answers.read(ctx, ui, func(r *journal.Released) (err error) {
		responses, err = report.Read(def, r, decisions, answers.keys...)
		return err
	})
	if err != nil {
		return err
	}
	responses.Rehearsal = answers.rehearsal
	previous, err := c.previous(def, responses.Rehearsal, ui)
	if err != nil {
		return err
	}
	results := responses.Results(previous)
	if err := c.mayReplace(def, results); err != nil {
		return err
	}
	var editing *report.Editing
	if !results.Suppressed {
		if editing, err = c.edit(responses, undecided); err != nil {
			return err
		}
		results.Comments = editing.Comments
	}
	return c.write(def, results, editing, ui)
}

// previous finds the results of the survey before, and how it was defined.
func (c *reportCmd) previous(def *survey.Definition, rehearsal bool, ui *cli.UI) (*report.Previous, error) {
	files := append(c.Previous, c.More...)
	switch {
	case def.Previous == "" && len(files) > 0:
		ui.Say("このアンケートの定義に previous がないので、前の回とは比べません。")
		return nil, nil
	case def.Previous == "":
		return nil, nil
	case len(files) == 0:
		ui.Say("前の回との差は入れません。入れるときは、--previous に %s の results.json を書いてください。", def.Previous)
		return nil, nil
	}
	for _, name := range files {
		results, err := readResults(name)
		if err != nil {
			return nil, err
		}
		if results.Survey != def.Previous {
			continue
		}
		if results.Rehearsal && !rehearsal {
			return nil, &cli.Problem{Sentence: name + " は、練習用の数字です。本物の結果とは比べられません。",
				Next: []string{"--previous に、公開した results.json を書いてください。"}}
		}
		before, err := c.definitionOf(def.Previous)
		if errors.Is(err, fs.ErrNotExist) {
			ui.Say("前の回（%s）の定義が見つからないので、同じことを尋ねたかが分からず、差は入れません。site build で、前の回のページも一緒に組み立ててください。", def.Previous)
			return nil, nil
		}
		if err != nil {
			return nil, err
		}
		return report.NewPrevious(results, before), nil
	}
	return nil, &cli.Problem{Sentence: "--previous のファイルに、前の回（" + def.Previous + "）の結果がありません。",
		Next: []string{"content/results/" + def.Previous + "/results.json のように書いてください。"}}
}

// definitionOf is that of another survey: beside this one in the built site, or the
// copy kept with its answers.
func (c *reportCmd) definitionOf(id string) (*survey.Definition, error) {
	def, err := survey.Load(filepath.Join(filepath.Dir(filepath.Dir(c.Survey)), id, "survey.json"))
	if !errors.Is(err, fs.ErrNotExist) {
		return def, err
	}
	data, err := journal.StoredDefinition(filepath.Join(c.Data, id))
	if err != nil {
		return nil, err
	}
	return survey.Parse(data)
}

// readResults reads results that a report has written.
func readResults(name string) (*report.Results, error) {
	data, err := os.ReadFile(name)
	if err != nil {
		return nil, &cli.Problem{Sentence: name + " を読めません。", Err: err, Next: []string{"ファイルの名前を確かめてください。"}}
	}
	results, err := report.Parse(data)
	switch {
	case errors.Is(err, report.ErrEdited):
		return nil, &cli.Problem{Sentence: name + " は、collector report が書いた後で書き換えられています。",
			Next: []string{"手で直した数字は使えません。git で元に戻すか、そのアンケートの報告を作り直してください。"}}
	case err != nil:
		return nil, &cli.Problem{Sentence: name + " は、この版の結果のファイルではありません。", Err: err,
			Next: []string{"そのアンケートの報告を作り直してください。"}}
	}
	return results, nil
}

// mayReplace refuses results that must not take the place of those in Out: made-up
// ones of real ones; and of a standing form an edition of which the difference to
// the one before would tell how a few people answered.
func (c *reportCmd) mayReplace(def *survey.Definition, results *report.Results) error {
	name := c.results()
	if results.Rehearsal && holdsReal(name) {
		return &cli.Problem{Sentence: name + " には、本物の結果があります。",
			Next: []string{"練習の数字で上書きしないように、止めました。--out に別のフォルダーを書いてください。"}}
	}
	if _, err := os.Stat(name); !def.Standing() || results.Rehearsal || errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	before, err := readResults(name)
	if err != nil {
		return err
	}
	if more := results.Responses - before.Responses; !before.Rehearsal && before.Responses > 0 && more != 0 && more < def.Minimum {
		return &cli.Problem{Sentence: fmt.Sprintf("前に出した結果から、回答がまだ%d人分増えていません。", def.Minimum),
			Next: []string{"二つの結果を引き算すると、少ない人の答えが分かってしまうので、止めました。回答が増えてから、もう一度動かしてください。"}}
	}
	return nil
}

// decisions reads what was decided about the texts.
func (c *reportCmd) decisions(def *survey.Definition) (*report.Decisions, error) {
	if c.Comments == "" {
		c.Comments = def.ID + "-comments.txt"
	}
	file, err := os.ReadFile(c.Comments)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, &cli.Problem{Sentence: c.Comments + " を読めません。", Err: err}
	}
	if text, _, err := transform.Bytes(unicode.BOMOverride(transform.Nop), file); err == nil { // as editors of Windows may have it
		file = text
	}
	return report.ParseDecisions(file)
}

// edit takes the decisions; err is why they could not be read. It is told here, since
// of few answers no text is published, whatever was decided.
func (c *reportCmd) edit(responses *report.Responses, err error) (*report.Editing, error) {
	var editing *report.Editing
	if err == nil {
		editing, err = responses.Edit()
	}
	if wrong, ok := errors.AsType[*report.CommentsError](err); ok {
		return nil, &cli.Problem{Sentence: fmt.Sprintf("%s:%d: %s", c.Comments, wrong.Line, wrong.Message),
			Next: []string{"何も書かずに止めました。ほかのアンケートや練習のときのファイルなら、消してからもう一度動かしてください。"}}
	}
	if err != nil {
		return nil, err
	}
	if len(editing.File) > 0 && inContent(c.Comments) {
		return nil, &cli.Problem{Sentence: "自由に書かれた文は、content の中に書けません。",
			Next: []string{"--comments に、content の外のファイルを書いてください。"}}
	}
	return editing, nil
}

func (c *reportCmd) results() string { return filepath.Join(c.Out, "results.json") }

func (c *reportCmd) write(def *survey.Definition, results *report.Results, editing *report.Editing, ui *cli.UI) error {
	name := c.results()
	if err := os.MkdirAll(c.Out, 0o755); err != nil {
		return &cli.Problem{Sentence: c.Out + " を作れません。", Err: err}
	}
	if editing != nil && editing.Added > 0 {
		if err := report.WriteFile(c.Comments, editing.File, 0o600); err != nil {
			return &cli.Problem{Sentence: c.Comments + " を書けません。", Err: err,
				Next: []string{"書き込めるフォルダーか、空きがあるかを確かめてください。"}}
		}
	}
	if err := results.Write(name); err != nil {
		return &cli.Problem{Sentence: name + " を書けません。", Err: err,
			Next: []string{"前からあったファイルは、そのままです。書き込めるフォルダーか、空きがあるかを確かめてください。"}}
	}
	page := filepath.Join(c.Out, "index.md")
	made, err := startPage(page, def, results)
	if err != nil {
		return &cli.Problem{Sentence: page + " を書けません。", Err: err,
			Next: []string{name + " は書けています。書き込めるフォルダーか、空きがあるかを確かめて、もう一度動かしてください。"}}
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
	if editing != nil && editing.Added > 0 {
		ui.Result("%s に、自由に書かれた文を%d件書きました。", c.Comments, editing.Added)
	}
	if editing != nil && editing.Undecided > 0 {
		ui.Result("載せるかどうかを決めていない文が%d件あります。%s に決定を書いて、もう一度動かしてください。", editing.Undecided, c.Comments)
	}
	if editing != nil && editing.Later > 0 {
		ui.Result("自由に書かれた文は、ほかに%d件あります。決めてからもう一度動かすと、続きを書きます。", editing.Later)
	}
	return nil
}

// holdsReal reports whether results of real answers stand in a file.
func holdsReal(name string) bool {
	data, err := os.ReadFile(name)
	if err != nil {
		return false
	}
	results, err := report.Parse(data)
	return err != nil || !results.Rehearsal
}
