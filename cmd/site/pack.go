package main

// The last touch to a built site: everybody can read it, and there is a .gz beside
// each text file, for the collector to send as it is.

import (
	"bytes"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"sync"

	"github.com/klauspost/compress/gzip"
	"golang.org/x/sync/errgroup"

	"staffplan/collector"
)

// packed are the kinds of file that get a .gz beside them; other kinds are
// compressed already.
var packed = map[string]bool{".html": true, ".ics": true, ".css": true, ".js": true, ".json": true, ".svg": true, ".txt": true, ".xml": true}

// finish counts the pages of a built site, makes all of it readable for the
// service, whatever the umask, and puts a .gz beside each text file over 1 KiB,
// for the collector to send as it is. Most are those of the old site.
func finish(site, old string) (pages int, err error) {
	var packing errgroup.Group
	packing.SetLimit(runtime.GOMAXPROCS(0))
	err = filepath.WalkDir(site, func(name string, entry fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		mode := fs.FileMode(0o644)
		if entry.IsDir() {
			mode = 0o755
		} else if packed[filepath.Ext(name)] {
			packing.Go(func() error { return pack(name, filepath.Join(old, strings.TrimPrefix(name, site))) })
		}
		if entry.Name() == "index.html" {
			pages++
		}
		return os.Chmod(name, mode)
	})
	return pages, errors.Join(err, packing.Wait())
}

// packers are used again: to make one costs more than to pack a page.
var packers = sync.Pool{New: func() any { return gzip.NewWriter(nil) }}

// pack writes name.gz if that pays. There is no name and no time in its header:
// the same page gives the same bytes.
//
// Where the old file has the same bytes its .gz is taken, if it still fits: a
// new name for a file costs a twentieth of a new file.
func pack(name, old string) error {
	page, err := os.ReadFile(name)
	if err != nil || len(page) <= 1<<10 {
		return err
	}
	if before, err := os.ReadFile(old); err == nil && bytes.Equal(before, page) && fits(old+".gz", page) &&
		os.Link(old+".gz", name+".gz") == nil {
		return nil
	}
	packer := packers.Get().(*gzip.Writer)
	defer packers.Put(packer)
	var out bytes.Buffer
	packer.Reset(&out)
	packer.Write(page) // a Buffer takes everything
	packer.Close()
	return errors.Join(os.WriteFile(name+".gz", out.Bytes(), 0o666), os.Chmod(name+".gz", 0o644))
}

// fits says whether a packed file is this page.
func fits(packed string, page []byte) bool {
	f, err := os.Open(packed)
	if err != nil {
		return false
	}
	defer f.Close()
	info, err := f.Stat()
	return err == nil && collector.HoldsPage(f, info.Size(), bytes.NewReader(page))
}
