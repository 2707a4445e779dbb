package main

// A kind of page stands in several places. fields.yaml is the first of them;
// each of the others that does not know a kind, a field or a word is named here.

import (
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/goccy/go-yaml"
)

func TestEveryPageKind(t *testing.T) {
	read := func(name string) string {
		t.Helper()
		text, err := os.ReadFile(filepath.Join("../..", name))
		if err != nil {
			t.Fatal(err)
		}
		return string(text)
	}
	data := func(name string, v any) {
		t.Helper()
		if err := yaml.Unmarshal([]byte(read("layouts/_data/"+name+".yaml")), v); err != nil {
			t.Fatal(err)
		}
	}
	var fields struct{ Sections map[string]map[string]any }
	var entries map[string]any
	var owners map[string]any
	data("fields", &fields)
	data("entries", &entries)
	data("owners", &owners)
	words := map[string][]string{} // by the list's name
	for _, name := range []string{"statuses", "states"} {
		var rows []struct{ Word string }
		data(name, &rows)
		for _, row := range rows {
			words[name] = append(words[name], row.Word)
		}
	}
	small := read("cmd/site/testdata/layouts/content.txtar")
	guide := read("content/about/editing.md")
	_, layouts := sources(t, "layouts", ".html")
	layouts += read("layouts/_data/entries.yaml")

	for section := range entries {
		if fields.Sections[section] == nil {
			t.Errorf("layouts/_data/fields.yaml: no fields of %s, which entries.yaml has", section)
		}
	}
	for section, params := range fields.Sections {
		if !strings.Contains(small, "-- content/"+section+"/_index.md --") {
			t.Errorf("cmd/site/testdata/layouts/content.txtar: nothing of %s", section)
		}
		added := func(k kind) bool { return k.section == section }
		if !slices.ContainsFunc(kinds, added) {
			t.Errorf("cmd/site/kinds.go: no kind makes pages of %s", section)
		}
		_, row, _ := strings.Cut(guide, "\n| `"+section+"` |")
		row, _, _ = strings.Cut(row, "\n")
		for field, rule := range params {
			if !strings.Contains(row, "`"+field+"`") {
				t.Errorf("content/about/editing.md: the row of %s lacks `%s`", section, field)
			}
			if !regexp.MustCompile(`\.` + field + `\b|(param|day|until|to): ` + field + `\b|"` + field + `"`).MatchString(layouts) {
				t.Errorf("layouts: nothing shows %s of %s", field, section)
			}
			may := words[fmt.Sprint(rule)]
			if list, ok := rule.([]any); ok && len(list) <= 3 { // a longer one the guide may cut short
				for _, word := range list {
					may = append(may, fmt.Sprint(word))
				}
			}
			for _, word := range may {
				if !strings.Contains(row, word) {
					t.Errorf("content/about/editing.md: the row of %s lacks %s, which %s may be", section, word, field)
				}
			}
		}
		for _, m := range regexp.MustCompile("`([a-z_]+)`").FindAllStringSubmatch(row, -1) {
			if !regexp.MustCompile(`\b` + m[1] + `\b`).MatchString(fmt.Sprint(params)) {
				t.Errorf("content/about/editing.md: `%s` is no field of %s", m[1], section)
			}
		}
	}
	for owner := range owners {
		if !strings.Contains(guide, owner+"、") && !strings.Contains(guide, owner+"のどれか") {
			t.Errorf("content/about/editing.md: %s of owners.yaml is not named", owner)
		}
	}
	for _, k := range kinds {
		if !strings.Contains(guide, "`"+k.name+"`（") {
			t.Errorf("content/about/editing.md: `site new %s` is not named", k.name)
		}
	}
}
