package main

// The site while it is being written: built anew, whole, after every change. A
// page that stops the build is put aside for what it was before, so that it alone
// shows what is wrong with it, and a survey that cannot be taken goes on as it was.
//
// Hugo's own server is not used: it ends where a page is broken at its start,
// shows one page's error on all of them, with absolute paths, and goes on to show
// pages that are deleted. Since all pages are written on every change, it takes as
// long as a build (2,000 pages: 4 seconds).

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"staffplan/cmd/internal/cli"
	"staffplan/cmd/site/check"
	"staffplan/collector/survey"
)

// live is the site of one serve. One goroutine at a time has it.
type live struct {
	temporary string
	site      string           // where the newest stands, below temporary
	origin    string           // what a browser calls it
	clock     string           // Hugo's, RFC 3339; empty for the real one
	now       func() time.Time // the check's
	ui        *cli.UI

	edition string
	files   map[string]stamp  // what the site is made of, as they were looked at last
	texts   map[string][]byte // those of them that can be put aside
	good    map[string][]byte // the same, as they were when they could be built
	aside   map[string]bool   // those that cannot be built; true where the check knows why
	said    map[string]bool   // what stands on the terminal and still holds
}

// stamp is what changes when a file does.
type stamp struct{ modified, size int64 }

func stampOf(info fs.FileInfo) stamp { return stamp{info.ModTime().UnixNano(), info.Size()} }

// canWait says whether a file can be put aside: a page, or a page's figures.
func canWait(file string) bool {
	return strings.HasPrefix(file, "content/") && (path.Ext(file) == ".md" || path.Base(file) == "results.json")
}

// watch builds the site after every change until ctx ends. It looks at the files
// themselves: not every disk tells of its changes, and one in a network seldom does.
func (l *live) watch(ctx context.Context) {
	for {
		began := time.Now()
		files := scan()
		wait := max(300*time.Millisecond, 20*time.Since(began))
		if !maps.Equal(files, l.files) {
			l.draw(ctx) // the error is on the terminal and in the browser
		}
		select {
		case <-ctx.Done():
			return
		case <-time.After(wait):
		}
	}
}

func scan() map[string]stamp {
	files := map[string]stamp{}
	for _, root := range []string{"hugo.toml", "content", "layouts", "static"} {
		// What goes away meanwhile is not there.
		fs.WalkDir(os.DirFS("."), root, func(file string, entry fs.DirEntry, err error) error {
			switch {
			case err != nil:
			case check.IsLeftover(entry.Name()) && entry.IsDir():
				return fs.SkipDir
			case check.IsLeftover(entry.Name()) || entry.IsDir():
			default:
				if info, err := entry.Info(); err == nil {
					files[file] = stampOf(info)
				}
			}
			return nil
		})
	}
	return files
}

// read takes up what has changed, and returns what is put aside before the build:
// what the check has something against and nobody has touched. All is tried again
// once one of them, or more than pages, has changed.
func (l *live) read() (aside map[string]bool) {
	files := scan()
	again := false
	changed := func(file string) {
		_, waits := l.aside[file]
		again = again || waits || !canWait(file)
	}
	for file := range l.files {
		if _, there := files[file]; !there {
			changed(file)
			delete(l.texts, file)
			delete(l.good, file)
		}
	}
	for file, now := range files {
		if l.files[file] != now {
			changed(file)
			if canWait(file) {
				l.texts[file], _ = os.ReadFile(file) // gone meanwhile: the next look sees it
			}
		}
	}
	l.files = files
	aside = map[string]bool{}
	for file, known := range l.aside {
		if known && !again {
			aside[file] = true
		}
	}
	return aside
}

// draw builds the site and puts it in the place of the one before. Where not even
// putting pages aside helps, the one before stays, and the error is
// cli.ErrReported.
func (l *live) draw(ctx context.Context) error {
	aside := l.read()
	checked := sync.OnceValues(func() ([]check.Finding, error) {
		findings, _, err := check.Run(withHistory(ctx), l.now())
		return findings, err
	})
	go checked() // Hugo has a core to spare

	next := filepath.Join(l.temporary, "next")
	edition := strconv.FormatInt(time.Now().UnixNano(), 36)
	var stopped []check.Finding // what nobody but Hugo knows
	for {
		said, err := l.build(ctx, next, edition, aside)
		findings, unchecked := checked()
		if ctx.Err() != nil {
			return ctx.Err()
		}
		if err != nil && !maps.Equal(scan(), l.files) {
			return l.draw(ctx) // it may have been half saved
		}
		faulty := map[string]bool{}
		for _, f := range findings {
			if f.Level == check.Error {
				faulty[f.File] = true
			}
		}
		if err == nil {
			findings = append(findings, stopped...)
			if l.standIns(aside) { // or what they lack is told of others
				said = nil
			}
			more, trouble := complaints(said, faulty)
			if unchecked != nil {
				trouble = append(trouble, unchecked.Error())
			}
			l.aside = aside
			return l.show(next, edition, append(findings, more...), trouble)
		}
		more := l.suspects(said, faulty, aside)
		if len(more) == 0 {
			l.aside = aside
			return l.stay(findings, said)
		}
		for _, file := range more {
			aside[file] = faulty[file]
			stopped = append(stopped, reasons(said, file, findings)...)
		}
	}
}

// suspects are the files to put aside after a build that failed: those that Hugo
// names and the check has something against; else those that were not so when
// they could be built, since what is wrong with a page may stop the one that lists
// it; else those that Hugo names.
func (l *live) suspects(said []string, faulty, aside map[string]bool) []string {
	named := map[string]bool{}
	for _, m := range located.FindAllStringSubmatch(strings.Join(said, "\n"), -1) {
		named[m[1]] = true
	}
	for _, suspect := range []func(file string) bool{
		func(file string) bool { return named[file] && faulty[file] },
		func(file string) bool { return faulty[file] && !bytes.Equal(l.good[file], l.texts[file]) },
		func(file string) bool { return named[file] },
	} {
		var files []string
		for file := range l.texts {
			if _, already := aside[file]; !already && suspect(file) {
				files = append(files, file)
			}
		}
		if len(files) > 0 {
			slices.Sort(files)
			return files
		}
	}
	return nil
}

// standIns says whether one of these files has never been built.
func (l *live) standIns(aside map[string]bool) bool {
	for file := range aside {
		if l.good[file] == nil {
			return true
		}
	}
	return false
}

// show finishes a site that has been built and puts it in its place.
func (l *live) show(next, edition string, findings []check.Finding, trouble []string) error {
	instead := map[string]bool{}
	for file := range l.aside {
		instead[check.URL(file)] = true
	}
	l.edition = edition
	err := errors.Join(l.keepSurveys(next), writeFindings(next, edition, instead, findings, trouble))
	old := filepath.Join(l.temporary, "old")
	if err == nil {
		err = swap(l.site, next, old)
	}
	if err != nil {
		l.files = nil // the next look tries again
		l.ui.Failed(err)
		return cli.ErrReported
	}
	for file, text := range l.texts {
		if _, waits := l.aside[file]; !waits {
			l.good[file] = text
		}
	}
	l.tell(findings, trouble)
	return os.RemoveAll(old)
}

// stay leaves the site as it is, and says why.
func (l *live) stay(findings []check.Finding, trouble []string) error {
	l.tell(findings, trouble)
	if l.edition == "" {
		return cli.ErrReported
	}
	l.ui.Say("サイトを組み立て直せませんでした。いま見えているのは、その前のものです。")
	return errors.Join(cli.ErrReported, writeFindings(l.site, l.edition, nil, findings, trouble))
}

// keepSurveys gives a survey whose definition the collector would not take the
// one before, or none.
func (l *live) keepSurveys(next string) error {
	files, err := survey.Files(next)
	for _, file := range files {
		if _, unfit := survey.Load(file); unfit == nil {
			continue
		}
		before, gone := os.ReadFile(filepath.Join(l.site, strings.TrimPrefix(file, next)))
		if gone != nil {
			err = errors.Join(err, os.Remove(file))
		} else {
			err = errors.Join(err, os.WriteFile(file, before, 0o666))
		}
	}
	return err
}

// tell puts what is wrong on the terminal, once while it holds.
func (l *live) tell(findings []check.Finding, trouble []string) {
	before := l.said
	l.said = map[string]bool{}
	var news []check.Finding
	for _, f := range findings {
		if f.Level != check.Note && !before[f.String()] {
			news = append(news, f)
		}
		l.said[f.String()] = f.Level != check.Note
	}
	check.Print(l.ui.Err, "text", nil, news, nil)
	for _, text := range trouble {
		if !before[text] {
			fmt.Fprintln(l.ui.Err, text)
		}
		l.said[text] = true
	}
	maps.DeleteFunc(l.said, func(_ string, holds bool) bool { return !holds })
	if len(before) > 0 && len(l.said) == 0 {
		l.ui.Say("直すところはなくなりました。")
	}
}
