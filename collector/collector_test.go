package collector

// Through the front door: a service on a port of its own, in a folder of its
// own, and what is on disk afterwards.

import (
	"context"
	"log/slog"
	"net"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/rogpeppe/go-internal/txtar"
)

// at is a clock that stands.
func at(moment string) func() time.Time {
	t, err := time.Parse(time.RFC3339, moment)
	if err != nil {
		panic(err)
	}
	return func() time.Time { return t }
}

const openDay = "2026-11-05T09:00:00+09:00"

// house is a service under test.
type house struct {
	t          *testing.T
	server     *Server
	url        string
	site, data string
	log        *lockedBuffer
	end        context.CancelFunc
	ended      chan error
}

// start serves the site of testdata/site.txtar, unless c names another one.
func start(t *testing.T, c Config) *house {
	t.Helper()
	h, err := tryStart(t, c)
	if err != nil {
		t.Fatal(err)
	}
	return h
}

func tryStart(t *testing.T, c Config) (*house, error) {
	t.Helper()
	h, err := build(t, c)
	if err == nil {
		h.serve()
	}
	return h, err
}

// build makes the service and leaves it to the test to serve.
func build(t *testing.T, c Config) (*house, error) {
	t.Helper()
	if c.Site == "" {
		c.Site = t.TempDir()
		unpack(t, "testdata/site.txtar", c.Site)
	}
	if c.Data == "" {
		c.Data = filepath.Join(t.TempDir(), "data")
	}
	if c.Now == nil {
		c.Now = at(openDay)
	}
	h := &house{t: t, site: c.Site, data: c.Data, log: new(lockedBuffer), ended: make(chan error, 1)}
	c.Log = slog.New(slog.NewTextHandler(h.log, nil))
	var err error
	h.server, err = New(c)
	return h, err
}

func (h *house) serve() {
	h.t.Helper()
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		h.t.Fatal(err)
	}
	h.serveOn(ln)
}

func (h *house) serveOn(ln net.Listener) {
	h.t.Helper()
	h.url = "http://" + ln.Addr().String()
	var ctx context.Context
	ctx, h.end = context.WithCancel(context.Background())
	go func() { h.ended <- h.server.Serve(ctx, ln) }()
	h.t.Cleanup(h.stop)
}

// stop ends the service as SIGTERM does. It may be called twice.
func (h *house) stop() {
	h.t.Helper()
	if h.end == nil {
		return
	}
	h.end()
	h.end = nil
	if err := <-h.ended; err != nil {
		h.t.Error("Serve:", err)
	}
	if err := h.server.Close(); err != nil && !strings.Contains(err.Error(), "on purpose") {
		h.t.Error("Close:", err)
	}
}

// stored gives the lines of all answers of a survey whose service has stopped.
func (h *house) stored(id string) []string {
	h.t.Helper()
	return lines(h.t, filepath.Join(h.closed(), id, "responses.jsonl"))
}

// closed is a copy of the data of a service that has stopped, after all surveys
// have closed or come to the first of a month.
func (h *house) closed() (data string) {
	h.t.Helper()
	later := filepath.Join(h.t.TempDir(), "data")
	if err := os.CopyFS(later, os.DirFS(h.data)); err != nil {
		h.t.Fatal(err)
	}
	s, err := New(Config{Site: h.site, Data: later, Now: at("2027-06-01T09:00:00+09:00")})
	if err != nil {
		h.t.Fatal(err)
	}
	if err := s.Close(); err != nil {
		h.t.Fatal(err)
	}
	return later
}

func lines(t *testing.T, file string) []string {
	t.Helper()
	data, err := os.ReadFile(file)
	if os.IsNotExist(err) || err == nil && len(data) == 0 {
		return nil
	}
	if err != nil {
		t.Fatal(err)
	}
	return strings.Split(strings.TrimSuffix(string(data), "\n"), "\n")
}

func unpack(t *testing.T, archive, dir string) {
	t.Helper()
	a, err := txtar.ParseFile(archive)
	if err != nil {
		t.Fatal(err)
	}
	if err := txtar.Write(a, dir); err != nil {
		t.Fatal(err)
	}
}

// lockedBuffer is a log that may be read while it is written.
type lockedBuffer struct {
	mu   sync.Mutex
	text strings.Builder
}

func (b *lockedBuffer) Write(p []byte) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.text.Write(p)
}

func (b *lockedBuffer) String() string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.text.String()
}
