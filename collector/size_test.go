package collector

// Those who send too much.

import (
	"fmt"
	"io"
	"strings"
	"testing"
)

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

// The size of a body is bounded whether or not it is told, and a program that
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
		name, head, header, body string
		want                     int
	}{
		{"longest", formHead, fmt.Sprintf(whole, maxBodyBytes), pad(maxBodyBytes), 303},
		{"longest in chunks", formHead, chunked, inChunks(pad(maxBodyBytes)), 303},
		{"longer", formHead, fmt.Sprintf(whole, maxBodyBytes+1), pad(maxBodyBytes + 1), 413},
		{"longer in chunks", formHead, chunked, inChunks(pad(maxBodyBytes + 1)), 413},
		{"without end", formHead, chunked, strings.TrimSuffix(inChunks(pad(8<<20)), "0\r\n\r\n"), 413},
		{"only told", jsonHead, fmt.Sprintf(whole, 10<<30), "", 413},
		{"asked before", jsonHead, "Expect: 100-continue\r\n" + fmt.Sprintf(whole, 10<<30), "", 413},
	} {
		conn := h.dial(test.head + test.header)
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
