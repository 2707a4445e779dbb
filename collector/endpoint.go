package collector

// A survey as it is served: its definition now, and the journal behind it.

import (
	"time"

	"staffplan/collector/survey"
)

// endpoint is what answers one survey's address. A reload makes new ones over
// the same journals; requests under way end with the old one, which the new one
// fits.
type endpoint struct {
	*Encoder
	journal *lazyJournal
}

// path is that of the form.
func (e *endpoint) path() string { return "/surveys/" + e.def.ID + "/" }

// admits says whether answers are taken at this time. That a survey was closed
// is stored: neither a clock set back nor a later closing date opens it again.
func (e *endpoint) admits(now time.Time) error {
	state := e.def.State(now)
	switch {
	case state == survey.Over:
		return errOver
	case e.journal.finished():
		return errFinished
	case state == survey.NotYet:
		return errNotYet
	}
	return nil
}
