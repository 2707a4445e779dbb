package main

import (
	"os/exec"
	"testing"
)

// What the commands write by themselves, or as the documents have it, is not
// taken along by `git add -A` in the project's folder.
func TestGitIgnoresWhatIsConfidential(t *testing.T) {
	if _, err := exec.LookPath("git"); err != nil {
		t.Skip(err)
	}
	for _, name := range []string{
		"morale-2026.csv", "morale-2026-comments.csv", "morale-2026-questions.csv", "morale-2026.parquet",
		"content/surveys/morale-2026/morale-2026-comments.csv", "static/files/past.csv",
		"morale-2026-comments.txt", "key.txt", "slips.html", "data/morale-2026/responses.jsonl",
	} {
		if out, err := exec.CommandContext(t.Context(), "git", "-C", "../..", "check-ignore", "--no-index", name).CombinedOutput(); err != nil {
			t.Errorf("%s is not ignored: %v %s", name, err, out)
		}
	}
}
