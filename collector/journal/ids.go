// Sorted sets of SHA-256 sums: tickets known and spent, files entered.

package journal

import (
	"bytes"
	"encoding/hex"
	"io"
	"slices"
)

const (
	idSize = 32
	idLine = 2*idSize + 1 // as hex, with the line's end
)

type id = [idSize]byte

// ids is sorted and holds nothing twice.
type ids []id

func compareIDs(a, b id) int { return bytes.Compare(a[:], b[:]) }

func (s ids) find(x id) (int, bool) { return slices.BinarySearchFunc(s, x, compareIDs) }

// with gives the set with more in it.
func (s ids) with(more []id) ids {
	if len(more) == 0 {
		return s
	}
	all := slices.Concat(s, more)
	slices.SortFunc(all, compareIDs)
	return slices.Compact(all)
}

func (s ids) size() int64 { return int64(len(s)) * idLine }

// writeTo writes a line of lower-case hex for each.
func (s ids) writeTo(w io.Writer) error {
	const block = 1024
	buf := make([]byte, 0, block*idLine)
	for part := range slices.Chunk(s, block) {
		buf = buf[:0]
		for _, x := range part {
			buf = append(hex.AppendEncode(buf, x[:]), '\n')
		}
		if _, err := w.Write(buf); err != nil {
			return err
		}
	}
	return nil
}

// parseIDs is strict: what writeTo would not write so is Damage.
func parseIDs(name string, data []byte) (ids, error) {
	s := make(ids, 0, len(data)/idLine)
	for off := 0; off < len(data); off += idLine {
		line := data[off:min(off+idLine, len(data))]
		var x id
		switch {
		case len(line) < idLine || line[idLine-1] != '\n' || bytes.ContainsAny(line, "ABCDEF"):
			return nil, &Damage{name, int64(off), "not a line of 64 hex digits"}
		}
		if _, err := hex.Decode(x[:], line[:idLine-1]); err != nil {
			return nil, &Damage{name, int64(off), "not a line of 64 hex digits"}
		}
		if n := len(s); n > 0 && compareIDs(s[n-1], x) >= 0 {
			return nil, &Damage{name, int64(off), "not sorted, or twice"}
		}
		s = append(s, x)
	}
	return s, nil
}
