package ticket_test

import (
	"crypto/sha256"
	"strings"
	"testing"

	"staffplan/collector/ticket"
)

func TestParseReadsWhatPeopleType(t *testing.T) {
	code := ticket.New()
	printed := code.String()
	wide := strings.Map(func(r rune) rune {
		if r >= '!' && r <= '~' {
			return r + 0xFEE0
		}
		return r
	}, printed)
	for name, typed := range map[string]string{
		"as printed":      printed,
		"no hyphens":      string(code),
		"lower case":      strings.ToLower(printed),
		"full width":      wide,
		"full lower":      strings.ToLower(wide),
		"spaces":          " " + strings.ReplaceAll(printed, "-", "　") + "\n",
		"long vowel mark": strings.ReplaceAll(printed, "-", "ー"),
		"ruled line":      strings.ReplaceAll(printed, "-", "─"),
		"copied":          "\ufeff" + strings.ReplaceAll(printed, "-", "\u00ad\u200b"),
		"O for 0":         strings.ReplaceAll(printed, "0", "O"),
		"I for 1":         strings.ReplaceAll(printed, "1", "I"),
		"l for 1":         strings.ReplaceAll(printed, "1", "l"),
	} {
		got, err := ticket.Parse(typed)
		if err != nil || got != code {
			t.Errorf("%s: Parse(%q) = %q, %v; want %q", name, typed, got, err, code)
		}
	}
	if code.Hash() != sha256.Sum256([]byte(strings.ReplaceAll(printed, "-", ""))) {
		t.Error("the hash is not that of the code in capitals without hyphens")
	}
}

// Slips that were printed earlier stay good.
func TestCheckCharacterStays(t *testing.T) {
	const printed = "7K3M-9Q0V-XA2D-T5HZY"
	if code, err := ticket.Parse(printed); err != nil || code.String() != printed {
		t.Errorf("%s is read as %q, %v", printed, code, err)
	}
}

// Every single wrong character, every swap of two and every missing or added
// one is told from a code that was never given out.
func TestMistypedIsFound(t *testing.T) {
	const alphabet = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
	refused := func(typed string) {
		t.Helper()
		if code, err := ticket.Parse(typed); err == nil || code != "" {
			t.Errorf("Parse(%q) = %q, %v; want ErrMistyped", typed, code, err)
		}
	}
	for range 50 {
		code := []byte(ticket.New())
		for i := range code {
			for _, c := range []byte(alphabet) {
				if c != code[i] {
					wrong := append([]byte(nil), code...)
					wrong[i] = c
					refused(string(wrong))
				}
			}
			for j := range i {
				if code[i] != code[j] {
					swapped := append([]byte(nil), code...)
					swapped[i], swapped[j] = code[j], code[i]
					refused(string(swapped))
				}
			}
			refused(string(code[:i]) + string(code[i+1:]))
		}
		refused(string(code) + "0")
	}
	refused("")
	refused("UUUU-UUUU-UUUU-UUUUU")
	refused(strings.Repeat("-", 1<<20))
}

// At 80 bits two codes alike among a hundred thousand would mean a broken
// source: the chance is under 1e-14.
func TestNewDoesNotRepeat(t *testing.T) {
	seen := map[ticket.Code]bool{}
	for range 100_000 {
		c := ticket.New()
		if seen[c] {
			t.Fatalf("%s came twice", c)
		}
		seen[c] = true
	}
}

func FuzzParse(f *testing.F) {
	f.Add(ticket.New().String())
	f.Add("７ｋ３ｍ－９ｑＯｖ")
	f.Add("\xff\xfe")
	f.Fuzz(func(t *testing.T, typed string) {
		code, err := ticket.Parse(typed)
		if err != nil {
			if code != "" {
				t.Errorf("an error and a code %q", code)
			}
			return
		}
		again, err := ticket.Parse(code.String())
		if err != nil || again != code {
			t.Errorf("%q is read as %q, which is read as %q, %v", typed, code, again, err)
		}
	})
}
