package collector

// What stops the start: one line that says what to do, and nothing is touched.

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"staffplan/collector/journal"
)

func TestStartIsRefused(t *testing.T) {
	running := start(t, Config{})
	for name, c := range map[string]struct {
		prepare func(t *testing.T, site, data string) (usedData string)
		want    string
	}{
		"no site": {func(t *testing.T, site, data string) string {
			if err := os.RemoveAll(site); err != nil {
				t.Fatal(err)
			}
			return data
		}, "先に site build でページを作ってください"},
		"a file in place of the folder": {func(t *testing.T, _, data string) string {
			if err := os.WriteFile(data, nil, 0o666); err != nil {
				t.Fatal(err)
			}
			return data
		}, "データの置き場所を"},
		"a folder that is not to be had": {func(t *testing.T, _, data string) string {
			if err := os.MkdirAll(filepath.Join(data, "lock"), 0o777); err != nil {
				t.Fatal(err)
			}
			return data
		}, "データの置き場所を使えません"},
		"held by another": {func(*testing.T, string, string) string { return running.data }, "先にそちらを止めてください"},
		"rehearsal": {func(t *testing.T, _, data string) string {
			if err := os.Mkdir(data, 0o777); err != nil {
				t.Fatal(err)
			}
			if err := journal.MarkRehearsal(data); err != nil {
				t.Fatal(err)
			}
			return data
		}, "練習用の回答が入っています"},
	} {
		t.Run(name, func(t *testing.T) {
			site, parent := t.TempDir(), t.TempDir()
			unpack(t, "testdata/site.txtar", site)
			data := c.prepare(t, site, filepath.Join(parent, "data"))
			before := snapshot(t, parent)
			s, err := New(Config{Site: site, Data: data, Now: at(openDay)})
			if err == nil || !strings.Contains(err.Error(), c.want) || strings.Contains(err.Error(), "\n") || s != nil {
				t.Errorf("%v", err)
			}
			if errors.Is(err, journal.ErrLocked) != (data == running.data) {
				t.Errorf("locked? %v", err)
			}
			if after := snapshot(t, parent); after != before {
				t.Errorf("the folder was\n%s\nand is\n%s", before, after)
			}
		})
	}
}
