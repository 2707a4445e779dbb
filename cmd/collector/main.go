// Command collector takes the answers to surveys, keeps them, and turns them
// into reports. It links no Hugo package.
//
// Exit status: 0 done, 1 findings or failure, 2 wrong usage.
package main

import (
	"context"
	"os"
	"os/signal"
	"syscall"

	"github.com/alecthomas/kong"
)

// commands is the command line; each command has a file of its own.
type commands struct {
	Serve    serveCmd    `cmd:"" help:"サイトを見せ、アンケートの回答を受け取ります。"`
	Tickets  ticketsCmd  `cmd:"" help:"一枚で一度だけ答えられる回答券を作ります。"`
	Rehearse rehearseCmd `cmd:"" help:"作りものの回答で、報告の練習ができるようにします。"`
	Report   reportCmd   `cmd:"" help:"終わったアンケートの回答を集計し、結果のページのもとを作ります。"`
	Export   exportCmd   `cmd:"" help:"終わったアンケートの答えを、表にして取り出します。"`
	Key      keyCmd      `cmd:"" help:"回答を封じる鍵と、開く鍵の組を作ります。"`
	Verify   verifyCmd   `cmd:"" help:"保存してある回答が壊れていないかを確かめます。"`
}

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	code := run(ctx, os.Args[1:], &ui{out: os.Stdout, err: os.Stderr})
	stop()
	os.Exit(code)
}

// run is the whole program without its process: it returns the exit status.
func run(ctx context.Context, args []string, ui *ui) int {
	var cli commands
	parser := kong.Must(&cli,
		kong.Name("collector"),
		kong.Description("アンケートの回答を受け取り、保存し、集計する道具です。"),
		kong.Writers(ui.out, ui.err),
		kong.BindTo(ctx, (*context.Context)(nil)),
		kong.Bind(ui),
	)
	if len(args) == 0 {
		args = []string{"--help"}
	}
	command, err := parser.Parse(args)
	if err != nil {
		ui.misused(err)
		return 2
	}
	if err := command.Run(); err != nil {
		ui.failed(err)
		return 1
	}
	return 0
}
