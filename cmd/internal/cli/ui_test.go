package cli

import (
	"bytes"
	"testing"
)

func TestProgress(t *testing.T) {
	work := func(terminal bool) string {
		var out bytes.Buffer
		u := &UI{Out: &out, Err: &out, name: "tool", terminal: terminal}
		progress := u.Progress("数えています", 3)
		progress(1)
		progress(1)
		u.Say("途中です。")
		progress(2)
		progress(4) // more than was expected
		u.Result("済みました。")
		u.Progress("何もありません", 0)(0)
		return out.String()
	}
	if got, want := work(false), "tool: 途中です。\n済みました。\n"; got != want {
		t.Errorf("into a file: %q", got)
	}
	const wiped = "\r\x1b[K"
	want := "\r数えています [######..............] 33%" + wiped + "tool: 途中です。\n" +
		"\r数えています [#############.......] 66%\r数えています [####################] 100%" + wiped + "済みました。\n"
	if got := work(true); got != want {
		t.Errorf("on a terminal: %q\nwant %q", got, want)
	}
}
