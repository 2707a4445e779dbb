// Package cli is the command line of both commands: how it is read, what is
// said, and how it ends.
//
// Exit status: 0 done, 1 findings or failure, 2 wrong usage.
package cli

import (
	"context"
	"errors"
	"os"
	"os/signal"
	"strings"
	"syscall"

	"github.com/alecthomas/kong"
)

// App is one of the two. Grammar points to a struct with a field for each
// command, as kong reads it; commands may ask for a context.Context, which ends
// with SIGINT or SIGTERM, and for a *UI.
type App struct {
	Name, Description string
	Grammar           any
}

// Main runs the process's command line and ends the process.
func (a App) Main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	code := a.run(ctx, os.Args[1:], NewUI(a.Name, os.Stdout, os.Stderr))
	stop()
	os.Exit(code)
}

// run is Main without the process: it returns the exit status.
func (a App) run(ctx context.Context, args []string, ui *UI) int {
	parser := kong.Must(a.Grammar,
		kong.Name(a.Name),
		kong.Description(a.Description),
		kong.Writers(ui.Out, ui.Err),
		kong.BindTo(ctx, (*context.Context)(nil)),
		kong.Bind(ui),
	)
	if len(args) == 0 {
		args = []string{"--help"}
	}
	command, err := parser.Parse(args)
	if err != nil {
		var names []string
		for _, c := range parser.Model.Children {
			names = append(names, c.Name)
		}
		err = &Problem{Misuse: true, Sentence: "この打ち方では動かせません。", Err: err,
			Next: []string{"使える命令: " + strings.Join(names, "、"),
				"使い方は " + a.Name + " --help で見られます。"}}
	} else {
		err = command.Run()
	}
	var p *Problem
	switch {
	case err == nil:
		return 0
	case errors.Is(err, ErrReported):
		return 1
	}
	ui.Failed(err)
	if errors.As(err, &p) && p.Misuse {
		return 2
	}
	return 1
}
