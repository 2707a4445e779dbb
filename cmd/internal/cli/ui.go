package cli

// What a person reads, in one place. Plain polite Japanese, one thought a
// sentence, never blame; what to do next stands on lines of its own. Wrapped
// errors below stay short English and are put in brackets behind the sentence.
// Results go to standard output, everything else to standard error.

import (
	"bufio"
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"strings"

	"github.com/mattn/go-isatty"
)

// UI is where a command speaks. The streams are those of the start: Hugo, in
// the same process, is given others.
type UI struct {
	Out, Err io.Writer
	name     string // of the command
	terminal bool   // someone is watching Err
	in       *bufio.Scanner
}

func NewUI(name string, out, err io.Writer) *UI {
	u := &UI{Out: out, Err: err, name: name}
	if file, ok := err.(*os.File); ok {
		info, err := file.Stat()
		u.terminal = err == nil && info.Mode()&fs.ModeCharDevice != 0
	}
	return u
}

// Result prints a line of what the command was called for.
func (u *UI) Result(format string, args ...any) {
	fmt.Fprintf(u.Out, format+"\n", args...)
}

// Say prints a line about it.
func (u *UI) Say(format string, args ...any) {
	fmt.Fprintf(u.Err, u.name+": "+format+"\n", args...)
}

// Note is Say on a terminal only: a file or a pipe gets nothing.
func (u *UI) Note(format string, args ...any) {
	if u.terminal {
		u.Say(format, args...)
	}
}

// Progress tells how far long work is, on a terminal only. What it returns is
// called with how much is done, by one goroutine.
func (u *UI) Progress(work string, total int) func(done int) {
	told := -1
	return func(done int) {
		percent := 100 * done / total
		if !u.terminal || percent == told {
			return
		}
		told = percent
		fmt.Fprintf(u.Err, "\r%s… %d%%", work, percent)
		if done == total {
			fmt.Fprint(u.Err, "\r\x1b[K") // the line is free again
		}
	}
}

// Ask asks for a line on a terminal, where Enter takes what is proposed. Where
// nobody can be asked that is the answer, and asked is false.
func (u *UI) Ask(ctx context.Context, question, proposed string) (answer string, asked bool, err error) {
	if !isatty.IsTerminal(os.Stdin.Fd()) { // the null device would do as one
		return proposed, false, nil
	}
	if proposed != "" {
		question += "［" + proposed + "］"
	}
	fmt.Fprint(u.Err, question+": ")
	if u.in == nil {
		u.in = bufio.NewScanner(os.Stdin)
	}
	read := make(chan bool, 1)
	go func() { read <- u.in.Scan() }() // once ctx has ended the process does, too
	select {
	case <-ctx.Done():
		fmt.Fprintln(u.Err)
		return "", false, &Problem{Sentence: "途中で止めました。"}
	case more := <-read:
		if !more {
			fmt.Fprintln(u.Err)
			return proposed, false, u.in.Err()
		}
	}
	return cmp.Or(strings.TrimSpace(u.in.Text()), proposed), true, nil
}

// Problem is a failure in words for the person at the keyboard.
type Problem struct {
	Sentence string
	Next     []string // what to do now, a line each
	Err      error    // what lies below; may be nil
	Misuse   bool     // the command was typed wrongly: exit status 2
}

func (p *Problem) Error() string {
	if p.Err != nil {
		return p.Sentence + "（" + p.Err.Error() + "）"
	}
	return p.Sentence
}

func (p *Problem) Unwrap() error { return p.Err }

// ErrReported is returned by a command that has itself printed what is wrong.
var ErrReported = errors.New("reported")

// Failed says what went wrong, and what to do now.
func (u *UI) Failed(err error) {
	u.Say("%v", err)
	if p, ok := errors.AsType[*Problem](err); ok {
		for _, line := range p.Next {
			fmt.Fprintf(u.Err, "%*s%s\n", len(u.name)+len(": "), "", line)
		}
	}
}
