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

// store is the journal of one survey. It is opened at the start where answers
// are stored already, else with the first one: until then the questions may
// still change, since nothing on disk binds them, tickets included.
type store struct {
	dir      string
	fs       journal.FS
	log      *slog.Logger // says which survey
	journal  atomic.Pointer[journal.Journal]
	finished atomic.Bool
	troubled atomic.Bool // the last thing done failed, and is in the log

	mu     sync.Mutex // around what follows, and around opening and closing
	def    *survey.Definition
	failed error // why the journal could not be opened

	month int // the last one that began with a release; Server.mu is around it
}

// errClosed is what a closed server's stores fail with.
var errClosed = errors.New("collector is closed")

// fits says whether d may take the place of what is stored, if anything is. It
// touches nothing.
func (s *store) fits(d *survey.Definition) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.journal.Load() != nil {
		return d.Fits(s.def)
	}
	file := filepath.Join(s.dir, "survey.json")
	data, err := journal.StoredDefinition(s.dir)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return fmt.Errorf("%s: 読めませんでした: %w", file, err)
	}
	stored, err := survey.Parse(data)
	if err != nil {
		return fmt.Errorf("%s: 回答と一緒に保存した定義が読めません: %w", file, err)
	}
	return d.Fits(stored)
}

// define goes on with d, which fits, and recovers what is stored.
func (s *store) define(d *survey.Definition) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.def = d
	if j := s.journal.Load(); j != nil {
		err := j.Define(context.Background(), d.JSON(), d.Release)
		if errors.Is(err, journal.ErrFinished) { // its last edition stays
			return nil
		}
		return err
	}
	// The folder is made now: made with the first answer, it would keep the time
	// of that.
	if err := os.MkdirAll(s.dir, 0o700); err != nil {
		return err
	}
	if list, err := os.ReadDir(s.dir); err != nil || len(list) == 0 {
		return err
	}
	if _, err := journal.StoredDefinition(s.dir); errors.Is(err, fs.ErrNotExist) {
		// Tickets, and no answer yet: see that they can be read, and leave it.
		j, err := journal.Open(s.dir, journal.Options{Release: s.def.Release, FS: s.fs})
		if err != nil {
			return err
		}
		return j.Close()
	}
	return s.openLocked()
}

func (s *store) open() (*journal.Journal, error) {
	if j := s.journal.Load(); j != nil {
		return j, nil
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.journal.Load() == nil {
		if err := s.openLocked(); err != nil {
			return nil, err
		}
	}
	return s.journal.Load(), nil
}

// openLocked may be tried again where it failed for want of space, or because
// the folder cannot be written to. After a failed sync, or an input/output
// error, only a restart may: what is left in memory may look stored.
func (s *store) openLocked() error {
	for _, final := range []error{errClosed, journal.ErrFailed, syscall.EIO} {
		if errors.Is(s.failed, final) {
			return s.failed
		}
	}
	j, err := journal.Open(s.dir, journal.Options{Release: s.def.Release, Definition: s.def.JSON(), FS: s.fs})
	s.failed = err
	if err != nil {
		return err
	}
	if j.Recovered != "" {
		s.log.Warn("recovered", "what", j.Recovered)
	}
	s.finished.Store(j.Finished())
	s.journal.Store(j)
	return nil
}

// append returns nil once the entry is on disk. Other errors are rows of the
// table of outcomes.
//
// It does not end early when a client has gone: what then happened to the
// answer would be unknown, and nobody is there to be told.
func (s *store) append(e journal.Entry) error {
	j, err := s.open()
	if err == nil {
		err = j.Append(context.Background(), e)
	}
	// These say nothing of the storage.
	for _, refusal := range []error{journal.ErrFinished, journal.ErrTicketUnknown, journal.ErrTicketUsed} {
		if errors.Is(err, refusal) {
			return refusal
		}
	}
	s.note(err)
	switch {
	case err == nil:
		return nil
	case errors.Is(err, journal.ErrFull):
		return journal.ErrFull
	}
	return errStorage
}

// release lets out what waits, if there is anything.
func (s *store) release() error {
	j := s.journal.Load()
	if j == nil {
		return nil
	}
	err := j.Release(context.Background())
	s.note(err)
	return err
}

// finish closes the survey for good, also where nobody has answered: reports
// ask for the mark.
func (s *store) finish() error {
	j, err := s.open()
	if err == nil {
		err = j.Finish(context.Background())
	}
	s.note(err)
	if err == nil {
		s.finished.Store(true)
	}
	return err
}

// note logs where trouble begins and where it ends. A line for each refused
// answer would tell when people tried.
func (s *store) note(err error) {
	switch was := s.troubled.Swap(err != nil); {
	case err != nil && !was:
		s.log.Error("storage failed", "err", err)
	case err == nil && was:
		s.log.Info("storage works again")
	}
}

// err is non-nil once storage has failed. A full disk is no failure.
func (s *store) err() error {
	if j := s.journal.Load(); j != nil {
		return j.Err()
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.failed
}

// close ends the store; answers that still come are refused.
func (s *store) close() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.failed = errClosed
	if j := s.journal.Load(); j != nil {
		return j.Close()
	}
	return nil
}
