package main

// collector key: a pair of keys for a sealed survey, for those who have no
// age-keygen at hand. The file is of the same form.

import (
	"errors"
	"fmt"
	"os"

	"filippo.io/age"

	"staffplan/cmd/internal/cli"
)

type keyCmd struct {
	confidential
	Out string `required:"" placeholder:"ファイル" help:"鍵を書くファイル。例: key.txt"`
}

func (c *keyCmd) Run(ui *cli.UI) error {
	key, err := age.GenerateX25519Identity()
	if err != nil {
		return err
	}
	file, err := c.create(c.Out, "使っている鍵かもしれないので、上書きせずに止めました。--out に別の名前を書いてください。")
	if err != nil {
		return err
	}
	_, err = fmt.Fprintf(file, "# public key: %s\n%s\n", key.Recipient(), key)
	if err := errors.Join(err, file.Sync(), file.Close()); err != nil {
		os.Remove(c.Out)
		return &cli.Problem{Sentence: c.Out + " に鍵を書けません。", Err: err, Next: []string{"空きがあるかを確かめてください。"}}
	}
	ui.Result("鍵を %s に書きました。ほかの人に見せず、控えを別の場所に一つ置いてください。", c.Out)
	ui.Result("なくすと、封じた回答は、だれにも二度と開けません。")
	ui.Result("アンケートの index.md に書くのは、次の行です。こちらは人に見せてかまいません。")
	ui.Result("sealed_to: %s", key.Recipient())
	return nil
}
