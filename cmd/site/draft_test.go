package main

import (
	"bytes"
	"os"
	"path/filepath"
	"testing"
	"unicode/utf8"
)

// Whatever page one begins with, what is set can be read again, it is a draft, and
// the text below stays.
func FuzzDraft(f *testing.F) {
	for _, pattern := range []string{"../../layouts/_archetypes/*.md", "../../content/*/*.md", "../../content/surveys/*/index.md"} {
		names, err := filepath.Glob(pattern)
		if err != nil || names == nil {
			f.Fatal(pattern, err)
		}
		for _, name := range names {
			data, err := os.ReadFile(name)
			if err != nil {
				f.Fatal(err)
			}
			f.Add(data, "題: 「あ」 # 2027")
		}
	}
	f.Add([]byte("---\nparams: {a: b}\n---\n"), "")
	f.Add([]byte("---\ndraft: yes\nparams:\n  a: &a [b]\n  c: *a\n---\n---\n"), "- x")
	f.Fuzz(func(t *testing.T, data []byte, words string) {
		d, err := readDraft(data)
		if err != nil || !utf8.ValidString(words) {
			return
		}
		for _, path := range []string{"title", "params.owner"} {
			if err := d.setText(path, words); err != nil {
				return
			}
		}
		d.drop("params", "yomi")
		if err := d.mark(); err != nil {
			return
		}
		again, err := readDraft(d.bytes())
		if err != nil {
			t.Fatalf("%v:\n%s", err, d.bytes())
		}
		if got := again.get("title"); got != words {
			t.Errorf("the title is %q, want %q:\n%s", got, words, d.bytes())
		}
		if !bytes.Contains(d.bytes(), []byte("draft: true")) {
			t.Errorf("no draft:\n%s", d.bytes())
		}
		if !bytes.HasSuffix(d.bytes(), []byte(d.text)) {
			t.Errorf("another text:\n%s", d.bytes())
		}
	})
}
