package check

// The plan's words wherever they are quoted: letter for letter, or not at all.

import (
	"iter"
	"regexp"
	"slices"
	"strings"
	"unicode/utf8"
)

var (
	quoted   = regexp.MustCompile(`^(?:「[^「」\n]*」|『[^『』\n]*』|【[^【】\n]*】)`)
	brackets = strings.NewReplacer("「", "", "」", "", "『", "", "』", "", "【", "", "】", "", "*", "")
	official = regexp.MustCompile(`(?s){{<\s*official\s*>}}(.*?){{<\s*/official\s*>}}`)
)

// quotations are what stands in brackets, with them, by where they begin.
func quotations(text string) iter.Seq2[int, string] {
	return func(yield func(int, string) bool) {
		end := 0
		for at, r := range text {
			if at < end || r != '「' && r != '『' && r != '【' {
				continue
			}
			found := quoted.FindString(text[at:])
			if found != "" && !yield(at, found) {
				return
			}
			end = at + len(found)
		}
	}
}

// phrase is one that nobody writes by chance.
type phrase struct {
	text    string
	letters int
	off     int      // so many letters may be other ones, and it is still meant
	parts   []string // one more than that: of words that are meant as it, one is as it was
}

// distinct are the phrases of kept.yaml that are such ones: those in brackets, the
// parts in brackets, and long ones.
func distinct(kept map[string][]string) (phrases []phrase) {
	for _, of := range kept {
		for _, whole := range of {
			parts := []string{whole}
			for _, part := range quotations(whole) {
				parts = append(parts, part)
			}
			for i, part := range parts {
				part = brackets.Replace(part)
				if n := utf8.RuneCountInString(part); n >= 8 || n >= 4 && (i > 0 || len(parts) > 1) {
					p, letters := phrase{text: part, letters: n, off: max(1, n/5)}, []rune(part)
					for i := range p.off + 1 {
						p.parts = append(p.parts, string(letters[i*n/(p.off+1):(i+1)*n/(p.off+1)]))
					}
					phrases = append(phrases, p)
				}
			}
		}
	}
	slices.SortFunc(phrases, func(a, b phrase) int { return strings.Compare(a.text, b.text) })
	return slices.CompactFunc(phrases, func(a, b phrase) bool { return a.text == b.text })
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
	for at, words := range quotations(text) {
		const mark = len("「")
		words = words[mark : len(words)-mark]
		if phrase := p.kept.meant(words); phrase != "" {
			said[at+mark] = true
			say(at+mark, words, phrase)
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
	p.mistaken.look.matches(p.page.data, func(form, from int, line []byte, at []int) {
		if !said[from+at[0]] {
			say(from+at[0], string(line[at[0]:at[1]]), p.mistaken.meant[form])
		}
	})
}

// mistakes are what people take for a phrase of the plan: mistaken.yaml.
type mistakes struct {
	look  *lookup
	meant []string // instead, by form
}

func mistakesOf(words map[string][]string) (m mistakes) {
	var forms []form
	for phrase, wrongs := range words {
		for _, wrong := range wrongs {
			forms = append(forms, formWith(regexp.QuoteMeta(wrong), wrong))
			m.meant = append(m.meant, phrase)
		}
	}
	m.look = lookupOf(forms)
	return m
}

// meant is the phrase that words are but for one letter in five, "" for none. A
// part of a phrase is a quotation, and more than a phrase goes on from it.
func (k *kept) meant(words string) string {
	words = brackets.Replace(words)
	n := utf8.RuneCountInString(words)
	near, meant := 0, ""
	for _, p := range k.distinct {
		if n <= p.letters && strings.Contains(p.text, words) && (n < p.letters-p.off || words == p.text || words == strings.TrimSuffix(p.text, "。")) {
			return ""
		}
		if n < p.letters-p.off || n > p.letters+p.off || strings.Contains(words, p.text) ||
			!slices.ContainsFunc(p.parts, func(part string) bool { return strings.Contains(words, part) }) {
			continue
		}
		if d := distance(words, p.text); d <= p.off && (meant == "" || d < near) {
			near, meant = d, p.text
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
