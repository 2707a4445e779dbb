package main

// site check: what package check finds, printed.

import (
	"os"
	"slices"
	"time"

	"staffplan/cmd/internal/cli"
	"staffplan/cmd/site/check"
)

type checkCmd struct {
	Format string `enum:"text,github,json" default:"text" placeholder:"形式" help:"結果の形。text（人が読む）、github（GitHub の画面に出す）、json。"`
}

func (c *checkCmd) Run(ui *cli.UI) error {
	if err := atProjectRoot("."); err != nil {
		return err
	}
	findings, pages, err := check.Run(os.DirFS("."), time.Now())
	if err != nil {
		return err
	}
	if err := check.Formats[c.Format](ui.Out, findings); err != nil {
		return err
	}
	findings = slices.DeleteFunc(findings, func(f check.Finding) bool { return f.Level == check.Note })
	switch {
	case len(findings) == 0:
		ui.Note("%d ページを確かめました。直すところはありません。", pages)
	case c.Format == "text":
		ui.Say("%d か所に、直したいところがあります。", len(findings))
	}
	if slices.ContainsFunc(findings, func(f check.Finding) bool { return f.Level == check.Error }) {
		return cli.ErrReported
	}
	return nil
}
