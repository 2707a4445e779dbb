package collector

// Trouble is said where it begins and where it ends, and never whom it met.

import (
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"strings"
	"syscall"
	"testing"
	"time"
)

func TestTroubleIsSaidOnce(t *testing.T) {
	disk := new(badDisk)
	h := start(t, Config{fs: disk})
	answer := url.Values{"q1": {"2"}, "comment": {"書いたもの"}}
	tries := func(want int, reason string) {
		t.Helper()
		for range 20 {
			res, page := h.sendForm("/answers/autumn", answer)
			if res.StatusCode != want {
				t.Fatalf("%s, want %d", res.Status, want)
			}
			if want != 503 {
				continue
			}
			if res.Header.Get("Retry-After") == "" || marked(page, "q1") != "2" || textOf(named(page, "comment")[0]) != "書いたもの" ||
				!strings.Contains(textOf(page), reason) {
				t.Fatalf("%v\n%s", res.Header, textOf(page))
			}
		}
	}
	health := func(want string) {
		t.Helper()
		if res, word := h.get("/healthz"); fmt.Sprintln(res.StatusCode, strings.TrimSpace(word)) != want+"\n" {
			t.Errorf("healthz: %s %s, want %s", res.Status, word, want)
		}
	}
	const (
		begins = `level=ERROR msg=回答を保存できません。 survey=autumn err="[^"]* on purpose: %v"`
		ends   = `level=INFO msg=回答をまた保存できます。 survey=autumn`
	)
	full, dying := fmt.Sprintf(begins, syscall.ENOSPC), fmt.Sprintf(begins, syscall.EIO)

	tries(303, "")
	h.wantLog()
	disk.full.Store(true)
	tries(503, "置き場所に空きがなく")
	h.wantLog(full)
	health("503 full")
	disk.full.Store(false)
	tries(303, "")
	h.wantLog(full, ends)
	health("200 ok")
	disk.dying.Store(true)
	tries(503, "確かめられませんでした")
	disk.dying.Store(false)
	tries(503, "確かめられませんでした") // until a restart
	h.wantLog(full, ends, dying)
	health("503 failed")
	h.stop()
	if got := len(h.stored("autumn")); got < 40 || got > 41 { // the one whose sync failed may be found
		t.Errorf("%d answers stored, not 40", got)
	}
}

// A panic is answered with a fixed text, and the log has the place in the code:
// what is panicked with may be an answer.
func TestPanicSaysOnlyWhere(t *testing.T) {
	falls := false
	h, err := build(t, Config{
		Now: func() time.Time {
			if falls {
				panic("書いたもの")
			}
			return at(openDay)()
		},
		static: http.HandlerFunc(func(http.ResponseWriter, *http.Request) { panic("書いたもの") }),
	})
	if err != nil {
		t.Fatal(err)
	}
	falls = true
	// Not behind Serve, which looks at the clock too.
	for media, body := range map[string]string{asForm: goodForm, asJSON: `{"q1":2}`} {
		r := httptest.NewRequest(http.MethodPost, "/answers/autumn", strings.NewReader(body))
		r.Header.Set("Content-Type", media)
		w := httptest.NewRecorder()
		h.server.ServeHTTP(w, r)
		if w.Code != 500 || w.Header().Get("Content-Security-Policy") == "" || strings.Contains(w.Body.String(), "書いたもの") ||
			!strings.Contains(w.Body.String(), "続くときは、ページの担当に知らせてください") {
			t.Errorf("%s: %d %v\n%s", media, w.Code, w.Header(), w.Body)
		}
	}
	const inClock = `level=ERROR msg=プログラムの誤りで、処理できませんでした。 at=staffplan/collector\.TestPanicSaysOnlyWhere\.func1:\d+`
	h.wantLog(inClock, inClock)

	falls = false
	h.serve()
	if reply, err := io.ReadAll(h.dial("GET / HTTP/1.1\r\nHost: plan.example\r\n\r\n")); len(reply) > 0 || isTimeout(err) {
		t.Errorf("%s %v", reply, err)
	}
	h.wantLog(inClock, inClock, strings.Replace(inClock, "func1", "func2", 1))
}

// badDoor accepts nobody for a while.
type badDoor struct {
	net.Listener
	refused int
}

func (d *badDoor) Accept() (net.Conn, error) {
	if d.refused > 0 {
		d.refused--
		return nil, &net.OpError{Op: "accept", Net: "tcp", Addr: d.Addr(), Err: os.NewSyscallError("accept4", syscall.EMFILE)}
	}
	return d.Listener.Accept()
}

func TestNoConnectionsIsSaidOnce(t *testing.T) {
	h, err := build(t, Config{})
	if err != nil {
		t.Fatal(err)
	}
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	h.serveOn(&badDoor{ln, 5})
	for range 3 {
		if res, _ := h.sendForm("/answers/autumn", url.Values{"q1": {"2"}}); res.StatusCode != 303 {
			t.Error(res.Status)
		}
	}
	h.wantLog(`level=ERROR msg=接続を受け付けられません。 err="accept tcp 127\.0\.0\.1:\d+: accept4: too many open files"`,
		`level=INFO msg=接続をまた受け付けています。`)
}

// No line is logged for an answer, a mistake or a release; a closing is one.
func TestNoLogLineForAnAnswerOrARelease(t *testing.T) {
	h := start(t, Config{})
	for i := range 25 {
		for body, want := range map[string]int{`{"q1":1,"comment":"x"}`: 201, `{"q1":4}`: 422, `{"q1":`: 400} {
			if status, _ := h.sendJSON("/answers/autumn", body); status != want {
				t.Fatal(i, status, body)
			}
		}
	}
	h.stop()
	h.wantLog()
	later := start(t, Config{Site: h.site, Data: h.data, Now: at("2026-12-01T09:00:00+09:00")})
	if status, _ := later.sendJSON("/answers/autumn", `{"q1":1}`); status != 410 {
		t.Error(status)
	}
	later.stop()
	later.wantLog(closingLine)
}
