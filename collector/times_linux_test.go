package collector

// What only Linux tells of a file: when it was made (statx(2)).

import (
	"path/filepath"
	"testing"
	"time"

	"golang.org/x/sys/unix"
)

// After closing no file is as old as an answer: all that answers had made, or
// made longer, were made anew.
func TestNoFileIsAsOldAsAnAnswer(t *testing.T) {
	for _, n := range []int{3, 10, 13} { // all wait for the closing, none, or some
		h, codes := ticketHouse(t, slips, n)
		for _, c := range codes {
			if status, fields := h.sendJSON("/answers/slips", withTicket(c.String())); status != 201 {
				t.Fatal(status, fields)
			}
		}
		h.stop()
		time.Sleep(50 * time.Millisecond) // the clock of files may be that coarse
		answered := time.Now()
		time.Sleep(50 * time.Millisecond)
		start(t, Config{Site: h.site, Data: h.data, Now: at("2026-12-01T09:00:00+09:00")}).stop()
		for name := range contents(t, filepath.Join(h.data, "slips")) {
			// The tickets were there before anybody answered.
			if made := madeAt(t, filepath.Join(h.data, "slips", name)); made.Before(answered) && name != "tickets.txt" {
				t.Errorf("%d answers: %s is %v older than the closing", n, name, answered.Sub(made))
			}
		}
	}
}

// The folder stays, so it is not made with the first answer.
func TestFolderIsOlderThanAnyAnswer(t *testing.T) {
	h := start(t, Config{})
	time.Sleep(50 * time.Millisecond)
	begun := time.Now()
	if status, fields := h.sendJSON("/answers/autumn", `{"q1":2,"comment":"x"}`); status != 201 {
		t.Fatal(status, fields)
	}
	if made := madeAt(t, filepath.Join(h.data, "autumn")); !made.Before(begun) {
		t.Errorf("the folder was made %v after the answer was sent", made.Sub(begun))
	}
}

func madeAt(t *testing.T, name string) time.Time {
	t.Helper()
	var st unix.Statx_t
	if err := unix.Statx(unix.AT_FDCWD, name, 0, unix.STATX_BTIME, &st); err != nil {
		t.Fatal(err)
	}
	if st.Mask&unix.STATX_BTIME == 0 {
		t.Skip("this file system does not tell")
	}
	return time.Unix(st.Btime.Sec, int64(st.Btime.Nsec))
}
