package collector

// What the site says about anonymity, each statement with a test that tries to
// break it: what is in any file or log afterwards, in which order, and what can
// be told from outside. How far an attacker gets with all of that is in
// attack_test.go.

import (
	"bufio"
	"bytes"
	"context"
	"encoding/base64"
	"encoding/binary"
	"encoding/hex"
	"fmt"
	"io"
	"io/fs"
	"log"
	"maps"
	"math"
	"math/rand/v2"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"
	"unicode/utf16"

	"staffplan/collector/journal"
)

// contents are all files below dir, by name.
func contents(t *testing.T, dir string) map[string]string {
	t.Helper()
	all := map[string]string{}
	err := filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		content, err := os.ReadFile(path)
		name, _ := filepath.Rel(dir, path)
		all[filepath.ToSlash(name)] = string(content)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return all
}

// writings are the ways in which a program may have written a word down.
func writings(word string) map[string]string {
	backwards := []rune(word)
	slices.Reverse(backwards)
	var percent, json, little, big strings.Builder
	for i := range len(word) {
		fmt.Fprintf(&percent, "%%%02x", word[i])
	}
	for _, unit := range utf16.Encode([]rune(word)) {
		fmt.Fprintf(&json, `\u%04x`, unit)
		little.Write([]byte{byte(unit), byte(unit >> 8)})
		big.Write([]byte{byte(unit >> 8), byte(unit)})
	}
	all := map[string]string{
		"as it is":             word,
		"backwards":            string(backwards),
		"hex":                  hex.EncodeToString([]byte(word)),
		"percent":              percent.String(),
		"percent, if needed":   strings.ReplaceAll(word, "-", "%2d"),
		"JSON":                 json.String(),
		"UTF-16 little-endian": little.String(),
		"UTF-16 big-endian":    big.String(),
	}
	for i := range 3 { // where it may stand among the bytes around it
		text := base64.RawStdEncoding.EncodeToString([]byte(strings.Repeat("\x00", i) + word))
		from, to := (8*i+5)/6, (8*(i+len(word)))/6
		all[fmt.Sprint("base64 from byte ", i)] = text[from:to]
		all[fmt.Sprint("base64 for URLs from byte ", i)] = strings.NewReplacer("+", "-", "/", "_").Replace(text[from:to])
	}
	return all
}

// wantAbsent looks for a word in all its writings, and in any case of letters.
func wantAbsent(t *testing.T, where, text, word string) {
	t.Helper()
	lower := strings.ToLower(text)
	for how, written := range writings(word) {
		found := strings.Contains(text, written)
		if !strings.HasPrefix(how, "base64") {
			found = found || strings.Contains(lower, strings.ToLower(written))
		}
		if found {
			t.Errorf("%s holds %s (%s)", where, word, how)
		}
	}
}

// The search finds what it looks for: a word in the middle of anything.
func TestWritingsAreFound(t *testing.T) {
	const word = "q-7Zx-marked"
	for before := range 6 {
		text := strings.Repeat("#", before) + word + "!!"
		for how, text := range map[string]string{
			"as it is": text,
			"base64":   base64.StdEncoding.EncodeToString([]byte(text)),
			"hex":      strings.ToUpper(hex.EncodeToString([]byte(text))),
			"quoted":   strconv.Quote(text),
		} {
			if !slices.ContainsFunc(slices.Collect(maps.Values(writings(word))), func(w string) bool {
				return strings.Contains(text, w) || strings.Contains(strings.ToLower(text), w)
			}) {
				t.Errorf("%s, %d bytes before: not found in %s", how, before, text)
			}
		}
	}
}

const sentFrom = "127.7.7.7"

// asks are requests of every kind, each with marked words wherever a request
// has room for them. Those in a good answer's text are the only ones to stay.
type asks struct {
	words []string
	kept  []string
}

func (a *asks) mark(kind string) string {
	a.words = append(a.words, fmt.Sprintf("q%03d-%s", len(a.words), kind))
	return a.words[len(a.words)-1]
}

func (a *asks) keep() string {
	a.kept = append(a.kept, fmt.Sprintf("good-%03d-word", len(a.kept)))
	return a.kept[len(a.kept)-1]
}

// request is one with every header that may tell who sends it.
func (a *asks) request(line, body string, header ...string) string {
	method, path, _ := strings.Cut(line, " ")
	lines := []string{fmt.Sprintf("%s %s?%s=%s HTTP/1.1", method, path, a.mark("key"), a.mark("query")), "Host: plan.example", "Connection: close"}
	for _, name := range []string{"User-Agent", "Referer", "Accept-Language", "X-Forwarded-For", "X-Real-Ip", "Forwarded",
		"True-Client-Ip", "Via", "From", "Traceparent", "Tracestate", "X-Request-Id", "If-None-Match", "Sec-Ch-Ua",
		"X-Remote-User", "Pragma", "Dnt", "Priority", "Save-Data"} {
		lines = append(lines, name+": "+a.mark("head"))
	}
	lines = append(lines, "Cookie: "+a.mark("crumb")+"="+a.mark("cookie"), "Authorization: Bearer "+a.mark("auth"),
		a.mark("name")+": "+a.mark("value"))
	if body != "" {
		lines = append(lines, fmt.Sprintf("Content-Length: %d", len(body)))
	}
	return strings.Join(append(lines, header...), "\r\n") + "\r\n\r\n" + body
}

// each gives requests with the status that must come back; 0 is a connection
// that may just end.
func (a *asks) each(try func(name string, status int, request string)) {
	const form, json = "Content-Type: " + asForm, "Content-Type: " + asJSON
	for range 4 {
		try("form", 303, a.request("POST /answers/autumn", "q1=2&unit=soumu&comment="+a.keep(), form))
		try("JSON", 201, a.request("POST /answers/autumn", `{"q1":3,"q3":["b"],"comment":"`+a.keep()+`"}`, json))
		try("own origin", 303, a.request("POST /answers/autumn", "q1=1&comment="+a.keep(), form, "Origin: http://plan.example", "Sec-Fetch-Site: same-origin"))
	}
	for _, status := range []int{422, 400} {
		for _, wrong := range map[int][]string{
			422: {"q1=%s", "q1=2&unit=%s", "q1=2&q3=%s", "q1=2&%s=1", "q1=2&ticket=%s", "q1=2&comment=" + strings.Repeat("x", 20) + "%s", "comment=%s", "q1=2;%s"},
			400: {"q1=2&q1=%s&q1=3&comment=%%%%zz", "q1=2&comment=%s%%%%ff"},
		}[status] {
			try(wrong, status, a.request("POST /answers/autumn", strings.ReplaceAll(fmt.Sprintf(wrong, a.mark("typed")), "%%", "%"), form))
		}
	}
	for wrong, status := range map[string]int{
		`{"q1":"%s"}`: 422, `{"q1":2,"%s":1}`: 422, `{"q1":2,"comment":["%s"]}`: 422, `{"q1":2,"ticket":"%s"}`: 422,
		`{"q1":2,"comment":"%s`: 400, `{"q1":2,"comment":"%s"}{`: 400, `{"q1":2,"q1":"%s"}`: 400, "\xff%s": 400, `["%s"]`: 400,
	} {
		try(wrong, status, a.request("POST /answers/autumn", fmt.Sprintf(wrong, a.mark("typed")), json))
	}
	try("too long", 413, a.request("POST /answers/autumn", "q1=2&comment="+strings.Repeat(a.mark("typed"), 7000), form))
	try("too long, in chunks", 413, a.request("POST /answers/autumn", "", form, "Transfer-Encoding: chunked")+
		fmt.Sprintf("%x\r\n%s\r\n0\r\n\r\n", 15*6000, strings.Repeat("q"+a.mark("typed")[1:10]+"-----", 6000)))
	try("cut off", 400, strings.Replace(a.request("POST /answers/autumn", "q1=2&comment="+a.mark("typed"), form), "Content-Length: ", "Content-Length: 1", 1))
	try("another kind", 415, a.request("POST /answers/autumn", a.mark("typed"), "Content-Type: text/"+a.mark("kind")))
	try("packed", 415, a.request("POST /answers/autumn", a.mark("typed"), form, "Content-Encoding: "+a.mark("packed")))
	try("from elsewhere", 403, a.request("POST /answers/autumn", "q1=2&comment="+a.mark("typed"), form, "Origin: http://"+a.mark("origin")))
	try("no POST", 405, a.request("PUT /answers/autumn", "q1=2&comment="+a.mark("typed"), form))
	try("no survey", 404, a.request("POST /answers/"+a.mark("survey"), "q1=2&comment="+a.mark("typed"), form))
	try("too early", 403, a.request("POST /answers/later", "q1="+a.mark("typed"), form))
	try("too late", 410, a.request("POST /answers/past", "q1="+a.mark("typed"), form))
	for path, status := range map[string]int{"/surveys/autumn/": 200, "/surveys/autumn/thanks/": 200, "/healthz": 200, "/": 200, "/surveys/box": 301} {
		try(path, status, a.request("GET "+path, ""))
	}
	try("no page", 404, a.request("GET /"+a.mark("page")+"/", ""))
	try("no HTTP", 400, "GET /"+a.mark("line")+" "+a.mark("version")+"\r\n\r\n")
	try("a header that is none", 400, "GET / HTTP/1.1\r\nHost: x\r\n"+a.mark("head")+" x\r\n\r\n")
	try("too many headers", 431, "GET / HTTP/1.1\r\nHost: x\r\nX: "+strings.Repeat(a.mark("head"), 3000)+"\r\n\r\n")
	try("TLS", 0, "\x16\x03\x01\x00\xa5\x01\x00\x00\xa1\x03\x03"+a.mark("hello")+"\r\n\r\n")
}

// Nothing stored or logged holds an address, user agent, referrer, language,
// cookie, query or anything else of a request but the answer itself; and of
// answers that are not taken, nothing at all.
func TestNothingOfARequestIsKeptButTheAnswer(t *testing.T) {
	temp := t.TempDir()
	t.Setenv("TMPDIR", temp)
	printed, err := os.Create(filepath.Join(t.TempDir(), "stderr"))
	if err != nil {
		t.Fatal(err)
	}
	defer printed.Close()
	stderr := os.Stderr
	os.Stderr = printed
	log.SetOutput(printed)
	defer func() { os.Stderr = stderr; log.SetOutput(stderr) }()

	disk := new(badDisk)
	h := start(t, Config{fs: disk})
	var a asks
	send := func(name string, status int, request string) {
		t.Helper()
		dialer := net.Dialer{LocalAddr: &net.TCPAddr{IP: net.ParseIP(sentFrom)}}
		conn, err := dialer.Dial("tcp", strings.TrimPrefix(h.url, "http://"))
		if err != nil {
			t.Skip("not every address of 127/8 is this machine: ", err)
		}
		defer conn.Close()
		conn.SetDeadline(time.Now().Add(patience))
		a.words = append(a.words, conn.LocalAddr().String())
		io.WriteString(conn, request) // it may be refused while it is sent
		conn.(*net.TCPConn).CloseWrite()
		res, err := http.ReadResponse(bufio.NewReader(conn), nil)
		if status == 0 {
			return
		}
		if err != nil {
			t.Fatal(name, err)
		}
		if res.StatusCode != status {
			t.Errorf("%s: %s, want %d", name, res.Status, status)
		}
		res.Body.Close()
	}
	a.each(send)
	disk.full.Store(true)
	send("full", 503, a.request("POST /answers/autumn", "q1=2&comment="+a.mark("typed"), "Content-Type: "+asForm))
	disk.full.Store(false)
	send("works again", 303, a.request("POST /answers/autumn", "q1=2&comment="+a.keep(), "Content-Type: "+asForm))

	// net/http has something to say of this one, too.
	h.server.static = http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.WriteHeader(http.StatusOK)
		w.WriteHeader(http.StatusOK)
		panic(fmt.Sprint(r.URL, r.Header))
	})
	send("panics", 0, a.request("GET /plan/", ""))
	fmt.Fprintf(&doors{log: h.server.log}, "http: panic serving %s:4242: %s\n", sentFrom, a.mark("panic"))
	wantKept := func(state, data string, files ...string) {
		t.Helper()
		found := map[string]int{}
		all := contents(t, data)
		all["stderr"] = contents(t, filepath.Dir(printed.Name()))["stderr"]
		all["log"] = h.log.String()
		for name, text := range contents(t, temp) {
			all["TMPDIR/"+name] = text
		}
		for name, text := range all {
			for _, word := range a.words {
				wantAbsent(t, state+": "+name, name+"\n"+text, word)
			}
			for form, ip := range map[string]string{"text": sentFrom, "bytes": "\x7f\x07\x07\x07", "hex": "7f070707", "little-endian": "\x07\x07\x07\x7f", "number": "2131167239"} {
				if strings.Contains(text, ip) {
					t.Errorf("%s: %s holds the address (%s)", state, name, form)
				}
			}
			may := slices.ContainsFunc(files, func(f string) bool { return strings.HasPrefix(name, "autumn/"+f) })
			for _, word := range a.kept {
				if !may {
					wantAbsent(t, state+": "+name, text, word)
				}
				found[word] += strings.Count(text, word)
			}
		}
		for _, word := range a.kept {
			if found[word] != 1 {
				t.Errorf("%s: %s is there %d times", state, word, found[word])
			}
		}
	}
	eventually(t, "the release", func() bool { return settled(t, filepath.Join(h.data, "autumn")) })
	wantKept("open", h.data, "comments.jsonl", "intake-")
	h.stop()
	wantKept("stopped", h.data, "comments.jsonl", "intake-")
	wantKept("closed", h.closed(), "comments.jsonl")
	if text := contents(t, filepath.Dir(printed.Name()))["stderr"]; text != "" {
		t.Errorf("printed: %s", text)
	}
	h.wantLog(`level=ERROR msg="storage failed" survey=autumn err=.*`, `level=INFO msg="storage works again" survey=autumn`,
		`level=ERROR msg=panic at=staffplan/collector\.TestNothingOfARequestIsKeptButTheAnswer\.func\d+:\d+`)
}

// settled says that no release is under way, nor about to be: less than ten
// answers wait.
func settled(t *testing.T, dir string) bool {
	t.Helper()
	entries, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	waiting := 0
	for _, e := range entries {
		name := e.Name()
		if strings.HasPrefix(name, "pending") || strings.HasPrefix(name, "trash") || strings.HasSuffix(name, ".tmp") {
			return false
		}
		if strings.HasPrefix(name, "intake-") {
			content, err := os.ReadFile(filepath.Join(dir, name))
			if err != nil {
				return false // it has just left
			}
			waiting += bytes.Count(content, []byte(`"answers":`))
		}
	}
	return waiting < 10
}

// A panic while an answer is read says nothing of it either.
func TestPanicKeepsNothing(t *testing.T) {
	falls := false
	h, err := build(t, Config{Now: func() time.Time {
		if falls {
			panic("q-in-panic")
		}
		return at(openDay)()
	}})
	if err != nil {
		t.Fatal(err)
	}
	falls = true
	r := httptest.NewRequest(http.MethodPost, "/answers/autumn?q-in-query", strings.NewReader("q1=2&comment=q-in-body"))
	r.Header.Set("Content-Type", asForm)
	r.Header.Set("User-Agent", "q-in-head")
	r.RemoteAddr = sentFrom + ":4242"
	w := httptest.NewRecorder()
	h.server.ServeHTTP(w, r)
	if w.Code != 500 {
		t.Error(w.Code)
	}
	for _, word := range []string{"q-in-panic", "q-in-query", "q-in-body", "q-in-head", sentFrom, "4242"} {
		wantAbsent(t, "the log", strings.TrimPrefix(h.log.String(), "time="+time.Now().Format("2006")), word)
		wantAbsent(t, "the page", w.Body.String(), word)
	}
	if err := h.server.Close(); err != nil {
		t.Error(err)
	}
}

// No line is logged for an answer, a mistake, a release or a closing.
func TestNoLogLineForAnAnswerOrARelease(t *testing.T) {
	h := start(t, Config{})
	for i := range 25 {
		for body, want := range map[string]int{`{"q1":1,"comment":"x"}`: 201, `{"q1":4}`: 422, `{"q1":`: 400} {
			if status, _ := h.sendJSON("/answers/autumn", body); status != want {
				t.Fatal(i, status, body)
			}
		}
	}
	h.stop()
	h.wantLog()
	later := start(t, Config{Site: h.site, Data: h.data, Now: at("2026-12-01T09:00:00+09:00")})
	if status, _ := later.sendJSON("/answers/autumn", `{"q1":1}`); status != 410 {
		t.Error(status)
	}
	later.stop()
	later.wantLog()
}

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
	for _, zone := range []*time.Location{time.UTC, tokyo} {
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
	now := time.Date(2027, 2, 17, 13, 47, 29, 5, tokyo)
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

// idleDisk is a real one that does not wait for the platter: what is tested
// with it does not end in between.
type idleDisk struct{ badDisk }

type idleFile struct{ *os.File }

func (idleFile) Sync() error { return nil }

func (d *idleDisk) OpenFile(name string, flag int, perm fs.FileMode) (journal.File, error) {
	f, err := os.OpenFile(name, flag, perm)
	return idleFile{f}, err
}

// orders are many orders of the numbers from 0 to n-1, and what can be said of
// all of them together. A bound here is crossed by chance less than once in a
// million runs.
type orders struct {
	n   int
	all [][]int
}

func (o *orders) add(order []int) { o.all = append(o.all, order) }

// rank is the mean of Spearman's correlation between number and place, in
// standard deviations: the one of a single order is 1/sqrt(n-1).
func (o *orders) rank() float64 {
	sum, n := 0.0, float64(o.n)
	for _, order := range o.all {
		d := 0.0
		for place, number := range order {
			d += float64((place - number) * (place - number))
		}
		sum += 1 - 6*d/(n*(n*n-1))
	}
	return sum / math.Sqrt(float64(len(o.all))/(n-1))
}

// neighbours is how often i and i+1 stand side by side, either way round, in
// standard deviations. In a single order that is 2(n-1)/n times, with a
// variance near 2.
func (o *orders) neighbours() float64 {
	count, n := 0, float64(o.n)
	for _, order := range o.all {
		for i := 1; i < len(order); i++ {
			if d := order[i] - order[i-1]; d == 1 || d == -1 {
				count++
			}
		}
	}
	m := float64(len(o.all))
	return (float64(count) - m*2*(n-1)/n) / math.Sqrt(2*m)
}

// kept is how often number i stands at place i, in standard deviations: once
// in a single order, with a variance of 1.
func (o *orders) kept() float64 {
	count := 0
	for _, order := range o.all {
		for place, number := range order {
			if place == number {
				count++
			}
		}
	}
	m := float64(len(o.all))
	return (float64(count) - m) / math.Sqrt(m)
}

// places is χ² of how often each number is at each place, with (n-1)² degrees
// of freedom, as a standard normal value (Wilson and Hilferty).
func (o *orders) places() float64 {
	counts := make([]float64, o.n*o.n)
	for _, order := range o.all {
		for place, number := range order {
			counts[place*o.n+number]++
		}
	}
	want, sum := float64(len(o.all))/float64(o.n), 0.0
	for _, c := range counts {
		sum += (c - want) * (c - want) / want
	}
	sum *= float64(o.n-1) / float64(o.n) // rows and columns are fixed
	free := float64((o.n - 1) * (o.n - 1))
	return (math.Cbrt(sum/free) - 1 + 2/(9*free)) / math.Sqrt(2/(9*free))
}

// tells names the statistics that are not at chance. Six standard deviations
// leave room for tails that are heavier than the normal ones.
func (o *orders) tells() (told []string) {
	for name, z := range map[string]float64{"rank": o.rank(), "neighbours": o.neighbours(), "kept": o.kept(), "places": o.places()} {
		if math.Abs(z) > 6 && !(name == "places" && z < 0 && z > -8) {
			told = append(told, fmt.Sprintf("%s %.1f", name, z))
		}
	}
	return told
}

// Orders that are not random are told; random ones are not.
func TestOrdersAreTold(t *testing.T) {
	const n, many = 20, 200
	r := rand.New(rand.NewPCG(3, 4))
	for name, c := range map[string]struct {
		order func() []int
		told  bool
	}{
		"random": {func() []int { return r.Perm(n) }, false},
		"sent":   {func() []int { return numbers(n) }, true},
		"reversed": {func() []int {
			order := numbers(n)
			slices.Reverse(order)
			return order
		}, true},
		"turned by chance": {func() []int {
			order, k := numbers(n), r.IntN(n)
			return append(order[k:], order[:k]...)
		}, true},
		"always the same": {func() []int { return rand.New(rand.NewPCG(5, 6)).Perm(n) }, true},
		"ten and ten": {func() []int {
			order := r.Perm(n / 2)
			for _, number := range r.Perm(n / 2) {
				order = append(order, number+n/2)
			}
			return order
		}, true},
		"shuffled off by one": {func() []int { // Sattolo's: never in its own place
			order := numbers(n)
			for i := n - 1; i > 0; i-- {
				k := r.IntN(i)
				order[i], order[k] = order[k], order[i]
			}
			return order
		}, true},
		"only the last is new": {func() []int {
			order := numbers(n)
			k := r.IntN(n)
			order[n-1], order[k] = order[k], order[n-1]
			return order
		}, true},
	} {
		o := orders{n: n}
		for range many {
			o.add(c.order())
		}
		if told := o.tells(); (len(told) > 0) != c.told {
			t.Errorf("%s: %v (rank %.1f, neighbours %.1f, kept %.1f, places %.1f)", name, told, o.rank(), o.neighbours(), o.kept(), o.places())
		}
	}
}

func numbers(n int) []int {
	order := make([]int, n)
	for i := range order {
		order[i] = i
	}
	return order
}

// numbersIn gives the number that stands behind # in each line.
func numbersIn(t *testing.T, file string) (order []int) {
	t.Helper()
	for _, line := range lines(t, file) {
		_, rest, _ := strings.Cut(line, "#")
		n, err := strconv.Atoi(digits.FindString(rest))
		if err != nil {
			t.Fatal(err)
		}
		order = append(order, n)
	}
	return order
}

// Order is hidden within a batch while a survey is open. After closing nothing
// tells in which order answers came, which ticket gave which, or which text
// goes with which: also not in which batch they were.
func TestOrderAndPairsAreAtChance(t *testing.T) {
	const n, batch, many = 20, 10, 200
	claims := map[string]*orders{
		"answers in a batch": {n: batch}, "texts in a batch": {n: batch}, "text beside answer in a batch": {n: batch},
		"answers of a closed survey": {n: n}, "texts of a closed survey": {n: n},
		"text beside answer": {n: n}, "ticket beside answer": {n: n}, "ticket beside text": {n: n},
	}
	// beside is the place in b of each number of a, in a's order.
	beside := func(a, b []int) []int {
		order := make([]int, len(a))
		for i, number := range a {
			order[i] = slices.Index(b, number)
		}
		return order
	}
	for range many {
		dir := t.TempDir()
		j, err := journal.Open(dir, journal.Options{Release: batch, FS: new(idleDisk)})
		if err != nil {
			t.Fatal(err)
		}
		tickets := make([][32]byte, n)
		for i := range tickets {
			binary.LittleEndian.PutUint64(tickets[i][:], rand.Uint64())
		}
		if err := j.AddTickets(t.Context(), tickets); err != nil {
			t.Fatal(err)
		}
		for i := range n {
			entry := journal.Entry{Answer: fmt.Appendf(nil, `{"#":"#%d"}`, i), Texts: [][]byte{fmt.Appendf(nil, `{"text":"#%d"}`, i)}, Ticket: tickets[i]}
			if err := j.Append(context.Background(), entry); err != nil {
				t.Fatal(err)
			}
			if (i+1)%batch == 0 { // one that waits with the next would make a batch of more
				eventually(t, "the release", func() bool {
					return len(lines(t, filepath.Join(dir, "comments.jsonl"))) > i && settled(t, dir)
				})
			}
		}
		answers, texts := numbersIn(t, filepath.Join(dir, "responses.jsonl")), numbersIn(t, filepath.Join(dir, "comments.jsonl"))
		for from := 0; from < n; from += batch {
			a, b := answers[from:from+batch:from+batch], texts[from:from+batch:from+batch]
			claims["text beside answer in a batch"].add(beside(a, b))
			for i := range batch {
				a[i], b[i] = a[i]-from, b[i]-from
			}
			claims["answers in a batch"].add(a)
			claims["texts in a batch"].add(b)
		}
		if err := j.Finish(t.Context()); err != nil {
			t.Fatal(err)
		}
		if err := j.Close(); err != nil {
			t.Fatal(err)
		}
		answers, texts = numbersIn(t, filepath.Join(dir, "responses.jsonl")), numbersIn(t, filepath.Join(dir, "comments.jsonl"))
		spent := make([]int, n)
		for place, line := range lines(t, filepath.Join(dir, "spent.txt")) {
			spent[place] = slices.IndexFunc(tickets, func(id [32]byte) bool { return hex.EncodeToString(id[:]) == line })
		}
		claims["answers of a closed survey"].add(answers)
		claims["texts of a closed survey"].add(texts)
		claims["text beside answer"].add(beside(answers, texts))
		claims["ticket beside answer"].add(beside(spent, answers))
		claims["ticket beside text"].add(beside(spent, texts))
	}
	for name, o := range claims {
		if told := o.tells(); told != nil {
			t.Errorf("%s: %v", name, told)
		}
	}
}

// wiping is a disk that looks at what is removed, and notes what is not zeros.
type wiping struct {
	idleDisk
	removed, left int
}

func (d *wiping) Remove(name string) error {
	content, err := os.ReadFile(name)
	if err != nil {
		return err
	}
	if d.removed++; strings.Trim(string(content), "\x00") != "" {
		d.left++
	}
	return d.idleDisk.Remove(name)
}

// After a release and after closing, nothing is left of where answers waited:
// no file but the released ones holds any of them, and what was removed had
// been overwritten.
func TestNothingIsLeftOfWhatWaited(t *testing.T) {
	disk := new(wiping)
	h := start(t, Config{fs: disk})
	dir := filepath.Join(h.data, "autumn")
	text := func(i int) string { return fmt.Sprintf("text-%02d-", i) }
	// wantOnly allows these files, and each text once: the released in
	// comments.jsonl, those from waiting on in the intake.
	wantOnly := func(state, dir, allowed string, all, waiting int) {
		t.Helper()
		for name, content := range contents(t, dir) {
			if !regexp.MustCompile(`^(` + allowed + `)$`).MatchString(name) {
				t.Errorf("%s: there is %s", state, name)
			}
			for i := range all {
				want := 0
				if i >= waiting && strings.HasPrefix(name, "intake-") || i < waiting && name == "comments.jsonl" {
					want = 1
				}
				if got := strings.Count(content, text(i)); got != want {
					t.Errorf("%s: %s holds text %d %d times, want %d", state, name, i, got, want)
				}
			}
		}
	}
	const kept = `responses\.jsonl|comments\.jsonl|survey\.json|sums\.txt`
	for i := range 23 {
		if status, _ := h.sendJSON("/answers/autumn", fmt.Sprintf(`{"q1":2,"comment":%q}`, text(i))); status != 201 {
			t.Fatal(status)
		}
		released := (i + 1) / 10 * 10
		eventually(t, "the release", func() bool { return len(lines(t, filepath.Join(dir, "comments.jsonl"))) >= released && settled(t, dir) })
		wantOnly(fmt.Sprintf("after %d", i+1), dir, kept+`|intake-\d+`, i+1, released)
	}
	h.stop()
	wantOnly("stopped", dir, kept+`|intake-\d+`, 23, 20)
	s, err := New(Config{Site: h.site, Data: h.data, Now: at("2026-12-01T09:00:00+09:00"), fs: disk})
	if err != nil {
		t.Fatal(err)
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	wantOnly("closed", dir, kept+"|closed", 23, 23)
	if disk.removed < 6 || disk.left > 0 { // an intake and a pending, three times
		t.Errorf("%d files removed, %d of them with something in it", disk.removed, disk.left)
	}
	if responses := contents(t, dir)["responses.jsonl"]; strings.Count(responses, "\n") != 23 {
		t.Errorf("responses.jsonl:\n%s", responses)
	}
}

// Nothing that can be seen from outside moves with one answer: not the pages,
// their headers and sizes, not the health, and not what a sender is told. No
// cookie is ever set, and what a survey shows is kept nowhere.
func TestNothingOutsideMovesByOne(t *testing.T) {
	disk := new(badDisk)
	h := start(t, Config{fs: disk})
	get := func(path string) string {
		return "GET " + path + " HTTP/1.1\r\nHost: plan.example\r\nConnection: close\r\n\r\n"
	}
	post := func(media, body string) string { return transports["plain"](media, body) }
	requests := map[string]string{
		"POST /answers/autumn, a wrong form": post(asForm, "q1=4&comment=x"),
		"POST /answers/autumn, wrong":        post(asJSON, `{"q1":4}`),
		"POST /answers/autumn, broken":       post(asJSON, `{"q1":`),
		"OPTIONS *":                          "OPTIONS * HTTP/1.1\r\nHost: plan.example\r\nConnection: close\r\n\r\n",
		"no HTTP":                            "hello\r\n\r\n",
	}
	for _, path := range []string{"/", "/healthz", "/answers/autumn", "/answers/box", "/answers/", "/answers/autumn/", "/surveys/", "/surveys/autumn/",
		"/surveys/autumn/survey.json", "/surveys/autumn/thanks/", "/surveys/box/", "/plan/", "/css/plain.css", "/missing", "/metrics", "/status",
		"/debug/vars", "/debug/pprof/", "/data/", "/data/autumn/responses.jsonl", "/surveys/autumn/responses.jsonl"} {
		requests[path] = get(path)
		requests["HEAD "+path] = strings.Replace(get(path), "GET", "HEAD", 1)
	}
	date := regexp.MustCompile(`(?m)^Date: [^\r]*\r\n`)
	ask := func(request string) string {
		t.Helper()
		reply, err := io.ReadAll(h.dial(request))
		if err != nil {
			t.Fatal(err)
		}
		return date.ReplaceAllString(string(reply), "")
	}
	first := map[string]string{}
	same := func(state, name, reply string) {
		t.Helper()
		if first[name] == "" {
			first[name] = reply
		}
		if reply != first[name] {
			t.Errorf("%s, %s:\n%s\nwas\n%s", state, name, reply, first[name])
		}
		head, _, _ := strings.Cut(reply, "\r\n\r\n")
		if strings.Contains(strings.ToLower(head), "set-cookie") {
			t.Errorf("%s: a cookie", name)
		}
		ofOne := strings.Contains(name, "/answers/") || strings.HasSuffix(name, "/surveys/autumn/") || strings.HasSuffix(name, "/thanks/")
		if ofOne && !strings.Contains(head, "\r\nCache-Control: no-store\r\n") {
			t.Errorf("%s may be kept:\n%s", name, head)
		}
	}
	look := func(state string) {
		t.Helper()
		for name, request := range requests {
			same(state, name, ask(request))
		}
	}
	look("before any")
	for i := range 22 {
		same(fmt.Sprint("answer ", i), "POST /answers/autumn", ask(post(asJSON, fmt.Sprintf(`{"q1":%d,"comment":"x%d"}`, 1+i%3, i))))
		same(fmt.Sprint("form ", i), "POST /answers/autumn, a form", ask(post(asForm, "q1=2")))
		if i < 6 || i == 20 {
			look(fmt.Sprintf("after %d", 2*i+2))
		}
	}
	for i := range 3 { // nor do those that could not be stored
		disk.full.Store(true)
		same(fmt.Sprint("full ", i), "POST /answers/autumn, full", ask(post(asForm, "q1=2")))
		same(fmt.Sprint("full ", i), "POST /answers/autumn, full, JSON", ask(post(asJSON, `{"q1":2}`)))
		disk.full.Store(false)
		same("again", "POST /answers/autumn, a form", ask(post(asForm, "q1=2")))
	}
	look("after a full disk")
	h.stop()

	// A survey that is over looks the same however many have answered.
	over := at("2026-12-01T09:00:00+09:00")
	few := start(t, Config{Site: h.site, Now: over})
	many := start(t, Config{Site: h.site, Data: h.data, Now: over})
	requests["late"], requests["late form"] = post(asJSON, `{"q1":2}`), post(asForm, "q1=2")
	clear(first)
	h = few
	look("over, without an answer")
	h = many
	look("over, with many")
}
