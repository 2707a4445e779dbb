package survey

// Questions that are answered in free words.

import (
	"errors"
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/go-json-experiment/json/jsontext"
	"golang.org/x/text/unicode/norm"
	"golang.org/x/text/unicode/rangetable"
)

type text struct{}

func (text) check(q *Question, report func(field, message string)) {
	if q.Max < 1 {
		report("max", "書ける文字数を1以上で書いてください。")
	}
}

func (text) append(to []byte, q *Question, a answer) ([]byte, string) {
	p, answered, wrong := a.single()
	if !answered {
		return to, wrong
	}
	if p.shape != words {
		return to, "文章で書いてください。"
	}
	written := p.value
	characters, settled := settled(written)
	if !settled {
		written = norm.NFC.String(lineFeeds.Replace(written))
		characters = utf8.RuneCountInString(written)
	}
	if Blank(written) {
		return to, ""
	}
	if !settled && strings.ContainsFunc(written, control) {
		return to, "目に見えない制御文字がまじっています。貼り付けたところを打ち直して、もう一度送ってください。"
	}
	if over := characters - q.Max; over > 0 {
		return to, fmt.Sprintf("%d文字までです。あと%d文字減らしてください。", q.Max, over)
	}
	if settled && !strings.ContainsAny(written, "\"\\\n\t") {
		return appendQuoted(to, written), "" // five times as fast as below
	}
	quoted, err := jsontext.AppendQuote(to, written) // as RFC 8785 section 3.2.2.2 has it
	if err != nil {
		panic("survey: the input is not UTF-8") // parsing refuses that
	}
	return quoted, ""
}

// longest: a character of UTF-8 has at most 4 bytes, and the escapes of those
// that a text may have are 2.
func (text) longest(q *Question) int { return len(`""`) + 4*q.Max }

func (text) read(*Question, jsontext.Value) ([]int, error) {
	return nil, errors.New("its texts are kept elsewhere")
}

func (text) scan(*scanned, []byte) ([]int, []byte, bool) { return nil, nil, false }

// settled counts the characters of a text that is stored as it was sent: all of
// its runes are ones that NFC leaves alone whatever stands beside them
// (NFC_Quick_Check=Yes and combining class 0, UAX #15 section 9), and none is a
// control character but the line break and the tab. Japanese typed by hand is
// nearly always so. It is here for speed alone: to ask norm and control every
// time takes six times as long, which is a tenth of what a whole answer costs.
func settled(text string) (characters int, ok bool) {
	for _, r := range text {
		switch {
		case r >= 0x4E00 && r <= 0x9FFF, // kanji
			r >= 0x3000 && r <= 0x3029, r >= 0x3030 && r <= 0x3098, r >= 0x309B && r <= 0x30FF, // punctuation and kana, between them marks that combine
			r >= ' ' && r <= '~', r == '\n', r == '\t',
			r >= 0xFF01 && r <= 0xFF60: // full width
			characters++
		default:
			return 0, false
		}
	}
	return characters, true
}

// lineFeeds turns every way to end a line into LF (UAX #14, classes BK, CR and NL).
var lineFeeds = strings.NewReplacer("\r\n", "\n", "\r", "\n", "\v", "\n", "\f", "\n", "\u0085", "\n", "\u2028", "\n", "\u2029", "\n")

// Blank says whether nobody can see anything of a text: there is nothing but
// white space and characters that show nothing by themselves, marks without a
// letter among them. Within words these have their use, as in emoji that are
// joined.
func Blank(text string) bool {
	return !strings.ContainsFunc(text, func(r rune) bool {
		return !unicode.IsSpace(r) && (!unicode.In(r, ignorable...) || unicode.Is(unicode.Prepended_Concatenation_Mark, r))
	})
}

// ignorable is Default_Ignorable_Code_Point as the Unicode Character Database
// derives it, with all format characters (those before numbers are seen, see
// Blank), the marks that stand on another character, and the symbols that have an
// empty glyph.
var ignorable = []*unicode.RangeTable{
	unicode.Cf, unicode.M, unicode.Other_Default_Ignorable_Code_Point, unicode.Variation_Selector,
	rangetable.New(0x2800, 0x13441, 0x13442, 0x16FE4, 0x1D159, 0xFFFC), // Braille, hieroglyphs, Khitan, a note, a picture that was not pasted along
}

// control tells control characters (Unicode category Cc) other than the line
// break and the tab.
func control(r rune) bool { return r != '\n' && r != '\t' && unicode.IsControl(r) }
