package main

// The sheets of slips that collector tickets writes: one HTML file that needs
// nothing else, for printing on A4.

import (
	_ "embed"
	"fmt"
	"html"
	"io"
	"slices"
	"strings"

	"rsc.io/qr"

	"staffplan/collector/survey"
	"staffplan/collector/ticket"
)

const slipsOnSheet = 8

// slipsStart is the head and the cover, to which writeSlips adds the sheets.
//
//go:embed slips.html
var slipsStart string

//go:embed slip.html
var slip string

// writeSlips writes a cover and the slips. Codes are random, so any order of
// them is; they bear no running number, which could be noted beside a name.
// Whoever writes to w sees an error when flushing it.
//
// page is the survey's address, or "". A code never goes into it, nor into the
// QR code: addresses are kept by browsers and proxies, and a ticket beside an
// address of the network would tell who answered.
func writeSlips(w io.Writer, def *survey.Definition, page string, codes []ticket.Code) {
	title, until := html.EscapeString(def.Title), "締切はありません"
	if !def.Standing() {
		until = def.OpensInWords() + "から" + def.ClosesInWords() + "まで"
	}
	sheets := (len(codes) + slipsOnSheet - 1) / slipsOnSheet
	fmt.Fprintf(w, slipsStart, title, len(codes), until, sheets)

	symbol, where := "", "庁内のサイトの「アンケート」から開きます。"
	if page != "" {
		io.WriteString(w, qrSymbol(page))
		symbol = `<svg class="qr" role="img" aria-label="アドレスの二次元コード"><use href="#qr"/></svg>`
		where = html.EscapeString(page)
	}
	for sheet := range slices.Chunk(codes, slipsOnSheet) {
		io.WriteString(w, "<section class=\"sheet\">\n")
		for _, code := range sheet {
			fmt.Fprintf(w, slip, symbol, title, until, where, code)
		}
		io.WriteString(w, "</section>\n")
	}
	io.WriteString(w, "</body>\n</html>\n")
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
