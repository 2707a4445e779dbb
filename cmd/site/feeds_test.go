package main

// What other programs take from a built site, read by parsers that are not ours:
// calendars (RFC 5545), the feed (RFC 4287), pages.json.

import (
	"bytes"
	"encoding/json"
	"encoding/xml"
	"fmt"
	"io"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/emersion/go-ical"
	"github.com/rogpeppe/go-internal/txtar"

	"staffplan/cmd/internal/cli"
)

// calendar reads a calendar file: its lines are as RFC 5545 section 3.1 asks,
// and it has what go-ical wants of one that it would write.
func calendar(t *testing.T, file string) (events map[string]ical.Event) {
	t.Helper()
	data, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	for line := range strings.SplitAfterSeq(string(data), "\r\n") {
		if text := strings.TrimSuffix(line, "\r\n"); len(text) > 75 || strings.ContainsAny(text, "\r\n") || !utf8.ValidString(text) {
			t.Errorf("%s: the line %q", file, line)
		}
	}
	if !bytes.HasSuffix(data, []byte("\r\nEND:VCALENDAR\r\n")) {
		t.Errorf("%s ends in %q", file, data[max(0, len(data)-30):])
	}
	c, err := ical.NewDecoder(bytes.NewReader(data)).Decode()
	if err != nil {
		t.Fatalf("%s: %v", file, err)
	}
	if err := ical.NewEncoder(io.Discard).Encode(c); err != nil {
		t.Errorf("%s: %v", file, err)
	}
	zones := 0
	for _, child := range c.Children {
		if child.Name == ical.CompTimezone {
			zones++
		}
	}
	if zones != 1 {
		t.Errorf("%s: %d time zones", file, zones)
	}
	events = map[string]ical.Event{}
	for _, e := range c.Events() {
		id, err := e.Props.Text(ical.PropUID)
		if err != nil {
			t.Fatal(err)
		}
		events[id] = e
	}
	return events
}

// feed is an Atom feed as far as anything here looks at it.
type feed struct {
	XMLName xml.Name `xml:"http://www.w3.org/2005/Atom feed"`
	ID      string   `xml:"id"`
	Updated string   `xml:"updated"`
	Author  string   `xml:"author>name"`
	Entries []item   `xml:"entry"`
}

type item struct {
	ID      string    `xml:"id"`
	Title   string    `xml:"title"`
	Updated time.Time `xml:"updated"`
	Summary string    `xml:"summary"`
	Link    struct {
		Href string `xml:"href,attr"`
	} `xml:"link"`
}

func readFeed(t *testing.T, public string) (f feed) {
	t.Helper()
	data, err := os.ReadFile(filepath.Join(public, "index.xml"))
	if err == nil {
		err = xml.Unmarshal(data, &f)
	}
	if err != nil {
		t.Fatal(err)
	}
	return f
}

func TestFeeds(t *testing.T) {
	if testing.Short() {
		t.Skip("builds the whole site twice")
	}
	dir := projectCopy(t)
	write := func(name, page string) {
		lay(t, dir, txtar.File{Name: "content/" + name + ".md", Data: []byte(page)})
	}
	head := func(title, params string) string {
		return fmt.Sprintf("---\ntitle: %s\ndescription: 花を植え、話を聞けます。\nparams:\n  owner: 地域担当\n  reviewed: 2026-11-01\n  review_by: 2027-10-31\n%s---\n本文です。\n", title, params)
	}
	event := func(title, place, start, end string) string {
		return head(title, fmt.Sprintf("  start: %s\n  end: %s\n  place: %s\n  contact: 地域担当\n", start, end, place))
	}
	long := "花" + strings.Repeat("植えと、🌸𠮷野の道", 20)
	wide := strings.Repeat("広場の時計の下", 9) // of three bytes each
	write("events/long", event(long, wide, "2026-12-05T10:00:00+09:00", "2026-12-05T12:00:00+09:00"))
	write("events/marks", event(`"会, 話; 道\\ \"花\" <&>"`, `"広場\n時計の下, 3;4"`, "2026-12-31T23:00:00+09:00", "2027-01-01T00:30:00+09:00"))
	write("events/zone", event("よその時計", "広場", "2026-07-05T01:00:00Z", "2026-07-04T23:00:00-05:00"))
	write("events/hidden", strings.Replace(event("下書きの行事", "広場", "2026-12-05T10:00:00+09:00", "2026-12-05T12:00:00+09:00"), "params:", "draft: true\nparams:", 1))
	write("area/slope", head("坂 <と> & 道", "  updated: 2026-11-20\n  topic: 道と移動\n"))
	measure := filepath.Join(dir, "content/measures/s1.md")
	data, err := os.ReadFile(measure)
	if err == nil {
		changes := "  changes:\n    - {date: 2026-12-15, text: \"<二>に*変えた* & こと\"}\n    - {date: 2026-12-15, text: 次に変えたこと}"
		err = os.WriteFile(measure, bytes.Replace(data, []byte("  changes: []"), []byte(changes), 1), 0o666)
	}
	if err != nil {
		t.Fatal(err)
	}
	build := func(base string) (public string) {
		t.Helper()
		c := buildCmd{Destination: filepath.Join(dir, "public"), BaseURL: base}
		if _, err := c.build(t.Context(), dir, cli.NewUI("site", os.Stdout, os.Stderr)); err != nil {
			t.Fatal(err)
		}
		return c.Destination
	}
	const id = "tag:staffplan.example,2026:"

	public := build("http://plan.example/")
	before, feedBefore := calendar(t, filepath.Join(public, "events/calendar.ics")), readFeed(t, public)
	public = build(published)
	all, news := calendar(t, filepath.Join(public, "events/calendar.ics")), readFeed(t, public)
	if got, want := slices.Sorted(maps.Keys(all)), []string{id + "/events/long", id + "/events/marks", id + "/events/zone"}; !slices.Equal(got, want) {
		t.Errorf("events %v, want %v", got, want)
	}
	if got, want := slices.Sorted(maps.Keys(before)), slices.Sorted(maps.Keys(all)); !slices.Equal(got, want) {
		t.Errorf("under another base URL the events are %v, not %v", got, want)
	}
	for _, tt := range []struct{ name, title, place, start, end string }{
		{"long", long, wide, "2026-12-05T10:00:00+09:00", "2026-12-05T12:00:00+09:00"},
		{"marks", `会, 話; 道\ "花" <&>`, "広場\n時計の下, 3;4", "2026-12-31T23:00:00+09:00", "2027-01-01T00:30:00+09:00"},
		{"zone", "よその時計", "広場", "2026-07-05T10:00:00+09:00", "2026-07-05T13:00:00+09:00"},
	} {
		one := calendar(t, filepath.Join(public, "events", tt.name, "event.ics"))
		if len(one) != 1 {
			t.Errorf("%s: %d events", tt.name, len(one))
		}
		for _, e := range []ical.Event{all[id+"/events/"+tt.name], one[id+"/events/"+tt.name]} {
			got := map[string]string{}
			for _, name := range []string{ical.PropSummary, ical.PropLocation, ical.PropDescription} {
				if got[name], err = e.Props.Text(name); err != nil {
					t.Fatal(err)
				}
			}
			start, err := e.DateTimeStart(nil)
			if err != nil {
				t.Fatal(err)
			}
			end, err := e.DateTimeEnd(nil)
			if err != nil {
				t.Fatal(err)
			}
			if stamp := e.Props.Get(ical.PropDateTimeStamp).Value; !regexp.MustCompile(`^\d{8}T\d{6}Z$`).MatchString(stamp) {
				t.Errorf("%s: DTSTAMP %s", tt.name, stamp)
			}
			if zone := e.Props.Get(ical.PropDateTimeStart).Params.Get(ical.ParamTimezoneID); zone != "Asia/Tokyo" {
				t.Errorf("%s: in the zone %q", tt.name, zone)
			}
			url := published + "events/" + tt.name + "/"
			want := []string{tt.title, tt.place, "花を植え、話を聞けます。\n問い合わせ：地域担当\n" + url, tt.start, tt.end, url}
			if got := []string{got[ical.PropSummary], got[ical.PropLocation], got[ical.PropDescription],
				start.Format(time.RFC3339), end.Format(time.RFC3339), e.Props.Get(ical.PropURL).Value}; !slices.Equal(got, want) {
				t.Errorf("%s:\ngot  %q\nwant %q", tt.name, got, want)
			}
		}
	}

	// The feed: the newest first, changes before the entries that are older.
	var got []string
	for _, e := range news.Entries {
		got = append(got, strings.Join([]string{e.ID, e.Title, e.Summary, e.Link.Href}, " | "))
	}
	change := published + "measures/s1/#changes"
	for _, want := range []string{
		id + "/measures/s1#changes-2026-12-15-1 | S1 区民との対話と地域イベントへの参加：<二>に変えた & こと | <二>に変えた & こと | " + change,
		id + "/measures/s1#changes-2026-12-15-2 | S1 区民との対話と地域イベントへの参加：次に変えたこと | 次に変えたこと | " + change,
		id + "/area/slope | 坂 <と> & 道 | 花を植え、話を聞けます。 | " + published + "area/slope/",
		id + "/events/long | " + long + " | 花を植え、話を聞けます。 | " + published + "events/long/",
	} {
		if !slices.Contains(got, want) {
			t.Errorf("the feed lacks %s", want)
		}
	}
	if len(got) != 6 {
		t.Errorf("the feed has %d entries, want 6:\n%s", len(got), strings.Join(got, "\n"))
	}
	if !slices.IsSortedFunc(news.Entries, func(a, b item) int { return b.Updated.Compare(a.Updated) }) {
		t.Error("the feed is not sorted by time")
	}
	for i, e := range feedBefore.Entries {
		if news.Entries[i].ID != e.ID {
			t.Errorf("under another base URL %s is %s", news.Entries[i].ID, e.ID)
		}
	}
	if news.ID != id+"/" || news.Author != "西成区役所" || news.Updated != "2026-12-15T00:00:00+09:00" {
		t.Errorf("the feed is %s by %s, of %s", news.ID, news.Author, news.Updated)
	}
}

// pages.json has what the sitemap has, no more and no less; the feeds of the
// project's own site can be read, however little is in them.
func TestSiteFeeds(t *testing.T) {
	s := builtOnce(t)
	readFeed(t, s.dir)
	calendar(t, filepath.Join(s.dir, "events/calendar.ics"))
	data, err := os.ReadFile(filepath.Join(s.dir, "pages.json"))
	if err != nil {
		t.Fatal(err)
	}
	var pages []struct{ URL, Title, Kind, Owner, Reviewed, Review_By, Lastmod string }
	decoder := json.NewDecoder(bytes.NewReader(data))
	decoder.DisallowUnknownFields()
	if err := decoder.Decode(&pages); err != nil {
		t.Fatal(err)
	}
	var got, want []string
	for _, p := range pages {
		got = append(got, "https://example.jp"+p.URL)
		if p.Title == "" || p.Kind == "" || p.Owner == "" || p.Reviewed >= p.Review_By {
			t.Errorf("%+v", p)
		}
		for layout, text := range map[string]string{time.DateOnly: p.Reviewed, time.RFC3339: p.Lastmod} {
			if _, err := time.Parse(layout, text); err != nil {
				t.Errorf("%s: %v", p.URL, err)
			}
		}
	}
	if data, err = os.ReadFile(filepath.Join(s.dir, "sitemap.xml")); err != nil {
		t.Fatal(err)
	}
	for _, m := range regexp.MustCompile(`<loc>(.*?)</loc>`).FindAllStringSubmatch(string(data), -1) {
		want = append(want, m[1])
	}
	slices.Sort(got)
	slices.Sort(want)
	if !slices.Equal(got, want) {
		t.Errorf("pages.json has\n%s\nthe sitemap\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
}
