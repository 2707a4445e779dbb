package check

// The plan's words wherever they are quoted: letter for letter, or not at all.

import (
	"regexp"
	"slices"
	"strings"
	"unicode/utf8"
)

var (
	quoted   = regexp.MustCompile(`「[^「」\n]*」|『[^『』\n]*』|【[^【】\n]*】`)
	brackets = strings.NewReplacer("「", "", "」", "", "『", "", "』", "", "【", "", "】", "", "*", "")
	official = regexp.MustCompile(`(?s){{<\s*official\s*>}}(.*?){{<\s*/official\s*>}}`)
)

// distinct are the phrases of kept.yaml that nobody writes by chance: those in
// brackets, the parts in brackets, and long ones.
func distinct(kept map[string][]string) (phrases []string) {
	for _, of := range kept {
		for _, phrase := range of {
			for _, part := range append(quoted.FindAllString(phrase, -1), phrase) {
				part = brackets.Replace(part)
				if n := utf8.RuneCountInString(part); n >= 8 || n >= 4 && (part != phrase || quoted.MatchString(phrase)) {
					phrases = append(phrases, part)
				}
			}
		}
	}
	slices.Sort(phrases)
	return slices.Compact(phrases)
}

// quotes: what stands in brackets and in the shortcode official is no phrase of
// the plan with a few letters changed, and what people take for one stands nowhere.
func quotes(p *pass) {
	text := string(p.page.data)
	say := func(from int, words, phrase string) {
		missed := !strings.Contains(text, phrase) && slices.ContainsFunc(p.kept.phrases[p.page.url], func(of string) bool { // stays says it
			return strings.Contains(brackets.Replace(of), phrase)
		})
		if !missed && !p.allowed(from, from+len(words)) {
			p.report(p.page.at(from), "「"+words+"」は、プランの言葉「"+phrase+"」と少し違います。",
				"プランの言葉は一字も変えずに「"+phrase+"」と書いてください。プランの言葉でないときは、params の allow に rule: phrase と、text（書いたとおりの文字）と、reason（わけ）を書いてください。")
		}
	}
	said := map[int]bool{}
	for _, at := range quoted.FindAllStringIndex(text, -1) {
		_, mark := utf8.DecodeRuneInString(text[at[0]:])
		words := text[at[0]+mark : at[1]-mark]
		if phrase := p.kept.meant(words); phrase != "" {
			said[at[0]+mark] = true
			say(at[0]+mark, words, phrase)
		}
	}
	for _, at := range official.FindAllStringSubmatchIndex(text, -1) {
		from := at[2]
		for line := range strings.Lines(text[at[2]:at[3]]) {
			words := strings.TrimLeft(line, " 　\t-*1234567890.「")
			start := from + len(line) - len(words)
			words = strings.TrimRight(words, " 　\t\r\n*」")
			if phrase := p.kept.meant(brackets.Replace(words)); phrase != "" && !said[start] {
				say(start, words, phrase)
			}
			from += len(line)
		}
	}
	for phrase, wrongs := range p.mistaken {
		for _, wrong := range wrongs {
			for from := 0; ; {
				at := strings.Index(text[from:], wrong)
				if at < 0 {
					break
				}
				from += at
				if !said[from] {
					say(from, wrong, phrase)
				}
				from += len(wrong)
			}
		}
	}
}

// meant is the phrase that words are but for one letter in five, "" for none. A
// part of a phrase is a quotation, and more than a phrase goes on from it.
func (k *kept) meant(words string) string {
	words = brackets.Replace(words)
	n := utf8.RuneCountInString(words)
	near, meant := 0, ""
	for _, phrase := range k.distinct {
		long := utf8.RuneCountInString(phrase)
		most := max(1, long/5)
		if strings.Contains(phrase, words) && (n < long-most || words == phrase || words == strings.TrimSuffix(phrase, "。")) {
			return ""
		}
		if n < long-most || n > long+most || strings.Contains(words, phrase) {
			continue
		}
		if d := distance(words, phrase); d <= most && (meant == "" || d < near) {
			near, meant = d, phrase
		}
	}
	return meant
}

// distance is how many letters have to be put in, left out or changed to make one
// text of another (Levenshtein).
func distance(a, b string) int {
	from, to := []rune(a), []rune(b)
	row := make([]int, len(to)+1)
	for j := range row {
		row[j] = j
	}
	for i, r := range from {
		before := row[0]
		row[0] = i + 1
		for j, s := range to {
			change := before
			if r != s {
				change++
			}
			before = row[j+1]
			row[j+1] = min(change, row[j]+1, row[j+1]+1)
		}
	}
	return row[len(to)]
}
