package check

// Slips of the hand in front matter, named for what they are before YAML speaks.

import (
	"fmt"
	"regexp"
	"strings"
)

// misstep is one of them, or what else keeps a page from being read: where in the
// file, what it is, and how it is mended.
type misstep struct {
	offset        int
	message, mend string
	fix           []Edit
}

var (
	rough     = regexp.MustCompile(`^[ 　\t]*(?:[-‐-―−－ーｰ─━]{2,}|\*{3,}|_{3,}|={3,}|~{3,})[ 　\t]*$`)
	keyed     = regexp.MustCompile(`^([ 　\t]*)(?:-[ ]+)?([A-Za-z_]+)[ 　]*([:：＝=]|$|[ 　])(.*)$`)
	badIndent = regexp.MustCompile(`^[ \t]*　[ 　\t]*|^ *\t[ 　\t]*`)
	inCurly   = regexp.MustCompile(`^[ 　]*([“”„‟＂][^“”„‟＂"]*[“”„‟＂]|[‘’‚‛＇][^‘’‚‛＇']*[‘’‚‛＇])[ 　]*$`)
	emptyList = regexp.MustCompile(`^ *[a-z_]+: *(\[\]) *$`)
	special   = regexp.MustCompile("^[@`%&*!|>?]")
	anchor    = regexp.MustCompile(`^[&*][A-Za-z0-9_-]+(?: |$)`) // and what stands for it: YAML's own
	dash      = regexp.MustCompile(`^[ \t]*(?:-[^ \t-]|[・•●－−‐–—][ 　]?\S)`)
)

// missteps looks through the lines of a front matter, which begins at an offset. What
// YAML takes for something else is always said; the rest only where YAML has failed.
func missteps(front string, offset int, failed bool) (found []misstep) {
	type seen struct {
		indent int
		keys   map[string]int
	}
	var stack []seen
	indent, opens := 0, false // of the line before, and whether it begins something
	block := -1               // the indentation above a text of several lines
	none := []int(nil)        // where [] stands on the line before
	number, before := 1, 0
	say := func(at int, message, mend string, fix ...Edit) {
		found = append(found, misstep{offset + at, message, mend, fix})
	}
	at := 0
	for line := range strings.Lines(front) {
		start := at
		at += len(line)
		number++
		line = strings.TrimRight(line, "\r\n")
		text := strings.TrimLeft(line, " 　\t")
		if text == "" || strings.HasPrefix(text, "#") {
			continue
		}
		margin := line[:len(line)-len(text)]
		if block >= 0 && len(margin) > block {
			continue
		}
		block = -1
		edit := func(from, to int, text string) Edit { return Edit{offset + start + from, offset + start + to, text} }
		if badIndent.MatchString(line) && (keyed.MatchString(line) || failed) {
			meant := indent
			if opens {
				meant += 2
			}
			what := "全角の空白"
			if strings.Contains(margin, "\t") && !strings.Contains(margin, "　") {
				what = "タブ"
			}
			say(start, "字下げに"+what+"が入っています。", "字下げは、半角の空白二つずつにしてください。", edit(0, len(margin), strings.Repeat(" ", meant)))
			margin = strings.Repeat(" ", meant)
		}
		if none != nil && failed && strings.HasPrefix(text, "-") {
			at := none[0]
			say(at, "「[]」が残っているので、その下に並べた項目を読めません。", "[] を消してください。", Edit{offset + at, offset + at + len("[]"), ""})
			return found
		}
		none = nil
		if empty := emptyList.FindStringSubmatchIndex(line); empty != nil {
			none = []int{start + empty[2]}
		}
		m := keyed.FindStringSubmatchIndex(line)
		if m == nil {
			switch {
			case !failed:
			case dash.MatchString(line):
				say(start+len(line)-len(text), "並びの印「-」のあとに、半角の空白がありません。", "「- 」のように、半角のハイフンと空白で始めてください。")
			case margin == "" && !strings.HasPrefix(text, "-") && strings.ContainsFunc(text, func(r rune) bool { return r > 0x2E80 }):
				say(start, "札の中に、項目でない文があります。", "ここから本文なら、この行の前に --- だけの行を入れて、札を閉じてください。項目の続きなら、前の行につなげてください。")
				return found
			}
			continue
		}
		key, mark, value := line[m[4]:m[5]], line[m[6]:m[7]], line[m[8]:m[9]]
		trimmed := strings.TrimSpace(strings.TrimLeft(value, " 　"))
		switch {
		case mark == "：" && (failed || key == strings.ToLower(key)):
			say(start+m[6], key+" のあとのコロンが全角です。", "半角のコロンと、半角の空白一つにしてください。", edit(m[5], m[9]-len(strings.TrimLeft(value, " 　")), ": "))
		case mark == ":" && strings.HasPrefix(value, "　"):
			say(start+m[8], key+" のあとの空白が全角です。", "コロンのあとは、半角の空白一つにしてください。", edit(m[8], m[9]-len(strings.TrimLeft(value, " 　")), " "))
		case failed && mark == ":" && value != "" && !strings.HasPrefix(value, " ") && !strings.HasPrefix(value, "\t") && !strings.HasPrefix(value, "/"):
			say(start+m[8], key+": のあとに空白がありません。", "コロンのあとに、半角の空白を一つ入れてください。", edit(m[8], m[8], " "))
		case failed && (mark == "=" || mark == "＝"):
			say(start+m[6], key+" のあとが「=」になっています。", "「=」を半角のコロンと空白に書き換えてください。")
		case failed && mark != ":" && mark != "：" && len(key) > 2:
			say(start+m[4], key+" のあとにコロンがありません。", key+": のように、半角のコロンと空白を入れてください。")
		case mark == ":" && inCurly.MatchString(value):
			q := inCurly.FindStringSubmatchIndex(value)
			words := []rune(value[q[2]:q[3]])
			say(start+m[8]+q[2], key+" の文が、曲がった引用符で囲まれています。そのまま見えてしまいます。", "半角のまっすぐな「\"」にしてください。",
				edit(m[8]+q[2], m[8]+q[3], `"`+strings.ReplaceAll(string(words[1:len(words)-1]), `\`, `\\`)+`"`))
		case failed && mark == ":":
			if s := badValue(key, trimmed); s.message != "" {
				from := m[8] + strings.Index(line[m[8]:], trimmed)
				if s.fix != nil {
					s.fix = []Edit{edit(from, from+len(trimmed), s.fix[0].Text)}
				}
				say(start+from, s.message, s.mend, s.fix...)
			}
		}
		deep := len(margin)
		if strings.HasPrefix(text, "- ") {
			deep += 2
			for len(stack) > 0 && stack[len(stack)-1].indent >= deep {
				stack = stack[:len(stack)-1]
			}
		}
		for len(stack) > 0 && stack[len(stack)-1].indent > deep {
			stack = stack[:len(stack)-1]
		}
		if len(stack) == 0 || stack[len(stack)-1].indent < deep {
			if failed && !opens && len(stack) > 0 && !strings.HasPrefix(text, "- ") && len(found) == 0 {
				wrong := start // the line before, where the next goes on as this one does
				if after := strings.TrimLeft(front[at:], "\r\n"); len(after)-len(strings.TrimLeft(after, " ")) == deep {
					wrong = before
				}
				say(wrong, "字下げが、となりの行とそろっていません。", "同じまとまりの項目は、行の初めの空白を同じ数にしてください。")
			}
			stack = append(stack, seen{deep, map[string]int{}})
		}
		if first := stack[len(stack)-1].keys[key]; first != 0 && failed {
			say(start+m[4], fmt.Sprintf("%s が二つあります。%d行めにもあります。", key, first), "どちらか一つを消してください。")
		} else {
			stack[len(stack)-1].keys[key] = number
		}
		indent, opens, before = deep, trimmed == "", start
		if strings.HasPrefix(trimmed, "|") || strings.HasPrefix(trimmed, ">") {
			block = len(margin)
		}
	}
	return found
}

// badValue says what YAML does not take of a value on its line.
func badValue(key, value string) (s misstep) {
	quoteIt := "文を「\"」で囲んでください。"
	inQuotes := []Edit{{Text: `"` + strings.NewReplacer(`\`, `\\`, `"`, `\"`).Replace(value) + `"`}}
	switch {
	case value == "":
	case value[0] == '"' && (len(value) == 1 || strings.Count(strings.ReplaceAll(value, `\"`, ""), `"`)%2 == 1), value[0] == '\'' && strings.Count(value, "'")%2 == 1:
		s = misstep{message: key + " の「" + value[:1] + "」が、この行で閉じていません。", mend: "文の終わりにも「" + value[:1] + "」を書いてください。"}
	case value[0] != '"' && value[0] != '\'' && value[0] != '[' && value[0] != '{' && strings.HasSuffix(value, `"`) && strings.Count(value, `"`) == 1:
		s = misstep{message: key + " の「\"」が、初めにありません。", mend: quoteIt}
	case value[0] == '"' && strings.Count(value, `"`) > 2 || value[0] == '"' && !strings.HasSuffix(value, `"`):
		s = misstep{message: key + " の「\"」のあとに、まだ文が続いています。", mend: "文の全体を「\"」で囲み、中では「」を使ってください。"}
	case value[0] == '[' && strings.Count(value, "[") > strings.Count(value, "]"):
		s = misstep{message: key + " の「[」が、この行で閉じていません。", mend: "並びの終わりに「]」を書いてください。"}
	case value[0] == '{' && strings.Count(value, "{") > strings.Count(value, "}"):
		s = misstep{message: key + " の「{」が、この行で閉じていません。", mend: "終わりに「}」を書いてください。"}
	case strings.ContainsAny(value[:1], `"'[{`):
	case strings.Contains(value, ": ") || strings.HasSuffix(value, ":"):
		s = misstep{message: key + " の文の中に、半角のコロンと空白があります。ここから別の項目と読まれます。", mend: quoteIt, fix: inQuotes}
	case special.MatchString(value) && !anchor.MatchString(value) && value != "|" && value != ">":
		s = misstep{message: key + " の文が「" + value[:1] + "」で始まっています。YAML では特別な意味になります。", mend: quoteIt, fix: inQuotes}
	}
	return s
}

// unfenced says why a page has no front matter.
func unfenced(text string) misstep {
	lines := strings.SplitAfter(text, "\n")
	at := 0
	opened := false
	for i, line := range lines {
		bare := strings.TrimRight(strings.TrimPrefix(line, "\uFEFF"), "\r\n")
		switch {
		case bare == "---" && i == 0:
			opened = true
		case i == 0 && rough.MatchString(bare):
			return misstep{at, "1行めが、半角のハイフン三つになっていません。", "1行めを --- だけにしてください。", []Edit{{at + len(line) - len(strings.TrimLeft(line, "\uFEFF")), at + len(strings.TrimRight(line, "\r\n")), "---"}}}
		case !opened && bare == "---" && i < 12:
			return misstep{0, "札（---）の前に、文字か空の行があります。", "1行めを --- だけにして、それより前のものを消してください。", nil}
		case !opened && i < 12 && keyed.MatchString(bare) && strings.ContainsAny(bare, ":："):
			return misstep{0, "札の初めの --- がありません。", "1行めに --- だけの行を足してください。", []Edit{{at, at, "---\n"}}}
		case opened && i > 0 && rough.MatchString(bare):
			return misstep{at, "札を閉じる行が、半角のハイフン三つになっていません。", "この行を --- だけにしてください。", []Edit{{at, at + len(bare), "---"}}}
		case opened && bare != "" && !strings.ContainsAny(bare[:1], " \t#-") && !strings.HasPrefix(bare, "　") && !keyed.MatchString(bare):
			return misstep{at, "ここまでに、札を閉じる --- の行がありません。", "本文の前に、--- だけの行を入れてください。", nil}
		}
		at += len(line)
	}
	if opened {
		return misstep{0, "札を閉じる --- の行がありません。", "本文の前に、--- だけの行を入れてください。", nil}
	}
	return misstep{}
}
