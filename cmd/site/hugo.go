package main

// Hugo inside this process: it is given its own standard streams, so that its
// chatter and its usage help reach nobody and its error lines, which name file
// and line, reach everybody.

import (
	"bufio"
	"fmt"
	"io/fs"
	"math"
	"os"
	"path/filepath"
	"regexp"
	"runtime"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/gohugoio/hugo/commands"
	"github.com/gohugoio/hugo/common/herrors"
)

// runHugo runs one Hugo command on the project in root and returns when it has
// ended and trouble has been given all its errors and warnings, a line at a time,
// with the project's path cut off the file names. While it runs, os.Stdout and
// os.Stderr are Hugo's; callers keep their own.
//
// Warnings are lines that begin with WARN. Hugo's --panicOnWarning is not used:
// it shows the first warning only, as a stack trace, and ends the process.
func runHugo(root string, trouble func(line string), args ...string) (err error) {
	root, err = filepath.Abs(root)
	if err != nil {
		return err
	}
	os.Setenv("HUGO_NUMWORKERMULTIPLIER", strconv.Itoa(workers(root)))
	nowhere, err := os.OpenFile(os.DevNull, os.O_WRONLY, 0)
	if err != nil {
		return err
	}
	defer nowhere.Close()
	r, bad, err := os.Pipe()
	if err != nil {
		return err
	}
	var reader sync.WaitGroup
	defer reader.Wait()
	defer bad.Close()
	reader.Go(func() {
		defer r.Close()
		lines := bufio.NewScanner(r)
		lines.Buffer(nil, math.MaxInt)
		for lines.Scan() {
			if text := lines.Text(); text != "" {
				trouble(strings.ReplaceAll(text, root+string(filepath.Separator), ""))
			}
		}
	})
	stdout, stderr := os.Stdout, os.Stderr
	os.Stdout, os.Stderr = nowhere, bad
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("hugo: %v", p)
			fmt.Fprintln(bad, "ERROR", err)
		}
		os.Stdout, os.Stderr = stdout, stderr
	}()
	err = commands.Execute(append(args, "--source", root))
	for _, e := range herrors.Errors(err) {
		if !summary.MatchString(e.Error()) {
			fmt.Fprintln(bad, "ERROR", e)
		}
	}
	return err
}

// workers is how many pages Hugo renders at a time. One for each core, which is its
// own choice, can wait for ever where pages fail (v0.165.0, renderPages): each worker
// ends with a page once the build is given up, as many pages wait in a channel, and
// the loop that hands them out waits for room there. So there are half as many as
// there can be pages, of which each file and folder makes one; some more cost nothing,
// but thousands for 50 pages a fifth of the build.
func workers(root string) int {
	pages := 0
	filepath.WalkDir(filepath.Join(root, "content"), func(string, fs.DirEntry, error) error {
		pages++
		return nil
	})
	return pages/2 + runtime.NumCPU()
}

// summary matches the error that only counts those already printed.
var summary = regexp.MustCompile(`logged \d+ error\(s\)$`)

// hugoEnds waits for a Hugo that is not wanted any more. Hugo takes no context,
// and writes into a folder that is going to be removed.
func hugoEnds(ended <-chan error) {
	select {
	case <-ended:
	case <-time.After(6 * time.Second): // the limit of Hugo's own server is 5
	}
}
