//go:build unix

package main

// Copies of a service at work, by collector backup and by other programs.

import (
	"bytes"
	"fmt"
	"io"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"filippo.io/age"
)

// TestBackup takes copies under load, one of the surveys being sealed and
// answered with tickets. Each is restored and closed: every answer that was
// acknowledged before is there once, with its text and its ticket. What cp and
// tar take at the same time is as good, or is refused.
func TestBackup(t *testing.T) {
	copies := 20
	if testing.Short() {
		copies = 3
	}
	site, folder := writeSite(t), t.TempDir()
	c := newStaff(filepath.Join(folder, "data"))
	var err error
	if c.key, err = age.GenerateX25519Identity(); err != nil {
		t.Fatal(err)
	}
	definition := filepath.Join(site, "surveys", "slips", "survey.json")
	sealed := bytes.Replace(readFile(t, definition), []byte(`"sealed_to":""`), fmt.Appendf(nil, `"sealed_to":%q`, c.key.Recipient()), 1)
	if err := os.WriteFile(definition, sealed, 0o666); err != nil {
		t.Fatal(err)
	}
	c.giveTickets(t, 10*copies)
	s := serve(t, site, c.data, halfway)
	clients := c.load(t, s.url)

	var good, crooked []*staff
	for i := range copies {
		name := filepath.Join(folder, fmt.Sprint(i))
		good = append(good, c.copied(name))
		if out, err := exec.Command("collector", "backup", "--data", c.data, "--out", name).CombinedOutput(); err != nil {
			t.Fatalf("copy %d: %v\n%s", i, err, out)
		}
		if i%2 > 0 {
			continue
		}
		name += "-crooked"
		crooked = append(crooked, c.copied(name))
		other := exec.Command("cp", "-r", c.data, name)
		if i%4 > 0 {
			other = exec.Command("sh", "-c", `mkdir "$2" && tar -C "$1" -cf - . | tar -C "$2" -xf -`, "sh", c.data, name)
		}
		other.Run() // it complains of files that go away
	}
	s.Process.Kill()
	s.Wait()
	clients.Wait()

	for i, c := range good {
		if out, err := exec.Command("collector", "verify", "--data", c.data).CombinedOutput(); err != nil {
			t.Fatalf("copy %d: %v\n%s", i, err, out)
		}
		c.wantAll(t, site)
	}
	refused := 0
	for _, c := range crooked {
		before := map[string]map[string]string{}
		for _, survey := range surveys {
			dir := filepath.Join(c.data, survey.id)
			before[dir] = contents(t, dir)
		}
		s := start(t, site, c.data, halfway)
		said := ""
		for !strings.Contains(said, "listening on ") {
			line, err := s.stderr.ReadString('\n')
			said += line
			if err != nil {
				break
			}
		}
		if strings.Contains(said, "listening on ") {
			s.stop(t, syscall.SIGTERM)
			c.wantAll(t, site)
			continue
		}
		refused++
		io.Copy(io.Discard, s.stderr)
		s.Wait()
		if code := s.ProcessState.ExitCode(); code != 1 || !strings.Contains(said, "cp などで写した") || !strings.Contains(said, "collector backup で取った控え") {
			t.Errorf("status %d: %s", code, said)
		}
		for dir, files := range before {
			if strings.Contains(said, dir) && !maps.Equal(files, contents(t, dir)) {
				t.Errorf("%s is refused, but has changed", dir)
			}
		}
	}
	t.Logf("%d of %d crooked copies were refused", refused, len(crooked))
}

// copied is what staff must find in a copy that is taken now.
func (c *staff) copied(data string) *staff {
	c.mu.Lock()
	defer c.mu.Unlock()
	return &staff{data: data, key: c.key, sent: c.sent, acked: maps.Clone(c.acked), used: c.used}
}

// contents are the files below a folder.
func contents(t *testing.T, dir string) map[string]string {
	t.Helper()
	all := map[string]string{}
	err := filepath.WalkDir(dir, func(path string, d os.DirEntry, err error) error {
		if err == nil && !d.IsDir() {
			all[path] = string(readFile(t, path))
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return all
}
