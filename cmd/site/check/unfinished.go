package check

// What is still to be written: what a page was only begun with, and what its writer
// left to be done later.

import (
	"bytes"
	"io/fs"
	"path"
	"regexp"
	"slices"
	"strings"

	"github.com/yuin/goldmark/ast"
)

// placeholder stands where a program began a page and a person is to go on.
var placeholder = []byte("〔ここに書く〕")

// unwritten: nothing stands on a page that it was begun with for whoever writes it:
// the mark, what its archetype says in brackets, a title made of its name.
func unwritten(p *pass) {
	if strings.HasSuffix(p.page.title, "（"+p.page.name+"）") {
		p.report(p.page.key("title"), "「"+p.page.title+"」は、ページを作ったときの題です。", "ページの題を書いてください。")
	}
	words, listed := p.guidance[p.page.section]
	if !listed {
		words = p.guidance["page"]
	}
	for _, words := range words {
		if at := bytes.Index(p.page.data, words); at >= 0 {
			p.report(p.page.at(at), "ひな形の「"+string(words)+"」が残っています。", "ここに書くことを書いて、この案内を消してください。")
			if p.page.draft {
				break // whoever writes it sees the rest
			}
		}
	}
	if !bytes.Contains(p.page.data, placeholder) {
		return // a build has no page parsed for this
	}
	for t := range each[*ast.Text](p.page) {
		if _, code := t.Parent().(*ast.CodeSpan); code {
			continue
		}
		if at := bytes.Index(t.Segment.Value(p.page.source), placeholder); at >= 0 {
			p.report(p.page.at(t.Segment.Start+at), "「〔ここに書く〕」が残っています。", "文を書いて、この印を消してください。書くことがなければ、段落ごと消してください。")
		}
	}
}

var (
	// guide matches what an archetype says in brackets, as long as nobody else
	// would say it; comment a line that may stay.
	guide   = regexp.MustCompile(`（[^（）\n]{8,}）`)
	comment = regexp.MustCompile(`(?m)^ *# .*$`)
)

func (s *site) readArchetypes() error {
	s.guidance = map[string][][]byte{}
	files, err := fs.Glob(s.fsys, "layouts/_archetypes/*.md")
	for _, name := range files {
		text, err := fs.ReadFile(s.fsys, name)
		if err != nil {
			return err
		}
		s.guidance[strings.TrimSuffix(path.Base(name), ".md")] = guide.FindAll(comment.ReplaceAll(text, nil), -1)
	}
	return err
}

// later are marks of what is still to come: as words, as signs in the place of
// words, and as numbers that are none. What is quoted is spoken of. Group 1 is what
// is shown.
var later = lookupOf(append(formsOf(
	`(?:^|[^0-9A-Za-zＡ-Ｚ_])(TODO|TBD|TBC|FIXME|ＴＯＤＯ|ＴＢＤ|[Tt]odo[:：]|[XＸ]{3,}|[xｘ]{3,}|[Ll]orem ipsum|[Hh]oge(?:hoge)?)(?:[^0-9A-Za-z]|$)`,
	`(要確認|要修正|要追記|要検討|要相談|要加筆|要出典|要更新|[（(［\[【<＜](?:仮|かり|作成中|執筆中|確認中|調整中|下書き|ドラフト|未完|工事中|[^）)］\]】〕>＞\n]{0,12}(?:を入れる|を書く|に書く|を記入|に記入|を追加|を挿入|が入る))[）)］\]】>＞])`,
	`(※[ 　]?(?:確認中|調整中|作成中|執筆中|未確認|仮))(?:[。）)\s]|$)`,
	`[:：][ 　]*(未記入|未入力|未作成)[。）)\s]*$`,
	`(ここに[^。、\n]{0,10}(?:書く|入れる|入力|記入|追記|追加|入る|入ります)(?:予定)?)[。）)\s]*$`,
	`(?:^|[-*・※＊（(：:、。 　])((?:あとで|後で|のちほど|後ほど|後日)[^。、\n]{0,6}?(?:書く|書きます|追記|追加|記入|入れる|足す|修正)(?:します|予定)?)[。）)\s]*$`,
	`(ダミー(?:テキスト|文|データ|画像)|サンプルテキスト|テスト(?:投稿|ページです)|あああ+)`,
	`(?:^|[（(「：:|、。 　])([?？]{3,})`,
	`([←→][ 　]*(?:ここ|要|直す|確認|修正|追記))`,
	`(○{2,}|〇{2,}|◯{2,}|●{2,}|△{2,}|▲{2,}|□{2,}|■{2,}|◇{2,}|◆{2,}|×{2,})`,
	`((?:[xXｘＸ○〇◯●△□×_＿*＊?？]{1,4}|[mMｍＭ]{1,2})[ ]?月[ ]?(?:[xXｘＸ○〇◯●△□×_＿*＊?？]{1,4}|[dDｄＤ]{1,2})[ ]?日)`,
	`([0-9０-９]{1,2}月[xXｘＸ○〇◯●△□×_＿*＊?？]{1,4}日)`,
	`((?:20|２０)?[xXｘＸ○〇◯●△□×*＊?？]{1,4}年(?:度|[0-9０-９xX○〇◯●×]{0,2}月|$))`,
	`([0-9０-９]{4}年[xXｘＸ○〇◯●△□×_＿*＊?？]{1,2}月)`,
	`((?:令和|平成)[xXｘＸ○〇◯●△□×_＿*＊?？]{1,4}年)`,
	`((?:20|２０)[xXｘＸ]{2}年?)`,
),
	formOf(`([xXｘＸ○〇◯●△□×]{1,4}(?:時|：|:)[xXｘＸ○〇◯●△□×0-9]{1,2}(?:分)?|[○◯●△□]{1,4}(?:時(?:から|まで)|人(?:が|の|参加)|円|名(?:が|の|参加)|課|係))`, `[xXｘＸ○〇◯●△□×]`), // 時 and : are everywhere
))

var (
	spokenOf = regexp.MustCompile("`[^`\n]*`|「[^」\n]*」|〔ここに書く〕|『[^』\n]*』|https?://[^\\s)）]+")
	speaking = []string{"例", "見本", "書き方", "ひな形", "様式", "サンプル", "伏せ字", "記号", "印", "マーク", "評価"}
	asList   = regexp.MustCompile(`^(?i:todo)[ 　]?(?:リスト|一覧|管理)`)
	kanjiNum = regexp.MustCompile(`[一二三四五六七八九十百千]$`)
)

// unfinished looks at the lines of a published page outside code.
func unfinished(p *pass) {
	if p.page.draft {
		return
	}
	could := map[int][]int{} // forms, by where a line begins
	later.lines(p.page.data, func(from int, _ []byte, forms []int) { could[from] = slices.Clone(forms) })
	from, fence := 0, ""
	for line := range strings.Lines(string(p.page.data)) {
		start := from
		from += len(line)
		if mark := strings.TrimLeft(line, " "); strings.HasPrefix(mark, "```") || strings.HasPrefix(mark, "~~~") {
			if fence == "" {
				fence = mark[:3]
			} else if fence == mark[:3] {
				fence = ""
			}
			continue
		}
		if fence != "" || could[start] == nil || slices.ContainsFunc(speaking, func(word string) bool { return strings.Contains(line, word) }) {
			continue
		}
		hidden := spokenOf.ReplaceAllStringFunc(line, func(s string) string { return strings.Repeat("\x00", len(s)) })
		var found [][]int
		for _, form := range could[start] {
			found = append(found, later.forms[form].FindAllStringSubmatchIndex(hidden, -1)...)
		}
		slices.SortStableFunc(found, func(a, b []int) int { return a[0] - b[0] })
		end := 0
		for _, at := range found {
			if at[0] < end {
				continue // a part of the one before
			}
			end = at[1]
			words := strings.TrimRight(line[at[2]:at[3]], " 　：:")
			if asList.MatchString(line[at[2]:]) || kanjiNum.MatchString(line[:at[2]]) && strings.HasPrefix(words, "〇") || p.allowed(start+at[2], start+at[2]+len(words)) {
				continue
			}
			p.report(p.page.at(start+at[2]), "「"+words+"」は、あとで書くつもりの印のようです。このままでは公開されます。",
				"本当の言葉に書き換えるか、消してください。まだ決まらないなら、draft: true を足してください。")
			break
		}
	}
}
