// sums.txt: what sha256sum -c reads, under a first line that says how the folder
// is to be read, and up to which intake it is released.

package journal

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"hash"
	"io"
	"slices"
	"strings"
)

// Format is the number of the data format that this package writes. Folders of
// format 1 are brought up by Open; readers refuse them until then.
const Format = 2

// FormatError is a folder of another format than this package reads.
type FormatError struct{ Found uint64 }

func (e *FormatError) Error() string {
	return fmt.Sprintf("data format %d, where this version reads %d", e.Found, Format)
}

// sums is what sums.txt says.
type sums struct {
	gen    uint64 // answers of the intakes up to this one are released
	closed bool   // and no intake follows
	of     [fileCount]digest
}

// digest is zero for a file that is empty or missing.
type digest [sha256.Size]byte

const sumsStart = "# staffplan "

func sumsHead(gen uint64, rest []byte) string {
	return fmt.Sprintf("%s%d generation %d %x\n", sumsStart, Format, gen, sha256.Sum256(rest))
}

func sumsLine(d digest, name string) string { return fmt.Sprintf("%x  %s\n", d, name) }

func (s *sums) encode() []byte {
	var rest []byte
	for file, d := range s.of {
		if d != (digest{}) {
			rest = append(rest, sumsLine(d, names[file])...)
		}
	}
	if s.closed {
		rest = append(rest, sumsLine(sha256.Sum256(nil), closedName)...)
	}
	return append([]byte(sumsHead(s.gen, rest)), rest...)
}

// parseSums is strict: what encode would not write so is Damage.
func parseSums(data []byte) (*sums, error) {
	bad := func(at int, reason string) (*sums, error) {
		return nil, &Damage{names[sumsFile], int64(at), reason}
	}
	head := data[:bytes.IndexByte(data, '\n')+1]
	rest := data[len(head):]
	var format uint64
	s := new(sums)
	if n, _ := fmt.Sscanf(string(head), sumsStart+"%d generation %d ", &format, &s.gen); n == 0 {
		return bad(0, "not the first line of sums")
	}
	if format != Format {
		return nil, &FormatError{format}
	}
	if string(head) != sumsHead(s.gen, rest) {
		return bad(0, "the first line does not fit the rest")
	}
	at := len(head)
	for line := range bytes.Lines(rest) {
		sum, name, _ := strings.Cut(strings.TrimSuffix(string(line), "\n"), "  ")
		d, err := hex.DecodeString(sum)
		file := slices.Index(names[:], name)
		if err == nil && len(d) == len(digest{}) && file >= 0 && file != sumsFile && file != paper {
			s.of[file] = digest(d)
		} else if name == closedName {
			s.closed = true
		} else {
			return bad(at, "not a line of sums")
		}
		at += len(line)
	}
	if !bytes.Equal(s.encode(), data) { // one order, one spelling
		return bad(len(head), "not lines of sums")
	}
	return s, nil
}

// check compares a file's digest with the one that sums.txt knows.
func (s *sums) check(file int, got digest) error {
	switch want := s.of[file]; {
	case got == want:
		return nil
	case got == digest{}:
		return &Damage{names[file], 0, "missing"}
	case want == digest{}:
		return &Damage{names[file], 0, "not a file that sums.txt knows"}
	}
	return &Damage{names[file], 0, "its SHA-256 is not the one in sums.txt"}
}

// running follows one file as it grows. The zero value is an empty file.
type running struct {
	size int64
	hash hash.Hash
}

// fork goes on from here, and leaves r as it is.
func (r running) fork() *running {
	if r.size == 0 {
		return &running{hash: sha256.New()}
	}
	h, err := r.hash.(hash.Cloner).Clone()
	if err != nil {
		panic(err) // crypto/sha256 can
	}
	return &running{r.size, h}
}

func (r *running) Write(p []byte) (int, error) {
	r.size += int64(len(p))
	return r.hash.Write(p)
}

func (r running) digest() (d digest) {
	if r.size > 0 {
		r.hash.Sum(d[:0])
	}
	return d
}

// digestOf reads to the end.
func digestOf(r io.Reader) (digest, error) {
	all := running{}.fork()
	_, err := io.Copy(all, r)
	return all.digest(), err
}
