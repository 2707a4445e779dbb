package collector

// What happens to a request, in one table: the status, and the words for the
// person who sent it. A form and JSON meet the same rows; only the clothes
// differ, see refuse.go. Messages at a single question come from package survey,
// those about tickets from entry.go.

import (
	"strings"

	"staffplan/collector/survey"
)

// outcome is a row: everything the answer to a failed request says. In text,
// {title}, {opens} and {closes} stand for those of the survey.
type outcome struct {
	status int
	title  string
	text   string
	ask    bool // show the form again, with all that was typed
}

func (o *outcome) Error() string { return o.title }

// about gives the row with the survey's own words in it.
func (o outcome) about(d *survey.Definition) *outcome {
	o.text = strings.NewReplacer(
		"{title}", d.Title,
		"{opens}", d.OpensInWords(),
		"{closes}", d.ClosesInWords(),
	).Replace(o.text)
	return &o
}

const nothingKept = "送ったものは保存していません。"

// Why a request was not taken.
var (
	errNoPage = &outcome{404, "ページが見つかりません",
		"アドレスをもう一度確かめるか、ホームから探してください。", false}
	errNoSurvey = &outcome{404, "このアンケートや提案箱は見つかりません",
		"終わって片づけられたか、アドレスが違うのかもしれません。アンケートと提案箱の一覧から選んでください。", false}
	errHost = &outcome{421, "このアドレスでは開けません",
		"いつものアドレスで開いてください。分からないときは、ページの担当に聞いてください。", false}
	errGet = &outcome{405, "この送り方は使えません",
		"ホームから目的のページを開いてください。", false}
	errPost = &outcome{405, "ここは回答や提案を受け取るところです",
		"アンケートか提案箱のページを開いて、そこから送ってください。", false}
	errOrigin = &outcome{403, "このサイトの外からは送れません",
		"送ったものは保存していません。このサイトのアンケートか提案箱のページを開いて、そこから送ってください。", false}
	errMedia = &outcome{415, "この形式では受け取れません",
		"送ったものは保存していません。アンケートか提案箱のページから送ってください。プログラムから送るときは、UTF-8の application/x-www-form-urlencoded か application/json にしてください。", false}
	errCoding = &outcome{415, "圧縮したものは受け取れません",
		"送ったものは保存していません。圧縮せずに送ってください。", false}
	errTooLarge = &outcome{413, "書いたものが長すぎます",
		"送ったものは保存していません。全体で256KiB（日本語でおよそ2万文字）まで受け取れます。文を短くして、もう一度送ってください。", true}
	errSlow = &outcome{408, "最後まで届きませんでした",
		"送ったものは保存していません。通信の具合を確かめて、もう一度送ってください。", false}
	errMalformed = &outcome{400, "届いたものを読み取れませんでした",
		"送ったものは保存していません。ページを開き直して、もう一度送ってください。", false}
	errNotYet = &outcome{403, "受付はまだ始まっていません",
		"「{title}」は、{opens}から受け付けます。送ったものは保存していません。", false}
	errOver = &outcome{410, "受付は終わりました",
		"「{title}」の受付は、{closes}に終わりました。送ったものは保存していません。", false}
	errFinished = &outcome{410, "受付は終わりました",
		"「{title}」の受付は終わりました。" + nothingKept, false}
	errHeld = &outcome{403, "受付を止めています",
		"サーバーの時計が合っているかを確かめているので、いま「{title}」は受け付けていません。時間をおいて、もう一度開いてください。" + nothingKept, false}
	errInvalid = &outcome{422, "直してほしいところがあります",
		"まだ保存していません。次のところを直して、もう一度送ってください。", true}
	errTicketUsed = &outcome{422, "この回答券の回答は、受け取ってあります",
		"同じ回答券で送られた回答を、すでに受け取っています。これ以上、何もしなくてだいじょうぶです。送った覚えがないときは、券を配った担当に知らせてください。", false}
	errBusy = &outcome{503, "いま混み合っています",
		"まだ保存していません。1分ほど待って、もう一度送ってください。", true}
	errFull = &outcome{503, "いま保存できません",
		"置き場所に空きがなく、まだ保存していません。しばらく待って、もう一度送ってください。", true}
	// What was sent may or may not be on disk, and was not acknowledged.
	errStorage = &outcome{503, "いま保存できません",
		"保存できたことを確かめられませんでした。担当が直すまで受け取れません。ページの担当に知らせてください。", true}
	// Everything else is our mistake: a fixed text, and never the error itself.
	errInternal = &outcome{500, "うまく処理できませんでした",
		"しばらく待って、もう一度試してください。続くときは、ページの担当に知らせてください。", false}
)
