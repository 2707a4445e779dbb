package collector

// Those who are slow, too large, too many or still there at the end: each limit
// ends them, and nobody else feels it.

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"golang.org/x/net/html"
)

// patience is how long a test waits for what must happen, on a busy machine
// too. Nothing passes or fails by being quicker.
const patience = time.Minute

func eventually(t *testing.T, what string, ok func() bool) {
	t.Helper()
	for deadline := time.Now().Add(patience); !ok(); time.Sleep(5 * time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatalf("not after %v: %s", patience, what)
		}
	}
}

// dial opens a connection and writes the beginning of a request, or all of it.
func (h *house) dial(request string) *net.TCPConn {
	h.t.Helper()
	conn, err := net.Dial("tcp", strings.TrimPrefix(h.url, "http://"))
	if err != nil {
		h.t.Fatal(err)
	}
	h.t.Cleanup(func() { conn.Close() })
	conn.SetDeadline(time.Now().Add(patience))
	if _, err := io.WriteString(conn, request); err != nil {
		h.t.Fatal(err)
	}
	return conn.(*net.TCPConn)
}

// response reads one, with its body.
func response(t *testing.T, conn net.Conn) (*http.Response, string) {
	t.Helper()
	res, err := http.ReadResponse(bufio.NewReader(conn), nil)
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	body, err := io.ReadAll(res.Body)
	if err != nil {
		t.Fatal(err)
	}
	return res, string(body)
}

const (
	formHead = "POST /answers/autumn HTTP/1.1\r\nHost: plan.example\r\nContent-Type: application/x-www-form-urlencoded\r\n"
	jsonHead = "POST /answers/autumn HTTP/1.1\r\nHost: plan.example\r\nContent-Type: application/json\r\n"
)

const bigBytes = 16 << 20 // more than the kernel keeps for two sockets

// never lets a test wait for everything else.
var never = limits{header: time.Hour, read: time.Hour, write: time.Hour, idle: time.Hour, drain: time.Hour}

// startWith serves with other limits.
func startWith(t *testing.T, l limits, c Config) *house {
	t.Helper()
	h, err := build(t, c)
	if err != nil {
		t.Fatal(err)
	}
	h.server.limits = l
	h.serve()
	return h
}

// bigSite is the small site with a file that does not fit into any buffer.
func bigSite(t *testing.T) string {
	t.Helper()
	site := t.TempDir()
	unpack(t, "testdata/site.txtar", site)
	if err := os.WriteFile(filepath.Join(site, "big.bin"), make([]byte, bigBytes), 0o666); err != nil {
		t.Fatal(err)
	}
	return site
}

// stuck is every way of being slow that a client has, some of each.
type stuck struct {
	headers, bodies, readers, idlers []*net.TCPConn
}

// getStuck returns once the service has n connections of each kind on its hands.
func (h *house) getStuck(n int) (s stuck) {
	h.t.Helper()
	for i := range n {
		// nothing at all, half a line, whole lines
		s.headers = append(s.headers, h.dial([]string{"", formHead[:30], formHead}[i%3]))
		// not begun, half, in chunks
		s.bodies = append(s.bodies, h.dial([]string{
			formHead + "Content-Length: 65536\r\n\r\n",
			formHead + "Content-Length: 10\r\n\r\nq1=2",
			jsonHead + "Transfer-Encoding: chunked\r\n\r\n4\r\n{\"q1\r\n",
		}[i%3]))
		// a response that is never read
		s.readers = append(s.readers, h.dial("GET /big.bin HTTP/1.1\r\nHost: plan.example\r\n\r\n"))
		// a connection that was used once
		idle := h.dial("GET /healthz HTTP/1.1\r\nHost: plan.example\r\n\r\n")
		if res, _ := response(h.t, idle); res.StatusCode != 200 {
			h.t.Fatal(res.Status)
		}
		s.idlers = append(s.idlers, idle)
	}
	eventually(h.t, "the service waits for the bodies", func() bool { return h.server.inFlight.Load() == int64(n) })
	for _, conn := range s.readers {
		if _, err := conn.Read(make([]byte, 1)); err != nil {
			h.t.Fatal(err)
		}
	}
	return s
}

// 200 stuck connections stay all the while that honest people answer.
func TestHonestAnswersPassStuckOnes(t *testing.T) {
	h := startWith(t, never, Config{Site: bigSite(t)})
	s := h.getStuck(50)

	var people sync.WaitGroup
	for i := range 100 {
		people.Go(func() {
			client := &http.Client{CheckRedirect: noRedirect.CheckRedirect, Transport: &http.Transport{DisableKeepAlives: true}}
			res, err := client.PostForm(h.url+"/answers/autumn", url.Values{"q1": {fmt.Sprint(1 + i%3)}})
			if err != nil {
				t.Error(err)
				return
			}
			res.Body.Close()
			if res.StatusCode != http.StatusSeeOther {
				t.Error(res.Status)
			}
		})
	}
	people.Wait()
	if got := h.server.inFlight.Load(); got != 50 {
		t.Errorf("%d bodies are still waited for, not 50: this showed nothing", got)
	}
	for _, conns := range [][]*net.TCPConn{s.headers, s.bodies, s.readers, s.idlers} {
		for _, conn := range conns {
			conn.Close()
		}
	}
	h.stop()
	if got := len(h.stored("autumn")); got != 100 {
		t.Errorf("%d answers stored, not 100", got)
	}
}

// One limit is short in each case and the others never come, so each shows that
// it is there and what it ends.
func TestLimitsEndStuckOnes(t *testing.T) {
	const short = 100 * time.Millisecond
	slowHeader, slowBody, slowReader, unused := never, never, never, never
	slowHeader.header, slowBody.read, slowReader.write, unused.idle = short, short, short, short
	for _, test := range []struct {
		name    string
		limits  limits
		request string
		drip    string // sent again and again
		status  int    // 0: closed without a word
	}{
		{"nothing", slowHeader, "", "", 0},
		{"header", slowHeader, "GET / HTTP/1.1\r\nHost: plan.example\r\nX-Slow: ", "", 0},
		{"header drips", slowHeader, "GET / HTTP/1.1\r\nHost: plan.example\r\nX-Slow: ", "x", 0},
		{"lines drip", slowHeader, "GET / HTTP/1.1\r\nHost: plan.example\r\n", "X: y\r\n", 0},
		{"form", slowBody, formHead + "Content-Length: 65536\r\n\r\nq1=2", "", 408},
		{"form drips", slowBody, formHead + "Content-Length: 65536\r\n\r\nq1=2", "&", 408},
		{"json", slowBody, jsonHead + "Content-Length: 65536\r\n\r\n", "", 408},
		{"chunks", slowBody, jsonHead + "Transfer-Encoding: chunked\r\n\r\n", "1\r\n \r\n", 408},
		{"last chunk", slowBody, jsonHead + "Transfer-Encoding: chunked\r\n\r\n8\r\n{\"q1\":2}\r\n", "", 408},
		{"a page takes no body", slowBody, "POST / HTTP/1.1\r\nHost: plan.example\r\nContent-Length: 9\r\n\r\n", "", 405},
		{"no second request", unused, "GET /healthz HTTP/1.1\r\nHost: plan.example\r\n\r\n", "", 200},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			h := startWith(t, test.limits, Config{})
			conn := h.dial(test.request)
			var drips sync.WaitGroup
			if test.drip != "" {
				drips.Go(func() {
					for err := error(nil); err == nil; time.Sleep(short / 20) {
						_, err = io.WriteString(conn, test.drip)
					}
				})
			}
			said, err := io.ReadAll(conn)
			if isTimeout(err) {
				t.Fatal("the service still waits")
			}
			conn.Close()
			drips.Wait()
			status := 0
			fmt.Sscanf(string(said), "HTTP/1.1 %d ", &status)
			if status != test.status {
				t.Errorf("status %d, want %d", status, test.status)
			}
			h.stop()
			if got := h.stored("autumn"); got != nil {
				t.Errorf("stored %q", got)
			}
		})
	}
	t.Run("response", func(t *testing.T) {
		t.Parallel()
		sent := make(chan struct{})
		var h *house
		h = startWith(t, slowReader, Config{Site: bigSite(t), Static: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			h.server.pages(w, r)
			close(sent)
		})})
		conn := h.dial("GET /big.bin HTTP/1.1\r\nHost: plan.example\r\n\r\n")
		select {
		case <-sent:
		case <-time.After(patience):
			conn.Close()
			t.Fatal("the service still waits for its response to be read")
		}
		if n, _ := io.Copy(io.Discard, conn); n > bigBytes {
			t.Error("all of it was sent: this showed nothing")
		}
	})
}

func isTimeout(err error) bool {
	var e net.Error
	return errors.As(err, &e) && e.Timeout()
}

func TestHeaderSize(t *testing.T) {
	h := start(t, Config{})
	for size, want := range map[int]int{8 << 10: 200, 32 << 10: 431, 1 << 20: 431} {
		conn := h.dial("GET / HTTP/1.1\r\nHost: plan.example\r\nConnection: close\r\nX-Long: ")
		go io.WriteString(conn, strings.Repeat("x", size)+"\r\n\r\n") // fails once the service has had enough
		if res, _ := response(t, conn); res.StatusCode != want {
			t.Errorf("%d bytes of header: %s, want %d", size, res.Status, want)
		}
	}
}

// The size of a body is bounded whether or not it is told, and a client that
// tells too much is answered before it sends anything.
func TestBodySize(t *testing.T) {
	h := start(t, Config{})
	pad := func(size int) string { return "q1=2" + strings.Repeat("&", size-len("q1=2")) }
	inChunks := func(body string) string {
		var b strings.Builder
		for len(body) > 0 {
			n := min(len(body), 1000)
			fmt.Fprintf(&b, "%x\r\n%s\r\n", n, body[:n])
			body = body[n:]
		}
		return b.String() + "0\r\n\r\n"
	}
	const whole, chunked = "Content-Length: %d\r\n\r\n", "Transfer-Encoding: chunked\r\n\r\n"
	for _, test := range []struct {
		name, header, body string
		want               int
	}{
		{"longest", fmt.Sprintf(whole, maxBodyBytes), pad(maxBodyBytes), 303},
		{"longest in chunks", chunked, inChunks(pad(maxBodyBytes)), 303},
		{"longer", fmt.Sprintf(whole, maxBodyBytes+1), pad(maxBodyBytes + 1), 413},
		{"longer in chunks", chunked, inChunks(pad(maxBodyBytes + 1)), 413},
		{"without end", chunked, strings.TrimSuffix(inChunks(pad(8<<20)), "0\r\n\r\n"), 413},
		{"only told", fmt.Sprintf(whole, 10<<30), "", 413},
		{"asked before", "Expect: 100-continue\r\n" + fmt.Sprintf(whole, 10<<30), "", 413},
	} {
		conn := h.dial(formHead + test.header)
		go io.WriteString(conn, test.body) // fails once the service has had enough
		if res, _ := response(t, conn); res.StatusCode != test.want {
			t.Errorf("%s: %s, want %d", test.name, res.Status, test.want)
		}
	}
	h.stop()
	if got := len(h.stored("autumn")); got != 2 {
		t.Errorf("%d answers stored, want the two that fit", got)
	}
}

// Over the limit nothing is taken; a person gets back what was typed, also by
// those who are over the limit themselves, up to a hundred of them.
func TestInFlight(t *testing.T) {
	h := startWith(t, never, Config{MaxInflight: 2})
	const typed = "q1=2&unit=kikaku&comment=%E6%9B%B8%E3%81%84%E3%81%9F%E3%82%82%E3%81%AE" // 書いたもの
	half := formHead + fmt.Sprintf("Content-Length: %d\r\n\r\n", len(typed)) + typed[:20]
	wait := func(n int64) {
		t.Helper()
		eventually(t, fmt.Sprintf("%d in flight", n), func() bool { return h.server.inFlight.Load() == n })
	}
	post := func(media, body string) (*http.Response, string) {
		t.Helper()
		res, err := noRedirect.Post(h.url+"/answers/autumn", media, strings.NewReader(body))
		if err != nil {
			t.Fatal(err)
		}
		defer res.Body.Close()
		page, err := io.ReadAll(res.Body)
		if err != nil {
			t.Fatal(err)
		}
		wait(h.server.inFlight.Load())
		return res, string(page)
	}
	refused := func(what string, res *http.Response, media string) {
		t.Helper()
		if res.StatusCode != 503 || res.Header.Get("Retry-After") == "" || res.Header.Get("Content-Type") != media {
			t.Errorf("%s: %s, %v", what, res.Status, res.Header)
		}
	}
	const form, page, problem = "application/x-www-form-urlencoded", "text/html; charset=utf-8", "application/problem+json"

	within := []*net.TCPConn{h.dial(half), h.dial(half)}
	wait(2)
	res, body := post(form, typed)
	refused("a person", res, page)
	doc, err := html.Parse(strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	if marked(doc, "q1") != "2" || marked(doc, "unit") != "kikaku" || textOf(named(doc, "comment")[0]) != "書いたもの" {
		t.Errorf("what was typed is lost: %s", body)
	}
	if !strings.Contains(body, "いま回答が集中しています") {
		t.Errorf("no reason: %s", body)
	}
	res, _ = post("application/json", `{"q1":2}`)
	refused("a program", res, problem)

	var over []*net.TCPConn
	for range 100 {
		over = append(over, h.dial(half))
	}
	wait(102)
	res, body = post(form, typed)
	refused("a person far over the limit", res, page)
	if strings.Contains(body, "書いたもの") {
		t.Error("far over the limit bodies are still read")
	}
	for _, conn := range over {
		io.WriteString(conn, typed[20:])
		res, body := response(t, conn)
		refused("a person over the limit", res, page)
		if !strings.Contains(body, "書いたもの") {
			t.Error("what was typed over the limit is lost")
		}
	}
	if health, err := http.Get(h.url + "/healthz"); err != nil || health.StatusCode != 200 {
		t.Error("busy is not ill:", health.Status, err)
	}

	// Those within the limit were not harmed, and there is room again.
	for _, conn := range within {
		io.WriteString(conn, typed[20:])
		if res, _ := response(t, conn); res.StatusCode != 303 {
			t.Error(res.Status)
		}
	}
	wait(0)
	if res, _ := post("application/json", `{"q1":2}`); res.StatusCode != 201 {
		t.Error(res.Status)
	}
	h.stop()
	if got := len(h.stored("autumn")); got != 3 {
		t.Errorf("%d answers stored, not 3", got)
	}
}

// Who is in flight when the service stops comes to an end, and nobody else
// comes in.
func TestDrain(t *testing.T) {
	h := startWith(t, never, Config{})
	idle := h.dial("GET /healthz HTTP/1.1\r\nHost: plan.example\r\n\r\n")
	response(t, idle)
	conn := h.dial(formHead + "Content-Length: 4\r\n\r\nq1")
	eventually(t, "the answer is in flight", func() bool { return h.server.inFlight.Load() == 1 })
	h.end()
	eventually(t, "new ones are refused", func() bool {
		c, err := net.Dial("tcp", conn.RemoteAddr().String())
		if err == nil {
			c.Close()
		}
		return err != nil
	})
	if n, err := idle.Read(make([]byte, 1)); err != io.EOF {
		t.Errorf("an idle connection goes on: %d bytes, %v", n, err)
	}
	io.WriteString(conn, "=2")
	if res, _ := response(t, conn); res.StatusCode != 303 || !res.Close {
		t.Error(res.Status, res.Header)
	}
	h.stop()
	if got := len(h.stored("autumn")); got != 1 {
		t.Errorf("%d answers stored, not 1", got)
	}
}

func TestDrainIsCut(t *testing.T) {
	short := never
	short.drain = 50 * time.Millisecond
	h := startWith(t, short, Config{})
	conn := h.dial(formHead + "Content-Length: 4\r\n\r\nq1")
	eventually(t, "the answer is in flight", func() bool { return h.server.inFlight.Load() == 1 })
	h.stop() // waits for Serve
	if said, err := io.ReadAll(conn); isTimeout(err) || strings.HasPrefix(string(said), "HTTP/1.1 303") {
		t.Errorf("%q, %v", said, err)
	}
	if got := h.stored("autumn"); got != nil {
		t.Errorf("stored %q", got)
	}
}
