package main

// collector tickets: slips of paper that let one person answer once.

import (
	"bufio"
	"cmp"
	"context"
	"errors"
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"time"

	"staffplan/cmd/internal/cli"
	"staffplan/collector"
	"staffplan/collector/journal"
	"staffplan/collector/survey"
	"staffplan/collector/ticket"
)

type ticketsCmd struct {
	onSite
	Count int    `required:"" placeholder:"枚数" help:"作る回答券の数。"`
	Out   string `required:"" placeholder:"ファイル" help:"印刷する回答券を書くファイル。例: slips.html"`
	URL   string `name:"url" placeholder:"アドレス" help:"職員がアンケートを開くアドレス。券に文字と二次元コードで載せます。例: https://plan.example/surveys/morale-2026/"`
	Data  string `default:"data" placeholder:"フォルダー" help:"回答をしまってあるフォルダー。"`
}

const (
	mostTickets = 100_000
	longestURL  = 150 // bytes: more would make a QR code that is hard to read at its size
)

// Validate is kong's: what it refuses is wrong usage.
func (c *ticketsCmd) Validate() error {
	if c.Count < 1 || c.Count > mostTickets {
		return fmt.Errorf("--count は 1 から %d までにしてください", mostTickets)
	}
	if c.URL == "" {
		return nil
	}
	u, err := url.Parse(c.URL)
	if err != nil || u.Scheme != "http" && u.Scheme != "https" || u.Host == "" || u.User != nil ||
		u.RawQuery != "" || u.Fragment != "" || len(c.URL) > longestURL {
		return fmt.Errorf("--url には https://plan.example/surveys/%s/ のように、アンケートのページのアドレスだけを %d 文字までで書いてください", c.ID, longestURL)
	}
	return nil
}

// Run makes codes known first and writes them down after that: a slip that can
// be read is one that works, whenever the power fails. The other way round is
// harmless, since nobody knows a code that was never written down.
func (c *ticketsCmd) Run(ctx context.Context, ui *cli.UI) (err error) {
	def, err := c.open()
	if err != nil {
		return err
	}
	lock, err := journal.Lock(c.Data)
	if errors.Is(err, journal.ErrLocked) {
		return &cli.Problem{Sentence: c.Data + " は、受付のプログラム（collector serve）が使っています。",
			Next: []string{"受付を止めてから、もう一度動かしてください。券ができたら、受付をまた動かします。"}}
	}
	if err != nil {
		return &cli.Problem{Sentence: c.Data + " を使えません。", Err: err}
	}
	defer lock.Close()
	file, err := create(c.Out, "もう配った券かもしれないので、上書きせずに止めました。--out に別の名前を書いてください。")
	if err != nil {
		return err
	}
	defer func() {
		if err != nil {
			os.Remove(c.Out)
		}
	}()

	codes, hashes := newTickets(c.Count)
	if err := c.add(ctx, ui, def, hashes); err != nil {
		file.Close()
		return err
	}
	out := bufio.NewWriter(file)
	writeSlips(out, def, c.page(), codes)
	if err := errors.Join(out.Flush(), file.Sync(), file.Close()); err != nil {
		return &cli.Problem{Sentence: c.Out + " を書けません。", Err: err,
			Next: []string{"券はまだ一枚もできていません。空きを確かめて、もう一度動かしてください。"}}
	}
	ui.Result("回答券を%d枚、%s に書きました。", c.Count, c.Out)
	ui.Result("ブラウザーで開き、A4に印刷して切り分けます。配り方は、1枚目の紙に書いてあります。")
	ui.Result("印刷したら、%s を消してください。このファイルを開ける人は、だれの券でも使えてしまいます。", c.Out)
	ui.Result("止めていた受付を動かすと、この券で答えられます。")
	return nil
}

// open is the definition of a survey that takes tickets and may still get answers.
func (c *ticketsCmd) open() (*survey.Definition, error) {
	def, err := c.definition()
	if err != nil {
		return nil, err
	}
	if def.Access != survey.AccessTicket {
		return nil, &cli.Problem{Sentence: "「" + def.Title + "」は、回答券を使わないアンケートです。",
			Next: []string{"券を使うなら、content/surveys/" + def.ID + "/index.md の access を ticket にして、site build で組み立て直してください。"}}
	}
	if def.State(time.Now()) == survey.Over {
		return nil, c.over(def)
	}
	rehearsal, err := journal.IsRehearsal(c.Data)
	if err != nil {
		return nil, &cli.Problem{Sentence: c.Data + " を読めません。", Err: err}
	}
	if rehearsal {
		return nil, &cli.Problem{Sentence: c.Data + " には、練習の回答が入っています。",
			Next: []string{"配る券は、本物の回答を受け取るフォルダーに作ります。--data を確かめてください。"}}
	}
	return def, matches(def, filepath.Join(c.Data, def.ID))
}

func (c *ticketsCmd) over(def *survey.Definition) error {
	return &cli.Problem{Sentence: "「" + def.Title + "」の受付は、もう終わっています。",
		Next: []string{"id と締切を確かめてください。"}}
}

// add makes tickets known, durably. The definition is not kept with them: the
// questions may change until somebody answers.
func (c *ticketsCmd) add(ctx context.Context, ui *cli.UI, def *survey.Definition, hashes [][32]byte) (err error) {
	j, err := journal.Open(filepath.Join(c.Data, def.ID), journal.Options{Release: def.Release})
	if err == nil {
		defer func() { err = errors.Join(err, j.Close()) }()
		if j.Recovered != "" {
			ui.Say("保存してある回答を整えました。%s", j.Recovered)
		}
		err = j.AddTickets(ctx, hashes)
	}
	switch {
	case err == nil:
		return nil
	case errors.Is(err, journal.ErrFinished):
		return c.over(def)
	}
	next := cmp.Or(collector.Advice(err), "空きを確かめ、collector verify で壊れたところがないかも見てください。")
	return &cli.Problem{Sentence: filepath.Join(c.Data, def.ID) + " に券の番号を入れられません。", Err: err,
		Next: []string{"券は作らずに止めました。" + next}}
}

// newTickets makes codes, and the hashes that are kept of them.
func newTickets(count int) (codes []ticket.Code, hashes [][32]byte) {
	for range count {
		code := ticket.New()
		codes, hashes = append(codes, code), append(hashes, code.Hash())
	}
	return codes, hashes
}

// page is where the survey is, or "". An address of the site alone leads on.
func (c *ticketsCmd) page() string {
	if c.URL == "" {
		return ""
	}
	end := "/surveys/" + c.ID
	return strings.TrimSuffix(strings.TrimRight(c.URL, "/"), end) + end + "/"
}
