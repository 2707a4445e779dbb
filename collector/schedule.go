package collector

// What the clock brings about: closings, and the monthly release of standing
// forms.
//
// A standing form releases what waits on the first of each month, Japan time:
// when the running clock comes into another month, and at a start on the first.
// Nothing stored holds a date, so a service that was not running on the first
// does not know that it missed one: what waits then goes with the next group or
// the next month. One that is started several times on the first releases each
// time, in smaller groups: it should not be restarted on that day without need.

import (
	"context"
	"fmt"
	"time"
	_ "time/tzdata" // the office's clock, on machines without zone files too
)

// tokyo is where months begin.
var tokyo = func() *time.Location {
	l, err := time.LoadLocation("Asia/Tokyo")
	if err != nil {
		panic(err) // it is linked in
	}
	return l
}()

// longestSleep bounds how long a change of the system clock goes unnoticed.
const longestSleep = time.Minute

// month numbers months as Japan has them.
func month(t time.Time) int {
	t = t.In(tokyo)
	return t.Year()*12 + int(t.Month())
}

// firstMonth is the month that new stores count as begun: on the first it is
// the one before, so that what waits is released now.
func (s *Server) firstMonth() int {
	now := s.now()
	if now.In(tokyo).Day() == 1 {
		return month(now) - 1
	}
	return month(now)
}

// keepTime does what is due whenever it is due, until ctx ends.
func (s *Server) keepTime(ctx context.Context) {
	for {
		// Trouble is in the log by now, and is tried again.
		_ = s.due()
		timer := time.NewTimer(s.untilDue())
		select {
		case <-timer.C:
		case <-s.reloaded:
		case <-ctx.Done():
		}
		timer.Stop()
		if ctx.Err() != nil {
			return
		}
	}
}

// due closes the surveys that are over, and releases what waits in standing
// forms for which a month has begun. It goes on after an error and returns the
// first.
func (s *Server) due() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	now := s.now()
	var first error
	for _, f := range *s.forms.Load() {
		begun := month(now) > f.store.month
		var err error
		switch {
		case f.store.finished.Load():
		case f.admits(now) == errOver:
			err = f.store.finish()
		case f.def.Standing() && begun:
			err = f.store.release()
		}
		if err == nil && begun {
			f.store.month = month(now)
		}
		if err != nil && first == nil {
			first = fmt.Errorf("%s: 保存してある回答を出せません: %w", f.store.dir, err)
		}
	}
	return first
}

// untilDue is the time until the next closing or month, at most longestSleep.
func (s *Server) untilDue() time.Duration {
	now := s.now()
	t := now.In(tokyo)
	wait := time.Date(t.Year(), t.Month()+1, 1, 0, 0, 0, 0, tokyo).Sub(now)
	for _, f := range *s.forms.Load() {
		if closes := f.def.Closes; closes.After(now) && !f.store.finished.Load() {
			wait = min(wait, closes.Sub(now))
		}
	}
	// A little more: the last moment still takes answers.
	return min(wait, longestSleep) + 10*time.Millisecond
}
