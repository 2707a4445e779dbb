package main

// What a build publishes, and what of all that lies about in a project it does not.

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/rogpeppe/go-internal/txtar"

	"staffplan/cmd/internal/cli"
	"staffplan/cmd/site/check"
)

// lay puts files into a project; a name is one with slashes.
func lay(t *testing.T, dir string, files ...txtar.File) {
	t.Helper()
	for _, f := range files {
		file := filepath.Join(dir, filepath.FromSlash(f.Name))
		if err := errors.Join(os.MkdirAll(filepath.Dir(file), 0o777), os.WriteFile(file, f.Data, 0o666)); err != nil {
			t.Fatal(err)
		}
	}
}

// publish builds a project as it is published, and lists the files, those that
// are packed without their packed form.
func publish(t *testing.T, dir string) (files []string) {
	t.Helper()
	c := buildCmd{Destination: filepath.Join(dir, "public")}
	if _, err := c.build(t.Context(), dir, cli.NewUI("site", os.Stdout, os.Stderr)); err != nil {
		t.Fatal(err)
	}
	public := os.DirFS(filepath.Join(dir, "public"))
	err := fs.WalkDir(public, ".", func(name string, entry fs.DirEntry, err error) error {
		if err == nil && !entry.IsDir() && !strings.HasSuffix(name, ".gz") {
			files = append(files, name)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return files
}

// Beside a page, only a picture that the page shows is published; in static/files,
// all but what systems leave behind.
func TestBuildPublishesWhatPagesShow(t *testing.T) {
	if testing.Short() {
		t.Skip("builds the site twice")
	}
	dir := projectCopy(t)
	// As in a clone where nobody has put a file: Git keeps no empty folder.
	editing := filepath.Join(dir, "content/about/editing.md")
	text, err := os.ReadFile(editing)
	if err == nil {
		err = errors.Join(os.RemoveAll(filepath.Join(dir, "static/files")),
			os.WriteFile(editing, regexp.MustCompile(`(?m)^!\[.*\n`).ReplaceAll(text, nil), 0o666))
	}
	if err != nil {
		t.Fatal(err)
	}
	want := publish(t, dir)
	for _, name := range want {
		if strings.HasPrefix(name, "assets/") {
			t.Errorf("without static/files, %s is published", name)
		}
	}
	const page = "---\ntitle: 窓口の写真\ndescription: 写真を見られます。\nparams:\n  owner: 各担当\n  reviewed: 2026-11-01\n" +
		"  review_by: 2027-10-31\n  work: 案内\n  minutes: 3\n---\n![窓口](photo.jpg)\n"
	var beside []txtar.File
	for _, folder := range []string{"content/", "content/area/", "content/surveys/morale-2026/", "content/knowledge/counter/", "content/knowledge/counter/inside/"} {
		for _, name := range []string{
			".DS_Store", "._index.md", "._photo.jpg", "Thumbs.db", "desktop.ini", "~$memo.docx", "~$memo.md", ".~lock.memo.odt#", ".index.md.swp",
			"index.md~", "index.md.bak", "#index.md#", "morale-2026.parquet", "responses.jsonl", "notes.txt", "page.html",
			"page.org", "memo.docx", "unseen.jpg", "UNSEEN.PNG", "results.json", "__MACOSX/._photo.jpg",
		} {
			beside = append(beside, txtar.File{Name: folder + name, Data: []byte("x")})
		}
	}
	beside = append(beside, txtar.File{Name: "static/assets/css/._30-base.css", Data: []byte("x")}) // would change the name of the stylesheet
	for _, name := range []string{".DS_Store", "inside/.DS_Store", "Thumbs.db", "inside/thumbs.db", "desktop.ini", "~$memo.docx", "memo.pdf~", ".~lock.memo.odt#", "__MACOSX/memo.pdf", "#memo#", ".memo.pdf.swp"} {
		beside = append(beside, txtar.File{Name: "static/files/" + name, Data: []byte("x")})
	}
	lay(t, dir, beside...)
	lay(t, dir, txtar.File{Name: "content/knowledge/counter/index.md", Data: []byte(page)}, txtar.File{Name: "content/knowledge/counter/photo.jpg"},
		txtar.File{Name: "static/files/inside/memo.pdf"})
	want = append(want, "knowledge/counter/index.html", "knowledge/counter/photo.jpg", "inside/memo.pdf")
	slices.Sort(want)
	got := publish(t, dir)
	slices.Sort(got)
	if !slices.Equal(got, want) {
		t.Errorf("published:\n%s\nwant:\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
}

// hashed is a file whose name holds the sum of its content: nothing else is called so.
var hashed = regexp.MustCompile(`\.[0-9a-f]{64,}\.`)

// Whatever a build makes, nothing in static/files may take its address.
func TestBuildKnowsItsAddresses(t *testing.T) {
	if testing.Short() {
		t.Skip("builds the site")
	}
	dir := projectCopy(t)
	want := map[string]bool{}
	for _, name := range slices.DeleteFunc(publish(t, dir), hashed.MatchString) {
		if _, err := os.Stat(filepath.Join(dir, "static/files", name)); err == nil {
			continue // it is one of these
		}
		lay(t, dir, txtar.File{Name: "static/files/" + name, Data: []byte("x")})
		want["static/files/"+name] = true
	}
	found, _, err := check.Run(os.DirFS(dir), time.Time{})
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range found {
		if f.Rule == "address" {
			delete(want, f.File)
		}
	}
	for name := range want {
		t.Errorf("check does not know that %s has the address of what the site makes (check/files.go)", name)
	}
}

// A heading cannot have an id that anything else on its page has: check names each
// of those on a built page, put there once more as a heading's.
func TestCheckKnowsIDs(t *testing.T) {
	if testing.Short() {
		t.Skip("builds the site")
	}
	dir := projectCopy(t)
	publish(t, dir)
	s, err := readSite(filepath.Join(dir, "public"))
	if err != nil {
		t.Fatal(err)
	}
	written, known := regexp.MustCompile(`^[a-z][a-z0-9-]*$`), 0
	want := map[string]bool{}
	for address, page := range s.pages {
		if address == "/plan/all/" {
			continue // it shows other pages' headings, under names of its own
		}
		file := filepath.Join("content", filepath.FromSlash(address), "_index.md")
		for _, other := range []string{filepath.Join("content", filepath.FromSlash(address), "index.md"), filepath.Join("content", filepath.FromSlash(strings.TrimSuffix(address, "/"))) + ".md"} {
			if _, err := os.Stat(filepath.Join(dir, other)); err == nil {
				file = other
			}
		}
		text, err := os.ReadFile(filepath.Join(dir, file))
		if err != nil {
			continue // made of no page
		}
		for n := range page.root.Descendants() {
			if id, ok := attribute(n, "id"); ok && written.MatchString(id) {
				text = fmt.Appendf(text, "\n## もう一度 {#%s}\n", id)
				want[filepath.ToSlash(file)+" #"+id] = true
				known++
			}
		}
		lay(t, dir, txtar.File{Name: filepath.ToSlash(file), Data: text})
	}
	found, _, err := check.Run(os.DirFS(dir), time.Time{})
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range found {
		if id := regexp.MustCompile(`#[a-z0-9-]+`).FindString(f.Message); f.Rule == "heading" {
			delete(want, f.File+" "+id)
		}
	}
	for id := range want {
		t.Errorf("check lets a heading have the id of something else on its page: %s (layouts/_data/ids.yaml)", id)
	}
	if known < len(s.pages) {
		t.Errorf("%d ids on %d pages", known, len(s.pages))
	}
}

// The lines of a Japanese sentence are joined, whatever marks stand where they end.
func TestBuildJoinsLines(t *testing.T) {
	if testing.Short() {
		t.Skip("builds the site")
	}
	archive, err := txtar.ParseFile("testdata/layouts/wrapped.txtar")
	if err != nil {
		t.Fatal(err)
	}
	page, picture, want := archive.Files[0], archive.Files[1], string(archive.Files[2].Data)
	dir, windows := projectCopy(t), strings.NewReplacer("\n", "\r\n", "title: ", "title: Windows で")
	lay(t, dir, page, picture, txtar.File{Name: "content/area/windows.md", Data: []byte(windows.Replace(string(page.Data)))})
	publish(t, dir)
	s, err := readSite(filepath.Join(dir, "public"))
	if err != nil {
		t.Fatal(err)
	}
	for _, address := range []string{"/area/wrapped/", "/area/windows/"} {
		var got strings.Builder
		for _, n := range s.pages[address].elements("div") {
			if class, _ := attribute(n, "class"); class == "prose" {
				for line := range strings.Lines(textOf(n)) {
					if strings.TrimSpace(line) != "" {
						got.WriteString(line)
					}
				}
			}
		}
		if got.String() != want {
			t.Errorf("%s: got\n%s\nwant\n%s", address, &got, want)
		}
	}
}
