// The mark of a data directory that only rehearses.

package journal

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
)

// rehearsal is the mark's name.
const rehearsal = "rehearsal"

// MarkRehearsal says, durably and for good, that a data directory is filled
// with made-up answers.
func MarkRehearsal(data string) error {
	return disk{osFS{}, data}.mark(rehearsal)
}

// IsRehearsal tells whether MarkRehearsal marked the directory. A directory
// that is not there is not marked.
func IsRehearsal(data string) (bool, error) {
	_, err := os.Stat(filepath.Join(data, rehearsal))
	if errors.Is(err, fs.ErrNotExist) {
		return false, nil
	}
	return err == nil, err
}
