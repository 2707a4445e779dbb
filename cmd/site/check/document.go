package check

// Places in a file that holds YAML: from bytes, and from YAML's tree, to lines
// and columns as an editor shows them.

import (
	"bytes"
	"errors"
	"slices"
	"sort"
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
	lines []int        // where each line begins
	first int          // the line on which the YAML begins
	root  yamlast.Node // nil where there is none
}

func newDocument(file string, data []byte) document {
	d := document{file: file, data: data, lines: []int{0}, first: 1}
	for i, b := range data {
		if b == '\n' {
			d.lines = append(d.lines, i+1)
		}
	}
	return d
}

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
	d.root = tree.Docs[0].Body
	return yaml.NodeToValue(d.root, to)
}

// at is the place of an offset.
func (d *document) at(offset int) place {
	offset = max(0, min(offset, len(d.data)))
	line := sort.SearchInts(d.lines, offset+1)
	return place{d.file, line, 1 + utf8.RuneCount(d.data[d.lines[line-1]:offset])}
}

// token is the place of a piece of YAML.
func (d *document) token(t *token.Token) place {
	if t == nil || t.Position == nil {
		return place{d.file, d.first, 1}
	}
	// What is missing at the end is missed on the line after it.
	line := min(d.first+max(t.Position.Line, 1)-1, len(d.lines))
	from, to := d.line(line)
	return place{d.file, line, max(1, min(t.Position.Column, 1+utf8.RuneCount(d.data[from:to])))}
}

// line is where a line begins and ends.
func (d *document) line(n int) (from, to int) {
	if n == len(d.lines) {
		return d.lines[n-1], len(d.data)
	}
	return d.lines[n-1], d.lines[n] - 1
}

// key is the place of a key, of the nearest one above it if it is not there,
// and the first line for no key at all. A step is a key or an index.
func (d *document) key(steps ...any) place {
	at, node := d.token(nil), d.root
	for _, step := range steps {
		if anchor, ok := node.(*yamlast.AnchorNode); ok {
			node = anchor.Value
		}
		switch want := step.(type) {
		case string:
			m, ok := node.(*yamlast.MappingNode)
			if !ok {
				return at
			}
			i := slices.IndexFunc(m.Values, func(v *yamlast.MappingValueNode) bool {
				return v.Key.GetToken().Value == want
			})
			if i < 0 {
				return at
			}
			at, node = d.token(m.Values[i].Key.GetToken()), m.Values[i].Value
		case int:
			s, ok := node.(*yamlast.SequenceNode)
			if !ok || want >= len(s.Values) {
				return at
			}
			node = s.Values[want]
			at = d.token(start(node))
		}
	}
	return at
}

// start is the first piece of a node: a mapping's own token is the colon behind
// its first key. (An alias stands for itself; what it names stands elsewhere.)
func start(node yamlast.Node) *token.Token {
	switch n := node.(type) {
	case *yamlast.AnchorNode:
		return start(n.Value)
	case *yamlast.MappingNode:
		if len(n.Values) > 0 {
			return n.Values[0].Key.GetToken()
		}
	}
	return node.GetToken()
}

// wrong is the place of an error of goccy/go-yaml.
func (d *document) wrong(err error) place {
	if e := yaml.Error(nil); errors.As(err, &e) {
		return d.token(e.GetToken())
	}
	return d.token(nil)
}
