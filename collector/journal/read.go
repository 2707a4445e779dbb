// For those who read without the lock: reports, exports, verify.

package journal

import (
	"bytes"
	"crypto/sha256"
	"errors"
	"io/fs"
	"os"
	"slices"
	"strings"
	"time"
)

// Released is what has left the intake: lines without their ends.
type Released struct {
	Answers [][]byte // responses.jsonl
	Texts   [][]byte // comments.jsonl
}

// Read gives the released lines of a survey's folder, each exactly once, also
// while a collector writes there. It checks them against sums.txt; what does
// not fit is *Damage. Without sums.txt it takes the lines that stand there. A
// folder that is not there is fs.ErrNotExist.
func Read(dir string) (*Released, error) {
	var r *Released
	err := steadily(dir, func(v *view) (err error) {
		r = new(Released)
		for file, lines := range map[int]*[][]byte{responses: &r.Answers, comments: &r.Texts} {
			data, err := v.read(file)
			if err != nil {
				return err
			}
			if err := v.check(file, data); err != nil {
				return err
			}
			*lines = splitLines(data)
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	return r, nil
}

func splitLines(data []byte) [][]byte {
	if len(data) == 0 {
		return nil
	}
	return bytes.Split(bytes.TrimSuffix(data, []byte("\n")), []byte("\n"))
}

// StoredDefinition gives the definition that Open or Define kept in a survey's
// folder, or fs.ErrNotExist.
func StoredDefinition(dir string) ([]byte, error) {
	var text []byte
	err := steadily(dir, func(v *view) (err error) {
		if s := v.section(definition); s != nil {
			// It is committed, though not in its file yet.
			data, err := v.d.read(pendingName)
			if err == nil {
				text = data[min(s.off, int64(len(data))):min(s.off+s.size, int64(len(data)))]
			}
			return err
		}
		text, err = v.d.read(names[definition])
		return err
	})
	if err != nil {
		return nil, err
	}
	return text, nil
}

// IsFinished tells whether the survey in a folder has closed and all that
// closing does is done. A folder that is not there is not finished.
func IsFinished(dir string) (bool, error) {
	list, err := osFS{}.List(dir)
	if errors.Is(err, fs.ErrNotExist) {
		return false, nil
	}
	if err != nil || !slices.Contains(list, closedName) {
		return false, err
	}
	return !slices.ContainsFunc(list, func(name string) bool {
		_, waits := intakeGen(name)
		return waits || name == pendingName || strings.HasPrefix(name, trashPrefix)
	}), nil
}

// Verify walks every file of a survey's folder and gives the first bad place
// as *Damage, also an unfinished frame, which the next start would cut off, and
// a sums.txt that is missing where there is something to check. It
// changes nothing, and a collector may write meanwhile. While a release is
// under way or was cut short, it checks the pending file instead of what that
// will replace.
func Verify(dir string) error {
	return steadily(dir, func(v *view) error {
		for file := range names[:sumsFile] {
			data, err := v.read(file)
			if err != nil {
				return err
			}
			if v.bare && len(data) > 0 {
				return &Damage{names[sumsFile], 0, "missing"}
			}
			if err := v.check(file, data); err != nil {
				return err
			}
			if file == spent || file == entered || file == known {
				if _, err := parseIDs(names[file], data); err != nil {
					return err
				}
			}
		}
		return v.intakes()
	})
}

// view is a folder at one moment, as far as releases go.
type view struct {
	d disk
	*pending
	sums  *spans
	bare  bool              // there is no sums.txt
	stamp [sha256.Size]byte // differs after each release
	names []string
}

// look reads what tells releases apart.
func look(dir string) (*view, error) {
	v := &view{d: disk{osFS{}, dir}, pending: new(pending)}
	var err error
	if v.names, err = v.d.fs.List(dir); err != nil {
		return nil, err
	}
	if slices.Contains(v.names, pendingName) {
		f, err := v.d.fs.OpenFile(v.d.path(pendingName), os.O_RDONLY, 0)
		if err != nil {
			return nil, err
		}
		defer f.Close()
		size, err := sizeOf(f)
		if err != nil {
			return nil, err
		}
		if v.pending, err = parsePending(f, size); err != nil {
			return nil, err
		}
	}
	data, err := v.d.read(names[sumsFile])
	missing := errors.Is(err, fs.ErrNotExist)
	if err != nil && !missing {
		return nil, err
	}
	switch s := v.section(sumsFile); {
	case s != nil:
		data = data[:min(int64(len(data)), s.base)]
		v.sums, _, err = parseSpans(data)
	case missing:
		v.sums, v.bare, err = new(spans), true, nil
	default:
		v.sums, _, err = parseSums(data)
	}
	v.stamp = sha256.Sum256(append(slices.Clone(data), v.checksum[:]...))
	return v, err
}

// read gives what a reader may see of a file: nothing past the base while a
// release is under way.
func (v *view) read(file int) ([]byte, error) {
	data, err := v.d.read(names[file])
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if s := v.section(file); s != nil {
		data = data[:min(int64(len(data)), s.base)]
	}
	return data, err
}

// check compares with sums.txt; of that, too, only the part before the base
// counts while a release is under way.
func (v *view) check(file int, data []byte) error {
	if v.bare {
		if grows(file) {
			return checkLines(names[file], bytes.NewReader(data))
		}
		return nil
	}
	if err := v.sums.check(file, bytes.NewReader(data), 0); err != nil {
		return err
	}
	if size := v.sums.size(file); v.section(sumsFile) == nil && int64(len(data)) != size {
		return &Damage{names[file], size, "more than sums.txt knows"}
	}
	return nil
}

// intakes checks all that wait. A frame that is being written looks unfinished
// for a moment.
func (v *view) intakes() error {
	const tries = 10
	for _, name := range v.names {
		gen, ok := intakeGen(name)
		if !ok || gen <= v.gen {
			continue
		}
		in := &intake{gen: gen}
		for try, last := 1, int64(0); ; try++ {
			data, err := v.d.read(name)
			if err != nil {
				return err
			}
			if err := in.scan(data, func(byte, []byte) {}); err != nil {
				return err
			}
			if in.end == int64(len(data)) {
				break
			}
			if in.end != last {
				try, last = 1, in.end
			} else if try == tries {
				return &Damage{name, in.end, "an unfinished frame, which the next start cuts off"}
			}
			time.Sleep(pause)
		}
	}
	return nil
}

const pause = 20 * time.Millisecond

// steadily has f read a folder until no release changed it meanwhile.
func steadily(dir string, f func(*view) error) error {
	const tries = 50
	for try := 1; ; try++ {
		if _, err := os.Stat(dir); err != nil {
			return err
		}
		before, err := look(dir)
		if err == nil {
			ferr := f(before)
			var after *view
			if after, err = look(dir); err == nil && after.stamp == before.stamp {
				return ferr
			}
		}
		if try == tries {
			if err == nil {
				err = errors.New("journal: releases follow each other too fast to read")
			}
			return err
		}
		time.Sleep(pause)
	}
}
