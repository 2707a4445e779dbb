package seal_test

import (
	"bytes"
	"encoding/base64"
	"strings"
	"testing"

	"filippo.io/age"

	"staffplan/collector/seal"
)

func key(t testing.TB) *age.X25519Identity {
	t.Helper()
	identity, err := age.GenerateX25519Identity()
	if err != nil {
		t.Fatal(err)
	}
	return identity
}

// What is sealed opens again with the key, and every line of a survey looks as
// long as every other.
func TestSealedLinesOpenAndAreAlike(t *testing.T) {
	identity := key(t)
	s, err := seal.New(identity.Recipient().String(), 4096)
	if err != nil {
		t.Fatal(err)
	}
	var length int
	seen := map[string]bool{}
	for _, line := range []string{`{}`, `{}`, `{"text":""}`, `{"text":"` + strings.Repeat("窓", 1000) + `"}`, strings.Repeat("x", 4096)} {
		sealed, err := s.Seal([]byte(line))
		if err != nil {
			t.Fatal(err)
		}
		if length == 0 {
			length = len(sealed)
		}
		if len(sealed) != length || seen[string(sealed)] || bytes.Contains(sealed, []byte("\n")) {
			t.Errorf("a sealed line of %d bytes is told from one of %d, or came twice", len(sealed), length)
		}
		seen[string(sealed)] = true
		if got, err := seal.Open(sealed, identity); err != nil || string(got) != line {
			t.Errorf("Open gives %d bytes, %v; want the %d sealed", len(got), err, len(line))
		}
		if got, err := seal.Open(sealed, key(t)); err == nil {
			t.Errorf("another key opens it to %q", got)
		}
	}
	if _, err := s.Seal(bytes.Repeat([]byte("x"), 4097)); err == nil {
		t.Error("a line longer than the size was sealed")
	}
}

// A changed character anywhere is found: age authenticates header and payload.
func TestChangedLineIsRefused(t *testing.T) {
	identity := key(t)
	s, err := seal.New(identity.Recipient().String(), 64)
	if err != nil {
		t.Fatal(err)
	}
	sealed, err := s.Seal([]byte(`{"text":"声"}`))
	if err != nil {
		t.Fatal(err)
	}
	raw, err := base64.StdEncoding.DecodeString(string(sealed[len(`{"sealed":"`) : len(sealed)-2]))
	if err != nil {
		t.Fatal(err)
	}
	for i := range raw {
		changed := bytes.Clone(raw)
		changed[i] ^= 1
		line := `{"sealed":"` + base64.StdEncoding.EncodeToString(changed) + `"}`
		if got, err := seal.Open([]byte(line), identity); err == nil {
			t.Fatalf("with byte %d changed it opens to %q", i, got)
		}
	}
}

func TestNotSealed(t *testing.T) {
	for _, line := range []string{``, `{}`, `{"sealed":1}`, `{"sealed":"?"}`, `{"survey":"x","answers":{}}`, `{"sealed":""}`} {
		if got, err := seal.Open([]byte(line), key(t)); err == nil || got != nil {
			t.Errorf("Open(%s) = %q, %v", line, got, err)
		}
	}
	if _, err := seal.New("age1nobody", 10); err == nil {
		t.Error("a recipient that is none was taken")
	}
}

func BenchmarkSeal(b *testing.B) {
	s, err := seal.New(key(b).Recipient().String(), 4096)
	if err != nil {
		b.Fatal(err)
	}
	for b.Loop() {
		if _, err := s.Seal([]byte(`{}`)); err != nil {
			b.Fatal(err)
		}
	}
}
