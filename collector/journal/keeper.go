// The keeper: one goroutine moves what waits to the released files, and does what
// callers want done to them.

package journal

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"time"
)

// job is what the keeper does for a caller.
type job struct {
	do   func() error
	done chan error
	open bool // only while the survey is open
}

// keep is the keeper's goroutine.
func (j *Journal) keep() {
	full := false // a frame has to succeed before the next release is tried
	for {
		var release <-chan time.Time
		if wait, due := j.due(); due && !full {
			release = time.After(wait)
		}
		var err error
		select {
		case next := <-j.jobs:
			err = j.kept(next)
			next.done <- err
		case <-release:
			err = j.kept(job{do: j.releaseDue, open: true})
		case <-j.wake:
		case <-j.stop:
			if !full {
				j.kept(job{do: j.releaseDue, open: true})
			}
			return
		}
		full = errors.Is(err, ErrFull)
	}
}

// due tells whether there is something to release, and how long to wait for a
// rush to end.
func (j *Journal) due() (wait time.Duration, due bool) {
	j.mu.Lock()
	defer j.mu.Unlock()
	if j.size < backlog {
		wait = lull - time.Since(j.rush)
	}
	return wait, j.err == nil && !j.closing && (j.waiting >= j.least || j.store.unfinished)
}

// kept does a job, after what a full disk has left undone.
func (j *Journal) kept(next job) error {
	j.mu.Lock()
	err := j.err
	if err == nil && next.open && j.closing {
		err = ErrFinished
	}
	j.mu.Unlock()
	if err != nil {
		return err
	}
	if err = j.store.settle(); err == nil {
		err = next.do()
	}
	if err = judge(err); err != nil && !errors.Is(err, ErrFull) {
		j.mu.Lock()
		j.fail(err)
		j.mu.Unlock()
	}
	return err
}

// ask has the keeper do a job, and waits.
func (j *Journal) ask(ctx context.Context, next job) error {
	next.done = make(chan error, 1)
	select {
	case j.jobs <- next:
	case <-j.stop:
		return fmt.Errorf("journal: %w", fs.ErrClosed)
	case <-ctx.Done():
		return ctx.Err()
	}
	select {
	case err := <-next.done:
		return err
	case <-ctx.Done():
		return ctx.Err()
	}
}

func (j *Journal) releaseDue() error { return j.release(j.least) }

// release moves so many answers or more, the oldest, to the released files; if
// less wait, none.
func (j *Journal) release(least int) error {
	if j.waits() < least {
		return nil
	}
	if answersIn(j.old) < least {
		if err := j.turn(); err != nil {
			return err
		}
	}
	if err := j.store.release(j.old); err != nil {
		return err
	}
	return j.left()
}

// left notes that what the old intakes held is committed, and carries that out.
func (j *Journal) left() error {
	j.mu.Lock()
	j.waiting -= answersIn(j.old)
	j.mu.Unlock()
	j.old = nil
	return j.store.settle()
}

// answersIn is how many answers intakes hold.
func answersIn(intakes []*intake) (answers int) {
	for _, in := range intakes {
		answers += in.answers
	}
	return answers
}

// turn has new entries go to the next generation. After ErrFull they go on in
// this one.
func (j *Journal) turn() (err error) {
	if j.next == nil {
		live := j.store.gen + uint64(len(j.old)) + 1
		if j.next, err = createIntake(j.d, live+1); err != nil {
			return err
		}
	}
	in := <-j.live
	if err := in.conclude(true); err != nil {
		j.live <- in
		return err
	}
	j.mu.Lock()
	j.size = 0
	j.mu.Unlock()
	j.live <- j.next
	j.next = nil
	j.old = append(j.old, in)
	in.close() // all of it is synced
	return nil
}

// waits is how many answers the intakes hold.
func (j *Journal) waits() int {
	j.mu.Lock()
	defer j.mu.Unlock()
	return j.waiting
}

// Release releases whatever waits, however little it is: what a standing form
// does on the first of each month. Releases of at least Options.Release
// answers happen by themselves.
func (j *Journal) Release(ctx context.Context) error {
	return j.ask(ctx, job{open: true, do: func() error {
		return j.release(max(1, j.waits()))
	}})
}

// Finish closes the survey for good. Entries that wait for their sync get it,
// later ones ErrFinished; the mark is stored; what waits is released; every
// released file is written once more in a fresh random order and made
// read-only. Finish may be called again, after an error and after success.
func (j *Journal) Finish(ctx context.Context) error {
	j.mu.Lock()
	j.closing = true
	j.mu.Unlock()
	return j.ask(ctx, job{do: j.finish})
}

func (j *Journal) finish() error {
	j.frames.Wait() // there are no more
	in := <-j.live
	defer func() { j.live <- in }()
	if in != nil {
		if err := j.d.mark(closedName); err != nil {
			return err
		}
		if err := in.conclude(false); err != nil {
			return err
		}
		j.old, in = append(j.old, in), nil
		if j.next != nil {
			j.old, j.next = append(j.old, j.next), nil
		}
	}
	for _, in := range j.old {
		in.close() // all of it is synced
	}
	if len(j.old) > 0 {
		if err := j.store.close(j.old); err != nil {
			return err
		}
		if err := j.left(); err != nil {
			return err
		}
	}
	for _, name := range names {
		err := j.d.fs.Chmod(j.d.path(name), 0o400)
		if err != nil && !errors.Is(err, fs.ErrNotExist) {
			return err
		}
	}
	j.mu.Lock()
	j.finished = true
	j.mu.Unlock()
	return nil
}

func (j *Journal) define(text []byte) error {
	if text == nil {
		return nil
	}
	stored, err := j.d.read(names[definition])
	if err == nil && bytes.Equal(stored, text) {
		return nil
	}
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	if err := j.store.commit(j.store.gen, false, whole(definition, text)); err != nil {
		return err
	}
	return j.store.settle()
}

// AddTickets makes tickets known, by the SHA-256 of their codes. Those that
// are known already stay as they are. It is durable once it has returned nil.
func (j *Journal) AddTickets(ctx context.Context, tickets [][32]byte) error {
	return j.ask(ctx, job{open: true, do: func() error { return j.addTickets(tickets) }})
}

func (j *Journal) addTickets(tickets []id) error {
	if err := j.store.addTickets(tickets); err != nil {
		return err
	}
	all := j.store.known
	j.mu.Lock()
	j.tickets, j.used = all, j.used.moved(j.tickets, all)
	j.mu.Unlock()
	return j.store.settle()
}

// Define keeps another definition as survey.json, durably, and takes another
// Options.Release. The caller has seen that the definition fits.
func (j *Journal) Define(ctx context.Context, definition []byte, release int) error {
	return j.ask(ctx, job{open: true, do: func() error {
		if err := j.define(definition); err != nil {
			return err
		}
		j.mu.Lock()
		j.least = max(1, release)
		j.mu.Unlock()
		return nil
	}})
}
