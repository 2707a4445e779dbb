package main

// What a build costs beside Hugo alone, and a check beside a build: Hugo's own
// command, `site build` and `site check` do the same project by turns, and the
// benchmark gives the build's time over Hugo's and the check's over the build's.
//
//	go test ./cmd/site -run '^$' -bench Build -benchtime 5x

import (
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

func BenchmarkBuild(b *testing.B) {
	bin := b.TempDir()
	compile := exec.Command("go", "build", "-o", bin, "github.com/gohugoio/hugo", "staffplan/cmd/site")
	compile.Env = append(os.Environ(), "CGO_ENABLED=0")
	if out, err := compile.CombinedOutput(); err != nil {
		b.Fatalf("%v\n%s", err, out)
	}
	// Both read dates from git, and build from nothing; nothing is removed in
	// between: for minutes after it has lost thousands of files, ext4 is slow to
	// make new ones.
	hugo := []string{filepath.Join(bin, "hugo"), "build", "--environment", "production", "--enableGitInfo",
		"--noBuildLock", "--printPathWarnings", "--destination"}
	site := []string{filepath.Join(bin, "site"), "build", "--destination"}
	check := []string{filepath.Join(bin, "site"), "check"}
	for _, pages := range []int{0, 2000} {
		dir := projectCopy(b)
		writePages(b, dir, pages)
		commit(b, dir)
		run := func(args []string) (wall, cpu time.Duration) {
			if args[len(args)-1] == "--destination" {
				args = append(args[:len(args):len(args)], filepath.Join(b.TempDir(), "public"))
			}
			command := exec.Command(args[0], args[1:]...)
			command.Dir = dir
			began := time.Now()
			if out, err := command.CombinedOutput(); err != nil {
				b.Fatalf("%v\n%s", err, out)
			}
			return time.Since(began), command.ProcessState.UserTime() + command.ProcessState.SystemTime()
		}
		b.Run(fmt.Sprintf("added=%d", pages), func(b *testing.B) {
			run(hugo)
			run(site)
			var wall, cpu [3]time.Duration
			for b.Loop() {
				for i, args := range [][]string{hugo, site, check} {
					w, c := run(args)
					wall[i] += w
					cpu[i] += c
				}
			}
			b.ReportMetric(float64(wall[1])/float64(wall[0]), "wall/hugo")
			b.ReportMetric(float64(cpu[1])/float64(cpu[0]), "cpu/hugo")
			b.ReportMetric(float64(wall[2])/float64(wall[1]), "check-wall/build")
			b.ReportMetric(float64(cpu[2])/float64(cpu[1]), "check-cpu/build")
		})
	}
}

// writePages adds n pages to the project in dir, of the kinds that grow: each
// has the front matter of a sample and paragraphs of the training pages.
func writePages(tb testing.TB, dir string, n int) {
	tb.Helper()
	read := func(pattern string) (texts []string) {
		files, err := filepath.Glob(filepath.Join(dir, "content", pattern))
		if err != nil || len(files) == 0 {
			tb.Fatal("no pages like ", pattern)
		}
		for _, file := range files {
			data, err := os.ReadFile(file)
			if err != nil {
				tb.Fatal(err)
			}
			texts = append(texts, string(data))
		}
		return texts
	}
	var heads, paragraphs []string
	for _, sample := range read("*/sample.md") {
		head, _, _ := strings.Cut(strings.TrimPrefix(sample, "---\n"), "---\n")
		heads = append(heads, strings.Replace(head, "draft: true\n", "", 1))
	}
	sections, err := filepath.Glob(filepath.Join(dir, "content/*/sample.md"))
	if err != nil {
		tb.Fatal(err)
	}
	for _, page := range read("training/[a-z]*.md") {
		_, body, _ := strings.Cut(strings.TrimPrefix(page, "---\n"), "---\n")
		for _, text := range strings.Split(body, "\n\n") {
			if !strings.ContainsAny(text, "{#[") {
				paragraphs = append(paragraphs, text)
			}
		}
	}
	random := rand.New(rand.NewPCG(1, 2))
	for i := range n {
		var page strings.Builder
		head := heads[i%len(heads)]
		fmt.Fprintf(&page, "---\ntitle: %d枚目のページ\n%s---\n", i+1, head[strings.Index(head, "\n")+1:])
		for part := range 2 + random.IntN(4) {
			fmt.Fprintf(&page, "## %dつ目の話 {#part-%d}\n\n", part+1, part+1)
			for range 1 + random.IntN(4) {
				fmt.Fprintf(&page, "%s\n\n", paragraphs[random.IntN(len(paragraphs))])
			}
		}
		fmt.Fprintf(&page, "[取組](/measures/s%d/)につながります。\n", 1+i%5)
		name := filepath.Join(filepath.Dir(sections[i%len(heads)]), fmt.Sprintf("page-%d.md", i+1))
		if err := os.WriteFile(name, []byte(page.String()), 0o666); err != nil {
			tb.Fatal(err)
		}
	}
}

// commit gives the pages of a project a date in git.
func commit(tb testing.TB, dir string) {
	tb.Helper()
	for _, args := range [][]string{{"init", "-q"}, {"add", "."}, {"-c", "user.name=Staffplan", "-c", "user.email=staffplan@example.jp", "commit", "-q", "-m", "pages"}} {
		if out, err := exec.Command("git", append([]string{"-C", dir}, args...)...).CombinedOutput(); err != nil {
			tb.Fatalf("git: %v\n%s", err, out)
		}
	}
}
