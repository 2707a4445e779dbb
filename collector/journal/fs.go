// The seam under the journal: every file operation goes through FS, so that a
// test can stop after each one, tear it, drop it or make it fail.

package journal

import (
	"cmp"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
)

// FS is what the journal needs of a file system. Its methods may be called
// from several goroutines. A nil Options.FS is the real one.
type FS interface {
	// OpenFile opens like os.OpenFile.
	OpenFile(name string, flag int, perm fs.FileMode) (File, error)
	// List gives the names in a folder, in any order.
	List(dir string) ([]string, error)
	MkdirAll(dir string, perm fs.FileMode) error
	// Rename replaces to, as one step.
	Rename(from, to string) error
	Remove(name string) error
	Chmod(name string, mode fs.FileMode) error
	// SyncDir makes the names in a folder durable: what was created, renamed
	// or removed there stays so after a power loss.
	SyncDir(dir string) error
}

// File is an open file. Sync makes its bytes and its length durable, not its
// times (fdatasync where there is one).
type File interface {
	io.ReadWriteSeeker
	io.ReaderAt
	Truncate(size int64) error
	Sync() error
	Close() error
}

type osFS struct{}

func (osFS) OpenFile(name string, flag int, perm fs.FileMode) (File, error) {
	f, err := os.OpenFile(name, flag, perm)
	if err != nil {
		return nil, err
	}
	return osFile{f}, nil
}

func (osFS) List(dir string) ([]string, error) {
	d, err := os.Open(dir)
	if err != nil {
		return nil, err
	}
	defer d.Close()
	return d.Readdirnames(-1)
}

func (osFS) MkdirAll(dir string, perm fs.FileMode) error { return os.MkdirAll(dir, perm) }
func (osFS) Rename(from, to string) error                { return os.Rename(from, to) }
func (osFS) Remove(name string) error                    { return os.Remove(name) }
func (osFS) Chmod(name string, mode fs.FileMode) error   { return os.Chmod(name, mode) }
func (osFS) SyncDir(dir string) error                    { return syncDir(dir) }

type osFile struct{ *os.File }

func (f osFile) Sync() error { return datasync(f.File) }

// disk is one survey's folder on an FS: the few compound steps that all of
// the journal is made of.
type disk struct {
	fs  FS
	dir string
}

func (d disk) path(name string) string { return filepath.Join(d.dir, name) }

func (d disk) open(name string) (File, error) {
	return d.fs.OpenFile(d.path(name), os.O_RDWR, 0)
}

// read gives the whole of a file. A file that is not there is fs.ErrNotExist.
func (d disk) read(name string) ([]byte, error) {
	f, err := d.fs.OpenFile(d.path(name), os.O_RDONLY, 0)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	size, err := sizeOf(f)
	if err != nil {
		return nil, err
	}
	data := make([]byte, size)
	_, err = io.ReadFull(io.NewSectionReader(f, 0, size), data)
	return data, err
}

// create makes a file appear under its name whole and durable, or not at all.
// Nothing has happened if the error is no failed sync.
func (d disk) create(name string, write func(io.Writer) error) error {
	if err := d.fill(name+temporary, write); err != nil {
		return err
	}
	if err := d.fs.Rename(d.path(name+temporary), d.path(name)); err != nil {
		d.fs.Remove(d.path(name + temporary)) // as fill does
		return err
	}
	return d.syncNames()
}

// fill makes a file with what write gives it, and syncs it.
func (d disk) fill(name string, write func(io.Writer) error) error {
	f, err := d.fs.OpenFile(d.path(name), os.O_RDWR|os.O_CREATE|os.O_TRUNC, 0o600)
	if err != nil {
		return err
	}
	err = write(f)
	if err == nil {
		err = flush(f)
	}
	if err = cmp.Or(err, f.Close()); err != nil {
		// Best effort: it frees the space; the next start drops it otherwise.
		d.fs.Remove(d.path(name))
	}
	return err
}

// mark makes an empty file that stays.
func (d disk) mark(name string) error {
	f, err := d.fs.OpenFile(d.path(name), os.O_WRONLY|os.O_CREATE, 0o600)
	if err != nil {
		return err
	}
	if err := f.Close(); err != nil {
		return err
	}
	return d.syncNames()
}

func (d disk) syncNames() error {
	if err := d.fs.SyncDir(d.dir); err != nil {
		return fmt.Errorf("%w: %w", ErrFailed, err)
	}
	return nil
}

// wipe overwrites a file with zeros and removes it; the caller syncs the names.
func (d disk) wipe(name string) error {
	if err := d.blank(name); err != nil {
		return err
	}
	return d.fs.Remove(d.path(name))
}

// blank leaves nothing in a file, after zeros.
func (d disk) blank(name string) error {
	f, err := d.open(name)
	if errors.Is(err, fs.ErrPermission) { // it became read-only when the survey closed
		if err = d.fs.Chmod(d.path(name), 0o600); err == nil {
			f, err = d.open(name)
		}
	}
	if err != nil {
		return err
	}
	return cmp.Or(cut(f, 0), f.Close())
}

// cut ends f at base. What stood behind it is first overwritten with zeros
// that reach the disk, so that no old order of lines lingers in free blocks.
func cut(f File, base int64) error {
	size, err := sizeOf(f)
	if err != nil {
		return err
	}
	if size > base {
		if _, err := f.Seek(base, io.SeekStart); err != nil {
			return err
		}
		if _, err := io.CopyN(f, zeros{}, size-base); err != nil {
			return err
		}
		if err := flush(f); err != nil {
			return err
		}
	}
	return f.Truncate(base)
}

type zeros struct{}

func (zeros) Read(p []byte) (int, error) {
	clear(p)
	return len(p), nil
}

func flush(f File) error {
	if err := f.Sync(); err != nil {
		return fmt.Errorf("%w: %w", ErrFailed, err)
	}
	return nil
}

func sizeOf(f io.Seeker) (int64, error) { return f.Seek(0, io.SeekEnd) }

// judge sorts what went wrong: a full disk passes (ErrFull); anything else,
// and a full disk that only a sync noticed, does not (ErrFailed).
func judge(err error) error {
	switch {
	case err == nil, errors.Is(err, ErrFull), errors.Is(err, ErrFailed):
		return err
	case isFull(err):
		return fmt.Errorf("%w: %w", ErrFull, err)
	}
	return fmt.Errorf("%w: %w", ErrFailed, err)
}
