package check

// What is data and not Go: what pages hold and must keep, in layouts/_data.

import (
	"fmt"
	"io/fs"

	"github.com/goccy/go-yaml"
)

// data is layouts/_data, as far as the rules read it.
type data struct {
	words   map[string][]string // each list of words, or of things that have a word, by its file
	anchors map[string][]string // anchors.yaml
	ids     map[string][]string // ids.yaml
	fields  struct {            // fields.yaml
		Page, Params, Owner fields
		Sections            map[string]fields
	}
	mistaken   mistakes
	shortcodes map[string]shortcode // shortcodes.yaml
	kept       kept
	owners     contacts
	synonyms   synonyms
	terms      terms
	hosts      []string // of the site itself, see hostsOf
}

func (d *data) read(project fs.FS) error {
	d.words, d.hosts = map[string][]string{}, hostsOf(project)
	for _, name := range []string{"anchors", "fields", "ids", "kept", "mistaken", "owners", "shortcodes", "states", "statuses", "synonyms", "terms", "themes"} {
		file := "layouts/_data/" + name + ".yaml"
		text, err := fs.ReadFile(project, file)
		if err != nil {
			return err
		}
		doc := document{file: file, data: text, first: 1}
		switch name {
		case "anchors":
			err = doc.parse(text, &d.anchors)
		case "fields":
			err = doc.parse(text, &d.fields)
		case "ids":
			err = doc.parse(text, &d.ids)
		case "kept":
			err = doc.parse(text, &d.kept.phrases)
			d.kept.document, d.kept.distinct = doc, distinct(d.kept.phrases)
		case "shortcodes":
			err = doc.parse(text, &d.shortcodes)
		case "mistaken":
			var words map[string][]string
			err = doc.parse(text, &words)
			d.mistaken = mistakesOf(words)
		case "owners":
			err = doc.parse(text, &d.owners.roles)
			d.owners.document, d.words[name] = doc, keys(d.owners.roles)
		case "themes":
			var names yaml.MapSlice
			err = doc.parse(text, &names)
			d.words[name] = keys(names)
		case "synonyms":
			err = doc.parse(text, &d.synonyms.words)
			d.synonyms.document = doc
		case "terms":
			var written struct{ Rules []*term }
			if err = doc.parse(text, &written); err == nil {
				d.terms.document = doc
				if err := d.terms.read(written.Rules); err != nil {
					return err
				}
			}
		default:
			var list []any
			err = doc.parse(text, &list)
			d.words[name] = wordsOf(list)
		}
		if err != nil {
			return fmt.Errorf("%s:%d: %w", file, doc.wrong(err).line, err)
		}
	}
	return nil
}

func keys(of yaml.MapSlice) (words []string) {
	for _, entry := range of {
		words = append(words, fmt.Sprint(entry.Key))
	}
	return words
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
