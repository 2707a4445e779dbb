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

// newHTTP bounds what one connection may cost. A goroutine and a few kilobytes
// are all that a slow one takes, so honest ones do not feel it. One that is
// upgraded (live reload) leaves the times behind.
func newHTTP(handler http.Handler, trouble *slog.Logger) *http.Server {
	doors := &doors{log: trouble}
	return &http.Server{
		Handler:           handler,
		ReadHeaderTimeout: 10 * time.Second,
		ReadTimeout:       20 * time.Second,
		WriteTimeout:      2 * time.Minute,
		IdleTimeout:       2 * time.Minute,
		MaxHeaderBytes:    16 << 10,
		ErrorLog:          log.New(doors, "", 0),
		ConnState:         doors.state,

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
type doors struct {
	log  *slog.Logger
	shut atomic.Bool
}

func (d *doors) Write(line []byte) (int, error) {
	if trouble, ok := strings.CutPrefix(string(line), "http: Accept error: "); ok && !d.shut.Swap(true) {
		trouble, _, _ = strings.Cut(trouble, "; retrying") // it will, every second
		d.log.Error("接続を受け付けられません。", "err", trouble)
	}
	return len(line), nil
}

func (d *doors) state(_ net.Conn, state http.ConnState) {
	if state == http.StateNew && d.shut.Swap(false) {
		d.log.Info("接続をまた受け付けています。")
	}
}
