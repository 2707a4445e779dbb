// sums.txt: a SHA-256 for every chunk of every released file, and one for the
// lines above it.

package journal

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"hash"
	"io"
	"strconv"
	"strings"
)

const chunk = 64 << 10

// sum follows one released file as it is written.
type sum struct {
	name string
	size int64
	full []byte    // lines for full chunks that are not in sums.txt for good
	tail hash.Hash // of the chunk that is not full yet
}

func (s *sum) Write(p []byte) (int, error) {
	n := len(p)
	for len(p) > 0 {
		part := p[:min(int64(len(p)), chunk-s.size%chunk)]
		s.tail.Write(part)
		s.size += int64(len(part))
		p = p[len(part):]
		if s.size%chunk == 0 {
			s.full = s.line(s.full, chunk)
			s.tail.Reset()
		}
	}
	return n, nil
}

// line appends the line for the last n bytes written.
func (s *sum) line(b []byte, n int64) []byte {
	sp := span{off: s.size - n, size: n}
	s.tail.Sum(sp.sum[:0])
	return sp.appendTo(b, s.name)
}

func (s *sum) clone() sum {
	c := *s
	c.full = bytes.Clone(s.full)
	c.tail = cloneHash(s.tail)
	return c
}

func cloneHash(h hash.Hash) hash.Hash {
	c, err := h.(hash.Cloner).Clone()
	if err != nil {
		panic(err) // crypto/sha256 can
	}
	return c
}

// sums is sums.txt as it stands. Its first head bytes are lines for full
// chunks of files that only grow, and stay; the rest is written anew each time.
type sums struct {
	head   int64
	ofHead hash.Hash
	files  [sumsFile]sum
}

// newSums goes on from the head of a file.
func newSums(head []byte) *sums {
	s := &sums{head: int64(len(head)), ofHead: sha256.New()}
	s.ofHead.Write(head)
	for file := range s.files {
		s.restart(file)
	}
	return s
}

func (s *sums) clone() *sums {
	c := &sums{head: s.head, ofHead: cloneHash(s.ofHead)}
	for i := range s.files {
		c.files[i] = s.files[i].clone()
	}
	return c
}

func (s *sums) restart(file int) {
	s.files[file] = sum{name: names[file], tail: sha256.New()}
}

// resume takes a file up as sums.txt knows it; tail is its last, partial chunk.
func (s *sums) resume(file int, known []span, tail []byte) {
	f := &s.files[file]
	for _, sp := range known {
		if sp.size < chunk {
			break
		}
		f.size += chunk
		if !grows(file) {
			f.full = sp.appendTo(f.full, f.name)
		}
	}
	f.Write(tail)
}

// from makes ready to follow what is written to a file from base on. A file
// changes at its end, or as a whole.
func (s *sums) from(file int, base int64) io.Writer {
	if base != s.files[file].size {
		s.restart(file)
		if grows(file) {
			s.head = 0
			s.ofHead.Reset()
		}
	}
	return &s.files[file]
}

// block gives the new end of sums.txt and where it starts.
func (s *sums) block() (base int64, block []byte) {
	base = s.head
	for i := range s.files {
		if f := &s.files[i]; grows(i) {
			block = append(block, f.full...)
			f.full = nil
		}
	}
	s.head += int64(len(block))
	s.ofHead.Write(block)
	all := cloneHash(s.ofHead)
	stays := len(block)
	for i := range s.files {
		f := &s.files[i]
		block = append(block, f.full...)
		if n := f.size % chunk; n > 0 {
			block = f.line(block, n)
		}
	}
	all.Write(block[stays:])
	own := span{size: base + int64(len(block))}
	all.Sum(own.sum[:0])
	return base, own.appendTo(block, names[sumsFile])
}

// span is a line of sums.txt.
type span struct {
	sum       [sha256.Size]byte
	off, size int64
}

func (s span) appendTo(b []byte, name string) []byte {
	b = hex.AppendEncode(b, s.sum[:])
	return fmt.Appendf(b, " %d %d %s\n", s.off, s.size, name)
}

// spans is what sums.txt says of each file, in order and without a gap.
type spans [sumsFile][]span

func (s *spans) size(file int) int64 {
	if n := len(s[file]); n > 0 {
		return s[file][n-1].off + s[file][n-1].size
	}
	return 0
}

// parseSums reads sums.txt; head is where the lines end that stay.
func parseSums(data []byte) (s *spans, head int64, err error) {
	last := bytes.LastIndexByte(data[:max(0, len(data)-1)], '\n') + 1
	if s, head, err = parseSpans(data[:last]); err != nil {
		return nil, 0, err
	}
	own := span{sum: sha256.Sum256(data[:last]), size: int64(last)}
	if !bytes.Equal(data[last:], own.appendTo(nil, names[sumsFile])) {
		return nil, 0, &Damage{names[sumsFile], 0, "the last line is not the sum of those above it"}
	}
	return s, head, nil
}

// parseSpans reads the lines about other files.
func parseSpans(data []byte) (s *spans, head int64, err error) {
	s = new(spans)
	inHead := true
	for off := 0; off < len(data); {
		line, _, ended := bytes.Cut(data[off:], []byte("\n"))
		file, sp, ok := parseSpan(string(line))
		if !ok || !ended || sp.off != s.size(file) || sp.off%chunk != 0 {
			return nil, 0, &Damage{names[sumsFile], int64(off), "not a line of sums"}
		}
		s[file] = append(s[file], sp)
		off += len(line) + 1
		if inHead = inHead && grows(file) && sp.size == chunk; inHead {
			head = int64(off)
		}
	}
	return s, head, nil
}

func parseSpan(line string) (file int, s span, ok bool) {
	f := strings.Split(line, " ")
	if len(f) != 4 || len(f[0]) != 2*len(s.sum) {
		return 0, s, false
	}
	hex.Decode(s.sum[:], []byte(f[0]))
	s.off, _ = strconv.ParseInt(f[1], 10, 64)
	s.size, _ = strconv.ParseInt(f[2], 10, 64)
	for file < sumsFile && names[file] != f[3] {
		file++
	}
	// Writing it again finds every other way to spell a number.
	return file, s, file < sumsFile && s.size > 0 && s.size <= chunk &&
		string(s.appendTo(nil, f[3])) == line+"\n"
}

// checkSize compares a file's length with that of its spans.
func (s *spans) checkSize(file int, size int64) error {
	if want := s.size(file); size != want {
		return &Damage{names[file], min(size, want), "its length is not the one that sums.txt knows"}
	}
	return nil
}

// check compares a file's bytes with the spans.
func (s *spans) check(file int, r io.ReaderAt, from int) error {
	buf := make([]byte, chunk)
	for _, sp := range s[file][from:] {
		b := buf[:sp.size]
		if n, err := r.ReadAt(b, sp.off); n < len(b) {
			if err == io.EOF {
				return &Damage{names[file], sp.off + int64(n), "the file ends too early"}
			}
			return err
		}
		if sha256.Sum256(b) != sp.sum {
			return &Damage{names[file], sp.off, fmt.Sprintf("the %d bytes from here are not those that sums.txt knows", sp.size)}
		}
	}
	return nil
}
