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

// read takes up the files; the first error among them is the one that counts.
func (d *data) read(project fs.FS) (err error) {
	take := func(name string, to any) document {
		doc := document{file: "layouts/_data/" + name + ".yaml", first: 1}
		if err == nil {
			doc.data, err = fs.ReadFile(project, doc.file)
		}
		if err == nil {
			if err = doc.parse(doc.data, to); err != nil {
				err = fmt.Errorf("%s:%d: %w", doc.file, doc.wrong(err).line, err)
			}
		}
		return doc
	}
	var mistaken map[string][]string
	var rules struct{ Rules []*term }
	var states, statuses []any
	var themes yaml.MapSlice
	take("anchors", &d.anchors)
	take("fields", &d.fields)
	take("ids", &d.ids)
	d.kept.document = take("kept", &d.kept.phrases)
	take("mistaken", &mistaken)
	d.owners.document = take("owners", &d.owners.roles)
	take("shortcodes", &d.shortcodes)
	take("states", &states)
	take("statuses", &statuses)
	d.synonyms.document = take("synonyms", &d.synonyms.words)
	d.terms.document = take("terms", &rules)
	take("themes", &themes)
	if err != nil {
		return err
	}
	d.kept.distinct, d.mistaken, d.hosts = distinct(d.kept.phrases), mistakesOf(mistaken), hostsOf(project)
	d.words = map[string][]string{"owners": keys(d.owners.roles), "states": wordsOf(states), "statuses": wordsOf(statuses), "themes": keys(themes)}
	return d.terms.read(rules.Rules)
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
