//go:build unix

package main

// The service as an operator and systemd have it: what it says, how it reads
// its definitions again, how it ends, and who holds its socket.

import (
	"bufio"
	"bytes"
	"crypto/tls"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"
)

// patience bounds what would otherwise wait for ever. Nothing passes or fails
// by being quicker.
const patience = 3 * time.Minute

// post sends an answer to the survey crowd and gives the status, 0 for none.
func (s *service) post(t *testing.T, body string) int {
	t.Helper()
	res, err := noRedirect.Post(s.url+"/answers/crowd", "application/x-www-form-urlencoded", strings.NewReader(body))
	if err != nil {
		t.Error(err)
		return 0
	}
	res.Body.Close()
	return res.StatusCode
}

var noRedirect = &http.Client{
	CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	Timeout:       patience,
}

// dial opens a connection and writes to it.
func (s *service) dial(t *testing.T, request string) *net.TCPConn {
	t.Helper()
	conn, err := net.Dial("tcp", strings.TrimPrefix(s.url, "http://"))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { conn.Close() })
	conn.SetDeadline(time.Now().Add(patience))
	io.WriteString(conn, request) // fails where the service has had enough
	return conn.(*net.TCPConn)
}

// end sends a signal, if any, and gives what was still said and the exit status.
func (s *service) end(t *testing.T, signal os.Signal) (said string, code int) {
	t.Helper()
	if signal != nil {
		if err := s.Process.Signal(signal); err != nil {
			t.Fatal(err)
		}
	}
	rest, err := io.ReadAll(s.stderr)
	if err != nil {
		t.Fatal(err)
	}
	s.Wait()
	return string(rest), s.ProcessState.ExitCode()
}

// siteWith has one survey, crowd, or more of the same kind.
func siteWith(t *testing.T, ids ...string) (site string) {
	t.Helper()
	site = t.TempDir()
	for _, id := range append(ids, "crowd") {
		writeSurvey(t, site, id, closing, "open", 10)
	}
	return site
}

// Start, reading again and the end are all that a day of good answers, bad
// requests and broken connections leaves in the log.
func TestServiceSaysLittle(t *testing.T) {
	const mark = "MARK7f3a"
	stdout := filepath.Join(t.TempDir(), "stdout")
	s := start(t, siteWith(t), filepath.Join(t.TempDir(), "data"), halfway,
		"sh", "-c", `out=$1; shift; exec "$@" >"$out"`, "sh", stdout)
	var said strings.Builder // every line
	until := func(prefix string) string {
		t.Helper()
		for {
			line, err := s.stderr.ReadString('\n')
			said.WriteString(line)
			if err != nil {
				t.Fatal(said.String())
			}
			if rest, ok := strings.CutPrefix(line, prefix); ok {
				return strings.TrimSpace(rest)
			}
		}
	}
	s.url = until("listening on ")

	head := "POST /answers/crowd HTTP/1.1\r\nHost: plan.example\r\nUser-Agent: " + mark + "\r\nX-Forwarded-For: " + mark + "\r\nContent-Type: application/json\r\n"
	bad := []string{
		"GET /" + mark + " HTTP/1.1\r\nHost: plan.example\r\n\r\n",
		"GET /%zz" + mark + "\r\n\r\n",
		"GET / HTTP/1.1\r\nHost: " + mark, // and no more
		head + "Content-Length: 5\r\n\r\n" + mark,
		head + "Content-Length: 500\r\n\r\n{\"comment\":\"" + mark, // and no more
		head + "Transfer-Encoding: chunked\r\n\r\n" + mark + "\r\n",
		head + "Content-Length: 70000\r\n\r\n" + strings.Repeat(mark, 70000/len(mark)),
		head + "Content-Length: 21\r\nOrigin: http://elsewhere.example\r\n\r\n" + `{"comment":"` + mark + `"}`,
		head + mark + ": " + strings.Repeat("x", 40<<10) + "\r\n\r\n",
		head + "Expect: " + mark + "\r\n\r\n",
		"\x16\x03\x01" + mark + "\r\n\r\n",
		"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
	}
	var people sync.WaitGroup
	for n := range 4 {
		people.Go(func() {
			for i := range 25 {
				body := fmt.Sprintf("who=b%d&comment=%s-%d-%d", i%bits, mark, n, i)
				conn := s.dial(t, "POST /answers/crowd?"+mark+" HTTP/1.1\r\nHost: plan.example\r\nConnection: close\r\nUser-Agent: "+mark+
					"\r\nContent-Type: application/x-www-form-urlencoded\r\nContent-Length: "+strconv.Itoa(len(body))+"\r\n\r\n"+body)
				if reply, err := io.ReadAll(conn); !strings.HasPrefix(string(reply), "HTTP/1.1 303 ") {
					t.Errorf("%s %v", reply, err)
				}
				conn = s.dial(t, bad[(n+i)%len(bad)])
				switch i % 3 {
				case 0:
					conn.SetLinger(0) // a reset
				case 1:
					conn.CloseWrite()
					io.Copy(io.Discard, conn)
				}
				conn.Close()
			}
		})
	}
	people.Wait()
	handshake := tls.Client(s.dial(t, ""), &tls.Config{ServerName: mark})
	if handshake.Handshake() == nil {
		t.Error("TLS?")
	}
	if err := s.Process.Signal(syscall.SIGHUP); err != nil {
		t.Fatal(err)
	}
	until(readAgain)
	rest, code := s.end(t, syscall.SIGTERM)
	said.WriteString(rest)
	if code != 0 {
		t.Errorf("status %d", code)
	}
	want := regexp.MustCompile(`\Acollector: 注意: 時計を .* から始めています。.*\n` +
		`listening on http://127\.0\.0\.1:\d+\n(?:level=WARN msg="[^"]* Host を変えずに[^"]*"\n)?` + readAgain + `[^\n]*\nlevel=INFO msg=止まりました。\n\z`)
	if !want.MatchString(said.String()) {
		t.Errorf("on standard error:\n%s", said.String())
	}
	if got := readFile(t, stdout); len(got) != 0 {
		t.Errorf("on standard output:\n%s", got)
	}
}

// SIGTERM: an answer in flight is finished, others are not taken, and one that
// is stuck holds the service for no longer than 10 seconds.
func TestServiceEnds(t *testing.T) {
	t.Parallel()
	site, data := siteWith(t), filepath.Join(t.TempDir(), "data")
	s := serve(t, site, data, halfway)
	inFlight := func() (*net.TCPConn, *bufio.Reader) {
		t.Helper()
		conn := s.dial(t, "POST /answers/crowd HTTP/1.1\r\nHost: plan.example\r\nExpect: 100-continue\r\n"+
			"Content-Type: application/x-www-form-urlencoded\r\nContent-Length: 9\r\n\r\n")
		replies := bufio.NewReader(conn)
		// The service says so once it reads the body.
		if line, err := replies.ReadString('\n'); !strings.Contains(line, " 100 ") {
			t.Fatal(line, err)
		}
		replies.ReadString('\n')
		return conn, replies
	}
	stuck, stuckReplies := inFlight()
	conn, replies := inFlight()
	if err := s.Process.Signal(syscall.SIGTERM); err != nil {
		t.Fatal(err)
	}
	for deadline := time.Now().Add(patience); ; time.Sleep(5 * time.Millisecond) {
		other, err := net.Dial("tcp", conn.RemoteAddr().String())
		if err != nil {
			break
		}
		other.Close()
		if time.Now().After(deadline) {
			t.Fatal("new ones are still taken")
		}
	}
	io.WriteString(conn, "comment=x")
	if res, err := http.ReadResponse(replies, nil); err != nil || res.StatusCode != http.StatusSeeOther {
		t.Errorf("in flight: %v %v", res, err)
	}
	io.WriteString(stuck, "comment=") // one byte is missing
	if reply, err := io.ReadAll(stuckReplies); strings.Contains(string(reply), " 303 ") || os.IsTimeout(err) {
		t.Errorf("stuck: %s %v", reply, err)
	}
	if said, code := s.end(t, nil); code != 0 || said != "level=INFO msg=止まりました。\n" {
		t.Errorf("status %d\n%s", code, said)
	}
	s = serve(t, site, data, afterClosing)
	if got := strings.Count(string(readFile(t, filepath.Join(data, "crowd", "responses.jsonl"))), "\n"); got != 1 {
		t.Errorf("%d answers stored, not 1", got)
	}
	if code := s.stop(t, os.Interrupt); code != 0 {
		t.Errorf("status %d after an interrupt", code)
	}
}

// readAgain begins the line after the definitions were looked at.
const readAgain = "level=INFO msg=アンケートの定義を読みました。"

// SIGHUP takes the definitions that can be taken, and says which cannot.
func TestServiceReadsAgain(t *testing.T) {
	site := siteWith(t)
	s := serve(t, site, filepath.Join(t.TempDir(), "data"), halfway)
	if got := s.post(t, "comment=x"); got != http.StatusSeeOther {
		t.Fatal(got)
	}
	status := func(id string) int {
		t.Helper()
		res, err := noRedirect.Post(s.url+"/answers/"+id, "application/json", strings.NewReader(`{"comment":"x"}`))
		if err != nil {
			t.Fatal(err)
		}
		res.Body.Close()
		return res.StatusCode
	}
	hangup := func() {
		t.Helper()
		if err := s.Process.Signal(syscall.SIGHUP); err != nil {
			t.Fatal(err)
		}
	}
	if got := status("second"); got != 404 {
		t.Fatal(got)
	}
	writeSurvey(t, site, "second", closing, "open", 10)
	hangup()
	s.says(t, readAgain)
	if got := status("second"); got != 201 {
		t.Error(got)
	}

	file := filepath.Join(site, "surveys", "crowd", "survey.json")
	good := string(readFile(t, file))
	for name, bad := range map[string]string{
		"no JSON":           good[:len(good)/2],
		"nothing":           "",
		"many faults":       strings.NewReplacer(`"release":10`, `"release":1`, `"minimum":10`, `"minimum":1`, `"text":"番号"`, `"text":""`).Replace(good),
		"does not fit":      strings.Replace(good, `"id":"who"`, `"id":"whose"`, 1),
		"an option is gone": strings.Replace(good, `{"value":"b0","text":"0","part_of":""},`, "", 1),
	} {
		if bad == good {
			t.Fatal(name)
		}
		if err := os.WriteFile(file, []byte(bad), 0o666); err != nil {
			t.Fatal(err)
		}
		hangup()
		line := s.says(t, "level=WARN msg=アンケートの定義を使えません。これまでの定義で続けます。")
		if !strings.Contains(line, file) {
			t.Errorf("%s: %s", name, line)
		}
		if got := s.post(t, "who=b0&comment=x"); got != http.StatusSeeOther {
			t.Errorf("%s: the one before is gone: %d", name, got)
		}
	}
	s.end(t, syscall.SIGTERM)
}

// Nobody has to tell the service of a build: it notices new, changed and removed
// surveys by itself.
func TestServiceNoticesABuild(t *testing.T) {
	t.Parallel()
	site := siteWith(t, "leaving")
	s := serve(t, site, filepath.Join(t.TempDir(), "data"), halfway)
	eventually := func(want int, id, body string) {
		t.Helper()
		for deadline := time.Now().Add(patience); ; time.Sleep(20 * time.Millisecond) {
			res, err := noRedirect.Post(s.url+"/answers/"+id, "application/json", strings.NewReader(body))
			if err != nil {
				t.Fatal(err)
			}
			res.Body.Close()
			if res.StatusCode == want {
				return
			}
			if time.Now().After(deadline) {
				t.Fatalf("%s: still %d, not %d", id, res.StatusCode, want)
			}
		}
	}
	eventually(201, "leaving", `{"comment":"x"}`)
	eventually(422, "crowd", `{"who":["shinsetsu"],"comment":"x"}`)
	// As site build does it: another folder takes the place of this one.
	next := site + "-next"
	if err := os.CopyFS(next, os.DirFS(site)); err != nil {
		t.Fatal(err)
	}
	writeSurvey(t, next, "late", closing, "open", 10)
	file := filepath.Join(next, "surveys", "crowd", "survey.json")
	changed := strings.Replace(string(readFile(t, file)), `{"value":"b0"`, `{"value":"shinsetsu","text":"新設","part_of":""},{"value":"b0"`, 1)
	if err := os.WriteFile(file, []byte(changed), 0o666); err != nil {
		t.Fatal(err)
	}
	if err := os.RemoveAll(filepath.Join(next, "surveys", "leaving")); err != nil {
		t.Fatal(err)
	}
	for _, move := range [][2]string{{site, site + "-old"}, {next, site}} {
		if err := os.Rename(move[0], move[1]); err != nil {
			t.Fatal(err)
		}
	}
	at := func(id, body string) {
		t.Helper()
		res, err := noRedirect.Post(s.url+"/answers/"+id, "application/x-www-form-urlencoded", strings.NewReader(body))
		if err != nil {
			t.Fatal(err)
		}
		res.Body.Close()
		if res.StatusCode != http.StatusSeeOther {
			t.Errorf("%s, at once: %d", id, res.StatusCode)
		}
	}
	at("late", "comment=x")
	at("crowd", "who=shinsetsu&comment=x")
	s.says(t, readAgain+" 取り入れたもの=crowd,late")
	eventually(404, "leaving", `{"comment":"x"}`)
	if said, code := s.end(t, syscall.SIGTERM); code != 0 ||
		said != readAgain+" 取り入れたもの=\"\" 外れたもの=leaving\nlevel=INFO msg=止まりました。\n" {
		t.Errorf("status %d\n%s", code, said)
	}
}

// A start with a clock that is far off closes nothing, until --close says that the
// clock is right.
func TestServiceHoldsAClosing(t *testing.T) {
	const far = "2136-02-07T06:28:15+09:00"
	site, data := siteWith(t), filepath.Join(t.TempDir(), "data")
	s := serve(t, site, data, halfway)
	wantPost := func(want int) {
		t.Helper()
		if got := s.post(t, "comment=x"); got != want {
			t.Errorf("%d, want %d", got, want)
		}
		if code := s.stop(t, syscall.SIGTERM); code != 0 {
			t.Errorf("status %d", code)
		}
	}
	wantPost(http.StatusSeeOther)
	s = serve(t, site, data, far)
	wantPost(http.StatusForbidden)
	s = serve(t, site, data, halfway)
	wantPost(http.StatusSeeOther)
	confirmed := func(id string) *service {
		return begin(t, exec.Command("collector", "serve", "--site", site, "--data", data,
			"--addr", "127.0.0.1:0", "--clock", far, "--close", id))
	}
	if said, code := confirmed("crowds").end(t, nil); code != 1 || !strings.Contains(said, "--close の crowds というアンケートはありません") {
		t.Errorf("status %d\n%s", code, said)
	}
	s = confirmed("crowd")
	s.says(t, "level=INFO msg=受付を締め切りました。 survey=crowd")
	s.url = strings.TrimPrefix(s.says(t, "listening on "), "listening on ")
	wantPost(http.StatusGone)
	s = serve(t, site, data, halfway)
	wantPost(http.StatusGone)
}

// systemd is told when the service is ready, and not before.
func TestServiceNotifies(t *testing.T) {
	socket := filepath.Join(t.TempDir(), "notify")
	systemd, err := net.ListenUnixgram("unixgram", &net.UnixAddr{Name: socket, Net: "unixgram"})
	if err != nil {
		t.Fatal(err)
	}
	defer systemd.Close()
	systemd.SetDeadline(time.Now().Add(patience))
	told := func() string {
		t.Helper()
		message := make([]byte, 1000)
		n, err := systemd.Read(message)
		if err != nil {
			t.Fatal(err)
		}
		return string(message[:n])
	}
	site := siteWith(t)
	s := start(t, site, filepath.Join(t.TempDir(), "data"), halfway, "env", "NOTIFY_SOCKET="+socket)
	if got := told(); got != "READY=1" {
		t.Fatal(got)
	}
	s.url = strings.TrimPrefix(s.says(t, "listening on "), "listening on ")
	if got := s.post(t, "comment=x"); got != http.StatusSeeOther {
		t.Error(got)
	}
	// Type=notify-reload asks for the moment too. Whether or not the definitions
	// are good, the service is ready again.
	for _, definition := range []string{"", "{"} {
		if definition != "" {
			if err := os.WriteFile(filepath.Join(site, "surveys", "crowd", "survey.json"), []byte(definition), 0o666); err != nil {
				t.Fatal(err)
			}
		}
		s.Process.Signal(syscall.SIGHUP)
		if got := told(); !regexp.MustCompile(`\ARELOADING=1\n(MONOTONIC_USEC=\d+\n)?\z`).MatchString(got) {
			t.Errorf("%q", got)
		}
		if got := told(); got != "READY=1" {
			t.Error(got)
		}
	}
	// Told at once: the answer in flight is still there.
	conn := s.dial(t, "POST /answers/crowd HTTP/1.1\r\nHost: plan.example\r\nExpect: 100-continue\r\n"+
		"Content-Type: application/x-www-form-urlencoded\r\nContent-Length: 9\r\n\r\n")
	conn.Read(make([]byte, 1))
	s.Process.Signal(syscall.SIGTERM)
	if got := told(); got != "STOPPING=1" {
		t.Error(got)
	}
	io.WriteString(conn, "comment=x")
	s.end(t, nil)

	// A service that cannot start never says that it is ready.
	s = start(t, t.TempDir()+"/none", t.TempDir(), halfway, "env", "NOTIFY_SOCKET="+socket)
	if said, code := s.end(t, nil); code != 1 {
		t.Errorf("status %d\n%s", code, said)
	}
	systemd.SetDeadline(time.Now())
	if n, err := systemd.Read(make([]byte, 100)); err == nil {
		t.Errorf("%d bytes were said", n)
	}
}

// A definition that does not fit leaves all as it was, down to the lock's file.
func TestServiceTouchesNothingUnfit(t *testing.T) {
	site, data := siteWith(t), filepath.Join(t.TempDir(), "data")
	s := serve(t, site, data, halfway)
	s.post(t, "comment=x")
	s.stop(t, syscall.SIGTERM)
	lock := filepath.Join(data, "lock")
	if err := os.Remove(lock); err != nil { // as in a copy brought back
		t.Fatal(err)
	}
	writeSurvey(t, site, "crowd", closing, "ticket", 10)
	if said, code := start(t, site, data, halfway).end(t, nil); code != 1 || !strings.Contains(said, "access") {
		t.Errorf("status %d\n%s", code, said)
	}
	if _, err := os.Stat(lock); !os.IsNotExist(err) {
		t.Error("the lock's file was made")
	}
}

// How many answers wait together may grow, also while the service runs. It may
// not shrink: who answered was told that so many would.
func TestServiceReleasesByTheDefinition(t *testing.T) {
	site, data := t.TempDir(), filepath.Join(t.TempDir(), "data")
	released := func(s *service) int {
		t.Helper()
		if code := s.stop(t, syscall.SIGTERM); code != 0 {
			t.Errorf("status %d", code)
		}
		data, err := os.ReadFile(filepath.Join(data, "crowd", "responses.jsonl"))
		if err != nil && !os.IsNotExist(err) {
			t.Fatal(err)
		}
		return bytes.Count(data, []byte("\n"))
	}
	wait := func(count int) { writeSurvey(t, site, "crowd", closing, "open", count) }
	post := func(s *service) {
		t.Helper()
		for range 12 {
			if got := s.post(t, "comment=x"); got != http.StatusSeeOther {
				t.Fatal(got)
			}
		}
	}
	again := func(s *service, want string) string {
		t.Helper()
		if err := s.Process.Signal(syscall.SIGHUP); err != nil {
			t.Fatal(err)
		}
		return s.says(t, want)
	}
	const refused = "release: もう回答があるので、30より小さくはできません。"
	wait(20)
	s := serve(t, site, data, halfway)
	post(s)
	wait(30)
	again(s, readAgain)
	post(s)
	wait(10)
	if said := again(s, "level=WARN "); !strings.Contains(said, refused) {
		t.Errorf("on reading again: %s", said)
	}
	if n := released(s); n != 0 {
		t.Errorf("%d released where 30 should wait", n)
	}
	if said, code := start(t, site, data, halfway).end(t, nil); code != 1 || !strings.Contains(said, refused) {
		t.Errorf("status %d\n%s", code, said)
	}
	wait(30)
	s = serve(t, site, data, halfway)
	post(s)
	if n := released(s); n < 30 {
		t.Errorf("%d released of 36 where 30 wait", n)
	}
}

// systemd holds the socket, so nobody is refused while the service is started
// again. --addr is not opened.
func TestServiceTakesSocket(t *testing.T) {
	sockets := make([]*os.File, 2)
	for i := range sockets {
		ln, err := net.Listen("tcp", "127.0.0.1:0")
		if err != nil {
			t.Fatal(err)
		}
		defer ln.Close()
		if sockets[i], err = ln.(*net.TCPListener).File(); err != nil {
			t.Fatal(err)
		}
		defer sockets[i].Close()
	}
	address := func(f *os.File) string {
		ln, err := net.FileListener(f)
		if err != nil {
			t.Fatal(err)
		}
		defer ln.Close()
		return ln.Addr().String()
	}
	site, data := siteWith(t), filepath.Join(t.TempDir(), "data")
	activated := func(held ...*os.File) *service {
		t.Helper()
		// LISTEN_PID is the process that the shell becomes.
		cmd := exec.Command("sh", "-c", `LISTEN_PID=$$ exec "$@"`, "sh",
			"collector", "serve", "--site", site, "--data", data, "--addr", "192.0.2.1:80", "--clock", halfway)
		cmd.Env = append(os.Environ(), "LISTEN_FDS="+strconv.Itoa(len(held)))
		cmd.ExtraFiles = held
		return begin(t, cmd)
	}
	url := "http://" + address(sockets[0])
	for range 2 {
		early := make(chan int)
		before := &service{url: url}
		go func() { early <- before.post(t, "comment=early") }()
		s := activated(sockets[0])
		s.url = strings.TrimPrefix(s.says(t, "listening on "), "listening on ")
		if s.url != url {
			t.Errorf("at %s, not %s", s.url, url)
		}
		if got := <-early; got != http.StatusSeeOther {
			t.Errorf("who came before the service: %d", got)
		}
		if said, code := s.end(t, syscall.SIGTERM); code != 0 {
			t.Errorf("status %d\n%s", code, said)
		}
	}
	s := activated(sockets...)
	if said, code := s.end(t, nil); code != 1 || !strings.Contains(said, "systemd から渡されたソケットを使えません") {
		t.Errorf("two sockets: status %d\n%s", code, said)
	}
}

// An address that is taken is told before anything is touched.
func TestServiceFindsAddressTaken(t *testing.T) {
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer ln.Close()
	data := filepath.Join(t.TempDir(), "data")
	out, err := exec.Command("collector", "serve", "--site", siteWith(t), "--data", data, "--addr", ln.Addr().String()).CombinedOutput()
	if err == nil || !strings.HasPrefix(string(out), "collector: "+ln.Addr().String()+" では開けません。") {
		t.Errorf("%v\n%s", err, out)
	}
	if _, err := os.Stat(data); !os.IsNotExist(err) {
		t.Error("the data folder was made")
	}
}

// Over midnight the service counts, and status says it, in tens.
func TestServiceTellsHowMany(t *testing.T) {
	site, data := siteWith(t), filepath.Join(t.TempDir(), "data")
	s := serve(t, site, data, halfway)
	for range 12 {
		if got := s.post(t, "comment=x"); got != http.StatusSeeOther {
			t.Fatal(got)
		}
	}
	s.stop(t, syscall.SIGTERM)
	s = serve(t, site, data, "2026-11-15T23:59:58+09:00")
	for deadline := time.Now().Add(patience); ; time.Sleep(100 * time.Millisecond) {
		out, err := exec.Command("collector", "status", "crowd", "--site", site, "--data", data, "--addr", strings.TrimPrefix(s.url, "http://")).CombinedOutput()
		if err != nil {
			t.Fatalf("%v\n%s", err, out)
		}
		if said := string(out); strings.HasPrefix(said, "crowd: きのうの終わりまでに、10件以上の回答がありました。") {
			break
		} else if !strings.HasPrefix(said, "crowd: まだ分かりません。") || time.Now().After(deadline) {
			t.Fatal(said)
		}
	}
}
