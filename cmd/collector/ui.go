package main

// What a person reads, in one place. Plain polite Japanese, one thought a
// sentence, never blame; what to do next stands on lines of its own. Wrapped
// errors below stay short English and are put in brackets behind the sentence.
// Results go to standard output, everything else to standard error.

import (
	"errors"
	"fmt"
	"io"
	"os"
)

// ui holds the streams as they were at the start.
type ui struct{ out, err io.Writer }

func (u *ui) say(format string, args ...any) {
	fmt.Fprintf(u.err, "collector: "+format+"\n", args...)
}

func (u *ui) result(format string, args ...any) {
	fmt.Fprintf(u.out, format+"\n", args...)
}

// progress tells how far long work is, on a terminal only: a file or a pipe gets
// nothing. What it returns is called with how much is done, by one goroutine.
func (u *ui) progress(work string, total int) func(done int) {
	terminal, ok := u.err.(*os.File)
	if ok {
		info, err := terminal.Stat()
		ok = err == nil && info.Mode()&os.ModeCharDevice != 0
	}
	told := -1
	return func(done int) {
		percent := 100 * done / total
		if !ok || percent == told {
			return
		}
		told = percent
		fmt.Fprintf(terminal, "\r%s… %d%%", work, percent)
		if done == total {
			fmt.Fprint(terminal, "\r\x1b[K") // the line is free again
		}
	}
}

// problem is a failure in words for the person at the keyboard.
type problem struct {
	sentence string
	next     []string // what to do now, a line each
	err      error    // what lies below; may be nil
}

func (p *problem) Error() string {
	if p.err != nil {
		return p.sentence + "（" + p.err.Error() + "）"
	}
	return p.sentence
}

func (p *problem) Unwrap() error { return p.err }

func (u *ui) failed(err error) {
	u.say("%v", err)
	var p *problem
	if errors.As(err, &p) {
		for _, line := range p.next {
			fmt.Fprintf(u.err, "           %s\n", line)
		}
	}
}

func (u *ui) misused(err error) {
	u.failed(&problem{
		sentence: "この打ち方では動かせません。",
		err:      err,
		next:     []string{"使い方は collector --help で見られます。"},
	})
}
