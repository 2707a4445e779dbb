package check

// Places in a file that holds YAML: from bytes, and from YAML's tree, to lines
// and columns as an editor shows them.

import (
	"bytes"
	"errors"
	"regexp"
	"strings"
	"unicode/utf8"

	"github.com/goccy/go-yaml"
	yamlast "github.com/goccy/go-yaml/ast"
	yamlparser "github.com/goccy/go-yaml/parser"
	"github.com/goccy/go-yaml/token"
)

// document is a file, all YAML or with YAML at its front.
type document struct {
	file  string
	data  []byte
	first int                     // the line on which the YAML begins
	keys  map[string]*token.Token // where each piece of it begins, by its path

	wrapped []string // paths of texts that are broken between two full-width characters
}

// full is a full-width character, as layouts/_partials/joined.html has it, and
// wide two of them at a line end.
const full = `[\x{2010}-\x{2027}\x{203B}\x{2160}-\x{27BF}\x{2E80}-\x{A4CF}\x{F900}-\x{FAFF}\x{FE00}-\x{FE4F}\x{FF01}-\x{FF9F}\x{FFE0}-\x{FFE6}\x{1F300}-\x{1FAFF}\x{20000}-\x{3FFFF}\x{E0100}-\x{E01EF}]`

var wide = regexp.MustCompile(full + `[ \t\r]*\n\s*` + full)

// parse reads the YAML, to is what it says. A lone CR becomes a space: YAML would
// end a line there, and count other lines than an editor shows.
func (d *document) parse(front []byte, to any) error {
	front = bytes.Clone(front)
	for i, b := range front {
		if b == '\r' && !bytes.HasPrefix(front[i+1:], []byte("\n")) {
			front[i] = ' '
		}
	}
	tree, err := yamlparser.ParseBytes(front, 0)
	if err != nil || len(tree.Docs) == 0 || tree.Docs[0].Body == nil {
		return err
	}
	d.keys = map[string]*token.Token{}
	yamlast.Walk(d, tree.Docs[0].Body)
	return yaml.NodeToValue(tree.Docs[0].Body, to)
}

// at is the place of an offset.
func (d *document) at(offset int) place {
	before := d.data[:max(0, min(offset, len(d.data)))]
	start := bytes.LastIndexByte(before, '\n') + 1
	return place{d.file, 1 + bytes.Count(before, []byte("\n")), 1 + utf8.RuneCount(before[start:])}
}

// offset is where the byte at a place is, the end of its line at most.
func (d *document) offset(at place) int {
	from, to := d.line(at.line)
	for ; at.column > 1 && from < to; at.column-- {
		_, size := utf8.DecodeRune(d.data[from:to])
		from += size
	}
	return from
}

// token is the place of a piece of YAML.
func (d *document) token(t *token.Token) place {
	if t == nil || t.Position == nil {
		return place{d.file, d.first, 1}
	}
	from, to := d.line(d.first + max(t.Position.Line, 1) - 1)
	at := d.at(from)
	at.column = max(1, min(t.Position.Column, 1+utf8.RuneCount(d.data[from:to])))
	return at
}

// line is where a line begins and ends. What is missing at the end is missed on
// the line after it: beyond the last line is the last.
func (d *document) line(n int) (from, to int) {
	to = -1
	for line := range bytes.SplitSeq(d.data, []byte("\n")) {
		from = to + 1
		to = from + len(line)
		if n--; n == 0 {
			break
		}
	}
	return from, to
}

// key is the place of what stands at a path (params.survey.questions[0].text), of
// the nearest thing above if nothing does, and the first line for nothing at all.
func (d *document) key(path string) place {
	for path != "" && d.keys["$."+path] == nil {
		path = path[:max(0, strings.LastIndexAny(path, ".["))]
	}
	return d.token(d.keys["$."+path])
}

// Visit notes where a piece of YAML begins: a mapping's own token, and an
// entry's, is the colon behind the key. An entry comes before its value, which
// has the same path. (An alias stands for itself; what it names stands elsewhere.)
func (d *document) Visit(node yamlast.Node) yamlast.Visitor {
	begins := node.GetToken()
	switch n := node.(type) {
	case *yamlast.MappingNode:
		if len(n.Values) > 0 {
			begins = n.Values[0].Key.GetToken()
		}
	case *yamlast.MappingValueNode:
		begins = n.Key.GetToken()
	case *yamlast.StringNode:
		if wide.MatchString(begins.Origin) {
			d.wrapped = append(d.wrapped, strings.TrimPrefix(node.GetPath(), "$."))
		}
	}
	if d.keys[node.GetPath()] == nil {
		d.keys[node.GetPath()] = begins
	}
	return d
}

// wrong is the place of an error of goccy/go-yaml.
func (d *document) wrong(err error) place {
	if e, ok := errors.AsType[yaml.Error](err); ok {
		return d.token(e.GetToken())
	}
	return d.token(nil)
}
