// Command collector takes the answers to surveys, keeps them, and turns them
// into reports. It links no Hugo package.
package main

import (
	"fmt"

	"staffplan/cmd/internal/cli"
	"staffplan/collector/journal"
)

// commandLine is what can be typed; each command has a file of its own.
type commandLine struct {
	Serve    serveCmd    `cmd:"" help:"サイトを見せ、アンケートの回答を受け取ります。" example:"collector serve --site public --data data --addr 127.0.0.1:8080"`
	Tickets  ticketsCmd  `cmd:"" help:"一枚で一度だけ答えられる回答券を作ります。" example:"collector tickets morale-2026 --count 200 --out slips.html"`
	Rehearse rehearseCmd `cmd:"" help:"作りものの回答で、報告の練習ができるようにします。" example:"collector rehearse morale-2026 --answers 200"`
	Report   reportCmd   `cmd:"" help:"終わったアンケートの回答を集計し、結果のページのもとを作ります。" example:"collector report --survey public/surveys/morale-2026/survey.json --out content/results/morale-2026"`
	Export   exportCmd   `cmd:"" help:"終わったアンケートの答えを、表にして取り出します。" example:"collector export morale-2026 --format csv"`
	Key      keyCmd      `cmd:"" help:"回答を封じる鍵と、開く鍵の組を作ります。" example:"collector key --out key.txt"`
	Status   statusCmd   `cmd:"" help:"きのうの終わりまでに何人ほどが答えたかを、十人ごとに知らせます。" example:"collector status morale-2026"`
	Verify   verifyCmd   `cmd:"" help:"保存してある回答が壊れていないかを確かめます。" example:"collector verify morale-2026"`
	Backup   backupCmd   `cmd:"" help:"受付を止めずに、回答の控え（バックアップ）を取ります。" example:"collector backup --out /srv/backup/2026-11-15"`
}

func main() {
	cli.App{
		Name:        "collector",
		Description: "アンケートの回答を受け取り、保存し、集計する道具です。",
		Grammar:     &commandLine{},
		Parts:       []string{fmt.Sprintf("データの形式: %d", journal.Format)},
	}.Main()
}
