package collector

// Sealed surveys at the front door: what is on disk says nothing without the
// key, and everything with it.

import (
	"bytes"
	"fmt"
	"io/fs"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"

	"filippo.io/age"

	"staffplan/collector/seal"
	"staffplan/collector/survey"
)

// sealedSurvey is a survey with two text questions, sealed to identity.
func sealedSurvey(recipient string) string {
	return `{"id":"secret","title":"封じたアンケート","opens":"2026-11-01T00:00:00+09:00","closes":"2026-11-30T23:59:59+09:00",
 "access":"open","sealed_to":"` + recipient + `","release":10,"minimum":10,"minimum_comments":10,"previous":"","headcount":{},
 "questions":[
  {"id":"q1","kind":"scale","text":"誇り","labels":["1","2","3"]},
  {"id":"q2","kind":"multi","text":"使うもの","options":[{"value":"phone","text":"電話","part_of":""},{"value":"mail","text":"メール","part_of":""}]},
  {"id":"comment","kind":"text","text":"自由に","max":200},
  {"id":"idea","kind":"text","text":"提案","max":50}]}`
}

func newKey(t testing.TB) *age.X25519Identity {
	t.Helper()
	identity, err := age.GenerateX25519Identity()
	if err != nil {
		t.Fatal(err)
	}
	return identity
}

func sealedHouse(t *testing.T, recipient string) *house {
	t.Helper()
	site := t.TempDir()
	unpack(t, "testdata/site.txtar", site)
	add(t, site, sealedSurvey(recipient), slipsForm)
	return start(t, Config{Site: site})
}

func TestSealedAnswers(t *testing.T) {
	identity := newKey(t)
	h := sealedHouse(t, identity.Recipient().String())
	var want, wantTexts []string
	var senders sync.WaitGroup
	for i := range 24 {
		body, answers, comment := fmt.Sprintf(`{"q1":%d}`, 1+i%3), fmt.Sprintf(`{"q1":%d}`, 1+i%3), ""
		switch i % 4 {
		case 1:
			comment = strings.Repeat("窓口の話", i)
			body = fmt.Sprintf(`{"q2":["mail","phone"],"comment":%q}`, comment)
			answers = `{"q2":["phone","mail"]}`
		case 2:
			comment = "ひとこと"
			body, answers = fmt.Sprintf(`{"comment":%q}`, comment), `{}`
		}
		want = append(want, `{"survey":"secret","answers":`+answers+`}`)
		wantTexts = append(wantTexts, fmt.Sprintf(`{"survey":"secret","question":"comment","text":%q}`, comment),
			`{"survey":"secret","question":"idea","text":""}`)
		senders.Go(func() {
			if status, fields := h.sendJSON("/answers/secret", body); status != 201 {
				t.Errorf("%d %v", status, fields)
			}
		})
	}
	senders.Wait()
	if res, _ := h.sendForm("/answers/secret", url.Values{"idea": {"案内板を大きく"}}); res.StatusCode != 303 {
		t.Fatal(res.StatusCode)
	}
	want = append(want, `{"survey":"secret","answers":{}}`)
	wantTexts = append(wantTexts, `{"survey":"secret","question":"comment","text":""}`, `{"survey":"secret","question":"idea","text":"案内板を大きく"}`)
	if status, _ := h.sendJSON("/answers/secret", `{"q1":4}`); status != 422 {
		t.Errorf("a wrong answer: %d", status)
	}

	// Nothing of an answer is on disk: not while it waits, not once released.
	h.stop()
	lacksPlain(t, h.data)
	h = start(t, Config{Site: h.site, Data: h.data, Now: at("2027-01-01T00:00:00+09:00")})
	h.stop()
	lacksPlain(t, h.data)

	for name, file := range map[string]struct {
		lines []string
		want  []string
	}{"answers": {textLines(readFile(t, filepath.Join(h.data, "secret", "responses.jsonl"))), want},
		"texts": {textLines(readFile(t, filepath.Join(h.data, "secret", "comments.jsonl"))), wantTexts}} {
		var got []string
		for _, line := range file.lines {
			if len(line) != len(file.lines[0]) {
				t.Errorf("%s: a line of %d bytes beside one of %d", name, len(line), len(file.lines[0]))
			}
			opened, err := seal.Open([]byte(line), identity)
			if err != nil {
				t.Fatal(name, err)
			}
			got = append(got, string(opened))
		}
		slices.Sort(got)
		if slices.Sort(file.want); !slices.Equal(got, file.want) {
			t.Errorf("%s:\n%s\nwant\n%s", name, strings.Join(got, "\n"), strings.Join(file.want, "\n"))
		}
	}
}

// lacksPlain wants no word of an answer in any file but the questions.
func lacksPlain(t *testing.T, data string) {
	t.Helper()
	err := filepath.WalkDir(data, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || d.Name() == "survey.json" {
			return err
		}
		text, err := os.ReadFile(path)
		for _, word := range []string{`answers`, `question`, "phone", "窓口", "ひとこと", "案内板"} {
			if bytes.Contains(text, []byte(word)) {
				t.Errorf("%s holds %q", path, word)
			}
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}

// The longest answer that may be sent is also one that can be sealed.
func TestSealedLongestAnswer(t *testing.T) {
	h := sealedHouse(t, newKey(t).Recipient().String())
	body := fmt.Sprintf(`{"q1":3,"q2":["phone","mail"],"comment":"%s","idea":"%s"}`, strings.Repeat("𠮷", 200), strings.Repeat("\\\\", 50))
	if status, fields := h.sendJSON("/answers/secret", body); status != 201 {
		t.Errorf("%d %v", status, fields)
	}
}

// A recipient that is none stops the start, with one line that says where, and
// does not repeat what may be the secret half.
func TestSealedToIsChecked(t *testing.T) {
	identity := newKey(t)
	good := identity.Recipient().String()
	for good[20] == good[21] { // which are swapped below
		identity = newKey(t)
		good = identity.Recipient().String()
	}
	for name, bad := range map[string]string{
		"a word":         "soumu",
		"mistyped":       good[:20] + string(good[21]) + string(good[20]) + good[22:],
		"the secret":     identity.String(),
		"two recipients": good + " " + good,
		"cut":            good[:len(good)-1],
	} {
		site := t.TempDir()
		unpack(t, "testdata/site.txtar", site)
		add(t, site, sealedSurvey(bad), slipsForm)
		_, err := tryStart(t, Config{Site: site})
		if err == nil || !strings.Contains(err.Error(), filepath.Join("secret", "survey.json")+": sealed_to: age の公開鍵") ||
			strings.Contains(err.Error(), bad) || strings.Contains(err.Error(), "\n") {
			t.Errorf("%s: %v", name, err)
		}
	}

	// Once there are answers, another key would leave some that it cannot open.
	h := sealedHouse(t, good)
	if status, _ := h.sendJSON("/answers/secret", `{"q1":1}`); status != 201 {
		t.Fatal(status)
	}
	for name, other := range map[string]string{"another": newKey(t).Recipient().String(), "none": "", "bad": "age1"} {
		add(t, h.site, sealedSurvey(other), slipsForm)
		before := h.log.String()
		h.server.Reload()
		if said := strings.TrimPrefix(h.log.String(), before); !strings.Contains(said, "sealed_to") {
			t.Errorf("%s: %s", name, said)
		}
	}
	if status, _ := h.sendJSON("/answers/secret", `{"q1":1}`); status != 201 {
		t.Errorf("after a refused reload: %d", status)
	}
}

// BenchmarkSealedEntry is one answer with one comment, so two sealings, on
// one core.
func BenchmarkSealedEntry(b *testing.B) {
	d, err := survey.Parse([]byte(sealedSurvey(newKey(b).Recipient().String())))
	if err != nil {
		b.Fatal(err)
	}
	d.Questions = d.Questions[:3]
	in, err := survey.ParseForm([]byte("q1=1&q2=mail&comment=" + url.QueryEscape(strings.Repeat("窓", 100))))
	if err != nil {
		b.Fatal(err)
	}
	encoder, n := NewEncoder(d), 0
	for b.Loop() {
		if _, wrong, err := encoder.Entry(in); err != nil || wrong != nil {
			b.Fatal(wrong, err)
		}
		n++
	}
	b.ReportMetric(float64(n)/b.Elapsed().Seconds(), "answers/s")
}
