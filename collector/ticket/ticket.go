// Package ticket makes and reads the codes that let one person answer once.
//
// A code is 16 random characters, 80 bits, and a check character, written in
// groups as 7K3M-9Q0V-XA2D-T5HZY. Only its SHA-256 is ever stored, so whoever
// reads the disk can neither answer in somebody's place nor tell whose slip a
// code was on: at 80 bits the hashes cannot be searched either.
//
// The alphabet is Crockford's base 32: digits and capitals without I, L, O
// and U. What people mistake for another character is read as what was meant.
package ticket

import (
	"crypto/rand"
	"crypto/sha256"
	"errors"
	"slices"
	"strings"

	"golang.org/x/text/unicode/norm"
)

const (
	alphabet = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
	random   = 16 // characters of 5 bits each
	length   = random + 1
)

// ErrMistyped says that a text is no code: a character is missing, too many,
// not of the alphabet, or does not go with the check character. It says
// nothing about whether a well-formed code was ever given out.
var ErrMistyped = errors.New("ticket: mistyped")

// Code is a code in the form that is hashed: 17 characters of the alphabet,
// no hyphens, the check character last.
type Code string

// New returns a code of 80 bits from crypto/rand.
func New() Code {
	var bits [random]byte
	rand.Read(bits[:]) // never fails, and fills: crypto/rand since Go 1.24
	code := make([]byte, 0, length)
	for _, b := range bits {
		code = append(code, alphabet[b&31])
	}
	return Code(append(code, alphabet[check(string(code))]))
}

// Parse reads a code as people type it: full-width or lower case, with
// hyphens, dashes or spaces anywhere or nowhere, O for 0, I or L for 1. It
// returns ErrMistyped for anything else.
func Parse(typed string) (Code, error) {
	if len(typed) > 16*length { // no honest typing is longer, whatever the width
		return "", ErrMistyped
	}
	var code strings.Builder
	for _, r := range strings.ToUpper(norm.NFKC.String(typed)) {
		switch r {
		case ' ', '-', '_', '‐', '‑', '‒', '–', '—', '―', '−', '─', 'ー', '\t', '\r', '\n',
			'\u00ad', '\u200b', '\ufeff': // nobody sees these, but copying brings them
			continue
		case 'O':
			r = '0'
		case 'I', 'L':
			r = '1'
		}
		if !strings.ContainsRune(alphabet, r) {
			return "", ErrMistyped
		}
		code.WriteRune(r)
	}
	c := code.String()
	if len(c) != length || alphabet[check(c[:random])] != c[random] {
		return "", ErrMistyped
	}
	return Code(c), nil
}

// String returns the code as it is printed, in groups of four, four, four and
// five.
func (c Code) String() string {
	return string(c[:4] + "-" + c[4:8] + "-" + c[8:12] + "-" + c[12:])
}

// Hash is what is kept of a code: SHA-256 of its 17 characters.
func (c Code) Hash() [sha256.Size]byte { return sha256.Sum256([]byte(c)) }

// check is the sum over GF(32), modulo the primitive x⁵+x²+1, of each character
// times a weight of its own: the i-th, counted from 1, weighs 2 to the power of
// i, the check character 1. As no weight is 0 and no two are the same, every
// single wrong character and every swap of two is found.
func check(code string) int {
	sum := 0
	for _, c := range slices.Backward([]byte(code)) {
		sum = (sum ^ strings.IndexByte(alphabet, c)) << 1
		if sum >= 32 {
			sum ^= 0b100101
		}
	}
	return sum
}
