package check

// What Word, Excel and mail leave in a text, and what people type out of habit:
// it looks right in the file, and is no list, no heading and no table on the page.

import (
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/yuin/goldmark/ast"
	"golang.org/x/text/width"
)

// mark is what a line begins with in place of a mark of Markdown.
type mark struct {
	text    string // as it is written
	instead string // what Markdown has for it, where that is certain
	number  int    // of a numbered item; 0 for none that is known
	counted bool   // it is a number, a letter or the like
	sure    bool   // one line is enough to know that a list was meant
}

var (
	bullet   = regexp.MustCompile(`^[・･●•‣◦▪▫➢✓✔]+[ \t　]*`)
	sign     = regexp.MustCompile(`^[■□◆◇◯○◎〇△▲▽▼★☆→⇒➡＊－‐−–—](?:[ \t　]+|)`)
	tight    = regexp.MustCompile(`^[-+*](?:` + letter + `|[「（])`)
	tightNum = regexp.MustCompile(`^([0-9]{1,2})[.)](?:` + letter + `|[「（*])`)
	wideNum  = regexp.MustCompile(`^(?:([０-９]{1,2})[．.、，)）]|([0-9]{1,2})[．，、）]|([0-9０-９]{1,2})　)[ \t　]*`)
	ringNum  = regexp.MustCompile(`^(?:[(（]([0-9０-９]{1,2})[)）]|[①-⑳㉑-㉟㊱-㊿❶-❿⓵-⓾⑴-⒇])[ \t　]*`)
	kanaNum  = regexp.MustCompile(`^(?:[ア-ンｱ-ﾝⅠ-Ⅻⅰ-ⅻ][．.)）　]|[(（][ア-ンｱ-ﾝあ-んa-zA-Zａ-ｚＡ-Ｚ][)）]|[一二三四五六七八九十]{1,2}[、．.　])[ \t　]*`)
	latinNum = regexp.MustCompile(`^[a-zA-Zａ-ｚＡ-Ｚ][．.)）][ \t　]*`)
	deep     = regexp.MustCompile(`^[-*+] [^\s]`)
	lateNum  = regexp.MustCompile(`^([0-9]{1,3})[.)] +`)
	// ofSentence matches what follows a number or a sign that is a word of its sentence.
	ofSentence = regexp.MustCompile(`^[はがをのとにもかや、。～〜0-9０-９一二三四五六七八九十]`)
)

// markOf says what a line begins with, first being that of its passage.
func markOf(line string, first bool) (m mark) {
	switch r := firstRune(line); {
	case line == "", 'ぁ' <= r && r <= 'ゖ', isHan(r) && !strings.ContainsRune("一二三四五六七八九十", r):
		return mark{} // most lines
	}
	if found := bullet.FindString(line); found != "" && found != line {
		return mark{text: found, instead: "- ", sure: true}
	}
	if found := sign.FindString(line); found != "" && found != line {
		return mark{text: found, instead: "- ", sure: strings.TrimRight(found, " \t　") != found && !strings.HasPrefix(found, "—")}
	}
	if !first && deep.MatchString(line) {
		return mark{text: line[:2], sure: true}
	}
	if strings.HasPrefix(line, "※") && !first {
		return mark{text: "※", sure: true}
	}
	if found := tight.FindString(line); found != "" {
		return mark{text: line[:1], instead: "- ", sure: line[0] == '-' || !strings.ContainsAny(line[1:], "*+")}
	}
	if found := tightNum.FindStringSubmatch(line); found != nil {
		return numbered([]string{line[:len(found[1])+1], found[1]})
	}
	for _, form := range []*regexp.Regexp{wideNum, ringNum, kanaNum} {
		if found := form.FindStringSubmatch(line); found != nil && len(found[0]) < len(line) && !ofSentence.MatchString(line[len(found[0]):]) {
			return numbered(found)
		}
	}
	if found := latinNum.FindString(line); found != "" && !strings.ContainsRune("QAＱＡ", firstRune(line)) {
		return mark{text: found, counted: true}
	}
	if found := lateNum.FindString(line); found != "" && !first {
		return mark{text: found, counted: true, sure: true}
	}
	return mark{}
}

// numbered is the mark of which a number's form has found all and the digits.
func numbered(found []string) mark {
	m := mark{text: found[0], counted: true, sure: true}
	for _, digits := range found[1:] {
		if n, err := strconv.Atoi(width.Narrow.String(digits)); err == nil {
			m.number = n
		}
	}
	if r := firstRune(found[0]); '①' <= r && r <= '⑳' {
		m.number = int(r-'①') + 1
	}
	if m.number > 0 {
		m.instead = fmt.Sprintf("%d. ", m.number)
	}
	return m
}

func firstRune(text string) rune {
	r, _ := utf8.DecodeRuneInString(text)
	return r
}

// list finds lines that were meant as a list and run on in one, and lists whose
// items stand otherwise than they look.
func list(p *pass) {
	for n := range p.page.passages() {
		if !p.typedList(n) {
			p.runOn(n)
		}
	}
	for l := range each[*ast.List](p.page) {
		p.listShape(l)
	}
}

// typedList reports the first line of a passage with a mark that is none.
func (p *pass) typedList(n ast.Node) bool {
	var first mark
	var at, marked, i int
	var fix []Edit
	sure, inItem := false, within[*ast.ListItem](n)
	for s, line := range lines(n, p.page.source) {
		m := markOf(line, i == 0)
		if m.text != "" && (marked == 0 || m.counted == first.counted && (m.counted || firstRune(m.text) == firstRune(first.text))) {
			if marked == 0 {
				first, at = m, s.Start
				if i > 0 && m.counted && m.number != 1 {
					first.instead = "" // Markdown begins no list with it below a text
				}
			}
			marked++
			sure = sure || m.sure
			instead := m.instead
			if inItem && i == 0 {
				instead = ""
			}
			fix = append(fix, Edit{Start: s.Start, End: s.Start + len(m.text), Text: instead})
		}
		i++
	}
	if marked == 0 || !sure && marked < 2 || i == 1 && !inItem && p.isTypedHeading(n) {
		return false
	}
	if first.instead == "" {
		fix = nil
	}
	sign := strings.TrimSpace(first.text)
	switch {
	case inItem && marked == 1 && i == 1:
		p.report(p.page.at(at), "一覧の項目が、もう一つの印「"+sign+"」で始まっています。", "どちらか一つにしてください。", fix...)
	case first.counted && tightNum.MatchString(sign+"あ"):
		p.report(p.page.at(at), "「"+sign+"」のあとに空白がないので、番号付きの一覧になりません。", "「1. 項目」のように、半角の空白を一つ入れてください。", fix...)
	case first.counted && lateNum.MatchString(sign+" "):
		p.report(p.page.at(at), "「"+sign+"」で始まる行が、前の文につながって見えます。", "前に空の行を入れ、番号を「1. 」から始めてください。")
	case first.counted:
		p.report(p.page.at(at), "「"+sign+"」は、番号付きの一覧の印になりません。", "「1. 」のように、半角の数字、ピリオド、空白で始めてください。見出しなら「## 題 {#name}」の形で書きます。", fix...)
	case deep.MatchString(first.text + "あ"):
		p.report(p.page.at(at), "字下げが深すぎるので、一覧にならず、前の文につながって見えます。", "上の項目の文の初めに、印の位置をそろえてください。")
	case sign == "-" || sign == "+" || sign == "*":
		p.report(p.page.at(at), "「"+sign+"」のあとに空白がないので、一覧になりません。", "「- 項目」のように、半角の空白を一つ入れてください。", fix...)
	case sign == "※":
		p.report(p.page.at(at), "「※」で始まる行が、前の文につながって見えます。", "前に空の行を入れてください。")
	default:
		p.report(p.page.at(at), "「"+sign+"」は、一覧の印になりません。", "行の初めを「- 」（半角のハイフンと空白）にしてください。", fix...)
	}
	return true
}

var label = regexp.MustCompile(`^(?:[^\s。、「」：:|{\[!]{1,12}[：:](?:[^/]|$)|[QAＱＡ][.．])`)

// runOn: lines that each say a thing of their own stand on one line on the page.
// (A sentence that is broken into lines is joined, and looks as it should.)
func (p *pass) runOn(n ast.Node) {
	labels, short, count := -1, true, 0
	labelled := 0
	last := ""
	for s, line := range lines(n, p.page.source) {
		if strings.HasSuffix(line, "  ") || strings.HasSuffix(line, `\`) || strings.Contains(line, "\t") || header.MatchString(line) {
			return // spaces, table, mail
		}
		if label.MatchString(line) {
			if labels < 0 {
				labels = s.Start
			}
			labelled++
		}
		count++
		last = strings.TrimSpace(line)
		short = short && last != "" && utf8.RuneCountInString(last) <= 20 && !strings.ContainsAny(last, "、。？！「[|`*{") && isLetter(firstRune(last))
	}
	switch {
	case labelled >= 2:
		p.report(p.page.at(labels), "行を変えて並べた項目が、サイトでは続けて一行に見えます。", "行の初めに「- 」を付けて一覧にするか、あいだに空の行を入れてください。")
	case short && count >= 2:
		p.report(p.page.at(n.Pos()), "短い行を並べても、サイトでは続けて一行に見えます。", "行の初めに「- 」を付けて一覧にするか、あいだに空の行を入れてください。")
	}
}

// listShape: an item begins where it looks as if it did, and has the number that
// is written.
func (p *pass) listShape(l *ast.List) {
	first := p.page.at(l.Pos())
	before, inside := -1, p.page.enclosing(l.Pos())
	for item := l.FirstChild(); item != nil; item = item.NextSibling() {
		at := p.page.at(item.Pos())
		number, numbered := p.page.number(item.Pos())
		if e := p.page.enclosing(item.Pos()); e != inside { // a list of its own
			first, before, inside = at, -1, e
		}
		switch {
		case item.FirstChild() == nil:
			p.report(at, "一覧に、中身のない項目があります。", "書くか、その行を消してください。")
			return
		case at.column > first.column:
			p.report(at, "字下げが足りないので、上の項目と同じ段になります。", "中の項目なら、上の項目の文の初めまで字下げしてください。同じ段なら、印の位置をそろえます。")
			return
		case numbered && before >= 0 && number != before && number != before+1:
			p.report(at, fmt.Sprintf("%d. のあとが %d. になっています。サイトでは %d. と出ます。", before, number, before+1), "抜けた項目を足すか、番号を付け直してください。")
			return
		}
		before = number
	}
	next, ok := l.NextSibling().(*ast.List)
	if ok && !next.HasBlankPreviousLines() && p.page.at(next.Pos()).column > first.column {
		p.report(p.page.at(next.Pos()), "字下げが足りないので、上の項目の中に入りません。", "上の項目の文の初めまで、空白を足して字下げしてください。")
	}
}

// number is that of a numbered item.
func (p *page) number(at int) (int, bool) {
	end := at
	for end < len(p.source) && '0' <= p.source[end] && p.source[end] <= '9' {
		end++
	}
	n, err := strconv.Atoi(string(p.source[at:end]))
	return n, err == nil
}

var (
	titled    = regexp.MustCompile(`^(?:[■□◆◇●○〇◎▼▽▲△★☆][ 　]*[^はがをのとにもや]|第[0-9０-９一二三四五六七八九十]{1,3}[章節部条]?[ 　])`)
	bracketed = regexp.MustCompile(`^(?:【.*】|＜.*＞|〈.*〉|《.*》|≪.*≫|［.*］|\[.*\]|<` + letter + `.*>)$`)
	hashes    = regexp.MustCompile(`^(#{2,6}|#)([^#\s{0-9!])|^([#＃]*＃[#＃]*|#{1,6}　)[ 　]*|^#{7,}`)
	divider   = regexp.MustCompile(`^(?:[＝═─━―ー－～〜＊…・]{4,}|[=_*~-]{3,})$`)
)

// typedHeading finds lines that look like headings, or like a line across the
// page, and are text.
func typedHeading(p *pass) {
	for n := range p.page.passages() {
		for s, line := range lines(n, p.page.source) {
			var fix []Edit // where a heading comes of it that needs no more
			mended := func(from, to int, text string) {
				if strings.HasPrefix(string(p.page.source[s.Start:from])+text, "##") && strings.Contains(line, "{#") {
					fix = []Edit{{Start: from, End: to, Text: text}}
				}
			}
			var found []string
			if strings.HasPrefix(line, "#") || strings.HasPrefix(line, "＃") {
				found = hashes.FindStringSubmatch(line)
			}
			switch {
			case found == nil:
			case found[1] == "#" && n.Lines().Len() > 1: // a word after # within a text
			case found[1] != "":
				space := s.Start + len(found[1])
				mended(space, space, " ")
				p.report(p.page.at(s.Start), "「"+found[1]+"」のあとに空白がないので、見出しになりません。", "「## 題 {#name}」のように、半角の空白を一つ入れてください。", fix...)
			case found[3] != "":
				marks := strings.Repeat("#", utf8.RuneCountInString(strings.TrimRight(found[3], "　")))
				mended(s.Start, s.Start+len(found[0]), marks+" ")
				p.report(p.page.at(s.Start), "全角の記号や空白では、見出しになりません。", "「## 題 {#name}」のように、半角で書いてください。", fix...)
			default:
				p.report(p.page.at(s.Start), "# が多すぎるので、見出しになりません。", "## から ###### までで書いてください。")
			}
			if divider.MatchString(line) {
				p.report(p.page.at(s.Start), "記号を並べた線は、そのまま文字として読み上げられます。", "消して、話の切れ目には見出しを置いてください。")
			}
		}
		if p.isTypedHeading(n) {
			p.report(p.page.at(n.Pos()), "「"+p.page.excerpt(n.Pos())+"」は見出しに見えますが、見出しになっていません。", "「## 題 {#name}」の形で書き、前後に空の行を入れてください。目次や検索に出るようになります。")
		}
	}
}

// signs begin what was meant as a heading, also where the text goes on below it.
const signs = "■□◆◇▼▽★☆●"

// isTypedHeading says whether the first line of a paragraph looks like a heading.
func (p *pass) isTypedHeading(n ast.Node) bool {
	_, top := n.Parent().(*ast.Document)
	if !top || p.page.enclosing(n.Pos()).name != "" { // no heading stands in a shortcode
		return false
	}
	first := n.Lines().At(0)
	line := strings.TrimSpace(string(first.Value(p.page.source)))
	if utf8.RuneCountInString(line) > 40 || strings.HasSuffix(line, "。") || strings.HasSuffix(line, "。**") {
		return false
	}
	if e, ok := n.FirstChild().(*ast.Emphasis); ok && e.Level == 2 && strings.HasPrefix(line, "**") {
		rest := strings.TrimRight(line, "*：: 　")
		return !strings.Contains(rest[2:], "**")
	}
	alone := n.Lines().Len() == 1
	if !alone && strings.ContainsRune(signs, firstRune(line)) {
		second := strings.TrimSpace(string(n.Lines().Value(p.page.source)[len(first.Value(p.page.source)):]))
		return strings.HasSuffix(second, "。") && !strings.ContainsRune(signs, firstRune(second))
	}
	return bracketed.MatchString(line) && !p.isKept(line) && !strings.ContainsAny(line[1:], "[(") || alone && titled.MatchString(line)
}

// isKept says whether a text is one of the plan's own phrases.
func (p *pass) isKept(text string) bool {
	for _, phrases := range p.kept.phrases {
		if slices.Contains(phrases, text) {
			return true
		}
	}
	return false
}
