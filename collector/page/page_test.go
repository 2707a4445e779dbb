package page

// The page of its own, in a frame and without one.

import (
	"strings"
	"testing"
)

func TestRefusal(t *testing.T) {
	n := Notice{"受け取れません", "<b>回答は</b>保存していません。", []Mistake{{"q1", "仕事に誇りがある。", "選んでください。"}, {"x", "", "ない項目です。"}}, []Written{{"q9", "自由に", "<b>一行め\r\n二行め"}, {"x", "", "もの"}}}
	link := Link{"/surveys/?a&b", "一覧<へ>"}
	const said = `<header class="page-head"><h1>受け取れません</h1><p class="lead">&lt;b&gt;回答は&lt;/b&gt;保存していません。</p></header>` +
		`<ul class="error-message"><li>「仕事に誇りがある」：選んでください。</li><li>ない項目です。</li></ul>` +
		`<section class="prose"><h2>書いたもの</h2><p>必要なら、写して手元に残してください。</p>` +
		`<h3>自由に</h3><p class="written">&lt;b&gt;一行め` + "\n" + `二行め</p><p class="written">もの</p></section>` +
		`<p><a href="/surveys/?a&amp;b">一覧&lt;へ&gt;</a></p>`
	const frame = `<!doctype html><html lang="ja"><head><title>ページが見つかりません｜職員力</title></head>` +
		`<body><svg><title>絵</title></svg><main id="main"><p>この頁の言葉</p><p>もう一つ</p></main><footer>区役所</footer></body></html>`
	framed := string(Refusal([]byte(frame), n, link))
	if want := strings.NewReplacer("ページが見つかりません｜", "受け取れません｜", "<p>この頁の言葉</p><p>もう一つ</p>",
		`<div class="frame edition"><article class="text">`+said+`</article></div>`, "doctype", "DOCTYPE").Replace(frame); framed != want {
		t.Errorf("got:\n%s\nwant:\n%s", framed, want)
	}
	for name, frame := range map[string]string{
		"none": "", "no title": "<main>この頁の言葉</main>", "no main part": "<title>この頁の言葉</title>",
		"no page": "<title>この頁の言葉</title>" + strings.Repeat("<div>", 5000),
	} {
		page := string(Refusal([]byte(frame), n, link))
		for _, want := range []string{`<html lang="ja">`, "<title>受け取れません</title>", `name="viewport"`, said} {
			if !strings.Contains(page, want) {
				t.Errorf("%s: lacks %s:\n%s", name, want, page)
			}
		}
		if strings.Contains(page, "この頁の言葉") {
			t.Errorf("%s: keeps what was there:\n%s", name, page)
		}
	}
	if page := string(Refusal(nil, Notice{Title: "受け取れません"})); strings.Contains(page, "<ul") || strings.Contains(page, "<a ") {
		t.Errorf("says more than it was told:\n%s", page)
	}
}
