package main

// site new: a page that serves, checks and builds as it is, at the place where it
// belongs: from its archetype, or from a page that is there already.

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"regexp"
	"strings"
	"time"

	"github.com/goccy/go-yaml"

	"staffplan/cmd/internal/cli"
	"staffplan/collector/survey"
)

type newCmd struct {
	Kind string `arg:"" placeholder:"種類" help:"ページの種類。event（地域イベント）、area（地域情報）、knowledge（知識ノート）、notice（注意喚起）、commendation（職員表彰）、proposal（職員提案）、training（研修教材）、survey（アンケート）、results（アンケートの結果）、measure（具体的取組）、value（心構え）、chapter（プランの章）、page（そのほかのページ）のどれか。"`
	Slug string `arg:"" placeholder:"名前" help:"URL になる名前。半角の英小文字、数字、ハイフン。種類が page のときは、teams/library のようにフォルダーから。"`

	From   string `placeholder:"名前" help:"ひな形のかわりに写す、同じ種類のページ。"`
	Title  string `placeholder:"題" help:"ページの題。"`
	Owner  string `placeholder:"役割" help:"担当の役割。"`
	Date   string `placeholder:"日" help:"行事を開く日や、出した日、受けた日。"`
	Opens  string `placeholder:"日" help:"アンケートの受付を始める日。"`
	Closes string `placeholder:"日" help:"アンケートの受付を終える日。その日いっぱい受け付けます。"`
}

func (c *newCmd) Run(ctx context.Context, ui *cli.UI) error {
	if err := atProjectRoot("."); err != nil {
		return err
	}
	k, err := kindNamed(c.Kind)
	if err != nil {
		return err
	}
	if err := errors.Join(k.takes(c.Slug), c.allowed(k)); err != nil {
		return err
	}
	folder := path.Join("content", k.section, c.Slug)
	for _, there := range []string{folder + ".md", folder} { // of either kind: they have the same URL
		if _, err := os.Stat(filepath.FromSlash(there)); !errors.Is(err, fs.ErrNotExist) {
			return &cli.Problem{Sentence: there + " は、もうあります。", Next: []string{"ほかの名前にするか、いまあるページを書き換えてください。"}}
		}
	}
	source, err := c.source(k)
	if err != nil {
		return err
	}
	var d *draft
	data, err := os.ReadFile(source)
	if err == nil {
		d, err = readDraft(data)
	}
	if err != nil {
		return &cli.Problem{Sentence: source + " を読めないので、ひな形にできません。", Err: err, Next: []string{"site check で、直すところが分かります。"}}
	}
	if err := c.fill(ctx, ui, k, d); err != nil {
		return err
	}
	file, bundle := folder+".md", path.Base(source) == "index.md"
	if k.folder || bundle {
		file = folder + "/index.md"
	}
	err = os.MkdirAll(path.Dir(file), 0o777)
	if bundle { // with the pictures that it shows
		err = os.CopyFS(folder, os.DirFS(path.Dir(source)))
	}
	if err := errors.Join(err, os.WriteFile(file, d.bytes(), 0o666)); err != nil {
		return &cli.Problem{Sentence: file + " を書けません。", Err: err, Next: []string{"content/ に書き込めるかを確かめてください。"}}
	}
	ui.Result("%s", file)
	c.next(ui, k, d)
	return nil
}

// allowed says whether the flags mean something to the kind.
func (c *newCmd) allowed(k kind) error {
	misuse := func(flag, only string) error {
		return &cli.Problem{Misuse: true, Sentence: fmt.Sprintf("%s では、%s は使いません。", k.japanese, flag), Next: []string{only}}
	}
	switch {
	case k.name != "survey" && c.Opens+c.Closes != "":
		return misuse("--opens と --closes", "アンケートを作るときだけのものです。例: site new survey morale-2027 --opens 2027-11-01 --closes 2027-11-30")
	case k.day == "" && c.Date != "":
		return misuse("--date", "日付のあるページ（行事、地域情報、注意喚起、表彰、提案）を作るときだけのものです。例: site new event hanami-2027 --date 2027-04-03")
	case k.name == "results" && c.From != "":
		return misuse("--from", "結果の数字も文も、回ごとに違います。--from を付けずに作ってください。")
	}
	return nil
}

// source is the file to begin with.
func (c *newCmd) source(k kind) (string, error) {
	if c.From == "" {
		return "layouts/_archetypes/" + cmp.Or(k.section, k.name) + ".md", nil
	}
	folder := path.Join("content", k.section)
	for _, file := range []string{c.From + ".md", c.From + "/index.md"} {
		file = path.Join(folder, file)
		if _, err := os.Stat(file); err == nil && strings.HasPrefix(file, folder+"/") {
			return file, nil
		}
	}
	next := "--from を付けなければ、ひな形から作れます。"
	if there := pagesIn(folder); there != nil {
		next = "いまあるのは " + strings.Join(there, "、") + " です。"
	}
	return "", &cli.Problem{Sentence: fmt.Sprintf("写すもとの %s/%s がありません。", folder, c.From), Next: []string{next}}
}

// pagesIn lists the pages of a section that can be copied.
func pagesIn(folder string) (there []string) {
	for _, pattern := range []string{"*.md", "*/index.md"} {
		names, _ := filepath.Glob(filepath.Join(folder, pattern)) // the pattern is right
		for _, name := range names {
			name = strings.TrimSuffix(strings.TrimSuffix(strings.TrimPrefix(filepath.ToSlash(name), folder+"/"), ".md"), "/index")
			if name != "_index" && name != "guide" {
				there = append(there, name)
			}
		}
	}
	return there
}

// fill puts into the page what its flags, the person at the terminal or the
// calendar say.
func (c *newCmd) fill(ctx context.Context, ui *cli.UI, k kind, d *draft) error {
	now := time.Now().In(survey.Tokyo)
	roles, err := owners()
	if err != nil {
		return err
	}
	ui.Note("そのままでよいものは、Enter だけを押してください。")
	f := form{ctx: ctx, ui: ui, draft: d}
	f.setText("title", f.ask("--title", c.Title, "題", c.proposedTitle(k, d), filled))
	before := d.get("params.owner")
	owner := f.ask("--owner", c.Owner, "担当", before, oneOf(roles))
	f.setText("params.owner", owner)
	f.set("params.reviewed", now.Format(time.DateOnly))
	f.set("params.review_by", now.AddDate(1, 0, 0).Format(time.DateOnly))
	d.drop("params", "yomi") // of another title
	d.drop("", "lastmod")

	switch k.name {
	case "event": // nobody but the writer knows the day: it may wait
		start := f.ask("--date", c.Date, k.asks+"（まだなら空のまま）", "", maybe(fromDay))
		if start != "" || c.From != "" {
			f.set("params.start", cmp.Or(start, `""`))
			f.set("params.end", cmp.Or(endOfDay(start), `""`))
		}
		if d.get("params.contact") == before {
			f.setText("params.contact", owner)
		}
	case "survey":
		opens, closes := c.period(d, now)
		opens = f.ask("--opens", c.Opens, "受付を始める日", opens, fromDay)
		if c.Closes+closes != "" { // else it never closes, as the one before
			closes = f.ask("--closes", c.Closes, "受付を終える日（その日いっぱい）", closes, toDay)
		}
		if begin, end := instant(opens), instant(closes); f.err == nil && closes != "" && !end.After(begin) {
			return &cli.Problem{Misuse: true, Sentence: "受付を終える日が、始める日より前です。", Next: []string{"--opens と --closes を確かめてください。"}}
		}
		f.setText("params.survey.opens", opens)
		f.setText("params.survey.closes", closes)
		f.setText("params.survey.previous", c.From)
	case "results":
		f.setText("params.survey", c.Slug)
	case "measure":
		f.setText("params.code", strings.ToUpper(c.Slug))
		f.setText("params.side", map[byte]string{'s': "staff", 'w': "workplace"}[c.Slug[0]])
		f.setText("params.status", "準備")
		f.set("params.changes", "[]")
	case "proposal":
		f.setText("params.state", "受付")
		fallthrough
	default:
		if k.day != "" {
			f.set("params."+k.day, f.ask("--date", c.Date, k.asks, now.Format(time.DateOnly), day))
		}
	}
	return errors.Join(f.err, d.mark())
}

var year = regexp.MustCompile(`\d{4}`)

// proposedTitle is the title of the page before with the year of this one, or one
// that no other page has.
func (c *newCmd) proposedTitle(k kind, d *draft) string {
	title := "新しい" + strings.TrimPrefix(k.japanese, "そのほかの")
	if c.From != "" {
		title = d.get("title")
		if from, to := year.FindString(c.From), year.FindString(c.Slug); from != to && from != "" && to != "" && strings.Contains(title, from) {
			return strings.ReplaceAll(title, from, to)
		}
	}
	return title + "（" + path.Base(c.Slug) + "）"
}

// period is when a survey is proposed to take answers: next month, or a year or
// more after the survey before. One that never closes has no end.
func (c *newCmd) period(d *draft, now time.Time) (opens, closes string) {
	first := time.Date(now.Year(), now.Month()+1, 1, 0, 0, 0, 0, survey.Tokyo)
	last := first.AddDate(0, 1, 0).Add(-time.Second)
	if c.From != "" {
		from, to := instant(d.get("params.survey.opens")), instant(d.get("params.survey.closes"))
		years := 1 // or many, where it has no date
		for !from.AddDate(years, 0, 0).After(now) {
			years++
		}
		first, last = from.AddDate(years, 0, 0), to.AddDate(years, 0, 0)
		if to.IsZero() {
			return strings.TrimSuffix(first.Format(time.RFC3339), startsDay), ""
		}
	}
	return strings.TrimSuffix(first.Format(time.RFC3339), startsDay), strings.TrimSuffix(last.Format(time.RFC3339), endsDay)
}

// next says what there is to do now.
func (c *newCmd) next(ui *cli.UI, k kind, d *draft) {
	if c.From == "" {
		ui.Note("%sのひな形を作りました。", k.japanese)
	} else {
		ui.Note("%s を写しました。", c.From)
	}
	if k.name == "survey" {
		opens, closes := strings.TrimSuffix(d.get("params.survey.opens"), startsDay), strings.TrimSuffix(d.get("params.survey.closes"), endsDay)
		if closes == "" {
			ui.Say("受付は %s から、いつでもです。", opens)
		} else {
			ui.Say("受付は %s から %s までです。", opens, closes)
		}
		if c.From != "" {
			ui.Say("問いと段階の言葉を変えなければ、前の回からの変化が出ます。初めの文と、所属の人数（headcount）は、今回のものに直してください。")
		}
	}
	if d.get("params.survey.sealed_to") != "" {
		ui.Say("回答を封じる鍵（sealed_to）は、前の回のものです。作り直すときは、collector key を使います。")
	}
	ui.Note("つぎに、このファイルを開いて書き、site serve で見え方を、site check で書き方を確かめてください。")
	ui.Note("公開するときは、draft: true の行を消します。")
}

// owners are the roles that look after pages.
func owners() (roles []string, err error) {
	const file = "layouts/_data/owners.yaml"
	data, err := os.ReadFile(file)
	if err != nil {
		return nil, err
	}
	var rows yaml.MapSlice
	if err := yaml.Unmarshal(data, &rows); err != nil {
		return nil, &cli.Problem{Sentence: file + " を読めません。", Err: err}
	}
	for _, row := range rows {
		roles = append(roles, fmt.Sprint(row.Key))
	}
	return roles, nil
}
