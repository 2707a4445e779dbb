package collector

// POST /answers/<id>: from the request to the line on disk. Every answer takes
// this way, so it allocates little, and says nothing to any log.

import (
	"bytes"
	"errors"
	"net/http"
	"slices"
	"strings"
	"sync"
	"time"

	"staffplan/collector/journal"
	"staffplan/collector/survey"
)

// bodies are read into these. They grow as a body comes: a client that promises
// much and sends nothing costs nothing.
var bodies = sync.Pool{New: func() any { return new(bytes.Buffer) }}

// answers serves everything below /answers/.
func (s *Server) answers(w http.ResponseWriter, r *http.Request) {
	body := bodies.Get().(*bytes.Buffer)
	defer bodies.Put(body)
	body.Reset()

	id := r.URL.Path[len(answersPath):]
	sub := &submission{id: id, endpoint: (*s.endpoints.Load())[id], unread: r.ContentLength != 0}
	if err := s.accept(sub, r, body); err != nil {
		s.refuse(w, r, sub, err)
		return
	}
	if sub.json {
		w.WriteHeader(http.StatusCreated)
		return
	}
	w.Header().Set("Location", s.link(sub.path()+"thanks/"))
	w.WriteHeader(http.StatusSeeOther)
}

// accept returns nil once the answer is on disk.
func (s *Server) accept(sub *submission, r *http.Request, body *bytes.Buffer) error {
	refused := s.admit(sub, r)
	if refused == errNoSurvey && s.renew(sub) {
		refused = s.admit(sub, r)
	}
	if refused != nil && (sub.json || !slices.Contains(shownAgain, refused)) {
		return refused
	}
	err := readBody(body, r.Body)
	sub.read = true
	if err == nil {
		sub.unread = false
		err = sub.parse(body.Bytes())
	} else if !sub.json {
		sub.input = parseCut(body.Bytes())
	}
	if refused != nil {
		return refused
	}
	if err != nil {
		return err
	}
	// In flight is what has come whole: who is slow to send keeps nobody out.
	s.doors.whole(r)
	busy := s.inFlight.Add(1) > int64(s.config.MaxInflight)
	defer s.left()
	if busy && !s.turning.Swap(true) {
		s.config.Log.Warn("回答が集中しています。受け付けきれない分には、少し待つように伝えています。", "上限", s.config.MaxInflight)
	}
	take := func() error {
		if err := sub.closed(s.config.Now()); err != nil {
			return err
		}
		if busy {
			return errBusy
		}
		return sub.keep()
	}
	return s.sent.once(sub.input.Once(), func() error {
		err := take()
		if slices.Contains(byDefinition, err) && s.renew(sub) {
			err = take()
		}
		return err
	})
}

// byDefinition are the refusals that may end with a new definition.
var byDefinition = []error{errNotYet, errOver, errInvalid}

// renew has an answer that is about to be refused meet the definition that its
// form was built with: the service may not have looked at it yet.
func (s *Server) renew(sub *submission) bool {
	fresh := s.renewed(sub.id, sub.endpoint)
	if fresh != nil {
		sub.endpoint, sub.wrong = fresh, nil
	}
	return fresh != nil
}

// left counts an answer that is no longer in flight.
func (s *Server) left() {
	if s.inFlight.Add(-1) <= int64(s.config.MaxInflight)/2 && s.turning.CompareAndSwap(true, false) {
		s.config.Log.Info("回答をまた、すべて受け付けています。")
	}
}

// shownAgain are the refusals that a person may meet though a form was sent,
// which then shows again what was written.
var shownAgain = []error{errNoSurvey, errOrigin}

// admit decides what can be decided without the body.
func (s *Server) admit(sub *submission, r *http.Request) error {
	var media error
	sub.json, media = isJSON(r.Header["Content-Type"])
	switch {
	case sub.endpoint == nil:
		return errNoSurvey
	case r.Method != http.MethodPost:
		return errPost
	case !s.ownOrigin(r):
		return errOrigin
	case media != nil:
		return media
	case sub.json && r.ContentLength > maxBodyBytes:
		return errTooLarge
	}
	for _, coding := range r.Header["Content-Encoding"] {
		if !strings.EqualFold(coding, "identity") {
			return errCoding
		}
	}
	return nil
}

// closed says why no answers are taken at that moment, or nil. Neither an
// earlier clock nor a later closing date opens a survey again.
func (sub *submission) closed(now time.Time) error {
	state := sub.def.State(now)
	switch {
	case sub.journal.held.Load():
		return errHeld
	case state == survey.Over:
		return errOver
	case sub.journal.finished():
		return errFinished
	case state == survey.NotYet:
		return errNotYet
	}
	return nil
}

// keep checks the answer and returns nil once it is on disk. A ticket is used up
// by an answer that is on disk and by nothing else.
func (sub *submission) keep() error {
	entry, wrong, err := sub.Entry(sub.input)
	if err == nil && len(wrong) == 0 {
		err = sub.journal.append(entry)
	}
	switch {
	case errors.Is(err, journal.ErrTicketUnknown):
		wrong = []survey.FieldError{ticketUnknown}
	case errors.Is(err, journal.ErrTicketUsed):
		return errTicketUsed
	case err != nil:
		return err
	}
	if len(wrong) > 0 {
		sub.wrong = wrong
		return errInvalid
	}
	return nil
}
