package collector

// What time brings about: closings, the monthly release of standing forms, the
// daily count, and another look at the site.
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
	"os"
	"path/filepath"
	"slices"
	"time"

	"staffplan/collector/journal"
	"staffplan/collector/survey"
)

// lookEvery is how often the clock and the site are looked at: trouble with a
// definition is said at the second look. Whether an answer is in time does not
// wait for it.
const lookEvery = 2 * time.Second

// dueAtStart does what is due at a start. On the first, standing forms release
// what waits.
func (s *Server) dueAtStart() error {
	if s.config.Now().In(survey.Tokyo).Day() == 1 {
		for _, j := range s.journals {
			j.month--
		}
	}
	return s.due()
}

// keepTime does what is due whenever it is due, until ctx ends.
func (s *Server) keepTime(ctx context.Context) {
	for {
		_ = s.due() // trouble is in the log by now, and is tried again
		s.look(time.Now(), false)
		s.sent.forget()
		select {
		case <-time.After(lookEvery):
		case <-ctx.Done():
			return
		}
	}
}

// due closes the surveys that are over, also where they have left the site, and
// releases what waits in standing forms for which a month has begun. It goes on
// after an error and returns the first.
func (s *Server) due() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	now := s.config.Now()
	var first error
	for _, j := range s.journals {
		if today := day(now); today > j.day {
			j.day = today
			j.tell()
		}
		begun := month(now) > j.month
		var err error
		switch {
		case j.finished(), j.hold(j.def, now, s.confirms(j.def.ID)):
		case j.def.State(now) == survey.Over:
			if err = j.finish(); err == nil {
				j.sayClosed()
			}
		case j.def.Standing() && begun:
			err = j.release()
		}
		if err == nil && begun {
			j.month = month(now)
		}
		if err != nil && first == nil {
			first = fmt.Errorf("%s: 保存してある回答を出せません: %w", j.dir, err)
		}
	}
	return first
}

// month numbers months as Japan has them.
func month(t time.Time) int {
	t = t.In(survey.Tokyo)
	return t.Year()*12 + int(t.Month())
}

// confirms says whether whoever starts the service knows that a survey is over.
func (s *Server) confirms(id string) bool { return slices.Contains(s.config.Close, id) }

// hold keeps a survey from closing where its dates say that it is over, and
// nothing in its folder is younger than two years: a closing is for good, and a
// clock may be wrong. It says so where that begins and where it ends.
func (l *lazyJournal) hold(d *survey.Definition, now time.Time, confirmed bool) bool {
	held := false
	if d.State(now) == survey.Over && !confirmed {
		last := newest(l.dir)
		closed, _ := journal.IsFinished(l.dir)
		held = !closed && !last.IsZero() && last.Before(now.AddDate(-2, 0, 0))
	}
	switch was := l.held.Swap(held); {
	case held && !was:
		l.log.Warn("締め切りを過ぎていますが、データが2年より前のものなので、受付を止めて待っています。時計を確かめてください。締め切ってよければ、collector serve に --close " + d.ID + " を付けて動かし直してください。")
	case was && !held:
		l.log.Info("締め切りを待つのをやめました。")
	}
	return held
}

// newest is when the youngest file of a folder was written; where it has none,
// that of the folder; zero where there is no folder.
func newest(dir string) (last time.Time) {
	entries, _ := os.ReadDir(dir)
	for _, entry := range entries {
		if info, err := entry.Info(); err == nil && info.ModTime().After(last) {
			last = info.ModTime()
		}
	}
	if info, err := os.Stat(dir); err == nil && last.IsZero() {
		return info.ModTime()
	}
	return last
}

// leave makes no file of a folder younger than that: the end of a service writes,
// and the next start, by the same clock, has to find the data as old.
func leave(dir string, last time.Time) {
	entries, _ := os.ReadDir(dir)
	for _, entry := range entries {
		if info, err := entry.Info(); err == nil && info.ModTime().After(last) {
			os.Chtimes(filepath.Join(dir, entry.Name()), last, last)
		}
	}
}

func (l *lazyJournal) sayClosed() { l.log.Info("受付を締め切りました。") }
