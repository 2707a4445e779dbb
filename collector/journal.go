package collector

// The journal of one survey as the service uses it: opened when it is needed,
// and its trouble said once.

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"sync"
	"sync/atomic"
	"syscall"

	"staffplan/collector/journal"
	"staffplan/collector/survey"
)

// lazyJournal is opened at the start where answers are stored already, else with
// the first one: until then the questions may still change, since nothing on
// disk binds them, tickets included.
type lazyJournal struct {
	dir     string
	fs      journal.FS
	log     *slog.Logger // says which survey
	opened  atomic.Pointer[journal.Journal]
	trouble atomic.Pointer[error] // why the last thing done failed, which is in the log; nil if it did not
	held    atomic.Bool           // its closing is due and not believed, see hold

	mu     sync.Mutex // around what follows, and around opening and closing
	def    *survey.Definition
	failed error // why the journal could not be opened

	month int                 // the last one that began with a release; Server.mu is around it
	day   string              // the last one that began with a count; so is it around this
	told  atomic.Pointer[int] // see answered.go
}

// errClosed is what the journals of a closed server fail with.
var errClosed = errors.New("collector is closed")

// Advice says what to do about a survey's folder that a journal refuses. It is
// empty where the folder's content is not the matter.
func Advice(err error) string {
	var mixture *journal.Mixture
	var damage *journal.Damage
	var format *journal.FormatError
	switch {
	case errors.As(err, &mixture):
		return "ファイルの時点がそろっていません。受付が動いているあいだに cp などで写したか、一部だけを戻したもののようです。collector backup で取った控え（バックアップ）から、フォルダーごと戻してください。"
	case errors.As(err, &damage):
		return "ファイルが壊れているか、受付が動いているあいだに cp などで写したもののようです。手を加えずに残し、collector backup で取った控え（バックアップ）と比べてください。"
	case !errors.As(err, &format):
		return ""
	case format.Found < journal.Format:
		return fmt.Sprintf("データが古い形式（形式 %d）のままです。collector serve を一度動かすと、いまの形式（形式 %d）に直ります。", format.Found, journal.Format)
	}
	return fmt.Sprintf("データが新しい形式（形式 %d）です。この collector が読めるのは形式 %d までです。書いたときと同じか、より新しい版の collector を使ってください。", format.Found, journal.Format)
}

func unreadable(file, what string, err error) error {
	if advice := Advice(err); advice != "" {
		return fmt.Errorf("%s: %s。%s（%w）", file, what, advice, err)
	}
	return fmt.Errorf("%s: %s: %w", file, what, err)
}

// fits says whether d may take the place of what is stored, if anything is. It
// touches nothing.
func (l *lazyJournal) fits(d *survey.Definition) error {
	file := filepath.Join(l.dir, "survey.json")
	data, err := journal.StoredDefinition(l.dir)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return unreadable(file, "読めませんでした", err)
	}
	stored, err := survey.Parse(data)
	if err != nil {
		return fmt.Errorf("%s: 回答と一緒に保存した定義が読めません: %w", file, err)
	}
	return d.Fits(stored)
}

// define goes on with d, which fits, and recovers what is stored.
func (l *lazyJournal) define(d *survey.Definition) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.def = d
	if j := l.opened.Load(); j != nil {
		err := j.Define(context.Background(), d.JSON(), d.Release)
		if errors.Is(err, journal.ErrFinished) { // its last edition stays
			return nil
		}
		return err
	}
	if l.held.Load() { // opening would write, and the files be new
		return nil
	}
	// The folder is made now: made with the first answer, it would keep the time
	// of that.
	if err := os.MkdirAll(l.dir, 0o700); err != nil {
		return err
	}
	if list, err := os.ReadDir(l.dir); err != nil || len(list) == 0 {
		return err
	}
	if _, err := journal.StoredDefinition(l.dir); errors.Is(err, fs.ErrNotExist) {
		// Tickets, and no answer yet: see that they can be read, and leave it.
		j, err := journal.Open(l.dir, journal.Options{Release: l.def.Release, FS: l.fs})
		if err != nil {
			return err
		}
		return j.Close()
	}
	return l.openLocked()
}

func (l *lazyJournal) open() (*journal.Journal, error) {
	if j := l.opened.Load(); j != nil {
		return j, nil
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.opened.Load() == nil {
		if err := l.openLocked(); err != nil {
			return nil, err
		}
	}
	return l.opened.Load(), nil
}

// openLocked may be tried again where it failed for want of space, or because
// the folder cannot be written to. After a failed sync, or an input/output
// error, only a restart may: what is left in memory may look stored.
func (l *lazyJournal) openLocked() error {
	for _, final := range []error{errClosed, journal.ErrFailed, syscall.EIO} {
		if errors.Is(l.failed, final) {
			return l.failed
		}
	}
	closed, err := journal.IsFinished(l.dir)
	if err != nil {
		return err
	}
	j, err := journal.Open(l.dir, journal.Options{Release: l.def.Release, Definition: l.def.JSON(), FS: l.fs})
	l.failed = err
	if err != nil {
		return err
	}
	if j.Recovered != "" {
		l.log.Warn("保存してある回答を整えました。", "したこと", j.Recovered)
	}
	if j.Finished() && !closed { // it was under way
		l.sayClosed()
	}
	l.opened.Store(j)
	return nil
}

// append returns nil once the entry is on disk. The errors are outcomes, or
// journal.ErrTicketUnknown or ErrTicketUsed.
//
// It does not end early when a client has gone: what then happened to the
// answer would be unknown, and nobody is there to be told.
func (l *lazyJournal) append(e journal.Entry) error {
	j, err := l.open()
	if err == nil {
		err = j.Append(context.Background(), e)
	}
	switch { // the first three say nothing of the storage
	case errors.Is(err, journal.ErrFinished):
		return errFinished
	case errors.Is(err, journal.ErrTicketUnknown), errors.Is(err, journal.ErrTicketUsed):
		return err
	}
	l.note(err)
	switch {
	case err == nil:
		return nil
	case errors.Is(err, journal.ErrFull):
		return errFull
	}
	return errStorage
}

// release lets out what waits, if there is anything.
func (l *lazyJournal) release() error {
	j := l.opened.Load()
	if j == nil {
		return nil
	}
	err := j.Release(context.Background())
	l.note(err)
	return err
}

// finish closes the survey for good, also where nobody has answered: reports
// ask for the mark.
func (l *lazyJournal) finish() error {
	j, err := l.open()
	if err == nil {
		err = j.Finish(context.Background())
	}
	l.note(err)
	return err
}

// finished tells whether the survey has closed for good.
func (l *lazyJournal) finished() bool {
	j := l.opened.Load()
	return j != nil && j.Finished()
}

// note logs where trouble begins and where it ends. A line for each refused
// answer would tell when people tried.
func (l *lazyJournal) note(err error) {
	var now *error
	if err != nil {
		now = &err
	}
	switch was := l.trouble.Swap(now); {
	case err != nil && was == nil:
		l.log.Error("回答を保存できません。", "err", err)
	case err == nil && was != nil:
		l.log.Info("回答をまた保存できます。")
	}
}

// err says why nothing can be stored, as far as is known. A full disk is known
// to have room again once an answer was stored.
func (l *lazyJournal) err() error {
	if j := l.opened.Load(); j != nil && j.Err() != nil {
		return j.Err()
	}
	if trouble := l.trouble.Load(); trouble != nil {
		return *trouble
	}
	return nil
}

// close ends the store; answers that still come are refused.
func (l *lazyJournal) close() error {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.failed = errClosed
	j := l.opened.Load()
	if j == nil {
		return nil
	}
	last := newest(l.dir)
	err := j.Close()
	if l.held.Load() {
		leave(l.dir, last)
	}
	return err
}
