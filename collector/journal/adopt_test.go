// Files that another program put there, without sums.txt.

package journal_test

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"staffplan/collector/journal"
)

func lines(f func(int) string, first, last int) string {
	var b strings.Builder
	for _, n := range numbers(first, last) {
		b.WriteString(f(n) + "\n")
	}
	return b.String()
}

func handmade() folder {
	return folder{"responses.jsonl": lines(answer, 1, 3000), "comments.jsonl": lines(text, 1, 3000)}
}

func wantMissing(t *testing.T, dir string) {
	t.Helper()
	var damage *journal.Damage
	if err := journal.Verify(dir); !errors.As(err, &damage) || damage.File != "sums.txt" {
		t.Errorf("verify: want damage in sums.txt, got %v", err)
	}
}

func TestAdopt(t *testing.T) {
	o := journal.Options{Release: 10}
	dir := handmade().lay(t)
	whole, err := journal.ReadAll(dir)
	if err != nil || len(whole.Answers) != 3000 || string(whole.Texts[2999]) != text(3000) {
		t.Fatal("a reader does not find what stands there", err)
	}
	wantMissing(t, dir)

	j := open(t, dir, o)
	if !strings.Contains(j.Recovered, "sums.txt") {
		t.Errorf("recovered: %q", j.Recovered)
	}
	shut(t, j)
	if err := journal.Verify(dir); err != nil {
		t.Error(err)
	}
	j = open(t, dir, o)
	if j.Recovered != "" {
		t.Errorf("recovered once more: %q", j.Recovered)
	}
	putAtOnce(t, j, 3001, 3010)
	shut(t, j)
	if !strings.HasPrefix(snapshot(t, dir)["responses.jsonl"], lines(answer, 1, 3000)) {
		t.Error("a release changed what stood there")
	}
	wantReleased(t, dir, open(t, dir, o), numbers(1, 3010)...)
}

func TestAdoptFinish(t *testing.T) {
	dir := handmade().lay(t)
	j := open(t, dir, journal.Options{Release: 10})
	put(t, j, 3001, 3001)
	wantReleased(t, dir, j, numbers(1, 3001)...)
	if strings.HasPrefix(snapshot(t, dir)["responses.jsonl"], lines(answer, 1, 10)) {
		t.Error("the old order stands after the closing")
	}
}

// A closing vouches for what was there at the start, not for what became of it.
func TestAdoptChanged(t *testing.T) {
	f := handmade()
	dir := f.lay(t)
	j := open(t, dir, journal.Options{Release: 10})
	f.write(t, dir, "comments.jsonl", strings.Replace(f["comments.jsonl"], "意見 7\"", "意見 8\"", 1))
	var damage *journal.Damage
	if err := j.Finish(t.Context()); !errors.As(err, &damage) || damage.File != "comments.jsonl" {
		t.Errorf("want damage in comments.jsonl, got %v", err)
	}
	j.Close()
}

// Nor for another definition, which it writes once more.
func TestFinishDefinitionChanged(t *testing.T) {
	for _, other := range []string{`{"a":2}`, `{"a":1} `, `{}`, ``} {
		dir := t.TempDir()
		j := open(t, dir, journal.Options{Release: 10, Definition: []byte(`{"a":1}`)})
		put(t, j, 1, 3)
		folder{}.write(t, dir, "survey.json", other)
		var damage *journal.Damage
		if err := j.Finish(t.Context()); !errors.As(err, &damage) || damage.File != "survey.json" {
			t.Errorf("%q: want damage in survey.json, got %v", other, err)
		}
		j.Close()
	}
}

func TestAdoptTickets(t *testing.T) {
	dir := folder{
		"responses.jsonl": lines(answer, 1, 1),
		"tickets.txt":     strings.Repeat("0a", 32) + "\n" + strings.Repeat("0b", 32) + "\n",
		"spent.txt":       strings.Repeat("0a", 32) + "\n",
	}.lay(t)
	j := open(t, dir, journal.Options{Release: 10})
	defer j.Close()
	for ticket, want := range map[byte]error{0x0a: journal.ErrTicketUsed, 0x0b: nil, 0x0c: journal.ErrTicketUnknown} {
		e := entry(2)
		for i := range e.Ticket {
			e.Ticket[i] = ticket
		}
		if err := j.Append(t.Context(), e); !errors.Is(err, want) {
			t.Errorf("ticket %x: %v, want %v", ticket, err, want)
		}
	}
}

func TestAdoptRefuses(t *testing.T) {
	long := strings.Repeat("x", 200_000) // longer than what is read at a time
	for _, test := range []struct {
		name   string
		f      folder
		file   string
		offset int64
	}{
		{"no line end", folder{"responses.jsonl": "{}\n{}"}, "responses.jsonl", 3},
		{"no line end after a long line", folder{"comments.jsonl": long + "\n" + long}, "comments.jsonl", 200_001},
		{"empty line", folder{"comments.jsonl": "{}\n{}\n\n{}\n"}, "comments.jsonl", 6},
		{"unsorted tickets", folder{"tickets.txt": strings.Repeat("1", 64) + "\n" + strings.Repeat("0", 64) + "\n"}, "tickets.txt", 65},
		{"empty sums", folder{"responses.jsonl": "{}\n", "sums.txt": "", "closed": ""}, "sums.txt", 0},
	} {
		t.Run(test.name, func(t *testing.T) {
			dir := test.f.lay(t)
			refused(t, dir, test.file, 1<<20)
			var damage *journal.Damage
			if _, err := journal.Open(dir, journal.Options{}); !errors.As(err, &damage) || damage.Offset != test.offset {
				t.Errorf("want byte %d, got %v", test.offset, err)
			}
			if _, err := journal.ReadAll(dir); test.name != "unsorted tickets" && err == nil {
				t.Error("a reader takes it")
			}
		})
	}
}

// With sums.txt there, nothing is adopted.
func TestNoAdoptionBesideSums(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "s")
	j := open(t, dir, journal.Options{Release: 10})
	putAtOnce(t, j, 1, 10)
	shut(t, j)
	file := filepath.Join(dir, "responses.jsonl")
	data, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(file, append(data, answer(11)+"\n"...), 0o600); err != nil {
		t.Fatal(err)
	}
	refused(t, dir, "responses.jsonl", 0)
}
