// Tickets: a sorted list of those that are known, and which of its lines are
// spent.

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
	var again []byte
	for off := 0; off < len(data); off += idLine {
		line := data[off:min(off+idLine, len(data))]
		var x id
		hex.Decode(x[:], line[:min(2*idSize, len(line))])
		if again = append(hex.AppendEncode(again[:0], x[:]), '\n'); !bytes.Equal(line, again) {
			return nil, &Damage{name, int64(off), "not a line of 64 hex digits"}
		}
		if n := len(s); n > 0 && compareIDs(s[n-1], x) >= 0 {
			return nil, &Damage{name, int64(off), "not sorted, or twice"}
		}
		s = append(s, x)
	}
	return s, nil
}

// bitmap has a bit for each line of a list: line i is bit i%8, counted from the
// lowest, of byte i/8.
type bitmap []byte

func newBitmap(lines int) bitmap { return make(bitmap, (lines+7)/8) }

func (b bitmap) has(i int) bool { return b[i/8]>>(i%8)&1 == 1 }
func (b bitmap) set(i int)      { b[i/8] |= 1 << (i % 8) }

// moved is the bitmap of a list that more has been put into.
func (b bitmap) moved(from, to ids) bitmap {
	m := newBitmap(len(to))
	for i, x := range from {
		if b.has(i) {
			n, _ := to.find(x)
			m.set(n)
		}
	}
	return m
}

// chosen gives the lines whose bits are set.
func (b bitmap) chosen(from ids) (s ids) {
	for i, x := range from {
		if b.has(i) {
			s = append(s, x)
		}
	}
	return s
}

// parseBitmap wants a bit for each line and no more.
func parseBitmap(data []byte, lines int) (bitmap, error) {
	if len(data) != (lines+7)/8 {
		return nil, &Damage{names[spentBits], 0, "not a bit for each line of " + names[known]}
	}
	if lines%8 > 0 && data[lines/8]>>(lines%8) != 0 {
		return nil, &Damage{names[spentBits], int64(lines / 8), "a bit for no line of " + names[known]}
	}
	return bitmap(data), nil
}

// parseTickets reads the three files about tickets: the known, and the spent as
// a bitmap or, once the survey has closed, as a list.
func parseTickets(given, list, bits []byte) (ids, bitmap, error) {
	all, err := parseIDs(names[known], given)
	if err != nil {
		return nil, nil, err
	}
	if len(bits) > 0 {
		spent, err := parseBitmap(bits, len(all))
		return all, spent, err
	}
	used, err := parseIDs(names[spentList], list)
	if err != nil {
		return nil, nil, err
	}
	spent := newBitmap(len(all))
	for i, x := range used {
		n, ok := all.find(x)
		if !ok {
			return nil, nil, &Damage{names[spentList], int64(i) * idLine, "a ticket that " + names[known] + " does not know"}
		}
		spent.set(n)
	}
	return all, spent, nil
}
