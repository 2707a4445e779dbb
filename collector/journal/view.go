// A folder at one moment, as far as releases go: what a start and what readers
// go by.

package journal

import (
	"bytes"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"slices"
	"strings"
)

// Mixture is a folder whose files are not of one moment. So it is where somebody
// copied the files one by one while a collector wrote, or put only some of them
// back.
type Mixture struct {
	File   string // the intake that does not fit the rest
	Reason string
}

func (m *Mixture) Error() string {
	return "files of different moments: " + m.File + ": " + m.Reason
}

// view is what stands in a folder.
type view struct {
	disk
	list    []string
	pending *pending // nil if there is none
	format  int      // 0 where there are no sums
	sums    *sums    // as pending will leave them; nil before format 2
	gen     uint64   // the intakes up to this one are released
	stamp   digest   // differs after each release and turn
}

// look reads what tells releases apart, the list of names last: it is as new as
// the rest, or newer.
func (d disk) look() (*view, error) {
	v := &view{disk: d}
	if err := v.lookPending(); err != nil {
		return nil, err
	}
	stands, err := d.read(names[sumsFile])
	none := errors.Is(err, fs.ErrNotExist)
	if err != nil && !none {
		return nil, err
	}
	said, err := v.read(sumsFile)
	if err != nil {
		return nil, err
	}
	if v.list, err = d.fs.List(d.dir); err != nil {
		return nil, err
	}
	switch p := v.pending; {
	case p == nil && none:
	case p == nil && bytes.HasPrefix(said, []byte(sumsStart)), p != nil && p.format == Format:
		v.format = Format
		if v.sums, err = parseSums(said); err != nil {
			return nil, err
		}
		v.gen = v.sums.gen
	default:
		v.format = 1
		if p != nil && p.gen > 0 {
			v.gen = p.gen
		} else if waiting := v.generations(); len(waiting) > 0 {
			v.gen = waiting[0] - 1
		}
	}
	h := sha256.New()
	h.Write(stands)
	if v.pending != nil {
		h.Write(v.pending.checksum[:])
	}
	fmt.Fprint(h, v.generations())
	h.Sum(v.stamp[:0])
	return v, nil
}

func (v *view) lookPending() error {
	f, err := v.fs.OpenFile(v.path(pendingName), os.O_RDONLY, 0)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return err
	}
	defer f.Close()
	v.pending, err = parsePending(f)
	return err
}

// generations are those of the intakes, in order.
func (v *view) generations() (all []uint64) {
	for _, name := range v.list {
		if gen, ok := intakeGen(name); ok {
			all = append(all, gen)
		}
	}
	slices.Sort(all)
	return all
}

// follow checks that the intakes go on where the released files end: those that
// pending takes away may be there, then come gen+1 and so on without a gap, at
// least one of them. Once the survey has closed, none.
func (v *view) follow() error {
	marked := slices.Contains(v.list, closedName)
	closed := v.sums != nil && v.sums.closed
	if closed && !marked {
		return &Damage{closedName, 0, "missing"}
	}
	if v.format == 0 {
		if err := v.vouched(); err != nil {
			return err
		}
	}
	next := v.gen + 1
	for _, gen := range v.generations() {
		switch {
		case v.pending != nil && gen <= v.gen:
			continue
		case gen <= v.gen, closed:
			return &Mixture{intakeName(gen), "older than " + names[sumsFile]}
		case gen > next:
			return &Mixture{intakeName(next), "missing"}
		}
		next++
	}
	// Before format 2 no file tells a survey that is about to close from one
	// that has closed; without sums, the folder may be a new one.
	none := closed || v.format == 0 || v.format == 1 && marked
	if next == v.gen+1 && !none {
		return &Mixture{intakeName(next), "missing"}
	}
	return nil
}

// chained checks that each intake is as new as the next one that has a frame.
func chained(all []*intake) error {
	for i, in := range all {
		next := intakeName(in.gen + 1)
		switch last := i == len(all)-1; {
		case last && in.continued:
			return &Mixture{next, "missing"}
		case !last && !in.continued && all[i+1].end > intakeHeader:
			return &Mixture{next, "newer than " + intakeName(in.gen)}
		}
	}
	return nil
}

// vouched refuses released files without sums where answers wait, which may be
// the same, or where the files are not another program's.
func (v *view) vouched() error {
	released := slices.ContainsFunc(v.list, func(name string) bool { return slices.Contains(names[:], name) })
	if slices.Contains(v.list, names[spentBits]) {
		return &Damage{names[sumsFile], 0, "missing"}
	}
	for _, gen := range v.generations() {
		in, err := v.disk.read(intakeName(gen))
		if err != nil {
			return err
		}
		if released && len(in) > intakeHeader {
			return &Damage{names[sumsFile], 0, "missing"}
		}
	}
	return nil
}

// read gives a file as pending will leave it: its bytes up to the base, and
// what pending has for it. One that is not there is empty.
func (v *view) read(file int) ([]byte, error) {
	data, err := v.disk.read(names[file])
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, err
	}
	s := v.pending.section(file)
	if s == nil {
		return data, nil
	}
	f, err := v.fs.OpenFile(v.path(pendingName), os.O_RDONLY, 0)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	return s.content(data, f)
}

// open gives a file as read does, to be read once, and its size.
func (v *view) open(file int) (r io.Reader, size int64, closeAll func(), err error) {
	var opened []File
	closeAll = func() {
		for _, f := range opened {
			f.Close()
		}
	}
	open := func(name string) (f File, size int64, err error) {
		f, err = v.fs.OpenFile(v.path(name), os.O_RDONLY, 0)
		if err == nil {
			opened = append(opened, f)
			size, err = sizeOf(f)
		}
		return f, size, err
	}
	f, size, err := open(names[file])
	if errors.Is(err, fs.ErrNotExist) {
		r, size, err = bytes.NewReader(nil), 0, nil
	} else if err == nil {
		r = io.NewSectionReader(f, 0, size)
	}
	if s := v.pending.section(file); s != nil && err == nil {
		size = min(s.base, size)
		r = io.LimitReader(r, size)
		if f, _, err = open(pendingName); err == nil {
			r = io.MultiReader(r, io.NewSectionReader(f, s.off, s.size))
			size += s.size
		}
	}
	if err != nil {
		closeAll()
		return nil, 0, nil, err
	}
	return r, size, closeAll, nil
}

// check compares what read gave with the sums. Where there are none, lines must
// at least be whole.
func (v *view) check(file int, data []byte) error {
	switch {
	case v.format == 1:
		return &FormatError{1}
	case v.sums != nil:
		d, err := digestOf(bytes.NewReader(data))
		if err != nil {
			return err
		}
		return v.sums.check(file, d)
	case grows(file):
		return checkLines(names[file], bytes.NewReader(data))
	}
	return nil
}

// checkFiles is check for all that is released. It gives the tickets in it, and
// which of them are spent.
func (v *view) checkFiles() (tickets ids, spent bitmap, err error) {
	var all [fileCount][]byte
	for file := range names {
		if file == sumsFile {
			continue
		}
		if all[file], err = v.read(file); err != nil {
			return nil, nil, err
		}
		if v.format == 0 && len(all[file]) > 0 {
			return nil, nil, &Damage{names[sumsFile], 0, "missing"}
		}
		if err := v.check(file, all[file]); err != nil {
			return nil, nil, err
		}
	}
	return parseTickets(all[known], all[spentList], all[spentBits])
}

// begun tells whether a start has something to end or to drop before it reads
// what is released.
func (v *view) begun() bool {
	return v.pending != nil || slices.ContainsFunc(v.list, func(name string) bool {
		return strings.HasSuffix(name, temporary) || strings.HasPrefix(name, trashPrefix)
	})
}

// sound checks what a start goes on with, in a folder of any format: what is
// refused stays as it was found. It keeps no large file in memory.
func (v *view) sound() error {
	if v.format == 1 {
		if err := v.checkFormat1(); err != nil {
			return err
		}
	}
	var small [fileCount][]byte
	for file := range names {
		var err error
		switch {
		case file == sumsFile:
		case grows(file):
			err = v.checkGrown(file)
		default:
			if small[file], err = v.read(file); err == nil && v.sums != nil {
				err = v.check(file, small[file])
			}
		}
		if err != nil {
			return err
		}
	}
	tickets, spent, err := parseTickets(small[known], small[spentList], small[spentBits])
	if err != nil {
		return err
	}
	var waiting []*intake
	for _, gen := range v.generations() {
		if gen <= v.gen {
			continue
		}
		in := &intake{gen: gen}
		data, err := v.disk.read(intakeName(gen))
		if err != nil {
			return err
		}
		if err := in.count(data, tickets, spent); err != nil {
			return err
		}
		waiting = append(waiting, in)
	}
	if v.format == 1 {
		return nil
	}
	return chained(waiting)
}

// checkGrown is check for a file that may be large.
func (v *view) checkGrown(file int) error {
	if v.format == 1 {
		return nil // checkFormat1 has read it
	}
	if v.pending.section(file) != nil {
		data, err := v.read(file)
		if err != nil {
			return err
		}
		return v.check(file, data)
	}
	f, err := v.fs.OpenFile(v.path(names[file]), os.O_RDONLY, 0)
	if errors.Is(err, fs.ErrNotExist) {
		return v.check(file, nil)
	}
	if err != nil {
		return err
	}
	defer f.Close()
	if v.sums == nil {
		return checkLines(names[file], f)
	}
	d, err := digestOf(f)
	if err != nil {
		return err
	}
	return v.sums.check(file, d)
}

// Check says what Open would refuse in a folder: *Damage, *Mixture, *FormatError.
// It changes nothing; nobody may write meanwhile. A folder that is not there is
// one that Open makes.
func Check(dir string) error {
	d := disk{osFS{}, dir}
	if _, err := os.Stat(dir); errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	v, err := d.look()
	if err == nil {
		err = v.follow()
	}
	if err == nil {
		err = v.sound()
	}
	if err != nil {
		return fmt.Errorf("journal: %s: %w", dir, err)
	}
	return nil
}
