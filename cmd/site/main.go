// Command site is what editors type: it builds the pages, serves them while
// they are being written, checks them, and starts new ones. Hugo is inside, so
// that nothing else has to be installed.
package main

import "staffplan/cmd/internal/cli"

// commandLine is what can be typed; each command has a file of its own.
type commandLine struct {
	Build buildCmd `cmd:"" help:"公開するサイトを組み立てます。"`
	Serve serveCmd `cmd:"" help:"書きながら確かめるためのサイトを開きます。回答の受付も動きます。"`
	Check checkCmd `cmd:"" help:"content/ の書き方とつながりを確かめます。"`
	New   newCmd   `cmd:"" help:"新しいページのひな形を作ります。"`
}

func main() {
	cli.App{
		Name:        "site",
		Description: "職員力向上基本プランのサイトを作る道具です。プロジェクトのフォルダー（hugo.toml のある所）で使います。",
		Grammar:     &commandLine{},
	}.Main()
}
