// Package seal makes stored lines unreadable to all but the holder of a key.
//
// A sealed line is {"sealed":"<base64>"}: the line it hides, padded with
// spaces to a size that is the same for every line of a survey, encrypted as
// an age file to one X25519 recipient (age-encryption.org/v1), in standard
// base64 with padding (RFC 4648 section 4). Spaces after a JSON value mean
// nothing (RFC 8259 section 2), so padding needs no format of its own.
//
// What it gives: who holds the files, or a backup of them, learns neither what
// an answer says nor how long it is, nor whether a text was left blank. What it
// does not: whoever replaces the program sees answers as they come in, and
// whoever holds the key can read the released lines. A lost key is lost for
// good: nobody can open the lines again.
package seal

import (
	"bytes"
	"cmp"
	"encoding/base64"
	"errors"
	"fmt"
	"hash/maphash"
	"io"
	"iter"
	"runtime"
	"slices"

	"filippo.io/age"
	"golang.org/x/sync/errgroup"
)

var (
	// ErrNotSealed says that a line is not of the form this package writes.
	ErrNotSealed = errors.New("seal: not a sealed line")
	// ErrShut says that a line does not open: it was changed, or sealed for
	// another key. What age has to say of it might quote the line.
	ErrShut = errors.New("seal: does not open with this key")
)

// What stands around the base64.
const before, after = `{"sealed":"`, `"}`

// Sealer seals lines to one recipient at one size. It may be used by many at
// once.
type Sealer struct {
	recipient *age.X25519Recipient
	size      int
}

// New returns a Sealer for an age recipient ("age1…") that pads every line to
// size bytes.
func New(recipient string, size int) (*Sealer, error) {
	r, err := age.ParseX25519Recipient(recipient)
	if err != nil {
		return nil, err
	}
	return &Sealer{r, size}, nil
}

// turns lets as many seal at once as there are cores: more would gain nothing,
// and age holds 64 KiB for each.
var turns = make(chan struct{}, runtime.NumCPU())

// Seal returns the sealed form of a line, without a newline. A line longer
// than the size would tell itself from the others, and is refused.
func (s *Sealer) Seal(line []byte) ([]byte, error) {
	if len(line) > s.size {
		return nil, fmt.Errorf("seal: a line of %d bytes does not fit into %d", len(line), s.size)
	}
	turns <- struct{}{}
	defer func() { <-turns }()
	padded := bytes.Repeat([]byte(" "), s.size)
	copy(padded, line)
	var file bytes.Buffer
	w, err := age.Encrypt(&file, s.recipient)
	if err != nil {
		return nil, err
	}
	_, err = w.Write(padded)
	if err := errors.Join(err, w.Close()); err != nil {
		return nil, err
	}
	return []byte(before + base64.StdEncoding.EncodeToString(file.Bytes()) + after), nil
}

// Open returns the line that a sealed one hides, without its padding.
// ErrNotSealed or ErrShut. One ciphertext has one written form, so two lines
// that differ are two sealings.
func Open(line []byte, identities ...age.Identity) ([]byte, error) {
	inside, ok := bytes.CutPrefix(line, []byte(before))
	inside, closed := bytes.CutSuffix(inside, []byte(after))
	if !ok || !closed || bytes.ContainsAny(inside, "\r\n") { // which base64 would skip
		return nil, ErrNotSealed
	}
	file, err := base64.StdEncoding.Strict().DecodeString(string(inside))
	if err != nil {
		return nil, ErrNotSealed
	}
	r, err := age.Decrypt(bytes.NewReader(file), identities...)
	if err != nil {
		return nil, ErrShut
	}
	padded, err := io.ReadAll(r)
	if err != nil {
		return nil, ErrShut
	}
	return bytes.TrimRight(padded, " "), nil
}

// LineError is what is wrong with a line of a file, counted from 1. It never says
// what is in it.
type LineError struct {
	Line int
	Err  error
}

func (e *LineError) Error() string { return fmt.Sprintf("line %d: %v", e.Line, e.Err) }

func (e *LineError) Unwrap() error { return e.Err }

// atOnce is how many lines are read before they are opened, by all processors.
const atOnce = 256

// OpenAll opens the lines of a file, in their order. The last pair is an error, if
// there is one: that of lines; or a *LineError for a line that is the same as an
// earlier one, or else for the first that does not open. Nobody seals the same bytes
// twice, so that is a copy, and would count somebody's answer again. Nothing counts
// until all lines have been seen. Of each line eight bytes are kept in memory; where
// two are the same, lines are gone through once more.
func OpenAll(lines iter.Seq2[[]byte, error], identities ...age.Identity) iter.Seq2[[]byte, error] {
	return func(yield func([]byte, error) bool) {
		var marks []uint64
		var wrong error
		var batch [][]byte
		open := func() bool { // and hand on, up to the first that is wrong
			errs := make([]error, len(batch))
			var opening errgroup.Group
			opening.SetLimit(runtime.GOMAXPROCS(0))
			for i, line := range batch {
				opening.Go(func() error {
					batch[i], errs[i] = Open(line, identities...)
					return nil
				})
			}
			opening.Wait()
			for i, line := range batch {
				if errs[i] != nil {
					wrong = &LineError{len(marks) - len(batch) + i + 1, errs[i]}
					break
				}
				if !yield(line, nil) {
					return false
				}
			}
			batch = batch[:0]
			return true
		}
		for line, err := range lines {
			if err != nil {
				yield(nil, err)
				return
			}
			marks = append(marks, maphash.Bytes(seed, line))
			if wrong != nil {
				continue
			}
			if batch = append(batch, bytes.Clone(line)); len(batch) == atOnce && !open() {
				return
			}
		}
		if wrong == nil && !open() {
			return
		}
		if err := cmp.Or(copied(lines, marks), wrong); err != nil {
			yield(nil, err)
		}
	}
}

var seed = maphash.MakeSeed()

// copied finds the first line that is the same as an earlier one. Marks are those of
// the lines: the same for the same line.
func copied(lines iter.Seq2[[]byte, error], marks []uint64) error {
	slices.Sort(marks)
	twice := map[uint64]bool{}
	for i, mark := range marks {
		if i > 0 && mark == marks[i-1] {
			twice[mark] = true
		}
	}
	if len(twice) == 0 {
		return nil
	}
	seen := map[string]int{}
	n := 0
	for line, err := range lines {
		if err != nil {
			return err
		}
		if n++; !twice[maphash.Bytes(seed, line)] {
			continue
		}
		if first, ok := seen[string(line)]; ok {
			return &LineError{n, fmt.Errorf("seal: a copy of line %d", first)}
		}
		seen[string(line)] = n
	}
	return nil
}
