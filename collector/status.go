package collector

// What happens to a request, in one table: the status, and the words for the
// person who sent it. A form and JSON meet the same rows; only the clothes
// differ, see refuse.go. Messages at a single question come from package survey.

import (
	"errors"
	"strings"

	"staffplan/collector/journal"
	"staffplan/collector/survey"
)

// Why a request was not taken, as far as this package decides it.
var (
	errNoPage   = errors.New("no such page")
	errNoSurvey = errors.New("no such survey")
	errGet      = errors.New("method is neither GET nor HEAD")
	errPost     = errors.New("method is not POST")
	errOrigin   = errors.New("from another origin")
	errMedia    = errors.New("media type or charset is not taken")
	errCoding   = errors.New("content coding is not taken")
	errTooLarge = errors.New("body is too large")
	errSlow     = errors.New("body came too slowly")
	errNotYet   = errors.New("survey is not open yet")
	errOver     = errors.New("survey is closed")
	errInvalid  = errors.New("answers do not fit the survey")
	errBusy     = errors.New("too many requests in flight")
)

// outcome is a row: everything the answer to a failed request says. In title
// and text, {title}, {opens} and {closes} stand for those of the survey.
type outcome struct {
	status int
	title  string
	text   string
	ask    bool // show the form again, with all that was typed
}

var outcomes = []struct {
	err error
	outcome
}{
	{errNoPage, outcome{404, "ページが見つかりません",
		"アドレスをもう一度確かめるか、ホームから探してください。", false}},
	{errNoSurvey, outcome{404, "このアンケートは見つかりません",
		"終わって片づけられたか、アドレスが違うのかもしれません。アンケートの一覧から選んでください。", false}},
	{errGet, outcome{405, "この送り方は使えません",
		"ホームから目的のページを開いてください。", false}},
	{errPost, outcome{405, "ここは回答を受け取るところです",
		"アンケートのページを開いて、そこから回答を送ってください。", false}},
	{errOrigin, outcome{403, "このサイトの外からは送れません",
		"回答は保存していません。このサイトのアンケートのページを開いて、そこから送ってください。", false}},
	{errMedia, outcome{415, "この形式では受け取れません",
		"回答は保存していません。アンケートのページから送ってください。プログラムから送るときは、UTF-8の application/x-www-form-urlencoded か application/json にしてください。", false}},
	{errCoding, outcome{415, "圧縮した回答は受け取れません",
		"回答は保存していません。圧縮せずに送ってください。", false}},
	{errTooLarge, outcome{413, "回答が長すぎます",
		"回答は保存していません。全体で64KiBまで受け取れます。文を短くして、もう一度送ってください。", false}},
	{errSlow, outcome{408, "回答が届ききりませんでした",
		"回答は保存していません。通信の具合を確かめて、もう一度送ってください。", false}},
	{survey.ErrMalformed, outcome{400, "回答を読み取れませんでした",
		"回答は保存していません。アンケートのページを開き直して、もう一度送ってください。", false}},
	{errNotYet, outcome{403, "受付はまだ始まっていません",
		"「{title}」は、{opens}から答えられます。回答は保存していません。", false}},
	{errOver, outcome{410, "受付は終わりました",
		"「{title}」の受付は、{closes}に終わりました。回答は保存していません。", false}},
	{journal.ErrFinished, outcome{410, "受付は終わりました",
		"「{title}」の受付は終わりました。回答は保存していません。", false}},
	{errInvalid, outcome{422, "直してほしいところがあります",
		"回答はまだ保存していません。次のところを直して、もう一度送ってください。", true}},
	{errBusy, outcome{503, "いま回答が集中しています",
		"回答はまだ保存していません。1分ほど待って、もう一度送ってください。", true}},
	{journal.ErrFull, outcome{503, "いま回答を保存できません",
		"置き場所に空きがなく、回答はまだ保存していません。しばらく待って、もう一度送ってください。", true}},
	{errStorage, outcome{503, "いま回答を保存できません",
		"回答を保存できたことを確かめられませんでした。担当が直すまで受け取れません。ページの担当に知らせてください。", true}},
}

// errStorage stands for every other trouble of the journal: what was sent may
// or may not be on disk, and was not acknowledged.
var errStorage = errors.New("storage failed")

// outcomeOf looks the error up. What is not in the table is our mistake: a
// fixed text, and never the error itself.
func outcomeOf(err error) outcome {
	for _, row := range outcomes {
		if errors.Is(err, row.err) {
			return row.outcome
		}
	}
	return outcome{500, "うまく処理できませんでした",
		"しばらく待って、もう一度試してください。続くときは、ページの担当に知らせてください。", false}
}

// about puts the survey's own words into the row's.
func (o outcome) about(d *survey.Definition) outcome {
	o.text = strings.NewReplacer(
		"{title}", d.Title,
		"{opens}", momentInWords(d.Opens),
		"{closes}", momentInWords(d.Closes),
	).Replace(o.text)
	return o
}
