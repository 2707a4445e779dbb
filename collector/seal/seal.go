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
	"encoding/json"
	"errors"
	"fmt"
	"io"

	"filippo.io/age"
)

// ErrNotSealed says that a line is not of the form this package writes.
var ErrNotSealed = errors.New("seal: not a sealed line")

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

// Seal returns the sealed form of a line, without a newline. A line longer
// than the size would tell itself from the others, and is refused.
func (s *Sealer) Seal(line []byte) ([]byte, error) {
	if len(line) > s.size {
		return nil, fmt.Errorf("seal: a line of %d bytes does not fit into %d", len(line), s.size)
	}
	padded := bytes.Repeat([]byte(" "), s.size)
	copy(padded, line)
	var file bytes.Buffer
	w, err := age.Encrypt(&file, s.recipient)
	if err != nil {
		return nil, err
	}
	if _, err := w.Write(padded); err != nil {
		return nil, err
	}
	if err := w.Close(); err != nil {
		return nil, err
	}
	sealed := append(make([]byte, 0, base64.StdEncoding.EncodedLen(file.Len())+len(`{"sealed":""}`)), `{"sealed":"`...)
	sealed = base64.StdEncoding.AppendEncode(sealed, file.Bytes())
	return append(sealed, `"}`...), nil
}

// Open returns the line that a sealed one hides, without its padding.
// ErrNotSealed, or age's error where no identity fits or the line was changed.
func Open(line []byte, identities ...age.Identity) ([]byte, error) {
	var form struct {
		Sealed []byte `json:"sealed"`
	}
	if err := json.Unmarshal(line, &form); err != nil || form.Sealed == nil {
		return nil, ErrNotSealed
	}
	r, err := age.Decrypt(bytes.NewReader(form.Sealed), identities...)
	if err != nil {
		return nil, err
	}
	padded, err := io.ReadAll(r)
	if err != nil {
		return nil, err
	}
	return bytes.TrimRight(padded, " "), nil
}
