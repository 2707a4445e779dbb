package check

// Japanese, letter by letter: one form for each character, one mark for each
// pause. What can be mended without a question is.

import (
	"bytes"
	"regexp"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/yuin/goldmark/ast"
	"golang.org/x/text/unicode/norm"
	"golang.org/x/text/width"
)

// slip is one form of a mistake in a line. Of its match the group that
// there is, or all, is put right by instead, if that is set.
type slip struct {
	form    form
	message string // %s is what was found
	mend    string // %s is what stands in its place
	instead func(found string) string
	body    bool // not in front matter, whose own signs are half-width
}

// slips are some that are looked for together.
type slips struct {
	all  []slip
	look *lookup
}

func together(all []slip) slips {
	var forms []form
	for _, s := range all {
		forms = append(forms, s.form)
	}
	return slips{all, lookupOf(forms)}
}

// slips looks for some, in the text and in the fields: one finding a line of each,
// which mends all of it there.
func (p *pass) slips(of slips) {
	for i, text := range [][]byte{p.page.own(), p.page.fields()} {
		of.look.lines(text, func(from int, line []byte, forms []int) {
			if i > 0 && !letters.Match(line) && !titles.Match(line) { // a date or a word of a list has its own finding
				return
			}
			for _, form := range forms {
				if s := of.all[form]; i == 0 || !s.body {
					p.slip(s, from, line)
				}
			}
		})
	}
}

var titles = regexp.MustCompile(`^(?:title|description|linkTitle):`)

func (p *pass) slip(s slip, from int, line []byte) {
	found := s.form.FindAllSubmatchIndex(line, -1)
	if found == nil || p.mustGo(p.page.at(from).line) {
		return
	}
	var fix []Edit
	at, said, instead := -1, "", ""
	for _, m := range found {
		start, end := groupOf(m)
		text := string(line[start:end])
		put := ""
		if s.instead != nil {
			if put = s.instead(text); put != text {
				fix = append(fix, Edit{Start: from + start, End: from + end, Text: put})
			}
		}
		if at < 0 {
			at, said, instead = from+start, text, put
		}
	}
	if !letters.Match(line) && from < p.page.body {
		fix = nil // YAML could take it for a number
	}
	p.report(p.page.at(at), strings.Replace(s.message, "%s", said, 1), strings.Replace(s.mend, "%s", instead, 1), fix...)
}

// mustGo says whether a line has something about a person, which is not to be
// mended but to go.
func (p *pass) mustGo(line int) bool {
	return slices.ContainsFunc(p.findings, func(f Finding) bool {
		return f.Rule == "personal" && f.Line == line && f.File == p.page.file
	})
}

func to(text string) func(string) string { return func(string) string { return text } }

const sentence = letter + `|[」』）]`

var widths = together([]slip{
	{form: formOf(`[ｦ-ﾟ]+`, `[ｦ-ﾟ]`), message: "「%s」は、半角のカタカナです。", mend: "全角で「%s」と書いてください。", instead: norm.NFKC.String},
	{form: formOf(`[｡､｢｣･]+`, ""), message: "「%s」は、半角の句読点や括弧です。", mend: "全角で「%s」と書いてください。", instead: width.Widen.String},
	{form: formOf(`(?:^|[^０-９Ａ-Ｚａ-ｚ（－-])((?:[１-９Ａ-Ｚａ-ｚ]|０(?:[^０-９]|[０-９][年月日時分]|$))[０-９Ａ-Ｚａ-ｚ]*(?:[．，－／：＠＿][０-９Ａ-Ｚａ-ｚ]+)*％?)`, `[０-９Ａ-Ｚａ-ｚ]`), message: "「%s」は、全角の数字か英字です。", mend: "半角で「%s」と書いてください。", instead: norm.NFKC.String},
	{form: formOf(`（([０-９Ａ-Ｚａ-ｚ]+)(?:[^０-９Ａ-Ｚａ-ｚ）．，－―]|$)|（([Ａ-Ｚａ-ｚ]{2,})）`, `[０-９Ａ-Ｚａ-ｚ]`), message: "「%s」は、全角の数字か英字です。", mend: "半角で「%s」と書いてください。", instead: norm.NFKC.String},
	{form: formOf(`[0-9時分日月年階回人番）](~)[0-9]`, ""), message: "「%s」が半角です。一行に二つあると、あいだの文に取り消しの線が引かれます。", mend: "全角の「%s」に直してください。", instead: to("〜"), body: true},
	{form: formOf(`(?:[^０-９Ａ-Ｚａ-ｚ0-9]|^)([．，])(?:[^０-９Ａ-Ｚａ-ｚ0-9]|$)`, ""), message: "句読点が「%s」です。", mend: "「%s」に直してください。", instead: strings.NewReplacer("．", "。", "，", "、").Replace},
	{form: formOf(`[0-9]([．，])[0-9]`, ""), message: "数字の中の「%s」が、全角です。", mend: "半角の「%s」に直してください。", instead: norm.NFKC.String},
	{form: formOf(`(?:`+sentence+`)([,.])(?:[ \x00]*(?:`+letter+`|[「『（])|[ \x00]*$)`, ""), message: "日本語の中の句読点が、半角の「%s」です。", mend: "「%s」に直してください。", instead: strings.NewReplacer(".", "。", ",", "、").Replace, body: true},
	{form: formOf(`(?:`+sentence+`)([!?])`, ""), message: "日本語のあとの「%s」が、半角です。", mend: "全角の「%s」に直してください。", instead: width.Widen.String, body: true},
})

func widthOf(p *pass) { p.slips(widths) }

// spelled are compatibility characters that have a word of their own.
var spelled = strings.NewReplacer("㈱", "株式会社", "㈲", "有限会社", "㈳", "社団法人", "㈶", "財団法人", "№", "No.", "℡", "電話", "㎡", "平方メートル", "㎥", "立方メートル")

var dependent = together([]slip{
	{form: formOf(`[①-⓿❶-➓]`, `[①-⓿❶-➓]`), message: "「%s」は、環境によって読めないことがある文字（丸囲みなど）です。", mend: "並べるなら「1. 」の一覧にし、文の中では「一つめ」や (1) のように書いてください。"},
	{form: formOf(`[Ⅰ-ↈ]+`, `[Ⅰ-ↈ]`), message: "「%s」は、ローマ数字の形をした一つの文字です。", mend: "1、2、3 か、半角の英字で書いてください。"},
	{form: formOf(`[㈀-㏿№℡]`, `[㈀-㏿№℡]`), message: "「%s」は、環境によって読めないことがある文字です。", mend: "「%s」と書いてください。",
		instead: func(found string) string {
			if word := spelled.Replace(found); word != found {
				return word
			}
			return norm.NFKC.String(found)
		}},
	{form: formOf(`[\x{2E80}-\x{2FDF}]+`, `[\x{2E80}-\x{2FDF}]`), message: "「%s」は、漢字に見えますが、部首の記号です。PDF から写すと混じります。", mend: "打ち直してください。", instead: norm.NFKC.String},
	{form: formOf(`[\x{F900}-\x{FAFF}]`, `[\x{F900}-\x{FAFF}]`), message: "「%s」は、環境によって字の形が変わります。", mend: "ふつうの漢字で打ち直してください。"},
	{form: formOf(`[か-とは-ほカ-トハ-ホうウ][\x{3099}\x{309A}]`, ""), message: "「%s」の濁点が、字と分かれています。Mac や PDF から写すと混じります。", mend: "「%s」と打ち直してください。", instead: norm.NFC.String},
	{form: formOf(`[か-とは-ほカ-トハ-ホうウ][゛゜]`, ""), message: "「%s」の濁点が、字と分かれています。", mend: "「%s」と打ち直してください。",
		instead: func(found string) string {
			return norm.NFC.String(strings.NewReplacer("゛", "\u3099", "゜", "\u309a").Replace(found))
		}},
})

func characters(p *pass) { p.slips(dependent) }

var points = together([]slip{
	{form: formOf(`。[。、]+`, ""), message: "「%s」と、句読点が続いています。", mend: "「%s」に直してください。", instead: to("。")},
	{form: formOf(`、[。、]+`, ""), message: "「%s」と、句読点が続いています。", mend: "一つにしてください。",
		instead: func(found string) string {
			if strings.Contains(found, "。") {
				return "。"
			}
			return "、"
		}},
	{form: formOf(`[！!]{2,}|(?:`+sentence+`)([？?]{2,})`, "[！!？?]"), message: "「%s」と、同じ記号が続いています。", mend: "一つにするか、「。」で終えてください。", body: true},
	{form: formOf(`(?:`+letter+`|[」）])(・{2,}|\.{3,})`, ""), message: "「%s」は、読み上げで「てんてん」と読まれます。", mend: "「など」と書くか、「……」にしてください。", body: true},
	{form: formOf(`[、。]([ 　]+)[^\s\x00]`, ""), message: "句読点のあとに、空白があります。", mend: "消してください。", instead: to(""), body: true},
	{form: formOf(`(?:`+letter+`)([ 　]+)[、。」』）]`, ""), message: "句読点や括弧の前に、空白があります。", mend: "消してください。", instead: to(""), body: true},
	{form: formOf(`[「『（]([ 　]+)[^\s\x00]`, ""), message: "括弧の内側に、空白があります。", mend: "消してください。", instead: to(""), body: true},
	{form: formOf(letter+`　{2,}[^\s　]`, ""), message: "空白を並べて、位置をそろえています。画面の幅によって、ずれます。", mend: "表か一覧にしてください。", body: true},
})

// spaced matches a space where a word goes on: beside kana, or a single Chinese
// character. Names and chapters (西成 太郎, 第1章 趣旨) have one, too.
var spaced = regexp.MustCompile(`[ぁ-ゖ]([ 　]+)` + letter + `|\p{Han}([ 　]+)[ぁ-ゖ]|(?:^|[^\p{Han}0-9])\p{Han}([ 　])\p{Han}|\p{Han}([ 　])\p{Han}(?:[^\p{Han}]|$)`)

func punctuation(p *pass) {
	p.slips(points)
	own := p.page.own()
	for _, key := range []string{"title", "description"} {
		text, _ := p.page.meta[key].(string)
		for _, pair := range []string{"「」", "『』", "（）"} {
			first, missing := pair[:len("「")], pair[len("「"):]
			switch n := strings.Count(text, first) - strings.Count(text, missing); {
			case n == 0:
				continue
			case n < 0:
				missing = first
			}
			p.report(p.page.key(key), key+" に、括弧の片方「"+missing+"」がありません。", "足すか、もう片方を消してください。")
		}
	}
	for n := range p.page.passages() {
		from, to := extent(n)
		text := string(own[from:to])
		p.brackets(string(p.page.prose()[from:to]), from)
		if strings.Contains(text, "。") && (strings.Contains(text, " ") || strings.Contains(text, "　")) {
			for s, line := range lines(n, own) {
				if at := spaceIn(line); at >= 0 {
					p.report(p.page.at(s.Start+at), "日本語の字のあいだに、空白があります。", "消すか、「、」を打ってください。")
					break
				}
			}
		}
		if _, top := n.Parent().(*ast.Document); top && endsIn(strings.TrimRight(text, " \n"), "です", "ます", "ました", "でした", "ません", "ましょう", "ください") && !strings.Contains(text, "：") && markOf(string(n.Lines().Value(p.page.source)), true).text == "" {
			end := from + len(strings.TrimRight(text, " \r\n"))
			p.report(p.page.at(end), "文の終わりに「。」がありません。", "「。」を打ってください。", Edit{Start: end, End: end, Text: "。"})
		}
	}
}

// spaceIn is where a line has a space within Japanese, or -1.
func spaceIn(line string) int {
	if m := spaced.FindStringSubmatchIndex(line); m != nil {
		at, _ := groupOf(m)
		return at
	}
	return -1
}

// brackets of a passage, which begins at an offset, have their other halves in it.
func (p *pass) brackets(text string, from int) {
	for _, pair := range []struct{ open, close string }{{"「", "」"}, {"『", "』"}, {"（", "）"}} {
		opened, closed := strings.Count(text, pair.open), strings.Count(text, pair.close)
		if opened == closed || pair.open == "（" && closedNumber.MatchString(text) {
			continue
		}
		missing, at := pair.close, strings.LastIndex(text, pair.open)
		if closed > opened {
			missing, at = pair.open, strings.Index(text, pair.close)
		}
		p.report(p.page.at(from+at), "括弧の片方「"+missing+"」がありません。", "足すか、もう片方を消してください。")
		return
	}
}

// closedNumber matches a number like １）.
var closedNumber = regexp.MustCompile(`(?:^|[^（0-9０-９])[0-9０-９アイウエオa-z]{1,2}）`)

const han = `[\p{Han}ァ-ヺー]`

var (
	doubled = formOf(`をを|`+han+`(がが|のの|にに|はは|でで|とと|へへ|もも)(?:[、。]|`+han+`)|`+han+`(をに|をが|がを|はを|をは|にを|をで|でを|がは|はが|をへ)(?:、|`+han+`)`, "")
	again   = formOf(`このこの|ことこと|そのその|ためため|までまで|ですです|ますます。|ましたました|しますします|くださいください|こちらこちら|そしてそして|するする(?:[、。こ])`, "")
	// repeats are words that are said twice.
	repeats = regexp.MustCompile(`^(?:ひとつ|ひとり|少しずつ|何度も|何回も|繰り返し|くりかえし|一つずつ|一人ずつ|だんだん|そもそも|もともと|トントン|ますます|いろいろ|とにかく|どんどん|ところ|それぞれ)`)
)

var doubles = lookupOf([]form{doubled, again})

// typo finds a particle or a word that stands twice.
func typo(p *pass) {
	for _, text := range [][]byte{p.page.own(), p.page.fields()} {
		doubles.lines(text, func(from int, line []byte, forms []int) {
			for _, form := range forms {
				m := doubles.forms[form].FindSubmatchIndex(line)
				if m == nil {
					continue
				}
				start, end := groupOf(m)
				what := "同じ言葉"
				if form == 0 {
					what = "助詞"
				}
				p.report(p.page.at(from+start), "「"+string(line[start:end])+"」と、"+what+"が続いています。", "どちらか一つにしてください。")
			}
		})
	}
	offset := 0
	for line := range bytes.Lines(p.page.own()) {
		if !isASCII(line) {
			if at, word := twiceIn(line); word != "" {
				p.report(p.page.at(offset+at), "「"+word+word+"」と、同じ言葉が続いています。", "どちらか一つにしてください。")
			}
		}
		offset += len(line)
	}
}

// twiceIn finds a word that stands twice in a row: two Chinese characters, three
// of Katakana, or four of anything. What begins with 一 is counted (一つ一つ).
func twiceIn(line []byte) (at int, word string) {
	runes := []rune(string(line))
	first := len(runes)
	for n := 2; n <= 12; n++ {
		same := 0 // so many letters before this one are those n further on
		for i := 0; i+n < len(runes) && i-n < first; i++ {
			if runes[i] != runes[i+n] || runes[i] < utf8.RuneSelf { // what is blanked
				same = 0
			} else if same++; same >= n {
				if start := i + 1 - n; start < first && runes[start] != '一' && couldRepeat(runes[start:start+n]) {
					first, word = start, string(runes[start:start+n])
				}
			}
		}
	}
	if word != "" {
		at = len(string(runes[:first]))
	}
	return at, word
}

func couldRepeat(word []rune) bool {
	han, kata := 0, 0
	for _, r := range word {
		switch {
		case unicode.Is(unicode.Han, r):
			han++
		case unicode.Is(unicode.Katakana, r) || r == 'ー':
			kata++
		case !unicode.Is(unicode.Hiragana, r):
			return false
		}
	}
	n := len(word)
	return (n >= 4 || han == n || kata == n && n >= 3 && word[0] != word[n-1]) && !repeats.MatchString(string(word))
}
