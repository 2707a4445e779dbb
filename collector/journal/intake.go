// The intake: frames of what was accepted and is not yet released.

package journal

import (
	"bytes"
	"cmp"
	"crypto/rand"
	"encoding/binary"
	"errors"
	"fmt"
	"hash/crc32"
	"io"
	"strconv"
	"strings"
)

const (
	intakePrefix = "intake-"
	intakeMagic  = "STFPLNi2"
	intakeHeader = 32 // magic, generation, salt, checksum
	saltSize     = 12
	frameHeader  = 12 // marker, length, checksum
	recordHeader = 5  // file, length
	maxFrame     = 64 << 20
)

var castagnoli = crc32.MakeTable(crc32.Castagnoli)

// Damage is stored data that is not as it was written. The journal never
// mends it and never skips it.
type Damage struct {
	File   string // the name within the survey's folder
	Offset int64  // where the bad part starts, in bytes
	Reason string
}

func (d *Damage) Error() string {
	return fmt.Sprintf("%s: damaged at byte %d: %s", d.File, d.Offset, d.Reason)
}

// salt tells the frames of one intake from those of all others, and together
// with their places from each other.
type salt [saltSize]byte

func (s *salt) checksum(at int64, frame []byte) uint32 {
	var place [saltSize + 8]byte
	binary.LittleEndian.PutUint64(place[copy(place[:], s[:]):], uint64(at))
	sum := crc32.Checksum(place[:], castagnoli)
	sum = crc32.Update(sum, castagnoli, frame[4:8])
	return crc32.Update(sum, castagnoli, frame[frameHeader:])
}

// seal fills in the header of a frame that goes to the byte at, and whose
// records already stand behind the header.
func (s *salt) seal(at int64, frame []byte) {
	copy(frame, s[:4])
	binary.LittleEndian.PutUint32(frame[4:], uint32(len(frame)-frameHeader))
	binary.LittleEndian.PutUint32(frame[8:], s.checksum(at, frame))
}

// frame gives the frame that stands at a byte of an intake's data, or nil.
func (s *salt) frame(data []byte, at int64) []byte {
	data = data[at:]
	if len(data) < frameHeader || !bytes.Equal(data[:4], s[:4]) {
		return nil
	}
	n := int64(frameHeader) + int64(binary.LittleEndian.Uint32(data[4:]))
	if n > int64(len(data)) {
		return nil
	}
	frame := data[:n]
	if binary.LittleEndian.Uint32(frame[8:]) != s.checksum(at, frame) {
		return nil
	}
	return frame
}

func appendRecord(frame []byte, file byte, data []byte) []byte {
	frame = append(frame, file)
	frame = binary.LittleEndian.AppendUint32(frame, uint32(len(data)))
	return append(frame, data...)
}

// onward is the number of the record that ends an intake for the next one.
const onward = 4

var errRecord = errors.New("a record that no version wrote")

// records gives visit each record of a frame.
func records(frame []byte, visit func(file byte, data []byte)) error {
	for b := frame[frameHeader:]; len(b) > 0; {
		if len(b) < recordHeader {
			return errRecord
		}
		file, n := b[0], int64(binary.LittleEndian.Uint32(b[1:]))
		b = b[recordHeader:]
		if n > int64(len(b)) {
			return errRecord
		}
		switch {
		case (file == responses || file == comments) && n > 0:
		case (file == spentList || file == paper) && n == idSize:
		case file == onward && n == 0:
		default:
			return errRecord
		}
		visit(file, b[:n])
		b = b[n:]
	}
	return nil
}

// intake is one generation of the intake.
type intake struct {
	gen     uint64
	salt    salt
	f       File
	end     int64 // where the next frame goes
	answers int   // how many wait in it
	// continued: its last frame says that the next intake has frames.
	continued bool
}

func intakeName(gen uint64) string { return intakePrefix + strconv.FormatUint(gen, 10) }

// intakeGen reads a name that intakeName made.
func intakeGen(name string) (gen uint64, ok bool) {
	number, ok := strings.CutPrefix(name, intakePrefix)
	if !ok {
		return 0, false
	}
	gen, err := strconv.ParseUint(number, 10, 64)
	return gen, err == nil && gen > 0 && intakeName(gen) == name
}

func newHeader(gen uint64) []byte {
	var s salt
	rand.Read(s[:])
	h := binary.LittleEndian.AppendUint64([]byte(intakeMagic), gen)
	h = append(h, s[:]...)
	return binary.LittleEndian.AppendUint32(h, crc32.Checksum(h, castagnoli))
}

func createIntake(d disk, gen uint64) (*intake, error) {
	header := newHeader(gen)
	err := d.create(intakeName(gen), func(w io.Writer) error {
		_, err := w.Write(header)
		return err
	})
	if err != nil {
		return nil, err
	}
	in := &intake{gen: gen, end: intakeHeader, salt: salt(header[16:])}
	if in.f, err = d.open(intakeName(gen)); err != nil {
		return nil, err
	}
	_, err = in.f.Seek(in.end, io.SeekStart)
	return in, err
}

// append writes one frame and syncs it. After ErrFull the intake is as it was.
func (in *intake) append(frame []byte) error {
	in.salt.seal(in.end, frame)
	if _, err := in.f.Write(frame); err != nil {
		if !isFull(err) {
			return err
		}
		if terr := in.f.Truncate(in.end); terr != nil {
			return fmt.Errorf("%w: cut back: %w", ErrFailed, terr)
		}
		// All of it may have been written: it must not be back after a power loss.
		if serr := flush(in.f); serr != nil {
			return serr
		}
		if _, serr := in.f.Seek(in.end, io.SeekStart); serr != nil {
			return fmt.Errorf("%w: cut back: %w", ErrFailed, serr)
		}
		return err
	}
	if err := flush(in.f); err != nil {
		return err
	}
	in.end += int64(len(frame))
	return nil
}

// scan reads an intake's bytes and gives visit each record. What is left
// behind end is a torn tail: a bad frame with no sound one after it.
func (in *intake) scan(data []byte, visit func(file byte, data []byte)) error {
	name := intakeName(in.gen)
	switch {
	case len(data) < intakeHeader,
		string(data[:8]) != intakeMagic,
		binary.LittleEndian.Uint32(data[28:]) != crc32.Checksum(data[:28], castagnoli):
		return &Damage{name, 0, "not the header of an intake"}
	case binary.LittleEndian.Uint64(data[8:]) != in.gen:
		return &Damage{name, 8, "the header of another generation"}
	}
	in.salt = salt(data[16:])
	in.end, in.continued = intakeHeader, false
	for in.end < int64(len(data)) {
		frame := in.salt.frame(data, in.end)
		if frame == nil {
			for at := in.end + 1; ; at++ {
				next := bytes.Index(data[at:], in.salt[:4])
				if next < 0 {
					return nil
				}
				if at += int64(next); in.salt.frame(data, at) != nil {
					return &Damage{name, in.end, "a bad frame with a sound one after it"}
				}
			}
		}
		if in.continued {
			return &Damage{name, in.end, "a frame behind the last one"}
		}
		err := records(frame, func(file byte, b []byte) {
			in.continued = in.continued || file == onward
			visit(file, b)
		})
		if err != nil {
			return &Damage{name, in.end, err.Error()}
		}
		in.end += int64(len(frame))
	}
	return nil
}

// count scans an intake for its answers, and marks its tickets in used.
func (in *intake) count(data []byte, tickets ids, used bitmap) error {
	var bad error
	in.answers = 0
	err := in.scan(data, func(file byte, b []byte) {
		switch file {
		case responses:
			in.answers++
		case spentList:
			i, ok := tickets.find(id(b))
			if !ok || used.has(i) {
				bad = &Damage{intakeName(in.gen), in.end, "a ticket that is unknown, or spent twice"}
				return
			}
			used.set(i)
		}
	})
	return cmp.Or(err, bad)
}

// conclude puts a frame without data behind the others: then damage to the last
// answers is no torn tail any more. Onward it also says that the next intake is
// about to get frames. A full disk matters only there.
func (in *intake) conclude(goesOn bool) error {
	frame := make([]byte, frameHeader)
	if goesOn {
		frame = appendRecord(frame, onward, nil)
	} else if in.end == intakeHeader {
		return nil
	}
	err := in.append(frame)
	if err == nil {
		in.continued = goesOn
	} else if !goesOn && errors.Is(judge(err), ErrFull) {
		return nil
	}
	return err
}

// rewrite makes an intake ready for more frames, behind the last sound one. All
// of them are written once more: one whose sync failed or did not come, in the
// process before, may be seen now and yet be gone after the next power loss.
func (in *intake) rewrite(d disk, data []byte) (err error) {
	if in.f, err = d.open(intakeName(in.gen)); err != nil {
		return err
	}
	if err := cut(in.f, in.end); err != nil {
		return err
	}
	if _, err := in.f.Seek(0, io.SeekStart); err != nil {
		return err
	}
	if _, err := in.f.Write(data[:in.end]); err != nil {
		return err
	}
	return flush(in.f)
}

func (in *intake) close() error {
	if in == nil || in.f == nil {
		return nil
	}
	f := in.f
	in.f = nil
	return f.Close()
}
