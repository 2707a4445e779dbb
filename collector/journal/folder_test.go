// Real folders: what the tests do with them.

package journal_test

import (
	"errors"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"sync"
	"testing"

	"staffplan/collector/journal"
)

func open(t *testing.T, dir string, o journal.Options) *journal.Journal {
	t.Helper()
	j, err := journal.Open(dir, o)
	if err != nil {
		t.Fatal(err)
	}
	return j
}

func shut(t *testing.T, j *journal.Journal) {
	t.Helper()
	if err := j.Close(); err != nil {
		t.Fatal(err)
	}
}

// answer and text are the lines of the nth entry.
func answer(n int) string { return fmt.Sprintf(`{"survey":"s","answers":{"n":%d}}`, n) }
func text(n int) string   { return fmt.Sprintf(`{"survey":"s","question":"c","text":"意見 %d"}`, n) }

func entry(n int) journal.Entry {
	return journal.Entry{Answer: []byte(answer(n)), Texts: [][]byte{[]byte(text(n))}}
}

// put stores entries from first to last, each in a frame of its own.
func put(t *testing.T, j *journal.Journal, first, last int) {
	t.Helper()
	for n := first; n <= last; n++ {
		if err := j.Append(t.Context(), entry(n)); err != nil {
			t.Fatal(err)
		}
	}
}

// putAtOnce stores them from as many goroutines.
func putAtOnce(t *testing.T, j *journal.Journal, first, last int) {
	t.Helper()
	var all sync.WaitGroup
	for n := first; n <= last; n++ {
		all.Go(func() {
			if err := j.Append(t.Context(), entry(n)); err != nil {
				t.Error(err)
			}
		})
	}
	all.Wait()
}

// wantReleased closes the survey and wants these entries alone, each once.
func wantReleased(t *testing.T, dir string, j *journal.Journal, numbers ...int) {
	t.Helper()
	if err := j.Finish(t.Context()); err != nil {
		t.Fatal(err)
	}
	shut(t, j)
	if err := journal.Verify(dir); err != nil {
		t.Error(err)
	}
	var answers, texts []string
	for _, n := range numbers {
		answers, texts = append(answers, answer(n)), append(texts, text(n))
	}
	wantRead(t, dir, answers, texts)
}

// wantRead wants a reader to find these lines, in any order.
func wantRead(t *testing.T, dir string, answers, texts []string) {
	t.Helper()
	r, err := journal.ReadAll(dir)
	if err != nil {
		t.Fatal(err)
	}
	same := func(what string, lines [][]byte, want []string) {
		count := map[string]int{}
		for _, line := range want {
			count[line]--
		}
		for _, line := range lines {
			count[string(line)]++
		}
		maps.DeleteFunc(count, func(_ string, n int) bool { return n == 0 })
		for line, n := range count {
			t.Errorf("%s: %+d times too often (of %d such lines): %.60q", what, n, len(count), line)
			break
		}
	}
	same("answers", r.Answers, answers)
	same("texts", r.Texts, texts)
}

func numbers(first, last int) (all []int) {
	for n := first; n <= last; n++ {
		all = append(all, n)
	}
	return all
}

// folder is all that stands in a folder, by name.
type folder map[string]string

func snapshot(t *testing.T, dir string) folder {
	t.Helper()
	list, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	f := folder{}
	for _, e := range list {
		data, err := os.ReadFile(filepath.Join(dir, e.Name()))
		if err != nil {
			t.Fatal(err)
		}
		f[e.Name()] = string(data)
	}
	return f
}

// lay makes a fresh folder with these files.
func (f folder) lay(t *testing.T) string {
	t.Helper()
	dir := filepath.Join(t.TempDir(), "s")
	if err := os.Mkdir(dir, 0o700); err != nil {
		t.Fatal(err)
	}
	for name, data := range f {
		f.write(t, dir, name, data)
	}
	return dir
}

func (folder) write(t *testing.T, dir, name, data string) {
	t.Helper()
	if err := os.WriteFile(filepath.Join(dir, name), []byte(data), 0o600); err != nil {
		t.Fatal(err)
	}
}

// refused wants a start to find damage in a file, and to leave everything as it
// was. Offsets differ with what is broken: at most end.
func refused(t *testing.T, dir, file string, end int) {
	t.Helper()
	before := snapshot(t, dir)
	j, err := journal.Open(dir, journal.Options{Release: 10})
	if err == nil {
		j.Close()
		t.Fatalf("%s: the start was not refused", file)
	}
	var damage *journal.Damage
	var mixture *journal.Mixture
	var format *journal.FormatError
	switch {
	case errors.As(err, &damage):
	case file == "sums.txt" && (errors.As(err, &mixture) || errors.As(err, &format)):
		damage = &journal.Damage{File: file} // its first line says something else
	default:
		t.Fatalf("%s: %v", file, err)
	}
	if damage.File != file || damage.Offset < 0 || damage.Offset > int64(end) {
		t.Fatalf("want damage in %s up to byte %d, got %v", file, end, err)
	}
	if after := snapshot(t, dir); !maps.Equal(before, after) {
		t.Fatalf("%s: refused, but the folder has changed: %q, then %q", file, before, after)
	}
}
