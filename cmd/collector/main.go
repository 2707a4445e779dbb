// Command collector takes the answers to surveys, keeps them, and turns them
// into reports. It links no Hugo package.
package main

import "staffplan/cmd/internal/cli"

// commandLine is what can be typed; each command has a file of its own.
type commandLine struct {
	Serve    serveCmd    `cmd:"" help:"サイトを見せ、アンケートの回答を受け取ります。"`
	Tickets  ticketsCmd  `cmd:"" help:"一枚で一度だけ答えられる回答券を作ります。"`
	Rehearse rehearseCmd `cmd:"" help:"作りものの回答で、報告の練習ができるようにします。"`
	Report   reportCmd   `cmd:"" help:"終わったアンケートの回答を集計し、結果のページのもとを作ります。"`
	Export   exportCmd   `cmd:"" help:"終わったアンケートの答えを、表にして取り出します。"`
	Key      keyCmd      `cmd:"" help:"回答を封じる鍵と、開く鍵の組を作ります。"`
	Verify   verifyCmd   `cmd:"" help:"保存してある回答が壊れていないかを確かめます。"`
}

func main() {
	cli.App{
		Name:        "collector",
		Description: "アンケートの回答を受け取り、保存し、集計する道具です。",
		Grammar:     &commandLine{},
	}.Main()
}
