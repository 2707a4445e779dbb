package check

// Marks of emphasis that a reader would see: goldmark looks at the neighbours of
// an asterisk, and beside a Japanese bracket it is none.

import (
	"bytes"
	"regexp"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/yuin/goldmark/ast"
	extension "github.com/yuin/goldmark/extension/ast"
)

var (
	// leftover matches marks that goldmark has left as text: a run of asterisks,
	// exactly two underscores or tildes (a longer line is a blank to fill in), and
	// one around words.
	leftover = regexp.MustCompile(`\*{2,}|\*\x00|\x00\*|(?:^|[^_])__(?:[^_]|$)|(?:^|[^~])~~(?:[^~]|$)|==[^=\s\x00][^=\x00]*` + letter + `[^=\x00]*==|[＊*]＊[^＊\s]|＊[^＊\s]+＊|(?:^|[^*])\*[^*\s0-9\x00](?:[^*\x00]*[^*\s\x00])?\*(?:[^*]|$)|(?:^|[^_0-9A-Za-z])_[^_\s\x00]*` + letter + `[^_\x00]*_(?:[^_0-9A-Za-z]|$)`)
	// escaped matches a character that the writer wanted printed as it is.
	escaped  = regexp.MustCompile(`\\[[:punct:]]`)
	strong   = regexp.MustCompile(`\*\*`)
	opening  = regexp.MustCompile(`^[\s　「『（(【“〈《［]+`)
	closing  = regexp.MustCompile(`[\s　」』）)】”〉》］。、！？：；…,.!?:;]+$`)
	unspaced = strings.NewReplacer(" ", "", "　", "", "\t", "")
)

var emphatic = lookupOf([]form{formOf(leftover.String(), "[*_~=＊]")})

func emphasis(p *pass) {
	emphatic.lines(p.page.prose(), func(from int, line []byte, _ []int) {
		text := escaped.ReplaceAllLiteral(line, []byte("xx"))
		found := leftover.FindIndex(text)
		if found == nil {
			return
		}
		at := from + found[0] + bytes.IndexAny(text[found[0]:], "*_~=＊")
		place := p.page.at(at)
		cause, mend, fix := p.page.notEmphasis(place.line, string(text[found[0]:found[1]]))
		p.report(place, "「"+p.page.excerpt(at)+"」は、"+cause+"強調にならず、そのまま見えてしまいます。", mend, fix...)
	})
	for n := range each[*extension.Strikethrough](p.page) {
		first, ok := n.FirstChild().(*ast.Text)
		if last, text := n.LastChild().(*ast.Text); ok && text && !bytes.HasSuffix(p.page.source[:first.Segment.Start], []byte("~~")) {
			at, to := first.Segment.Start-1, last.Segment.Stop
			p.report(p.page.at(at), "「"+p.page.excerpt(at)+"」の ~ から次の ~ まで、取り消しの線が引かれます。", "全角の「〜」に直してください。", Edit{at, at + 1, "〜"}, Edit{to, to + 1, "〜"})
		}
	}
	for _, key := range []string{"title", "description"} {
		if text, _ := p.page.meta[key].(string); strings.Contains(text, "**") {
			at := p.page.key(key)
			p.report(at, key+" では ** は強調になりません。", "そのまま見えてしまうので、消してください。", p.page.unmark(p.page.line(at.line))...)
		}
	}
	for _, tag := range p.page.tags {
		if fix := p.page.unmark(tag[0], tag[1]); fix != nil {
			p.report(p.page.at(fix[0].Start), "ショートコードの「\"」の中では ** は強調になりません。", "そのまま見えてしまうので、消してください。", fix...)
		}
	}
}

// notEmphasis says why a mark in a line is none, and mends the line where every
// mark in it has its other half and words within.
func (p *page) notEmphasis(line int, mark string) (cause, mend string, fix []Edit) {
	from, to := p.line(line)
	text := string(p.source[from:to])
	switch {
	case strings.Contains(mark, "＊"):
		return "＊ が全角なので、", "半角の ** で囲むか、消してください。", nil
	case strings.Contains(mark, "_"):
		return "__ では、日本語のとなりで", "** で囲むか、消してください。", nil
	case strings.Contains(mark, "~"):
		return "~~ のとなりが記号なので、", "~~ を消してください。", nil
	case strings.HasPrefix(mark, "=="):
		return "== はこのサイトでは使えないので、", "** で囲むか、消してください。", nil
	case !strings.Contains(mark, "**"):
		return "* のとなりが記号なので、", "* を消すか、言葉だけを ** で囲んでください。", nil
	}
	marks := strong.FindAllStringIndex(text, -1)
	if len(marks)%2 == 1 || strings.Contains(text, "***") {
		return "** の片方がないので、", "言葉の前と後の両方に ** を付けるか、消してください。", nil
	}
	spaced := false
	for i := 0; i < len(marks); i += 2 {
		start, end := marks[i][0], marks[i+1][1]
		words := text[start+2 : end-2]
		before, after := opening.FindString(words), closing.FindString(words)
		if before+after == "" {
			continue
		}
		inner := words[len(before):max(len(before), len(words)-len(after))]
		if !isWord(inner) {
			return "** のとなりが記号なので、", "かぎ括弧や句読点のとなりでは強調できません。** を消すか、括弧の内側だけを囲んでください。", nil
		}
		spaced = spaced || strings.ContainsAny(before+after, " 　\t")
		fix = append(fix, Edit{Start: from + start, End: from + end, Text: unspaced.Replace(before) + "**" + inner + "**" + unspaced.Replace(after)})
	}
	if spaced {
		return "** のすぐ内側に空白があるので、", "空白を消してください。", fix
	}
	return "** のとなりが記号なので、", "かぎ括弧や句読点のとなりでは強調できません。「**言葉**」のように、内側だけを囲んでください。", fix
}

// isWord says whether a text begins and ends with letters, and holds no bracket.
func isWord(text string) bool {
	first, _ := utf8.DecodeRuneInString(text)
	last, _ := utf8.DecodeLastRuneInString(text)
	ends := func(r rune) bool { return r != utf8.RuneError && (unicode.IsLetter(r) || unicode.IsNumber(r)) }
	return ends(first) && ends(last) && !strings.ContainsAny(text, "「」『』（）()【】`[]")
}

// unmark takes away each ** between two offsets.
func (p *page) unmark(from, to int) (fix []Edit) {
	for _, m := range strong.FindAllIndex(p.data[from:to], -1) {
		fix = append(fix, Edit{Start: from + m[0], End: from + m[1]})
	}
	return fix
}
