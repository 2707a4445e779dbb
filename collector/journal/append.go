// How answers come in: callers enlist entries in the batch that fills, and one
// batch at a time becomes a frame.

package journal

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"time"
)

// batch is what becomes one frame.
type batch struct {
	frame   []byte
	answers int
	claims  []id
	done    chan struct{} // closed once err stands
	err     error
}

func newBatch(memory []byte) *batch {
	return &batch{frame: append(memory[:0], make([]byte, frameHeader)...), done: make(chan struct{})}
}

// Append stores an entry. Nil means that it is on disk: it survives the end of
// the process and of the power. Entries of many callers share one sync.
//
// If ctx ends first, Append returns its error and the entry may or may not be
// stored. The other errors are ErrFull, ErrFailed, ErrFinished,
// ErrTicketUnknown, ErrTicketUsed (only once the first answer with the ticket
// is on disk), fs.ErrClosed after Close, and one for an entry that no line can
// hold.
func (j *Journal) Append(ctx context.Context, e Entry) error {
	size, err := measure(&e)
	if err != nil {
		return err
	}
	for {
		b, in, err := j.enlist(size, &e)
		if err != nil {
			return err
		}
		select {
		case <-b.done:
		case <-ctx.Done():
			return ctx.Err()
		}
		if in {
			return b.err
		}
	}
}

// measure gives the size of an entry as records.
func measure(e *Entry) (int, error) {
	size := 0
	for _, line := range append([][]byte{e.Answer}, e.Texts...) {
		if len(line) == 0 || bytes.IndexByte(line, '\n') >= 0 {
			return 0, errors.New("journal: a line is empty or has a line end in it")
		}
		size += recordHeader + len(line)
	}
	if e.Ticket != (id{}) {
		size += recordHeader + idSize
	}
	if size > maxFrame-frameHeader {
		return 0, errors.New("journal: an entry is too large")
	}
	return size, nil
}

// enlist adds an entry to the batch that fills, unless that has to wait for a
// batch ahead, which holds the same ticket or is too full.
func (j *Journal) enlist(size int, e *Entry) (b *batch, in bool, err error) {
	j.mu.Lock()
	defer j.mu.Unlock()
	switch {
	case j.err != nil:
		return nil, false, j.err
	case j.closing:
		return nil, false, ErrFinished
	case j.ending:
		return nil, false, fmt.Errorf("journal: %w", fs.ErrClosed)
	}
	b = j.batch
	if len(b.frame)+size > maxFrame {
		return b, false, nil
	}
	if e.Ticket != (id{}) {
		n, known := j.tickets.find(e.Ticket)
		switch {
		case !known:
			return nil, false, ErrTicketUnknown
		case j.used.has(n):
			return nil, false, ErrTicketUsed
		case j.claims[e.Ticket] != nil:
			return j.claims[e.Ticket], false, nil
		}
		j.claims[e.Ticket] = b
		b.claims = append(b.claims, e.Ticket)
	}
	b.frame = appendRecord(b.frame, responses, e.Answer)
	for _, t := range e.Texts {
		b.frame = appendRecord(b.frame, comments, t)
	}
	if e.Ticket != (id{}) {
		b.frame = appendRecord(b.frame, spentList, e.Ticket[:])
	}
	if b.answers++; b.answers == 1 {
		j.frames.Go(j.write)
	}
	return b, true, nil
}

// What a rush is, and what waits in it. Where less than company answers share a
// sync, nothing ever waits. Variables for the sake of the simulation.
var (
	// company is how many answers in one frame tell that more are right behind
	// them, for a lull.
	company = 8
	lull    = 50 * time.Millisecond
	// gathering is how long a smaller frame right behind such a one waits for
	// them: a sync costs the cores as much as several answers do.
	gathering = 300 * time.Microsecond
	// backlog is how many bytes of frames then wait for the lull before a
	// release begins, which syncs a dozen times and writes each answer twice,
	// while callers wait for the disk. They are 11,000 answers with a comment
	// each. A release holds them in memory.
	backlog int64 = 16 << 20
)

// write makes the batch that fills a frame, as soon as the frame ahead is
// written.
func (j *Journal) write() {
	in := <-j.live
	j.mu.Lock()
	if j.batch.answers < company && time.Since(j.rush) < gathering {
		j.mu.Unlock()
		time.Sleep(gathering)
		j.mu.Lock()
	}
	b := j.batch
	j.batch, j.spare = newBatch(j.spare), nil
	b.err = j.err
	j.mu.Unlock()
	if b.err == nil {
		b.err = judge(in.append(b.frame))
	}
	j.mu.Lock()
	j.settle(b, in)
	j.mu.Unlock()
	j.live <- in
}

// settle tells a batch's callers what became of it.
func (j *Journal) settle(b *batch, in *intake) {
	for _, c := range b.claims {
		delete(j.claims, c)
	}
	if b.err != nil && !errors.Is(b.err, ErrFull) {
		j.fail(b.err)
	}
	if j.err != nil {
		b.err = j.err // also when the keeper failed meanwhile
	}
	if b.err == nil {
		in.answers += b.answers
		j.waiting += b.answers
		j.stored += b.answers
		j.size = in.end
		if b.answers >= company {
			j.rush = time.Now()
		}
		for _, c := range b.claims {
			n, _ := j.tickets.find(c)
			j.used.set(n)
		}
		select {
		case j.wake <- struct{}{}:
		default:
		}
	}
	if cap(b.frame) <= 1<<20 {
		j.spare = b.frame
	}
	close(b.done)
}

// fail keeps the first failure. Nothing more is acknowledged after it.
func (j *Journal) fail(err error) {
	if j.err == nil {
		j.err = err
	}
}
