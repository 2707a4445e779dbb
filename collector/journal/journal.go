// The journal itself: what it is made of, how it starts and how it ends.

package journal

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"slices"
	"sync"
	"time"
)

// Callers branch on these; errors.Is finds them.
var (
	// ErrFull: the disk is full. Nothing was stored; try again later.
	ErrFull = errors.New("journal: disk full")
	// ErrFailed: writing or syncing failed. The entry may or may not be found
	// at the next start; nothing more is taken until then.
	ErrFailed = errors.New("journal: storage failed")
	// ErrFinished: the survey has closed.
	ErrFinished = errors.New("journal: finished")
	// ErrTicketUnknown: the ticket is not among those that AddTickets added.
	ErrTicketUnknown = errors.New("journal: ticket unknown")
	// ErrTicketUsed: an answer with this ticket is stored.
	ErrTicketUsed = errors.New("journal: ticket used")
)

// Entry is one person's answer. It becomes durable as a whole or not at all.
type Entry struct {
	Answer []byte   // one line for responses.jsonl, without its end; not empty
	Texts  [][]byte // lines for comments.jsonl, none of them empty
	Ticket [32]byte // SHA-256 of the ticket's code; the zero value is no ticket
}

// Options for Open. The zero value releases every answer by itself.
type Options struct {
	// Release is how many answers wait in the intake before any leaves it:
	// more hide the order better and cost more of it in a theft. Under 1
	// means 1.
	Release int
	// Definition is kept as survey.json if it is not what stands there; nil
	// leaves that alone.
	Definition []byte
	// FS is the file system; nil is the real one.
	FS FS
}

// Journal is one survey's open storage. Its methods may be called from any
// number of goroutines.
type Journal struct {
	// Recovered tells, in sentences for the log, what Open cut off as never
	// acknowledged, and that it brought up a folder of another format; empty if
	// neither. It names file and place, never content.
	Recovered string

	d     disk
	live  chan *intake  // whoever has taken it out writes to it; nil once the journal finishes
	store store         // the keeper's
	old   []*intake     // the keeper's: intakes that get no more frames
	next  *intake       // the keeper's: made already, and without a frame
	jobs  chan job      // for the keeper
	wake  chan struct{} // for the keeper: something waits
	stop  chan struct{} // Close was called, and all frames are written

	mu       sync.Mutex
	batch    *batch
	frames   sync.WaitGroup // of batches that somebody is in
	spare    []byte         // a frame's memory, for the next batch
	claims   map[id]*batch
	tickets  ids
	used     bitmap    // of tickets
	least    int       // Options.Release; only the keeper changes it
	waiting  int       // answers in the intakes
	stored   int       // answers there and in the released file
	size     int64     // of the intake that gets the frames
	rush     time.Time // when a frame with company was last written
	err      error
	closing  bool // Finish was called, or the mark stands
	finished bool
	ending   bool // Close was called
	keeper   sync.WaitGroup
	closed   sync.Once
}

// Open opens the folder of one survey, made if it is not there, and recovers:
// a release that was under way is carried out, a torn tail is cut off and told
// in Recovered, and what is due is released. Stored data that is not as it was written is *Damage, and
// nothing is served. Files that
// are not of one moment are *Mixture, another format is *FormatError. The caller
// holds the data directory's Lock.
func Open(dir string, o Options) (*Journal, error) {
	if o.FS == nil {
		o.FS = osFS{}
	}
	j := &Journal{
		d:      disk{o.FS, dir},
		live:   make(chan *intake, 1),
		jobs:   make(chan job),
		wake:   make(chan struct{}, 1),
		stop:   make(chan struct{}),
		batch:  newBatch(nil),
		claims: map[id]*batch{},
		least:  max(1, o.Release),
	}
	j.store.disk = j.d
	err := j.recover()
	if err == nil {
		err = j.prepare(o.Definition)
	}
	if err != nil {
		if isFull(err) {
			err = judge(err)
		}
		for _, in := range append(j.old, j.next) {
			in.close()
		}
		return nil, fmt.Errorf("journal: %s: %w", dir, err)
	}
	j.keeper.Go(j.keep)
	if !j.closing {
		err := j.ask(context.Background(), job{do: j.releaseDue})
		if err != nil && !errors.Is(err, ErrFull) { // which passes, as at any other time
			j.Close()
			return nil, fmt.Errorf("journal: %s: %w", dir, err)
		}
	}
	return j, nil
}

// recover reads what is on disk, ends what was begun, and leaves the intakes
// in j.old.
func (j *Journal) recover() error {
	if err := j.d.fs.MkdirAll(j.d.dir, 0o700); err != nil {
		return err
	}
	if err := j.d.fs.SyncDir(filepath.Dir(j.d.dir)); err != nil {
		return err
	}
	if err := j.store.recover(); err != nil {
		return err
	}
	switch {
	case j.store.format == 1:
		j.Recovered = "データを形式 1 からいまの形式に直しました。"
	case j.store.format == 0 && j.store.files[responses].size > 0:
		j.Recovered = names[sumsFile] + " がないので、あるファイルをそのまま受け取りました。"
	}
	j.tickets, j.used = j.store.known, slices.Clone(j.store.spent)
	list, err := j.d.fs.List(j.d.dir)
	if err != nil {
		return err
	}
	j.closing = slices.Contains(list, closedName)
	for _, name := range list {
		if gen, ok := intakeGen(name); ok {
			j.old = append(j.old, &intake{gen: gen})
		}
	}
	slices.SortFunc(j.old, func(a, b *intake) int { return cmp.Compare(a.gen, b.gen) })
	content := map[*intake][]byte{}
	for _, in := range j.old {
		if content[in], err = j.d.read(intakeName(in.gen)); err != nil {
			return err
		}
		if err := in.count(content[in], j.tickets, j.used); err != nil {
			return err
		}
	}
	j.waiting = answersIn(j.old)
	j.stored = int(j.store.lines[responses]) + j.waiting
	if j.store.format != 1 {
		if err := chained(j.old); err != nil {
			return err
		}
	}
	// Only now is it known that nothing is damaged.
	for i, in := range j.old {
		if torn := int64(len(content[in])) - in.end; torn > 0 {
			j.Recovered += fmt.Sprintf("%s の %d バイト目から、書きかけの %d バイトを切り取りました。", intakeName(in.gen), in.end, torn)
		}
		if err := in.rewrite(j.d, content[in]); err != nil {
			return err
		}
		if j.store.format == 1 && i < len(j.old)-1 && !in.continued {
			if err := in.conclude(true); err != nil {
				return err
			}
		}
	}
	return nil
}

// prepare makes the journal ready to take entries, or ends its finish.
func (j *Journal) prepare(text []byte) error {
	if j.closing {
		j.live <- nil
		if err := j.store.bringUp(len(j.old) == 0); err != nil {
			return err
		}
		return j.finish()
	}
	// The last intake may have no frame yet, nor the right to one.
	if n := len(j.old); n > 1 && !j.old[n-2].continued {
		j.next, j.old = j.old[n-1], j.old[:n-1]
	}
	if len(j.old) == 0 {
		first, err := createIntake(j.d, 1)
		if err != nil {
			return err
		}
		j.old = append(j.old, first)
	}
	if err := j.store.bringUp(false); err != nil {
		return err
	}
	if err := j.define(text); err != nil {
		return err
	}
	last := len(j.old) - 1
	for _, in := range j.old[:last] {
		in.close()
	}
	j.live <- j.old[last]
	j.old = j.old[:last]
	return nil
}

// Stored is how many answers are stored, released or not.
func (j *Journal) Stored() int {
	j.mu.Lock()
	defer j.mu.Unlock()
	return j.stored
}

// Finished tells whether Finish has done all it does.
func (j *Journal) Finished() bool {
	j.mu.Lock()
	defer j.mu.Unlock()
	return j.finished
}

// Err is what storage failed with, wrapping ErrFailed, or nil. A full disk is
// no failure.
func (j *Journal) Err() error {
	j.mu.Lock()
	defer j.mu.Unlock()
	return j.err
}

// Close takes no more entries, writes those it has taken, ends a release that
// is under way or due, and closes the files. It returns what Err does.
func (j *Journal) Close() error {
	j.closed.Do(func() {
		j.mu.Lock()
		j.ending = true
		j.mu.Unlock()
		j.frames.Wait()
		close(j.stop)
		j.keeper.Wait()
		if in := <-j.live; in != nil {
			if j.err == nil {
				in.conclude(false) // nothing acknowledged hangs on it
			}
			in.close()
		}
		j.next.close()
	})
	return j.Err()
}
