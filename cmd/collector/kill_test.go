//go:build unix

package main

// Real processes under load: killed, asked to stop, and started on other days.
// Whatever was acknowledged is released exactly once, with its text.

import (
	"bufio"
	"bytes"
	"encoding/hex"
	"encoding/json"
	"flag"
	"fmt"
	"io"
	"maps"
	"math/rand/v2"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"filippo.io/age"

	"staffplan/collector/journal"
	"staffplan/collector/ticket"
)

var cycles = flag.Int("cycles", 8, "how often the service is killed under load")

// The moments that the surveys below turn on.
const (
	beforeOpening = "2026-10-15T09:00:00+09:00"
	halfway       = "2026-11-15T09:00:00+09:00"
	afterClosing  = "2026-12-01T00:00:00+09:00" // also the first of a month
	opening       = "2026-11-01T00:00:00+09:00"
	closing       = "2026-11-30T23:59:59+09:00"
)

// surveys are those that the tests below answer. Their answers tell who sent
// them: 20 options, for the bits of a number.
var surveys = []struct {
	id, closes, access string
	release            int
}{
	{"crowd", closing, "open", 10},
	{"box", "", "open", 25}, // a standing form
	{"slips", closing, "ticket", 10},
	{"late", closing, "open", 100_000}, // releases nothing before it closes
}

const bits = 20

func writeSite(t *testing.T) (site string) {
	t.Helper()
	site = t.TempDir()
	for _, s := range surveys {
		writeSurvey(t, site, s.id, s.closes, s.access, s.release)
	}
	return site
}

func writeSurvey(t *testing.T, site, id, closes, access string, release int) {
	t.Helper()
	var options []string
	for i := range bits {
		options = append(options, fmt.Sprintf(`{"value":"b%d","text":"%d","part_of":""}`, i, i))
	}
	folder := filepath.Join(site, "surveys", id)
	if err := os.MkdirAll(folder, 0o777); err != nil {
		t.Fatal(err)
	}
	definition := fmt.Sprintf(`{"id":%q,"title":"調べ","opens":%q,"closes":%q,"access":%q,"sealed_to":"",
 "release":%d,"minimum":10,"minimum_comments":10,"previous":"","headcount":{},
 "questions":[{"id":"who","kind":"multi","text":"番号","options":[%s]},
  {"id":"comment","kind":"text","text":"意見","required":true,"max":100}]}`,
		id, opening, closes, access, release, strings.Join(options, ","))
	if err := os.WriteFile(filepath.Join(folder, "survey.json"), []byte(definition), 0o666); err != nil {
		t.Fatal(err)
	}
}

// service is a collector in a process of its own.
type service struct {
	*exec.Cmd
	url    string
	stderr *bufio.Reader
}

// start does not wait until it listens. The command may stand behind another.
func start(t *testing.T, site, data, clock string, before ...string) *service {
	t.Helper()
	args := append(before, "collector", "serve", "--site", site, "--data", data, "--addr", "127.0.0.1:0", "--clock", clock)
	return begin(t, exec.Command(args[0], args[1:]...))
}

func begin(t *testing.T, cmd *exec.Cmd) *service {
	t.Helper()
	s := &service{Cmd: cmd}
	stderr, err := s.StderrPipe()
	if err != nil {
		t.Fatal(err)
	}
	s.stderr = bufio.NewReader(stderr)
	if err := s.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		s.Process.Kill() // if it still runs
		s.Wait()
	})
	return s
}

func serve(t *testing.T, site, data, clock string) *service {
	t.Helper()
	s := start(t, site, data, clock)
	s.url = strings.TrimPrefix(s.says(t, "listening on "), "listening on ")
	return s
}

// says waits for a line that starts so.
func (s *service) says(t *testing.T, prefix string) string {
	t.Helper()
	var before strings.Builder
	for {
		line, err := s.stderr.ReadString('\n')
		if strings.HasPrefix(line, prefix) {
			return strings.TrimSpace(line)
		}
		// Once it listens it may say nothing more.
		if before.WriteString(line); err != nil || strings.HasPrefix(line, "listening on ") {
			t.Fatalf("the service does not say %q but %q", prefix, before.String())
		}
	}
}

// stop sends a signal and gives the exit status.
func (s *service) stop(t *testing.T, signal os.Signal) int {
	t.Helper()
	if err := s.Process.Signal(signal); err != nil {
		t.Fatal(err)
	}
	s.Wait()
	return s.ProcessState.ExitCode()
}

// staff sends answers and remembers what it was told.
type staff struct {
	data string
	key  *age.X25519Identity // opens the survey slips; nil where it is not sealed

	mu      sync.Mutex
	next    int
	sent    map[int]string // the survey
	acked   map[int]bool
	tickets []ticket.Code // not used yet
	used    map[int]ticket.Code
}

func newStaff(data string) *staff {
	return &staff{data: data, sent: map[int]string{}, acked: map[int]bool{}, used: map[int]ticket.Code{}}
}

// giveTickets makes so many known before the first start.
func (c *staff) giveTickets(t *testing.T, n int) {
	t.Helper()
	var hashes [][32]byte
	for range n {
		code := ticket.New()
		c.tickets, hashes = append(c.tickets, code), append(hashes, code.Hash())
	}
	if err := os.MkdirAll(c.data, 0o700); err != nil {
		t.Fatal(err)
	}
	j, err := journal.Open(filepath.Join(c.data, "slips"), journal.Options{Release: 10})
	if err != nil {
		t.Fatal(err)
	}
	if err := j.AddTickets(t.Context(), hashes); err != nil {
		t.Fatal(err)
	}
	if err := j.Close(); err != nil {
		t.Fatal(err)
	}
}

// comment is the text of answer n.
func comment(n int) string { return fmt.Sprintf("opinion-%d", n) }

// turn draws up the next answer.
func (c *staff) turn(id string) (n int, body string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.next++
	n = c.next
	c.sent[n] = id
	var who []string
	for i := range bits {
		if n>>i&1 == 1 {
			who = append(who, fmt.Sprintf(`"b%d"`, i))
		}
	}
	slip := ""
	if id == "slips" {
		last := len(c.tickets) - 1
		c.used[n], c.tickets = c.tickets[last], c.tickets[:last]
		slip = fmt.Sprintf(`"ticket":%q,`, string(c.used[n]))
	}
	return n, fmt.Sprintf(`{%s"who":[%s],"comment":%q}`, slip, strings.Join(who, ","), comment(n))
}

// post sends one answer and gives the status, 0 if there was no reply.
func (c *staff) post(client *http.Client, url, id string) int {
	n, body := c.turn(id)
	res, err := client.Post(url+"/answers/"+id, "application/json", strings.NewReader(body))
	if err != nil {
		return 0
	}
	defer res.Body.Close()
	io.Copy(io.Discard, res.Body)
	if res.StatusCode == http.StatusCreated {
		c.mu.Lock()
		c.acked[n] = true
		c.mu.Unlock()
	}
	return res.StatusCode
}

// load has several clients send answers until nobody replies.
func (c *staff) load(t *testing.T, url string) *sync.WaitGroup {
	var clients sync.WaitGroup
	for i := range 8 {
		clients.Go(func() {
			transport := &http.Transport{}
			defer transport.CloseIdleConnections()
			client := &http.Client{Transport: transport}
			for turn := i; ; turn++ {
				id := []string{"crowd", "box", "slips"}[turn%3]
				if c.mu.Lock(); len(c.tickets) < 8 && id == "slips" {
					id = "crowd"
				}
				c.mu.Unlock()
				switch status := c.post(client, url, id); status {
				case http.StatusCreated:
				case 0:
					return
				default:
					t.Errorf("%s: status %d", id, status)
					return
				}
			}
		})
	}
	return &clients
}

// wantAll ends the surveys, and wants every acknowledged answer released once,
// and what was sent without a reply once or not at all, each with its text.
func (c *staff) wantAll(t *testing.T, site string) {
	t.Helper()
	if code := serve(t, site, c.data, afterClosing).stop(t, syscall.SIGTERM); code != 0 {
		t.Errorf("the last service: status %d", code)
	}
	answers, texts := map[int]int{}, map[int]int{}
	released := 0
	for _, id := range slices.Compact(slices.Sorted(maps.Values(c.sent))) {
		dir := filepath.Join(c.data, id)
		if err := journal.Verify(dir); err != nil {
			t.Error(err)
		}
		var keys []age.Identity
		if c.key != nil && id == "slips" {
			keys = append(keys, c.key)
		}
		r, err := readAll(dir, keys...)
		if err != nil {
			t.Fatal(err)
		}
		for _, line := range r.Answers {
			var stored struct {
				Survey  string
				Answers struct{ Who []string }
			}
			if err := json.Unmarshal(line, &stored); err != nil {
				t.Fatalf("%v: %s", err, line)
			}
			n := 0
			for _, value := range stored.Answers.Who {
				var bit int
				fmt.Sscanf(value, "b%d", &bit)
				n |= 1 << bit
			}
			if c.sent[n] != id || stored.Survey != id {
				t.Errorf("%s: nobody sent %s", id, line)
			}
			answers[n]++
			released++
		}
		for _, line := range r.Texts {
			var stored struct{ Survey, Text string }
			if err := json.Unmarshal(line, &stored); err != nil {
				t.Fatalf("%v: %s", err, line)
			}
			var n int
			fmt.Sscanf(stored.Text, "opinion-%d", &n)
			if c.sent[n] != id || stored.Survey != id || stored.Text != comment(n) {
				t.Errorf("%s: nobody sent %s", id, line)
			}
			texts[n]++
		}
	}
	wrong := 0
	for n, id := range c.sent {
		ok := answers[n] == texts[n] && answers[n] <= 1 && (answers[n] == 1 || !c.acked[n])
		if !ok && wrong < 5 {
			t.Errorf("%s, answer %d: acknowledged %v, released %d times, its text %d times", id, n, c.acked[n], answers[n], texts[n])
			wrong++
		}
	}
	c.wantSpent(t, answers)
	t.Logf("%d sent, %d acknowledged, %d released", len(c.sent), len(c.acked), released)
}

// wantSpent wants the tickets of released answers, and no other, to be spent.
func (c *staff) wantSpent(t *testing.T, released map[int]int) {
	t.Helper()
	var want []string
	for n, code := range c.used {
		if released[n] > 0 {
			hash := code.Hash()
			want = append(want, hex.EncodeToString(hash[:]))
		}
	}
	if len(want) == 0 {
		return
	}
	data, err := os.ReadFile(filepath.Join(c.data, "slips", "spent.txt"))
	if err != nil {
		t.Fatal(err)
	}
	slices.Sort(want)
	if got := strings.Fields(string(data)); !slices.Equal(got, want) {
		t.Errorf("%d tickets are spent, want those of the %d answers", len(got), len(want))
	}
}

// TestKill kills the service under load, and some services while they start.
func TestKill(t *testing.T) {
	site := writeSite(t)
	c := newStaff(filepath.Join(t.TempDir(), "data"))
	c.giveTickets(t, *cycles*40)
	for cycle := range *cycles {
		if cycle%3 == 2 {
			s := start(t, site, c.data, halfway)
			time.Sleep(rand.N(20 * time.Millisecond))
			s.Process.Kill()
			s.Wait()
		}
		s := serve(t, site, c.data, halfway)
		clients := c.load(t, s.url)
		time.Sleep(20*time.Millisecond + rand.N(130*time.Millisecond))
		s.Process.Kill()
		s.Wait()
		clients.Wait()
	}
	c.wantAll(t, site)
}

// TestTerminate: a service that is asked to stop ends with status 0.
func TestTerminate(t *testing.T) {
	site := writeSite(t)
	c := newStaff(filepath.Join(t.TempDir(), "data"))
	c.giveTickets(t, 100)
	for _, signal := range []os.Signal{syscall.SIGTERM, os.Interrupt, syscall.SIGTERM} {
		s := serve(t, site, c.data, halfway)
		clients := c.load(t, s.url)
		time.Sleep(20*time.Millisecond + rand.N(100*time.Millisecond))
		if code := s.stop(t, signal); code != 0 {
			t.Errorf("%v: status %d", signal, code)
		}
		clients.Wait()
	}
	c.wantAll(t, site)
}

// TestClock goes through the opening and the closing, and back.
func TestClock(t *testing.T) {
	site := writeSite(t)
	c := newStaff(filepath.Join(t.TempDir(), "data"))
	wantStatus := func(s *service, when string, want int) {
		t.Helper()
		if got := c.post(http.DefaultClient, s.url, "crowd"); got != want {
			t.Errorf("%s: status %d, want %d", when, got, want)
		}
		form, err := http.PostForm(s.url+"/answers/crowd", nil)
		if err != nil {
			t.Fatal(err)
		}
		form.Body.Close()
		if want >= 400 && form.StatusCode != want {
			t.Errorf("%s: a form gets status %d, want %d", when, form.StatusCode, want)
		}
	}
	// through sends until the status changes from one to the other.
	through := func(moment string, from, to int) {
		t.Helper()
		at, err := time.Parse(time.RFC3339, moment)
		if err != nil {
			t.Fatal(err)
		}
		s := serve(t, site, c.data, at.Add(-time.Second).Format(time.RFC3339))
		seen := 0
		for {
			status := c.post(http.DefaultClient, s.url, "crowd")
			if status == to {
				break
			}
			if seen++; status != from {
				t.Fatalf("%s: status %d", moment, status)
			}
			time.Sleep(20 * time.Millisecond)
		}
		if seen == 0 {
			t.Errorf("%s: status %d was never seen", moment, from)
		}
		wantStatus(s, "just after", to)
		if to == http.StatusGone {
			waitFinished(t, filepath.Join(c.data, "crowd"))
		}
		if code := s.stop(t, syscall.SIGTERM); code != 0 {
			t.Errorf("status %d", code)
		}
	}
	on := func(clock, when string, want int) {
		t.Helper()
		s := serve(t, site, c.data, clock)
		wantStatus(s, when, want)
		s.stop(t, syscall.SIGTERM)
	}

	on(beforeOpening, "before the opening", http.StatusForbidden)
	through(opening, http.StatusForbidden, http.StatusCreated)
	on(beforeOpening, "back before the opening", http.StatusForbidden)
	on(halfway, "open again", http.StatusCreated)
	through(closing, http.StatusCreated, http.StatusGone)
	released := readFile(t, filepath.Join(c.data, "crowd", "responses.jsonl"))
	on(halfway, "back before the closing", http.StatusGone)
	on(beforeOpening, "back before the opening, once closed", http.StatusGone)

	s := serve(t, site, c.data, halfway)
	writeSurvey(t, site, "crowd", "2027-11-30T23:59:59+09:00", "open", 10)
	if err := s.Process.Signal(syscall.SIGHUP); err != nil {
		t.Fatal(err)
	}
	s.says(t, readAgain)
	wantStatus(s, "closes moved, read again", http.StatusGone)
	s.stop(t, syscall.SIGTERM)
	on(halfway, "closes moved", http.StatusGone)
	writeSurvey(t, site, "crowd", "", "open", 10)
	on(halfway, "a standing form now", http.StatusGone)

	if !bytes.Equal(readFile(t, filepath.Join(c.data, "crowd", "responses.jsonl")), released) {
		t.Error("the released answers changed after the closing")
	}
	writeSurvey(t, site, "crowd", closing, "open", 10)
	c.wantAll(t, site)
}

// waitFinished waits until all that closing does is done.
func waitFinished(t *testing.T, dir string) {
	t.Helper()
	for range 6000 {
		done, err := journal.IsFinished(dir)
		if err != nil {
			t.Fatal(err)
		}
		if done {
			return
		}
		time.Sleep(10 * time.Millisecond)
	}
	t.Fatal("the survey does not close")
}

func readFile(t *testing.T, name string) []byte {
	t.Helper()
	data, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	return data
}
