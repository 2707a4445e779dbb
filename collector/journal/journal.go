// The journal itself: callers enlist entries in the batch that fills, one
// goroutine writes batches as frames, another one moves what waits to the
// released files.

package journal

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
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
	// Recovered tells what Open cut off as never acknowledged, and that it
	// brought up a folder of another format; empty if neither. It names file
	// and place, never content.
	Recovered string

	d     disk
	store store     // the keeper's
	old   []*intake // the keeper's: intakes that get no more frames
	live  *intake   // the writer's; nil once the journal finishes
	next  *intake   // the keeper's: made already, and without a frame

	mu       sync.Mutex
	toWrite  *sync.Cond // for the writer: a batch, a swap, or the end
	toKeep   *sync.Cond // for the keeper: enough waits, a job, or the end
	batch    *batch
	spare    []byte // a frame's memory, for the next batch
	claims   map[id]*batch
	tickets  ids
	used     bitmap // of tickets
	least    int    // Options.Release; only the keeper changes it
	waiting  int    // answers in the intakes
	written  int    // bytes of frames since the last change of intakes
	writing  bool   // a batch is on its way to the disk
	rush     bool   // many more answers are about to come: releases let them pass
	held     bool   // the last release met a full disk: wait for a frame to succeed
	swap     *swap
	jobs     []job
	err      error
	closing  bool // Finish was called, or the mark stands
	finished bool
	ending   bool // Close was called
	ended    bool // the keeper is done
	workers  sync.WaitGroup
	closed   sync.Once
}

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

func (b *batch) empty() bool { return len(b.frame) == frameHeader }

// swap asks the writer to go on in another intake, once what was enlisted
// stands in the one it has.
type swap struct {
	to   *intake // nil if none follows
	done chan error
}

type job struct {
	do   func() error
	done chan error
	open bool // only while the survey is open
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
		least:  max(1, o.Release),
		claims: map[id]*batch{},
	}
	j.store.disk = j.d
	j.toWrite, j.toKeep = sync.NewCond(&j.mu), sync.NewCond(&j.mu)
	j.batch = newBatch(nil)
	if err := j.recover(); err != nil {
		return nil, fmt.Errorf("journal: %s: %w", dir, err)
	}
	if err := j.prepare(o.Definition); err != nil {
		j.live.close()
		j.next.close()
		return nil, fmt.Errorf("journal: %s: %w", dir, err)
	}
	j.workers.Go(j.write)
	j.workers.Go(j.keep)
	if !j.closing {
		err := j.ask(context.Background(), job{do: j.drain})
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
		j.waiting += in.answers
	}
	if j.store.format != 1 {
		if err := chained(j.old); err != nil {
			return err
		}
	}
	// Only now is it known that nothing is damaged.
	for i, in := range j.old {
		if in.continued && in.end == int64(len(content[in])) {
			continue
		}
		if err := j.resume(in, content[in]); err != nil {
			return err
		}
		if j.store.format == 1 && i < len(j.old)-1 {
			if err := in.conclude(true); err != nil {
				return err
			}
		}
	}
	return nil
}

// resume ends an intake behind its last sound frame.
func (j *Journal) resume(in *intake, data []byte) error {
	if torn := int64(len(data)) - in.end; torn > 0 {
		j.Recovered += fmt.Sprintf("%s: cut %d bytes of an unfinished frame at byte %d\n", intakeName(in.gen), torn, in.end)
	}
	if err := in.reopen(j.d); err != nil {
		return err
	}
	return in.rewrite(data)
}

// bringUp makes a folder of before one of Format.
func (j *Journal) bringUp(closed bool) error {
	switch j.store.format {
	case 0:
		if j.store.files[responses].size > 0 {
			j.Recovered += names[sumsFile] + ": missing, so the released files were taken as they stand\n"
		}
	case 1:
		j.Recovered += "brought up from data format 1\n"
	}
	return j.store.bringUp(closed)
}

// prepare makes the journal ready to take entries, or ends its finish.
func (j *Journal) prepare(text []byte) error {
	if j.closing {
		if err := j.bringUp(len(j.old) == 0); err != nil {
			return err
		}
		return j.finish()
	}
	for _, in := range j.old[:max(0, len(j.old)-2)] {
		in.close()
	}
	// Of the last two the second may have no frame yet, nor the right to one.
	if n := len(j.old); n > 1 && !j.old[n-2].continued {
		j.next, j.old = j.old[n-1], j.old[:n-1]
	}
	if n := len(j.old); n > 0 {
		j.live, j.old = j.old[n-1], j.old[:n-1]
	} else {
		var err error
		if j.live, err = createIntake(j.d, 1); err != nil {
			return err
		}
	}
	if err := j.bringUp(false); err != nil {
		return err
	}
	return j.define(text)
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
		b, ahead, err := j.enlist(size, &e)
		if err != nil {
			return err
		}
		wait := b
		if b == nil {
			wait = ahead
		}
		select {
		case <-wait.done:
		case <-ctx.Done():
			return ctx.Err()
		}
		if b != nil {
			return b.err
		}
	}
}

// measure gives the size of an entry as records.
func measure(e *Entry) (int, error) {
	size := 0
	for _, line := range append([][]byte{e.Answer}, e.Texts...) {
		if err := checkLine(line); err != nil {
			return 0, err
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

func checkLine(line []byte) error {
	if len(line) == 0 || bytes.IndexByte(line, '\n') >= 0 {
		return errors.New("journal: a line is empty or has a line end in it")
	}
	return nil
}

// enlist adds an entry to the batch that fills. If that has to wait for a batch
// ahead, because it holds the same ticket or is too full, it gives that one.
func (j *Journal) enlist(size int, e *Entry) (b, ahead *batch, err error) {
	j.mu.Lock()
	defer j.mu.Unlock()
	switch {
	case j.err != nil:
		return nil, nil, j.err
	case j.closing:
		return nil, nil, ErrFinished
	case j.ending:
		return nil, nil, fmt.Errorf("journal: %w", fs.ErrClosed)
	}
	b = j.batch
	if len(b.frame)+size > maxFrame {
		return nil, b, nil
	}
	if e.Ticket != (id{}) {
		n, known := j.tickets.find(e.Ticket)
		switch {
		case !known:
			return nil, nil, ErrTicketUnknown
		case j.used.has(n):
			return nil, nil, ErrTicketUsed
		case j.claims[e.Ticket] != nil:
			return nil, j.claims[e.Ticket], nil
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
	b.answers++
	j.toWrite.Signal()
	return b, nil, nil
}

// What a rush is, and what waits in it. Where less than company answers share a
// sync, nothing ever waits. Variables for the sake of the simulation.
var (
	// company is how many answers in one frame tell that more are right behind
	// them.
	company = 8
	// gathering is how long a smaller frame then waits for them: a sync costs
	// the cores as much as several answers do.
	gathering = 300 * time.Microsecond
	// lull is how long no such frame may come before a release goes ahead: it
	// syncs a dozen times and writes each answer twice, while callers wait for
	// the disk.
	lull = 10 * time.Millisecond
	// slice is how many bytes an intake gets, more or less: what a release
	// holds in memory.
	slice = 2 << 20
	// backlog is with how many such intakes a release no longer waits. They
	// hold 45,000 answers with a comment each.
	backlog = 32
)

// write is the writer's goroutine.
func (j *Journal) write() {
	j.mu.Lock()
	defer j.mu.Unlock()
	last := 0 // answers in the frame before
	for {
		for j.batch.empty() && j.swap == nil && !j.ended {
			j.toWrite.Wait()
		}
		if last >= company && j.batch.answers < company {
			j.mu.Unlock()
			time.Sleep(gathering)
			j.mu.Lock()
		}
		last = j.batch.answers
		b, s := j.batch, j.swap
		j.swap = nil
		switch {
		case !b.empty():
			j.batch, j.spare, j.writing = newBatch(j.spare), nil, true
			b.err = j.err
			j.mu.Unlock()
			if b.err == nil {
				b.err = judge(j.live.append(b.frame))
			}
			j.mu.Lock()
			j.writing = false
			j.settle(b)
		case s == nil:
			return
		}
		if s != nil {
			from := j.live
			j.mu.Unlock()
			err := judge(from.conclude(s.to != nil))
			j.mu.Lock()
			switch {
			case err == nil:
				j.live, j.written = s.to, 0
			case !errors.Is(err, ErrFull):
				j.fail(err)
			}
			s.done <- err
		}
	}
}

// settle tells a batch's callers what became of it.
func (j *Journal) settle(b *batch) {
	for _, c := range b.claims {
		delete(j.claims, c)
	}
	if b.err != nil && !errors.Is(b.err, ErrFull) {
		j.fail(b.err)
	}
	if j.err != nil {
		b.err = j.err // also when the keeper failed meanwhile
	}
	held := j.held
	if b.err == nil {
		j.live.answers += b.answers
		j.waiting += b.answers
		j.written += len(b.frame)
		j.rush = j.rush || b.answers >= company
		for _, c := range b.claims {
			n, _ := j.tickets.find(c)
			j.used.set(n)
		}
		j.held = false
	}
	if j.waiting >= j.least || j.written >= slice || held || j.ending {
		j.toKeep.Signal()
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

// keep is the keeper's goroutine.
func (j *Journal) keep() {
	j.mu.Lock()
	defer j.mu.Unlock()
	for {
		able := j.err == nil && !j.held && !j.closing
		due := able && (j.waiting >= j.least || j.store.unfinished)
		switch {
		case len(j.jobs) > 0:
			next := j.jobs[0]
			j.jobs = j.jobs[1:]
			next.done <- j.kept(next)
		case able && j.written >= slice:
			j.kept(job{do: j.turn})
		case due && (!j.rush || len(j.old) >= backlog):
			j.kept(job{do: func() error {
				_, err := j.release(j.least)
				return err
			}})
		case due:
			j.rush = false
			j.mu.Unlock()
			time.Sleep(lull)
			j.mu.Lock()
			j.rush = j.rush || j.batch.answers >= company
		case j.ending && j.batch.empty() && !j.writing:
			j.ended = true
			j.toWrite.Signal()
			return
		default:
			j.toKeep.Wait()
		}
	}
}

// kept does a job outside the lock, after what a full disk has left undone.
func (j *Journal) kept(next job) error {
	switch {
	case j.err != nil:
		return j.err
	case next.open && j.closing:
		return ErrFinished
	}
	j.mu.Unlock()
	err := j.store.settle()
	if err == nil {
		err = next.do()
	}
	err = judge(err)
	j.mu.Lock()
	switch {
	case errors.Is(err, ErrFull):
		j.held = true
	case err != nil:
		j.fail(err)
	}
	return err
}

// ask has the keeper do a job, and waits.
func (j *Journal) ask(ctx context.Context, next job) error {
	next.done = make(chan error, 1)
	j.mu.Lock()
	if j.ending {
		j.mu.Unlock()
		return fmt.Errorf("journal: %w", fs.ErrClosed)
	}
	j.jobs = append(j.jobs, next)
	j.toKeep.Signal()
	j.mu.Unlock()
	select {
	case err := <-next.done:
		return err
	case <-ctx.Done():
		return ctx.Err()
	}
}

// change has the writer go on in another intake; the one it had is then the
// last in j.old. After ErrFull it goes on in that one.
func (j *Journal) change(to *intake) error {
	from := j.live // only the keeper has it changed
	s := &swap{to, make(chan error, 1)}
	j.mu.Lock()
	j.swap = s
	j.toWrite.Signal()
	j.mu.Unlock()
	if err := <-s.done; err != nil {
		return err
	}
	j.old = append(j.old, from)
	from.close() // all of it is synced
	return nil
}

// turn has new entries go to the next generation.
func (j *Journal) turn() (err error) {
	if j.next == nil {
		if j.next, err = createIntake(j.d, j.live.gen+1); err != nil {
			return err
		}
	}
	next := j.next
	if err := j.change(next); err != nil {
		return err
	}
	j.next = nil
	return nil
}

// release moves so many answers or more, the oldest, to the released files, and
// tells how many; if less wait, none.
func (j *Journal) release(least int) (answers int, err error) {
	n := 0
	for ; n < len(j.old) && answers < least; n++ {
		answers += j.old[n].answers
	}
	if answers < least {
		if j.waits() < least {
			return 0, nil
		}
		if err := j.turn(); err != nil {
			return 0, err
		}
		n = len(j.old)
	}
	l, err := j.store.release(j.old[:n])
	if err != nil {
		return 0, err
	}
	j.gone(n, l)
	return len(l[responses]), j.store.settle()
}

// drain leaves less than Options.Release behind of the answers that wait now:
// all that a rush has left would be too much to hold in memory at once.
func (j *Journal) drain() error {
	for wait := j.waits(); wait >= j.least; {
		answers, err := j.release(j.least)
		if err != nil {
			return err
		}
		wait -= answers
	}
	return nil
}

// waits is how many answers the intakes hold.
func (j *Journal) waits() int {
	j.mu.Lock()
	defer j.mu.Unlock()
	return j.waiting
}

// gone notes that what was gathered from the first n has left the intakes.
func (j *Journal) gone(n int, l *lines) {
	j.old = j.old[n:]
	j.mu.Lock()
	j.waiting -= len(l[responses])
	j.mu.Unlock()
}

// Release releases whatever waits, however little it is: what a standing form
// does on the first of each month. Releases of at least Options.Release
// answers happen by themselves.
func (j *Journal) Release(ctx context.Context) error {
	return j.ask(ctx, job{open: true, do: func() error {
		if err := j.drain(); err != nil {
			return err
		}
		_, err := j.release(max(1, min(j.waits(), j.least)))
		return err
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
	if j.live != nil {
		if err := j.mark(); err != nil {
			return err
		}
		if err := j.drain(); err != nil {
			return err
		}
		if err := j.change(nil); err != nil {
			return err
		}
		if j.next != nil {
			j.next.close()
			j.old, j.next = append(j.old, j.next), nil
		}
	}
	if len(j.old) > 0 {
		l, err := j.store.close(j.old)
		if err != nil {
			return err
		}
		j.gone(len(j.old), l)
		if err := j.store.settle(); err != nil {
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

// mark stores that the survey has closed.
func (j *Journal) mark() error {
	f, err := j.d.fs.OpenFile(j.d.path(closedName), os.O_WRONLY|os.O_CREATE, 0o600)
	if err != nil {
		return err
	}
	if err := f.Close(); err != nil {
		return err
	}
	return j.d.syncNames()
}

// Finished tells whether Finish has done all it does.
func (j *Journal) Finished() bool {
	j.mu.Lock()
	defer j.mu.Unlock()
	return j.finished
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
	j.mu.Lock()
	j.ending = true
	j.toKeep.Signal()
	j.mu.Unlock()
	j.workers.Wait()
	j.closed.Do(func() {
		if j.live == nil {
			return
		}
		if j.err == nil {
			j.live.conclude(false) // nothing acknowledged hangs on it
		}
		j.live.close()
		j.next.close()
	})
	return j.Err()
}
