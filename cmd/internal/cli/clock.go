package cli

import "time"

// Clock is the flag --clock, which starts the clock elsewhere: to rehearse the
// day on which a survey opens, and for tests.
type Clock struct {
	Start time.Time `name:"clock" placeholder:"時刻" help:"この時刻から始まったことにします（練習と試験のため）。例: 2026-11-01T09:00:00+09:00"`
}

// Now tells the time, and warns that it is not the real one; nil is the real one.
func (c Clock) Now(ui *UI) func() time.Time {
	if c.Start.IsZero() {
		return nil
	}
	ui.Say("注意: 時計を %s から始めています。本番では --clock を付けないでください。", c.Start.Format(time.RFC3339))
	started := time.Now()
	return func() time.Time { return c.Start.Add(time.Since(started)) }
}
