// For those who read without the lock: reports, exports, verify.

package journal

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"io"
	"io/fs"
	"iter"
	"os"
	"slices"
	"strings"
	"time"
)

// Released is what has left the intake, at one moment: the lines of responses.jsonl
// and comments.jsonl without their ends. A line may be looked at until the next one
// comes. What does not fit sums.txt is *Damage, and comes last, since nobody knows
// before: nothing counts until all lines have been seen. Each may be gone through
// again.
type Released struct {
	Answers, Texts iter.Seq2[[]byte, error]
	Size           int64 // bytes of both files
}

// Read has f go through the released lines of a survey's folder, each exactly once,
// also while a collector writes there: where a release comes between, f is called
// once more, and what it did before does not count. Without sums.txt the lines are
// taken as they stand. No file is held in memory. A folder of another format is
// *FormatError, one that is not there fs.ErrNotExist. Lines end with the context's
// error when that ends.
func Read(ctx context.Context, dir string, f func(*Released) error) error {
	return steadily(dir, func(v *view) error {
		if v.format == 1 {
			return &FormatError{1}
		}
		r := &Released{Answers: v.lines(ctx, responses), Texts: v.lines(ctx, comments)}
		for _, file := range []int{responses, comments} {
			_, size, closeAll, err := v.open(file)
			if err != nil {
				return err
			}
			closeAll()
			r.Size += size
		}
		return f(r)
	})
}

// lines are those of a file. The last pair is an error, if there is one.
func (v *view) lines(ctx context.Context, file int) iter.Seq2[[]byte, error] {
	return func(yield func([]byte, error) bool) {
		r, _, closeAll, err := v.open(file)
		if err != nil {
			yield(nil, err)
			return
		}
		defer closeAll()
		sum := running{}.fork()
		for line, err := range splitLines(io.TeeReader(r, sum)) {
			if err == nil {
				err = ctx.Err()
			}
			if !yield(line, err) || err != nil {
				return
			}
		}
		if v.sums == nil {
			err = v.checkGrown(file)
		} else {
			err = v.sums.check(file, sum.digest())
		}
		if err != nil {
			yield(nil, err)
		}
	}
}

// splitLines reads a line at a time, however long.
func splitLines(r io.Reader) iter.Seq2[[]byte, error] {
	return func(yield func([]byte, error) bool) {
		in := bufio.NewReaderSize(r, 1<<18)
		var long []byte
		for {
			line, err := in.ReadSlice('\n')
			if err == bufio.ErrBufferFull {
				long = append(long, line...)
				continue
			}
			if len(long) > 0 {
				line = append(long, line...)
				long = nil
			}
			switch {
			case err == io.EOF && len(line) == 0:
				return
			case err != nil && err != io.EOF:
				yield(nil, err)
				return
			}
			if !yield(bytes.TrimSuffix(line, []byte("\n")), nil) || err == io.EOF {
				return
			}
		}
	}
}

// StoredDefinition gives the definition that Open or Define kept in a survey's
// folder, or fs.ErrNotExist.
func StoredDefinition(dir string) (text []byte, err error) {
	err = steadily(dir, func(v *view) (err error) {
		text, err = v.read(definition)
		if err == nil && text == nil {
			err = fs.ErrNotExist
		}
		return err
	})
	return text, err
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
// a sums.txt that is missing where there is something to check. *Mixture and
// *FormatError are as from Open. It changes nothing, and a collector may write
// meanwhile. While a release is under way or was cut short, it checks what that
// will leave.
func Verify(dir string) error {
	return steadily(dir, func(v *view) error {
		if err := v.follow(); err != nil {
			return err
		}
		tickets, spent, err := v.checkFiles()
		if err != nil {
			return err
		}
		return v.checkIntakes(tickets, spent)
	})
}

// checkIntakes walks all that waits. A frame that is being written looks unfinished
// for a moment.
func (v *view) checkIntakes(tickets ids, used bitmap) error {
	const tries = 10
	var all []*intake
	// The newest first: whatever comes meanwhile, the ones before it are read
	// later, and are as new.
	for _, gen := range slices.Backward(v.generations()) {
		if gen <= v.gen {
			break
		}
		name, in := intakeName(gen), &intake{gen: gen}
		for try, last := 1, int64(0); ; try++ {
			data, err := v.disk.read(name)
			if err != nil {
				return err
			}
			now := slices.Clone(used)
			if err := in.count(data, tickets, now); err != nil {
				return err
			}
			if in.end == int64(len(data)) {
				used, all = now, append(all, in)
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
	slices.Reverse(all)
	return chained(all)
}

const pause = 20 * time.Millisecond

// steadily has f read a folder until no release changed it meanwhile.
func steadily(dir string, f func(*view) error) error {
	const tries = 50
	d := disk{osFS{}, dir}
	for try := 1; ; try++ {
		if _, err := os.Stat(dir); err != nil {
			return err
		}
		before, err := d.look()
		if err == nil {
			ferr := f(before)
			var after *view
			if after, err = d.look(); err == nil && after.stamp == before.stamp {
				return ferr
			}
		}
		var format *FormatError
		if try == tries || errors.As(err, &format) {
			if err == nil {
				err = errors.New("journal: releases follow each other too fast to read")
			}
			return err
		}
		time.Sleep(pause)
	}
}
