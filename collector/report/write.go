package report

// Putting a file in its place.

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
)

// Write puts results.json at name, as WriteFile does.
func (r *Results) Write(name string) error {
	data, err := r.Encode()
	if err != nil {
		return err
	}
	return WriteFile(name, data, 0o644)
}

// WriteFile puts a file at name: whole, or not at all. Whoever reads while it is
// replaced sees the old file or the new one. Its folder is not synced: after a power
// loss the old file may be back, and the report is made again.
func WriteFile(name string, data []byte, mode fs.FileMode) error {
	file, err := os.CreateTemp(filepath.Dir(name), "."+filepath.Base(name)+".*")
	if err != nil {
		return err
	}
	defer os.Remove(file.Name()) // gone already where all went well
	_, err = file.Write(data)
	if err := errors.Join(err, file.Chmod(mode), file.Sync(), file.Close()); err != nil {
		return err
	}
	return os.Rename(file.Name(), name)
}
