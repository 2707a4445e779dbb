//go:build unix

package main

// The settings in install/, as a real systemd and a real nginx read them.

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
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
