package collector

// Requests that must not be taken: 10,000 by chance over a real socket, each
// with the one status that belongs to it. Apart from its one fault a request is
// good, so that it would be stored if nobody saw the fault.
//
//	go test ./collector -run TestHostile -hostile.requests 1000000 -hostile.seed 7

import (
	"bufio"
	"flag"
	"fmt"
	"io"
	"math/rand/v2"
	"net"
	"net/http"
	"regexp"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"
)

var (
	hostileRequests = flag.Int("hostile.requests", 10_000, "how many bad requests TestHostile sends")
	hostileSeed     = flag.Uint64("hostile.seed", 0, "what they are drawn from; 0 for another one each time")
)

func TestHostile(t *testing.T) {
	seed := *hostileSeed
	for seed == 0 {
		seed = rand.Uint64()
	}
	t.Logf("-hostile.seed %d", seed)

	h := start(t, Config{})
	for _, good := range []string{goodForm, goodForm} {
		h.dialClosed("POST /answers/autumn HTTP/1.0\r\nContent-Type: " + asForm + "\r\nContent-Length: " + strconv.Itoa(len(good)) + "\r\n\r\n" + good)
	}
	kinds := make([]string, 0, len(tricks))
	for name := range tricks {
		kinds = append(kinds, name)
	}
	slices.Sort(kinds)

	var told sync.Map
	send := func(n int, stream uint64) {
		var senders sync.WaitGroup
		const side = 4
		for i := range uint64(side) {
			senders.Go(func() {
				c := chance{rand.New(rand.NewPCG(seed, stream+i))}
				s := &sender{t: t, address: strings.TrimPrefix(h.url, "http://"), told: &told}
				defer s.close()
				for range n / side {
					kind := pick(c, kinds...)
					s.send(kind, tricks[kind](c))
				}
			})
		}
		senders.Wait()
	}
	send(2000, 100) // so that pools and tables have their size
	stored, memory := snapshot(t, h.data), heap()
	send(*hostileRequests, 0)

	if grown := heap() - memory; grown > 2<<20 {
		t.Errorf("%d bytes more of the heap are in use", grown)
	}
	if got := snapshot(t, h.data); got != stored {
		t.Error("the data folder has changed")
	}
	if got := h.log.String(); !regexp.MustCompile(`\A(time=\S+ ` + foreignLine + `\n)?\z`).MatchString(got) {
		t.Errorf("in the log:\n%s", got)
	}
	if got := h.server.inFlight.Load(); got != 0 {
		t.Errorf("%d requests are still in flight", got)
	}
	h.stop()
	if got := len(h.stored("autumn")); got != 2 {
		t.Errorf("%d answers stored, not the two good ones", got)
	}
}

// sender keeps its connection as long as the service does.
type sender struct {
	t       *testing.T
	address string
	conn    *net.TCPConn
	replies *bufio.Reader
	told    *sync.Map // the kinds of which one has gone wrong
}

func (s *sender) close() {
	if s.conn != nil {
		s.conn.Close()
		s.conn = nil
	}
}

func (s *sender) send(kind string, a attempt) {
	if s.conn == nil {
		conn, err := net.Dial("tcp", s.address)
		if err != nil {
			s.t.Error(err)
			return
		}
		s.conn, s.replies = conn.(*net.TCPConn), bufio.NewReader(conn)
	}
	bad := func(format string, args ...any) {
		s.t.Helper()
		s.close()
		if _, before := s.told.LoadOrStore(kind, true); !before {
			s.t.Errorf("%s: %s\n%.400q", kind, fmt.Sprintf(format, args...), a.raw)
		}
	}
	s.conn.SetDeadline(time.Now().Add(patience))
	io.WriteString(s.conn, a.raw) // fails where the service has had enough
	if a.cut {
		s.conn.CloseWrite()
	}
	res, err := http.ReadResponse(s.replies, nil)
	if err != nil {
		bad("%v, want %d", err, a.status)
		return
	}
	if _, err := io.Copy(io.Discard, res.Body); err != nil {
		bad("%v", err)
		return
	}
	switch {
	case res.StatusCode != a.status:
		bad("%s, want %d", res.Status, a.status)
	case a.bare:
	case res.Header.Get("Content-Security-Policy") == "" || res.Header.Get("X-Content-Type-Options") != "nosniff":
		bad("no policy in %v", res.Header)
	case len(res.Header["Set-Cookie"]) > 0:
		bad("a cookie")
	}
	if res.Close || a.cut {
		s.close()
	}
}

// heap is what is in use once the garbage is gone. Connections that end take
// half a second about it.
func heap() int64 {
	var m runtime.MemStats
	least := int64(1 << 62)
	for range 15 {
		runtime.GC()
		runtime.ReadMemStats(&m)
		least = min(least, int64(m.HeapInuse))
		time.Sleep(50 * time.Millisecond)
	}
	return least
}
