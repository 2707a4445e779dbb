package check

import (
	"fmt"
	"slices"
	"testing"

	"github.com/rogpeppe/go-internal/txtar"
)

// To look for what an expression needs, before it is tried, loses no match.
func TestForms(t *testing.T) {
	project := laidOver(t, "../../..")
	var d data
	if err := d.read(project); err != nil {
		t.Fatal(err)
	}
	forms := []form{doubled, again}
	for _, s := range slices.Concat(widths, dependent, points) {
		forms = append(forms, s.form)
	}
	for _, rule := range d.terms.rules {
		forms = append(forms, rule.forms...)
	}
	var texts [][]byte
	for _, file := range project {
		texts = append(texts, file.Data)
	}
	for _, r := range rules {
		archive, err := txtar.ParseFile(archiveOf(r))
		if err != nil {
			t.Fatal(err)
		}
		for _, f := range under("fail/", archive) {
			texts = append(texts, f.Data)
		}
	}
	for _, f := range forms {
		every := form{Regexp: f.Regexp} // tried on each line
		if got, want := matches(f, texts), matches(every, texts); got != want {
			t.Errorf("%s (needs %q): %s, want %s", f, f.needs, got, want)
		}
	}
}

func matches(f form, texts [][]byte) string {
	var all []string
	for i, text := range texts {
		for from, line := range f.lines(text) {
			for _, m := range f.FindAllIndex(line, -1) {
				all = append(all, fmt.Sprintf("%d: %d", i, from+m[0]))
			}
		}
	}
	slices.Sort(all)
	return fmt.Sprint(all)
}
