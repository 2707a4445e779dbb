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
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"runtime"

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

// OpenAll opens the lines of a file, many at once. The error names a line,
// counted from 1, and never says what is in it: one that does not open, or one
// that is the same as an earlier one. Nobody seals the same bytes twice, so
// that is a copy, and would count somebody's answer again.
func OpenAll(lines [][]byte, identities ...age.Identity) ([][]byte, error) {
	seen := make(map[string]int, len(lines))
	for i, line := range lines {
		if first, ok := seen[string(line)]; ok {
			return nil, fmt.Errorf("line %d: seal: a copy of line %d", i+1, first)
		}
		seen[string(line)] = i + 1
	}
	opened := make([][]byte, len(lines))
	var opening errgroup.Group
	opening.SetLimit(runtime.GOMAXPROCS(0))
	for i, line := range lines {
		opening.Go(func() (err error) {
			if opened[i], err = Open(line, identities...); err != nil {
				return fmt.Errorf("line %d: %w", i+1, err)
			}
			return nil
		})
	}
	if err := opening.Wait(); err != nil {
		return nil, err
	}
	return opened, nil
}
