package check

// Places in a file that holds YAML: from bytes, and from YAML's tree, to lines
// and columns as an editor shows them.

import (
	"bytes"
	"errors"
	"slices"
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
	first int          // the line on which the YAML begins
	root  yamlast.Node // nil where there is none
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
	before := d.data[:max(0, min(offset, len(d.data)))]
	start := bytes.LastIndexByte(before, '\n') + 1
	return place{d.file, 1 + bytes.Count(before, []byte("\n")), 1 + utf8.RuneCount(before[start:])}
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
	if e, ok := errors.AsType[yaml.Error](err); ok {
		return d.token(e.GetToken())
	}
	return d.token(nil)
}
