package journal_test

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"testing"

	"staffplan/collector/journal"
)

// holder is set in the process that takes the lock and waits to be killed.
const holder = "STAFFPLAN_TEST_HOLD"

func TestLockHolder(t *testing.T) {
	data := os.Getenv(holder)
	if data == "" {
		return // not that process
	}
	if _, err := journal.Lock(data); err != nil {
		t.Fatal(err)
	}
	fmt.Println("held")
	io.Copy(io.Discard, os.Stdin)
}

// TestLock: one process at a time, and none after a kill.
func TestLock(t *testing.T) {
	data := t.TempDir()
	other := exec.Command(os.Args[0], "-test.run=^TestLockHolder$")
	other.Env = append(os.Environ(), holder+"="+data)
	stdin, err := other.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	defer stdin.Close()
	stdout, err := other.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := other.Start(); err != nil {
		t.Fatal(err)
	}
	defer other.Wait()
	defer other.Process.Kill()
	if line, err := bufio.NewReader(stdout).ReadString('\n'); line != "held\n" {
		t.Fatalf("the other process does not hold it: %q, %v", line, err)
	}
	if _, err := journal.Lock(data); !errors.Is(err, journal.ErrLocked) {
		t.Fatalf("want ErrLocked, got %v", err)
	}
	other.Process.Kill()
	other.Wait()
	lock, err := journal.Lock(data)
	if err != nil {
		t.Fatal("after a kill:", err)
	}
	if _, err := journal.Lock(data); !errors.Is(err, journal.ErrLocked) {
		t.Errorf("twice in one process: %v", err)
	}
	if err := lock.Close(); err != nil {
		t.Fatal(err)
	}
	if lock, err = journal.Lock(data); err != nil {
		t.Fatal("given back:", err)
	}
	lock.Close()
}
