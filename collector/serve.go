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

// limits bound what one connection may cost. A goroutine and a few kilobytes
// are all that a slow one takes, so honest ones do not feel it.
type limits struct {
	header time.Duration // until the header has come
	read   time.Duration // until the whole request has come
	write  time.Duration // until the response has gone
	idle   time.Duration // between requests
	drain  time.Duration // for requests in flight when the service stops
}

// A connection that is upgraded (live reload) leaves these behind.
var defaultLimits = limits{
	header: 10 * time.Second,
	read:   20 * time.Second,
	write:  2 * time.Minute,
	idle:   2 * time.Minute,
	drain:  10 * time.Second,
}

const maxHeaderBytes = 16 << 10

// Serve takes requests from ln, and does what the clock brings about, until ctx
// ends; then requests in flight have 10 seconds to finish. It closes ln and
// returns nil after an end by ctx. The server is not closed.
func (s *Server) Serve(ctx context.Context, ln net.Listener) error {
	doors := &doors{log: s.config.Log}
	hs := &http.Server{
		Handler:           s,
		ReadHeaderTimeout: s.limits.header,
		ReadTimeout:       s.limits.read,
		WriteTimeout:      s.limits.write,
		IdleTimeout:       s.limits.idle,
		MaxHeaderBytes:    maxHeaderBytes,
		ErrorLog:          log.New(doors, "", 0),
		ConnState:         doors.state,

		// OPTIONS * has our policy too.
		DisableGeneralOptionsHandler: true,
	}
	ctx, stop := context.WithCancel(ctx)
	var wait sync.WaitGroup
	wait.Go(func() { s.keepTime(ctx) })
	defer wait.Wait()
	defer stop()

	ended := make(chan error, 1)
	go func() { ended <- hs.Serve(ln) }()
	select {
	case err := <-ended:
		hs.Close()
		return err
	case <-ctx.Done():
	}
	drainCtx, stopDrain := context.WithTimeout(context.Background(), s.limits.drain)
	defer stopDrain()
	if hs.Shutdown(drainCtx) != nil {
		hs.Close() // who has not finished by now is not going to
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
		d.log.Error("cannot accept connections", "err", trouble)
	}
	return len(line), nil
}

func (d *doors) state(_ net.Conn, state http.ConnState) {
	if state == http.StateNew && d.shut.Swap(false) {
		d.log.Info("accepts connections again")
	}
}
