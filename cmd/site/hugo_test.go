package main

import (
	"fmt"
	"os"
	"path/filepath"
	"testing"
)

// Hugo comes to its end, however many pages it cannot render.
func TestManyPagesFail(t *testing.T) {
	if testing.Short() {
		t.Skip("builds a site")
	}
	dir := t.TempDir()
	if err := os.CopyFS(dir, os.DirFS("testdata/small")); err != nil {
		t.Fatal(err)
	}
	files := map[string]string{"layouts/all.html": `{{ index 3 "x" }}`}
	for i := range 60 {
		files[fmt.Sprintf("content/values/page-%d.md", i)] = "---\ntitle: ページ\n---\n"
	}
	for name, text := range files {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o666); err != nil {
			t.Fatal(err)
		}
	}
	said := func(string) {}
	for range 5 {
		if err := runHugo(dir, said, "build", "--noBuildLock", "--destination", filepath.Join(dir, "public")); err == nil {
			t.Fatal("the build did not fail")
		}
	}
}
