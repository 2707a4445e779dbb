package survey

// What a person sent, before anybody asks whether it answers the questions.

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"sync"
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
	number               // a JSON number, value is its text
	truth                // true or false, value is its text
	nothing              // null, or an array without elements
)

// Get returns the values sent under a name as strings, in the order sent, to
// fill the page again; nil if there are none.
func (in Input) Get(name string) []string {
	var values []string
	for _, p := range in.pairs {
		if p.name == name && p.shape != nothing {
			values = append(values, p.value)
		}
	}
	return values
}

// ParseForm reads application/x-www-form-urlencoded. Pairs are told apart as
// the WHATWG URL Standard ("application/x-www-form-urlencoded parsing") does:
// by "&" alone, empty pairs are skipped, a pair without "=" has an empty
// value, "+" is a space. Unlike there a "%" without two hexadecimal digits and
// bytes that are not UTF-8 are refused, since both would change what was
// written. The body is not kept.
func ParseForm(body []byte) (Input, error) {
	// Decoding never makes anything longer, so one buffer takes all of it.
	decoded := make([]byte, 0, len(body))
	type span struct{ start, middle, end int }
	spans := make([]span, 0, min(1+bytes.Count(body, []byte("&")), likelyPairs))
	for sent := range bytes.SplitSeq(body, []byte("&")) {
		if len(sent) == 0 {
			continue
		}
		name, value, _ := bytes.Cut(sent, []byte("="))
		s := span{start: len(decoded)}
		var ok bool
		if decoded, ok = appendDecoded(decoded, name); !ok {
			return Input{}, fmt.Errorf("%w: form: bad percent-encoding", ErrMalformed)
		}
		s.middle = len(decoded)
		if decoded, ok = appendDecoded(decoded, value); !ok {
			return Input{}, fmt.Errorf("%w: form: bad percent-encoding", ErrMalformed)
		}
		s.end = len(decoded)
		if !utf8.Valid(decoded[s.start:s.middle]) || !utf8.Valid(decoded[s.middle:]) {
			return Input{}, fmt.Errorf("%w: form: not UTF-8", ErrMalformed)
		}
		spans = append(spans, s)
	}
	text := string(decoded)
	in := Input{pairs: make([]pair, len(spans))}
	for i, s := range spans {
		in.pairs[i] = pair{name: text[s.start:s.middle], value: text[s.middle:s.end]}
	}
	return in, nil
}

// likelyPairs bounds what is set aside before anything is read.
const likelyPairs = 64

func appendDecoded(to, sent []byte) ([]byte, bool) {
	for i := 0; i < len(sent); i++ {
		switch c := sent[i]; c {
		case '+':
			to = append(to, ' ')
		case '%':
			if i+2 >= len(sent) {
				return to, false
			}
			high, low := hexadecimal[sent[i+1]], hexadecimal[sent[i+2]]
			if high > 15 || low > 15 {
				return to, false
			}
			to = append(to, high<<4|low)
			i += 2
		default:
			to = append(to, c)
		}
	}
	return to, true
}

// hexadecimal gives the value of a digit, and 255 for any other byte.
var hexadecimal = func() (table [256]byte) {
	for i := range table {
		table[i] = 255
	}
	for i, digit := range []byte("0123456789abcdef") {
		table[digit] = byte(i)
		table[bytes.ToUpper([]byte{digit})[0]] = byte(i)
	}
	return table
}()

// jsonReader is a decoder with the buffer it reads, kept for the next body.
type jsonReader struct {
	source  bytes.Buffer
	decoder jsontext.Decoder
}

var jsonReaders = sync.Pool{New: func() any { return new(jsonReader) }}

// ParseJSON reads one flat JSON object (RFC 8259) of strings, numbers,
// booleans, nulls and arrays of those. An object or array further in, invalid
// UTF-8, a surrogate without its other half, a byte order mark, anything after
// the object, and a repeated name are refused; names are compared after their
// escapes are undone (RFC 8259 section 4 only says that they SHOULD be unique,
// RFC 7493 section 2.3 says MUST). The body is not kept.
func ParseJSON(body []byte) (Input, error) {
	r := jsonReaders.Get().(*jsonReader)
	r.source = *bytes.NewBuffer(body)
	r.decoder.Reset(&r.source)
	defer func() {
		// No answer stays in the pool.
		r.source = bytes.Buffer{}
		r.decoder.Reset(&r.source)
		jsonReaders.Put(r)
	}()
	in := Input{pairs: make([]pair, 0, min(1+bytes.Count(body, []byte(",")), likelyPairs))}
	if err := in.readObject(&r.decoder, string(body)); err != nil {
		return Input{}, err
	}
	return in, nil
}

func (in *Input) readObject(d *jsontext.Decoder, body string) error {
	if d.PeekKind() != '{' {
		return broken(d)
	}
	if _, err := d.ReadToken(); err != nil {
		return brokenBy(err)
	}
	for d.PeekKind() != '}' {
		key, err := d.ReadValue()
		if err != nil {
			return brokenBy(err)
		}
		name := unquoted(d, key, body)
		if d.PeekKind() != '[' {
			if err := in.readScalar(d, body, pair{name: name}); err != nil {
				return err
			}
			continue
		}
		if _, err := d.ReadToken(); err != nil {
			return brokenBy(err)
		}
		if d.PeekKind() == ']' {
			in.pairs = append(in.pairs, pair{name: name, shape: nothing})
		}
		for d.PeekKind() != ']' {
			if err := in.readScalar(d, body, pair{name: name, listed: true}); err != nil {
				return err
			}
		}
		if _, err := d.ReadToken(); err != nil {
			return brokenBy(err)
		}
	}
	if _, err := d.ReadToken(); err != nil {
		return brokenBy(err)
	}
	if _, err := d.ReadToken(); err != io.EOF {
		return fmt.Errorf("%w: json: more than one value", ErrMalformed)
	}
	return nil
}

func (in *Input) readScalar(d *jsontext.Decoder, body string, p pair) error {
	kind := d.PeekKind()
	if kind == '{' || kind == '[' {
		return fmt.Errorf("%w: json: not flat", ErrMalformed)
	}
	value, err := d.ReadValue()
	if err != nil {
		return brokenBy(err)
	}
	switch kind {
	case '"':
		p.value = unquoted(d, value, body)
	case '0':
		p.shape, p.value = number, lastRead(d, value, body)
	case 't', 'f':
		p.shape, p.value = truth, lastRead(d, value, body)
	case 'n':
		p.shape = nothing
	}
	in.pairs = append(in.pairs, p)
	return nil
}

// lastRead is the value that was just read, as a part of body.
func lastRead(d *jsontext.Decoder, value jsontext.Value, body string) string {
	end := int(d.InputOffset())
	return body[end-len(value) : end]
}

func unquoted(d *jsontext.Decoder, value jsontext.Value, body string) string {
	if bytes.IndexByte(value, '\\') < 0 {
		quoted := lastRead(d, value, body)
		return quoted[1 : len(quoted)-1]
	}
	text, err := jsontext.AppendUnquote(nil, value)
	if err != nil {
		panic("survey: the decoder passed a string that is none") // it refuses those
	}
	return string(text)
}

// brokenBy leaves out what the decoder says: it repeats names.
func brokenBy(err error) error {
	if errors.Is(err, jsontext.ErrDuplicateName) {
		return fmt.Errorf("%w: json: repeated name", ErrMalformed)
	}
	return fmt.Errorf("%w: json: not valid", ErrMalformed)
}

// broken tells a value that is no object from one that is no JSON.
func broken(d *jsontext.Decoder) error {
	if _, err := d.ReadValue(); err != nil {
		return brokenBy(err)
	}
	return fmt.Errorf("%w: json: not an object", ErrMalformed)
}
