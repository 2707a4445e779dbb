package main

// What commands have in common that work on one survey: its definition, as the
// site was built from it, and files that must not be written over.

import (
	"cmp"
	"errors"
	"io/fs"
	"os"
	"path/filepath"

	"staffplan/cmd/internal/cli"
	"staffplan/collector"
	"staffplan/collector/journal"
	"staffplan/collector/survey"
)

// onSite are the arguments that name a survey.
type onSite struct {
	ID   string `arg:"" name:"id" help:"アンケートの id。"`
	Site string `default:"public" placeholder:"フォルダー" help:"site build で組み立てたサイト。"`
}

// file is where site build puts the definition.
func (s onSite) file() string {
	return filepath.Join(s.Site, "surveys", s.ID, "survey.json")
}

func (s onSite) definition() (*survey.Definition, error) {
	return load(s.file(), "id を確かめ、先に site build でサイトを組み立ててください。")
}

// load reads a definition; missing is what to do where there is none.
func load(file, missing string) (*survey.Definition, error) {
	def, err := survey.Load(file)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, &cli.Problem{Sentence: "必要なファイルがありません。", Err: err, Next: []string{missing}}
	}
	return def, err
}

// matches refuses a definition that does not fit the answers in a folder, if
// there are any.
func matches(def *survey.Definition, dir string) error {
	data, err := journal.StoredDefinition(dir)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return unreadable(dir, err)
	}
	stored, err := survey.Parse(data)
	if err == nil {
		err = def.Fits(stored)
	}
	if err != nil {
		return &cli.Problem{Sentence: "アンケートの定義が、保存してある回答と合いません。", Err: err,
			Next: []string{"content/surveys/" + def.ID + "/index.md を、答えを受け付けたときの問いに戻してください。"}}
	}
	return nil
}

// unreadable says that the answers in a folder cannot be read, and what to do.
func unreadable(dir string, err error) error {
	return &cli.Problem{Sentence: dir + " の回答を読めません。", Err: err,
		Next: []string{cmp.Or(collector.Advice(err), "読んでよいフォルダーかを確かめ、collector verify で、壊れたところがないかも見てください。")}}
}

// create makes a file for its owner alone; kept is why one of that name stays,
// and what to do.
func create(name, kept string) (*os.File, error) {
	file, err := os.OpenFile(name, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	switch {
	case errors.Is(err, fs.ErrExist):
		return nil, &cli.Problem{Sentence: name + " は、もうあります。", Next: []string{kept}}
	case err != nil:
		return nil, uncreated(name, err)
	}
	return file, nil
}

func uncreated(name string, err error) error {
	return &cli.Problem{Sentence: name + " を作れません。", Err: err,
		Next: []string{"フォルダーがあるか、書き込めるかを確かめてください。"}}
}
