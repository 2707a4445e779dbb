// Command site is what editors type: it builds the pages, serves them while
// they are being written, checks them, and starts new ones. Hugo is inside, so
// that nothing else has to be installed. A page that is broken while the site is
// served shows what is wrong with it, and the others go on (live.go).
package main

import (
	"fmt"
	"os"
	"path/filepath"

	"github.com/gohugoio/hugo/common/hugo"

	"staffplan/cmd/internal/cli"
	"staffplan/collector/journal"
)

// commandLine is what can be typed; each command has a file of its own.
type commandLine struct {
	Build buildCmd `cmd:"" help:"公開するサイトを組み立てます。" example:"site build --base-url https://plan.example/"`
	Serve serveCmd `cmd:"" help:"書きながら確かめるためのサイトを開きます。回答の受付も動きます。" example:"site serve --data data"`
	Check checkCmd `cmd:"" help:"content/ の書き方とつながりを確かめます。" example:"site check --format github"`
	New   newCmd   `cmd:"" help:"新しいページのひな形を作ります。" example:"site new event spring-2027"`
}

func main() {
	if os.Getenv(asHugo) != "" {
		os.Exit(beHugo(os.Args[1:]))
	}
	cli.App{
		Name:        "site",
		Description: "職員力向上基本プランのサイトを作る道具です。プロジェクトのフォルダー（hugo.toml のある所）で使います。",
		Grammar:     &commandLine{},
		Parts: []string{
			fmt.Sprintf("データの形式: %d", journal.Format),
			"Hugo: " + hugo.CurrentVersion.String(),
		},
	}.Main()
}

// atProjectRoot makes sure that the commands work on a project.
func atProjectRoot(root string) error {
	if _, err := os.Stat(filepath.Join(root, "hugo.toml")); err != nil {
		return &cli.Problem{Sentence: "ここには hugo.toml がありません。",
			Next: []string{"プロジェクトのフォルダー（hugo.toml と content/ のある所）に移ってから、もう一度動かしてください。"}}
	}
	return nil
}
