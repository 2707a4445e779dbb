// The released files, as the one process that writes knows them.

package journal

import (
	"bufio"
	"bytes"
	"crypto/rand"
	"encoding/binary"
	"errors"
	"io"
	"io/fs"
	mrand "math/rand/v2"
	"os"
	"slices"
	"strings"
)

// store owns what has left the intake. One goroutine at a time uses it.
type store struct {
	disk
	gen        uint64 // the intakes up to this one are released
	format     int    // of the folder as it was found
	files      [fileCount]running
	lines      [fileCount]lineCount // as they were at the start
	known      ids
	spent      bitmap // of known, those whose answers are released
	unfinished bool   // pending is committed and not yet carried out
}

// recover ends what was begun, drops what was not committed, and reads what is
// released. A folder whose files do not fit together is left as it is.
func (s *store) recover() error {
	// The process before may have ended between a rename and its sync: what
	// is built on a name needs the name to stay.
	if err := s.syncNames(); err != nil {
		return err
	}
	v, err := s.look()
	if err != nil {
		return err
	}
	if err := v.follow(); err != nil {
		return err
	}
	if v.format == 1 || v.begun() {
		if err := v.sound(); err != nil {
			return err
		}
	}
	for _, name := range v.list {
		if strings.HasSuffix(name, temporary) {
			if err := s.fs.Remove(s.path(name)); err != nil {
				return err
			}
		}
	}
	if err := s.wipeTrash(); err != nil {
		return err
	}
	if err := s.redo(); err != nil {
		return err
	}
	s.gen, s.format = v.gen, v.format
	return s.load(v.sums)
}

// load reads all that is released, and compares it with the sums, if there are
// any.
func (s *store) load(sums *sums) error {
	var small [fileCount][]byte
	for file := range names {
		if file == sumsFile {
			continue
		}
		data, err := s.loadFile(file)
		if err != nil {
			return err
		}
		if sums != nil {
			if err := sums.check(file, s.files[file].digest()); err != nil {
				return err
			}
		}
		small[file] = data
	}
	var err error
	s.known, s.spent, err = parseTickets(small[known], small[spentList], small[spentBits])
	return err
}

// loadFile gives the bytes of a file that does not grow.
func (s *store) loadFile(file int) (data []byte, err error) {
	f, err := s.fs.OpenFile(s.path(names[file]), os.O_RDONLY, 0)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	defer f.Close()
	all := running{}.fork()
	s.lines[file] = 0
	switch r := io.TeeReader(f, io.MultiWriter(all, &s.lines[file])); {
	case grows(file) && s.format == 0:
		err = checkLines(names[file], r)
	case grows(file):
		_, err = io.Copy(io.Discard, r)
	default:
		data, err = io.ReadAll(r)
	}
	s.files[file] = *all
	return data, err
}

// lineCount counts the lines that are written to it.
type lineCount int

func (n *lineCount) Write(data []byte) (int, error) {
	*n += lineCount(bytes.Count(data, []byte("\n")))
	return len(data), nil
}

// checkLines reads to the end. Lines that nothing vouches for must at least be
// whole: half of one would run into the next.
func checkLines(name string, r io.Reader) error {
	buf := bufio.NewReaderSize(r, 1<<16)
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

// commit is step 2 of a release: once it has returned nil, the parts stand in
// the files and all intakes up to gen are gone, whatever happens; settle does
// it. After ErrFull nothing has happened.
func (s *store) commit(gen uint64, closed bool, parts ...part) error {
	next := s.files
	err := s.create(pendingName, func(w io.Writer) error {
		return writePending(w, &sums{gen: gen, closed: closed}, &next, parts)
	})
	if err == nil {
		s.gen, s.files, s.unfinished = gen, next, true
	}
	return err
}

// settle carries out what is committed.
func (s *store) settle() error {
	if !s.unfinished {
		return nil
	}
	err := s.redo()
	s.unfinished = err != nil
	return err
}

// addTickets makes more tickets known.
func (s *store) addTickets(more []id) error {
	all := s.known.with(more)
	spent := s.spent.moved(s.known, all)
	if err := s.commit(s.gen, false, wholeIDs(known, all), whole(spentBits, spent)); err != nil {
		return err
	}
	s.known, s.spent = all, spent
	return nil
}

// lines is what intakes hold, by the kind of record.
type lines [onward + 1][][]byte

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
func (s *store) release(intakes []*intake) error {
	l, err := s.gather(intakes)
	if err != nil {
		return err
	}
	var parts []part
	for _, file := range []int{responses, comments} {
		if block := l[file]; len(block) > 0 {
			shuffle(block)
			parts = append(parts, part{file, s.files[file].size, lengths(block), func(w io.Writer) error {
				return writeLines(w, block)
			}})
		}
	}
	spent := s.spentWith(l)
	if len(l[spentList]) > 0 {
		parts = append(parts, whole(spentBits, spent))
	}
	if err := s.commit(intakes[len(intakes)-1].gen, false, parts...); err != nil {
		return err
	}
	s.spent = spent
	return nil
}

// close commits all that the intakes hold together with all that was released
// before, in one fresh order. What was released is checked on the way: new
// sums must not bless new damage.
func (s *store) close(intakes []*intake) error {
	l, err := s.gather(intakes)
	if err != nil {
		return err
	}
	var parts []part
	for _, file := range []int{responses, comments} {
		size := s.files[file].size
		var old File
		if size > 0 {
			if old, err = s.fs.OpenFile(s.path(names[file]), os.O_RDONLY, 0); err != nil {
				return err
			}
			defer old.Close()
			if err := s.unchanged(file, old); err != nil {
				return err
			}
		}
		parts = append(parts, part{file, 0, size + lengths(l[file]), func(w io.Writer) error {
			return writeShuffled(w, old, size, l[file])
		}})
	}
	// A file that is left alone would keep the time when an answer changed it,
	// survey.json that of the first.
	if s.files[definition].size > 0 {
		text, err := s.read(names[definition])
		if err != nil {
			return err
		}
		if err := s.unchanged(definition, bytes.NewReader(text)); err != nil {
			return err
		}
		parts = append(parts, whole(definition, text))
	}
	list := s.spentWith(l).chosen(s.known)
	parts = append(parts, wholeIDs(spentList, list), whole(spentBits, nil))
	return s.commit(intakes[len(intakes)-1].gen, true, parts...)
}

// unchanged compares what a file holds with what was written there.
func (s *store) unchanged(file int, r io.Reader) error {
	got, err := digestOf(r)
	if err == nil && got != s.files[file].digest() {
		err = &Damage{names[file], 0, "not what was written there"}
	}
	return err
}

// spentWith gives the bitmap with the tickets of lines in it.
func (s *store) spentWith(l *lines) bitmap {
	spent := slices.Clone(s.spent)
	for _, b := range l[spentList] {
		i, _ := s.known.find(id(b)) // nobody else's ticket is taken
		spent.set(i)
	}
	return spent
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
