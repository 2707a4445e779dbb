//go:build linux

package main

// The unit in install/, as a real systemd reads it, and the service within what it
// allows.

import (
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"syscall"
	"testing"
)

func need(t *testing.T, name string) {
	t.Helper()
	if _, err := exec.LookPath(name); err != nil {
		if os.Getenv("CI") != "" {
			t.Fatal(err)
		}
		t.Skip(err)
	}
}

// systemd takes the unit. It keeps what is in memory from the disk, and what it
// leaves to the service is little (0 to 10, here in tenths).
func TestUnit(t *testing.T) {
	unit := string(readFile(t, "install/staffplan.service"))
	for _, line := range []string{"LimitCORE=0", "MemorySwapMax=0", "UMask=0077", "StateDirectoryMode=0700"} {
		if !strings.Contains(unit, "\n"+line+"\n") {
			t.Errorf("no %s", line)
		}
	}
	need(t, "systemd-analyze")
	dir := t.TempDir()
	service, socket := filepath.Join(dir, "staffplan.service"), filepath.Join(dir, "staffplan.socket")
	// It looks for the program that the unit starts.
	unit = strings.ReplaceAll(unit, "/opt/staffplan/collector", "/bin/true")
	for name, text := range map[string]string{service: unit, socket: string(readFile(t, "install/staffplan.socket"))} {
		if err := os.WriteFile(name, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	out, err := exec.Command("systemd-analyze", "verify", service, socket).CombinedOutput()
	if err != nil || len(out) > 0 {
		t.Errorf("%v\n%s", err, out)
	}
	out, err = exec.Command("systemd-analyze", "security", "--offline=true", "--no-pager", "--threshold=9", service).CombinedOutput()
	if err != nil {
		t.Errorf("%v\n%s", err, out)
	}
}

// Without a network of its own the service answers on the socket that it is
// handed, and it asks the kernel for nothing that the unit refuses. (No systemd
// runs where this is tested: the network is taken away as it would, the rest is
// compared.)
func TestUnitLetsItServe(t *testing.T) {
	needStrace(t)
	need(t, "systemd-analyze")
	if os.Geteuid() != 0 {
		t.Skip("needs root to take the network away")
	}
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer ln.Close()
	held, err := ln.(*net.TCPListener).File()
	if err != nil {
		t.Fatal(err)
	}
	defer held.Close()
	systemd, err := net.ListenUnixgram("unixgram", &net.UnixAddr{Name: filepath.Join(t.TempDir(), "notify"), Net: "unixgram"})
	if err != nil {
		t.Fatal(err)
	}
	defer systemd.Close()
	site, data, calls := formSite(t), t.TempDir(), filepath.Join(t.TempDir(), "calls")
	// -D makes strace the child; what execs the collector is not the service yet.
	cmd := exec.Command("strace", "-D", "-f", "-qq", "-o", calls, "sh", "-c", `LISTEN_PID=$$ exec "$@"`, "sh",
		"collector", "serve", "--site", site, "--data", data, "--clock", halfway)
	cmd.Env = append(os.Environ(), "LISTEN_FDS=1", "NOTIFY_SOCKET="+systemd.LocalAddr().String())
	cmd.ExtraFiles = []*os.File{held}
	cmd.SysProcAttr = &syscall.SysProcAttr{Cloneflags: syscall.CLONE_NEWNET}
	s := begin(t, cmd)
	s.url = strings.TrimPrefix(s.says(t, "listening on "), "listening on ")
	for range 25 {
		if got := s.post(t, "who=b1&comment=x"); got != http.StatusSeeOther {
			t.Errorf("status %d", got)
		}
	}
	if res, err := http.Get(s.url + "/surveys/crowd/"); err != nil || res.StatusCode != http.StatusOK {
		t.Errorf("%v, %v", res, err)
	}
	s.Process.Signal(syscall.SIGHUP)
	s.says(t, "level=INFO msg=") // that it has read its definitions again
	if said, code := s.end(t, syscall.SIGTERM); code != 0 {
		t.Errorf("status %d\n%s", code, said)
	}

	allowed := allowedCalls(t)
	traced := string(readFile(t, calls))
	_, traced, found := strings.Cut(traced, `"collector", "serve"`)
	if !found {
		t.Fatal("strace has not seen the service start")
	}
	used := map[string]bool{}
	for _, call := range regexp.MustCompile(`(?m)^\d+ +(\w+)\((.*)$`).FindAllStringSubmatch(traced, -1) {
		used[call[1]] = true
		if call[1] == "socket" && !strings.HasPrefix(call[2], "AF_UNIX,") {
			t.Errorf("a socket that RestrictAddressFamilies= refuses: %s", call[2])
		}
	}
	for call := range used {
		if !allowed[call] {
			t.Errorf("SystemCallFilter= refuses %s", call)
		}
	}
	if !used["fdatasync"] || !used["accept4"] {
		t.Errorf("strace has seen only %v", used)
	}
}

// allowedCalls is what SystemCallFilter= of the unit leaves.
func allowedCalls(t *testing.T) map[string]bool {
	t.Helper()
	out, err := exec.Command("systemd-analyze", "--no-pager", "syscall-filter").Output()
	if err != nil {
		t.Fatal(err)
	}
	sets, set := map[string][]string{}, ""
	for line := range strings.Lines(string(out)) {
		switch name := strings.TrimSpace(line); {
		case strings.HasPrefix(line, "@"):
			set = name
		case name != "" && !strings.HasPrefix(name, "#"):
			sets[set] = append(sets[set], name)
		}
	}
	allowed := map[string]bool{}
	var put func(name string, allow bool)
	put = func(name string, allow bool) {
		if !strings.HasPrefix(name, "@") {
			allowed[name] = allow
		}
		for _, member := range sets[name] {
			put(member, allow)
		}
	}
	put("@default", true) // in every list
	for _, filter := range regexp.MustCompile(`(?m)^SystemCallFilter=(~?)(.*)$`).FindAllStringSubmatch(string(readFile(t, "install/staffplan.service")), -1) {
		for _, name := range strings.Fields(filter[2]) {
			put(name, filter[1] == "")
		}
	}
	return allowed
}
