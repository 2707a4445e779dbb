package main

// site build: the site as people will read it, whole or not at all.

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"net/url"
	"os"
	"path/filepath"
	"runtime/debug"
	"strings"
	"sync"
	"time"

	"staffplan/cmd/internal/cli"
	"staffplan/cmd/site/check"
	"staffplan/collector/survey"
)

type buildCmd struct {
	Destination string `default:"public" placeholder:"フォルダー" help:"できたサイトを置くフォルダー（いまあるサイトと入れ替えます）。"`
	BaseURL     string `name:"base-url" placeholder:"URL" help:"公開する URL。例: https://example.jp/plan/"`
}

func (c *buildCmd) Validate() error {
	if u, err := url.Parse(c.BaseURL); c.BaseURL != "" && (err != nil || u.Host == "" || u.Scheme != "http" && u.Scheme != "https") {
		return fmt.Errorf("--base-url の %q は URL として読めません。https://example.jp/plan/ のように、https:// から書いてください", c.BaseURL)
	}
	return nil
}

func (c *buildCmd) Run(ctx context.Context, ui *cli.UI) error {
	started := time.Now()
	ui.Note("サイトを組み立てています。")
	pages, err := c.build(ctx, ".", ui)
	if err != nil {
		return err
	}
	ui.Result("%d ページのサイトを %s に作りました（%.1f 秒）。", pages, c.Destination, time.Since(started).Seconds())
	return nil
}

// build builds the project in root into a temporary folder beside the destination
// and swaps the two when everything is right: a failed build leaves the old site
// as it was. It returns the number of pages.
//
// Of what `site check` finds, the build itself refuses what would mislead or
// stop people once published, or cannot be taken back then: made-up figures shown
// as results, a form the collector would not take, a page that may be a draft or
// is one of two at its address, a key, a photo's position, one that browsers do not
// show. Hugo's templates refuse broken links. The rest is for the reviewer of a change, who runs the check.
func (c *buildCmd) build(ctx context.Context, root string, ui *cli.UI) (pages int, err error) {
	if err := atProjectRoot(root); err != nil {
		return 0, err
	}
	destination, err := c.checkDestination(root)
	if err != nil {
		return 0, err
	}
	beside := filepath.Dir(destination)
	var temporary string
	if err = makeReadable(beside); err == nil {
		temporary, err = os.MkdirTemp(beside, ".site-build-")
	}
	if err != nil {
		return 0, &cli.Problem{Sentence: "仮のフォルダーを作れませんでした。", Err: err,
			Next: []string{"置き場所に書き込めるか、空きがあるかを確かめてください。"}}
	}
	defer os.RemoveAll(temporary)
	site := filepath.Join(temporary, "site")
	stopped := &cli.Problem{Sentence: "途中で止めました。いまあるサイトはそのままです。"}

	// Hugo has a core to spare; what it says waits until nothing is refused.
	refused := sync.OnceValue(func() error { return refuse(root, ui) })
	go refused()
	rendered := make(chan error, 1)
	go func() { rendered <- c.render(ctx, root, site, refused, ui) }()
	select {
	case err = <-rendered:
	case <-ctx.Done():
		hugoEnds(rendered)
		return 0, stopped
	}
	if refusal := refused(); refusal != nil {
		return 0, refusal
	}
	if err != nil {
		return 0, err
	}
	if _, err := survey.LoadSite(site); err != nil {
		return 0, &cli.Problem{Sentence: "アンケートの定義に、受付で使えないところがあります。いまあるサイトはそのままです。", Err: err,
			Next: []string{"content/surveys/ の同じ名前のフォルダーの index.md を直してください。site check で行が分かります。"}}
	}
	pages, err = finish(site, destination)
	if err != nil {
		return 0, &cli.Problem{Sentence: "できたサイトを書き終えられませんでした。いまあるサイトはそのままです。", Err: err,
			Next: []string{"置き場所に空きがあるかを確かめてください。"}}
	}
	if ctx.Err() != nil {
		return 0, stopped
	}
	return pages, swap(destination, site, filepath.Join(temporary, "old"))
}

// refuse says the first thing that a build must not publish. Of what publishing
// does not hurt, but a clone, it only tells.
func refuse(root string, ui *cli.UI) error {
	refused, told, err := check.ForBuild(os.DirFS(root))
	for _, finding := range told {
		ui.Say("%s", finding)
	}
	if err == nil && len(refused) > 0 {
		err = &cli.Problem{Sentence: refused[0].String()}
	}
	return err
}

// render has Hugo write the site. A warning is a failure. What is wrong is said
// once refused has found nothing, else the refusal alone speaks.
func (c *buildCmd) render(ctx context.Context, root, site string, refused func() error, ui *cli.UI) error {
	// A build is short: to collect a quarter as often saves a tenth of its time, and
	// takes 300 MB more for 2,000 pages.
	debug.SetGCPercent(400)
	args := []string{"build", "--environment", "production", "--destination", site,
		"--noBuildLock", "--printPathWarnings"}
	if c.BaseURL != "" {
		args = append(args, "--baseURL", c.BaseURL)
	}
	if gitKnowsDates(ctx, root) {
		args = append(args, "--enableGitInfo")
	}
	warnings := 0
	trouble := func(line string) {
		if strings.HasPrefix(line, "WARN") {
			warnings++
		}
		if refused() == nil {
			fmt.Fprintln(ui.Err, line)
		}
	}
	err := runHugo(root, trouble, args...)
	if err != nil || warnings > 0 {
		return &cli.Problem{Sentence: "サイトを組み立てられませんでした。いまあるサイトはそのままです。",
			Next: []string{"上の行に、ファイルの名前と行、直すところが出ています。", "直したら、もう一度 site build を動かしてください。"}}
	}
	return nil
}

// checkDestination returns where the site goes, links followed. It refuses a
// folder that holds the project, or something that is not a built site: what
// is there is going to be removed.
func (c *buildCmd) checkDestination(root string) (string, error) {
	root, err := filepath.Abs(root)
	if err != nil {
		return "", err
	}
	destination, err := filepath.Abs(c.Destination)
	if err != nil {
		return "", err
	}
	if real, err := filepath.EvalSymlinks(destination); err == nil {
		destination = real
	}
	if real, err := filepath.EvalSymlinks(root); err == nil {
		root = real
	}
	inside, err := filepath.Rel(destination, root)
	holdsProject := err == nil && filepath.IsLocal(inside)
	entries, err := os.ReadDir(destination)
	if err != nil && !errors.Is(err, fs.ErrNotExist) || holdsProject {
		return "", &cli.Problem{Misuse: true, Sentence: fmt.Sprintf("%s には置けません。", c.Destination), Err: err,
			Next: []string{"--destination に、サイトだけを入れるフォルダーを書いてください。"}}
	}
	if _, err := os.Stat(filepath.Join(destination, "index.html")); len(entries) > 0 && err != nil {
		return "", &cli.Problem{Misuse: true, Sentence: fmt.Sprintf("%s には、サイトではないものが入っているようです。", c.Destination),
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

// makeReadable makes a folder, and those above it, which the service can read
// whatever the umask.
func makeReadable(dir string) error {
	if _, err := os.Stat(dir); !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	if err := makeReadable(filepath.Dir(dir)); err != nil {
		return err
	}
	return errors.Join(os.Mkdir(dir, 0o777), os.Chmod(dir, 0o755))
}
