package collector

// The HTTP server around the service: how long it waits for whom, and how it
// ends.

import (
	"context"
	"log"
	"log/slog"
	"net"
	"net/http"
	"strings"
	"sync"
	"sync/atomic"
	"time"
)

// mostConnections are open at a time. One that waits takes some 20 KB, and what
// has come of its body in a buffer of at most 512 KiB: 450 MB for all of them,
// below what the unit in cmd/collector/install allows.
const mostConnections = 800

// newHTTP bounds what one connection may cost. A goroutine and a few kilobytes
// are all that a slow one takes, so honest ones do not feel it.
func newHTTP(handler http.Handler, doors *doors) *http.Server {
	return &http.Server{
		Handler:           handler,
		ReadHeaderTimeout: 10 * time.Second,
		ReadTimeout:       20 * time.Second,
		WriteTimeout:      2 * time.Minute,
		IdleTimeout:       2 * time.Minute,
		MaxHeaderBytes:    16 << 10,
		ErrorLog:          log.New(doors, "", 0),
		ConnState:         doors.state,
		ConnContext: func(ctx context.Context, c net.Conn) context.Context {
			return context.WithValue(ctx, connKey{}, c)
		},

		// OPTIONS * has our policy too.
		DisableGeneralOptionsHandler: true,
	}
}

// Serve takes requests from ln, and does what the clock brings about, until ctx
// ends; then requests in flight have 10 seconds to finish. It closes ln and
// returns nil after an end by ctx. The server is not closed. Serve may be called
// once.
func (s *Server) Serve(ctx context.Context, ln net.Listener) error {
	ctx, stop := context.WithCancel(ctx)
	var wait sync.WaitGroup
	wait.Go(func() { s.keepTime(ctx) })
	defer wait.Wait()
	defer stop()

	ended := make(chan error, 1)
	go func() { ended <- s.http.Serve(ln) }()
	select {
	case err := <-ended:
		s.http.Close()
		return err
	case <-ctx.Done():
	}
	drainCtx, stopDrain := context.WithTimeout(context.Background(), s.drain)
	defer stopDrain()
	if s.http.Shutdown(drainCtx) != nil {
		s.http.Close() // who has not finished by now is not going to
	}
	<-ended
	return nil
}

// doors passes on that connections cannot be accepted, and that they can again.
// The other lines of net/http name the peer's address, or what was panicked
// with.
//
// Where too many are open, the one gives way that has been longest without a
// whole request: nobody who sends one at once is turned away by those who never
// do.
type doors struct {
	log  *slog.Logger
	shut atomic.Bool

	mu      sync.Mutex
	open    int
	crowded bool                   // one has given way, and is in the log
	waiting map[net.Conn]time.Time // without a whole request, since when
}

// connKey is that of a request's connection in its context.
type connKey struct{}

// whole tells that all of a request to store has come: its connection stays.
func (d *doors) whole(r *http.Request) {
	conn, _ := r.Context().Value(connKey{}).(net.Conn)
	d.mu.Lock()
	defer d.mu.Unlock()
	delete(d.waiting, conn)
}

// count follows one connection, and has another give way.
func (d *doors) count(conn net.Conn, state http.ConnState) {
	d.mu.Lock()
	defer d.mu.Unlock()
	switch state {
	case http.StateNew:
		d.open++
		d.waiting[conn] = time.Now()
	case http.StateIdle:
		d.waiting[conn] = time.Now()
	case http.StateClosed, http.StateHijacked:
		d.open--
		delete(d.waiting, conn)
	}
	if d.crowded && d.open < mostConnections/2 {
		d.crowded = false
		d.log.Info("接続の数が落ち着きました。")
	}
	if state != http.StateNew || d.open <= mostConnections {
		return
	}
	if !d.crowded {
		d.crowded = true
		d.log.Warn("接続が多すぎます。送り終わらないまま長くつながっているものから切ります。", "上限", mostConnections)
	}
	oldest := conn
	for other, since := range d.waiting {
		if since.Before(d.waiting[oldest]) {
			oldest = other
		}
	}
	delete(d.waiting, oldest) // it is counted until net/http knows
	oldest.Close()
}

func (d *doors) Write(line []byte) (int, error) {
	if trouble, ok := strings.CutPrefix(string(line), "http: Accept error: "); ok && !d.shut.Swap(true) {
		trouble, _, _ = strings.Cut(trouble, "; retrying") // it will, every second
		d.log.Error("接続を受け付けられません。", "err", trouble)
	}
	return len(line), nil
}

func (d *doors) state(conn net.Conn, state http.ConnState) {
	d.count(conn, state)
	if state == http.StateNew && d.shut.Swap(false) {
		d.log.Info("接続をまた受け付けています。")
	}
}
