// Copies of surveys' folders, taken while a collector writes there.

package journal

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
)

// Backup copies the folders of surveys from a data directory to out, a new
// folder, while a collector may write. The mark of a rehearsal goes with them.
// out appears whole and durable, or not at all; meanwhile it is out.tmp. Either
// that is there already is fs.ErrExist.
//
// Each survey is copied as it was at one moment after the call: what is
// acknowledged by then is in it once, released or waiting. Verify passes on the
// copy, and Open goes on with it. What a release under way will leave counts as
// released; an unfinished frame, which Open would cut off, is left out. What is
// not as it was written gives the errors of Verify.
//
// progress is called with how many surveys are copied.
func Backup(ctx context.Context, data, out string, ids []string, progress func(done int)) error {
	out = filepath.Clean(out)
	if _, err := os.Lstat(out); err == nil {
		return fmt.Errorf("%s: %w", out, fs.ErrExist)
	}
	making := out + temporary
	if err := os.Mkdir(making, 0o700); err != nil {
		return err
	}
	err := backup(ctx, data, making, ids, progress)
	if err == nil {
		err = os.Rename(making, out)
	}
	if err != nil {
		os.RemoveAll(making)
		return err
	}
	return syncDir(filepath.Dir(out))
}

func backup(ctx context.Context, data, making string, ids []string, progress func(done int)) error {
	marked, err := IsRehearsal(data)
	if err == nil && marked {
		err = MarkRehearsal(making)
	}
	if err != nil {
		return err
	}
	for i, id := range ids {
		progress(i)
		if err := backupSurvey(ctx, filepath.Join(data, id), filepath.Join(making, id)); err != nil {
			return fmt.Errorf("%s: %w", id, err)
		}
	}
	progress(len(ids))
	return syncDir(making)
}

// backupSurvey copies, and starts over if a release took away meanwhile what was
// still to be copied.
func backupSurvey(ctx context.Context, dir, to string) error {
	const tries = 50
	for try := 1; ; try++ {
		m, err := momentOf(dir)
		if err != nil {
			return err
		}
		if err = m.copy(ctx, disk{osFS{}, to}); err == nil {
			// Also for what copy does not look at: see "Files of one moment".
			err = Verify(to)
		}
		if err == nil || ctx.Err() != nil || isFull(err) || try == tries || !m.passed() {
			return err
		}
		if err := os.RemoveAll(to); err != nil {
			return err
		}
	}
}

// moment is a folder at one moment: where its bytes stand.
type moment struct {
	*view
	parts []copied
}

// copied is what a copy gets of a file: its first bytes, which stay as they are
// while other releases follow, and what comes behind them.
type copied struct {
	name string
	mode fs.FileMode
	size int64
	rest []byte
}

// momentOf looks at a folder for as short a time as can be: releases may follow
// each other every few milliseconds.
func momentOf(dir string) (*moment, error) {
	var m *moment
	err := steadily(dir, func(v *view) error {
		m = &moment{view: v}
		if v.format == 1 {
			return &FormatError{1}
		}
		if err := v.follow(); err != nil {
			return err
		}
		// The newest first: the others are then as new. The oldest is the first
		// to be copied: it is the first to go.
		for _, gen := range slices.Backward(v.generations()) {
			if gen > v.gen {
				if err := m.add(intakeName(gen), nil); err != nil {
					return err
				}
			}
		}
		slices.Reverse(m.parts)
		for file, name := range names {
			if err := m.add(name, v.pending.section(file)); err != nil {
				return err
			}
		}
		return m.add(closedName, nil)
	})
	return m, err
}

// add notes a file, if it is there, with what pending has for it.
func (m *moment) add(name string, s *section) error {
	c := copied{name: name, mode: 0o600}
	info, err := os.Stat(m.path(name))
	switch {
	case err == nil:
		c.size, c.mode = info.Size(), info.Mode().Perm()
	case !errors.Is(err, fs.ErrNotExist):
		return err
	case s == nil:
		return nil
	}
	switch {
	case s != nil:
		f, err := os.Open(m.path(pendingName))
		if err != nil {
			return err
		}
		defer f.Close()
		if c.rest, err = s.content(nil, f); err != nil {
			return err
		}
		if c.size = s.base; c.size+s.size == 0 { // it is removed
			return nil
		}
	case name == names[sumsFile], name == names[spentBits]: // each release has another
		c.size = 0
		if c.rest, err = m.disk.read(name); err != nil {
			return err
		}
	}
	m.parts = append(m.parts, c)
	return nil
}

// passed tells whether the folder has changed.
func (m *moment) passed() bool {
	now, err := m.look()
	return err != nil || now.stamp != m.stamp
}

func (m *moment) copy(ctx context.Context, to disk) error {
	if err := to.fs.MkdirAll(to.dir, 0o700); err != nil {
		return err
	}
	for _, c := range m.parts {
		if err := ctx.Err(); err != nil {
			return err
		}
		if err := to.fill(c.name, func(w io.Writer) error { return m.write(w, c) }); err != nil {
			return err
		}
		if err := to.fs.Chmod(to.path(c.name), c.mode); err != nil {
			return err
		}
	}
	return to.syncNames()
}

func (m *moment) write(w io.Writer, c copied) error {
	if gen, ok := intakeGen(c.name); ok {
		return m.writeIntake(w, gen, c.size)
	}
	if c.size > 0 {
		f, err := os.Open(m.path(c.name))
		if err != nil {
			return err
		}
		defer f.Close()
		if _, err := io.CopyN(w, f, c.size); err != nil {
			return err
		}
	}
	_, err := w.Write(c.rest)
	return err
}

// writeIntake leaves out a frame that is being written.
func (m *moment) writeIntake(w io.Writer, gen uint64, size int64) error {
	name, in := intakeName(gen), &intake{gen: gen}
	f, err := os.Open(m.path(name))
	if err != nil {
		return err
	}
	defer f.Close()
	data, err := io.ReadAll(io.LimitReader(f, size)) // less where a full disk had a frame cut back
	if err != nil {
		return err
	}
	if err := in.scan(data, func(byte, []byte) {}); err != nil {
		return err
	}
	// An intake is wiped once it has another name: zeros would look like a frame
	// that is being written.
	if _, err := os.Stat(m.path(name)); err != nil {
		return err
	}
	_, err = w.Write(data[:in.end])
	return err
}
