package survey

// What a person sent, before anybody asks whether it answers the questions.

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"iter"
	"net/url"
	"regexp"
	"strings"
	"unicode/utf8"

	"github.com/go-json-experiment/json/jsontext"
)

// ErrMalformed is wrapped by what ParseForm and ParseJSON return: the body is
// no form, or no flat JSON object. The error says which rule was broken and
// never repeats anything of the body.
var ErrMalformed = errors.New("malformed body")

// Input is the names and values of one submission, as sent. The zero value is
// an empty one. It is only read, so it may be shared.
type Input struct {
	pairs []pair // in the order sent; a JSON array gives one pair for each element
}

type pair struct {
	name, value string
	shape       shape
	listed      bool // an element of a JSON array
}

// shape is how a value was written.
type shape uint8

const (
	words   shape = iota // a form's value or a JSON string
	literal              // a JSON number, true or false: value is its text
	nothing              // null, or an array without elements: value is empty
)

// likelyPairs is as many as most answers have.
const likelyPairs = 32

// Get returns the values sent under a name as strings, in the order sent; nil
// if there are none.
func (in Input) Get(name string) []string {
	var values []string
	for sent, value := range in.All() {
		if sent == name {
			values = append(values, value)
		}
	}
	return values
}

// All gives the names and values as strings, in the order sent.
func (in Input) All() iter.Seq2[string, string] {
	return func(yield func(name, value string) bool) {
		for _, p := range in.pairs {
			if p.shape != nothing && !yield(p.name, p.value) {
				return
			}
		}
	}
}

// onceWord is what may tell one sending from another.
var onceWord = regexp.MustCompile(`^[A-Za-z0-9_-]{16,64}$`)

// Once returns the random word that this submission and each repeat of it hold,
// or "" where there is none, or none that Validate would take.
func (in Input) Once() string {
	if sent := in.Get(OnceName); len(sent) == 1 && onceWord.MatchString(sent[0]) {
		return sent[0]
	}
	return ""
}

// ParseForm reads application/x-www-form-urlencoded. Pairs are told apart as
// the WHATWG URL Standard ("application/x-www-form-urlencoded parsing") does:
// by "&" alone, empty pairs are skipped, a pair without "=" has an empty
// value, "+" is a space. Unlike there a "%" without two hexadecimal digits and
// bytes that are not UTF-8 are refused, since both would change what was
// written. The body is not kept.
func ParseForm(body []byte) (Input, error) {
	in := Input{pairs: make([]pair, 0, likelyPairs)}
	for sent := range strings.SplitSeq(string(body), "&") {
		if sent == "" {
			continue
		}
		name, value, _ := strings.Cut(sent, "=")
		name, badName := url.QueryUnescape(name)
		value, badValue := url.QueryUnescape(value)
		if badName != nil || badValue != nil {
			return Input{}, fmt.Errorf("%w: form: bad percent-encoding", ErrMalformed)
		}
		if !utf8.ValidString(name) || !utf8.ValidString(value) {
			return Input{}, fmt.Errorf("%w: form: not UTF-8", ErrMalformed)
		}
		in.pairs = append(in.pairs, pair{name: name, value: value})
	}
	return in, nil
}

// ParseJSON reads one flat JSON object (RFC 8259) of strings, numbers,
// booleans, nulls and arrays of those. An object or array further in, invalid
// UTF-8, a surrogate without its other half, a byte order mark, anything after
// the object, and a repeated name are refused; names are compared after their
// escapes are undone (RFC 8259 section 4 only says that they SHOULD be unique,
// RFC 7493 section 2.3 says MUST). The body is not kept.
func ParseJSON(body []byte) (Input, error) {
	in := Input{pairs: make([]pair, 0, likelyPairs)}
	if err := in.readObject(jsontext.NewDecoder(bytes.NewBuffer(body))); err != nil {
		return Input{}, err
	}
	return in, nil
}

func (in *Input) readObject(d *jsontext.Decoder) error {
	token, err := d.ReadToken()
	if err != nil {
		return brokenBy(err)
	}
	if token.Kind() != '{' {
		return fmt.Errorf("%w: json: not an object", ErrMalformed)
	}
	for d.PeekKind() != '}' {
		name, err := d.ReadToken()
		if err != nil {
			return brokenBy(err)
		}
		if err := in.readMember(d, pair{name: name.String()}); err != nil {
			return err
		}
	}
	d.ReadToken() // the brace
	if _, err := d.ReadToken(); err != io.EOF {
		return fmt.Errorf("%w: json: more than one value", ErrMalformed)
	}
	return nil
}

// readMember reads the value that belongs to the name in p, or all of an array.
func (in *Input) readMember(d *jsontext.Decoder, p pair) error {
	if d.PeekKind() != '[' {
		return in.readValue(d, p)
	}
	d.ReadToken()
	if p.listed = true; d.PeekKind() == ']' {
		in.pairs = append(in.pairs, pair{name: p.name, shape: nothing})
	}
	for d.PeekKind() != ']' {
		if err := in.readValue(d, p); err != nil {
			return err
		}
	}
	d.ReadToken()
	return nil
}

func (in *Input) readValue(d *jsontext.Decoder, p pair) error {
	token, err := d.ReadToken()
	if err != nil {
		return brokenBy(err)
	}
	switch token.Kind() {
	case '{', '[':
		return fmt.Errorf("%w: json: not flat", ErrMalformed)
	case 'n':
		p.shape = nothing
	case '"':
		p.value = token.String()
	default:
		p.shape, p.value = literal, token.String()
	}
	in.pairs = append(in.pairs, p)
	return nil
}

// brokenBy leaves out what the decoder says: it repeats names.
func brokenBy(err error) error {
	if errors.Is(err, jsontext.ErrDuplicateName) {
		return fmt.Errorf("%w: json: repeated name", ErrMalformed)
	}
	return fmt.Errorf("%w: json: not valid", ErrMalformed)
}
