package main

// What only a few may see is not written where Git would find it: `git add -A`
// takes along what lies about, and a history forgets nothing.

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"

	"staffplan/cmd/internal/cli"
)

// confidential is the flag of commands that write keys or answers.
type confidential struct {
	InWorkTree bool `help:"Git で管理しているフォルダーの中にも書きます。"`
}

// create makes a file, as the function of that name does, outside of Git.
func (c confidential) create(name, kept string) (*os.File, error) {
	if err := c.outside(name); err != nil {
		return nil, err
	}
	return create(name, kept)
}

// outside refuses a name that lies where Git would find it.
func (c confidential) outside(name string) error {
	if tree := workTree(name); tree != "" && !c.InWorkTree {
		return &cli.Problem{Sentence: name + " は、Git で管理しているフォルダー " + tree + " の中です。何も書かずに止めました。",
			Next: []string{"ほかのファイルと一緒に、リポジトリに入ってしまうことがあるからです。--out に、そのフォルダーの外の場所を書いてください。",
				"それでもここに書くときは、--in-work-tree を付けてください。"}}
	}
	return nil
}

// workTree is the work tree of Git that a file would lie in, or "".
func workTree(name string) string {
	dir, err := filepath.Abs(filepath.Dir(name))
	if err != nil {
		return ""
	}
	if real, err := filepath.EvalSymlinks(dir); err == nil {
		dir = real
	}
	for {
		if _, err := os.Lstat(filepath.Join(dir, ".git")); !errors.Is(err, fs.ErrNotExist) {
			return dir // a file in worktrees and submodules
		}
		above := filepath.Dir(dir)
		if above == dir {
			return ""
		}
		dir = above
	}
}
