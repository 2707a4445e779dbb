// The released files, and the protocol that changes them: everything that
// leaves the intake, and every ticket list and definition, goes through one
// file named pending, which is carried out again until it is done.

package journal

import (
	"bufio"
	"bytes"
	"crypto/rand"
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"hash"
	"io"
	"io/fs"
	mrand "math/rand/v2"
	"os"
	"slices"
	"strconv"
	"strings"
)

// The files that pending may change, by the number each has there and in
// frames. The numbers are part of the format.
const (
	responses = iota
	comments
	spent
	entered
	known
	definition
	sumsFile
)

var names = [...]string{
	"responses.jsonl", "comments.jsonl", "spent.txt", "entered.txt",
	"tickets.txt", "survey.json", "sums.txt",
}

// grows tells which files get more at their end; the others are written whole.
func grows(file int) bool { return file == responses || file == comments }

const (
	pendingName   = "pending"
	pendingMagic  = "STFPLNp1"
	pendingHeader = 16 // magic, generation
	sectionHeader = 17 // file, base, size
	sectionEnd    = 0xff
	trashPrefix   = "trash-"
	closedName    = "closed"
)

// store owns what has left the intake. One goroutine at a time uses it.
type store struct {
	disk
	sums           *sums
	spent, entered ids
	known          ids
	unfinished     bool // pending is committed and not yet carried out
	adopted        bool // what is released came without sums.txt
}

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

// commit is step 2 of a release: once it has returned nil, the parts stand in
// the files and all intakes up to gen are gone, whatever happens; redo does it.
// After ErrFull nothing has happened.
func (s *store) commit(gen uint64, parts ...part) error {
	next := s.sums.clone()
	err := s.create(pendingName, "pending.tmp", func(w io.Writer) error {
		return writePending(w, gen, next, parts)
	})
	if err == nil {
		s.sums, s.unfinished = next, true
	}
	return err
}

// writePending also makes the sums of what it writes, for its last section.
func writePending(w io.Writer, gen uint64, next *sums, parts []part) error {
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
	head := binary.LittleEndian.AppendUint64([]byte(pendingMagic), gen)
	if _, err := out.Write(head); err != nil {
		return err
	}
	for _, p := range parts {
		if err := section(p, io.MultiWriter(out, next.from(p.file, p.base))); err != nil {
			return err
		}
	}
	base, block := next.block()
	last := whole(sumsFile, block)
	last.base = base
	if err := section(last, out); err != nil {
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
	gen      uint64
	sections []section
	checksum [sha256.Size]byte
}

type section struct {
	file      int
	base      int64
	off, size int64 // where its bytes stand in pending
}

// section gives the part for a file, or nil.
func (p *pending) section(file int) *section {
	for i := range p.sections {
		if p.sections[i].file == file {
			return &p.sections[i]
		}
	}
	return nil
}

func parsePending(r io.ReaderAt, size int64) (*pending, error) {
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
	if !sumIs(h, p.checksum) {
		return bad(0, "its checksum does not fit")
	}
	head := make([]byte, sectionHeader)
	if _, err := r.ReadAt(head[:pendingHeader], 0); err != nil {
		return nil, err
	}
	if string(head[:8]) != pendingMagic {
		return bad(0, "not the header of a pending file")
	}
	p.gen = binary.LittleEndian.Uint64(head[8:])
	for off := int64(pendingHeader); ; {
		n, err := r.ReadAt(head[:min(sectionHeader, body-off)], off)
		if err != nil && err != io.EOF {
			return nil, err
		}
		if n > 0 && head[0] == sectionEnd && off+1 == body {
			return p, nil
		}
		s := section{
			file: int(head[0]), off: off + sectionHeader,
			base: int64(binary.LittleEndian.Uint64(head[1:])),
			size: int64(binary.LittleEndian.Uint64(head[9:])),
		}
		if n < sectionHeader || s.file > sumsFile || s.base < 0 || s.size < 0 ||
			s.size > body-s.off || p.section(s.file) != nil {
			return bad(off, "a section that no version wrote")
		}
		p.sections = append(p.sections, s)
		off = s.off + s.size
	}
}

func sumIs(h hash.Hash, want [sha256.Size]byte) bool { return bytes.Equal(h.Sum(nil), want[:]) }

// settle ends what is committed, if a full disk has stopped it before.
func (s *store) settle() error {
	if !s.unfinished {
		return nil
	}
	return s.redo()
}

// redo is steps 3 to 5: it carries out the pending file, if there is one, and
// wipes the trash. It may be stopped anywhere and called again.
func (s *store) redo() error {
	f, err := s.open(pendingName)
	if err == nil {
		err = s.carryOut(f)
	} else if errors.Is(err, fs.ErrNotExist) {
		err = nil
	}
	if err != nil {
		return err
	}
	if err := s.wipeTrash(); err != nil {
		return err
	}
	s.unfinished = false
	return nil
}

func (s *store) carryOut(f File) error {
	gen, err := s.apply(f)
	if cerr := f.Close(); err == nil {
		err = cerr
	}
	if err != nil {
		return err
	}
	return s.discard(gen)
}

// apply is step 3. It gives the generation up to which intakes are released.
func (s *store) apply(f File) (uint64, error) {
	size, err := sizeOf(f)
	if err != nil {
		return 0, err
	}
	p, err := parsePending(f, size)
	if err != nil {
		return 0, err
	}
	for _, sec := range p.sections {
		if err := s.restore(sec, f); err != nil {
			return 0, err
		}
	}
	return p.gen, nil
}

// discard is step 4.
func (s *store) discard(gen uint64) error {
	list, err := s.fs.List(s.dir)
	if err != nil {
		return err
	}
	for _, name := range list {
		if g, ok := intakeGen(name); ok && g <= gen {
			if err := s.trash(name, strconv.FormatUint(g, 10)); err != nil {
				return err
			}
		}
	}
	// Without this sync the second rename may reach the disk before the
	// first: the intake would be back, its answers already released.
	if err := s.syncNames(); err != nil {
		return err
	}
	if err := s.trash(pendingName, pendingName); err != nil {
		return err
	}
	return s.syncNames()
}

func (s *store) trash(name, as string) error {
	return s.fs.Rename(s.path(name), s.path(trashPrefix+as))
}

func (s *store) restore(sec section, from io.ReaderAt) (err error) {
	if sec.base == 0 {
		// Made anew, so that it does not keep the time of when it was made.
		if err := s.wipe(names[sec.file]); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return err
		}
	}
	f, err := s.fs.OpenFile(s.path(names[sec.file]), os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return err
	}
	defer func() {
		if cerr := f.Close(); err == nil {
			err = cerr
		}
	}()
	size, err := sizeOf(f)
	if err != nil {
		return err
	}
	if size < sec.base {
		return &Damage{names[sec.file], size, "the file ends before the place where more has to go"}
	}
	if err := cut(f, sec.base); err != nil {
		return err
	}
	if _, err := f.Seek(0, io.SeekEnd); err != nil {
		return err
	}
	if _, err := io.Copy(f, io.NewSectionReader(from, sec.off, sec.size)); err != nil {
		return err
	}
	return flush(f)
}

// wipeTrash is step 5.
func (s *store) wipeTrash() error {
	list, err := s.fs.List(s.dir)
	if err != nil {
		return err
	}
	slices.Sort(list)
	found := false
	for _, name := range list {
		if strings.HasPrefix(name, trashPrefix) {
			found = true
			if err := s.wipe(name); err != nil {
				return err
			}
		}
	}
	if !found {
		return nil
	}
	return s.syncNames()
}

// recover drops what was not committed and ends what was.
func (s *store) recover() error {
	// The process before may have ended between a rename and its sync: what
	// is built on a name needs the name to stay.
	if err := s.syncNames(); err != nil {
		return err
	}
	list, err := s.fs.List(s.dir)
	if err != nil {
		return err
	}
	for _, name := range []string{"pending.tmp", "intake.tmp"} {
		if slices.Contains(list, name) {
			if err := s.fs.Remove(s.path(name)); err != nil {
				return err
			}
		}
	}
	if err := s.wipeTrash(); err != nil {
		return err
	}
	return s.redo()
}

// load reads what the store must know: the small files whole, of the files
// that grow the last chunk alone.
func (s *store) load() error {
	data, err := s.read(names[sumsFile])
	if errors.Is(err, fs.ErrNotExist) {
		return s.adopt()
	}
	if err != nil {
		return err
	}
	sp, head, err := parseSums(data)
	if err != nil {
		return err
	}
	s.sums = newSums(data[:head])
	for file := range sp {
		if err := s.loadFile(file, sp); err != nil {
			return err
		}
	}
	return nil
}

func (s *store) loadFile(file int, sp *spans) error {
	name, last := names[file], len(sp[file])-1
	f, err := s.fs.OpenFile(s.path(name), os.O_RDONLY, 0)
	if errors.Is(err, fs.ErrNotExist) {
		if last >= 0 {
			return &Damage{name, 0, "missing"}
		}
		return nil
	}
	if err != nil {
		return err
	}
	defer f.Close()
	size, err := sizeOf(f)
	if err != nil {
		return err
	}
	if err := sp.checkSize(file, size); err != nil {
		return err
	}
	if size == 0 {
		return nil
	}
	from := 0
	if grows(file) {
		from = last
	}
	if err := sp.check(file, f, from); err != nil {
		return err
	}
	tail := make([]byte, size%chunk)
	if _, err := io.ReadFull(io.NewSectionReader(f, size-int64(len(tail)), int64(len(tail))), tail); err != nil {
		return err
	}
	s.sums.resume(file, sp[file], tail)
	return s.loadSet(file, f, size)
}

// loadSet keeps the ids of a file, if it is one of those that hold ids.
func (s *store) loadSet(file int, r io.ReaderAt, size int64) error {
	set := map[int]*ids{spent: &s.spent, entered: &s.entered, known: &s.known}[file]
	if set == nil {
		return nil
	}
	data := make([]byte, size)
	_, err := io.ReadFull(io.NewSectionReader(r, 0, size), data)
	if err == nil {
		*set, err = parseIDs(names[file], data)
	}
	return err
}

// adopt takes files without sums.txt as they stand: another program put them
// there. The next commit writes their sums.
func (s *store) adopt() error {
	s.sums = newSums(nil)
	for file := range s.sums.files {
		if err := s.adoptFile(file); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return err
		}
	}
	return nil
}

func (s *store) adoptFile(file int) error {
	f, err := s.fs.OpenFile(s.path(names[file]), os.O_RDONLY, 0)
	if err != nil {
		return err
	}
	defer f.Close()
	size, err := sizeOf(f)
	if err != nil {
		return err
	}
	s.adopted = s.adopted || size > 0
	r := io.TeeReader(io.NewSectionReader(f, 0, size), &s.sums.files[file])
	if grows(file) {
		return checkLines(names[file], r)
	}
	if _, err := io.Copy(io.Discard, r); err != nil {
		return err
	}
	return s.loadSet(file, f, size)
}

// checkLines reads to the end. Lines that nothing vouches for must at least be
// whole: half of one would run into the next.
func checkLines(name string, r io.Reader) error {
	buf := bufio.NewReaderSize(r, chunk)
	var at, line int64 // read so far, of that in this line
	for {
		part, err := buf.ReadSlice('\n')
		at += int64(len(part))
		line += int64(len(part))
		switch {
		case err == bufio.ErrBufferFull:
			continue
		case err == io.EOF && line == 0:
			return nil
		case err == io.EOF:
			return &Damage{name, at - line, "a line without its end"}
		case err != nil:
			return err
		case line == 1:
			return &Damage{name, at - line, "an empty line"}
		}
		line = 0
	}
}

// lines is what intakes hold: for each file its lines, or its ids.
type lines [entered + 1][][]byte

func (l *lines) ids(file int) []id {
	s := make([]id, len(l[file]))
	for i, b := range l[file] {
		s[i] = id(b)
	}
	return s
}

// gather reads intakes that get no more frames.
func (s *store) gather(intakes []*intake) (*lines, error) {
	l := new(lines)
	for _, in := range intakes {
		data, err := s.read(intakeName(in.gen))
		if err != nil {
			return nil, err
		}
		end := in.end
		err = in.scan(data, func(file byte, b []byte) { l[file] = append(l[file], b) })
		if err != nil {
			return nil, err
		}
		if in.end != end {
			return nil, &Damage{intakeName(in.gen), in.end, "an acknowledged frame is gone"}
		}
	}
	return l, nil
}

// release commits all that the intakes hold, each file's lines shuffled.
func (s *store) release(intakes []*intake) (*lines, error) {
	l, err := s.gather(intakes)
	if err != nil {
		return nil, err
	}
	var parts []part
	for _, file := range []int{responses, comments} {
		if block := l[file]; len(block) > 0 {
			shuffle(block)
			parts = append(parts, part{file, s.sums.files[file].size, lengths(block), func(w io.Writer) error {
				return writeLines(w, block)
			}})
		}
	}
	return l, s.leave(intakes, l, parts, false)
}

// close commits all that the intakes hold together with all that was released
// before, in one fresh order. What was released is checked on the way: new
// sums must not bless old damage.
func (s *store) close(intakes []*intake) (*lines, error) {
	l, err := s.gather(intakes)
	if err != nil {
		return nil, err
	}
	data, err := s.read(names[sumsFile])
	if errors.Is(err, fs.ErrNotExist) {
		_, data = s.sums.clone().block() // of what was adopted
	} else if err != nil {
		return nil, err
	}
	sp, _, err := parseSums(data)
	if err != nil {
		return nil, err
	}
	var parts []part
	for _, file := range []int{responses, comments} {
		var old io.ReaderAt
		size := sp.size(file)
		if size > 0 {
			f, err := s.fs.OpenFile(s.path(names[file]), os.O_RDONLY, 0)
			if err != nil {
				return nil, err
			}
			defer f.Close()
			if err := sp.check(file, f, 0); err != nil {
				return nil, err
			}
			old = f
		}
		parts = append(parts, part{file, 0, size + lengths(l[file]), func(w io.Writer) error {
			return writeShuffled(w, old, size, l[file])
		}})
	}
	// A file that is left alone would keep the time when an answer changed it,
	// survey.json that of the first.
	if sp.size(definition) > 0 {
		text, err := s.read(names[definition])
		if err != nil {
			return nil, err
		}
		if err := sp.checkSize(definition, int64(len(text))); err != nil {
			return nil, err
		}
		if err := sp.check(definition, bytes.NewReader(text), 0); err != nil {
			return nil, err
		}
		parts = append(parts, whole(definition, text))
	}
	return l, s.leave(intakes, l, parts, true)
}

// leave commits parts, and with them the ids that have become more, or all.
func (s *store) leave(intakes []*intake, l *lines, parts []part, all bool) error {
	spentNow, enteredNow := s.spent.with(l.ids(spent)), s.entered.with(l.ids(entered))
	if len(l[spent]) > 0 || all && len(spentNow) > 0 {
		parts = append(parts, wholeIDs(spent, spentNow))
	}
	if len(l[entered]) > 0 || all && len(enteredNow) > 0 {
		parts = append(parts, wholeIDs(entered, enteredNow))
	}
	if err := s.commit(intakes[len(intakes)-1].gen, parts...); err != nil {
		return err
	}
	s.spent, s.entered = spentNow, enteredNow
	return nil
}

// system is math/rand's way to the operating system's random numbers.
type system struct{}

func (system) Uint64() uint64 {
	var b [8]byte
	rand.Read(b[:])
	return binary.LittleEndian.Uint64(b[:])
}

func shuffle[T any](s []T) {
	mrand.New(system{}).Shuffle(len(s), func(i, j int) { s[i], s[j] = s[j], s[i] })
}

// lengths is the size of lines with their ends.
func lengths(l [][]byte) (n int64) {
	for _, b := range l {
		n += int64(len(b)) + 1
	}
	return n
}

func writeLines(w io.Writer, l [][]byte) error {
	var line []byte
	for _, b := range l {
		line = append(append(line[:0], b...), '\n')
		if _, err := w.Write(line); err != nil {
			return err
		}
	}
	return nil
}

// writeShuffled writes the lines of old and more in one random order. It keeps
// where lines start, not the lines: 16 bytes of memory for each.
func writeShuffled(w io.Writer, old io.ReaderAt, size int64, more [][]byte) error {
	starts := []int64{0}
	r := bufio.NewReaderSize(io.NewSectionReader(old, 0, size), 1<<16)
	for at := int64(0); at < size; {
		part, err := r.ReadSlice('\n')
		if err != nil && err != bufio.ErrBufferFull {
			return err
		}
		if at += int64(len(part)); err == nil {
			starts = append(starts, at)
		}
	}
	oldLines := len(starts) - 1
	order := make([]int, oldLines+len(more))
	for i := range order {
		order[i] = i
	}
	shuffle(order)
	var line []byte
	for _, i := range order {
		if i >= oldLines {
			line = append(append(line[:0], more[i-oldLines]...), '\n')
		} else {
			n := int(starts[i+1] - starts[i])
			line = slices.Grow(line[:0], n)[:n]
			if got, err := old.ReadAt(line, starts[i]); got < n {
				return err
			}
		}
		if _, err := w.Write(line); err != nil {
			return err
		}
	}
	return nil
}
