//go:build unix

package main

// What nobody can see is no comment: it makes nine no ten.

import (
	"fmt"
	"net/http"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"github.com/go-json-experiment/json"
)

// Ten texts of which one cannot be seen are nine, from the form to the published
// figures: nothing of them is there. Ten that can be seen are ten.
func TestInvisibleCommentIsNone(t *testing.T) {
	t.Parallel()
	unseen := []string{
		"\u200b", "\u3164", "\u2800", "\ufeff", "\u00ad", "\ufe0f", "\ufe00", "\U000e0100", "\u180b", "\u115f", "\u1160", "\uffa0", "\u180e",
		"\u2060", "\u200e", "\u202e", "\u2028", "\u00a0", "\u3000", "\U000e0020", "\U000e0041\U000e007f", "\u034f", "\u0301", "\u3099\u20dd",
		" \u200b\u3164　\r\n\u2800\t", "",
	}
	for _, real := range []int{9, 10} {
		site, data := siteWith(t), filepath.Join(t.TempDir(), "data")
		file := filepath.Join(site, "surveys", "crowd", "survey.json")
		optional := strings.Replace(string(readFile(t, file)), `"required":true`, `"required":false`, 1)
		if err := os.WriteFile(file, []byte(optional), 0o666); err != nil {
			t.Fatal(err)
		}
		s := serve(t, site, data, halfway)
		texts := append([]string(nil), unseen...)
		for n := range real {
			texts = append(texts, comment(n))
		}
		for _, text := range texts {
			if got := s.post(t, url.Values{"who": {"b0"}, "comment": {text}}.Encode()); got != http.StatusSeeOther {
				t.Errorf("%U: %d", []rune(text), got)
			}
		}
		s.stop(t, syscall.SIGTERM)
		s = serve(t, site, data, afterClosing)
		waitFinished(t, filepath.Join(data, "crowd"))
		s.stop(t, syscall.SIGTERM)

		out := filepath.Join(t.TempDir(), "crowd")
		report := exec.Command("collector", "report", "--survey", file, "--data", data, "--out", out)
		report.Dir = t.TempDir()
		if said, err := report.CombinedOutput(); err != nil {
			t.Fatalf("%v\n%s", err, said)
		}
		published := readFile(t, filepath.Join(out, "results.json"))
		var results struct {
			Responses int
			Comments  []struct{ Suppressed bool }
		}
		if err := json.Unmarshal(published, &results, json.MatchCaseInsensitiveNames(true)); err != nil {
			t.Fatal(err)
		}
		if results.Responses != len(texts) || len(results.Comments) != 1 || results.Comments[0].Suppressed != (real < 10) {
			t.Errorf("%d texts:\n%s", real, published)
		}
		if real == 10 {
			continue
		}
		for _, dir := range []string{out, report.Dir} {
			for name, text := range contents(t, dir) {
				for n := range real {
					if strings.Contains(text, fmt.Sprintf("%q", comment(n))) || strings.Contains(text, comment(n)+"\n") {
						t.Errorf("%s has one of nine:\n%s", name, text)
					}
				}
			}
		}
	}
}
