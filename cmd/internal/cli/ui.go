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
	"os"
	"slices"
	"strings"

	"github.com/mattn/go-isatty"
)

// UI is where a command speaks. The streams are those of the start: Hugo, in
// the same process, is given others.
type UI struct {
	Out, Err io.Writer
	name     string // of the command
	terminal bool   // someone is watching Err
	bar      bool   // a bar stands in the last line there
	in       *bufio.Scanner
}

func NewUI(name string, out, err io.Writer) *UI {
	u := &UI{Out: out, Err: err, name: name}
	if file, ok := err.(*os.File); ok {
		u.terminal = isatty.IsTerminal(file.Fd())
	}
	return u
}

// Result prints a line of what the command was called for.
func (u *UI) Result(format string, args ...any) {
	u.wipe()
	fmt.Fprintf(u.Out, format+"\n", args...)
}

// Say prints a line about it.
func (u *UI) Say(format string, args ...any) {
	u.wipe()
	fmt.Fprintf(u.Err, u.name+": "+format+"\n", args...)
}

// Note is Say on a terminal only: a file or a pipe gets nothing.
func (u *UI) Note(format string, args ...any) {
	if u.terminal {
		u.Say(format, args...)
	}
}

// Progress shows how far long work is as a bar, on a terminal only. What it returns
// is called with how much is done, by one goroutine.
func (u *UI) Progress(work string, total int) func(done int) {
	const cells = 20
	told := -1
	return func(done int) {
		if !u.terminal || total == 0 {
			return
		}
		percent := 100 * min(done, total) / total
		if percent == told {
			return
		}
		told, u.bar = percent, true
		full := cells * percent / 100
		fmt.Fprintf(u.Err, "\r%s [%s%s] %d%%", work, strings.Repeat("#", full), strings.Repeat(".", cells-full), percent)
		if done >= total {
			u.wipe()
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

// Confirm asks on a terminal whether to go on.
func (u *UI) Confirm(ctx context.Context, question string) (yes, asked bool, err error) {
	answer, asked, err := u.Ask(ctx, question+" [y/N]", "")
	return slices.Contains([]string{"y", "yes", "ｙ", "はい"}, strings.ToLower(answer)), asked, err
}

// wipe takes a bar away, so that the line is free again.
func (u *UI) wipe() {
	if u.bar {
		u.bar = false
		fmt.Fprint(u.Err, "\r\x1b[K")
	}
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
