package check

// Links as people write them who have copied an address from somewhere: what is
// wrong with it, and what was most likely meant.

import (
	"bytes"
	"io/fs"
	"net/url"
	"path"
	"regexp"
	"slices"
	"strings"

	"github.com/yuin/goldmark/ast"
	"golang.org/x/text/unicode/norm"
)

var (
	onDisk      = regexp.MustCompile(`^(?:[A-Za-z]:[\\/]|\\\\|[Ff]ile:)`)
	onSelf      = regexp.MustCompile(`(?i)^https?://(?:localhost|127\.[0-9.]+|0\.0\.0\.0|\[::1\])(?:[:/]|$)`)
	misspelt    = regexp.MustCompile(`(?i)^(?:h?t?tps?|http?s?|htt?p?s?)(?:[:：;]|//|／／)`)
	spelt       = regexp.MustCompile(`(?i)^https?://[^/:]`)
	twice       = regexp.MustCompile(`(?i)^https?://https?[:/]`)
	domain      = regexp.MustCompile(`^(?:www\.[^/]+|(?:[a-z0-9-]+\.)+(?:jp|com|net|org))(?:/|$)`)
	bareMailbox = regexp.MustCompile(`^[^/\s:：@＠]+[@＠][^/\s@＠]+\.[a-z]+$`)
	telAddress  = regexp.MustCompile(`^tel:\+?[0-9][0-9-]+$`)
	paged       = regexp.MustCompile(`(?i)(?:/index)?\.html?$`)
)

// astray says what is wrong with a link's destination, judged by its form alone.
func (p *pass) astray(to string) (message, mend string) {
	before, _, _ := strings.Cut(to, "#")
	page := func(address string) *page { return p.byURL["/"+strings.Trim(address, "/")+"/"] }
	inner := strings.TrimSuffix(paged.ReplaceAllString(strings.TrimPrefix(strings.TrimPrefix(before, "/"), "content/"), ""), ".md")
	inner = strings.TrimSuffix(strings.TrimSuffix(inner, "/_index"), "/index")
	switch {
	case to == "" || to == "#":
		return "行き先が空です。", "( ) の中に、/events/ のような場所か、https:// で始まる URL を書いてください。"
	case onDisk.MatchString(to):
		return "パソコンや共有フォルダーの中の場所なので、ほかの人には開けません。", "配ってよいファイルなら static/files/ に置き、/名前.pdf のように書いてください。"
	case onSelf.MatchString(to):
		return "自分のパソコンの中のアドレスなので、ほかの人には開けません。", "サイトの中のページなら、/measures/s1/ のように、/ から書いてください。"
	case norm.NFKC.String(to) != to && !strings.HasPrefix(to, "#"):
		return "全角の文字が混じっています。", "半角で " + norm.NFKC.String(to) + " のように書いてください。"
	case twice.MatchString(to):
		return "https:// が二つあります。", "一つにしてください。"
	case misspelt.MatchString(to) && !spelt.MatchString(to):
		return "https:// のつづりが違います。", "https:// から書き直してください。"
	case strings.HasPrefix(to, "mailto:") && !isMailbox(strings.SplitN(to[len("mailto:"):], "?", 2)[0]):
		return "mailto: のあとが、メールアドレスになっていません。", "担当で共に使うアドレスを、mailto: に続けて書いてください。"
	case strings.HasPrefix(to, "tel:") && !telAddress.MatchString(to):
		return "tel: のあとが、電話番号になっていません。", "半角の数字とハイフンで、tel: に続けて書いてください。"
	case bareMailbox.MatchString(to):
		return "mailto: が付いていないので、開けません。", "mailto: を、前に付けてください。"
	case domain.MatchString(to):
		return "https:// が付いていないので、開けません。", "https://" + to + " と書いてください。"
	case strings.Contains(to, `\`):
		return "「\\」では、行き先になりません。", "「/」に直してください。"
	case strings.Contains(before, ":"):
		return "", "" // another site, or follow
	case paged.MatchString(before) && page(inner) != nil:
		return "サイトのページの名前に、.html や index は付きません。", page(inner).url + " と書いてください。"
	case strings.HasPrefix(strings.TrimPrefix(before, "/"), "content/") && page(inner) != nil:
		return "content/ は、サイトのアドレスに入りません。", page(inner).url + " と書いてください。"
	case strings.HasPrefix(strings.TrimPrefix(before, "/"), "static/"):
		return "static/files/ は、サイトのアドレスに入りません。", "/" + path.Base(before) + " のように、/ とファイルの名前で書いてください。"
	case !strings.HasPrefix(before, "/") && !strings.HasPrefix(before, ".") && path.Ext(before) == "" && page(before) != nil:
		return "/ で始まっていません。", page(before).url + " と書いてください。"
	case before != strings.ToLower(before) && page(strings.ToLower(before)) != nil:
		return "アドレスに大文字があるので、開けません。", page(strings.ToLower(before)).url + " と書いてください。"
	}
	return "", ""
}

// nearestPage proposes a page for an address of none.
func (s *site) nearestPage(address, otherwise string) string {
	address = "/" + strings.Trim(strings.TrimSuffix(strings.ToLower(address), ".md"), "./") + "/"
	best, least := "", 3
	for _, p := range s.pages {
		d := distance(address, p.url)
		if path.Base(p.url) == path.Base(address) && p.url != "/" {
			d = min(d, 2) // in another folder
		}
		if !p.draft && d < least {
			best, least = p.url, d
		}
	}
	if best == "" {
		return otherwise
	}
	return best + " のことなら、そう書いてください。"
}

// nearestFile does so for a file.
func (s *site) nearestFile(name string) string {
	best, least := "", 4
	for _, f := range s.files {
		if below, ok := strings.CutPrefix(f.name, published); ok && !f.dir {
			if d := distance(strings.ToLower(strings.Trim(name, "./")), strings.ToLower(below)); d < least {
				best, least = below, d
			}
		}
	}
	if best == "" {
		return "ファイルを static/files/ に置くか、つづりを確かめてください。"
	}
	return "/" + best + " のことなら、そう書いてください。"
}

// nearestID does so for the name of a heading, also where its words are given.
func (s *site) nearestID(p *page, id string) string {
	best, least, all := "", 1+len(id)/3, []string(nil)
	offer := func(name string, d int) {
		all = append(all, "#"+name)
		if d < least {
			best, least = name, d
		}
	}
	for h := range each[*ast.Heading](p) {
		if name, ok := writtenID(h); ok {
			d := distance(id, name)
			if words := string(p.plain(h)); strings.Contains(words, id) {
				d = 0
			}
			offer(name, d)
		}
	}
	for _, name := range s.anchors[p.section] {
		if !p.index {
			offer(name, distance(id, name))
		}
	}
	switch {
	case best != "":
		return "#" + best + " のことなら、そう書いてください。"
	case len(all) == 0:
		return "# から後を消してください。"
	}
	return "つづりを確かめてください。あるのは " + strings.Join(all[:min(len(all), 8)], "、") + " です。"
}

const destination = `(?:https?[:：]|www\.|\.{0,2}/|#|mailto:|tel:|file:|[A-Za-z]:\\|\\\\|[^\s()（）]*\.(?:md|html?|pdf|docx?|xlsx?|pptx?|png|jpe?g|gif|heic|csv|zip)\b)`

var (
	written  = regexp.MustCompile(`^([\[［])[^\[\]［］]*([\]］])([ 　\t]*)([(（])([^)）]*)([)）]?)`)
	somePath = regexp.MustCompile(`^<?[ 　]*` + destination)
	unclosed = regexp.MustCompile(`[\[［][^\[\]［］()（）]+[(（]` + destination + `[^)）]*[)）]`)
	reversed = regexp.MustCompile(`[(（][^()（）]+[)）][\[［]` + destination + `[^\]］]*[\]］]`)
	boldLink = regexp.MustCompile(`[「【『＜][^「」【】『』＜＞()]+[」】』＞]\(` + destination + `[^)）]*\)`)
	inPath   = regexp.MustCompile(`(?:^|[^A-Za-z])(?:[A-Z]:\\|\\\\[A-Za-z0-9._-]+\\|file:///?)`)
)

// linkLike is what a line with a link has, and with a place on a disk.
var linkLike = lookupOf(formsOf(`[\]］\[［(]`, inPath.String()))

// typedLinks finds what was meant as a link or an image, and is text.
func (p *pass) typedLinks() {
	linkLike.lines(p.page.prose(), func(from int, line []byte, _ []int) {
		if raw := string(p.page.source[from : from+len(line)]); !p.typedLink(from, line, raw) {
			if found := inPath.FindIndex(line); found != nil {
				p.report(p.page.at(from+found[0]), "パソコンや共有フォルダーの中の場所は、ほかの人には開けないことがあります。", "配ってよいファイルなら static/files/ に置き、[資料の名前](/名前.pdf) のようにリンクしてください。")
			}
		}
	})
}

func (p *pass) typedLink(from int, line []byte, raw string) bool {
	for i, r := range string(line) {
		if r != '[' && r != '［' {
			continue
		}
		found := written.FindStringSubmatchIndex(raw[i:])
		if found == nil {
			continue
		}
		group := func(n int) string { return raw[i+found[2*n] : i+found[2*n+1]] }
		to := group(5)
		exact := group(1)+group(2)+group(3)+group(4) == "[]("
		if !exact && !somePath.MatchString(to) || bytes.IndexByte(line[i+found[4]:i+found[5]], 0) >= 0 {
			continue
		}
		edit := func(n int, text string) Edit {
			return Edit{Start: from + i + found[2*n], End: from + i + found[2*n+1], Text: text}
		}
		what := "リンク"
		if strings.HasSuffix(raw[:i], "!") || strings.HasSuffix(raw[:i], "！") {
			what = "画像"
		}
		at := p.page.at(from + i)
		switch {
		case group(6) == "":
			p.report(at, what+"の ( が閉じていません。", "行き先の終わりに、半角の ) を足してください。")
		case strings.ContainsAny(group(1)+group(2)+group(4)+group(6), "［］（）"):
			p.report(at, "全角の括弧では、"+what+"になりません。", "[言葉](行き先) のように、半角の括弧で書いてください。",
				edit(1, "["), edit(2, "]"), edit(3, ""), edit(4, "("), edit(6, ")"))
		case group(3) != "":
			p.report(at, "] と ( のあいだに空白があるので、"+what+"になりません。", "空白を消してください。", edit(3, ""))
		case onDisk.MatchString(strings.TrimLeft(to, " <")):
			p.report(at, "パソコンや共有フォルダーの中の場所なので、"+what+"になりません。", "配ってよいファイルなら static/files/ に置き、/名前.pdf のように書いてください。")
		case strings.ContainsAny(strings.TrimSpace(to), " 　"):
			p.report(at, "行き先に空白があるので、"+what+"になりません。", "空白を消してください。ファイルの名前に空白があるなら、名前から空白をなくします。")
		default:
			p.report(at, what+"の書き方が違うので、そのまま見えます。", "[言葉](行き先) のように、半角の括弧で書いてください。")
		}
		return true
	}
	said := func(found []int, message, mend string) bool {
		if found == nil || bytes.IndexByte(line[found[0]:found[0]+1], 0) >= 0 {
			return false
		}
		p.report(p.page.at(from+found[0]), message, mend)
		return true
	}
	return said(unclosed.FindStringIndex(raw), "リンクの [ が閉じていません。", "[言葉](行き先) のように、言葉のあとに ] を足してください。") ||
		said(reversed.FindStringIndex(raw), "リンクの括弧が逆です。", "[言葉](行き先) のように、言葉を [ ]、行き先を ( ) で囲んでください。") ||
		said(boldLink.FindStringIndex(raw), "かぎ括弧などでは、リンクになりません。", "[言葉](行き先) のように、半角の [ ] で囲んでください。") ||
		said(index(line, "[["), "[[ ]] では、リンクになりません。", "[言葉](行き先) のように書いてください。") ||
		said(index(line, "]["), "[ ] を二つ並べても、リンクになりません。", "[言葉](行き先) のように書いてください。") ||
		said(index(line, "]("), "リンクの [ がありません。", "[言葉](行き先) のように、言葉の前に [ を足してください。")
}

func index(text []byte, of string) []int {
	if at := bytes.Index(text, []byte(of)); at >= 0 {
		return []int{at, at + len(of)}
	}
	return nil
}

var vague = regexp.MustCompile(`(?i)^(?:(?:詳しく|くわしく|詳細|続き|資料|申込み?|申し込み)は、?)?(?:こちら|ここ|これ|あちら|コチラ|リンク|リンク先|URL|このページ|このリンク|クリック|here|link|click here)(?:から|へ|を(?:見る|見てください|クリック|クリックしてください|参照|ご覧ください|開く|押す))?。?$|^(?:詳細|もっと見る|続きを読む|続き|詳しく見る|read more|more)$`)

// linkWords: the words of a link say where it leads, and a page of the site is
// linked to as one.
func linkWords(p *pass) {
	for _, n := range p.page.nodes() {
		switch n := n.(type) {
		case *ast.Link:
			words, to := strings.TrimSpace(string(p.page.plain(n))), string(n.Destination)
			switch {
			case vague.MatchString(words):
				p.report(p.page.at(n.Pos()), "リンクの言葉「"+words+"」だけでは、行き先が分かりません。", "[地域イベント](/events/) のように、行き先の名前を書いてください。読み上げでは、リンクの言葉だけを聞く人がいます。")
			case strings.HasPrefix(words, "http://") || strings.HasPrefix(words, "https://") || strings.HasPrefix(words, "www."):
				p.report(p.page.at(n.Pos()), "リンクの言葉が、アドレスのままです。", "[地域イベント](/events/) のように、行き先の名前を書いてください。")
			}
			p.ownAddress(n, to)
		case *ast.AutoLink:
			p.ownAddress(n, string(n.URL(p.page.source)))
		}
	}
}

// ownAddress reports a page of the site that is linked to from outside.
func (p *pass) ownAddress(n ast.Node, to string) {
	u, err := url.Parse(to)
	if err != nil || u.Host == "" || onSelf.MatchString(to) {
		return // links
	}
	rest := strings.Trim(u.Path, "/")
	if _, inside, ok := strings.Cut("/"+rest, "/content/"); ok && strings.HasSuffix(inside, ".md") {
		rest = strings.Trim(placed("content/"+inside).url, "/") // as a forge has it
	}
	for ; strings.Contains(rest, "/"); _, rest, _ = strings.Cut(rest, "/") {
		if page := p.byURL["/"+rest+"/"]; page != nil {
			address := page.url
			if u.Fragment != "" {
				address += "#" + u.Fragment
			}
			p.report(p.page.at(max(n.Pos(), 0)), to+" は、このサイトのページのようです。アドレスが変わると、切れてしまいます。", "[ページの名前]("+address+") のように、/ から書いてください。")
			return
		}
	}
	if slices.Contains(p.hosts, u.Host) && !onSelf.MatchString(to) {
		p.report(p.page.at(max(n.Pos(), 0)), to+" は、このサイトのアドレスです。アドレスが変わると、切れてしまいます。", "[ページの名前](/events/) のように、/ から書いてください。")
	}
}

// host matches where hugo.toml says that the site is: its address, and the name
// in its tag URIs.
var host = regexp.MustCompile(`(?m)^\s*(?:baseURL\s*=\s*["']https?://([^/"']+)|tag\s*=\s*["']tag:([^,"']+))`)

// hostsOf are those of the site itself; none where hugo.toml is not there to ask.
func hostsOf(project fs.FS) (names []string) {
	text, _ := fs.ReadFile(project, "hugo.toml")
	for _, found := range host.FindAllSubmatch(text, -1) {
		names = append(names, string(found[1])+string(found[2]))
	}
	return names
}
