package main

// collector rehearse: made-up answers in a directory of their own, so that a
// report can be rehearsed before the survey opens. They go the way of real
// ones: the form's encoding, the validation, tickets, the seal, the journal. So
// a sealed survey's key is put to the test while there is nothing to lose.

import (
	"context"
	"crypto/sha256"
	_ "embed"
	"errors"
	"fmt"
	"io/fs"
	"math"
	"math/rand/v2"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"golang.org/x/sync/errgroup"

	"staffplan/cmd/internal/cli"
	"staffplan/collector"
	"staffplan/collector/journal"
	"staffplan/collector/survey"
	"staffplan/collector/ticket"
)

type rehearseCmd struct {
	onSite
	Answers int    `required:"" placeholder:"件数" help:"作る回答の数。"`
	Data    string `default:"data-rehearsal" placeholder:"フォルダー" help:"練習の回答を入れる、新しいフォルダー。"`
}

// mostAnswers is more than the staff of any city.
const mostAnswers = 1_000_000

// Validate is kong's: what it refuses is wrong usage.
func (c *rehearseCmd) Validate() error {
	if c.Answers < 1 || c.Answers > mostAnswers {
		return fmt.Errorf("--answers は 1 から %d までにしてください", mostAnswers)
	}
	return nil
}

func (c *rehearseCmd) Run(ctx context.Context, ui *cli.UI) error {
	def, err := c.definition()
	if err != nil {
		return err
	}
	dir := filepath.Join(c.Data, def.ID)
	if err := c.mayFill(dir); err != nil {
		return err
	}
	lock, err := journal.Lock(c.Data)
	if errors.Is(err, journal.ErrLocked) {
		return &cli.Problem{Sentence: c.Data + " は、ほかのプログラムが使っています。",
			Next: []string{"--data に新しいフォルダーの名前を書いてください。"}}
	}
	if err != nil {
		return &cli.Problem{Sentence: c.Data + " を使えません。", Err: err}
	}
	defer lock.Close()
	// The mark comes first: not one made-up answer stands without it.
	if err := journal.MarkRehearsal(c.Data); err != nil {
		return &cli.Problem{Sentence: c.Data + " に練習の印を付けられません。", Err: err}
	}
	if err := c.fill(ctx, def, dir, ui.Progress("練習の回答を作っています", c.Answers)); err != nil {
		return &cli.Problem{Sentence: "練習の回答を最後まで作れませんでした。", Err: err,
			Next: []string{c.Data + " をフォルダーごと消してから、もう一度動かしてください。"}}
	}
	ui.Result("練習の回答を%d件、%s に入れました。", c.Answers, c.Data)
	next := fmt.Sprintf("collector report --survey %s --data %s --out %s", c.file(), c.Data, filepath.Join("content", "results", def.ID))
	if def.SealedTo != "" {
		ui.Result("本番と同じ鍵で封じました。開けるかどうかを、ここで確かめられます。")
		next += " --identity 鍵のファイル"
	}
	ui.Result("集計: %s", next)
	return nil
}

// mayFill lets made-up answers only into a directory that is new or holds
// nothing else, and each survey's only once.
func (c *rehearseCmd) mayFill(dir string) error {
	entries, err := os.ReadDir(c.Data)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return &cli.Problem{Sentence: c.Data + " を読めません。", Err: err}
	}
	marked, err := journal.IsRehearsal(c.Data)
	if err != nil {
		return err
	}
	if len(entries) > 0 && !marked {
		return &cli.Problem{Sentence: c.Data + " には、もう何かが入っています。本物の回答かもしれません。",
			Next: []string{"何も書かずに止めました。--data に新しいフォルダーの名前を書いてください。"}}
	}
	if _, err := os.Stat(dir); err == nil {
		return &cli.Problem{Sentence: dir + " には、もう練習の回答が入っています。",
			Next: []string{c.Data + " をフォルダーごと消すか、--data に新しいフォルダーの名前を書いてください。"}}
	}
	return nil
}

// fill stores the answers and closes the survey, so that none of them waits.
func (c *rehearseCmd) fill(ctx context.Context, def *survey.Definition, dir string, progress func(done int)) (err error) {
	j, err := journal.Open(dir, journal.Options{Release: def.Release, Definition: def.JSON()})
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, j.Close()) }()

	var codes []ticket.Code
	if def.Access == survey.AccessTicket {
		var hashes [][32]byte
		codes, hashes = newTickets(c.Answers)
		if err := j.AddTickets(ctx, hashes); err != nil {
			return err
		}
	}
	crowd, encoder := newCrowd(def), collector.NewEncoder(def)
	senders, sending := errgroup.WithContext(ctx)
	senders.SetLimit(64) // many at once share a sync
	for i := 0; i < c.Answers && sending.Err() == nil; i++ {
		form := crowd.answer()
		if codes != nil {
			form.Set("ticket", codes[i].String())
		}
		senders.Go(func() error { return send(sending, j, encoder, form) })
		progress(i + 1)
	}
	if err := errors.Join(senders.Wait(), ctx.Err()); err != nil {
		return err
	}
	if def.Standing() {
		return j.Release(ctx)
	}
	return j.Finish(ctx)
}

// send stores an answer. An error is a survey that even a right answer does not
// pass, or trouble with storing it.
func send(ctx context.Context, j *journal.Journal, encoder *collector.Encoder, form url.Values) error {
	in, err := survey.ParseForm([]byte(form.Encode()))
	if err != nil {
		return err
	}
	entry, wrong, err := encoder.Entry(in)
	if len(wrong) > 0 {
		return fmt.Errorf("%s: %s", wrong[0].Name, wrong[0].Message)
	}
	if err != nil {
		return err
	}
	return j.Append(ctx, entry)
}

// crowd makes up answers. The same survey gets the same answers each time, so
// that a rehearsal can be repeated.
type crowd struct {
	id        string // of the survey
	random    *rand.Rand
	questions []survey.Question // the group first: it sways the others
}

func newCrowd(def *survey.Definition) *crowd {
	c := &crowd{id: def.ID, random: seeded(def.ID)}
	for _, q := range def.Questions {
		if q.Group {
			c.questions = slices.Insert(c.questions, 0, q)
		} else {
			c.questions = append(c.questions, q)
		}
	}
	return c
}

func seeded(words string) *rand.Rand {
	return rand.New(rand.NewChaCha8(sha256.Sum256([]byte(words))))
}

// lean is how a question, or an option of the group, sways everybody's answers.
func (c *crowd) lean(of string) float64 {
	return 0.3 * seeded(c.id+" "+of).NormFloat64()
}

// answer makes up one person's answer, as the form sends it: one question in
// twenty is left blank, and one in five people writes a text.
func (c *crowd) answer() url.Values {
	form := url.Values{}
	mood := 0.2 + 0.5*c.random.NormFloat64()
	for _, q := range c.questions {
		drawn := c.random.Float64()
		if !q.Required && (drawn < 0.05 || q.Kind == survey.Text && drawn < 0.8) {
			continue
		}
		switch q.Kind {
		case survey.Scale:
			points := float64(len(q.Labels))
			felt := mood + c.lean(q.ID) + 0.7*c.random.NormFloat64()
			point := math.Round((points+1)/2 + felt*points/4)
			form.Set(q.ID, strconv.Itoa(int(max(1, min(point, points)))))
		case survey.Choice:
			value := q.Options[c.random.IntN(len(q.Options))].Value
			form.Set(q.ID, value)
			if q.Group {
				mood += c.lean(q.ID + " " + value)
			}
		case survey.Multi:
			for _, i := range c.random.Perm(len(q.Options))[:1+c.random.IntN(len(q.Options))] {
				form.Add(q.ID, q.Options[i].Value)
			}
		case survey.Text:
			text := []rune("練習：" + madeUp[c.random.IntN(len(madeUp))])
			form.Set(q.ID, string(text[:min(len(text), q.Max)]))
		default:
			panic("rehearse: no made-up answer for the kind " + q.Kind)
		}
	}
	if len(form) == 0 {
		return c.answer() // nobody sends a form that is all blank
	}
	return form
}

//go:embed rehearse.txt
var madeUpLines string

// madeUp are texts that nobody wrote. Each is marked where it is used.
var madeUp = strings.Split(strings.TrimSpace(madeUpLines), "\n")
