package collector

// Those who are slow: each limit ends them, and nobody else feels it.

import (
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
)

const (
	formHead = "POST /answers/autumn HTTP/1.1\r\nHost: plan.example\r\nContent-Type: application/x-www-form-urlencoded\r\n"
	jsonHead = "POST /answers/autumn HTTP/1.1\r\nHost: plan.example\r\nContent-Type: application/json\r\n"
)

const bigBytes = 16 << 20 // more than the kernel keeps for two sockets

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
	eventually(h.t, "the service waits for the bodies", func() bool { return h.waiting() >= 4*n })
	for _, conn := range s.readers {
		if _, err := conn.Read(make([]byte, 1)); err != nil {
			h.t.Fatal(err)
		}
	}
	return s
}

// waiting is how many connections are without a whole request.
func (h *house) waiting() int {
	d := h.server.doors
	d.mu.Lock()
	defer d.mu.Unlock()
	return len(d.waiting)
}

// More slow bodies than there may be connections, and honest people all the
// while: each is heard, and the log has one line for it.
func TestSlowBodiesTurnNobodyAway(t *testing.T) {
	h := startWith(t, never, Config{})
	slow := func(n int) (conns []net.Conn) {
		for range n {
			conns = append(conns, h.dial(formHead+"Content-Length: 65536\r\n\r\nq1=2"))
		}
		return conns
	}
	conns := slow(mostConnections + 200)
	for range 20 {
		res, err := (&http.Client{CheckRedirect: noRedirect.CheckRedirect, Transport: &http.Transport{DisableKeepAlives: true}}).PostForm(h.url+"/answers/autumn", url.Values{"q1": {"2"}})
		if err != nil {
			t.Fatal(err)
		}
		res.Body.Close()
		if res.StatusCode != http.StatusSeeOther {
			t.Error(res.Status)
		}
		conns = append(conns, slow(5)...)
	}
	const begins, ends = `level=WARN msg=接続が多すぎます。送り終わらないまま長くつながっているものから切ります。 上限=\d+`, `level=INFO msg=接続の数が落ち着きました。`
	h.wantLog(begins)
	for _, conn := range conns {
		conn.Close()
	}
	eventually(t, "the crowd has gone", func() bool { return h.waiting() < mostConnections/2 && strings.Contains(h.log.String(), "INFO") })
	h.wantLog(begins, ends)
	h.stop()
	if got := len(h.stored("autumn")); got != 20 {
		t.Errorf("%d answers stored, not 20", got)
	}
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
	if got := h.waiting(); got < 200 {
		t.Errorf("%d are still waited for, not 200: this showed nothing", got)
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
		h = startWith(t, slowReader, Config{Site: bigSite(t), static: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			h.server.files(w, r)
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

// An answer that has come whole keeps its connection, however long the disk
// takes and however many come after it.
func TestWholeAnswersKeepTheirConnection(t *testing.T) {
	disk := new(heldDisk)
	h := startWith(t, never, Config{fs: disk})
	disk.gate.Lock()
	whole := h.dial(formHead + "Content-Length: 4\r\n\r\nq1=2")
	eventually(t, "the answer waits for the disk", func() bool { return h.server.inFlight.Load() == 1 })
	for range mostConnections + 50 {
		defer h.dial(formHead + "Content-Length: 65536\r\n\r\nq1=2").Close()
	}
	eventually(t, "others have given way", func() bool { return strings.Contains(h.log.String(), "WARN") })
	disk.gate.Unlock()
	if res, _ := response(t, whole); res.StatusCode != http.StatusSeeOther {
		t.Error(res.Status)
	}
}
