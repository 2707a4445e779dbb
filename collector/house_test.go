package collector

// A service under test: on a port of its own and in a folder of its own, and what
// is on disk afterwards. What it is asked is in client_test.go.

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io/fs"
	"log/slog"
	"net"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/rogpeppe/go-internal/txtar"

	"staffplan/collector/journal"
	"staffplan/collector/ticket"
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

// limits are how long the service waits.
type limits struct{ header, read, write, idle, drain time.Duration }

// startWith serves with other limits.
func startWith(t *testing.T, l limits, c Config) *house {
	t.Helper()
	h, err := build(t, c)
	if err != nil {
		t.Fatal(err)
	}
	s := h.server
	s.http.ReadHeaderTimeout, s.http.ReadTimeout = l.header, l.read
	s.http.WriteTimeout, s.http.IdleTimeout, s.drain = l.write, l.idle, l.drain
	h.serve()
	return h
}

// never lets a test wait for everything else.
var never = limits{header: time.Hour, read: time.Hour, write: time.Hour, idle: time.Hour, drain: time.Hour}

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

func readFile(t *testing.T, name string) string {
	t.Helper()
	text, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

func exists(name string) bool {
	_, err := os.Stat(name)
	return err == nil
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

// contents are all files below dir, by name.
func contents(t *testing.T, dir string) map[string]string {
	t.Helper()
	all := map[string]string{}
	err := filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		content, err := os.ReadFile(path)
		name, _ := filepath.Rel(dir, path)
		all[filepath.ToSlash(name)] = string(content)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return all
}

// settled says that no release is under way, nor about to be: less than ten
// answers wait.
func settled(t *testing.T, dir string) bool {
	t.Helper()
	entries, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	waiting := 0
	for _, e := range entries {
		name := e.Name()
		if strings.HasPrefix(name, "pending") || strings.HasPrefix(name, "trash") || strings.HasSuffix(name, ".tmp") {
			return false
		}
		if strings.HasPrefix(name, "intake-") {
			content, err := os.ReadFile(filepath.Join(dir, name))
			if err != nil {
				return false // it has just left
			}
			waiting += bytes.Count(content, []byte(`"answers":`))
		}
	}
	return waiting < 10
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

// add puts another survey on a site.
func add(t *testing.T, site, definition, form string) {
	t.Helper()
	var d struct{ ID string }
	if err := json.Unmarshal([]byte(definition), &d); err != nil {
		t.Fatal(err)
	}
	dir := filepath.Join(site, "surveys", d.ID)
	if err := os.MkdirAll(dir, 0o777); err != nil {
		t.Fatal(err)
	}
	for name, text := range map[string]string{"survey.json": definition, "index.html": form} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o666); err != nil {
			t.Fatal(err)
		}
	}
}

// give makes tickets known as collector tickets does.
func give(t *testing.T, data, id string, n int) []ticket.Code {
	t.Helper()
	j, err := journal.Open(filepath.Join(data, id), journal.Options{Release: 10})
	if err != nil {
		t.Fatal(err)
	}
	codes, hashes := make([]ticket.Code, n), make([][32]byte, n)
	for i := range codes {
		codes[i] = ticket.New()
		hashes[i] = codes[i].Hash()
	}
	if err := j.AddTickets(context.Background(), hashes); err != nil {
		t.Fatal(err)
	}
	if err := j.Close(); err != nil {
		t.Fatal(err)
	}
	return codes
}

// pastClosed is what every first start says, of the survey that was over before.
var pastClosed = regexp.MustCompile(`time=\S+ level=INFO msg=受付を締め切りました。 survey=past\n`)

// lockedBuffer is a log that may be read while it is written. It leaves out
// pastClosed.
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
	return pastClosed.ReplaceAllString(b.text.String(), "")
}

// wantLog compares all that was said, line by line, with patterns.
func (h *house) wantLog(patterns ...string) {
	h.t.Helper()
	for i, p := range patterns {
		patterns[i] = `time=\S+ ` + p + `\n`
	}
	said := h.log.String()
	if !regexp.MustCompile(`\A` + strings.Join(patterns, "") + `\z`).MatchString(said) {
		h.t.Errorf("in the log:\n%s", said)
	}
}

// snapshot is all that is on disk, byte by byte.
func snapshot(t *testing.T, dir string) string {
	t.Helper()
	var b strings.Builder
	root := os.DirFS(dir)
	err := fs.WalkDir(root, ".", func(name string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			fmt.Fprintf(&b, "%s/\n", name)
			return err
		}
		content, err := fs.ReadFile(root, name)
		fmt.Fprintf(&b, "%s %q\n", name, content)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return b.String()
}
