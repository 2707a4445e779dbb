// Folders of before: of format 1, and those that another program has filled.

package journal

import (
	"bytes"
	"crypto/sha256"
	"fmt"
)

// bringUp makes a folder one of Format, in one commit. Of format 1 it takes the
// list of spent tickets, which the bitmap replaces until the survey closes, and
// the sums of files of paper answers.
func (s *store) bringUp(closed bool) error {
	if s.format == Format {
		return nil
	}
	parts := []part{whole(paper, nil)}
	if len(s.known) > 0 && !closed {
		parts = append(parts, whole(spentList, nil), whole(spentBits, s.spent))
	}
	if err := s.commit(s.gen, closed, parts...); err != nil {
		return err
	}
	s.format = Format
	return s.settle()
}

// checkFormat1 compares the files with the sums that format 1 kept of them. A
// line is
//
//	<SHA-256, hex> <first byte> <number of bytes> <file name>
//
// and there is one for every 64 KiB of a file. The last is about sums.txt
// itself, as far as it stands above that line.
func (v *view) checkFormat1() error {
	text, err := v.read(sumsFile)
	if err != nil {
		return err
	}
	last := bytes.LastIndexByte(bytes.TrimSuffix(text, []byte("\n")), '\n') + 1
	if own := fmt.Sprintf("%x 0 %d %s\n", sha256.Sum256(text[:last]), last, names[sumsFile]); string(text[last:]) != own {
		return &Damage{names[sumsFile], 0, "the last line is not the sum of those above it"}
	}
	size, rest := map[string]int{}, map[string][]byte{} // rest is not checked yet
	for file, name := range names {
		if file == sumsFile {
			continue
		}
		if rest[name], err = v.read(file); err != nil {
			return err
		}
		size[name] = len(rest[name])
	}
	for line := range bytes.Lines(text[:last]) {
		var sum, name string
		var from, n int
		fmt.Sscanf(string(line), "%s %d %d %s", &sum, &from, &n, &name)
		data := rest[name]
		if n < 0 || n > len(data) || from != size[name]-len(data) || fmt.Sprintf("%x", sha256.Sum256(data[:n])) != sum {
			return &Damage{name, int64(from), fmt.Sprintf("the %d bytes from here are not those that sums.txt knows", n)}
		}
		rest[name] = data[n:]
	}
	for name, data := range rest {
		if len(data) > 0 {
			return &Damage{name, int64(size[name] - len(data)), "more than sums.txt knows"}
		}
	}
	return nil
}
