package collector

// Disks that fail when told to, or that do not wait for the platter.

import (
	"fmt"
	"io/fs"
	"os"
	"sync/atomic"
	"syscall"

	"staffplan/collector/journal"
)

// badDisk is a real one that can be made to fail.
type badDisk struct{ full, dying atomic.Bool }

type badFile struct {
	*os.File
	disk *badDisk
}

func (f badFile) Write(p []byte) (int, error) {
	if f.disk.full.Load() {
		return 0, fmt.Errorf("on purpose: %w", syscall.ENOSPC)
	}
	return f.File.Write(p)
}

func (f badFile) Sync() error {
	if f.disk.dying.Load() {
		return fmt.Errorf("on purpose: %w", syscall.EIO)
	}
	return f.File.Sync()
}

func (d *badDisk) OpenFile(name string, flag int, perm fs.FileMode) (journal.File, error) {
	f, err := os.OpenFile(name, flag, perm)
	if err != nil {
		return nil, err
	}
	return badFile{f, d}, nil
}

func (d *badDisk) List(dir string) (names []string, err error) {
	entries, err := os.ReadDir(dir)
	for _, e := range entries {
		names = append(names, e.Name())
	}
	return names, err
}

func (d *badDisk) MkdirAll(dir string, perm fs.FileMode) error { return os.MkdirAll(dir, perm) }

func (d *badDisk) Rename(from, to string) error { return os.Rename(from, to) }

func (d *badDisk) Remove(name string) error { return os.Remove(name) }

func (d *badDisk) Chmod(name string, mode fs.FileMode) error { return os.Chmod(name, mode) }

func (d *badDisk) SyncDir(string) error { return nil }

// idleDisk is a real one that does not wait for the platter: what is tested
// with it does not end in between.
type idleDisk struct{ badDisk }

type idleFile struct{ *os.File }

func (idleFile) Sync() error { return nil }

func (d *idleDisk) OpenFile(name string, flag int, perm fs.FileMode) (journal.File, error) {
	f, err := os.OpenFile(name, flag, perm)
	return idleFile{f}, err
}
