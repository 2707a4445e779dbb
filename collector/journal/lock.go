// One process at a time: the lock on a whole data directory.

package journal

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"github.com/gofrs/flock"
)

// ErrLocked says that another process holds the data directory.
var ErrLocked = errors.New("journal: data directory is held by another process")

// DataLock is the lock that Lock took.
type DataLock struct{ file *flock.Flock }

// Lock takes a data directory, made if it is not there, for this process
// alone. It does not wait: a directory that another process holds is
// ErrLocked. The lock ends with Close or with the process; the empty file
// "lock" stays.
//
// It is flock(2) (LockFileEx on Windows): do not keep data on a network file
// system that does not honour it.
func Lock(data string) (*DataLock, error) {
	if err := os.MkdirAll(data, 0o700); err != nil {
		return nil, err
	}
	if err := syncDir(filepath.Dir(filepath.Clean(data))); err != nil {
		return nil, err
	}
	f := flock.New(filepath.Join(data, "lock"), flock.SetPermissions(0o600))
	ok, err := f.TryLock()
	if err != nil {
		return nil, err
	}
	if !ok {
		return nil, fmt.Errorf("%w: %s", ErrLocked, data)
	}
	return &DataLock{f}, nil
}

// Locked tells whether another process holds a data directory. It makes nothing
// there.
func Locked(data string) bool {
	name := filepath.Join(data, "lock")
	if _, err := os.Stat(name); err != nil {
		return false
	}
	f := flock.New(name)
	ok, err := f.TryLock()
	if ok {
		f.Unlock()
	}
	return err == nil && !ok
}

// Close gives the directory back.
func (l *DataLock) Close() error { return l.file.Unlock() }
