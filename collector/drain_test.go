package collector

// Those who are still there when the service stops.

import (
	"io"
	"net"
	"strings"
	"testing"
	"time"
)

// halfSent is an answer of which the service has begun to read "q1=2".
func (h *house) halfSent() *net.TCPConn {
	h.t.Helper()
	conn := h.dial(formHead + "Expect: 100-continue\r\nContent-Length: 4\r\n\r\n")
	if _, err := io.ReadFull(conn, make([]byte, len("HTTP/1.1 100 Continue\r\n\r\n"))); err != nil {
		h.t.Fatal(err)
	}
	io.WriteString(conn, "q1")
	return conn
}

// Who is in flight when the service stops comes to an end, and nobody else
// comes in.
func TestDrain(t *testing.T) {
	h := startWith(t, never, Config{})
	idle := h.dial("GET /healthz HTTP/1.1\r\nHost: plan.example\r\n\r\n")
	response(t, idle)
	conn := h.halfSent()
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
	conn := h.halfSent()
	h.stop() // waits for Serve
	if said, err := io.ReadAll(conn); isTimeout(err) || strings.HasPrefix(string(said), "HTTP/1.1 303") {
		t.Errorf("%q, %v", said, err)
	}
	if got := h.stored("autumn"); got != nil {
		t.Errorf("stored %q", got)
	}
}
