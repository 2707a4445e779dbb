package check

// Whether a page's bytes are text at all, and all of it meant to be there.

import (
	"bytes"
	"strings"
	"unicode/utf8"

	"golang.org/x/text/encoding"
	"golang.org/x/text/encoding/japanese"
)

const saveAnew = "Windows のメモ帳で開き、「名前を付けて保存」の「エンコード」で UTF-8 を選んで、保存し直してください。"

// What spoils a line, in the order of damage.
const (
	conflict = iota
	unwelcome
	mojibake
)

var damage = lookupOf([]form{
	conflict:  formOf(`^(?:<<<<<<<|>>>>>>>)(?: .*)?$`, ""),
	unwelcome: formOf(unwanted, unwanted),
	mojibake:  formOf(`(?:[縺繧繝][ -~ｦ-ﾟ\x{80}-\x{BF}\x{3040}-\x{30FF}\p{Han}]?){4,}|(?:ã[\x{80}-\x{BF}\x{2010}-\x{203A}\x{0152}-\x{02DC}€]){2,}|(?:繧|縺){3,}|ï¿½`, "[縺繧繝ãï]"),
})

// unwanted is a character that nobody means to write: a control, or U+FFFD.
const unwanted = `[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\x{80}-\x{9f}\x{fffd}]`

// spoilt says what is wrong with a page's bytes; the message is empty where nothing
// is. Of several things it is the one that explains the others.
func spoilt(data []byte) misstep {
	if bytes.HasPrefix(data, []byte("\xff\xfe")) || bytes.HasPrefix(data, []byte("\xfe\xff")) || bytes.HasPrefix(data, []byte("-\x00-\x00-")) || bytes.Count(data, []byte{0}) > len(data)/4 {
		return misstep{0, "文字コードが UTF-16（メモ帳では Unicode）です。このままでは読めません。", saveAnew, nil}
	}
	if !utf8.Valid(data) {
		at := 0
		for r, size := utf8.DecodeRune(data); r != utf8.RuneError || size > 1; r, size = utf8.DecodeRune(data[at:]) {
			at += size
		}
		switch {
		case reads(japanese.EUCJP, data):
			return misstep{0, "文字コードが EUC-JP です。このままでは読めません。", "使っているエディターで、文字コードを UTF-8 にして、保存し直してください。", nil}
		case reads(japanese.ShiftJIS, data):
			return misstep{0, "文字コードが Shift_JIS（メモ帳では ANSI）です。このままでは文字が化けます。", saveAnew, nil}
		}
		return misstep{at, "文字が、ここで途中から切れています。", "この行の、こわれた文字のところを打ち直してください。", nil}
	}
	if bytes.Contains(data, []byte("\x1b$")) {
		return misstep{0, "文字コードが JIS（ISO-2022-JP）です。このままでは文字が化けます。", saveAnew, nil}
	}
	var found [mojibake + 1][][2]int
	damage.matches(data, func(form, from int, _ []byte, at []int) {
		found[form] = append(found[form], [2]int{from + at[0], from + at[1]})
	})
	if found := found[conflict]; found != nil {
		return misstep{found[0][0], "ほかの人の直しとぶつかった印（<<<<<<< や >>>>>>>）が残っています。",
			"<<<<<<< と ======= の間、======= と >>>>>>> の間を読み比べ、残すほうを決めて、ほかと印の行を消してください。", nil}
	}
	var fix []Edit
	for i, b := range data {
		if b == '\r' && !bytes.HasPrefix(data[i+1:], []byte("\n")) {
			fix = append(fix, Edit{i, i + 1, "\n"})
		}
	}
	if fix != nil {
		return misstep{fix[0].Start, "改行が、古い形（CR だけ）になっています。この先が一行になってしまいます。", "改行を LF か CRLF にして、保存し直してください。", fix}
	}
	if found := found[unwelcome]; found != nil {
		if data[found[0][0]] == 0xef {
			return misstep{found[0][0], "文字が化けて「\uFFFD」になっています。元の文字は残っていません。", "元の文を見て、打ち直してください。", nil}
		}
		for _, at := range found {
			if data[at[0]] != 0xef {
				fix = append(fix, Edit{at[0], at[1], ""})
			}
		}
		return misstep{found[0][0], "目に見えない制御文字が入っています。ほかのソフトから貼った文に、付いてくることがあります。", "この場所の前後の一文字を消して、打ち直してください。", fix}
	}
	if found := found[mojibake]; found != nil {
		return misstep{found[0][0], "文字が化けています。別の文字コードで開いて、保存したようです。", "元のファイルから写し直し、UTF-8 で保存してください。", nil}
	}
	return misstep{}
}

// reads says whether an encoding makes Japanese of bytes.
func reads(e encoding.Encoding, data []byte) bool {
	text, err := e.NewDecoder().Bytes(data)
	return err == nil && !bytes.ContainsRune(text, utf8.RuneError) && strings.ContainsFunc(string(text), func(r rune) bool { return r >= 'ぁ' && r <= 'ヶ' }) &&
		!bytes.ContainsFunc(text, func(r rune) bool { return r >= '｡' && r <= 'ﾟ' && e == japanese.EUCJP })
}

// beginsMarked: no byte order mark. Hugo takes it away, others show it.
func beginsMarked(p *pass) {
	if bytes.HasPrefix(p.file.data, []byte("\xef\xbb\xbf")) && !p.file.dir && strings.HasSuffix(p.file.name, ".md") {
		p.report(place{p.file.name, 1, 1}, "初めに、目に見えない印（BOM）が付いています。", "メモ帳の「名前を付けて保存」で、「UTF-8（BOM 付き）」でなく「UTF-8」を選んでください。", Edit{0, 3, ""})
	}
}
