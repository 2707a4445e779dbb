package seal_test

import (
	"bytes"
	"encoding/base64"
	"errors"
	"fmt"
	"strings"
	"testing"

	"filippo.io/age"

	"staffplan/collector/seal"
)

// openAll opens lines and gathers them.
func openAll(lines [][]byte, identity age.Identity) (opened [][]byte, err error) {
	all := func(yield func([]byte, error) bool) {
		for _, line := range lines {
			if !yield(line, nil) {
				return
			}
		}
	}
	for line, err := range seal.OpenAll(all, identity) {
		if err != nil {
			return nil, err
		}
		opened = append(opened, line)
	}
	return opened, nil
}

// A file opens in its own order; one bad line is named by its number, and
// nothing of it is repeated.
func TestOpenAll(t *testing.T) {
	identity := key(t)
	s, err := seal.New(identity.Recipient().String(), 64)
	if err != nil {
		t.Fatal(err)
	}
	var sealed [][]byte
	for i := range 300 { // more than are read at once
		line, err := s.Seal(fmt.Appendf(nil, `{"n":%d}`, i))
		if err != nil {
			t.Fatal(err)
		}
		sealed = append(sealed, line)
	}
	opened, err := openAll(sealed, identity)
	if err != nil || len(opened) != len(sealed) {
		t.Fatalf("%d lines, %v", len(opened), err)
	}
	for i, line := range opened {
		if want := fmt.Sprintf(`{"n":%d}`, i); string(line) != want {
			t.Fatalf("line %d is %s, want %s", i+1, line, want)
		}
	}
	if opened, err := openAll(nil, identity); err != nil || len(opened) != 0 {
		t.Errorf("no lines: %d, %v", len(opened), err)
	}
	for _, test := range []struct {
		name string
		line []byte
		want string
	}{
		{"a copy", sealed[3], "line 151: seal: a copy of line 4"},
		{"not sealed", []byte(`{"survey":"x","answers":{"q1":1}}`), "line 151: " + seal.ErrNotSealed.Error()},
		{"somebody's words", []byte(`{"sealed":"` + base64.StdEncoding.EncodeToString([]byte("secret words")) + `"}`), "line 151: " + seal.ErrShut.Error()},
	} {
		lines := append([][]byte(nil), sealed...)
		lines[150] = test.line
		if opened, err := openAll(lines, identity); opened != nil || err == nil || err.Error() != test.want {
			t.Errorf("%s: %v, want %s", test.name, err, test.want)
		}
	}
	if opened, err := openAll(sealed, key(t)); opened != nil || !errors.Is(err, seal.ErrShut) {
		t.Errorf("another key: %v", err)
	}
}

// A copy cannot hide behind another way to write the same ciphertext.
func TestOneWrittenFormOnly(t *testing.T) {
	identity := key(t)
	s, err := seal.New(identity.Recipient().String(), 30) // so that base64 ends in padding
	if err != nil {
		t.Fatal(err)
	}
	line, err := s.Seal([]byte(`{}`))
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.HasSuffix(line, []byte(`="}`)) {
		t.Fatalf("no padding: %s", line)
	}
	text := string(line)
	inside := strings.TrimSuffix(strings.TrimPrefix(text, `{"sealed":"`), `"}`)
	last := strings.TrimRight(inside, "=")
	for name, other := range map[string]string{
		"a space":           strings.Replace(text, ":", ": ", 1),
		"an escape":         strings.Replace(text, "YWdl", `Y\u0057dl`, 1),
		"a line break":      strings.Replace(text, "YWdl", "YW\ndl", 1),
		"no padding":        strings.ReplaceAll(text, "=", ""),
		"one more field":    strings.Replace(text, `"}`, `","x":1}`, 1),
		"spare bits":        strings.Replace(text, last, last[:len(last)-1]+string(last[len(last)-1]+1), 1),
		"another name case": strings.Replace(text, "sealed", "Sealed", 1),
	} {
		if other == text {
			t.Fatalf("%s: the same line", name)
		}
		if got, err := seal.Open([]byte(other), identity); err == nil {
			t.Errorf("%s: opens to %q", name, got)
		}
	}
}
