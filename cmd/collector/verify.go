package main

// collector verify: every stored file is walked, and the first bad place named.

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"

	"staffplan/cmd/internal/cli"
	"staffplan/collector"
	"staffplan/collector/journal"
)

type verifyCmd struct {
	ID   string `arg:"" optional:"" name:"id" help:"アンケートの id。書かなければ、すべて確かめます。"`
	Data string `default:"data" placeholder:"フォルダー" help:"回答をしまってあるフォルダー。"`
}

// Run may be used while the collector serves.
func (c *verifyCmd) Run(ui *cli.UI) error {
	var named []string
	if c.ID != "" {
		named = []string{c.ID}
	}
	ids, err := folders(c.Data, named)
	if err != nil {
		return err
	}
	bad := 0
	for _, id := range ids {
		dir := filepath.Join(c.Data, id)
		if err := journal.Verify(dir); err != nil {
			bad++
			p := &cli.Problem{Sentence: dir + " は、このままでは使えません。", Err: err}
			if advice := collector.Advice(err); advice != "" {
				p.Next = []string{advice}
			}
			ui.Failed(p)
			continue
		}
		ui.Result("%s: 壊れたところはありません。", id)
	}
	switch {
	case bad > 0:
		return &cli.Problem{Sentence: "保存してあるものに、確かめられないところがあります。",
			Next: []string{"このフォルダーには手を加えず、まず写しを取ってください。"}}
	case len(ids) == 0:
		ui.Result("%s: 回答はまだありません。", c.Data)
	}
	return nil
}

// folders are the ids of the surveys that a data directory has folders of, or
// those of these that are named.
func folders(data string, named []string) (ids []string, err error) {
	entries, err := os.ReadDir(data)
	for _, e := range entries {
		if info, err := os.Stat(filepath.Join(data, e.Name())); err == nil && info.IsDir() {
			ids = append(ids, e.Name())
		}
	}
	for _, id := range named {
		if err == nil && !slices.Contains(ids, id) {
			err = fmt.Errorf("%s: %w", id, fs.ErrNotExist)
		}
	}
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return nil, &cli.Problem{Sentence: data + " を読めません。", Err: err, Next: []string{"--data と id を確かめてください。"}}
	case err != nil:
		return nil, &cli.Problem{Sentence: data + " を読めません。", Err: err}
	case len(named) > 0:
		return slices.Compact(slices.Sorted(slices.Values(named))), nil
	}
	return ids, nil
}
