package collector

// No date and no time is kept of an answer: not in what files hold, nor in what
// the file system says of them (see also times_linux_test.go).

import (
	"encoding/binary"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"staffplan/collector/survey"
)

// No file holds a date or a time: neither that of the clock that opens and
// closes surveys nor the machine's, as text or as a number. Bytes that are
// random look like a time now and then, but not at the same place three times.
func TestNoTimeIsKept(t *testing.T) {
	moment := at("2027-02-17T13:47:29+09:00") // near no date of the definition
	site := t.TempDir()
	unpack(t, "testdata/site.txtar", site)
	tickets := strings.NewReplacer("2026-11-30T23:59:59", "2027-05-31T23:59:59").Replace(slips)
	add(t, site, tickets, slipsForm)
	run := func() map[string]bool {
		data := filepath.Join(t.TempDir(), "data")
		codes := give(t, data, "slips", 24)
		h := start(t, Config{Site: site, Data: data, Now: moment})
		for _, c := range codes[:23] {
			if status, fields := h.sendJSON("/answers/slips", fmt.Sprintf(`{"q1":2,"ticket":%q,"comment":"ひとこと"}`, c)); status != 201 {
				t.Fatal(status, fields)
			}
		}
		found := map[string]bool{}
		look := func(state, dir string) {
			for name, text := range contents(t, dir) {
				if strings.HasSuffix(name, "/survey.json") {
					if definition, err := os.ReadFile(filepath.Join(site, "surveys", name)); err != nil || !slices.Equal(digits.FindAllString(text, -1), digits.FindAllString(string(definition), -1)) {
						t.Errorf("%s: the numbers are not those of the survey (%v):\n%s\n%s", name, err, text, definition)
					}
					continue
				}
				for _, now := range []time.Time{moment(), time.Now()} {
					for _, place := range timesIn(text, now) {
						found[state+" "+name+" "+place] = true
					}
				}
				for _, now := range []time.Time{moment(), time.Now()} {
					for _, place := range timesIn(name, now) {
						found[state+" the name of "+name+" "+place] = true
					}
				}
			}
		}
		eventually(t, "the release", func() bool { return settled(t, filepath.Join(data, "slips")) })
		look("open", data)
		h.stop()
		look("stopped", data)
		look("closed", h.closed())
		if t.Failed() {
			t.FailNow()
		}
		return found
	}
	always := run()
	for range 2 {
		again := run()
		maps.DeleteFunc(always, func(place string, _ bool) bool { return !again[place] })
	}
	for place := range always {
		t.Error(place)
	}
}

// After closing the files' own times are that of the closing: none of those that
// answers changed was last changed while they came.
func TestNoFileKeepsTheTimeOfAnAnswer(t *testing.T) {
	for _, n := range []int{3, 10} { // all wait for the closing, or none
		h, codes := ticketHouse(t, slips, n)
		for _, c := range codes {
			if status, fields := h.sendJSON("/answers/slips", withTicket(c.String())); status != 201 {
				t.Fatal(status, fields)
			}
		}
		h.stop()
		old := time.Now().Add(-time.Hour).Truncate(time.Second)
		for name := range contents(t, h.data) {
			if err := os.Chtimes(filepath.Join(h.data, name), old, old); err != nil {
				t.Fatal(err)
			}
		}
		start(t, Config{Site: h.site, Data: h.data, Now: at("2026-12-01T09:00:00+09:00")}).stop()
		for name := range contents(t, filepath.Join(h.data, "slips")) {
			info, err := os.Stat(filepath.Join(h.data, "slips", name))
			if err != nil {
				t.Fatal(err)
			}
			// No answer changes tickets.txt.
			if info.ModTime().Equal(old) && name != "tickets.txt" {
				t.Errorf("%d answers: %s has the time it had", n, name)
			}
		}
	}
}

var digits = regexp.MustCompile(`[0-9]+`)

// timesIn finds what looks like a time within a day of now.
func timesIn(text string, now time.Time) (places []string) {
	seen := func(what string, at int) { places = append(places, fmt.Sprintf("at byte %d: %s", at, what)) }
	for _, zone := range []*time.Location{time.UTC, survey.Tokyo} {
		for _, day := range []int{-1, 0, 1} {
			for _, layout := range []string{"2006-01-02", "20060102", "2006/01/02", "2006/1/2", "2006年1月2日", "02 Jan 2006", "_2 Jan", "Jan _2", "Jan 2, 2006", "01/02/06", "2/1/2006", "060102", "2006-002"} {
				written := now.In(zone).AddDate(0, 0, day).Format(layout)
				if i := strings.Index(text, written); i >= 0 {
					seen(written, i)
				}
			}
		}
	}
	near := func(n uint64) bool {
		for _, unit := range []int64{1, 1e3, 1e6, 1e9} {
			if s := n / uint64(unit); s >= uint64(now.Unix()-86400) && s <= uint64(now.Unix()+86400) {
				return true
			}
		}
		return false
	}
	for _, at := range digits.FindAllStringIndex(text, -1) {
		if n, err := strconv.ParseUint(text[at[0]:at[1]], 10, 64); err == nil && near(n) {
			seen("digits", at[0])
		}
	}
	for i := range len(text) {
		for name, order := range map[string]binary.ByteOrder{"little-endian": binary.LittleEndian, "big-endian": binary.BigEndian} {
			if i+4 <= len(text) && near(uint64(order.Uint32([]byte(text[i:i+4])))) {
				seen("4 bytes, "+name, i)
			}
			if i+8 <= len(text) && near(order.Uint64([]byte(text[i:i+8]))) {
				seen("8 bytes, "+name, i)
			}
		}
	}
	return places
}

// The search finds a time however it is written.
func TestTimesAreFound(t *testing.T) {
	now := time.Date(2027, 2, 17, 13, 47, 29, 5, survey.Tokyo)
	for _, text := range []string{
		now.Format(time.RFC3339), now.UTC().Format(time.RFC1123), now.Format(time.Stamp), now.Format("20060102-150405"),
		fmt.Sprint(now.Unix()), fmt.Sprint(now.UnixMilli()), fmt.Sprint(now.UnixNano()),
		string(binary.LittleEndian.AppendUint32(nil, uint32(now.Unix()))), string(binary.BigEndian.AppendUint32(nil, uint32(now.Unix()))),
		string(binary.LittleEndian.AppendUint64(nil, uint64(now.UnixNano()))), string(binary.BigEndian.AppendUint64(nil, uint64(now.UnixMilli()))),
	} {
		if timesIn("x"+text+"x", now.Add(time.Hour)) == nil {
			t.Errorf("%q is not found", text)
		}
	}
}
