//go:build !linux

package journal

import "os"

// datasync is a full sync elsewhere: on macOS Go turns it into F_FULLFSYNC, on
// Windows into FlushFileBuffers.
func datasync(f *os.File) error { return f.Sync() }
