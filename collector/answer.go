package collector

// POST /answers/<id>: from the request to the line on disk. Every answer takes
// this way, so it allocates little, and says nothing to any log.

import (
	"errors"
	"fmt"
	"io"
	"mime"
	"net"
	"net/http"
	"strings"
	"sync"

	"staffplan/collector/journal"
	"staffplan/collector/survey"
)

// maxBodyBytes is the longest body taken, whether or not its length was told.
const maxBodyBytes = 64 << 10

// bodies are read into these; none grows beyond maxBodyBytes and a little.
var bodies = sync.Pool{New: func() any { b := make([]byte, 0, 4<<10); return &b }}

// submission is one request to /answers/ on its way.
type submission struct {
	form   *form // nil: there is no such survey
	json   bool  // the body is JSON, else a form
	unread bool  // the body, or some of it, has not been read
	parsed bool
	input  survey.Input
	fields []survey.FieldError
}

// answers serves everything below /answers/.
func (s *Server) answers(w http.ResponseWriter, r *http.Request) {
	inFlight := s.inFlight.Add(1)
	defer s.inFlight.Add(-1)

	body := bodies.Get().(*[]byte)
	defer bodies.Put(body)

	sub := submission{form: s.form(r.URL.Path[len(answersPath):]), unread: r.ContentLength != 0}
	err := s.admit(&sub, r)
	// Over the limit a person still gets back what was typed, and that takes
	// reading it. A program gets the word alone, and so does everybody at twice
	// the limit, or a hundred over a small one.
	busy := inFlight > s.maxInFlight
	if err == nil && busy && (sub.json || inFlight > s.maxInFlight+max(s.maxInFlight, 100)) {
		err = errBusy
	}
	if err == nil {
		*body, err = readBody(r.Body, (*body)[:0])
		sub.unread = err != nil
	}
	if err == nil {
		err = sub.parse(*body)
	}
	if err == nil && busy {
		err = errBusy
	}
	if err == nil {
		err = s.keep(&sub)
	}
	if err != nil {
		s.refuse(w, r, &sub, err)
		return
	}
	h := w.Header()
	h["Cache-Control"] = noStore
	if sub.json {
		w.WriteHeader(http.StatusCreated)
		return
	}
	h["Location"] = sub.form.thanks
	w.WriteHeader(http.StatusSeeOther)
}

// admit decides what can be decided without the body.
func (s *Server) admit(sub *submission, r *http.Request) error {
	if sub.form == nil {
		return errNoSurvey
	}
	if r.Method != http.MethodPost {
		return errPost
	}
	if s.origin.Check(r) != nil {
		return errOrigin
	}
	var err error
	if sub.json, err = mediaType(r.Header["Content-Type"]); err != nil {
		return err
	}
	for _, coding := range r.Header["Content-Encoding"] {
		if !strings.EqualFold(coding, "identity") {
			return errCoding
		}
	}
	if err := sub.form.admits(s.now()); err != nil {
		return err
	}
	if r.ContentLength > maxBodyBytes {
		return errTooLarge
	}
	return nil
}

// mediaType tells JSON from a form. A charset other than UTF-8 is refused: what
// is not UTF-8 would have to be guessed at.
func mediaType(header []string) (isJSON bool, err error) {
	if len(header) != 1 {
		return false, errMedia
	}
	switch header[0] { // as browsers and most programs write it
	case "application/x-www-form-urlencoded":
		return false, nil
	case "application/json":
		return true, nil
	}
	media, params, err := mime.ParseMediaType(header[0])
	if err != nil {
		return false, errMedia
	}
	if charset, ok := params["charset"]; ok && !strings.EqualFold(charset, "utf-8") {
		return media == "application/json", errMedia
	}
	switch media {
	case "application/x-www-form-urlencoded":
		return false, nil
	case "application/json":
		return true, nil
	}
	return false, errMedia
}

// readBody reads to the end into buf, which grows as the body comes: a client
// that promises much and sends nothing costs nothing.
func readBody(r io.Reader, buf []byte) ([]byte, error) {
	for {
		if len(buf) == cap(buf) {
			buf = append(buf, 0)[:len(buf)]
		}
		n, err := r.Read(buf[len(buf):min(cap(buf), maxBodyBytes+1)])
		buf = buf[:len(buf)+n]
		var timeout net.Error
		switch {
		case len(buf) > maxBodyBytes:
			return buf, errTooLarge
		case err == io.EOF:
			return buf, nil
		case errors.As(err, &timeout) && timeout.Timeout():
			return buf, errSlow
		case err != nil: // cut off, or not the chunks it should be
			return buf, fmt.Errorf("%w: %w", survey.ErrMalformed, err)
		}
	}
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

// keep checks the answer and returns once it is on disk. A ticket is used up by
// an answer that is on disk and by nothing else.
func (s *Server) keep(sub *submission) error {
	entry, fields, err := sub.form.encoder.Entry(sub.input)
	if err == nil && len(fields) == 0 {
		err = sub.form.store.append(entry)
	}
	switch {
	case errors.Is(err, journal.ErrTicketUnknown):
		fields = []survey.FieldError{ticketUnknown}
	case errors.Is(err, journal.ErrTicketUsed):
		fields = []survey.FieldError{ticketUsed}
	case err != nil:
		return err
	}
	if len(fields) > 0 {
		sub.fields = fields
		return errInvalid
	}
	return nil
}

// refuse sends the row of the table that belongs to err, as a page or as
// problem details.
func (s *Server) refuse(w http.ResponseWriter, r *http.Request, sub *submission, err error) {
	o := outcomeOf(err)
	if sub.form != nil {
		o = o.about(sub.form.def)
	}
	h := w.Header()
	if sub.unread {
		// Otherwise net/http would wait for the body before it replies.
		h.Set("Connection", "close")
	}
	switch err {
	case errPost:
		h.Set("Allow", http.MethodPost)
	case errCoding:
		h.Set("Accept-Encoding", "identity") // RFC 9110 section 15.5.16
	}
	switch {
	case sub.json || wantsJSON(r):
		sendProblem(w, o, sub.fields)
	case o.ask && sub.parsed && s.sendRefilled(w, o, sub):
	default:
		s.sendPage(w, o, sub)
	}
}

// wantsJSON tells a program from a browser where the body has not told it.
func wantsJSON(r *http.Request) bool {
	if strings.HasPrefix(r.Header.Get("Content-Type"), "application/json") {
		return true
	}
	accept := r.Header.Get("Accept")
	return !strings.Contains(accept, "text/html") &&
		(strings.Contains(accept, "application/json") || strings.Contains(accept, "application/problem+json"))
}
