package collector

// Of a request nothing is kept but the answer: requests with a marked word
// wherever there is room for one, and a search for these words, however they may
// be written, in all that is on disk, logged or printed.

import (
	"bufio"
	"encoding/base64"
	"encoding/hex"
	"fmt"
	"io"
	"log"
	"maps"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"
	"unicode/utf16"
)

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
	try("too long", 413, a.request("POST /answers/autumn", "q1=2&comment="+strings.Repeat(a.mark("typed"), 28000), form))
	try("too long, in chunks", 413, a.request("POST /answers/autumn", "", form, "Transfer-Encoding: chunked")+
		fmt.Sprintf("%x\r\n%s\r\n0\r\n\r\n", 15*24000, strings.Repeat("q"+a.mark("typed")[1:10]+"-----", 24000)))
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
	h.server.config.static = http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.WriteHeader(http.StatusOK)
		w.WriteHeader(http.StatusOK)
		panic(fmt.Sprint(r.URL, r.Header))
	})
	send("panics", 0, a.request("GET /plan/", ""))
	fmt.Fprintf(h.server.doors, "http: panic serving %s:4242: %s\n", sentFrom, a.mark("panic"))
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
	h.wantLog(foreignLine, `level=ERROR msg=回答を保存できません。 survey=autumn err=.*`, `level=INFO msg=回答をまた保存できます。 survey=autumn`,
		`level=ERROR msg=プログラムの誤りで、処理できませんでした。 at=staffplan/collector\.TestNothingOfARequestIsKeptButTheAnswer\.func\d+:\d+`)
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
