package collector

// What happens to a request, in one table: the status, and the words for the
// person who sent it. A form and JSON meet the same rows; only the clothes
// differ (a page in the site's frame, or problem details as in RFC 9457).
// Messages at a single question come from package survey.

import (
	"bytes"
	"encoding/json"
	"errors"
	"net/http"
	"strconv"
	"strings"
	"time"

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

// retryAfter is what a 503 asks for, in seconds: long enough for a full disk to
// be noticed, short enough for someone who keeps the page open.
const retryAfter = 60

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

// stillHere follows the text where the form is shown again.
const stillHere = "書いたものは、この画面に残っています。"

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
	return outcome{http.StatusInternalServerError, "うまく処理できませんでした",
		"しばらく待って、もう一度試してください。続くときは、ページの担当に知らせてください。", false}
}

// about puts the survey's own words into the row's.
func (o outcome) about(d *survey.Definition) outcome {
	if d == nil || !strings.Contains(o.text, "{") {
		return o
	}
	o.text = strings.NewReplacer(
		"{title}", d.Title,
		"{opens}", momentInWords(d.Opens),
		"{closes}", momentInWords(d.Closes),
	).Replace(o.text)
	return o
}

// momentInWords is a time as an office in Japan reads it; midnight is the day.
func momentInWords(t time.Time) string {
	t = t.In(tokyo)
	if h, m, s := t.Clock(); h == 0 && m == 0 && s == 0 {
		return t.Format("2006年1月2日")
	}
	return t.Format("2006年1月2日15時04分")
}

// problem is RFC 9457 with one member of our own, the list of fields. The type
// is left out, which means about:blank: the status says it all.
type problem struct {
	Title  string         `json:"title"`
	Status int            `json:"status"`
	Detail string         `json:"detail"`
	Errors []problemField `json:"errors,omitempty"`
}

type problemField struct {
	Name    string `json:"name"`
	Message string `json:"message"`
}

// sendProblem answers a program.
func sendProblem(w http.ResponseWriter, o outcome, fields []survey.FieldError) {
	p := problem{Title: o.title, Status: o.status, Detail: o.text}
	for _, f := range fields {
		p.Errors = append(p.Errors, problemField{f.Name, f.Message})
	}
	var body bytes.Buffer
	enc := json.NewEncoder(&body)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(p); err != nil {
		panic(err) // strings and numbers only
	}
	send(w, o.status, "application/problem+json", body.Bytes())
}

// send writes a whole response that is kept nowhere.
func send(w http.ResponseWriter, status int, contentType string, body []byte) {
	h := w.Header()
	h.Set("Content-Type", contentType)
	h.Set("Content-Length", strconv.Itoa(len(body)))
	h.Set("Cache-Control", "no-store")
	if status == http.StatusServiceUnavailable {
		h.Set("Retry-After", strconv.Itoa(retryAfter))
	}
	w.WriteHeader(status)
	w.Write(body)
}
