package check

// What may stand in a page's front matter: fields.yaml.

import (
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"golang.org/x/text/width"
)

// fields are the fields of a mapping by name, and what each has to be.
type fields map[string]any

// kinds are what a field can be, besides one of some words.
var kinds = map[string]struct {
	fits func(text string) bool
	mend string
}{
	"text":       {func(string) bool { return true }, "ここに文を書いてください。"},
	"reading":    {reading.MatchString, "こじんじょうほうほご のように、ひらがなで書いてください。"},
	"number":     {regexp.MustCompile(`^[1-9][0-9]*$`).MatchString, "1 以上の数を書いてください。"},
	"day":        {func(text string) bool { return !moment(text).IsZero() && len(text) == len(time.DateOnly) }, "2026-11-01 の形で書いてください。"},
	"extension":  {regexp.MustCompile(`^[0-9]+(?:-[0-9]+)*$`).MatchString, "「\"」で囲み、半角の数字とハイフンだけで書いてください。"},
	"mailbox":    {isMailbox, "soumu@example.jp の形で、アドレスを一つだけ書いてください。"},
	"account":    {account.MatchString, "「\"」で囲み、\"@plan/soumu\" のように、@ で始まるアカウントを一つだけ書いてください。"},
	"definition": {func(string) bool { return true }, "問いと期間を、その下に字下げして書いてください。"}, // survey.go judges it
	"instant":    {func(text string) bool { return !moment(text).IsZero() && len(text) > len(time.DateOnly) }, "2026-12-05T10:00:00+09:00 の形で書いてください。"},
}

// moment reads a day or an instant; anything else is the zero time.
func moment(text string) time.Time {
	t, err := time.Parse(time.RFC3339, text)
	if err != nil {
		t, _ = time.Parse(time.DateOnly, text)
	}
	return t
}

// frontMatter checks a page against fields.yaml. One with a layout of its own
// (the plan on one page) and a section's first page need only what all pages have.
func frontMatter(p *pass) {
	if p.page.params == nil { // its keys most likely stand at the top: one finding is enough
		for key := range p.page.meta {
			if key != "params" && distance(strings.ToLower(key), "params") <= 2 {
				p.report(p.page.key(key), key+": つづりが違うようです。", "params と書いてください。")
				return
			}
		}
		p.report(p.page.key("params"), "params: まだ書かれていません。", "params: の行を書き、担当などの項目を、その下に字下げして並べてください。")
		return
	}
	p.mapping(p.fields.Page, p.page.meta, "")
	of := maps.Clone(p.fields.Params)
	if !p.page.index && p.page.meta["layout"] == nil {
		maps.Copy(of, p.fields.Sections[p.page.section])
	}
	p.mapping(of, p.page.params, "params.")
	if !p.page.draft && strings.HasPrefix(p.page.title, "記入例") {
		p.report(p.page.key("title"), "記入例は公開しません。", "draft: true の行を足すか、title を書き換えてください。")
	}
}

// mapping checks the fields of a mapping, whose paths begin with prefix. A key
// that is not known and looks like one that is missing is one mistake, not two.
func (p *pass) mapping(of fields, in map[string]any, prefix string) {
	known := slices.Sorted(maps.Keys(of))
	meant := map[string]bool{}
	for _, key := range slices.Sorted(maps.Keys(in)) {
		report := p.about(prefix + key)
		missing := slices.IndexFunc(known, func(name string) bool { _, there := in[name]; return !there && alike(key, name) })
		switch {
		case of[key] != nil || slices.Contains([]string{"url", "slug", "aliases"}, key): // forHugo
		case missing >= 0:
			meant[known[missing]] = true
			report("つづりが違うようです。", known[missing]+" と書いてください。")
		case key == "date" || key == "publishDate" || key == "expiryDate":
			report("この項目は使いません。先の日付を書くと、ページが見えなくなります。", "日付は params の中の項目に書いてください。")
		default:
			report("この場所では使わない項目です。", "つづりを確かめるか、消してください。使えるのは "+strings.Join(known, "、")+" です。")
		}
	}
	for _, key := range known {
		kind := of[key]
		if below, ok := kind.(map[string]any); ok && below["may"] != nil {
			kind = below["may"]
			if _, there := in[key]; !there {
				continue
			}
		}
		if !meant[key] {
			p.field(kind, in[key], in, prefix+key)
		}
	}
}

// about returns what reports on the value at a path, by its name within params.
func (p *pass) about(path string) func(message, mend string) {
	return func(message, mend string) {
		p.report(p.page.key(path), strings.TrimPrefix(path, "params.")+": "+message, mend)
	}
}

// field checks the value at a path.
func (p *pass) field(kind, value any, in map[string]any, path string) {
	report := p.about(path)
	below, nested := kind.(map[string]any)
	if !nested {
		p.text(kind, value, in, report)
		return
	}
	item, some := below["some"]
	if !some {
		item = below["any"]
	}
	list, isList := value.([]any)
	mapping, isMapping := value.(map[string]any)
	switch {
	case item == nil && isMapping:
		p.mapping(below, mapping, path+".")
	case item == nil:
		report("この書き方では使えません。", strings.Join(slices.Sorted(maps.Keys(below)), "と")+"を、字下げして書いてください。")
	case some && len(list) == 0 || !isList && value != nil:
		report("並びになっていないか、空です。", "[ ] の中に並べるか、「- 」で始まる行に一つずつ書いてください。")
	}
	for i, value := range list {
		p.field(item, value, nil, fmt.Sprintf("%s[%d]", path, i))
	}
}

// text checks a value that is no list and has no fields of its own.
func (p *pass) text(kind, value any, in map[string]any, report func(message, mend string)) {
	word, before, ordered := strings.Cut(fmt.Sprint(kind), " after ")
	of, ok := kinds[word]
	if !ok {
		words := p.words[word]
		if list, ok := kind.([]any); ok {
			words = wordsOf(list)
		}
		of.fits = func(text string) bool { return slices.Contains(words, text) }
		of.mend = "使えるのは " + strings.Join(words, "、") + " です。"
	}
	_, isText := value.(string)
	_, list := value.([]any)
	_, mapping := value.(map[string]any)
	switch text := fmt.Sprint(value); {
	case word == "hugo":
	case value == nil || text == "":
		report("まだ書かれていません。", of.mend)
	case word == "number" && isText && of.fits(text):
		report("数ではなく、文になっています。", "「\"」を消してください。")
	case (word == "text" || word == "extension") && !isText && !list && !mapping:
		report("文ではなく、数などになっています。", "「\"」で囲んでください。")
	case word == "day" && dayMeant(text) != "":
		report("日付の書き方が違います。", dayMeant(text)+" と書いてください。")
	case (word == "day" || word == "instant") && isoDay.MatchString(text) && moment(text).IsZero():
		report("カレンダーにない日です。", "日付を確かめて、書き直してください。")
	case word == "number" && kinds["number"].fits(width.Narrow.String(text)) && width.Narrow.String(text) != text:
		report("数字が全角です。", width.Narrow.String(text)+" と、半角で書いてください。")
	case list || mapping != (word == "definition") || !of.fits(text):
		report("この書き方では使えません。", of.mend)
	case ordered && !moment(text).After(moment(fmt.Sprint(in[before]))):
		report(before+" より後になっていません。", "二つの日付を確かめてください。")
	}
}

var (
	otherDay = regexp.MustCompile(`^(?:(令和|R)\.?([0-9]{1,2}|元)|((?:19|20)[0-9]{2}))(?:年|[-/.])([0-9]{1,2})(?:月|[-/.])([0-9]{1,2})日?$|^(20[0-9]{2})([0-9]{2})([0-9]{2})$`)
	isoDay   = regexp.MustCompile(`^[0-9]{4}-[0-9]{2}-[0-9]{2}(?:$|T)`)
)

// dayMeant is a day written in another way, as it should be; "" for none.
func dayMeant(text string) string {
	if kinds["day"].fits(text) {
		return ""
	}
	m := otherDay.FindStringSubmatch(strings.ReplaceAll(width.Narrow.String(text), " ", ""))
	if m == nil {
		return ""
	}
	number := func(i int) int { n, _ := strconv.Atoi(m[i]); return n }
	year, month, day := number(3)+number(6), number(4)+number(7), number(5)+number(8)
	if m[1] != "" {
		year = 2018 + max(number(2), 1)
	}
	meant := fmt.Sprintf("%04d-%02d-%02d", year, month, day)
	if !kinds["day"].fits(meant) {
		return ""
	}
	return meant
}

// alike says whether two words differ in one place, by no more than two letters.
func alike(a, b string) bool {
	if a = strings.ToLower(strings.TrimLeft(width.Narrow.String(a), "-・ ")); a == b {
		return true
	}
	same := 0
	for same < min(len(a), len(b)) && a[same] == b[same] {
		same++
	}
	a, b = a[same:], b[same:]
	for len(a) > 0 && len(b) > 0 && a[len(a)-1] == b[len(b)-1] {
		a, b = a[:len(a)-1], b[:len(b)-1]
	}
	return same > 0 && max(len(a), len(b)) <= 2
}

// forHugo: what decides whether Hugo publishes a page, and where, means to Hugo
// what it says. Hugo takes many words for true and false, and any other for false.
func forHugo(p *pass) {
	for _, key := range slices.Sorted(maps.Keys(p.page.meta)) {
		report := p.about(key)
		switch value := p.page.meta[key]; strings.ToLower(key) {
		case "draft":
			if _, ok := value.(bool); !ok {
				report("true か false のほかは使えません。いまは、下書きになるかどうかが決まりません。", "下書きなら draft: true と書き、載せるなら、この行を消してください。")
			}
		case "build":
			if build, ok := value.(map[string]any); !ok || build["publishResources"] != false {
				report("このままでは、同じフォルダーの画像が、見せていないものまで公開されます。", "publishResources: false の行を、その下に字下げして足してください。")
			}
		case "url", "slug", "aliases":
			report("ページのアドレスは、フォルダーとファイルの名前で決まります。ほかのページと重なることがあるので、使いません。", "消して、ファイルの名前を変えてください。")
		}
	}
}

// wrapped: a text of the front matter stands on one line. YAML would put a space
// where it is broken, and Japanese has none.
func wrapped(p *pass) {
	for _, path := range p.page.wrapped {
		p.about(path)("日本語の文の途中で行が変わっています。つなぎ目に空白が入ります。", "一行に続けて書いてください。")
	}
}
