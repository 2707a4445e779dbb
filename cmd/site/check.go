package main

// site check: what package check finds, printed, and mended where that is safe.

import (
	"context"
	"fmt"
	"os"
	"runtime/debug"
	"slices"
	"strings"
	"time"

	"staffplan/cmd/internal/cli"
	"staffplan/cmd/site/check"
	"staffplan/collector/report"
)

type checkCmd struct {
	Format string `enum:"text,github,rdjson,gitlab,json" default:"text" placeholder:"形式" help:"結果の形。text（人が読む）、github と gitlab（それぞれの画面に出す）、rdjson（reviewdog が読む）、json。"`
	Strict bool   `help:"見てほしいところだけのときも、終わりの値を 1 にします。"`
	Fix    bool   `help:"直しても安全なところを直し、何をどう直したかを見せます。"`
}

func (c *checkCmd) Run(ctx context.Context, ui *cli.UI) error {
	if err := atProjectRoot("."); err != nil {
		return err
	}
	debug.SetGCPercent(400) // as build does
	var seen map[string]stamp
	if c.Fix {
		seen = scan()
	}
	project, now := withHistory(ctx), time.Now()
	findings, pages, err := check.Run(project, now)
	mended := 0
	for range check.Rounds {
		if err != nil || !c.Fix || !slices.ContainsFunc(findings, fixable) {
			break
		}
		var n int
		if n, err = mend(findings, seen, ui); err == nil {
			seen = scan()
			findings, pages, err = check.Run(project, now)
		}
		mended += n
	}
	if err != nil {
		return err
	}
	if mended > 0 {
		ui.Say("%d か所を直しました。", mended)
	}
	var first []string
	if c.Format == "github" {
		first = project.changed()
	}
	if err := check.Print(ui.Out, c.Format, project, findings, first); err != nil {
		return err
	}
	of, byFix := map[check.Level]int{}, 0
	for _, f := range findings {
		of[f.Level]++
		if fixable(f) {
			byFix++
		}
	}
	conclude(ui, pages, of, byFix)
	if of[check.Error] > 0 || c.Strict && of[check.Warning] > 0 {
		return cli.ErrReported
	}
	return nil
}

func fixable(f check.Finding) bool { return f.Fix != nil }

// mend writes each file whole, or leaves it as it was, and then says what was
// mended in it. It returns how many findings that were. A file that somebody has
// saved since it was seen has other bytes at the places that the findings name.
func mend(findings []check.Finding, seen map[string]stamp, ui *cli.UI) (int, error) {
	files, mended, err := check.Fix(os.DirFS("."), findings)
	if err != nil {
		return 0, err
	}
	for i, m := range mended {
		if i == 0 || mended[i-1].File != m.File {
			info, err := os.Stat(m.File)
			if before, there := seen[m.File]; err == nil && there && stampOf(info) != before {
				return i, &cli.Problem{Sentence: m.File + " は、調べているあいだに保存されたので、直さずに止めました。",
					Next: []string{"もう一度動かしてください。"}}
			}
			if err == nil {
				err = report.WriteFile(m.File, files[m.File], info.Mode().Perm())
			}
			if err != nil {
				return i, &cli.Problem{Sentence: m.File + " を書けないので、直さずに止めました。", Err: err,
					Next: []string{"ほかの人やソフトが開いていないか、書き込めるかを確かめて、もう一度動かしてください。"}}
			}
		}
		fmt.Fprintf(ui.Err, "%s:%d: %s直しました。\n    前: %s\n    後: %s\n", m.File, m.Line, m.Message, m.Before, m.After)
	}
	return len(mended), nil
}

// conclude says how many findings there are of each level, and how many of them
// --fix would mend.
func conclude(ui *cli.UI, pages int, of map[check.Level]int, byFix int) {
	next := ""
	if byFix > 0 {
		next = fmt.Sprintf("%d か所は、site check --fix で直せます。", byFix)
	}
	if len(of) == 0 {
		ui.Note("%d ページを確かめました。直すところはありません。", pages)
	} else {
		ui.Say("%sあります。%s", inWords(of), next)
	}
}

// inWords says how many findings there are of each level.
func inWords(of map[check.Level]int) string {
	var counts []string
	for _, level := range check.Levels {
		if n := of[level]; n > 0 {
			counts = append(counts, fmt.Sprintf("%sが %d か所", level.Words(), n))
		}
	}
	return strings.Join(counts, "、")
}
