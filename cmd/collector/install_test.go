//go:build unix

package main

// The settings in install/, as a real systemd and a real nginx read them.

import (
	"bytes"
	"fmt"
	"io/fs"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"
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

// No line of the proxy tells who answered, and nothing that was sent, or shown
// again, lies on its disk: also where an answer is large, wrong or cut off, and
// where the collector is away.
func TestProxyKeepsNothing(t *testing.T) {
	need(t, "nginx")
	s := serve(t, siteWith(t), t.TempDir(), halfway)
	dir := t.TempDir()
	settings := string(readFile(t, "install/nginx.conf"))
	for _, change := range []struct{ from, to string }{
		{`listen 443 ssl;`, "listen 127.0.0.1:PORT;"},
		{`ssl_certificate(_key)? .*;`, ""},
		{`http://127\.0\.0\.1:8080`, s.url},
	} {
		re := regexp.MustCompile(change.from)
		if !re.MatchString(settings) {
			t.Fatalf("install/nginx.conf has no %s", change.from)
		}
		settings = re.ReplaceAllString(settings, change.to)
	}
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	address := ln.Addr().String()
	ln.Close()
	settings = strings.ReplaceAll(settings, "127.0.0.1:PORT", address)
	conf := filepath.Join(dir, "nginx.conf")
	// A log that tells everything, unless the settings say otherwise, and
	// temporary files that stay.
	err = os.WriteFile(conf, fmt.Appendf(nil, `
daemon off; master_process off; pid %[1]s/pid; error_log %[1]s/error.log info;
events {}
http {
	access_log %[1]s/access.log;
	client_body_temp_path %[1]s/body; proxy_temp_path %[1]s/proxy;
	fastcgi_temp_path %[1]s/f; uwsgi_temp_path %[1]s/u; scgi_temp_path %[1]s/s;
	client_body_in_file_only on;
	%[2]s
}`, dir, settings), 0o600)
	if err != nil {
		t.Fatal(err)
	}
	proxy := exec.Command("nginx", "-p", dir, "-c", conf)
	var said bytes.Buffer
	proxy.Stdout, proxy.Stderr = &said, &said
	if err := proxy.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		proxy.Process.Kill()
		proxy.Wait()
		if t.Failed() {
			t.Log(string(readFile(t, filepath.Join(dir, "error.log"))))
		}
	})
	front := "http://" + address
	for deadline := time.Now().Add(patience); ; time.Sleep(20 * time.Millisecond) {
		if res, err := http.Get(front + "/healthz"); err == nil {
			res.Body.Close()
			break
		}
		if time.Now().After(deadline) {
			t.Fatalf("nginx does not listen:\n%s", said.String())
		}
	}

	const sentinel = "sentinel-7531"
	send := func(want int, path, body string) {
		t.Helper()
		req, err := http.NewRequest("POST", front+path, strings.NewReader(body))
		if err != nil {
			t.Fatal(err)
		}
		req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		req.Header.Set("User-Agent", sentinel)
		req.Header.Set("Origin", front)
		res, err := noRedirect.Do(req)
		if err != nil {
			t.Fatal(err)
		}
		defer res.Body.Close()
		if res.StatusCode != want {
			t.Errorf("%s: %s, want %d", path, res.Status, want)
		}
	}
	send(http.StatusSeeOther, "/answers/crowd?"+sentinel, "who=b3&comment="+sentinel)
	send(http.StatusUnprocessableEntity, "/answers/crowd", "who=b99&comment="+strings.Repeat(sentinel, 4000))
	send(http.StatusRequestEntityTooLarge, "/answers/crowd", "who=b3&comment="+strings.Repeat(sentinel, 10000))
	send(http.StatusNotFound, "/answers/none", "who=b3&comment="+sentinel)
	s.stop(t, os.Interrupt)
	send(http.StatusBadGateway, "/answers/crowd", "who=b3&comment="+sentinel)

	err = filepath.WalkDir(dir, func(name string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() || name == conf {
			return err
		}
		data, err := os.ReadFile(name)
		for _, trace := range []string{sentinel, "/answers/", "crowd"} {
			if bytes.Contains(data, []byte(trace)) {
				t.Errorf("%s holds %q", filepath.Base(name), trace)
			}
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}

// systemd takes the unit, and the unit keeps what is in memory from the disk.
func TestUnit(t *testing.T) {
	unit := string(readFile(t, "install/staffplan.service"))
	for _, line := range []string{"LimitCORE=0", "MemorySwapMax=0", "UMask=0077", "StateDirectoryMode=0700"} {
		if !strings.Contains(unit, "\n"+line+"\n") {
			t.Errorf("no %s", line)
		}
	}
	need(t, "systemd-analyze")
	dir := t.TempDir()
	// It looks for the program that the unit starts.
	unit = strings.ReplaceAll(unit, "/opt/staffplan/collector", "/bin/true")
	for name, text := range map[string]string{"staffplan.service": unit, "staffplan.socket": string(readFile(t, "install/staffplan.socket"))} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	out, err := exec.Command("systemd-analyze", "verify", filepath.Join(dir, "staffplan.service"), filepath.Join(dir, "staffplan.socket")).CombinedOutput()
	if err != nil || len(out) > 0 {
		t.Errorf("%v\n%s", err, out)
	}
}
