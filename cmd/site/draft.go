package main

// A page that is being begun: its front matter, of which single lines are set
// while the rest, comments too, stays as it is, and its text.

import (
	"errors"
	"slices"
	"strings"

	"github.com/goccy/go-yaml"
	"github.com/goccy/go-yaml/ast"
	"github.com/goccy/go-yaml/parser"
	"github.com/goccy/go-yaml/token"
)

type draft struct {
	front *ast.File
	text  string
}

// readDraft reads a page to begin with.
func readDraft(data []byte) (d *draft, err error) {
	page := strings.ReplaceAll(strings.TrimPrefix(string(data), "\ufeff"), "\r\n", "\n")
	page, opened := strings.CutPrefix(page, "---\n")
	front, text, closed := strings.Cut(page, "\n---\n")
	if !opened || !closed {
		return nil, errors.New("no front matter")
	}
	d = &draft{text: text}
	if d.front, err = parser.ParseBytes([]byte(front), parser.ParseComments); err != nil {
		return nil, err
	}
	if len(d.front.Docs) != 1 || d.mapping("") == nil || d.mapping("params") == nil {
		return nil, errors.New("no params")
	}
	return d, nil
}

// at is what stands at a path (params.owner), nil where nothing does.
func (d *draft) at(path string) ast.Node {
	at, err := yaml.PathString(strings.TrimSuffix("$."+path, "."))
	if err != nil {
		return nil
	}
	node, _ := at.FilterFile(d.front) // it fails only where nothing stands
	return node
}

func (d *draft) mapping(path string) *ast.MappingNode {
	node, _ := d.at(path).(*ast.MappingNode)
	return node
}

// get is a text, empty where there is none.
func (d *draft) get(path string) string {
	if text, ok := d.at(path).(*ast.StringNode); ok {
		return text.Value
	}
	return ""
}

// set puts a value, as YAML writes it on a line, at a path whose mapping is there.
func (d *draft) set(path, value string) error {
	above, key := "$", path
	if dot := strings.LastIndexByte(path, '.'); dot >= 0 {
		above, key = "$."+path[:dot], path[dot+1:]
	}
	if d.at(path) != nil {
		at, err := yaml.PathString("$." + path)
		if err != nil {
			return err
		}
		return at.ReplaceWithReader(d.front, strings.NewReader(value))
	}
	at, err := yaml.PathString(above)
	if err != nil {
		return err
	}
	return at.MergeFromReader(d.front, strings.NewReader(key+": "+value))
}

// setText is set for words, quoted where YAML would take them for something else.
func (d *draft) setText(path, words string) error {
	value, err := yaml.Marshal(words)
	if err != nil {
		return err
	}
	return d.set(path, strings.TrimSpace(string(value)))
}

// drop takes away what belongs to the page that this one begins with.
func (d *draft) drop(above, key string) {
	m := d.mapping(above)
	m.Values = slices.DeleteFunc(m.Values, func(v *ast.MappingValueNode) bool { return v.Key.String() == key })
}

// mark says that the page is a draft, where the archetypes do and in their words.
func (d *draft) mark() error {
	if is, ok := d.at("draft").(*ast.BoolNode); ok && is.Value {
		return nil
	}
	d.drop("", "draft")
	if err := d.set("draft", "true"); err != nil {
		return err
	}
	top := d.mapping("")
	last := len(top.Values) - 1
	marked := top.Values[last]
	params := slices.IndexFunc(top.Values, func(v *ast.MappingValueNode) bool { return v.Key.String() == "params" })
	top.Values = slices.Insert(top.Values[:last], params, marked)
	return marked.SetComment(ast.CommentGroup([]*token.Token{token.New(" 下書きの印。載せるときに、この行を消します。", "", marked.Key.GetToken().Position)}))
}

// bytes are the page.
func (d *draft) bytes() []byte {
	return []byte("---\n" + strings.TrimRight(d.front.String(), "\n") + "\n---\n" + d.text)
}
