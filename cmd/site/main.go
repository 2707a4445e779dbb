// Command site is what editors type: it builds the pages, serves them while
// they are being written, checks them, and starts new ones. Hugo is inside, so
// that nothing else has to be installed.
//
// Exit status: 0 done, 1 findings or failure, 2 wrong usage.
package main

import (
	"context"
	"errors"
	"os"
	"os/signal"
	"syscall"

	"github.com/alecthomas/kong"
)

// commandLine is what can be typed; each command has a file of its own.
type commandLine struct {
	Build buildCmd `cmd:"" help:"公開するサイトを組み立てます。"`
	Serve serveCmd `cmd:"" help:"書きながら確かめるためのサイトを開きます。回答の受付も動きます。"`
	Check checkCmd `cmd:"" help:"content/ の書き方とつながりを確かめます。"`
	New   newCmd   `cmd:"" help:"新しいページのひな形を作ります。"`
}

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	code := execute(ctx, os.Args[1:], newUI(os.Stdout, os.Stderr))
	stop()
	os.Exit(code)
}

// execute is the whole program without its process: it returns the exit status.
func execute(ctx context.Context, args []string, ui *ui) int {
	var cli commandLine
	parser := kong.Must(&cli,
		kong.Name("site"),
		kong.Description("職員力向上基本プランのサイトを作る道具です。プロジェクトのフォルダー（hugo.toml のある所）で使います。"),
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
	err = command.Run()
	var p *problem
	switch {
	case err == nil:
		return 0
	case errors.Is(err, errFindings):
		return 1
	case errors.As(err, &p) && p.misuse:
		ui.failed(err)
		return 2
	}
	ui.failed(err)
	return 1
}
