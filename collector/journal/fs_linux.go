package journal

import (
	"os"

	"golang.org/x/sys/unix"
)

// datasync leaves out the times, which would cost a second write.
func datasync(f *os.File) error {
	for {
		if err := unix.Fdatasync(int(f.Fd())); err != unix.EINTR {
			return os.NewSyscallError("fdatasync", err)
		}
	}
}
