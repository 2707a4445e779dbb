package main

// site build: the site as people will read it, whole or not at all.

import (
	"compress/gzip"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync/atomic"
	"time"

	"staffplan/cmd/internal/cli"
	"staffplan/cmd/site/check"
	"staffplan/collector/survey"
)

type buildCmd struct {
	Destination string `default:"public" placeholder:"フォルダー" help:"できたサイトを置くフォルダー（いまあるサイトと入れ替えます）。"`
	BaseURL     string `name:"base-url" placeholder:"URL" help:"公開する URL。例: https://example.jp/plan/"`
}

// Run builds into a temporary folder beside the destination and swaps the two
// when everything is right: a failed build leaves the old site as it was.
//
// Of what `site check` finds, the build itself refuses what would mislead or
// stop people once published: made-up figures shown as results, and a form the
// collector would not take. Hugo's templates refuse broken links. The rest is
// for the reviewer of a change, who runs the check.
func (c *buildCmd) Run(ctx context.Context, ui *cli.UI) error {
	if c.BaseURL != "" {
		if u, err := url.Parse(c.BaseURL); err != nil || u.Host == "" || u.Scheme != "http" && u.Scheme != "https" {
			return &cli.Problem{Misuse: true, Sentence: fmt.Sprintf("--base-url の %q は URL として読めません。", c.BaseURL),
				Next: []string{"https://example.jp/plan/ のように、https:// から書いてください。"}}
		}
	}
	started := time.Now()
	ui.Note("サイトを組み立てています。")
	done := make(chan error, 1)
	b := build{root: ".", destination: c.Destination, baseURL: c.BaseURL, ui: ui}
	var pages int
	go func() {
		var err error
		pages, err = b.run(ctx)
		done <- err
	}()
	select {
	case err := <-done:
		if err != nil {
			return err
		}
	case <-ctx.Done():
		b.cleanup()
		return &cli.Problem{Sentence: "途中で止めました。いまあるサイトはそのままです。"}
	}
	ui.Result("%d ページのサイトを %s に作りました（%.1f 秒）。", pages, c.Destination, time.Since(started).Seconds())
	return nil
}

// build is one build of the project in root.
type build struct {
	root, destination, baseURL string
	ui                         *cli.UI

	temporary atomic.Pointer[string] // the folder to remove when interrupted
}

// run returns the number of pages built. It cannot be stopped within Hugo;
// whoever gives up on it calls cleanup and ends the process.
func (b *build) run(ctx context.Context) (pages int, err error) {
	if err := atProjectRoot(b.root); err != nil {
		return 0, err
	}
	refused, err := check.Refused(os.DirFS(b.root))
	if err != nil {
		return 0, err
	}
	if len(refused) > 0 {
		return 0, &cli.Problem{Sentence: refused[0].String()}
	}
	destination, err := b.checkDestination()
	if err != nil {
		return 0, err
	}
	if err := os.MkdirAll(filepath.Dir(destination), 0o777); err != nil {
		return 0, err
	}
	temporary, err := os.MkdirTemp(filepath.Dir(destination), ".site-build-")
	if err != nil {
		return 0, &cli.Problem{Sentence: "仮のフォルダーを作れませんでした。", Err: err,
			Next: []string{"置き場所に書き込めるか、空きがあるかを確かめてください。"}}
	}
	b.temporary.Store(&temporary)
	defer b.cleanup()
	site := filepath.Join(temporary, "site")

	args := []string{"build", "--environment", "production", "--destination", site,
		"--noBuildLock", "--printPathWarnings"}
	if b.baseURL != "" {
		args = append(args, "--baseURL", b.baseURL)
	}
	if gitKnowsDates(ctx, b.root) {
		args = append(args, "--enableGitInfo")
	}
	warnings := 0
	err = runHugo(b.root, hugoLines{
		chatter: func(string) {},
		trouble: func(line string) {
			if strings.HasPrefix(line, "WARN") {
				warnings++
			}
			fmt.Fprintln(b.ui.Err, line)
		},
	}, args...)
	if err != nil || warnings > 0 {
		return 0, &cli.Problem{Sentence: "サイトを組み立てられませんでした。いまあるサイトはそのままです。",
			Next: []string{"上の行に、ファイルの名前と行、直すところが出ています。", "直したら、もう一度 site build を動かしてください。"}}
	}
	if _, err := survey.LoadSite(site); err != nil {
		return 0, &cli.Problem{Sentence: "アンケートの定義に、受付で使えないところがあります。いまあるサイトはそのままです。", Err: err,
			Next: []string{"content/surveys/ の同じ名前のフォルダーの index.md を直してください。site check で行が分かります。"}}
	}
	pages, err = finish(site)
	if err != nil {
		return 0, err
	}
	if ctx.Err() != nil {
		return 0, ctx.Err()
	}
	return pages, swap(destination, site, filepath.Join(temporary, "old"))
}

func (b *build) cleanup() {
	if dir := b.temporary.Swap(nil); dir != nil {
		os.RemoveAll(*dir)
	}
}

// checkDestination returns where the site goes, links followed. It refuses a
// folder that holds the project, or something that is not a built site: what
// is there is going to be removed.
func (b *build) checkDestination() (string, error) {
	root, err := filepath.Abs(b.root)
	if err != nil {
		return "", err
	}
	destination := b.destination
	if !filepath.IsAbs(destination) {
		destination = filepath.Join(root, destination)
	}
	if real, err := filepath.EvalSymlinks(destination); err == nil {
		destination = real
	}
	if real, err := filepath.EvalSymlinks(root); err == nil {
		root = real
	}
	inside, err := filepath.Rel(destination, root)
	holdsProject := err == nil && inside != ".." && !strings.HasPrefix(inside, ".."+string(filepath.Separator))
	entries, err := os.ReadDir(destination)
	if err != nil && !errors.Is(err, fs.ErrNotExist) || holdsProject {
		return "", &cli.Problem{Misuse: true, Sentence: fmt.Sprintf("%s には置けません。", b.destination), Err: err,
			Next: []string{"--destination に、サイトだけを入れるフォルダーを書いてください。"}}
	}
	if _, err := os.Stat(filepath.Join(destination, "index.html")); len(entries) > 0 && err != nil {
		return "", &cli.Problem{Misuse: true, Sentence: fmt.Sprintf("%s には、サイトではないものが入っているようです。", b.destination),
			Next: []string{"入れ替えると消えてしまうので、止めました。空のフォルダーか、新しい名前を --destination に書いてください。"}}
	}
	return destination, nil
}

// swap puts the new site in the place of the old one, by two renames in one
// folder: for a moment in between there is none.
func swap(destination, site, old string) error {
	err := os.Rename(destination, old)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return &cli.Problem{Sentence: "いまあるサイトを動かせないので、入れ替えませんでした。", Err: err}
	}
	if err := os.Rename(site, destination); err != nil {
		os.Rename(old, destination)
		return &cli.Problem{Sentence: "新しいサイトに入れ替えられませんでした。", Err: err}
	}
	return nil
}

// packed are the kinds of file that get a .gz beside them; other kinds are
// compressed already.
var packed = map[string]bool{".html": true, ".css": true, ".js": true, ".json": true, ".svg": true, ".txt": true, ".xml": true}

// finish counts the pages of a built site and puts a .gz beside each text file
// over 1 KiB, for the collector to send as it is.
func finish(site string) (pages int, err error) {
	err = filepath.WalkDir(site, func(name string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		if entry.Name() == "index.html" {
			pages++
		}
		if !packed[filepath.Ext(name)] {
			return nil
		}
		data, err := os.ReadFile(name)
		if err != nil || len(data) <= 1<<10 {
			return err
		}
		file, err := os.Create(name + ".gz")
		if err != nil {
			return err
		}
		defer file.Close()
		// No name and no time in the header: the same page gives the same bytes.
		w, err := gzip.NewWriterLevel(file, gzip.BestCompression)
		if err != nil {
			return err
		}
		if _, err := w.Write(data); err != nil {
			return err
		}
		return errors.Join(w.Close(), file.Close())
	})
	if err != nil {
		return 0, fmt.Errorf("compress: %w", err)
	}
	return pages, nil
}

// gitKnowsDates reports whether git can tell when a page was last changed.
// Without a repository, without git, in another user's folder or before the
// first commit Hugo's --enableGitInfo is fatal; a shallow clone would date
// every page at its tip.
func gitKnowsDates(ctx context.Context, root string) bool {
	git := func(args ...string) string {
		out, err := exec.CommandContext(ctx, "git", append([]string{"-C", root}, args...)...).Output()
		if err != nil {
			return ""
		}
		return strings.TrimSpace(string(out))
	}
	return git("rev-parse", "--is-shallow-repository") == "false" &&
		git("log", "-1", "--format=%H", "--", "content") != ""
}

// atProjectRoot makes sure that the commands work on a project.
func atProjectRoot(root string) error {
	if _, err := os.Stat(filepath.Join(root, "hugo.toml")); err != nil {
		return &cli.Problem{Sentence: "ここには hugo.toml がありません。",
			Next: []string{"プロジェクトのフォルダー（hugo.toml と content/ のある所）に移ってから、もう一度動かしてください。"}}
	}
	return nil
}
