package main

// collector verify: every stored file is walked, and the first bad place named.

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"

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
	ids := []string{c.ID}
	if c.ID == "" {
		folders, err := os.ReadDir(c.Data)
		if err != nil {
			return c.unreadable(err)
		}
		ids = nil
		for _, f := range folders {
			if f.IsDir() {
				ids = append(ids, f.Name())
			}
		}
	}
	bad := 0
	for _, id := range ids {
		dir := filepath.Join(c.Data, id)
		if _, err := os.Stat(dir); err != nil {
			return c.unreadable(err)
		}
		if err := journal.Verify(dir); err != nil {
			bad++
			p := &cli.Problem{Sentence: dir + " に壊れたところがあります。", Err: err}
			if advice := collector.Advice(err); advice != "" {
				p = &cli.Problem{Sentence: dir + " は、このままでは使えません。", Err: err, Next: []string{advice}}
			}
			ui.Failed(p)
			continue
		}
		ui.Result("%s: 壊れたところはありません。", id)
	}
	switch {
	case bad > 0:
		return &cli.Problem{Sentence: "保存してあるものに、確かめられないところがあります。",
			Next: []string{"このフォルダーには手を加えず、まず写しを取ってください。それから、控え（バックアップ）と比べてください。"}}
	case len(ids) == 0:
		ui.Result("%s: 回答はまだありません。", c.Data)
	}
	return nil
}

func (c *verifyCmd) unreadable(err error) error {
	p := &cli.Problem{Sentence: c.Data + " を読めません。", Err: err}
	if errors.Is(err, fs.ErrNotExist) {
		p.Next = []string{"--data と id を確かめてください。"}
	}
	return p
}
