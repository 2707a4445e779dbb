package check

// What cannot be seen in a text, and comes out on the page: spaces where Japanese
// has none, line ends that break a sentence, and characters without a shape.

import (
	"bytes"
	"fmt"
	"regexp"
	"strings"
	"unicode/utf8"

	"github.com/yuin/goldmark/ast"
)

var (
	wideIndent = regexp.MustCompile(`^[ \t]*　[ \t　]*`)
	trailing   = regexp.MustCompile(`(?:  +|[ \t]*[\t　][ \t　]*)$`)
)

func spaces(p *pass) {
	for t := range each[*ast.Text](p.page) {
		if !t.HardLineBreak() || p.page.quotes(t) {
			continue
		}
		at := t.Segment.Stop
		how := "行の終わりに空白が二つ以上ある"
		if at < len(p.page.source) && p.page.source[at] == '\\' {
			how = "行の終わりに「\\」がある"
		}
		p.report(p.page.at(at), how+"ので、文の途中でも、ここで行が変わります。", "消してください。話を分けるなら空の行を入れ、並べるなら「- 」で一覧にします。")
	}
	for n := range p.page.passages() {
		p.aroundLines(n)
	}
	for h := range each[*ast.Heading](p.page) {
		p.aroundLines(h)
	}
}

// aroundLines finds spaces before and behind the lines of a block.
func (p *pass) aroundLines(n ast.Node) {
	i, count := 0, n.Lines().Len()
	_, paragraph := n.Parent().(*ast.Document)
	for s, line := range lines(n, p.page.source) {
		i++
		if i == count { // the parser has cut what is behind the last
			_, to := p.page.line(p.page.at(s.Start).line)
			line = strings.TrimRight(string(p.page.source[s.Start:to]), "\r")
		}
		if !strings.Contains(line, "　") && !strings.ContainsAny(line, " \t") {
			continue
		}
		end := s.Start + len(line)
		switch found := wideIndent.FindString(line); {
		case strings.Trim(line, " \t　") == "":
			p.report(p.page.at(s.Start), "空に見える行に、全角の空白があります。段落が分かれません。", "空白を消して、空の行にしてください。", Edit{Start: s.Start, End: end})
			continue
		case found == "":
		case i == 1:
			p.report(p.page.at(s.Start), "行の初めに全角の空白があります。", "消してください。字下げをしなくても、段落は空の行で分かれます。", Edit{Start: s.Start, End: s.Start + len(found)})
		case paragraph:
			p.report(p.page.at(s.Start), "行の初めに全角の空白があっても、段落は分かれず、前の文につながります。", "空白を消し、前に空の行を入れてください。", Edit{Start: s.Start, End: s.Start + len(found), Text: "\n"})
		default:
			p.report(p.page.at(s.Start), "行の初めに全角の空白があります。", "消してください。", Edit{Start: s.Start, End: s.Start + len(found)})
		}
		if found := trailing.FindString(line); found != "" && (i == count || strings.ContainsRune(found, '　')) {
			at := end - len(found)
			p.report(p.page.at(at), "行の終わりに、見えない空白があります。", "消してください。", Edit{Start: at, End: end})
		}
	}
}

// unseenRunes are characters without a shape, by what they are called, and what
// stands in their place. What joins emoji and chooses among forms is none of them.
var unseenRunes = map[rune]struct{ name, instead string }{
	'\u00a0': {"改行しない空白", " "}, '\u2002': {"幅の違う空白", " "}, '\u2003': {"幅の違う空白", " "}, '\u2004': {"幅の違う空白", " "},
	'\u2005': {"幅の違う空白", " "}, '\u2006': {"幅の違う空白", " "}, '\u2007': {"幅の違う空白", " "}, '\u2008': {"幅の違う空白", " "},
	'\u2009': {"幅の違う空白", " "}, '\u200a': {"幅の違う空白", " "}, '\u202f': {"改行しない空白", " "}, '\u205f': {"幅の違う空白", " "},
	'\u200b': {"幅のない空白", ""}, '\u200c': {"つながりを切る記号", ""}, '\u2060': {"つながりを切らない記号", ""}, '\ufeff': {"文字コードの印（BOM）", ""},
	'\u00ad': {"見えないハイフン", ""}, '\u180e': {"幅のない空白", ""}, '\u3164': {"空の字", ""}, '\u115f': {"空の字", ""}, '\uffa0': {"空の字", ""},
	'\u200e': {"文字の向きの記号", ""}, '\u200f': {"文字の向きの記号", ""}, '\u061c': {"文字の向きの記号", ""},
	'\u202a': {"文字の向きの記号", ""}, '\u202b': {"文字の向きの記号", ""}, '\u202c': {"文字の向きの記号", ""}, '\u202d': {"文字の向きの記号", ""}, '\u202e': {"文字の向きの記号", ""},
	'\u2066': {"文字の向きの記号", ""}, '\u2067': {"文字の向きの記号", ""}, '\u2068': {"文字の向きの記号", ""}, '\u2069': {"文字の向きの記号", ""},
	'\u2028': {"行の区切りの記号", "\n"}, '\u2029': {"段落の区切りの記号", "\n\n"}, '\ufffc': {"貼れなかった物の跡", ""}, '\ufff9': {"ふりがなの記号", ""}, '\ufffa': {"ふりがなの記号", ""}, '\ufffb': {"ふりがなの記号", ""},
	'\u2061': {"見えない演算子", ""}, '\u2062': {"見えない演算子", ""}, '\u2063': {"見えない演算子", ""}, '\u2064': {"見えない演算子", ""},
}

// invisible finds such characters anywhere in the file, one finding a line and
// character, and those that only the writer's own computer can show.
func invisible(p *pass) {
	offset := 0
	for line := range bytes.Lines(p.page.data) {
		from := offset
		offset += len(line)
		if isASCII(line) {
			continue
		}
		fixes, first, order := map[rune][]Edit{}, map[rune]int{}, []rune(nil)
		for i, r := range string(line) {
			_, unseen := unseenRunes[r]
			if !unseen && !(0xe000 <= r && r <= 0xf8ff) && !(0xe0000 <= r && r <= 0xe007f) || from+i == 0 {
				continue
			}
			if _, again := first[r]; !again {
				first[r] = from + i
				order = append(order, r)
			}
			instead, end := unseenRunes[r].instead, i+utf8.RuneLen(r)
			if before, _ := utf8.DecodeLastRune(line[:i]); instead == " " && isLetter(before) && isLetter(firstRune(string(line[end:]))) {
				instead = "" // Japanese has no spaces
			}
			fixes[r] = append(fixes[r], Edit{Start: from + i, End: from + end, Text: instead})
		}
		for _, r := range order {
			at, fix, of := p.page.at(first[r]), fixes[r], unseenRunes[r]
			code := fmt.Sprintf("U+%04X", r)
			switch {
			case 0xe000 <= r && r <= 0xf8ff:
				p.report(at, "外字（"+code+"）があります。ほかのパソコンでは見えません。", "ふつうの漢字か、かなに書き換えてください。")
			case strings.Contains(of.instead, "\n"):
				p.report(at, "見えない文字（"+code+"、"+of.name+"）があります。", "消して、行を変えてください。")
			case of.instead == " ":
				p.report(at, "見えない文字（"+code+"、"+of.name+"）があります。", "消すか、半角の空白に打ち直してください。", fix...)
			case of.name == "":
				p.report(at, "見えない文字（"+code+"）があります。", "消してください。", fix...)
			default:
				p.report(at, "見えない文字（"+code+"、"+of.name+"）があります。", "消してください。", fix...)
			}
		}
	}
}

func isASCII(text []byte) bool {
	for _, b := range text {
		if b >= utf8.RuneSelf {
			return false
		}
	}
	return true
}
