package collector

// POST /answers/<id>: from the request to the line on disk. Every answer takes
// this way, so it allocates little, and says nothing to any log.

import (
	"bytes"
	"errors"
	"io"
	"mime"
	"net/http"
	"os"
	"strings"
	"sync"

	"staffplan/collector/journal"
	"staffplan/collector/survey"
)

// maxBodyBytes is the longest body taken, whether or not its length was told.
const maxBodyBytes = 64 << 10

// bodies are read into these. They grow as a body comes: a client that promises
// much and sends nothing costs nothing.
var bodies = sync.Pool{New: func() any { return new(bytes.Buffer) }}

// submission is one request to /answers/ on its way.
type submission struct {
	*endpoint      // nil: there is no such survey
	json      bool // the body is JSON, else a form
	unread    bool // the body, or some of it, has not been read
	parsed    bool
	input     survey.Input
	wrong     []survey.FieldError
}

// answers serves everything below /answers/.
func (s *Server) answers(w http.ResponseWriter, r *http.Request) {
	inFlight := s.inFlight.Add(1)
	defer s.inFlight.Add(-1)
	body := bodies.Get().(*bytes.Buffer)
	defer bodies.Put(body)
	body.Reset()

	sub := &submission{endpoint: s.endpoint(r.URL.Path[len(answersPath):]), unread: r.ContentLength != 0}
	if err := s.accept(sub, r, body, inFlight); err != nil {
		s.refuse(w, r, sub, err)
		return
	}
	if sub.json {
		w.WriteHeader(http.StatusCreated)
		return
	}
	w.Header().Set("Location", sub.path()+"thanks/")
	w.WriteHeader(http.StatusSeeOther)
}

// accept returns nil once the answer is on disk.
func (s *Server) accept(sub *submission, r *http.Request, body *bytes.Buffer, inFlight int64) error {
	if err := s.admit(sub, r); err != nil {
		return err
	}
	// Over the limit a person still gets back what was typed, and that takes
	// reading it. A program gets the word alone, and so does everybody at twice
	// the limit, or a hundred over a small one.
	busy := inFlight > s.maxInFlight
	if busy && (sub.json || inFlight > s.maxInFlight+max(s.maxInFlight, 100)) {
		return errBusy
	}
	if err := readBody(body, r.Body); err != nil {
		return err
	}
	sub.unread = false
	if err := sub.parse(body.Bytes()); err != nil {
		return err
	}
	if busy {
		return errBusy
	}
	return sub.keep()
}

// admit decides what can be decided without the body.
func (s *Server) admit(sub *submission, r *http.Request) error {
	switch {
	case sub.endpoint == nil:
		return errNoSurvey
	case r.Method != http.MethodPost:
		return errPost
	case s.origin.Check(r) != nil:
		return errOrigin
	}
	var err error
	if sub.json, err = isJSON(r.Header["Content-Type"]); err != nil {
		return err
	}
	for _, coding := range r.Header["Content-Encoding"] {
		if !strings.EqualFold(coding, "identity") {
			return errCoding
		}
	}
	if err := sub.admits(s.now()); err != nil {
		return err
	}
	if r.ContentLength > maxBodyBytes {
		return errTooLarge
	}
	return nil
}

// isJSON tells JSON from a form. A charset other than UTF-8 is refused: what is
// not UTF-8 would have to be guessed at.
func isJSON(contentType []string) (bool, error) {
	if len(contentType) != 1 {
		return false, errMedia
	}
	media, params, err := mime.ParseMediaType(contentType[0])
	json := media == "application/json"
	charset, told := params["charset"]
	if err != nil || !json && media != "application/x-www-form-urlencoded" || told && !strings.EqualFold(charset, "utf-8") {
		return json, errMedia
	}
	return json, nil
}

// readBody reads to the end, or to the longest that is taken.
func readBody(to *bytes.Buffer, body io.ReadCloser) error {
	_, err := to.ReadFrom(http.MaxBytesReader(nil, body, maxBodyBytes))
	var tooLarge *http.MaxBytesError
	switch {
	case err == nil:
		return nil
	case errors.As(err, &tooLarge):
		return errTooLarge
	case errors.Is(err, os.ErrDeadlineExceeded):
		return errSlow
	}
	return survey.ErrMalformed // cut off, or not the chunks it should be
}

func (sub *submission) parse(body []byte) (err error) {
	if sub.json {
		sub.input, err = survey.ParseJSON(body)
	} else {
		sub.input, err = survey.ParseForm(body)
	}
	sub.parsed = err == nil
	return err
}

// keep checks the answer and returns nil once it is on disk. A ticket is used up
// by an answer that is on disk and by nothing else.
func (sub *submission) keep() error {
	entry, wrong, err := sub.encoder.Entry(sub.input)
	if err == nil && len(wrong) == 0 {
		err = sub.store.append(entry)
	}
	switch {
	case errors.Is(err, journal.ErrTicketUnknown):
		wrong = []survey.FieldError{ticketUnknown}
	case errors.Is(err, journal.ErrTicketUsed):
		wrong = []survey.FieldError{ticketUsed}
	case err != nil:
		return err
	}
	if len(wrong) > 0 {
		sub.wrong = wrong
		return errInvalid
	}
	return nil
}
