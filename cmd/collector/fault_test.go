//go:build linux

package main

// A real service on a disk that fails, and the order of its system calls, both
// by strace.

import (
	"bufio"
	"fmt"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"syscall"
	"testing"
)

func needStrace(t *testing.T) {
	t.Helper()
	if _, err := exec.LookPath("strace"); err != nil {
		if os.Getenv("CI") != "" {
			t.Fatal("strace is needed: ", err)
		}
		t.Skip("needs strace")
	}
}

// trace attaches strace to a service and waits until it holds all its threads.
// detach ends it.
func (s *service) trace(t *testing.T, args ...string) (detach func()) {
	t.Helper()
	needStrace(t)
	args = append([]string{"-f", "-p", fmt.Sprint(s.Process.Pid)}, args...)
	cmd := exec.Command("strace", args...)
	stderr, err := cmd.StderrPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	detach = sync.OnceFunc(func() {
		cmd.Process.Signal(os.Interrupt)
		cmd.Wait()
	})
	t.Cleanup(detach)
	line, _ := bufio.NewReader(stderr).ReadString('\n')
	if !strings.Contains(line, "attached") {
		if strings.Contains(line, "not permitted") && os.Getenv("CI") == "" {
			t.Skip("strace may not look at processes here")
		}
		t.Fatal("strace: ", line)
	}
	return detach
}

func healthz(t *testing.T, url string) int {
	t.Helper()
	res, err := http.Get(url + "/healthz")
	if err != nil {
		t.Fatal(err)
	}
	res.Body.Close()
	return res.StatusCode
}

// TestFailingDisk has one kind of call fail, on one file, under a service that
// has worked so far. Then nothing is acknowledged until a restart, and the
// restart finds all that was.
func TestFailingDisk(t *testing.T) {
	const rename = "?rename,?renameat,?renameat2"
	for _, test := range []struct {
		name, survey, calls, file string
	}{
		{"write of a frame", "late", "write", "intake-1"},
		{"sync of a frame", "late", "fdatasync", "intake-1"},
		{"next intake", "crowd", "openat", "intake-3.tmp"},
		{"write of a release", "crowd", "write", "pending.tmp"},
		{"sync of a release", "crowd", "fdatasync", "pending.tmp"},
		{"commit of a release", "crowd", rename, "pending.tmp"},
		{"sync of the folder", "crowd", "fsync", ""},
		{"write of released answers", "crowd", "write", "responses.jsonl"},
		{"sync of released answers", "crowd", "fdatasync", "comments.jsonl"},
		{"end of a release", "crowd", rename, "pending"},
		{"wiping", "crowd", "?unlink,unlinkat", "trash-pending"},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			site := writeSite(t)
			c := newStaff(filepath.Join(t.TempDir(), "data"))
			s := serve(t, site, c.data, halfway)
			post := func() int { return c.post(http.DefaultClient, s.url, test.survey) }
			for range 12 {
				if status := post(); status != http.StatusCreated {
					t.Fatal("status", status)
				}
			}
			file := filepath.Join(c.data, test.survey, test.file)
			s.trace(t, "-o", os.DevNull, "-P", file, "-e", "trace="+test.calls, "-e", "inject="+test.calls+":error=EIO")
			status := http.StatusCreated
			for tries := 0; status == http.StatusCreated; tries++ {
				if status = post(); tries == 1000 {
					t.Fatal("no call has failed")
				}
			}
			for range 10 {
				if status != http.StatusServiceUnavailable {
					t.Fatal("after the failure: status", status)
				}
				status = post()
			}
			if got := healthz(t, s.url); got != http.StatusServiceUnavailable {
				t.Errorf("healthz: status %d", got)
			}
			if code := s.stop(t, syscall.SIGTERM); code != 0 {
				t.Errorf("status %d", code)
			}
			c.wantAll(t, site)
		})
	}
}

// TestFailingFirstAnswer: a sync fails while storage is made for the very first
// answer. Nothing is taken until a restart, though the disk is sound again.
func TestFailingFirstAnswer(t *testing.T) {
	needStrace(t)
	for _, calls := range []string{"fdatasync", "fsync"} {
		site := siteWith(t)
		data := filepath.Join(t.TempDir(), "data")
		s := serve(t, site, data, halfway)
		detach := s.trace(t, "-o", os.DevNull, "-e", "trace="+calls, "-e", "inject="+calls+":error=EIO")
		if got := s.post(t, "comment=x"); got != http.StatusServiceUnavailable {
			t.Fatalf("%s fails: status %d", calls, got)
		}
		detach()
		for range 3 {
			if got := s.post(t, "comment=x"); got != http.StatusServiceUnavailable {
				t.Errorf("after %s failed: status %d", calls, got)
			}
		}
		if got := healthz(t, s.url); got != http.StatusServiceUnavailable {
			t.Errorf("healthz: status %d", got)
		}
		s.stop(t, syscall.SIGTERM)
		if got := serve(t, site, data, halfway).post(t, "comment=x"); got != http.StatusSeeOther {
			t.Errorf("after a restart: status %d", got)
		}
	}
}

// TestFailingStart: what cannot be made sure of is not served.
func TestFailingStart(t *testing.T) {
	needStrace(t)
	site := writeSite(t)
	c := newStaff(filepath.Join(t.TempDir(), "data"))
	s := serve(t, site, c.data, halfway)
	for range 5 {
		c.post(http.DefaultClient, s.url, "crowd")
	}
	s.Process.Kill()
	s.Wait()
	for _, calls := range []string{"fdatasync", "fsync"} {
		// -D makes strace the child: the exit status is the service's.
		s := start(t, site, c.data, halfway, "strace", "-D", "-f", "-qq", "-o", os.DevNull,
			"-e", "trace="+calls, "-e", "inject="+calls+":error=EIO")
		s.says(t, "collector: "+c.data)
		s.Wait()
		if code := s.ProcessState.ExitCode(); code != 1 {
			t.Errorf("%s fails: status %d", calls, code)
		}
	}
	c.wantAll(t, site)
}

// TestFillingDisk has writes find no space, for a while.
func TestFillingDisk(t *testing.T) {
	site := writeSite(t)
	c := newStaff(filepath.Join(t.TempDir(), "data"))
	s := serve(t, site, c.data, halfway)
	post := func(want int) {
		t.Helper()
		if got := c.post(http.DefaultClient, s.url, "late"); got != want {
			t.Fatalf("status %d, want %d", got, want)
		}
	}
	post(http.StatusCreated)
	detach := s.trace(t, "-o", os.DevNull, "-P", filepath.Join(c.data, "late", "intake-1"), "-e", "trace=write", "-e", "inject=write:error=ENOSPC")
	for range 5 {
		post(http.StatusServiceUnavailable)
	}
	if got := healthz(t, s.url); got != http.StatusServiceUnavailable {
		t.Errorf("healthz: status %d", got)
	}
	detach()
	post(http.StatusCreated)
	if got := healthz(t, s.url); got != http.StatusOK {
		t.Errorf("healthz, with space again: status %d", got)
	}
	if code := s.stop(t, syscall.SIGTERM); code != 0 {
		t.Errorf("status %d", code)
	}
	c.wantAll(t, site)
}

var (
	// A line of strace: thread, call or the rest of one.
	frameWritten = regexp.MustCompile(`^\d+ +write\(\d+<[^>]*/intake-\d+>, `)
	syncBegun    = regexp.MustCompile(`^(\d+) +fdatasync\(\d+<[^>]*/intake-\d+>(.*)`)
	syncEnded    = regexp.MustCompile(`^(\d+) +<\.\.\. fdatasync resumed>.*= (\S+)`)
	acknowledged = regexp.MustCompile(`^\d+ +write\(\d+<[^>]*>, "HTTP/1\.1 201 `)
	opinion      = regexp.MustCompile(`opinion-\d+`)
)

// TestSyncBeforeReply watches the calls of a service: at no moment has it
// written more replies than a sync that has returned has made durable answers.
func TestSyncBeforeReply(t *testing.T) {
	site := writeSite(t)
	c := newStaff(filepath.Join(t.TempDir(), "data"))
	s := serve(t, site, c.data, halfway)
	out := filepath.Join(t.TempDir(), "trace")
	detach := s.trace(t, "-o", out, "-y", "-s", "65536", "-e", "signal=none", "-e", "trace=write,writev,pwrite64,fdatasync,sendto,sendmsg")
	for range 10 { // one after the other
		c.post(http.DefaultClient, s.url, "crowd")
	}
	var clients sync.WaitGroup
	for range 8 { // and sharing syncs
		clients.Go(func() {
			for range 10 {
				c.post(http.DefaultClient, s.url, "late")
			}
		})
	}
	clients.Wait()
	detach()
	if len(c.acked) != 90 {
		t.Fatalf("%d of 90 acknowledged", len(c.acked))
	}

	file, err := os.Open(out)
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	lines := bufio.NewScanner(file)
	lines.Buffer(nil, 1<<20)
	written, durable, replies, syncs := 0, 0, 0, 0
	underWay := map[string]int{} // by thread: what stood written when its sync began
	for lines.Scan() {
		line := lines.Text()
		if frameWritten.MatchString(line) {
			written += len(opinion.FindAllString(line, -1))
		} else if m := syncBegun.FindStringSubmatch(line); m != nil {
			if strings.Contains(m[2], "unfinished") {
				underWay[m[1]] = written
			} else if strings.HasSuffix(m[2], "= 0") {
				durable = written
				syncs++
			}
		} else if m := syncEnded.FindStringSubmatch(line); m != nil && m[2] == "0" {
			durable = max(durable, underWay[m[1]])
			syncs++
		} else if acknowledged.MatchString(line) {
			if replies++; replies > durable {
				t.Fatalf("reply %d, but %d answers are durable:\n%s", replies, durable, line)
			}
		}
	}
	if err := lines.Err(); err != nil {
		t.Fatal(err)
	}
	t.Logf("%d answers written, %d durable by %d syncs, %d replies", written, durable, syncs, replies)
	if written != 90 || durable != 90 || replies != 90 {
		t.Errorf("%d answers written, %d durable, %d replies; want 90", written, durable, replies)
	}
	s.stop(t, syscall.SIGTERM)
	c.wantAll(t, site)
}
