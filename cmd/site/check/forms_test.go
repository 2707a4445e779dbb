package check

import (
	"bytes"
	"fmt"
	"maps"
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
	forms := slices.Concat([]form{doubled, again}, damage.forms, calendar.forms, later.forms, clock.forms)
	for _, s := range slices.Concat(widths.all, dependent.all, points.all) {
		forms = append(forms, s.form)
	}
	for _, rule := range d.terms.rules {
		forms = append(forms, rule.forms...)
	}
	forms = append(forms, formOf("😀+", ""))
	texts := [][]byte{[]byte("あ😀😀\nい")}
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
	look := lookupOf(forms)
	for i, text := range texts {
		got, want := map[string]bool{}, map[string]bool{}
		look.matches(text, func(form, from int, _ []byte, at []int) {
			got[fmt.Sprintf("%s in text %d at %d", forms[form], i, from+at[0])] = true
		})
		from := 0
		for line := range bytes.Lines(text) {
			for _, f := range forms {
				for _, m := range f.FindAllIndex(bytes.TrimRight(line, "\r\n"), -1) {
					want[fmt.Sprintf("%s in text %d at %d", f, i, from+m[0])] = true
				}
			}
			from += len(line)
		}
		if !maps.Equal(got, want) {
			t.Errorf("got %v, want %v", got, want)
		}
	}
}
