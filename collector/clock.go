package collector

// The office's clock: where its months begin, and how it writes a moment.

import "time"

// tokyo has had no summer time since 1951.
var tokyo = time.FixedZone("JST", 9*60*60)

// month numbers months as Japan has them.
func month(t time.Time) int {
	t = t.In(tokyo)
	return t.Year()*12 + int(t.Month())
}

// momentInWords is a time as people read it; midnight is the day.
func momentInWords(t time.Time) string {
	t = t.In(tokyo)
	if h, m, s := t.Clock(); h == 0 && m == 0 && s == 0 {
		return t.Format("2006年1月2日")
	}
	return t.Format("2006年1月2日15時04分")
}
