package main

// collector backup: a copy that can be started on, taken while answers come in.

import (
	"cmp"
	"context"
	"errors"
	"io/fs"
	"path/filepath"

	"staffplan/cmd/internal/cli"
	"staffplan/collector"
	"staffplan/collector/journal"
)

type backupCmd struct {
	confidential
	IDs  []string `arg:"" optional:"" name:"id" help:"アンケートの id。いくつでも書けます。書かなければ、すべて写します。"`
	Out  string   `required:"" placeholder:"フォルダー" help:"控えにする、新しいフォルダー。例: /srv/backup/2026-11-15"`
	Data string   `default:"data" placeholder:"フォルダー" help:"回答をしまってあるフォルダー。"`
}

// Run may be used while the collector serves.
func (c *backupCmd) Run(ctx context.Context, ui *cli.UI) error {
	if err := c.outside(c.Out); err != nil {
		return err
	}
	if within(c.Data, c.Out) {
		return &cli.Problem{Sentence: c.Out + " は、写すフォルダー " + c.Data + " の中です。",
			Next: []string{"何も書かずに止めました。--out に、その外の場所を書いてください。できれば、別のディスクにします。"}}
	}
	ids, err := folders(c.Data, c.IDs)
	if err != nil {
		return err
	}
	if len(ids) == 0 {
		ui.Result("%s: 回答はまだありません。控えは取りませんでした。", c.Data)
		return nil
	}
	err = journal.Backup(ctx, c.Data, c.Out, ids, ui.Progress("控えを取っています", len(ids)))
	switch {
	case errors.Is(err, fs.ErrExist):
		return &cli.Problem{Sentence: "控えを " + c.Out + " に取れません。", Err: err,
			Next: []string{"上書きせずに止めました。--out に、まだない名前を書いてください。",
				"名前の終わりが .tmp のものは、前に途中で止まった控えです。ほかで動いていなければ、消してかまいません。"}}
	case err != nil:
		return &cli.Problem{Sentence: "控えを取れませんでした。", Err: err,
			Next: []string{cmp.Or(collector.Advice(err), "書けるか、空きがあるかを確かめて、もう一度動かしてください。")}}
	}
	return c.tell(ctx, ui, ids)
}

// tell says what the copy holds: of a survey that is open, no number that moves
// with each answer.
func (c *backupCmd) tell(ctx context.Context, ui *cli.UI, ids []string) error {
	open := false
	for _, id := range ids {
		dir := filepath.Join(c.Out, id)
		finished, err := journal.IsFinished(dir)
		if err != nil {
			return unreadable(dir, err)
		}
		var n int
		err = journal.Read(ctx, dir, func(r *journal.Released) error {
			n = 0
			for _, err := range r.Answers {
				if err != nil {
					return err
				}
				n++
			}
			return nil
		})
		if err != nil {
			return unreadable(dir, err)
		}
		if finished {
			ui.Result("%s: 受付が終わっています。回答は%d件です。", id, n)
			continue
		}
		open = true
		ui.Result("%s: 受付中です。移し終えた回答（%d件以上）と、まだ移していない回答が入っています。", id, n/10*10)
	}
	ui.Result("%s に控えを取りました。戻すときは、受付を止めてから、これを %s の代わりに置きます。", c.Out, c.Data)
	if open {
		ui.Result("受付中に取った控えからは、いつごろ届いた答えかが分かることがあります。見る人を限り、受付が終わったら新しい控えを取って、これは消してください。")
	}
	return nil
}

// within tells whether a name lies in a folder, or is that.
func within(folder, name string) bool {
	outer, err := filepath.Abs(folder)
	if err != nil {
		return false
	}
	inner, err := filepath.Abs(name)
	if err != nil {
		return false
	}
	relative, err := filepath.Rel(outer, inner)
	return err == nil && filepath.IsLocal(relative)
}
