package check

// Shortcodes, by their names and parameters: shortcodes.yaml.

import (
	"maps"
	"regexp"
	"slices"
	"strings"
	"unicode/utf8"

	"golang.org/x/text/width"
)

// shortcode is what one takes: whether text stands between two tags, its
// parameters, or one of some words.
type shortcode struct {
	Inner  bool
	Params []string
	One    []string
}

var (
	tagLike  = regexp.MustCompile(`[{｛][ 　]?[{｛]?[ 　]*(?:[<＜%％]|&lt;)?[ 　]*[/／\\]?[ 　]*([\p{L}][\p{L}0-9_-]*)?([^{}｛｝\n]*)[}｝]?[ 　]*[}｝]?`)
	exactTag = regexp.MustCompile(`^\{\{<[ \t]*(/?)[ \t]*([\p{L}][\p{L}0-9_-]*)([^{}\n]*?)[ \t]*/?>\}\}$`)
	param    = regexp.MustCompile("([A-Za-z_-]+)=(\"(?:[^\"\\\\]|\\\\.)*\"|`[^`]*`|[^\\s\"“”]+)")
)

var inBraces = lookupOf(formsOf(`[{｛]`))

// tags judges all that looks like a shortcode, on pages too that end at one.
func tags(p *pass) {
	for _, page := range p.pages {
		if page.broken != nil && page.brokenBy != p.rule.name {
			continue
		}
		p.page = page
		before := len(p.findings)
		p.tagsOfPage()
		if page.broken != nil && len(p.findings) == before {
			p.broken(page)
		}
	}
}

// tagReader reads the tags of a page, one after the other.
type tagReader struct {
	*pass
	open []openTag       // that are not closed yet
	said map[string]bool // names at whose beginning something is wrong: one finding is enough
}

type openTag struct {
	name string
	at   int
}

func (p *pass) tagsOfPage() {
	t := &tagReader{pass: p, said: map[string]bool{}}
	inBraces.lines(p.page.data[p.page.body:], func(from int, line []byte, _ []int) {
		for _, at := range tagLike.FindAllSubmatchIndex(line, -1) {
			word := ""
			if at[2] >= 0 {
				word = string(line[at[2]:at[3]])
			}
			t.judge(p.page.body+from+at[0], string(line[at[0]:at[1]]), word)
		}
	})
	for _, o := range t.open {
		p.report(p.page.at(o.at), o.name+" が閉じていません。", "囲みの終わりに {{< /"+o.name+" >}} を書いてください。")
	}
}

// judge speaks of a tag, or what looks like one, with a word as its name.
func (t *tagReader) judge(start int, tag, word string) {
	if strings.Contains(tag, "/*") || start > 0 && t.page.data[start-1] == '`' {
		return
	}
	say := func(message, mend string) { t.report(t.page.at(start), message, mend) }
	known := t.nearestShortcode(word)
	m := exactTag.FindStringSubmatch(tag)
	if m == nil {
		if ending := strings.ContainsAny(tag, `/／\\`); !ending || !t.said[known] {
			t.said[known] = t.misshapen(start, tag, word, known) || t.said[known]
		}
		return
	}
	closing, name, args := m[1] == "/", m[2], m[3]
	stray := closing && (len(t.open) == 0 || t.open[len(t.open)-1].name != name)
	if stray && t.said[known] {
		return
	}
	of, there := t.shortcodes[name]
	t.said[known] = t.said[known] || !there
	switch {
	case !there && known != "":
		say("ショートコード "+name+" はありません。", known+" のつづり違いではありませんか。{{< "+known+" >}} のように書いてください。")
	case !there:
		say("ショートコード "+name+" はありません。", "使えるのは "+strings.Join(slices.Sorted(maps.Keys(t.shortcodes)), "、")+" です。")
	case closing && !of.Inner:
		say(name+" は、閉じる印が要りません。", "{{< /"+name+" >}} を消してください。")
	case stray:
		i := slices.IndexFunc(t.open, func(o openTag) bool { return o.name == name })
		if i < 0 {
			say("始まっていない "+name+" が閉じられています。", "この前に {{< "+name+" >}} を書くか、この印を消してください。")
			return
		}
		say(name+" より先に、中の "+t.open[len(t.open)-1].name+" を閉じていません。", "中の囲みから順に閉じてください。")
		t.open = slices.Delete(t.open, i, i+1)
	case closing:
		t.open = t.open[:len(t.open)-1]
	default:
		t.params(start, name, of, args)
		if of.Inner && !strings.HasSuffix(strings.TrimSuffix(tag, ">}}"), "/") {
			t.open = append(t.open, openTag{name, start})
		}
	}
}

// misshapen speaks of a tag whose marks are not those of a shortcode, and says
// whether it is one.
func (p *pass) misshapen(start int, tag, word, known string) bool {
	folded := width.Narrow.String(strings.ReplaceAll(strings.ReplaceAll(tag, "&lt;", "<"), "&gt;", ">"))
	bare := strings.NewReplacer(" ", "", "　", "").Replace(folded)
	marked := strings.HasPrefix(bare, "{{<") || strings.HasPrefix(bare, "{{%") || strings.HasPrefix(bare, "{<") || strings.HasPrefix(bare, "{%")
	if known == "" && !strings.HasPrefix(tag, "{{<") && !strings.HasPrefix(tag, "{{%") || !marked && (known != word || !strings.HasPrefix(bare, "{{")) {
		return false
	}
	name := known
	if name == "" {
		name = word
	}
	want := "{{< " + name + " >}}"
	if strings.Contains(strings.TrimLeft(bare, "{<%"), "/"+word) || strings.HasPrefix(strings.TrimLeft(bare, "{<%"), "/") || strings.Contains(bare, `\`+word) {
		want = "{{< /" + name + " >}}"
	}
	message := "ショートコードの囲みが {{< と >}} になっていません。"
	switch {
	case strings.HasPrefix(tag, "{{%"):
		message = "ショートコードの囲みが {{% になっています。"
	case strings.HasPrefix(tag, "{{<"):
		message = "ショートコードが >}} で閉じていません。"
	case folded != tag:
		message = "ショートコードの囲みに、全角の記号が入っています。"
	case strings.HasPrefix(bare, "{{<"):
		message = "ショートコードの囲みの {{< の中に、空白が入っています。"
	}
	p.report(p.page.at(start), message, "半角で、"+want+" のように書いてください。")
	return true
}

// inSingle matches a quotation mark that is none to Hugo.
var inSingle = regexp.MustCompile(`=['’‘＇「]`)

// params checks what stands behind a name.
func (p *pass) params(start int, name string, of shortcode, args string) {
	say := func(message, mend string) { p.report(p.page.at(start), message, mend) }
	example := name
	for _, want := range of.Params {
		example += " " + want + `="…"`
	}
	mend := "{{< " + example + " >}} のように書いてください。"
	given := param.FindAllStringSubmatch(args, -1)
	rest := strings.TrimSpace(param.ReplaceAllString(args, ""))
	switch {
	case strings.ContainsAny(args, "“”„‟＂"):
		say(name+" の引用符が、半角の「\"」ではありません。", mend)
		return
	case inSingle.MatchString(args):
		say(name+" の引用符が、「"+inSingle.FindString(args)[1:]+"」になっています。そのまま見えてしまいます。", mend)
		return
	case strings.Count(strings.ReplaceAll(args, `\"`, ""), `"`)%2 == 1:
		say(name+" の「\"」が閉じていません。", mend)
		return
	case strings.ContainsAny(rest, "=＝:："):
		say(name+" の項目は、= のすぐあとに「\"」で囲んで書きます。", mend)
		return
	case of.One != nil:
		if !slices.Contains(of.One, strings.Trim(rest, `"`)) {
			say(name+" のあとの言葉が違います。", "使えるのは "+strings.Join(of.One, "、")+" です。")
		}
		return
	case rest != "" && len(of.Params) == 0:
		say(name+" には、項目がありません。", mend)
		return
	case rest != "" && len(given) > 0:
		say(name+" の項目に、「\"」で囲まれていない言葉があります。", mend)
		return
	case rest != "":
		say(name+" の "+of.Params[0]+" が、名前なしで書かれています。", mend)
		return
	}
	var missing []string
	for _, want := range of.Params {
		i := slices.IndexFunc(given, func(g []string) bool { return g[1] == want })
		if i < 0 || strings.Trim(given[i][2], "\"` 　") == "" {
			missing = append(missing, want)
		}
	}
	for _, g := range given {
		if slices.Contains(of.Params, g[1]) {
			continue
		}
		if len(missing) > 0 {
			say(name+" に、"+g[1]+" という項目はありません。", missing[0]+" のことではありませんか。"+mend)
			return
		}
		say(name+" に、"+g[1]+" という項目はありません。", mend)
	}
	if len(missing) > 0 {
		say(name+" に "+missing[0]+" が書かれていません。", mend)
	}
}

// nearestShortcode is the name that a word is, or was meant to be; "" for none.
func (p *pass) nearestShortcode(word string) string {
	word = strings.ToLower(width.Narrow.String(word))
	best, least := "", 1+utf8.RuneCountInString(word)/3
	for _, name := range slices.Sorted(maps.Keys(p.shortcodes)) {
		if d := distance(word, name); word != "" && d < least {
			best, least = name, d
		}
	}
	return best
}
