package main

// collector rehearse: made-up answers in a directory of their own, so that a
// report can be rehearsed before the survey opens. They go the way of real
// ones: the form's encoding, the validation, tickets, the seal, the journal. So
// a sealed survey's key is put to the test while there is nothing to lose.

import (
	"context"
	"errors"
	"fmt"
	"hash/fnv"
	"io/fs"
	"math"
	"math/rand/v2"
	"net/url"
	"os"
	"path/filepath"
	"strconv"
	"sync"

	"staffplan/cmd/internal/cli"
	"staffplan/collector"
	"staffplan/collector/journal"
	"staffplan/collector/survey"
	"staffplan/collector/ticket"
)

type rehearseCmd struct {
	ID      string `arg:"" name:"id" help:"アンケートの id。"`
	Answers int    `required:"" placeholder:"件数" help:"作る回答の数。"`
	Data    string `default:"data-rehearsal" placeholder:"フォルダー" help:"練習の回答を入れる、新しいフォルダー。"`
	Site    string `default:"public" placeholder:"フォルダー" help:"site build で組み立てたサイト。"`
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
	def, err := definition(c.Site, c.ID)
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
	next := fmt.Sprintf("collector report --survey %s --data %s --out %s", definitionFile(c.Site, c.ID), c.Data, filepath.Join("content", "results", def.ID))
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
		hashes := make([][32]byte, c.Answers)
		for i := range hashes {
			codes = append(codes, ticket.New())
			hashes[i] = codes[i].Hash()
		}
		if err := j.AddTickets(ctx, hashes); err != nil {
			return err
		}
	}
	ctx, stop := context.WithCancelCause(ctx)
	defer stop(nil)
	crowd, encoder := newCrowd(def), collector.NewEncoder(def)
	inputs := make(chan survey.Input)
	var senders sync.WaitGroup
	for range 64 { // many at once share a sync
		senders.Go(func() {
			for in := range inputs {
				if err := send(ctx, j, encoder, in); err != nil {
					stop(err)
				}
			}
		})
	}
	for i := range c.Answers {
		form := crowd.answer()
		if codes != nil {
			form.Set("ticket", codes[i].String())
		}
		in, err := survey.ParseForm([]byte(form.Encode()))
		if err != nil {
			stop(err)
		}
		if ctx.Err() != nil {
			break
		}
		inputs <- in
		progress(i + 1)
	}
	close(inputs)
	senders.Wait()
	if err := context.Cause(ctx); err != nil {
		return err
	}
	if def.Standing() {
		return j.Release(ctx)
	}
	return j.Finish(ctx)
}

// send stores an answer. An error is a survey that even a right answer does not
// pass, or trouble with storing it.
func send(ctx context.Context, j *journal.Journal, encoder *collector.Encoder, in survey.Input) error {
	entry, wrong, err := encoder.Entry(in)
	if len(wrong) > 0 {
		err = fmt.Errorf("%s: %s", wrong[0].Name, wrong[0].Message)
	}
	if err == nil {
		err = j.Append(ctx, entry)
	}
	return err
}

// crowd makes up answers. The same survey gets the same answers each time, so
// that a rehearsal can be repeated.
type crowd struct {
	def    *survey.Definition
	random *rand.Rand
	group  *survey.Question   // whose options lean differently; may be nil
	lean   map[string]float64 // by question id, and by the group's options
	weight map[string]float64 // by question id and option: how often it is chosen
}

func newCrowd(def *survey.Definition) *crowd {
	seed := fnv.New64a()
	seed.Write([]byte(def.ID))
	c := &crowd{def: def, random: rand.New(rand.NewPCG(seed.Sum64(), 0)), lean: map[string]float64{}, weight: map[string]float64{}}
	for i := range def.Questions {
		q := &def.Questions[i]
		c.lean[q.ID] = 0.2 + 0.4*c.random.NormFloat64()
		if q.Group && c.group == nil {
			c.group = q
		}
		for k, o := range q.Options {
			c.weight[q.ID+" "+o.Value] = 1 / (1 + 0.1*float64(k))
			if q == c.group {
				c.lean[q.ID+" "+o.Value] = 0.35 * c.random.NormFloat64()
			}
		}
	}
	return c
}

const (
	blankGroup  = 0.08 // who does not name a group
	blankOthers = 0.03 // who leaves another question blank
	writes      = 0.2  // who writes a text
)

// answer makes up one person's answer, as the form sends it.
func (c *crowd) answer() url.Values {
	form := url.Values{}
	mood := 0.6 * c.random.NormFloat64()
	if c.group != nil && (c.group.Required || c.random.Float64() >= blankGroup) {
		value := c.option(c.group)
		form.Set(c.group.ID, value)
		mood += c.lean[c.group.ID+" "+value]
	}
	for i := range c.def.Questions {
		q := &c.def.Questions[i]
		if q.Group && c.group != nil && q.ID == c.group.ID || !q.Required && c.random.Float64() < blankOthers {
			continue
		}
		switch q.Kind {
		case survey.Scale:
			felt := (mood + c.lean[q.ID] + 0.8*c.random.NormFloat64()) / 1.2
			share := math.Erfc(-felt/math.Sqrt2) / 2 // of people who feel less so
			form.Set(q.ID, strconv.Itoa(min(1+int(share*float64(len(q.Labels))), len(q.Labels))))
		case survey.Choice:
			form.Set(q.ID, c.option(q))
		case survey.Multi:
			form.Set(q.ID, c.option(q))
			for _, o := range q.Options {
				if o.Value != form.Get(q.ID) && c.random.Float64() < 0.3*c.weight[q.ID+" "+o.Value] {
					form.Add(q.ID, o.Value)
				}
			}
		case survey.Text:
			if q.Required || c.random.Float64() < writes {
				text := []rune("練習：" + madeUp[c.random.IntN(len(madeUp))])
				form.Set(q.ID, string(text[:min(len(text), q.Max)]))
			}
		default:
			panic("rehearse: no made-up answer for the kind " + q.Kind)
		}
	}
	if len(form) == 0 {
		return c.answer() // nobody sends a form that is all blank
	}
	return form
}

// option draws an option by weight.
func (c *crowd) option(q *survey.Question) string {
	total := 0.0
	for _, o := range q.Options {
		total += c.weight[q.ID+" "+o.Value]
	}
	at := total * c.random.Float64()
	for _, o := range q.Options {
		if at -= c.weight[q.ID+" "+o.Value]; at < 0 {
			return o.Value
		}
	}
	return q.Options[0].Value
}

// madeUp are texts that nobody wrote. Each is marked where it is used.
var madeUp = []string{
	"朝の打ち合わせが短くなって、話しやすくなりました。",
	"ほかの担当の仕事を見る機会があるとうれしいです。",
	"窓口で聞いたことを、その日のうちに共有できるとよいと思います。",
	"忙しい時期は、学ぶ時間がなかなか取れません。",
	"地域の行事に、勤務のなかで参加できるようになってほしいです。",
	"うまくいかなかったことを話しても、責められなくなりました。",
	"担当をこえて相談できる相手が増えました。",
	"資料の置き場所が分かりにくいので、そろえてほしいです。",
	"新しく来た人に教える時間を、前もって決めておきたいです。",
	"提案したことに返事があって、励みになりました。",
	"電話の取り次ぎを減らす工夫を、一緒に考えたいです。",
	"局の事業所とも、もっと情報を行き来させたいです。",
}
