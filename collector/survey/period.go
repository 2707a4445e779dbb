package survey

// When a survey takes answers, in the words that its page has for it
// (layouts/_partials/surveys/opens.html and closes.html).

import "time"

// Tokyo is the zone of the office's clocks, in which people are told of every
// moment. It has had no summer time since 1951.
var Tokyo = time.FixedZone("JST", 9*60*60)

// OpensInWords is the first day, or the moment within it.
func (d *Definition) OpensInWords() string {
	opens := d.Opens.In(Tokyo)
	if opens.Format("15:04") == "00:00" {
		return day(opens)
	}
	return minute(opens)
}

// ClosesInWords is the last day, or the moment within it. It is for a survey
// that closes.
func (d *Definition) ClosesInWords() string {
	closes := d.Closes.In(Tokyo)
	switch {
	case d.ClosesAtMidnight():
		return day(closes.AddDate(0, 0, -1))
	case closes.Format("15:04:05") == "23:59:59":
		return day(closes)
	}
	return minute(closes)
}

// ClosesAtMidnight says whether the day that Closes names is not among those
// that take answers.
func (d *Definition) ClosesAtMidnight() bool {
	return !d.Standing() && d.Closes.In(Tokyo).Format("15:04") == "00:00"
}

func day(t time.Time) string { return t.Format("2006年1月2日") }

func minute(t time.Time) string {
	weekday := []rune("日月火水木金土")[t.Weekday()]
	return day(t) + "（" + string(weekday) + "）" + t.Format("15時04分")
}
