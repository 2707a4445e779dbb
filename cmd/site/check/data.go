package check

// What is data and not Go: what pages hold and must keep, in layouts/_data.

import (
	"fmt"
	"io/fs"
	"path"
	"strings"

	"github.com/goccy/go-yaml"
)

// data is layouts/_data, as far as the rules read it.
type data struct {
	words   map[string][]string // each list of words, or of things that have a word, by its file
	anchors map[string][]string // anchors.yaml
	fields  struct {            // fields.yaml
		Page, Params fields
		Sections     map[string]fields
	}
	kept struct { // kept.yaml
		document
		phrases map[string][]string // by address
	}
}

func (d *data) read(project fs.FS) error {
	d.words = map[string][]string{}
	files, err := fs.Glob(project, "layouts/_data/*.yaml")
	for _, file := range files {
		text, e := fs.ReadFile(project, file)
		if e != nil {
			return e
		}
		name := strings.TrimSuffix(path.Base(file), ".yaml")
		switch doc := newDocument(file, text); name {
		case "anchors":
			err = yaml.Unmarshal(text, &d.anchors)
		case "fields":
			err = yaml.Unmarshal(text, &d.fields)
		case "kept":
			d.kept.document = doc
			err = d.kept.parse(text, &d.kept.phrases)
		default:
			var list []any
			if yaml.Unmarshal(text, &list) == nil {
				d.words[name] = wordsOf(list)
			}
		}
		if err != nil {
			return fmt.Errorf("%s: %w", file, err)
		}
	}
	return err
}

func wordsOf(list []any) (words []string) {
	for _, word := range list {
		if thing, ok := word.(map[string]any); ok {
			word = thing["word"]
		}
		words = append(words, fmt.Sprint(word))
	}
	return words
}
