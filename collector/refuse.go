package collector

// How a row of the table of outcomes is told: to a program as problem details,
// to a person as the form again or as a page of its own.

import (
	"errors"
	"net/http"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"github.com/go-json-experiment/json"

	"staffplan/collector/page"
	"staffplan/collector/survey"
)

// retryAfter is what a 503 asks for, in seconds: long enough for a full disk to
// be noticed, short enough for someone who keeps the page open.
const retryAfter = 60

// refuse sends the row that err is; what is none is our mistake.
func (s *Server) refuse(w http.ResponseWriter, r *http.Request, sub *submission, err error) {
	o, ok := errors.AsType[*outcome](err)
	if !ok {
		o = errInternal
	}
	link := page.Link{Href: s.link("/surveys/"), Words: "アンケートと提案箱の一覧を見る"}
	if sub.endpoint != nil {
		o = o.about(sub.def)
		if err != errTicketUsed { // who is done need not go there again
			link = page.Link{Href: s.link(sub.path()), Words: "「" + sub.def.Title + "」のページを開く"}
		}
	}
	problemType := ""
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
	case errTicketUsed:
		problemType = "urn:staffplan:ticket-used"
	}
	if wantsJSON(r) {
		sendProblem(w, problemType, o, sub.wrong)
		return
	}
	notice := page.Notice{Title: o.title, Text: o.text, Written: sub.written()}
	for _, f := range sub.wrong {
		m := page.Mistake{Name: f.Name, Message: f.Message}
		if q := sub.def.Question(f.Name); q != nil {
			m.Question = q.Text
		}
		notice.Mistakes = append(notice.Mistakes, m)
	}
	if o.ask && sub.read {
		if form, err := s.refilled(sub, notice); err == nil {
			send(w, o.status, contentTypes[".html"], form)
			return
		}
	}
	s.sendRefusal(w, o.status, notice, link)
}

// refusePage sends a row where no answer was sent.
func (s *Server) refusePage(w http.ResponseWriter, o *outcome) {
	if o == errGet {
		w.Header().Set("Allow", "GET, HEAD")
	}
	s.sendRefusal(w, o.status, page.Notice{Title: o.title, Text: o.text})
}

// wantsJSON tells a program from a browser by what it sends, else by what it
// takes.
func wantsJSON(r *http.Request) bool {
	if json, _ := isJSON(r.Header["Content-Type"]); json {
		return true
	}
	accept := r.Header.Get("Accept")
	return !strings.Contains(accept, "text/html") &&
		(strings.Contains(accept, "application/json") || strings.Contains(accept, "application/problem+json"))
}

// refilled is the survey's page with what was sent. The error says that there is
// none to fill.
func (s *Server) refilled(sub *submission, n page.Notice) ([]byte, error) {
	form, err := os.ReadFile(filepath.Join(s.config.Site, sub.path(), "index.html"))
	if err != nil {
		return nil, err
	}
	values := map[string][]string{survey.TicketName: nil}
	for _, q := range sub.def.Questions {
		values[q.ID] = nil
	}
	for name, value := range sub.input.All() {
		values[name] = append(values[name], value)
	}
	values[survey.OnceName] = []string{sub.input.Once()} // one that does not fit would be refused for ever
	if sub.unread {
		n.Text += "届いたところまでを、この画面に残しています。"
	} else {
		n.Text += "書いたものは、この画面に残っています。"
	}
	return page.Refill(form, s.link(sub.path()), values, n)
}

// sendRefusal sends a page of its own in the frame of the site's 404 page, or
// without a frame where there is none.
func (s *Server) sendRefusal(w http.ResponseWriter, status int, n page.Notice, links ...page.Link) {
	frame, _ := os.ReadFile(filepath.Join(s.config.Site, "404.html"))
	links = append(links, page.Link{Href: s.link("/"), Words: "ホームへ戻る"})
	send(w, status, contentTypes[".html"], page.Refusal(frame, n, links...))
}

// problemDetails is RFC 9457 with one member of our own, the list of fields.
// Where the status says it all the type is left out, which means about:blank.
type problemDetails struct {
	Type   string              `json:"type,omitzero"`
	Title  string              `json:"title"`
	Status int                 `json:"status"`
	Detail string              `json:"detail"`
	Errors []survey.FieldError `json:"errors,omitzero"`
}

func sendProblem(w http.ResponseWriter, kind string, o *outcome, fields []survey.FieldError) {
	body, err := json.Marshal(problemDetails{kind, o.title, o.status, o.text, fields})
	if err != nil {
		panic(err) // strings and numbers only
	}
	send(w, o.status, "application/problem+json", body)
}

// send writes a whole response that is kept nowhere.
func send(w http.ResponseWriter, status int, contentType string, body []byte) {
	h := w.Header()
	h.Set("Content-Type", contentType)
	h.Set("Content-Length", strconv.Itoa(len(body)))
	h.Set("Cache-Control", "no-store")
	if status == http.StatusServiceUnavailable {
		h.Set("Retry-After", strconv.Itoa(retryAfter))
	}
	w.WriteHeader(status)
	w.Write(body)
}
