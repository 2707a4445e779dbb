package journal

// Whatever is accepted encodes to the same bytes; whatever is not is Damage,
// with a place in the file. Checksums are made right here, or nothing would get
// past them.

import (
	"bytes"
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"io"
	"slices"
	"testing"
)

// wantDamage wants err to name a place in the first size bytes of a file.
func wantDamage(t *testing.T, err error, name string, size int) {
	t.Helper()
	var d *Damage
	if !errors.As(err, &d) || d.File != name || d.Offset < 0 || d.Offset > int64(size) {
		t.Errorf("want damage in the %d bytes of %s, got %v", size, name, err)
	}
}

func FuzzIntake(f *testing.F) {
	frame := appendRecord(nil, responses, []byte(`{"answers":{}}`))
	frame = appendRecord(frame, comments, []byte("意見"))
	frame = appendRecord(frame, spentList, make([]byte, idSize))
	f.Add(uint64(1), frame, []byte{}, []byte{})
	f.Add(uint64(7), []byte{}, appendRecord(nil, paper, make([]byte, idSize)), []byte{1, 2, 3})
	f.Add(uint64(3), frame, appendRecord(nil, onward, nil), []byte{})
	f.Add(uint64(0), []byte{spentList, 1, 0, 0, 0, 0}, frame, make([]byte, 20))
	f.Fuzz(func(t *testing.T, gen uint64, first, second, tail []byte) {
		whole := newHeader(gen)
		s := salt(whole[16:])
		for _, records := range [][]byte{first, second} {
			frame := append(make([]byte, frameHeader), records...)
			s.seal(int64(len(whole)), frame)
			whole = append(whole, frame...)
		}
		for name, data := range map[string][]byte{
			"frames":         whole,
			"and a tail":     slices.Concat(whole, tail),
			"and half a one": slices.Concat(whole, s[:4], tail),
			"and old ones":   slices.Concat(whole, tail, whole[intakeHeader:]),
			"anything":       first,
		} {
			scanned(t, name, gen, data)
		}
	})
}

func scanned(t *testing.T, name string, gen uint64, data []byte) {
	in := &intake{gen: gen}
	frames := map[int64][]byte{}
	err := in.scan(data, func(file byte, b []byte) {
		if isID := file == spentList || file == paper; (len(b) == 0) != (file == onward) || isID && len(b) != idSize {
			t.Errorf("%s: a record of %d bytes for file %d", name, len(b), file)
		}
		frames[in.end] = appendRecord(frames[in.end], file, b)
	})
	if err != nil {
		wantDamage(t, err, intakeName(gen), len(data))
		return
	}
	again := bytes.Clone(data[:intakeHeader])
	for int64(len(again)) < in.end {
		frame := append(make([]byte, frameHeader), frames[int64(len(again))]...)
		in.salt.seal(int64(len(again)), frame)
		again = append(again, frame...)
	}
	if !bytes.Equal(again, data[:in.end]) {
		t.Errorf("%s: read as something else than was written", name)
	}
	for at := in.end; at < int64(len(data)); at++ {
		if in.salt.frame(data, at) != nil {
			t.Errorf("%s: a sound frame is taken for a torn tail", name)
		}
	}
}

func FuzzPending(f *testing.F) {
	var all bytes.Buffer
	if err := writePending(&all, &sums{gen: 3}, new([fileCount]running), []part{
		{responses, 0, 5, func(w io.Writer) error { return writeLines(w, [][]byte{[]byte("1234")}) }},
		wholeIDs(spentList, ids{id{1}, id{2}}),
		whole(spentBits, nil),
	}); err != nil {
		f.Fatal(err)
	}
	f.Add(all.Bytes()[:all.Len()-sha256.Size])
	f.Add(append([]byte(pendingMagic1), 0, 0, 0, 0, 0, 0, 0, 0, sectionEnd))
	f.Fuzz(func(t *testing.T, body []byte) {
		sum := sha256.Sum256(body)
		for _, data := range [][]byte{slices.Concat(body, sum[:]), body} {
			p, err := parsePending(bytes.NewReader(data))
			if err != nil {
				wantDamage(t, err, pendingName, len(data))
				if p != nil {
					t.Error("something comes with the error")
				}
				continue
			}
			magic := map[int]string{1: pendingMagic1, Format: pendingMagic}[p.format]
			again := binary.LittleEndian.AppendUint64([]byte(magic), p.gen)
			for _, s := range p.sections {
				again = append(again, byte(s.file))
				again = binary.LittleEndian.AppendUint64(again, uint64(s.base))
				again = binary.LittleEndian.AppendUint64(again, uint64(s.size))
				again = append(again, data[s.off:s.off+s.size]...)
			}
			again = append(again, sectionEnd)
			sum := sha256.Sum256(again)
			if again = append(again, sum[:]...); !bytes.Equal(again, data) {
				t.Errorf("%q is read as %q", data, again)
			}
		}
	})
}

// FuzzSums reads any file, and any lines under a first line that fits.
func FuzzSums(f *testing.F) {
	s := &sums{gen: 7, closed: true}
	for file := range s.of {
		if file != sumsFile && file != paper {
			s.of[file] = sha256.Sum256([]byte{byte(file)})
		}
	}
	_, rest, _ := bytes.Cut(s.encode(), []byte("\n"))
	f.Add(uint64(7), rest)
	f.Add(uint64(0), []byte{})
	f.Add(uint64(0), s.encode())
	f.Add(uint64(1), []byte("# staffplan 3 generation 0"))
	f.Fuzz(func(t *testing.T, gen uint64, rest []byte) {
		for _, data := range [][]byte{append([]byte(sumsHead(gen, rest)), rest...), rest} {
			s, err := parseSums(data)
			var format *FormatError
			switch {
			case err != nil && s != nil:
				t.Error("something comes with the error")
			case errors.As(err, &format):
				if format.Found == Format {
					t.Error(err)
				}
			case err != nil:
				wantDamage(t, err, names[sumsFile], len(data))
			case !bytes.Equal(s.encode(), data):
				t.Errorf("%q is read as %q", data, s.encode())
			}
		}
	})
}

// FuzzBitmap reads any bytes for so many lines.
func FuzzBitmap(f *testing.F) {
	f.Add([]byte{0xff, 0x01}, uint8(9))
	f.Add([]byte{0xff, 0x03}, uint8(9))
	f.Add([]byte{}, uint8(0))
	f.Fuzz(func(t *testing.T, data []byte, lines uint8) {
		b, err := parseBitmap(data, int(lines))
		if err != nil {
			wantDamage(t, err, names[spentBits], len(data))
			if b != nil {
				t.Error("something comes with the error")
			}
			return
		}
		all := make(ids, lines)
		for i := range all {
			all[i] = id{byte(i), 1}
		}
		again := newBitmap(int(lines))
		for _, x := range b.chosen(all) {
			i, _ := all.find(x)
			again.set(i)
		}
		if !bytes.Equal(again, data) {
			t.Errorf("%x is read as %x", data, again)
		}
		more := all.with([]id{{}, {3}, {255, 255}})
		if moved := b.moved(all, more).chosen(more); !slices.Equal(moved, b.chosen(all)) {
			t.Error("other tickets are spent when more are known")
		}
	})
}

func FuzzIDs(f *testing.F) {
	var two bytes.Buffer
	if err := (ids{id{1}, id{2}}).writeTo(&two); err != nil {
		f.Fatal(err)
	}
	f.Add(two.Bytes())
	f.Add([]byte{})
	f.Fuzz(func(t *testing.T, data []byte) {
		s, err := parseIDs("spent.txt", data)
		if err != nil {
			wantDamage(t, err, "spent.txt", len(data))
			if s != nil {
				t.Error("something comes with the error")
			}
			return
		}
		var again bytes.Buffer
		if err := s.writeTo(&again); err != nil {
			t.Fatal(err)
		}
		if !bytes.Equal(again.Bytes(), data) || s.size() != int64(len(data)) {
			t.Errorf("%q is read as %q", data, again.Bytes())
		}
		for i, x := range s {
			if at, ok := s.find(x); !ok || at != i {
				t.Error("not sorted, or twice")
			}
		}
	})
}
