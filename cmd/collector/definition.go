package main

// The definition of a survey, as the site was built from it.

import (
	"errors"
	"io/fs"
	"path/filepath"

	"staffplan/cmd/internal/cli"
	"staffplan/collector/journal"
	"staffplan/collector/survey"
)

// definitionFile is where site build puts it.
func definitionFile(site, id string) string {
	return filepath.Join(site, "surveys", id, "survey.json")
}

// definition reads that of one survey of a site.
func definition(site, id string) (*survey.Definition, error) {
	return load(definitionFile(site, id), "id を確かめ、先に site build でサイトを組み立ててください。")
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
		return err
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
