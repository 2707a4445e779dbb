package main

// The strip 声 → 数字 → 変えたこと → 次 in each state that a survey, its results
// and what was changed can be in, on set days.

import (
	"cmp"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/rogpeppe/go-internal/txtar"
	"golang.org/x/net/html"
)

// stations are the stops of a page's strip and what one reads at each, with a
// star at those that are reached.
func stations(t *testing.T, file string) (said []string) {
	t.Helper()
	f, err := os.Open(file)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	root, err := html.Parse(f)
	if err != nil {
		t.Fatal(err)
	}
	for _, li := range (&builtPage{root: root}).elements("li") {
		class, _ := attribute(li, "class")
		if name, text, ok := strings.Cut(strings.TrimSpace(visible(li)), "\n"); ok && strings.HasPrefix(class, "station") {
			said = append(said, name+map[bool]string{true: "*"}[strings.HasSuffix(class, "reached")]+" "+strings.ReplaceAll(text, "\n", "|"))
		}
	}
	return said
}

// visible is the text below n that is not hidden, a paragraph on each line.
func visible(n *html.Node) (text string) {
	if n.Type == html.TextNode {
		return strings.TrimSpace(n.Data)
	}
	if _, hidden := attribute(n, "hidden"); hidden {
		return ""
	}
	for c := range n.ChildNodes() {
		text += visible(c)
	}
	if n.Data == "p" {
		text += "\n"
	}
	return text
}

func TestStrip(t *testing.T) {
	if testing.Short() {
		t.Skip("builds sites")
	}
	const (
		head    = "---\ntitle: %s\ndescription: 試験です。\nparams:\n  owner: 総務担当\n  reviewed: 2026-11-01\n  review_by: 2027-10-31\n%s---\n"
		survey  = "  survey: {opens: \"%s\", closes: \"%s\", access: open, questions: [{id: q1, kind: scale, text: 問い, labels: [いいえ, はい], measures: [%s]}]}\n"
		measure = "  side: workplace\n  status: 準備\n  values: [challenge]\n  changes: []\n"
	)
	more := map[string]string{
		"surveys/second": fmt.Sprintf(head, "二回目の調査", fmt.Sprintf(survey, "2027-02-01T00:00:00+09:00", "2027-02-28T23:59:59+09:00", "w1")),
		"surveys/voices": fmt.Sprintf(head, "取組の声", fmt.Sprintf(survey, "2026-11-01T00:00:00+09:00", "", "w3")),
		"measures/w2":    fmt.Sprintf(head, "紹介", "  code: W2\n"+measure),
		"measures/w3":    fmt.Sprintf(head, "横断", "  code: W3\n"+measure),
	}
	public := map[string]string{} // by day and what is left out
	for _, tt := range []struct {
		name, day string
		without   string // what of testdata/layouts/content.txtar is not there
		page      string
		said      string
	}{
		{"before a survey", "2026-10-20", "results/pulse", "measures/s2", `
			声 元気度調査|2026年11月1日から聞きます。
			数字 アンケートは2026年11月1日から2026年11月30日までです。結果はそのあと、ここに載ります。
			変えたこと 結果が出たら、変えることを決めます。
			次 2026年11月1日から|アンケートに答えられます。`},
		{"during a survey", "2026-11-20", "results/pulse", "measures/s2", `
			声* 元気度調査|2026年11月1日から、いま聞いています。
			数字 アンケートは2026年11月30日までです。結果はそのあと、ここに載ります。
			変えたこと 結果が出たら、変えることを決めます。
			次 2026年11月30日まで|アンケートに答えられます。`},
		{"after a survey, without results", "2026-12-01", "results/pulse", "measures/s2", `
			声* 元気度調査|2026年11月1日から2026年11月30日まで聞きました。
			数字 アンケートは2026年11月30日まででした。集計がすむと、結果がここに載ります。
			変えたこと 結果が出たら、変えることを決めます。
			次 2027年10月31日|この取組を見直す日`},
		{"results without a figure", "2026-12-20", "", "measures/s2", `
			声* 元気度調査|2026年11月1日から2026年11月30日まで聞きました。
			数字 人数が少ないため、この取組の数字は出していません。元気度調査の結果
			変えたこと 結果を読んで、変えることを決めます。
			次 2027年10月31日|この取組を見直す日`},
		{"results and changes", "2026-12-20", "", "measures/s1", `
			声* 元気度調査|2026年11月1日から2026年11月30日まで聞きました。
			数字* 練習用の数字|肯定的な答え47.5%|元気度調査の結果|40人が答えました。
			変えたこと* 6月に変えたこと|2026年6月15日
			次 2027年10月31日|この取組を見直す日`},
		{"results that led to something", "2026-12-05", "", "results/pulse", `
			声* 元気度調査|2026年11月1日から2026年11月30日まで聞きました。
			数字* 仕事と職場への思い67.5点|40人が答えました（対象の90人のうち44.4%）。
			変えたこと* S1席を近くにします。|2026年5月5日
			次 2026年12月10日まで|S1話を聞く日を決めます。`},
		{"what will be changed in a measure", "2026-12-05", "", "measures/s1", `
			声* 元気度調査|2026年11月1日から2026年11月30日まで聞きました。
			数字* 練習用の数字|肯定的な答え47.5%|元気度調査の結果|40人が答えました。
			変えたこと* 6月に変えたこと|2026年6月15日
			次 2026年12月10日まで|話を聞く日を決めます。`},
		{"no survey", "2026-12-20", "", "measures/w2", `
			声 この取組をたずねるアンケートは、まだありません。気づいたことは、アンケートと提案箱から届けられます。
			数字 アンケートで確かめると、その結果がここに載ります。
			変えたこと 何かを変えたら、日付といっしょにここに載ります。
			次 2027年10月31日|この取組を見直す日`},
		{"a standing form", "2026-12-20", "", "measures/w3", `
			声* 取組の声|いつでも書けます。
			数字 まとまった数の声が届くと集計し、ここに載せます。
			変えたこと 結果が出たら、変えることを決めます。
			次 2027年10月31日|この取組を見直す日`},
		{"a second survey is to come", "2026-12-20", "", "results", `
			声* 元気度調査|2026年11月1日から2026年11月30日まで聞きました。|取組の声|いつでも書けます。|提案箱|いつでも書けます。
			数字* 練習用の数字|仕事と職場への思い67.5点|元気度調査の結果|40人が答えました。
			変えたこと* W1六月のこと|2026年6月20日
			次 2027年2月1日から|二回目の調査`},
		{"a second survey asks", "2027-02-10", "", "measures", `
			声* 二回目の調査|2027年2月1日から、いま聞いています。|取組の声|いつでも書けます。|提案箱|いつでも書けます。
			数字* 練習用の数字|仕事と職場への思い67.5点|元気度調査の結果|40人が答えました。
			変えたこと* W1六月のこと|2026年6月20日
			次 2027年2月28日まで|アンケートに答えられます。`},
		{"the results of one", "2027-02-10", "", "results/pulse", `
			声* 元気度調査|2026年11月1日から2026年11月30日まで聞きました。
			数字* 仕事と職場への思い67.5点|40人が答えました（対象の90人のうち44.4%）。
			変えたこと* S1席を近くにします。|2026年5月5日
			次 2027年2月28日まで|二回目の調査`},
		{"the results of a standing form", "2027-02-10", "", "results/box", `
			声* 提案箱|いつでも書けます。
			数字 人数が少ないため、数字は出していません。
			変えたこと* W1六月のこと|2026年6月20日
			次 2027年2月28日まで|二回目の調査`},
		{"home, with the next event beside the next day", "2026-11-20", "", "", `
			声* 元気度調査|2026年11月1日から、いま聞いています。|取組の声|いつでも書けます。|提案箱|いつでも書けます。
			数字* 練習用の数字|仕事と職場への思い67.5点|元気度調査の結果|40人が答えました。
			変えたこと* W1六月のこと|2026年6月20日
			次 2026年11月30日まで|アンケートに答えられます。|2998年5月1日（火）10時00分|2998年の行事`},
		{"nothing to come", "2027-11-01", "", "results", `
			声* 二回目の調査|2027年2月1日から2027年2月28日まで聞きました。|取組の声|いつでも書けます。|提案箱|いつでも書けます。
			数字* 練習用の数字|仕事と職場への思い67.5点|元気度調査の結果|40人が答えました。
			変えたこと* W1六月のこと|2026年6月20日
			次 次の日付は、まだ決まっていません。決まると、ここに載ります。`},
	} {
		key := tt.day + tt.without
		if public[key] == "" {
			dir := layoutsProject(t, "content.txtar")
			if err := os.RemoveAll(filepath.Join(dir, "content", cmp.Or(tt.without, "nothing"))); err != nil {
				t.Fatal(err)
			}
			for name, text := range more {
				lay(t, dir, txtar.File{Name: "content/" + name + ".md", Data: []byte(text)})
			}
			built, trouble, err := hugoBuild(t, dir, "--environment", "development", "--clock", tt.day+"T10:00:00+09:00")
			if err != nil {
				t.Fatalf("%v\n%s", err, strings.Join(trouble, "\n"))
			}
			public[key] = built
		}
		t.Run(tt.name, func(t *testing.T) {
			got := strings.Join(stations(t, filepath.Join(public[key], tt.page, "index.html")), "\n")
			if want := strings.ReplaceAll(strings.TrimSpace(tt.said), "\n\t\t\t", "\n"); got != want {
				t.Errorf("%s says\n%s\n\nwant\n%s", tt.page, got, want)
			}
		})
	}
}
