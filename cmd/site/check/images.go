package check

// Pictures: that they are seen, that there are words for those who do not see them,
// and that they do not tell where they were taken.

import (
	"bytes"
	"fmt"
	"net/url"
	"path"
	"regexp"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/bep/imagemeta"
	"github.com/yuin/goldmark/ast"
)

// pictures are the formats that browsers show. The build sees no other files
// beside a page (hugo.toml), and layouts/_markup/render-image.html shows no other.
var pictures = []string{".jpg", ".jpeg", ".png", ".gif", ".webp", ".avif", ".svg"}

func isPicture(name string) bool {
	return slices.Contains(pictures, strings.ToLower(path.Ext(name)))
}

// image: what layouts/_markup/render-image.html takes in the build.
func image(p *pass) {
	for n := range each[*ast.Image](p.page) {
		to, at := string(n.Destination), p.page.at(n.Pos())
		u, err := url.Parse(to)
		switch {
		case to == "":
			p.report(at, "画像のファイルの名前がありません。", "![何が写っているか](photo.jpg) のように書いてください。")
		case onDisk.MatchString(to):
			p.report(at, "画像 "+to+" は、パソコンの中の場所です。", "画像をページと同じフォルダーに置き、ファイルの名前だけを書いてください。")
		case err == nil && u.Host != "":
			p.report(at, "ほかのサイトの画像 "+to+" は、見せられません。", "使ってよい画像なら、ページと同じフォルダーに置き、ファイルの名前を書いてください。")
		case err != nil || !isPicture(u.Path):
			p.report(at, "画像 "+to+" の形は、ブラウザーで見えないことがあります。", "JPEG か PNG に変えて、ファイルの名前も書き換えてください。")
		default:
			p.pictureThere(u.Path, at)
		}
		if len(bytes.TrimSpace(p.page.plain(n))) == 0 {
			p.report(at, "画像に説明がありません。", "![何が写っているか](ファイル) のように書いてください。")
		}
	}
	for n := range each[*ast.Link](p.page) {
		if p.page.almostImage(n) {
			p.report(p.page.at(n.Pos()), "画像の印が、半角の ! になっていません。", "![何が写っているか](ファイル) のように、! を半角で、[ のすぐ前に書いてください。")
		}
	}
}

// almostImage says whether a link was meant to be an image.
func (p *page) almostImage(l *ast.Link) bool {
	before := p.source[:max(l.Pos(), 0)]
	return isPicture(string(l.Destination)) && (bytes.HasSuffix(before, []byte("！")) || bytes.HasSuffix(bytes.TrimRight(before, " 　"), []byte("!")))
}

// pictureThere: it lies beside the page, or below static/files.
func (p *pass) pictureThere(name string, at place) {
	beside := path.Join(path.Dir(p.page.file), name)
	bundle := slices.Contains([]string{"index.md", "_index.md"}, path.Base(p.page.file))
	near := ""
	for _, f := range p.files {
		switch {
		case f.dir:
		case bundle && f.name == beside || f.name == path.Join(published, name):
			return
		case strings.EqualFold(f.name, beside) || strings.EqualFold(f.name, path.Join(published, name)):
			near = f.name
		case path.Dir(f.name) == path.Dir(beside) && isPicture(f.name) && near == "" && distance(path.Base(f.name), path.Base(name)) < 4:
			near = f.name
		}
	}
	switch {
	case near == beside:
		p.report(at, "画像 "+name+" は隣にありますが、このページからは見せられません。", fmt.Sprintf("%s というフォルダーを作り、文を index.md に変えて、画像といっしょに入れてください。", p.page.name))
	case near != "":
		p.report(at, "画像 "+name+" のファイルがありません。", path.Base(near)+" のことなら、そう書いてください。大文字と小文字は区別されます。")
	default:
		p.report(at, "画像 "+name+" のファイルがありません。", "ページと同じフォルダーに置くか、つづりを確かめてください。")
	}
}

var (
	byCamera = regexp.MustCompile(`(?i)^(?:img|dsc[nf]?|pxl|image|photo|picture|pic|screenshot|screen shot|スクリーンショット|スクショ|名称未設定|無題|写真|画像|図|図表|グラフ|イラスト|アイコン|ロゴ|見本)?[\s_\-–0-9０-９a-f（）().:年月日時分秒]*$`)
	namesHow = []string{"何が写っているか", "説明", "画像の説明", "代替テキスト", "alt", "altテキスト", "代替"}
)

// imageWords: what is said of a picture says what it shows.
func imageWords(p *pass) {
	for n := range each[*ast.Image](p.page) {
		words, to := strings.TrimSpace(string(p.page.plain(n))), string(n.Destination)
		stem := strings.TrimSuffix(path.Base(to), path.Ext(to))
		report := func(message, mend string) { p.report(p.page.at(n.Pos()), message, mend) }
		switch {
		case words == "":
			continue // image
		case isPicture(words) || slices.Contains(foreign, strings.ToLower(path.Ext(words))) || strings.EqualFold(words, stem) || byCamera.MatchString(words):
			report("画像の説明「"+words+"」だけでは、何が写っているかが分かりません。", "見えない人にも分かるように、何が写っているかを書いてください。")
		case slices.Contains(namesHow, strings.ToLower(words)):
			report("画像の説明「"+words+"」は、見本のままです。", "見えない人にも分かるように、何が写っているかを書いてください。")
		case utf8.RuneCountInString(words) > 100:
			report("画像の説明が、100字をこえています。", "短くして、くわしいことは本文に書いてください。")
		case words == string(n.Title):
			report("画像の説明と、\" \" の中の題が同じです。二度読み上げられます。", "題を消してください。")
		}
	}
}

// heavy is more than a page's picture needs, in bytes.
const heavy = 300 * 1000

func imageSize(p *pass) {
	if size := len(p.file.data); isPicture(p.file.name) && size > heavy {
		p.report(place{p.file.name, 1, 1}, fmt.Sprintf("この画像は %d KB あります。開くのに時間がかかります。", (size+999)/1000), "横を 1,600 ピクセルほどに縮め、300 KB より小さくしてください。")
	}
}

// unseen: a picture that no page shows.
func unseen(p *pass) {
	shown := map[string]bool{}
	for _, page := range p.pages {
		for n := range each[*ast.Image](page) {
			if u, err := url.Parse(string(n.Destination)); err == nil {
				shown[path.Join(path.Dir(page.file), u.Path)] = true
			}
		}
	}
	for _, f := range p.files {
		if !f.dir && isPicture(f.name) && !strings.HasPrefix(f.name, published) && !shown[f.name] {
			p.report(place{f.name, 1, 1}, "どのページにも出ていない画像です。公開するサイトには入りません。", "同じフォルダーの index.md か _index.md で見せるか、消してください。")
		}
	}
}

// position: no picture tells where it was taken.
func position(p *pass) {
	if isPicture(p.file.name) && hasPosition(p.file.data) {
		p.report(place{p.file.name, 1, 1}, "この写真には、撮った場所（GPS の位置）が入っています。",
			"Windows では、ファイルを右クリックして「プロパティ」の「詳細」を開き、「プロパティや個人情報を削除」を押すと消せます。iPhone では、写真を送るときの「オプション」で「位置情報」を切ります。")
	}
}

// hasPosition looks for a position in Exif and XMP. Where a PNG has either in a
// compressed text, which only old programs write, it is taken for one.
func hasPosition(picture []byte) bool {
	for _, text := range []string{"GPSLatitude", "Raw profile type exif", "Raw profile type APP1", "XML:com.adobe.xmp\x00\x01"} {
		if bytes.Contains(picture, []byte(text)) {
			return true
		}
	}
	// What most formats put before Exif, some programs in all of them, and phones
	// once more for a picture within the picture.
	for _, exif, more := bytes.Cut(picture, []byte("Exif\x00\x00")); more; _, exif, more = bytes.Cut(exif, []byte("Exif\x00\x00")) {
		if exifHasPosition(exif, imagemeta.TIFF) {
			return true
		}
	}
	switch {
	case bytes.HasPrefix(picture, []byte("\x89PNG")):
		return exifHasPosition(picture, imagemeta.PNG)
	case bytes.HasPrefix(picture, []byte("RIFF")):
		return exifHasPosition(picture, imagemeta.WebP)
	case kind(picture) != "":
		return exifHasPosition(picture, imagemeta.AVIF)
	}
	return false
}

func exifHasPosition(picture []byte, format imagemeta.ImageFormat) (found bool) {
	// No error: what cannot be read shows no position to others either.
	imagemeta.Decode(imagemeta.Options{
		R: bytes.NewReader(picture), ImageFormat: format, Sources: imagemeta.EXIF,
		ShouldHandleTag: func(tag imagemeta.TagInfo) bool {
			for _, start := range []string{"GPSLatitude", "GPSLongitude", "GPSDest"} {
				found = found || strings.HasPrefix(tag.Tag, start)
			}
			return false
		},
	})
	return found
}

// kind is what a file of the ISO base media format says it is: avif, heic, ….
func kind(picture []byte) string {
	if len(picture) < 12 || string(picture[4:8]) != "ftyp" {
		return ""
	}
	return string(picture[8:12])
}

// foreign are formats of pictures that browsers do not show.
var foreign = []string{".heic", ".heif", ".tif", ".tiff", ".bmp"}

// disguised: a picture that browsers do not show, as a photo of an iPhone, also
// under another name.
func disguised(p *pass) {
	if !strings.HasPrefix(p.file.name, published) && slices.Contains(foreign, strings.ToLower(path.Ext(p.file.name))) {
		p.report(place{p.file.name, 1, 1}, "ブラウザーで見えない形式の画像です。", "JPEG か PNG に変えてください。名前を変えるだけでは変わりません。")
	}
	if k := kind(p.file.data); isPicture(p.file.name) && k != "" && k != "avif" && k != "avis" {
		p.report(place{p.file.name, 1, 1}, "名前は違いますが、中身は HEIC の写真です。ブラウザーで見えないことがあります。", "JPEG か PNG に変えてください。名前を変えるだけでは変わりません。")
	}
}
