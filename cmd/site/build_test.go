package main

import (
	"os"
	"path/filepath"
	"testing"
)

// Where the new site cannot be put in its place, the old one comes back.
func TestSwapPutsBack(t *testing.T) {
	dir := t.TempDir()
	destination := filepath.Join(dir, "public")
	page := filepath.Join(destination, "index.html")
	if err := os.Mkdir(destination, 0o777); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(page, []byte("old"), 0o666); err != nil {
		t.Fatal(err)
	}
	if err := swap(destination, filepath.Join(dir, "gone"), filepath.Join(dir, "old")); err == nil {
		t.Error("a site that is not there was put in place")
	}
	if got, err := os.ReadFile(page); string(got) != "old" {
		t.Errorf("the old site is not back: %q, %v", got, err)
	}
}
