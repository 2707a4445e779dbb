package check

// What lies in content/ and static/files/ besides pages: what systems leave
// behind, what nobody is to read, and two things at one address.

import (
	"bytes"
	"maps"
	"path"
	"regexp"
	"slices"
	"strings"
)

const published = "static/files/" // all of it, as it is

// leftBehind matches what macOS, Windows, Office and editors put into a folder
// for themselves; hugo.toml leaves the same out of a build.
var leftBehind = regexp.MustCompile(`(?i)^(?:\.|~)|~$|^#.*#$|\.(?:tmp|sw[a-p])$|^(?:(?:eh)?thumbs\.db|desktop\.ini|icon\r|__macosx|\$recycle\.bin)$`)

// IsLeftover says whether a file or folder of that name is one that systems leave
// behind, so that a build does not see it.
func IsLeftover(name string) bool { return leftBehind.MatchString(name) }

// forGit are hidden files that people write.
var forGit = []string{".gitkeep", ".keep", ".gitignore", ".gitattributes"}

func bySystems(p *pass) {
	for _, name := range p.leftovers {
		p.report(place{name, 1, 1}, "パソコンが作ったファイルです。", "消してください。")
	}
}

// beside: nothing but pages, pictures and results.
func beside(p *pass) {
	name := p.file.name
	if p.file.dir || strings.HasPrefix(name, published) || path.Ext(name) == ".md" || isPicture(name) ||
		slices.Contains(foreign, strings.ToLower(path.Ext(name))) {
		return
	}
	if figures, _ := path.Match("content/results/*/results.json", name); !figures {
		p.report(place{name, 1, 1}, "ページでも画像でもないファイルです。公開するサイトには入りませんが、リポジトリを見る人には読めます。",
			"content/ から消してください。ページから配るファイルなら、static/files/ に移します。回答や鍵だったら、履歴にも残るので、ページの担当に知らせてください。")
	}
}

var (
	// secretKey is a key that opens sealed answers, in letters of one case (BIP 173);
	// a page may speak of its beginning.
	secretKey = regexp.MustCompile(`AGE-SECRET-KEY-(?:PQ-)?1[0-9A-Z]{8}|age-secret-key-(?:pq-)?1[0-9a-z]{8}`)
	// answers is what the collector writes, by its name.
	answers = regexp.MustCompile(`(?i)(?:-comments|-questions)\.(?:csv|txt)$|\.(?:parquet|jsonl|bak)$|^(?:tickets|spent)\.txt$|^slips.*\.html$`)
)

// secret: no key anywhere, and no answers among what is published as it is. A
// key may be in UTF-16, as Windows writes it.
func secret(p *pass) {
	text := bytes.ReplaceAll(p.file.data, []byte{0}, nil)
	key := -1
	if path.Ext(p.file.name) != ".md" {
		key = bytes.Index(bytes.ToUpper(text), []byte("AGE-SECRET-KEY"))
	} else if bytes.Contains(text, []byte("AGE-SECRET-KEY")) || bytes.Contains(text, []byte("age-secret-key")) {
		if found := secretKey.FindIndex(text); found != nil {
			key = found[0]
		}
	}
	name := path.Base(p.file.name)
	switch {
	case key >= 0:
		p.report((&document{file: p.file.name, data: text}).at(key), "封じた回答を開く鍵が書かれています。",
			"消してください。リポジトリに入れてしまった鍵は捨てて、作り直します。")
	case strings.HasPrefix(p.file.name, published) && !p.file.dir && (answers.MatchString(name) || slices.Contains(p.names("surveys"), strings.TrimSuffix(name, ".csv"))):
		p.report(place{p.file.name, 1, 1}, "回答や前の版が入ったファイルのようです。static/files/ に置いたものは、だれにでも読めます。",
			"static/files/ から消してください。配ってよいものなら、名前を変えてください。")
	}
}

// alone are the addresses of what the build and the collector make of no single
// file of their own.
var alone = map[string]string{
	"404.html": itself, "robots.txt": itself, "sitemap.xml": itself, "site.json": itself, "svg/icon.svg": itself,
	"index.xml": itself, "pages.json": itself, "search/index.json": itself, "events/calendar.ics": itself,
	"answers": service, "healthz": service,
}

// beyond is what there is besides its page at the address of one of a section.
var beyond = map[string][]string{
	"surveys":  {"survey.json", "thanks/index.html", "answered.json"},
	"events":   {"event.ics"},
	"results":  {"meeting/index.html"},
	"training": {"leader/index.html", "participant/index.html"},
}

const (
	itself  = "サイトが自分で作るファイル"
	service = "受付のプログラム"
)

// address: no two files make a page or a file at one address, upper and lower
// case being one, as on Windows.
func address(p *pass) {
	taken := maps.Clone(alone)
	folders := map[string]string{}
	claim := func(file, address string) (other string) {
		address = strings.ToLower(address)
		other = taken[address]
		if other == "" {
			other = folders[address]
		}
		taken[address] = file
		for folder := path.Dir(address); folder != "."; folder = path.Dir(folder) {
			if other == "" {
				other = taken[folder]
			}
			folders[folder] = file
		}
		return other
	}
	for _, f := range p.files {
		below, isFile := strings.CutPrefix(f.name, published)
		addresses := []string{below}
		switch page := placed(strings.Replace(f.name, ".ja.md", ".md", 1)); { // Hugo reads .ja as the language
		case f.dir:
			continue
		case isFile:
		case path.Ext(f.name) == ".md":
			at := strings.TrimPrefix(page.url, "/")
			addresses = []string{at + "index.html"}
			if !page.index {
				for _, more := range beyond[page.section] {
					addresses = append(addresses, at+more)
				}
			}
		case isPicture(f.name):
			addresses = []string{strings.TrimPrefix(f.name, "content/")}
		default:
			continue
		}
		for _, address := range addresses {
			if other := claim(f.name, address); other != "" {
				p.report(place{f.name, 1, 1}, "アドレス /"+strings.TrimSuffix(address, "index.html")+" が、"+other+" と重なっています。公開されるのは片方だけです。",
					"どちらかの名前を変えるか、消してください。")
				break
			}
		}
	}
}
