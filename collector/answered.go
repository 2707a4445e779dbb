package collector

// How many have answered: /surveys/<id>/answered.json, {"answered":40,"headcount":200}.
//
// A number that moved with each answer would tell, to whoever saw who came when,
// that somebody has answered; so it is told as of the last midnight, Japan time,
// and rounded down to ten. It is kept in memory alone, since nothing stored holds
// a day: after a start there is none until the next midnight.

import (
	"net/http"
	"strings"
	"time"

	"github.com/go-json-experiment/json"

	"staffplan/collector/survey"
)

const countFile = "/answered.json"

// ofCount tells the addresses of the counts.
func ofCount(path string) bool {
	id, ok := strings.CutPrefix(path, "/surveys/")
	return ok && strings.HasSuffix(id, countFile)
}

// day is the day that Japan has; later days are greater.
func day(t time.Time) string { return t.In(survey.Tokyo).Format(time.DateOnly) }

// tell takes the number that is told until the next midnight.
func (l *lazyJournal) tell() {
	answered := 0
	if j := l.opened.Load(); j != nil {
		answered = j.Stored() / 10 * 10
	}
	l.told.Store(&answered)
}

func (s *Server) answered(w http.ResponseWriter, r *http.Request) {
	if r.Method != http.MethodGet && r.Method != http.MethodHead {
		s.refusePage(w, errGet)
		return
	}
	id := strings.TrimSuffix(strings.TrimPrefix(r.URL.Path, "/surveys/"), countFile)
	e := (*s.endpoints.Load())[id]
	if e == nil || e.journal.told.Load() == nil {
		s.missing(w)
		return
	}
	count := struct {
		Answered  int `json:"answered"`
		Headcount int `json:"headcount,omitzero"` // where it is known
	}{*e.journal.told.Load(), e.def.Asked()}
	body, err := json.Marshal(count)
	if err != nil {
		s.refusePage(w, errInternal)
		return
	}
	send(w, http.StatusOK, contentTypes[".json"], append(body, '\n'))
}
