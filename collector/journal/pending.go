// The file pending: a change of released files that is committed as a whole, and
// carried out again until it is done.

package journal

import (
	"bufio"
	"bytes"
	"cmp"
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"io"
	"io/fs"
	"slices"
	"strconv"
	"strings"
)

// The files that pending may change, by the number each has there and in
// frames. The numbers are part of the format.
const (
	responses = iota
	comments
	spentList
	paper // of format 1 alone
	known
	definition
	sumsFile
	spentBits
	fileCount
)

var names = [fileCount]string{
	"responses.jsonl", "comments.jsonl", "spent.txt", "entered.txt",
	"tickets.txt", "survey.json", "sums.txt", "spent.bits",
}

// grows tells which files get more at their end; the others are written whole.
func grows(file int) bool { return file == responses || file == comments }

const (
	pendingName   = "pending"
	pendingMagic  = "STFPLNp2"
	pendingMagic1 = "STFPLNp1"
	pendingHeader = 16 // magic, generation
	sectionHeader = 17 // file, base, size
	sectionEnd    = 0xff
	trashPrefix   = "trash-"
	temporary     = ".tmp"
	closedName    = "closed"
)

// part is what one file gets: size bytes, from base to its new end.
type part struct {
	file       int
	base, size int64
	write      func(io.Writer) error
}

func whole(file int, data []byte) part {
	return part{file, 0, int64(len(data)), func(w io.Writer) error {
		_, err := w.Write(data)
		return err
	}}
}

func wholeIDs(file int, s ids) part { return part{file, 0, s.size(), s.writeTo} }

// writePending ends with the sums of what the files will then be; next, which
// follows them, is brought there.
func writePending(w io.Writer, s *sums, next *[fileCount]running, parts []part) error {
	buf := bufio.NewWriterSize(w, 1<<16)
	h := sha256.New()
	out := io.MultiWriter(buf, h)
	section := func(p part, to io.Writer) error {
		head := binary.LittleEndian.AppendUint64([]byte{byte(p.file)}, uint64(p.base))
		if _, err := out.Write(binary.LittleEndian.AppendUint64(head, uint64(p.size))); err != nil {
			return err
		}
		return p.write(to)
	}
	head := binary.LittleEndian.AppendUint64([]byte(pendingMagic), s.gen)
	if _, err := out.Write(head); err != nil {
		return err
	}
	for _, p := range parts {
		var before running
		if p.base > 0 {
			before = next[p.file]
		}
		after := before.fork()
		if err := section(p, io.MultiWriter(out, after)); err != nil {
			return err
		}
		next[p.file] = *after
	}
	for file := range next {
		s.of[file] = next[file].digest()
	}
	if err := section(whole(sumsFile, s.encode()), out); err != nil {
		return err
	}
	if _, err := out.Write([]byte{sectionEnd}); err != nil {
		return err
	}
	if _, err := buf.Write(h.Sum(nil)); err != nil {
		return err
	}
	return buf.Flush()
}

// pending is a pending file's table of contents.
type pending struct {
	format   int
	gen      uint64 // the intakes up to this one go
	sections []section
	checksum digest
}

type section struct {
	file      int
	base      int64
	off, size int64 // where its bytes stand in pending
}

// section gives the part for a file, or nil, also where there is no pending.
func (p *pending) section(file int) *section {
	if p == nil {
		return nil
	}
	for i := range p.sections {
		if p.sections[i].file == file {
			return &p.sections[i]
		}
	}
	return nil
}

func parsePending(r interface {
	io.ReaderAt
	io.Seeker
}) (*pending, error) {
	size, err := sizeOf(r)
	if err != nil {
		return nil, err
	}
	bad := func(off int64, reason string) (*pending, error) {
		return nil, &Damage{pendingName, off, reason}
	}
	body := size - sha256.Size
	if body < pendingHeader+1 {
		return bad(0, "too short")
	}
	p := new(pending)
	if _, err := r.ReadAt(p.checksum[:], body); err != nil && err != io.EOF {
		return nil, err
	}
	h := sha256.New()
	if _, err := io.Copy(h, io.NewSectionReader(r, 0, body)); err != nil {
		return nil, err
	}
	if !bytes.Equal(h.Sum(nil), p.checksum[:]) {
		return bad(0, "its checksum does not fit")
	}
	head := make([]byte, sectionHeader)
	if _, err := r.ReadAt(head[:pendingHeader], 0); err != nil {
		return nil, err
	}
	switch string(head[:8]) {
	case pendingMagic1:
		p.format = 1
	case pendingMagic:
		p.format = Format
	default:
		return bad(0, "not the header of a pending file")
	}
	p.gen = binary.LittleEndian.Uint64(head[8:])
	for off := int64(pendingHeader); ; {
		n, err := r.ReadAt(head[:min(sectionHeader, body-off)], off)
		if err != nil && err != io.EOF {
			return nil, err
		}
		if n > 0 && head[0] == sectionEnd && off+1 == body {
			if p.format == Format && p.section(sumsFile) == nil {
				return bad(off, "no section for "+names[sumsFile])
			}
			return p, nil
		}
		s := section{
			file: int(head[0]), off: off + sectionHeader,
			base: int64(binary.LittleEndian.Uint64(head[1:])),
			size: int64(binary.LittleEndian.Uint64(head[9:])),
		}
		if n < sectionHeader || s.file >= fileCount || s.base < 0 || s.size < 0 ||
			s.size > body-s.off || p.section(s.file) != nil {
			return bad(off, "a section that no version wrote")
		}
		p.sections = append(p.sections, s)
		off = s.off + s.size
	}
}

// content is what p, which stands in f, makes of a file: its first bytes, up to
// the base, and the section's. What stands behind the base does not count.
func (s *section) content(before []byte, f io.ReaderAt) ([]byte, error) {
	base := min(s.base, int64(len(before)))
	data := append(before[:base:base], make([]byte, s.size)...)
	n, err := f.ReadAt(data[base:], s.off)
	if int64(n) == s.size {
		err = nil
	}
	return data, err
}

// redo is steps 3 to 5 of a release: it carries out the pending file, if there
// is one, and wipes the trash. It may be stopped anywhere and called again.
func (d disk) redo() error {
	f, err := d.open(pendingName)
	if errors.Is(err, fs.ErrNotExist) {
		return d.wipeTrash()
	}
	if err != nil {
		return err
	}
	gen, err := d.apply(f)
	if err := cmp.Or(err, f.Close()); err != nil {
		return err
	}
	if err := d.discard(gen); err != nil {
		return err
	}
	return d.wipeTrash()
}

// apply is step 3. It gives the generation up to which intakes are released.
func (d disk) apply(f File) (uint64, error) {
	p, err := parsePending(f)
	if err != nil {
		return 0, err
	}
	for _, s := range p.sections {
		block := io.NewSectionReader(f, s.off, s.size)
		if s.base > 0 {
			err = d.extend(names[s.file], s.base, block)
		} else {
			err = d.replace(names[s.file], block)
		}
		if err != nil {
			return 0, err
		}
	}
	return p.gen, nil
}

// extend has a file go on with a block from its base on.
func (d disk) extend(name string, base int64, block io.Reader) error {
	f, err := d.open(name)
	if errors.Is(err, fs.ErrNotExist) {
		return &Damage{name, 0, "missing"}
	}
	if err != nil {
		return err
	}
	defer f.Close() // all of it is synced
	size, err := sizeOf(f)
	if err != nil {
		return err
	}
	if size < base {
		return &Damage{name, size, "the file ends before the place where more has to go"}
	}
	if err := cut(f, base); err != nil {
		return err
	}
	if _, err := f.Seek(0, io.SeekEnd); err != nil {
		return err
	}
	if _, err := io.Copy(f, block); err != nil {
		return err
	}
	return flush(f)
}

// replace has a file appear anew, whole, by a rename: it keeps nothing of the
// time of when the old one was made. An empty one is none. What stood in the
// old one is overwritten first: pending has all that counts.
func (d disk) replace(name string, block *io.SectionReader) error {
	if block.Size() > 0 {
		if err := d.fill(name+temporary, func(w io.Writer) error {
			_, err := io.Copy(w, block)
			return err
		}); err != nil {
			return err
		}
	}
	err := d.blank(name)
	missing := errors.Is(err, fs.ErrNotExist)
	switch {
	case err != nil && !missing:
		return err
	case block.Size() > 0:
		return d.fs.Rename(d.path(name+temporary), d.path(name))
	case missing:
		return nil
	}
	return d.fs.Remove(d.path(name))
}

// discard is step 4.
func (d disk) discard(gen uint64) error {
	list, err := d.fs.List(d.dir)
	if err != nil {
		return err
	}
	for _, name := range list {
		if g, ok := intakeGen(name); ok && g <= gen {
			if err := d.trash(name, strconv.FormatUint(g, 10)); err != nil {
				return err
			}
		}
	}
	// Without this sync the second rename may reach the disk before the
	// first: the intake would be back, its answers already released.
	if err := d.syncNames(); err != nil {
		return err
	}
	if err := d.trash(pendingName, pendingName); err != nil {
		return err
	}
	return d.syncNames()
}

func (d disk) trash(name, as string) error {
	return d.fs.Rename(d.path(name), d.path(trashPrefix+as))
}

// wipeTrash is step 5.
func (d disk) wipeTrash() error {
	list, err := d.fs.List(d.dir)
	if err != nil {
		return err
	}
	slices.Sort(list)
	found := false
	for _, name := range list {
		if strings.HasPrefix(name, trashPrefix) {
			found = true
			if err := d.wipe(name); err != nil {
				return err
			}
		}
	}
	if !found {
		return nil
	}
	return d.syncNames()
}
