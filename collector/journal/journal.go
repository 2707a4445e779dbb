// The journal itself: callers enlist entries in the batch that fills, one batch
// at a time becomes a frame, and the keeper moves what waits to the released
// files.

package journal

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"fmt"
	"io/fs"
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
	size     int64     // of the intake that gets the frames
	rush     time.Time // when a frame with company was last written
	err      error
	closing  bool // Finish was called, or the mark stands
	finished bool
	ending   bool // Close was called
	keeper   sync.WaitGroup
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

// job is what the keeper does for a caller.
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
		j.Recovered = "brought up from data format 1\n"
	case j.store.format == 0 && j.store.files[responses].size > 0:
		j.Recovered = names[sumsFile] + ": missing, so the released files were taken as they stand\n"
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
	j.waiting = count(j.old)
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
		if torn := int64(len(content[in])) - in.end; torn > 0 {
			j.Recovered += fmt.Sprintf("%s: cut %d bytes of an unfinished frame at byte %d\n", intakeName(in.gen), torn, in.end)
		}
		if err := in.rewrite(j.d, content[in]); err != nil {
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
	// gathering is how long a smaller frame then waits for them: a sync costs
	// the cores as much as several answers do.
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
	if j.batch.answers < company && time.Since(j.rush) < lull {
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
	if count(j.old) < least {
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
	j.waiting -= count(j.old)
	j.mu.Unlock()
	j.old = nil
	return j.store.settle()
}

// count is how many answers intakes hold.
func count(intakes []*intake) (answers int) {
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
		in.close() // all of it is synced
		j.old, in = append(j.old, in), nil
		if j.next != nil {
			j.next.close()
			j.old, j.next = append(j.old, j.next), nil
		}
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
