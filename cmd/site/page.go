package main

// A page of content/ taken apart: front matter with the line of every key, and
// the Markdown as goldmark's tree. Hugo's own lexer finds where one ends and
// the other begins, and where shortcodes stand, so that the check reads a page
// the way the build does.

import (
	"bytes"
	"path"
	"regexp"
	"slices"
	"strings"

	"github.com/goccy/go-yaml"
	yamlast "github.com/goccy/go-yaml/ast"
	yamlparser "github.com/goccy/go-yaml/parser"
	"github.com/gohugoio/hugo/parser/pageparser"
	"github.com/yuin/goldmark"
	"github.com/yuin/goldmark/ast"
	"github.com/yuin/goldmark/extension"
	"github.com/yuin/goldmark/parser"
	"github.com/yuin/goldmark/text"
)

// page is one Markdown file. Offsets in doc are offsets in source, which is as
// long as the file: front matter and shortcode tags are blanked, not cut.
type page struct {
	file    string // content/measures/s1.md
	url     string // /measures/s1/
	section string // measures; empty for the home page
	name    string // s1; for a section the section's name
	index   bool   // _index.md: a section or the home page

	meta  map[string]any // front matter, aliases resolved
	keys  yamlast.Node   // the same with positions
	first int            // line of the first key

	source []byte
	doc    ast.Node
	args   []byte // the shortcode tags alone, all else blanked
}

// markdown reads as Hugo is configured to (hugo.toml), but for the ids: an id
// that nobody wrote is not to be seen here.
var markdown = goldmark.New(
	goldmark.WithExtensions(extension.Table, extension.Strikethrough, extension.Linkify,
		extension.TaskList, extension.DefinitionList, extension.Footnote),
	goldmark.WithParserOptions(parser.WithAttribute()),
)

// yamlLine is the line that goccy/go-yaml puts before its messages: [3:1].
var yamlLine = regexp.MustCompile(`^\[(\d+):\d+\] `)

// readPage takes a page apart. A page that Hugo could not read either gives a
// finding and no page.
func readPage(file string, data []byte) (*page, *finding) {
	p := place(file)
	items, err := pageparser.ParseBytes(data, pageparser.Config{})
	if n := len(items); err == nil && n > 0 && items[n-1].IsError() {
		err = items[n-1].Err
	}
	if err != nil {
		return nil, &finding{file, 1, "front-matter", "読めませんでした（" + err.Error() + "）。front matter は --- だけの行で始めて、--- だけの行で閉じてください。"}
	}
	p.source, p.args = bytes.Clone(data), blank(bytes.Clone(data))
	var front []byte
	for i, item := range items {
		if item.IsText() || item.IsDone() || i+1 == len(items) {
			continue
		}
		start, end := item.Pos(), items[i+1].Pos()
		if item.IsFrontMatter() {
			if item.Type != pageparser.TypeFrontMatterYAML {
				return nil, &finding{file, 1, "front-matter", "front matter は YAML で書いてください。--- だけの行で始めて、--- だけの行で閉じます。"}
			}
			front = oneKindOfLine(item.Val(data))
			p.first = 1 + bytes.Count(data[:start], []byte("\n"))
		} else {
			copy(p.args[start:end], data[start:end])
		}
		mark(p.source[start:end])
	}
	fill(p.source)
	if front == nil {
		return nil, &finding{file, 1, "front-matter", "front matter がありません。1行めから --- で囲んで、title と description などを書いてください。"}
	}
	tree, err := yamlparser.ParseBytes(front, 0)
	if err == nil {
		err = yaml.Unmarshal(front, &p.meta)
	}
	if err != nil {
		line, message := 1, err.Error()
		if m := yamlLine.FindStringSubmatch(message); m != nil {
			line, message = atoi(m[1]), message[len(m[0]):]
		}
		message, _, _ = strings.Cut(message, "\n")
		// What is missing at the end is missed on the line after it.
		line = min(p.first+line-1, 1+bytes.Count(data, []byte("\n")))
		return nil, &finding{file, line, "front-matter", "front matter を YAML として読めません（" + message + "）。字下げとコロンのあとの空白を確かめてください。"}
	}
	if len(tree.Docs) > 0 {
		p.keys = tree.Docs[0].Body
	}
	p.doc = markdown.Parser().Parse(text.NewReader(p.source))
	return p, nil
}

// oneKindOfLine turns a lone CR into a space: YAML would end a line there, and
// count other lines than an editor shows.
func oneKindOfLine(front []byte) []byte {
	front = bytes.Clone(front)
	for i, b := range front {
		if b == '\r' && !bytes.HasPrefix(front[i+1:], []byte("\n")) {
			front[i] = ' '
		}
	}
	return front
}

// place works out from a file's name what it is: Hugo's rules for content/.
func place(file string) *page {
	p := &page{file: file}
	rest := strings.TrimSuffix(strings.TrimPrefix(file, "content/"), ".md")
	dir, base := path.Split(rest)
	if base == "_index" || base == "index" {
		p.index = base == "_index"
		rest = strings.TrimSuffix(dir, "/")
	}
	p.url = "/" + rest + "/"
	if rest == "" {
		p.url = "/"
	}
	p.section, _, _ = strings.Cut(rest, "/")
	p.name = path.Base(rest)
	return p
}

// mark and fill hide what is not Markdown. A tag alone on its line vanishes;
// within a line it becomes letters, as Hugo's own placeholder is, because
// goldmark looks at the neighbours of an asterisk.
func mark(b []byte) {
	for i := range b {
		if b[i] != '\n' {
			b[i] = 0
		}
	}
}

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

func blank(b []byte) []byte {
	mark(b)
	for i := range b {
		if b[i] == 0 {
			b[i] = ' '
		}
	}
	return b
}

// line is the line of a front matter key, of the nearest one above it if it is
// not there, and the first line for no key at all. A step is a key or an index.
func (p *page) line(steps ...any) int {
	line, node := p.first, p.keys
	for _, step := range steps {
		node = plain(node)
		switch want := step.(type) {
		case string:
			m, ok := node.(*yamlast.MappingNode)
			if !ok {
				return line
			}
			i := slices.IndexFunc(m.Values, func(v *yamlast.MappingValueNode) bool {
				return v.Key.GetToken().Value == want
			})
			if i < 0 {
				return line
			}
			line = p.first + m.Values[i].Key.GetToken().Position.Line - 1
			node = m.Values[i].Value
		case int:
			s, ok := node.(*yamlast.SequenceNode)
			if !ok || want >= len(s.Values) {
				return line
			}
			node = s.Values[want]
			if t := plain(node).GetToken(); t != nil {
				line = p.first + t.Position.Line - 1
			}
			// A mapping's own token is the colon behind its first key.
		}
	}
	return line
}

// plain follows an anchor to what it names. (An alias stays: its line is where
// it stands, and nothing below it has a line of its own.)
func plain(node yamlast.Node) yamlast.Node {
	if anchor, ok := node.(*yamlast.AnchorNode); ok {
		return anchor.Value
	}
	return node
}

// at is the line of an offset in the file.
func (p *page) at(offset int) int {
	return 1 + bytes.Count(p.source[:max(0, min(offset, len(p.source)))], []byte("\n"))
}

// draft says whether the page is left out of a build.
func (p *page) draft() bool {
	draft, _ := p.meta["draft"].(bool)
	return draft
}

// params is the map below the key params, never nil.
func (p *page) params() map[string]any {
	params, _ := p.meta["params"].(map[string]any)
	if params == nil {
		return map[string]any{}
	}
	return params
}

// ids returns the heading ids written on the page.
func (p *page) ids() map[string]bool {
	ids := map[string]bool{}
	ast.Walk(p.doc, func(n ast.Node, entering bool) (ast.WalkStatus, error) {
		if id, ok := writtenID(n); entering && ok {
			ids[id] = true
		}
		return ast.WalkContinue, nil
	})
	return ids
}

func writtenID(n ast.Node) (string, bool) {
	value, ok := n.AttributeString("id")
	if !ok {
		return "", false
	}
	id, ok := value.([]byte)
	return string(id), ok
}
