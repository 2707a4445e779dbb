package main

// What site new asks for, and how an answer is read.

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"staffplan/cmd/internal/cli"
	"staffplan/collector/survey"
)

// form fills in a page: it takes what a flag says, asks on a terminal, and where
// nobody can be asked takes what it would have proposed. It keeps the first error.
type form struct {
	ctx context.Context
	ui  *cli.UI
	*draft
	err error
}

func (f *form) ask(flag, given, question, proposed string, read func(string) (string, error)) string {
	for f.err == nil {
		answer, asked := given, false
		if given == "" {
			if answer, asked, f.err = f.ui.Ask(f.ctx, question, proposed); f.err != nil {
				break
			}
		}
		value, err := read(answer)
		switch {
		case err == nil:
			return value
		case asked:
			f.ui.Say("%v", err)
		default:
			f.err = &cli.Problem{Misuse: true, Sentence: fmt.Sprintf("%s の %q は使えません。", flag, answer), Next: []string{err.Error()}}
		}
	}
	return ""
}

func (f *form) set(path, value string) {
	if f.err == nil {
		f.err = f.draft.set(path, value)
	}
}

func (f *form) setText(path, words string) {
	if f.err == nil {
		f.err = f.draft.setText(path, words)
	}
}

func filled(words string) (string, error) {
	if survey.Blank(words) {
		return "", errors.New("題を書いてください。")
	}
	return words, nil
}

func oneOf(words []string) func(string) (string, error) {
	return func(word string) (string, error) {
		if !slices.Contains(words, word) {
			return "", errors.New("使えるのは " + strings.Join(words, "、") + " です。")
		}
		return word, nil
	}
}

func maybe(read func(string) (string, error)) func(string) (string, error) {
	return func(text string) (string, error) {
		if text == "" {
			return "", nil
		}
		return read(text)
	}
}

func day(text string) (string, error) {
	if _, err := time.Parse(time.DateOnly, text); err != nil {
		return "", errors.New("2027-04-03 の形で書いてください。")
	}
	return text, nil
}

// fromDay and toDay read a moment. A day means the whole of it.
func fromDay(text string) (string, error) { return moment(text, startsDay) }

func toDay(text string) (string, error) { return moment(text, endsDay) }

const startsDay, endsDay = "T00:00:00+09:00", "T23:59:59+09:00"

func moment(text, ofDay string) (string, error) {
	if _, err := time.Parse(time.DateOnly, text); err == nil {
		return text + ofDay, nil
	}
	if _, err := time.Parse(time.RFC3339, text); err != nil {
		return "", errors.New("2027-04-03 か 2027-04-03T10:00:00+09:00 の形で書いてください。")
	}
	return text, nil
}

// instant is what moment has read.
func instant(text string) time.Time {
	t, _ := time.Parse(time.RFC3339, text)
	return t
}

// endOfDay is the end of a day that stands for its start.
func endOfDay(start string) string {
	if day, whole := strings.CutSuffix(start, startsDay); whole {
		return day + endsDay
	}
	return ""
}
