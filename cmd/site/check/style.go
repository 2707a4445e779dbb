package check

// Japanese, sentence by sentence: one tone, and no more in a sentence than can be
// read at once.

import (
	"bytes"
	"fmt"
	"iter"
	"regexp"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/yuin/goldmark/ast"
)

// sentences of a passage, by where they begin; what the writer quotes is left out
// of them, and a line end within them.
func (p *page) sentences(n ast.Node) iter.Seq2[int, string] {
	return func(yield func(int, string) bool) {
		var said strings.Builder
		start, depth := -1, 0
		from, to := extent(n)
		for i, r := range string(p.own()[from:to]) {
			switch {
			case r == '（' || r == '(':
				depth++
			case r == '）' || r == ')':
				depth = max(depth-1, 0)
			case depth > 0 || r == '\n' || r == '\r' || r == 0:
			case start < 0 && (r == ' ' || r == '　'):
			default:
				if start < 0 {
					start = from + i
				}
				said.WriteRune(r)
				if r == '。' || r == '？' || r == '！' {
					if !yield(start, said.String()) {
						return
					}
					said.Reset()
					start = -1
				}
			}
		}
		if start >= 0 {
			yield(start, said.String())
		}
	}
}

var (
	// plain matches the end of a sentence that is not in the polite form.
	plain = regexp.MustCompile(`(?:[^どこそあがすと]う|[^すよなはし]く|[^ま]す|[^にのてで]む|[^す]ぐ|[ぶぬる]|[^あなし]た|[^たま]だ|ない|たい|しい|よい|[立待持打勝]つ|である)。$`)
	// scenes matches a sentence that takes up those before it: 「…を渡される。…になる。
	// どれも…」 tells of scenes, and they are in the plain form.
	scenes = regexp.MustCompile(`^(?:どれ|いずれ|これら|そんな|こんな|こうした|そうした|そういう|このような|そのような|[二三四五]つとも)`)
	// several matches one that lists what can be done (番号で呼ぶ、紙に書く).
	several = regexp.MustCompile(`[うくぐすむぶるつ]、`)
)

// courts says whether a sentence is in the polite form.
func courts(sentence string) bool {
	text, ended := strings.CutSuffix(sentence, "。")
	for _, more := range []string{"か", "ね", "よ"} {
		text = strings.TrimSuffix(text, more)
	}
	return ended && endsIn(text, "です", "ます", "でした", "ました", "ません", "ましょう", "でしょう", "ください", "なさい")
}

func endsIn(text string, endings ...string) bool {
	return slices.ContainsFunc(endings, func(end string) bool { return strings.HasSuffix(text, end) })
}

// ending is the end of a text, of which an expression looks at no more.
func ending(text string) string { return text[max(0, len(text)-36):] }

// tone: a page says です and ます throughout.
func tone(p *pass) {
	first, end, politely := -1, "", false
	for n := range p.page.passages() {
		if _, top := n.Parent().(*ast.Document); !top || p.page.enclosing(n.Pos()).name == "case" {
			continue // items of a list are often no sentences, and a case quotes notes
		}
		start, last := -1, ""
		for at, sentence := range p.page.sentences(n) {
			bold := []byte("**")
			switch {
			case bytes.HasSuffix(p.page.source[:at], bold) && bytes.HasPrefix(p.page.source[min(at+len(sentence), len(p.page.source)):], bold):
				// It names what the sentences after it are about.
			case scenes.MatchString(sentence):
				start = -1
			case courts(sentence):
				politely = true
			case start < 0 && plain.MatchString(ending(sentence)) && !several.MatchString(sentence):
				letters := []rune(sentence)
				start, last = at, string(letters[max(0, len(letters)-6):])
			}
		}
		if start >= 0 && first < 0 {
			first, end = start, last
		}
	}
	if said, _ := p.page.meta["description"].(string); !courts(said) && plain.MatchString(ending(said)) {
		p.report(p.page.key("description"), "description が、です・ますで終わっていません。", "「…できます」「…が分かります」のように書いてください。")
	}
	if first < 0 {
		return
	}
	cause := "この文が「…" + end + "」で終わっています。"
	if politely {
		cause = "です・ますの文の中で、この文が「…" + end + "」で終わっています。"
	}
	p.report(p.page.at(first), cause, "ページの中を、です・ますにそろえてください。")
}

const longSentence = 100 // characters

var (
	// chain matches の four times in a row of nouns. この, もの, したの and the like
	// are no such の.
	chain    = regexp.MustCompile(`(?:[^の、。？！「」（）\x00\n]*[^のこそあどもたるいなくだ、。？！「」（）\x00\n]の){4}`)
	although = regexp.MustCompile(`(?:です|ます|ました|でした|ません)が、`)
	negative = regexp.MustCompile(`ない(?:こと|わけ)(?:は|も|では)ありません|な(?:い(?:こと|わけ|もの|の)?(?:は|も|では|でも)な(?:い|く)|く(?:は|も)な(?:い|く))`)
	opens    = regexp.MustCompile(`^(?:また|しかし|そして|なお|さらに|そこで|そのため|だから|それで|ただし|ですが|一方|次に)、`)
)

func longSentences(p *pass) {
	for n := range p.page.passages() {
		before := ""
		for at, sentence := range p.page.sentences(n) {
			begins := opens.FindString(sentence)
			length := utf8.RuneCountInString(sentence)
			switch {
			case length > longSentence:
				p.report(p.page.at(at), fmt.Sprintf("一つの文が %d 字あります。", length), fmt.Sprintf("%d 字までの文に分けると、読みやすくなります。", longSentence))
			case strings.Count(sentence, "の") >= 4 && chain.MatchString(sentence):
				p.report(p.page.at(at), "「"+short(chain.FindString(sentence))+"」と、「の」が四つ続いています。", "言いかえるか、文を分けてください。")
			case strings.Count(sentence, "が、") >= 2 && len(although.FindAllString(sentence, 2)) == 2:
				p.report(p.page.at(at), "一つの文に「…が、」が二つあります。", "文を分けてください。")
			case strings.Count(sentence, "な") >= 2 && negative.MatchString(sentence) || strings.Contains(sentence, "ありません") && negative.MatchString(sentence):
				p.report(p.page.at(at), "「"+negative.FindString(sentence)+"」と、打ち消しが重なっています。", "「…ます」の形で言い切ってください。")
			case begins != "" && begins == before:
				p.report(p.page.at(at), "「"+strings.TrimSuffix(begins, "、")+"」で始まる文が続いています。", "どちらかを消すか、言いかえてください。")
			}
			before = begins
		}
	}
}

// short is the end of a text that is too long to show.
func short(text string) string {
	if letters := []rune(text); len(letters) > 24 {
		return "…" + string(letters[len(letters)-24:])
	}
	return text
}
