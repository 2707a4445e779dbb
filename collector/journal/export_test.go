package journal

import (
	"bytes"
	"context"
)

// RealFS is what Options.FS stands for when it is nil.
var RealFS FS = osFS{}

// SetRush makes a rush of a few answers, and what it leaves of a few bytes.
func SetRush(answers, bytes int) (undo func()) {
	a, b := company, backlog
	company, backlog = answers, int64(bytes)
	return func() { company, backlog = a, b }
}

// Lines are what is released, whole.
type Lines struct{ Answers, Texts [][]byte }

// ReadAll gathers what Read goes through.
func ReadAll(dir string) (all *Lines, err error) {
	err = Read(context.Background(), dir, func(r *Released) error {
		all = new(Lines)
		for line, err := range r.Answers {
			if err != nil {
				return err
			}
			all.Answers = append(all.Answers, bytes.Clone(line))
		}
		for line, err := range r.Texts {
			if err != nil {
				return err
			}
			all.Texts = append(all.Texts, bytes.Clone(line))
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	return all, nil
}
