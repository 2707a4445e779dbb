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
	"syscall"

	"github.com/alecthomas/kong"
)

// App is one of the two commands.
type App struct {
	Name, Description string

	// Grammar points to a struct with a field for each command, as kong reads
	// it, and with an example of each in the tag "example". Commands may ask for
	// a context.Context, which ends with SIGINT or SIGTERM, and for a *UI.
	Grammar any

	// Parts are lines that --version shows below the revision.
	Parts []string
}

// Main runs the process's command line and ends the process.
func (a App) Main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	code := a.run(ctx, os.Args[1:], NewUI(a.Name, os.Stdout, os.Stderr))
	stop()
	os.Exit(code)
}

// run returns the exit status, except that --help and --version end the process.
func (a App) run(ctx context.Context, args []string, ui *UI) int {
	var everywhere struct {
		Version kong.VersionFlag `help:"版を見せます。"`
	}
	parser := kong.Must(a.Grammar,
		kong.Name(a.Name),
		kong.Description(a.Description),
		kong.Embed(&everywhere),
		kong.Vars{"version": a.version()},
		kong.Help(printHelp),
		kong.Writers(ui.Out, ui.Err),
		kong.BindTo(ctx, (*context.Context)(nil)),
		kong.Bind(ui))
	if len(args) == 0 {
		args = []string{"--help"}
	}
	command, err := parser.Parse(args)
	if err != nil {
		err = misuse(parser, err)
	} else {
		err = command.Run()
	}
	switch {
	case err == nil:
		return 0
	case errors.Is(err, ErrReported):
		return 1
	}
	ui.Failed(err)
	if p, ok := errors.AsType[*Problem](err); ok && p.Misuse {
		return 2
	}
	return 1
}
