package check

// What is left of a mail that was pasted.

import (
	"regexp"
	"strings"

	"github.com/yuin/goldmark/ast"
)

var (
	header   = regexp.MustCompile(`(?i)^(?:\**)(?:from|to|cc|bcc|sent|subject|date|差出人|送信者|宛先|件名|送信日時|添付ファイル)\s*[:：]`)
	divided  = regexp.MustCompile(`(?i)^-{2,}\s*(?:original message|forwarded message|元のメッセージ|転送|ここから)`)
	greeting = regexp.MustCompile(`^(?:いつも|大変|平素より?)?(?:大変)?(?:お世話になって(?:おり|い)ます|お世話になります|お疲れ(?:さ|様)(?:ま)?です)`)
	formal   = regexp.MustCompile(`^[ 　]*(?:(?:拝啓|謹啓|前略)(?:$|[ 　、])|時下[、 　]?ますます|(?:敬具|草々|謹白|記|以上)[ 　]*$)`)
	oneLine  = regexp.MustCompile(`^(?:Subject|From|Sent|Cc|Bcc)[:：]`)
	wideMore = regexp.MustCompile(`^＞+[ 　]*`)
)

// paper is what a text on paper says of what lies beside it.
var paper = lookupOf(formsOf(`別[紙添][0-9０-９]?(?:の(?:とおり|通り)|を?(?:ご覧|参照|ご参照))|添付(?:資料|ファイル)?(?:の(?:とおり|通り)|をご覧|をご参照|参照)|[右左]の?図(?:の|を|に|参照)|[次前]頁`))

func pastedMail(p *pass) {
	paper.lines(p.page.own(), func(from int, line []byte, _ []int) {
		if at := paper.forms[0].FindIndex(line); at != nil {
			p.report(p.page.at(from+at[0]), "「"+string(line[at[0]:at[1]])+"」は、紙の文書の言い方です。画面では、どれのことか分かりません。", "リンクを付けるか、ここに書いてください。")
		}
	})
	for _, n := range p.page.nodes() {
		switch n.(type) {
		case *ast.Blockquote:
			if _, again := n.Parent().(*ast.Blockquote); again {
				p.report(p.page.at(n.Pos()), "「>」が重なっています。転送したメールの引用のようです。", "「>」を消して、要ることだけを自分の文で書いてください。")
			}
			continue
		case *ast.Paragraph, *ast.TextBlock:
		default:
			continue
		}
		headers := 0
		for s, line := range lines(n, p.page.source) {
			if header.MatchString(line) {
				headers++
			}
			switch {
			case headers == 2 || oneLine.MatchString(line) || strings.TrimRight(line, " ") == "--" || divided.MatchString(line):
				p.report(p.page.at(n.Pos()), "メールの差出人や件名の行が残っています。", "消して、要ることだけを書いてください。人の名前やアドレスは載せません。")
				headers = 3
			case formal.MatchString(line):
				p.report(p.page.at(s.Start), "手紙や通知文の言葉が残っています。", "消して、知らせたいことから書き始めてください。")
			case greeting.MatchString(line):
				p.report(p.page.at(s.Start), "メールのあいさつが残っています。", "消してください。ページは、読む人ができることから書き始めます。")
			case strings.HasPrefix(line, "＞"):
				p.report(p.page.at(s.Start), "全角の「＞」は、引用の印になりません。", "引用なら半角の「> 」で始めてください。そうでなければ消します。", Edit{Start: s.Start, End: s.Start + len(wideMore.FindString(line)), Text: "> "})
			}
		}
	}
}
