package collector

// Where answers waited nothing is left of them.

import (
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

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
