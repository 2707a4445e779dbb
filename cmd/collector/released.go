package main

// The answers of a survey that has ended, for report and export: when they may
// be read, and how sealed ones are opened.

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"iter"
	"os"
	"path/filepath"
	"time"

	"filippo.io/age"
	"golang.org/x/text/encoding/unicode"
	"golang.org/x/text/transform"

	"staffplan/cmd/internal/cli"
	"staffplan/collector/journal"
	"staffplan/collector/report"
	"staffplan/collector/survey"
)

// answers are those of a survey that has ended.
type answers struct {
	def       *survey.Definition
	dir       string
	rehearsal bool
	keys      []age.Identity
}

// find refuses answers that must not be seen yet, and sealed ones without the key in
// the file identity.
func find(def *survey.Definition, data, identity string, ui *cli.UI) (*answers, error) {
	rehearsal, err := mayRead(def, data)
	if err != nil {
		return nil, err
	}
	var keys []age.Identity
	switch {
	case def.SealedTo != "":
		if keys, err = identities(def, identity); err != nil {
			return nil, err
		}
	case identity != "":
		ui.Say("このアンケートの回答は封じていないので、鍵は使いません。")
	}
	return &answers{def, filepath.Join(data, def.ID), rehearsal, keys}, nil
}

// read has f go through what has been released, perhaps twice, as journal.Read does.
// It may be used while the collector serves.
func (a *answers) read(ctx context.Context, ui *cli.UI, f func(*journal.Released) error) error {
	err := journal.Read(ctx, a.dir, func(r *journal.Released) error {
		progress, done := ui.Progress("回答を読んでいます", int(r.Size)), 0
		watch := func(lines iter.Seq2[[]byte, error]) iter.Seq2[[]byte, error] {
			return func(yield func([]byte, error) bool) {
				for line, err := range lines {
					done += len(line) + 1
					progress(done)
					if !yield(line, err) {
						return
					}
				}
			}
		}
		return f(&journal.Released{Answers: watch(r.Answers), Texts: watch(r.Texts)})
	})
	_, wrong := errors.AsType[*report.LineError](err)
	_, aside := errors.AsType[*report.AsideError](err)
	switch {
	case err == nil:
		return nil
	case ctx.Err() != nil:
		return stopped
	case aside:
		return &cli.Problem{Sentence: "読んだ回答を、並べ替えるために置けません。", Err: err,
			Next: []string{"何も書かずに止めました。--out のフォルダーがあるか、書き込めるか、空きがあるかを確かめてください。"}}
	case wrong && a.def.SealedTo != "":
		return &cli.Problem{Sentence: a.dir + " に、開けない行か、あってはいけない行があります。", Err: err,
			Next: []string{"何も書かずに止めました。ファイルが書き換えられたのかもしれません。手を加えずに写しを取り、控え（バックアップ）と比べてください。"}}
	case wrong:
		return &cli.Problem{Sentence: a.dir + " に、定義と合わない回答があります。", Err: err,
			Next: []string{"何も書かずに止めました。collector verify で、壊れたところがないかを確かめてください。"}}
	}
	return unreadable(a.dir, err)
}

// stopped is said when somebody has ended the program on the way.
var stopped = &cli.Problem{Sentence: "途中で止めました。何も書いていません。"}

// identities reads the key that opens a survey. What age says of a file is not
// passed on: it may quote the key.
func identities(def *survey.Definition, file string) ([]age.Identity, error) {
	if file == "" {
		return nil, &cli.Problem{Sentence: "「" + def.Title + "」の回答は封じてあります。",
			Next: []string{"開く鍵のファイルを --identity に書いてください。鍵は、sealed_to の公開鍵を作った人が持っています。"}}
	}
	text, err := os.ReadFile(file)
	if err != nil {
		return nil, &cli.Problem{Sentence: "鍵のファイルを読めません。", Err: err,
			Next: []string{"--identity のファイルの名前を確かめてください。"}}
	}
	text = plain(text)
	if bytes.HasPrefix(text, []byte("age-encryption.org/")) || bytes.HasPrefix(text, []byte("-----BEGIN AGE ENCRYPTED FILE-----")) {
		return nil, &cli.Problem{Sentence: file + " は、合い言葉で閉じた鍵のファイルです。このままでは使えません。",
			Next: []string{"age --decrypt で開いた鍵のファイルを --identity に書き、済んだら、そのファイルを消してください。"}}
	}
	keys, err := age.ParseIdentities(bytes.NewReader(text))
	if err != nil {
		return nil, &cli.Problem{Sentence: file + " は、鍵のファイルとして読めません。",
			Next: []string{"collector key か age-keygen が作った、AGE-SECRET-KEY-1 で始まる行のあるファイルを書いてください。"}}
	}
	for _, key := range keys {
		if x, ok := key.(*age.X25519Identity); ok && x.Recipient().String() == def.SealedTo {
			return []age.Identity{x}, nil
		}
	}
	return nil, &cli.Problem{Sentence: file + " の鍵では、この回答は開けません。",
		Next: []string{"content/surveys/" + def.ID + "/index.md の sealed_to にある公開鍵と、組になっている鍵を書いてください。"}}
}

// plain gives a text file as it was before an editor of Windows had its way: it
// may have become UTF-16, and have a mark at its beginning and blanks around its
// lines.
func plain(text []byte) []byte {
	if utf8, _, err := transform.Bytes(unicode.BOMOverride(transform.Nop), text); err == nil {
		text = utf8
	}
	var lines [][]byte
	for line := range bytes.Lines(bytes.TrimSpace(text)) {
		lines = append(lines, bytes.TrimSpace(line))
	}
	return bytes.Join(lines, []byte("\n"))
}

// mayRead refuses what must not be seen yet, and tells whether the answers were
// made up. That a survey has ended is first of all a stored mark; the clock only
// tells which of two things is still to be done.
func mayRead(def *survey.Definition, data string) (rehearsal bool, err error) {
	dir := filepath.Join(data, def.ID)
	if _, err := journal.StoredDefinition(dir); errors.Is(err, fs.ErrNotExist) {
		return false, &cli.Problem{Sentence: dir + " に回答がありません。",
			Next: []string{"--data のフォルダーを確かめてください。"}}
	}
	if err := matches(def, dir); err != nil {
		return false, err
	}
	rehearsal, err = journal.IsRehearsal(data)
	if err != nil {
		return false, unreadable(data, err)
	}
	if rehearsal || def.Standing() {
		return rehearsal, nil
	}
	finished, err := journal.IsFinished(dir)
	switch {
	case err != nil:
		return false, unreadable(dir, err)
	case finished:
		return false, nil
	case def.State(time.Now()) == survey.Over:
		return false, &cli.Problem{Sentence: "このアンケートは終わりましたが、まだ受付に残っている回答があります。",
			Next: []string{"collector serve を一度動かして、残りを移してください。それから、もう一度試してください。"}}
	}
	return false, &cli.Problem{Sentence: "このアンケートはまだ終わっていません。",
		Next: []string{fmt.Sprintf("%sを過ぎてから動かしてください。途中の結果は、だれも見ない約束です。", def.ClosesInWords()),
			"報告の練習をするときは、collector rehearse で作った回答を使ってください。"}}
}
