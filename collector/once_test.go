package collector

// One answer for each sending, however often it arrives.

import (
	"fmt"
	"io/fs"
	"net/http"
	"net/http/httptest"
	"net/url"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"staffplan/collector/journal"
)

const word = "f3Q-9_zzKp0aTT71"

// heldDisk lets nothing reach the platter while its gate is locked.
type heldDisk struct {
	badDisk
	gate sync.RWMutex
}

type heldFile struct {
	journal.File
	disk *heldDisk
}

func (f heldFile) Sync() error {
	f.disk.gate.RLock()
	defer f.disk.gate.RUnlock()
	return f.File.Sync()
}

func (d *heldDisk) OpenFile(name string, flag int, perm fs.FileMode) (journal.File, error) {
	f, err := d.badDisk.OpenFile(name, flag, perm)
	return heldFile{f, d}, err
}

// A click, and more clicks while the disk stalls: each is told that the answer
// was received, once it was, and it counts once. Others are others.
func TestRepeatsCountOnce(t *testing.T) {
	disk := new(heldDisk)
	h := start(t, Config{fs: disk})
	disk.gate.Lock()
	const repeats = 40
	var people sync.WaitGroup
	send := func(form url.Values) {
		people.Go(func() {
			if res, _ := h.sendForm("/answers/autumn", form); res.StatusCode != 303 || res.Header.Get("Location") != "/surveys/autumn/thanks/" {
				t.Error(res.Status, res.Header)
			}
		})
	}
	for i := range repeats {
		send(url.Values{"q1": {"2"}, "comment": {"一度だけ"}, "once": {word}})
		people.Go(func() {
			if status, fields := h.sendJSON("/answers/autumn", `{"q1":2,"comment":"一度だけ","once":"`+word+`"}`); status != 201 {
				t.Error(status, fields)
			}
		})
		if i%4 == 0 {
			send(url.Values{"q1": {"3"}, "once": {fmt.Sprintf("another-word-%04d", i)}})
			send(url.Values{"q1": {"3"}, "once": {""}})
			send(url.Values{"q1": {"3"}})
		}
	}
	eventually(t, "all are there", func() bool { return h.server.inFlight.Load() == 2*repeats+3*repeats/4 })
	disk.gate.Unlock()
	people.Wait()
	// Over releases, and whatever else comes with the word.
	for _, body := range []string{`{"q1":2,"once":"` + word + `"}`, `{"q1":1,"comment":"ほかの話","once":"` + word + `"}`} {
		if status, fields := h.sendJSON("/answers/autumn", body); status != 201 {
			t.Error(status, fields)
		}
	}
	// The word alone decides, also elsewhere.
	if res, _ := h.sendForm("/answers/box", url.Values{"long": {"提案"}, "once": {word}}); res.StatusCode != 303 {
		t.Error(res.Status)
	}
	h.stop()
	for name, text := range contents(t, h.data) {
		wantAbsent(t, name, text, word)
	}
	wantAbsent(t, "the log", h.log.String(), word)
	if got := len(h.stored("autumn")); got != 1+3*repeats/4 {
		t.Errorf("%d answers stored, want %d", got, 1+3*repeats/4)
	}
	if got := h.stored("box"); got != nil {
		t.Errorf("stored %q", got)
	}

	// It was in memory alone.
	h = start(t, Config{Site: h.site, Data: h.data})
	if status, _ := h.sendJSON("/answers/autumn", `{"q1":2,"once":"`+word+`"}`); status != 201 {
		t.Error(status)
	}
	h.stop()
	if got := len(h.stored("autumn")); got != 2+3*repeats/4 {
		t.Errorf("after a restart: %d answers stored, want %d", got, 2+3*repeats/4)
	}
}

// What was refused was not received: corrected, the same word brings it in.
func TestRefusedAndSentAgain(t *testing.T) {
	disk := new(badDisk)
	h := start(t, Config{fs: disk})
	form := url.Values{"q1": {"9"}, "once": {word}}
	if res, _ := h.sendForm("/answers/autumn", form); res.StatusCode != 422 {
		t.Error(res.Status)
	}
	form.Set("q1", "2")
	disk.full.Store(true)
	if res, _ := h.sendForm("/answers/autumn", form); res.StatusCode != 503 {
		t.Error(res.Status)
	}
	disk.full.Store(false)
	for range 3 {
		if res, _ := h.sendForm("/answers/autumn", form); res.StatusCode != 303 {
			t.Error(res.Status)
		}
	}
	h.stop()
	if got := len(h.stored("autumn")); got != 1 {
		t.Errorf("%d answers stored, want 1", got)
	}
}

// The repeat of an answer that was in time is in time.
func TestRepeatAfterTheEnd(t *testing.T) {
	var over atomic.Bool
	h := start(t, Config{Now: func() time.Time {
		if over.Load() {
			return at("2026-12-01T00:00:00+09:00")()
		}
		return at(openDay)()
	}})
	form := url.Values{"q1": {"2"}, "once": {word}}
	for range 2 {
		if res, _ := h.sendForm("/answers/autumn", form); res.StatusCode != 303 {
			t.Error(res.Status)
		}
		over.Store(true)
	}
	form.Set("once", "of-another-sending")
	if res, _ := h.sendForm("/answers/autumn", form); res.StatusCode != 410 {
		t.Error(res.Status)
	}
}

func TestRepeatWithATicket(t *testing.T) {
	h, codes := ticketHouse(t, slips, 12)
	body := func(code, word string) string { return fmt.Sprintf(`{"q1":2,"ticket":%q,"once":%q}`, code, word) }
	var clicks sync.WaitGroup
	for range 20 {
		clicks.Go(func() {
			if status, fields := h.sendJSON("/answers/slips", body(codes[0].String(), word)); status != 201 {
				t.Error(status, fields)
			}
		})
	}
	clicks.Wait()
	if status, _ := h.sendJSON("/answers/slips", body(codes[0].String(), "of-another-sending")); status != 422 {
		t.Errorf("the ticket with another word: %d", status)
	}
	for i, code := range codes[1:] { // a release
		if status, _ := h.sendJSON("/answers/slips", body(code.String(), fmt.Sprintf("of-another-sending-%d", i))); status != 201 {
			t.Error(status)
		}
	}
	if status, _ := h.sendJSON("/answers/slips", body(codes[0].String(), word)); status != 201 {
		t.Errorf("after a release: %d", status)
	}
	h.stop()
	if got := len(h.stored("slips")); got != 12 {
		t.Errorf("%d answers stored, want 12", got)
	}
}

// An hour later the word is free again, and takes no more memory.
func TestWordIsKeptForAnHour(t *testing.T) {
	site, data := t.TempDir(), filepath.Join(t.TempDir(), "data")
	unpack(t, "testdata/site.txtar", site)
	synctest.Test(t, func(t *testing.T) {
		s, err := New(Config{Site: site, Data: data, Now: at(openDay)})
		if err != nil {
			t.Fatal(err)
		}
		defer s.Close()
		send := func(word string) {
			t.Helper()
			r := httptest.NewRequest(http.MethodPost, "/answers/autumn", strings.NewReader(`{"q1":2,"once":"`+word+`"}`))
			r.Header.Set("Content-Type", asJSON)
			w := httptest.NewRecorder()
			if s.ServeHTTP(w, r); w.Code != 201 {
				t.Error(w.Code)
			}
		}
		kept := func() int { return len(s.sent.kept) }
		for _, step := range []struct {
			pause time.Duration
			kept  int
		}{{0, 1}, {0, 1}, {59 * time.Minute, 1}, {59 * time.Second, 1}, {time.Second, 1}, {time.Minute, 1}} {
			time.Sleep(step.pause)
			if send(word); kept() != step.kept {
				t.Errorf("%d words kept, want %d", kept(), step.kept)
			}
		}
		for i := range 3 {
			send(fmt.Sprintf("%s-%d", word, i))
		}
		time.Sleep(time.Hour)
		if s.sent.forget(); kept() != 0 || len(s.sent.first) != 0 {
			t.Errorf("%d words are still kept", kept())
		}
	})
	s := &house{t: t, site: site, data: data}
	if got := len(s.stored("autumn")); got != 5 { // the word twice, and three others
		t.Errorf("%d answers stored, want 5", got)
	}
}

func TestWordsTakeBoundedMemory(t *testing.T) {
	var s sent
	stored := 0
	store := func() error { stored++; return nil }
	for i := range mostKept + 100 {
		s.once(fmt.Sprintf("word-number-%08d", i), store)
	}
	s.once(fmt.Sprintf("word-number-%08d", mostKept+99), store) // known
	if s.once("word-number-00000000", store); stored != mostKept+101 || len(s.first) > mostKept+1 {
		t.Errorf("%d stored, %d words kept", stored, len(s.first))
	}
}

func TestWordThatDoesNotFit(t *testing.T) {
	h := start(t, Config{})
	for name, value := range map[string]string{
		"short": strings.Repeat("a", 15), "long": strings.Repeat("a", 65), "space": word + " ", "line": word + "\n", "japanese": strings.Repeat("語", 16), "sign": word + "+",
	} {
		if status, fields := h.sendJSON("/answers/autumn", fmt.Sprintf(`{"q1":2,"once":%q}`, value)); status != 422 || len(fields) != 1 || fields["once"] == "" {
			t.Errorf("%s: %d %v", name, status, fields)
		}
		if res, _ := h.sendForm("/answers/autumn", url.Values{"q1": {"2"}, "once": {value}}); res.StatusCode != 422 {
			t.Errorf("%s: %s", name, res.Status)
		}
	}
	for _, body := range []string{`{"q1":2,"once":["` + word + `","` + word + `"]}`, `{"q1":2,"once":7}`, `{"q1":2,"once":true}`} {
		if status, fields := h.sendJSON("/answers/autumn", body); status != 422 || fields["once"] == "" {
			t.Errorf("%s: %d %v", body, status, fields)
		}
	}
	for _, body := range []string{`{"q1":2,"once":""}`, `{"q1":2,"once":null}`, `{"q1":2,"once":"` + strings.Repeat("-", 16) + `"}`, `{"q1":2,"once":"` + strings.Repeat("Z", 64) + `"}`} {
		if status, fields := h.sendJSON("/answers/autumn", body); status != 201 {
			t.Errorf("%s: %d %v", body, status, fields)
		}
	}
}

// The page that comes back brings the same word again, if it has a control for
// it; one that does not fit is dropped, or it would be refused for ever.
func TestWordOnTheRefilledPage(t *testing.T) {
	site := t.TempDir()
	unpack(t, "testdata/site.txtar", site)
	form := readFile(t, filepath.Join(site, "surveys/autumn/index.html"))
	definition := readFile(t, filepath.Join(site, "surveys/autumn/survey.json"))
	add(t, site, definition, strings.Replace(form, "<button>", `<input type="hidden" name="once"><button>`, 1))
	h := start(t, Config{Site: site})
	for sent, want := range map[string]string{word: word, "short": "", "": ""} {
		_, doc := h.sendForm("/answers/autumn", url.Values{"q1": {"9"}, "once": {sent}})
		if value, _ := attr(named(doc, "once")[0], "value"); value != want {
			t.Errorf("%q came back as %q", sent, value)
		}
	}
}
