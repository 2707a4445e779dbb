package main

// What git knows of the project: where there is no git, or no history, nothing.

import (
	"context"
	"io/fs"
	"os"
	"os/exec"
	"strings"
)

func git(ctx context.Context, root string, args ...string) (string, error) {
	out, err := exec.CommandContext(ctx, "git", append([]string{"-C", root}, args...)...).Output()
	return string(out), err
}

// gitKnowsDates reports whether git can tell when a page was last changed.
// Without a repository, without git, in another user's folder or before the
// first commit Hugo's --enableGitInfo is fatal; a shallow clone would date
// every page at its tip.
func gitKnowsDates(ctx context.Context, root string) bool {
	out, err := git(ctx, root, "rev-parse", "--is-shallow-repository", "HEAD")
	return err == nil && strings.HasPrefix(out, "false\n")
}

// mergeBase is the commit at which what lies here left the branch it is to go into:
// the one that a forge names for a proposal, or the default branch. Empty if git
// cannot tell.
func mergeBase(ctx context.Context) string {
	targets := []string{"origin/HEAD", "origin/main", "main"}
	for _, name := range []string{"GITHUB_BASE_REF", "CI_MERGE_REQUEST_TARGET_BRANCH_NAME"} {
		if branch := os.Getenv(name); branch != "" {
			targets = []string{"origin/" + branch, branch}
		}
	}
	for _, target := range targets {
		if base, err := git(ctx, ".", "merge-base", "HEAD", target); err == nil {
			return strings.TrimSpace(base)
		}
	}
	return ""
}

// history is the project in the working folder, and what it was at the merge base.
type history struct {
	fs.FS
	ctx  context.Context
	base string
}

func withHistory(ctx context.Context) history {
	return history{os.DirFS("."), ctx, mergeBase(ctx)}
}

// Before is a file at the merge base, an error where there was none.
func (h history) Before(name string) ([]byte, error) {
	if h.base == "" {
		return nil, fs.ErrNotExist
	}
	text, err := git(h.ctx, ".", "show", h.base+":./"+name)
	return []byte(text), err
}

// changed lists the files that differ from those at the merge base.
func (h history) changed() []string {
	if h.base == "" {
		return nil
	}
	out, err := git(h.ctx, ".", "diff", "--name-only", "--relative", "-z", h.base)
	if err != nil {
		return nil
	}
	return strings.Split(strings.TrimSuffix(out, "\x00"), "\x00")
}
