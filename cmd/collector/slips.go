package main

// The sheets of slips that collector tickets writes: one HTML file that needs
// nothing else, for printing on A4.

import (
	"fmt"
	"html"
	"io"
	"strings"

	"rsc.io/qr"

	"staffplan/collector/survey"
	"staffplan/collector/ticket"
)

const slipsOnSheet = 8

const slipsHead = `<!doctype html>
<html lang="ja">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="robots" content="noindex">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<title>%[1]s 回答券%[2]d枚</title>
<style>
:root { color-scheme: only light; }
* { box-sizing: border-box; margin: 0; }
@page { size: A4; margin: 10mm; }
body { background: #fff; color: #000; font: 10.5pt/1.6 system-ui, "Hiragino Sans", "Yu Gothic UI", "Noto Sans CJK JP", sans-serif; max-inline-size: 190mm; margin-inline: auto; line-break: strict; }
.cover { padding: 10mm; }
.cover h1 { font-size: 20pt; }
.cover :is(h2, p, ol, li) { margin-block-start: 3mm; }
.sheet { display: grid; grid-template-columns: 1fr 1fr; break-before: page; }
.slip { display: flow-root; min-block-size: 68mm; padding: 5mm; border: 0.3mm dashed #666; margin: 0 -0.3mm -0.3mm 0; break-inside: avoid; overflow-wrap: anywhere; }
.slip :is(h2, p) { font-size: 9pt; font-weight: 400; line-height: 1.45; }
.slip h2 { font-size: 11pt; font-weight: 700; margin-block: 0.5mm 1.5mm; }
.slip .qr { float: inline-end; inline-size: 26mm; block-size: 26mm; margin: 0 0 1mm 2mm; }
.slip .code { clear: both; font: 700 14pt/1.6 ui-monospace, Consolas, "Courier New", monospace; letter-spacing: 0.02em; white-space: nowrap; text-align: center; margin-block: 1.5mm; border: 0.3mm solid #000; }
</style>
</head>
<body>
`

const slipsCover = `<section class="cover">
<h1>回答券 %[2]d枚</h1>
<p>%[1]s（%[3]s）</p>
<h2>配る人へ</h2>
<ol>
<li>この紙のほかに、券の紙が%[4]d枚あります。線で切り分けます。</li>
<li>裏返してよく混ぜ、一人に一枚ずつ引いてもらいます。だれがどの券を引いたかは、書き留めません。</li>
<li>一枚で一度だけ答えられます。券をなくした人には、残りから一枚引いてもらいます。</li>
<li>余った券は、受付が終わる前でも、番号を見ずに細かく裁断します。</li>
<li>印刷が済んだら、もとのファイルを消します。番号の一覧は、ほかのどこにもありません。</li>
</ol>
</section>
`

// writeSlips writes a cover and the slips. Codes are random, so any order of
// them is; they bear no running number, which could be noted beside a name.
// Whoever writes to w sees an error when flushing it.
//
// page is the survey's address, or "". A code never goes into it, nor into the
// QR code: addresses are kept by browsers and proxies, and a ticket beside an
// address of the network would tell who answered.
func writeSlips(w io.Writer, def *survey.Definition, page string, codes []ticket.Code, progress func(done int)) {
	title, until := html.EscapeString(def.Title), "締切はありません"
	if !def.Standing() {
		until = def.Opens.Format("2006年1月2日") + "から" + def.Closes.Format("2006年1月2日15時04分") + "まで"
	}
	sheets := (len(codes) + slipsOnSheet - 1) / slipsOnSheet
	fmt.Fprintf(w, slipsHead+slipsCover, title, len(codes), until, sheets)

	var slip strings.Builder // all but the code
	slip.WriteString(`<article class="slip">`)
	if page != "" {
		symbol := qrSymbol(page)
		io.WriteString(w, symbol)
		slip.WriteString(`<svg class="qr" role="img" aria-label="アドレスの二次元コード"><use href="#qr"/></svg>`)
	}
	fmt.Fprintf(&slip, `<p>回答券</p><h2>%s</h2><p>%s</p>`, title, until)
	if page != "" {
		fmt.Fprintf(&slip, `<p>%s</p>`, html.EscapeString(page))
	} else {
		slip.WriteString(`<p>庁内のサイトの「アンケート」から開きます。</p>`)
	}
	slip.WriteString(`<p class="code">`)
	const after = "</p><p>この番号で一度だけ答えられます。だれがどの券を受け取ったかの名簿は、どこにもありません。</p></article>\n"

	for i, code := range codes {
		if i%slipsOnSheet == 0 {
			if i > 0 {
				io.WriteString(w, "</section>\n")
			}
			io.WriteString(w, "<section class=\"sheet\">\n")
			progress(i)
		}
		io.WriteString(w, slip.String()+code.String()+after)
	}
	io.WriteString(w, "</section>\n</body>\n</html>\n")
	progress(len(codes))
}

// qrSymbol is the QR code of a text, for <use>, with the four modules of white
// around it that ISO/IEC 18004 asks for. Level M still reads when a tenth of it
// is creased or smudged.
func qrSymbol(text string) string {
	code, err := qr.Encode(text, qr.M)
	if err != nil {
		panic(err) // longer than longestURL
	}
	var path strings.Builder
	for y := range code.Size {
		for x := 0; x < code.Size; x++ {
			start := x
			for code.Black(x, y) {
				x++
			}
			if x > start {
				fmt.Fprintf(&path, "M%d %dh%dv1h-%dz", start+4, y+4, x-start, x-start)
			}
		}
	}
	return fmt.Sprintf(`<svg width="0" height="0" aria-hidden="true"><symbol id="qr" viewBox="0 0 %[1]d %[1]d"><path shape-rendering="crispEdges" d="%[2]s"/></symbol></svg>`+"\n",
		code.Size+8, path.String())
}
