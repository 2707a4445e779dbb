package main

// site new: a page from its archetype, at the place where it belongs.

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path"
	"path/filepath"

	"staffplan/cmd/internal/cli"
	"staffplan/cmd/site/check"
)

type newCmd struct {
	Kind string `arg:"" placeholder:"種類" help:"ページの種類。"`
	Slug string `arg:"" placeholder:"名前" help:"URL になる名前。半角の英小文字、数字、ハイフン。"`
}

// kind is what an editor calls a page. A folder holds a page together with
// other files (a survey's results).
type kind struct {
	name, section, japanese string
	folder                  bool
}

// kinds in the order in which they are listed; a section's archetype bears its name.
var kinds = []kind{
	{"event", "events", "地域イベント", false},
	{"area", "area", "地域情報", false},
	{"knowledge", "knowledge", "知識ノート", false},
	{"notice", "notices", "注意喚起", false},
	{"commendation", "commendations", "職員表彰", false},
	{"proposal", "proposals", "職員提案", false},
	{"training", "training", "研修教材", false},
	{"survey", "surveys", "アンケート", true},
	{"results", "results", "アンケートの結果", true},
}

func (c *newCmd) Run(ui *cli.UI) error {
	if err := atProjectRoot("."); err != nil {
		return err
	}
	k, err := kindNamed(c.Kind)
	if err != nil {
		return err
	}
	if !check.IsSlug(c.Slug) {
		return &cli.Problem{Misuse: true, Sentence: fmt.Sprintf("名前 %q は使えません。", c.Slug),
			Next: []string{"URL になるので、半角の英小文字、数字、ハイフンで書いてください。例: site new " + k.name + " spring-2027"}}
	}
	if check.IsDevice(c.Slug) {
		return &cli.Problem{Misuse: true, Sentence: fmt.Sprintf("名前 %q のファイルは、Windows では作れません。", c.Slug),
			Next: []string{"ほかの名前にしてください。例: site new " + k.name + " " + c.Slug + "-2027"}}
	}
	folder := path.Join("content", k.section, c.Slug)
	file := folder + ".md"
	if k.folder {
		file = folder + "/index.md"
	}
	for _, there := range []string{folder + ".md", folder} { // of either kind: they have the same URL
		if _, err := os.Stat(filepath.FromSlash(there)); !errors.Is(err, fs.ErrNotExist) {
			return &cli.Problem{Sentence: there + " は、もうあります。", Next: []string{"ほかの名前にするか、いまあるページを書き換えてください。"}}
		}
	}
	chatter, trouble := func(string) {}, func(line string) { fmt.Fprintln(ui.Err, line) }
	err = runHugo(".", chatter, trouble, "new", "content", "--kind", k.section, "--noBuildLock", file)
	if err != nil {
		return &cli.Problem{Sentence: "ひな形を作れませんでした。", Next: []string{"上の行に、直すところが出ています。"}}
	}
	ui.Result("%s", file)
	ui.Note("%sのひな形を作りました。", k.japanese)
	ui.Note("つぎに、このファイルを開いて書き、site serve で見え方を、site check で書き方を確かめてください。")
	ui.Note("公開するときは、draft: true の行を消します。")
	return nil
}

func kindNamed(name string) (kind, error) {
	list := []string{"使える種類:"}
	for _, k := range kinds {
		if k.name == name {
			return k, nil
		}
		list = append(list, fmt.Sprintf("  %-14s%s", k.name, k.japanese))
	}
	return kind{}, &cli.Problem{Misuse: true, Sentence: fmt.Sprintf("%q という種類はありません。", name), Next: list}
}
