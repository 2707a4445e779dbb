// Package collector takes answers to surveys over HTTP, and serves the site
// that asks for them.
//
// An answer is acknowledged (303 to a form, 201 to JSON) once it is on disk.
// Everything else is refused with a reason, and a person gets the form back
// with all that was typed. Which outcome has which status and words is one
// table, in status.go; package survey decides what an answer may be, package
// journal how it is stored.
//
// Nothing of a request but the answer itself is stored or logged: no address,
// header, query or time. The log tells of start, stop and trouble, and of
// trouble only where it begins and ends. What lies outside this package (a
// proxy's log, a watched network, a person who replaces the program) is outside
// this promise.
package collector

import (
	"cmp"
	"errors"
	"fmt"
	"log/slog"
	"maps"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"staffplan/collector/journal"
	"staffplan/collector/survey"
)

// Config says where things are. Site and Data are needed.
type Config struct {
	Site        string           // the folder Hugo built: pages, surveys/<id>/survey.json, 404.html
	Data        string           // the data directory; made if it is not there
	Close       []string         // surveys whose closing is right, however old their data; see hold
	Hosts       []string         // names the site is asked for by, against DNS rebinding; none for any
	MaxInflight int              // requests to /answers/ at a time; 0 means 512
	Now         func() time.Time // the clock that opens and closes surveys; nil for the real one
	Log         *slog.Logger     // start, stop, trouble; nil for none

	fs     journal.FS   // for tests that let storage fail; nil is the real one
	static http.Handler // for tests: what serves everything but answers; nil is the files of Site
}

// Server is the service. It holds the data directory until Close.
type Server struct {
	config   Config // without blanks
	inFlight atomic.Int64
	turning  atomic.Bool // answers are turned away, and it is in the log
	sent     sent
	foreign  sync.Once // around the log line for an answer from another origin
	origin   *http.CrossOriginProtection
	http     *http.Server
	doors    *doors
	drain    time.Duration // for requests in flight when the service stops

	endpoints atomic.Pointer[map[string]*endpoint] // by id of the survey
	root      atomic.Pointer[string]               // see readRoot
	stripped  atomic.Bool                          // a proxy takes the root off
	seen      sync.Map                             // files of definitions as they were looked at last (fs.FileInfo)

	mu       sync.Mutex // around what follows, and what changes journals
	journals map[string]*lazyJournal
	lock     *journal.DataLock
	gone     map[string]time.Time // surveys that the site lacks, since when
	unfit    map[string]complaint // definitions that cannot be taken, by file
}

// New reads the definitions, takes the data directory, recovers what is stored,
// and does what is due: closings, and the monthly release if today is the first.
//
// The error is one line for the person who starts the service. Until all is
// checked nothing is changed: bad configuration, a directory that another
// process holds (journal.ErrLocked) or that rehearses, and definitions that do
// not fit the answers stored leave everything as it was.
func New(c Config) (*Server, error) {
	s := &Server{
		config:   c,
		origin:   http.NewCrossOriginProtection(),
		drain:    10 * time.Second,
		journals: map[string]*lazyJournal{},
		gone:     map[string]time.Time{},
		unfit:    map[string]complaint{},
	}
	if c.static == nil {
		s.config.static = http.HandlerFunc(s.files)
	}
	if c.Now == nil {
		s.config.Now = time.Now
	}
	s.config.MaxInflight = cmp.Or(c.MaxInflight, 512)
	s.config.Log = cmp.Or(c.Log, slog.New(slog.DiscardHandler))
	s.doors = &doors{log: s.config.Log, waiting: map[net.Conn]time.Time{}}
	s.http = newHTTP(s, s.doors)
	s.root.Store(new(string))
	s.readRoot()
	defs, err := survey.LoadSite(c.Site)
	if err != nil {
		return nil, err
	}
	rehearsal, err := journal.IsRehearsal(c.Data)
	if err != nil {
		return nil, fmt.Errorf("%s: データの置き場所を読めません: %w", c.Data, err)
	}
	if rehearsal {
		return nil, fmt.Errorf("%s: 練習用の回答が入っています。本物の回答は受け取れません。ほかの置き場所にしてください", c.Data)
	}
	for _, id := range c.Close {
		stored, err := os.Stat(filepath.Join(c.Data, id))
		served := slices.ContainsFunc(defs, func(d *survey.Definition) bool { return d.ID == id })
		if !served && (err != nil || !stored.IsDir()) {
			return nil, fmt.Errorf("--close の %s というアンケートはありません。名前を確かめてください", id)
		}
	}
	// Before the lock, whose file would be something touched; take looks again.
	inUse := fmt.Errorf("%s: データの置き場所を、ほかの collector が使っています。先にそちらを止めてください: %w", c.Data, journal.ErrLocked)
	if journal.Locked(c.Data) {
		return nil, inUse
	}
	if err := s.check(defs); err != nil {
		return nil, err
	}
	s.lock, err = journal.Lock(c.Data)
	if errors.Is(err, journal.ErrLocked) {
		return nil, inUse
	}
	if err != nil {
		return nil, fmt.Errorf("%s: データの置き場所を使えません: %w", c.Data, err)
	}
	if err = s.take(defs); err == nil {
		s.keepAbsent()
		err = s.dueAtStart()
		s.config.Close = nil // what comes later was not looked at
	}
	if err != nil {
		s.Close()
		return nil, err
	}
	return s, nil
}

// Close gives the data directory back, after what was acknowledged and what is
// under way. Answers that come later are refused.
func (s *Server) Close() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	var errs []error
	for _, j := range s.journals {
		errs = append(errs, j.close())
	}
	if s.lock != nil {
		errs = append(errs, s.lock.Close())
		s.lock = nil
	}
	return errors.Join(errs...)
}

const answersPath = "/answers/"

// ServeHTTP serves everything: /answers/<id>, /healthz, and the site.
func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	r = s.within(r)
	defer s.recovered(w, r)
	h := w.Header()
	maps.Copy(h, policy) // they share the values: nobody may write into them
	switch path := r.URL.Path; {
	case !s.knownHost(r.Host):
		s.refusePage(w, errHost)
	case strings.HasPrefix(path, answersPath):
		h.Set("Cache-Control", "no-store")
		s.answers(w, r)
	case path == "/healthz":
		s.health(w, r)
	case ofCount(path):
		h.Set("Cache-Control", "no-store")
		s.answered(w, r)
	case ofSurvey(path):
		h.Set("Cache-Control", "no-store")
		forget(h, r)
		// A part of these is of no use, and net/http forgets no-store where it
		// refuses one.
		r = r.Clone(r.Context())
		r.Header.Del("Range")
		if o := s.overruled(path); o != nil {
			s.refusePage(w, o)
			return
		}
		fallthrough
	default:
		s.config.static.ServeHTTP(w, r)
	}
}

// health is 200 while answers can be stored, as far as is known, else 503 and
// why not.
func (s *Server) health(w http.ResponseWriter, r *http.Request) {
	if r.Method != http.MethodGet && r.Method != http.MethodHead {
		s.refusePage(w, errGet)
		return
	}
	word := "ok"
	if s.inFlight.Load() >= int64(s.config.MaxInflight) {
		word = "busy"
	}
	for _, e := range *s.endpoints.Load() {
		switch err := e.journal.err(); {
		case err == nil, word == "failed":
		case errors.Is(err, journal.ErrFull):
			word = "full"
		default:
			word = "failed"
		}
	}
	status := http.StatusServiceUnavailable
	if word == "ok" {
		status = http.StatusOK
	}
	send(w, status, contentTypes[".txt"], []byte(word+"\n"))
}

// recovered turns a panic into a 500. The log gets the place in the code alone:
// what is panicked with may hold an answer.
func (s *Server) recovered(w http.ResponseWriter, r *http.Request) {
	p := recover()
	if p == nil {
		return
	}
	if p == http.ErrAbortHandler {
		panic(p) // a proxy that breaks off on purpose
	}
	s.config.Log.Error("プログラムの誤りで、処理できませんでした。", "at", panicPlace())
	if !strings.HasPrefix(r.URL.Path, answersPath) {
		panic(http.ErrAbortHandler) // part of a page may have been sent
	}
	s.refuse(w, r, &submission{unread: true}, errInternal)
}

// panicPlace is the function and line that panicked.
func panicPlace() string {
	var pcs [32]uintptr
	frames := runtime.CallersFrames(pcs[:runtime.Callers(3, pcs[:])])
	for {
		frame, more := frames.Next()
		if !strings.HasPrefix(frame.Function, "runtime.") || !more {
			return fmt.Sprintf("%s:%d", frame.Function, frame.Line)
		}
	}
}
