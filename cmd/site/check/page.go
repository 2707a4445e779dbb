package check

// A page of content/ taken apart once: front matter as YAML's tree, the text as
// goldmark's. Hugo's own lexer finds where one ends and the other begins, and
// where shortcodes stand, so that the check reads a page the way the build does.

import (
	"bytes"
	"iter"
	"path"
	"slices"
	"strings"
	"sync"

	"github.com/gohugoio/hugo/parser/pageparser"
	"github.com/yuin/goldmark"
	"github.com/yuin/goldmark/ast"
	"github.com/yuin/goldmark/extension"
	"github.com/yuin/goldmark/parser"
	"github.com/yuin/goldmark/text"

	"staffplan/collector/survey"
)

// page is one Markdown file. Offsets in its nodes are offsets in source, which
// is as long as the file: front matter and shortcode tags are blanked, not cut.
type page struct {
	document
	url     string // /measures/s1/
	section string // measures; empty for the home page
	name    string // s1; for a section the section's name
	index   bool   // _index.md: a section or the home page

	// broken says why the page cannot be read. It then has no more than its
	// name and its lines: other pages may count on it, and no rule judges it.
	broken   []misstep
	brokenBy string // the rule that says so

	meta        map[string]any // front matter, aliases resolved
	title       string
	draft       bool           // left out of a build
	params      map[string]any // nil where there are none
	body        int            // where the text begins
	tags        [][2]int       // where shortcode tags begin and end
	source      []byte
	walk        sync.Once
	walked      []ast.Node  // see nodes
	words       []byte      // see prose
	ours, given []byte      // see own and fields
	enclosed    []enclosure // see enclosures

	survey   *survey.Definition // of a survey; nil if the collector would not take it
	problems []survey.FieldError

	exceptions []*exception // allow.go
}

// markdown reads as Hugo is configured to (hugo.toml), but for the ids: an id
// that nobody wrote is not to be seen here.
var markdown = goldmark.New(
	goldmark.WithExtensions(extension.Table, extension.Strikethrough, extension.Linkify,
		extension.TaskList, extension.DefinitionList, extension.Footnote),
	goldmark.WithParserOptions(parser.WithAttribute()),
).Parser()

// readPage takes a page apart, as far as Hugo could.
func readPage(file string, data []byte) *page {
	p := placed(file)
	p.document = document{file: file, data: data, first: 1}
	broken := func(by string, why ...misstep) *page {
		p.broken, p.brokenBy = why, by
		return p
	}
	if s := spoilt(data); s.message != "" {
		return broken("encoding", s)
	}
	items, err := pageparser.ParseBytes(data, pageparser.Config{})
	front := slices.IndexFunc(items, pageparser.Item.IsFrontMatter)
	last := items[len(items)-1]
	if front < 0 || items[front].Type != pageparser.TypeFrontMatterYAML {
		if s := unfenced(string(data)); s.message != "" {
			return broken("unreadable", s)
		}
		return broken("unreadable", misstep{0, "ページの札（front matter）が、--- だけの行で囲まれていません。", "1行めを --- だけにして、title などを YAML で書き、--- だけの行で閉じてください。", nil})
	}
	if err != nil || last.IsError() {
		p.body = items[min(front+1, len(items)-1)].Pos()
		return broken("shortcode", misstep{last.Pos(), "ショートコードを、ここから読めません。", "{{< と >}} と、「\"」がそろっているかを確かめてください。", nil})
	}
	p.source = bytes.Clone(data)
	for i, item := range items[:len(items)-1] {
		if item.IsText() {
			continue
		}
		start, end := item.Pos(), items[i+1].Pos()
		if i == front {
			p.first, p.body = p.at(start).line, end
		} else {
			p.tags = append(p.tags, [2]int{start, end})
		}
		for at := start; at < end; at++ {
			if data[at] != '\n' {
				p.source[at] = 0
			}
		}
	}
	fill(p.source)
	yaml := items[front].Val(data)
	err = p.parse(yaml, &p.meta)
	if first, _, _ := strings.Cut(string(data), "\n"); err != nil && strings.TrimSpace(strings.TrimPrefix(first, "\ufeff")) != "---" {
		if s := unfenced(string(data)); s.message != "" {
			return broken("unreadable", s)
		}
	}
	begins := items[front].Pos() + bytes.Index(data[items[front].Pos():], yaml)
	if all := missteps(string(yaml), begins, err != nil); all != nil {
		return broken("unreadable", all...)
	}
	ends := begins + len(yaml)
	if closing, _, _ := bytes.Cut(data[ends:], []byte("\n")); len(bytes.TrimSpace(closing)) > len("---") { // Hugo shows the rest
		return broken("unreadable", misstep{ends, "札を閉じる行に、--- のほかの文字があります。", "この行を --- だけにしてください。", nil})
	}
	if err != nil {
		return broken("unreadable", misstep{p.offset(p.wrong(err)), "ページの札（front matter）を、ここから読めません。", "この行と、すぐ上の行で、字下げ、コロンのあとの空白、「\"」や [ ] の閉じ忘れ、同じ項目が二つないかを確かめてください。", nil})
	}
	p.title, _ = p.meta["title"].(string)
	p.draft, _ = p.meta["draft"].(bool)
	p.params, _ = p.meta["params"].(map[string]any)
	p.readExceptions()
	if p.section == "surveys" && !p.index {
		p.readSurvey()
	}
	return p
}

// unreadable and encoding: each page can be read.
func unreadable(p *pass) {
	for _, page := range p.pages {
		if page.brokenBy == p.rule.name {
			p.broken(page)
		}
	}
}

// broken reports why a page cannot be read.
func (p *pass) broken(page *page) {
	for _, s := range page.broken {
		p.report(page.at(s.offset), s.message, s.mend, s.fix...)
	}
}

// nodes are those of the text, in its order. The text is parsed when it is first
// asked for: a build asks for none.
func (p *page) nodes() []ast.Node {
	p.walk.Do(func() {
		ast.Walk(markdown.Parse(text.NewReader(p.source)), func(n ast.Node, entering bool) (ast.WalkStatus, error) {
			if entering {
				p.walked = append(p.walked, n)
			}
			return ast.WalkContinue, nil
		})
	})
	return p.walked
}

// placed works out from a file's name what it is: Hugo's rules for content/.
func placed(file string) *page {
	p := new(page)
	rest := strings.TrimSuffix(strings.TrimPrefix(file, "content/"), ".md")
	dir, base := path.Split(rest)
	if base == "_index" || base == "index" {
		p.index = base == "_index"
		rest = strings.TrimSuffix(dir, "/")
	}
	p.url = strings.TrimSuffix("/"+rest, "/") + "/"
	p.section, _, _ = strings.Cut(rest, "/")
	p.name = path.Base(rest)
	return p
}

// fill writes over what is hidden (0) because it is not Markdown. A tag alone on
// its line vanishes; within a line it becomes letters, as Hugo's own placeholder
// is, because goldmark looks at the neighbours of an asterisk.
func fill(b []byte) {
	for line := range bytes.Lines(b) {
		with := byte(' ')
		if len(bytes.Trim(line, "\x00 \t\r\n")) > 0 {
			with = 'x'
		}
		for i := range line {
			if line[i] == 0 {
				line[i] = with
			}
		}
	}
}

// each yields the nodes of one kind, in the order of the text.
func each[Node ast.Node](p *page) iter.Seq[Node] {
	return func(yield func(Node) bool) {
		for _, n := range p.nodes() {
			if n, ok := n.(Node); ok && !yield(n) {
				return
			}
		}
	}
}

func writtenID(n ast.Node) (string, bool) {
	value, ok := n.AttributeString("id")
	id, isText := value.([]byte)
	return string(id), ok && isText
}

func (p *page) hasHeading(id string) bool {
	for h := range each[*ast.Heading](p) {
		if written, _ := writtenID(h); written == id {
			return true
		}
	}
	return false
}

// plain is the text below a node without its marks, line by line.
func (p *page) plain(n ast.Node) (plain []byte) {
	ast.Walk(n, func(n ast.Node, entering bool) (ast.WalkStatus, error) {
		if t, ok := n.(*ast.Text); ok && entering {
			plain = append(plain, t.Segment.Value(p.source)...)
			if t.SoftLineBreak() {
				plain = append(plain, '\n')
			}
		}
		return ast.WalkContinue, nil
	})
	return plain
}

// excerpt is what stands around an offset, within its line.
func (p *page) excerpt(offset int) string {
	from, to := p.line(p.at(offset).line)
	left, right := []rune(string(p.source[from:offset])), []rune(string(p.source[offset:to]))
	return string(left[max(0, len(left)-6):]) + string(right[:min(len(right), 14)])
}

// URL is the address of the page that a file of content/ is, or lies beside;
// empty for any other file.
func URL(file string) string {
	if !strings.HasPrefix(file, "content/") {
		return ""
	}
	if path.Ext(file) != ".md" {
		file = path.Dir(file) + "/index.md"
	}
	return placed(file).url
}
