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
	"strings"
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
	frame = appendRecord(frame, spent, make([]byte, idSize))
	f.Add(uint64(1), frame, []byte{}, []byte{})
	f.Add(uint64(7), []byte{}, appendRecord(nil, entered, make([]byte, idSize)), []byte{1, 2, 3})
	f.Add(uint64(0), []byte{spent, 1, 0, 0, 0, 0}, frame, make([]byte, 20))
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
		if isID := file == spent || file == entered; len(b) == 0 || isID && len(b) != idSize {
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
	var whole bytes.Buffer
	next := newSums(nil)
	if err := writePending(&whole, 3, next, []part{
		{responses, 0, 5, func(w io.Writer) error { return writeLines(w, [][]byte{[]byte("1234")}) }},
		wholeIDs(spent, ids{id{1}, id{2}}),
	}); err != nil {
		f.Fatal(err)
	}
	f.Add(whole.Bytes()[:whole.Len()-sha256.Size])
	f.Add(append([]byte(pendingMagic), 0, 0, 0, 0, 0, 0, 0, 0, sectionEnd))
	f.Fuzz(func(t *testing.T, body []byte) {
		sum := sha256.Sum256(body)
		for _, data := range [][]byte{slices.Concat(body, sum[:]), body} {
			p, err := parsePending(bytes.NewReader(data), int64(len(data)))
			if err != nil {
				wantDamage(t, err, pendingName, len(data))
				if p != nil {
					t.Error("something comes with the error")
				}
				continue
			}
			again := binary.LittleEndian.AppendUint64([]byte(pendingMagic), p.gen)
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

// FuzzSums reads lines.
func FuzzSums(f *testing.F) {
	s := newSums(nil)
	s.from(responses, 0).Write(make([]byte, 2*chunk+5))
	s.from(spent, 0).Write(make([]byte, idLine))
	_, block := s.block()
	f.Add(block[:bytes.LastIndexByte(block[:len(block)-1], '\n')+1])
	f.Add([]byte{})
	f.Fuzz(func(t *testing.T, lines []byte) {
		own := span{sum: sha256.Sum256(lines), size: int64(len(lines))}
		for _, data := range [][]byte{own.appendTo(bytes.Clone(lines), names[sumsFile]), lines} {
			sp, head, err := parseSums(data)
			if err != nil {
				wantDamage(t, err, names[sumsFile], len(data))
				if sp != nil || head != 0 {
					t.Error("something comes with the error")
				}
				continue
			}
			if head > int64(len(data)) {
				t.Errorf("%d of %d bytes stay", head, len(data))
			}
			for file, name := range names[:sumsFile] {
				var want, got []byte
				for line := range strings.Lines(string(data)) {
					if strings.HasSuffix(line, " "+name+"\n") {
						want = append(want, line...)
					}
				}
				for _, s := range sp[file] {
					got = s.appendTo(got, name)
				}
				if !bytes.Equal(got, want) {
					t.Errorf("%q is read as %q", want, got)
				}
			}
		}
	})
}

// FuzzSumsGrow writes releases of any size: what is read back, and goes on from
// there, writes the same as what was never stopped.
func FuzzSumsGrow(f *testing.F) {
	f.Add(uint32(10), uint32(20), uint32(65), uint32(chunk), uint32(0))
	f.Add(uint32(chunk), uint32(3*chunk+1), uint32(2*chunk), uint32(chunk-1), uint32(1))
	f.Fuzz(func(t *testing.T, a, b, c, d, e uint32) {
		const most = 4 * chunk
		content := map[int][]byte{}
		s := newSums(nil)
		var stored []byte
		for n, sizes := range [][3]uint32{{a, b, c}, {d, e, c}, {e, a, d}} {
			for i, file := range []int{responses, comments, spent} {
				more := bytes.Repeat([]byte{byte(n*3 + i)}, int(sizes[i]%most))
				base := int64(len(content[file]))
				if !grows(file) {
					base, content[file] = 0, nil
				}
				content[file] = append(content[file], more...)
				s.from(file, base).Write(more)
			}
			base, block := s.block()
			stored = append(stored[:base:base], block...)
			sp, head, err := parseSums(stored)
			if err != nil {
				t.Fatal(err)
			}
			resumed := newSums(stored[:head])
			for file, data := range content {
				if err := sp.check(file, bytes.NewReader(data), 0); err != nil {
					t.Error(err)
				}
				if sp.size(file) != int64(len(data)) {
					t.Errorf("%s: %d bytes are known, there are %d", names[file], sp.size(file), len(data))
				}
				resumed.resume(file, sp[file], data[len(data)-len(data)%chunk:])
			}
			if base, block := resumed.clone().block(); !bytes.Equal(slices.Concat(stored[:base], block), stored) {
				t.Error("read back, it is written differently")
			}
			s = resumed
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
