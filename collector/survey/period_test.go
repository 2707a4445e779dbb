package survey

import (
	"testing"
	"time"
)

// A moment is told to the minute, but for the ends of days, and by the office's
// clocks in whatever zone it is written.
func TestPeriodInWords(t *testing.T) {
	for _, test := range []struct{ opens, closes, from, until string }{
		{"2026-11-01T00:00:00+09:00", "2027-03-31T23:59:59+09:00", "2026年11月1日", "2027年3月31日"},
		{"2026-11-01T08:30:00+09:00", "2027-03-31T17:15:00+09:00", "2026年11月1日（日）08時30分", "2027年3月31日（水）17時15分"},
		{"2026-10-31T15:00:00Z", "2027-03-31T14:59:59Z", "2026年11月1日", "2027年3月31日"},
		{"2026-10-31T23:30:00Z", "2027-03-31T08:15:30Z", "2026年11月1日（日）08時30分", "2027年3月31日（水）17時15分"},
		{"2026-10-31T10:00:00-05:00", "2027-03-31T00:00:00+09:00", "2026年11月1日", "2027年3月30日"},
		{"2026-10-31T23:59:59+09:00", "2027-02-28T15:00:00Z", "2026年10月31日（土）23時59分", "2027年2月28日"},
		{"2026-11-01T00:00:00+09:00", "2027-03-31T23:59:00+09:00", "2026年11月1日", "2027年3月31日（水）23時59分"},
	} {
		var d Definition
		for text, to := range map[string]*time.Time{test.opens: &d.Opens, test.closes: &d.Closes} {
			if err := to.UnmarshalText([]byte(text)); err != nil {
				t.Fatal(err)
			}
		}
		if from, until := d.OpensInWords(), d.ClosesInWords(); from != test.from || until != test.until {
			t.Errorf("%s to %s: %sから%sまで, want %sから%sまで", test.opens, test.closes, from, until, test.from, test.until)
		}
	}
}
