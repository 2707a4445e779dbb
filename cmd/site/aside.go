package main

// Hugo as site serve runs it: a process for each build, with a configuration that
// has others, or none, in the place of files put aside.

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path"
	"path/filepath"
	"regexp"
	"slices"
	"strings"

	"github.com/pelletier/go-toml/v2"
)

// build has Hugo write the site, in a process of its own: within one, Hugo keeps
// what it has built (2,000 pages: 150 MB each time). It returns Hugo's errors, a
// text each. There may be some although every page has been written.
func (l *live) build(ctx context.Context, to, edition string, aside map[string]bool) (said []string, err error) {
	config, err := l.configure(edition, aside)
	if err == nil {
		err = os.RemoveAll(to)
	}
	if err != nil {
		return []string{err.Error()}, err
	}
	program, err := os.Executable()
	if err != nil {
		return nil, err
	}
	args := []string{os.Args[0], "build", "--environment", "development", "--buildDrafts", "--noBuildLock",
		"--config", config, "--baseURL", l.origin + "/", "--destination", to}
	if l.clock != "" {
		args = append(args, "--clock", l.clock)
	}
	hugo := exec.CommandContext(ctx, program)
	hugo.Args = args
	hugo.Env = append(os.Environ(), asHugo+"=1", "GOGC=200")
	out, err := hugo.CombinedOutput()
	for line := range strings.Lines(strings.ReplaceAll(string(out), l.temporary+string(filepath.Separator)+"aside"+string(filepath.Separator), "")) {
		line = strings.TrimRight(line, "\r\n")
		switch text, isError := strings.CutPrefix(line, "ERROR "); {
		case isError:
			said = append(said, strings.TrimPrefix(text, "error building site: "))
		case strings.HasPrefix(line, "WARN "):
			said = append(said, "") // the check knows better
		case len(said) > 0 && said[len(said)-1] != "":
			said[len(said)-1] += "\n" + line
		case len(said) == 0:
			said = append(said, line)
		}
	}
	return slices.DeleteFunc(said, func(text string) bool { return text == "" || summary.MatchString(text) }), err
}

// asHugo, in its environment, makes a process Hugo and nothing else.
const asHugo = "STAFFPLAN_HUGO"

// beHugo runs Hugo on the project in this folder. A build whose only errors are
// those that templates report has written every page.
func beHugo(args []string) (code int) {
	said := os.Stderr // Hugo is given another
	err := runHugo(".", func(line string) { fmt.Fprintln(said, line) }, args...)
	if err != nil && !summary.MatchString(err.Error()) {
		return 1
	}
	return 0
}

// configure writes hugo.toml once more: with the edition, by which a page knows
// that there is a newer one, and with others in the place of files put aside.
func (l *live) configure(edition string, aside map[string]bool) (file string, err error) {
	text, err := os.ReadFile("hugo.toml")
	if err != nil {
		return "", err
	}
	var config map[string]any
	if err := toml.Unmarshal(text, &config); err != nil {
		return "", fmt.Errorf("hugo.toml: %w", err)
	}
	params, ok := config["params"].(map[string]any)
	if !ok {
		params = map[string]any{}
		config["params"] = params
	}
	params["edition"] = edition

	instead := filepath.Join(l.temporary, "aside")
	if err := os.RemoveAll(instead); err != nil {
		return "", err
	}
	files := map[string][]byte{"layouts/aside.html": []byte(`{{ define "main" }}{{ end }}`)}
	var left []any
	for file := range aside {
		left = append(left, "! "+strings.TrimPrefix(file, "content/"))
		switch {
		case l.good[file] != nil:
			files[file] = l.good[file]
		case path.Ext(file) == ".md":
			files[file] = standIn(file, l.texts[file])
		}
	}
	for name, text := range files {
		name = filepath.Join(instead, filepath.FromSlash(name))
		if err := errors.Join(os.MkdirAll(filepath.Dir(name), 0o777), os.WriteFile(name, text, 0o666)); err != nil {
			return "", err
		}
	}
	module, _ := config["module"].(map[string]any)
	mounts, _ := module["mounts"].([]any)
	for _, mount := range mounts {
		if mount, ok := mount.(map[string]any); ok && mount["target"] == "content" {
			taken, _ := mount["files"].([]any)
			mount["files"] = append(slices.Clone(left), taken...)
		}
	}
	for _, target := range []string{"content", "layouts"} {
		mounts = append(mounts, map[string]any{"source": filepath.Join(instead, target), "target": target})
	}
	module["mounts"] = mounts
	out, err := json.Marshal(config)
	if err != nil {
		return "", err
	}
	file = filepath.Join(l.temporary, "hugo.json")
	return file, os.WriteFile(file, out, 0o666)
}

// standIn has of a page what others show of it. Its own address shows what is
// wrong with it.
func standIn(file string, text []byte) []byte {
	title := file
	if m := titled.FindSubmatch(text); m != nil {
		title = string(m[1])
	}
	quoted, _ := json.Marshal(title) // a string always can be
	return fmt.Appendf(nil, "---\ntitle: %s\ndraft: true\nlayout: aside\noutputs: [html]\n---\n", quoted)
}

var titled = regexp.MustCompile(`(?m)^title *[:：] *["']?(.+?)["']? *\r?$`)
