package collector

// Tickets at the front door: one answer for each, however it is written,
// whatever goes wrong in between.

import (
	"bytes"
	"encoding/hex"
	"fmt"
	"io"
	"io/fs"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"

	"staffplan/collector/ticket"
)

// slips is a survey that takes tickets, and its form.
const slips = `{"id":"slips","title":"券のアンケート","opens":"2026-11-01T00:00:00+09:00","closes":"2026-11-30T23:59:59+09:00",
 "access":"ticket","sealed_to":"","release":10,"minimum":10,"minimum_comments":10,"previous":"","headcount":{},
 "questions":[
  {"id":"q1","kind":"scale","text":"誇り","required":true,"labels":["1","2","3"]},
  {"id":"comment","kind":"text","text":"自由に","max":20}]}`

const slipsForm = `<!doctype html><html lang="ja"><title>券のアンケート</title><main><h1>券のアンケート</h1>
<form method="post" action="/answers/slips"><div><label for="ticket">回答券の番号</label>
<p id="ticket-hint">配られた紙</p><input type="text" name="ticket" id="ticket" aria-describedby="ticket-hint"></div>
<fieldset><legend>誇り</legend><input type="radio" name="q1" value="1"><input type="radio" name="q1" value="2"></fieldset>
<textarea name="comment"></textarea></form></main></html>`

// ticketHouse serves that survey, with so many tickets given out.
func ticketHouse(t *testing.T, definition string, n int) (*house, []ticket.Code) {
	t.Helper()
	site, data := t.TempDir(), filepath.Join(t.TempDir(), "data")
	unpack(t, "testdata/site.txtar", site)
	add(t, site, definition, slipsForm)
	codes := give(t, data, "slips", n)
	return start(t, Config{Site: site, Data: data}), codes
}

func withTicket(code string) string { return fmt.Sprintf(`{"q1":2,"ticket":%q}`, code) }

func wide(s string) string {
	return strings.Map(func(r rune) rune {
		if r >= '!' && r <= '~' {
			return r + 0xFEE0
		}
		return r
	}, s)
}

// However a code is written, it is the same ticket: it takes one answer, and
// each other writing is then a used one.
func TestTicketInEveryWriting(t *testing.T) {
	writings := map[string]func(ticket.Code) string{
		"as printed": ticket.Code.String,
		"no hyphens": func(c ticket.Code) string { return string(c) },
		"lower case": func(c ticket.Code) string { return strings.ToLower(c.String()) },
		"full width": func(c ticket.Code) string { return wide(c.String()) },
		"full lower": func(c ticket.Code) string { return strings.ToLower(wide(string(c))) },
		"spaces":     func(c ticket.Code) string { return "　" + strings.ReplaceAll(c.String(), "-", " ") + " " },
		"O for 0":    func(c ticket.Code) string { return strings.ReplaceAll(c.String(), "0", "O") },
		"o for 0":    func(c ticket.Code) string { return strings.ReplaceAll(c.String(), "0", "ｏ") },
		"I for 1":    func(c ticket.Code) string { return strings.ReplaceAll(c.String(), "1", "I") },
		"l for 1":    func(c ticket.Code) string { return strings.ReplaceAll(c.String(), "1", "l") },
	}
	h, codes := ticketHouse(t, slips, 2*len(writings))
	for name, write := range writings {
		for way, send := range map[string]func(typed string) int{
			"json": func(typed string) int {
				status, _ := h.sendJSON("/answers/slips", withTicket(typed))
				return status
			},
			"form": func(typed string) int {
				res, _ := h.sendForm("/answers/slips", url.Values{"q1": {"2"}, "ticket": {typed}})
				return res.StatusCode
			},
		} {
			code := codes[0]
			codes = codes[1:]
			want := map[string]int{"json": http.StatusCreated, "form": http.StatusSeeOther}[way]
			if got := send(write(code)); got != want {
				t.Errorf("%s, %s: %d, want %d", name, way, got, want)
			}
			for other, again := range writings {
				if got := send(again(code)); got != 422 {
					t.Errorf("%s, %s, then %s: %d, want 422", name, way, other, got)
				}
			}
		}
	}
	h.stop()
	if got := len(h.stored("slips")); got != 2*len(writings) {
		t.Errorf("%d answers stored, want %d", got, 2*len(writings))
	}
}

func TestTicketRefused(t *testing.T) {
	h, codes := ticketHouse(t, slips, 3)
	used, free := codes[0].String(), codes[1].String()
	if status, _ := h.sendJSON("/answers/slips", withTicket(used)); status != 201 {
		t.Fatal(status)
	}
	mistyped := []byte(free)
	if mistyped[0]++; !strings.ContainsAny(string(mistyped[:1]), "123456789BCDEFGHJKMNPQRSTVWXYZ") {
		mistyped[0] = 'A'
	}
	told := map[string]string{}
	for _, test := range []struct{ name, body, want string }{
		{"missing", `{"q1":2}`, "書いてください"},
		{"blank", `{"q1":2,"ticket":"　"}`, "書いてください"},
		{"mistyped", withTicket(string(mistyped)), "書き間違い"},
		{"a character less", withTicket(free[1:]), "書き間違い"},
		{"nonsense", withTicket("\n券" + strings.Repeat("-", 1000)), "書き間違い"},
		{"unknown", withTicket(ticket.New().String()), "配っていません"},
		{"twice", `{"q1":2,"ticket":["` + free + `","` + free + `"]}`, "一つだけ"},
	} {
		status, fields := h.sendJSON("/answers/slips", test.body)
		if status != 422 || len(fields) != 1 || !strings.Contains(fields["ticket"], test.want) {
			t.Errorf("%s: %d %v, want 422 and %q", test.name, status, fields, test.want)
		}
		told[fields["ticket"]] = test.name
	}
	if len(told) != 4 {
		t.Errorf("the reasons are not told apart: %v", told)
	}

	// All that is wrong is told at once, as far as the journal is not needed.
	status, fields := h.sendJSON("/answers/slips", `{"ticket":"`+string(mistyped)+`","comment":"`+strings.Repeat("あ", 21)+`","x":1}`)
	if status != 422 || len(fields) != 4 {
		t.Errorf("several: %d %v", status, fields)
	}
	// A wrong answer reserves nothing, and neither does a wrong ticket.
	if status, fields := h.sendJSON("/answers/slips", `{"q1":9,"ticket":"`+free+`"}`); status != 422 || fields["ticket"] != "" {
		t.Errorf("a wrong answer: %d %v", status, fields)
	}
	if status, _ := h.sendJSON("/answers/slips", withTicket(free)); status != 201 {
		t.Errorf("after a wrong answer: %d", status)
	}
	// Where none is asked.
	if status, fields := h.sendJSON("/answers/autumn", withTicket(codes[2].String())); status != 422 || !strings.Contains(fields["ticket"], "いりません") {
		t.Errorf("none asked: %d %v", status, fields)
	}
	if log := h.log.String(); log != "" {
		t.Errorf("the log: %s", log)
	}
	h.stop()
	if got := len(h.stored("slips")); got != 2 {
		t.Errorf("%d answers stored, want 2", got)
	}
}

// A wrong code comes back with the rest, and the message at the field.
func TestTicketOnThePage(t *testing.T) {
	h, _ := ticketHouse(t, slips, 1)
	form := url.Values{"q1": {"2"}, "ticket": {strings.ToLower(ticket.New().String())}, "comment": {"窓口の話"}}
	res, doc := h.sendForm("/answers/slips", form)
	if res.StatusCode != 422 {
		t.Fatal(res.StatusCode)
	}
	field := byID(doc, "ticket")
	if value, _ := attr(field, "value"); value != form.Get("ticket") {
		t.Errorf("the field holds %q", value)
	}
	if invalid, _ := attr(field, "aria-invalid"); invalid != "true" {
		t.Error("the field is not marked")
	}
	if described, _ := attr(field, "aria-describedby"); described != "ticket-hint error-ticket" {
		t.Errorf("described by %q", described)
	}
	for _, place := range []string{"error-ticket", "error-summary"} {
		if n := byID(doc, place); n == nil || !strings.Contains(textOf(n), "配っていません") {
			t.Errorf("%s does not say it", place)
		}
	}
	if marked(doc, "q1") != "2" || textOf(named(doc, "comment")[0]) != "窓口の話" {
		t.Error("the rest of the form is lost")
	}
}

// Who sends with a used ticket is told that there is nothing more to do, and by
// nothing that there is.
func TestUsedTicket(t *testing.T) {
	h, codes := ticketHouse(t, slips, 1)
	form := url.Values{"q1": {"2"}, "ticket": {codes[0].String()}, "comment": {"窓口の話"}}
	if res, _ := h.sendForm("/answers/slips", form); res.StatusCode != 303 {
		t.Fatal(res.StatusCode)
	}
	contradicts := func(text string) bool {
		for _, words := range []string{"保存していません", "もう一度", "直して"} {
			if strings.Contains(text, words) {
				return true
			}
		}
		return !strings.Contains(text, "すでに受け取っています") || !strings.Contains(text, "何もしなくて")
	}
	form.Set("comment", "窓口の話の続き")
	res, doc := h.sendForm("/answers/slips", form)
	said := textOf(doc)
	if res.StatusCode != 422 || contradicts(said) || !strings.Contains(said, "窓口の話の続き") || strings.Contains(said, codes[0].String()) {
		t.Error(res.Status, said)
	}
	if len(named(doc, "ticket"))+len(named(doc, "comment")) > 0 {
		t.Error("there is a form")
	}
	reply, err := noRedirect.Post(h.url+"/answers/slips", asJSON, strings.NewReader(withTicket(codes[0].String())))
	if err != nil {
		t.Fatal(err)
	}
	defer reply.Body.Close()
	problem, err := io.ReadAll(reply.Body)
	if err != nil || reply.StatusCode != 422 || contradicts(string(problem)) || !strings.Contains(string(problem), `"type":"urn:staffplan:ticket-used"`) {
		t.Error(reply.Status, string(problem), err)
	}
}

// A hundred at once with one ticket, while others answer: one of them is taken,
// the other 99 are told that it is used.
func TestOneTicketManyAtOnce(t *testing.T) {
	h, codes := ticketHouse(t, slips, 31)
	const tries = 100
	statuses, fields := make([]int, tries), make([]map[string]string, tries)
	var senders sync.WaitGroup
	for i := range tries {
		senders.Go(func() { statuses[i], fields[i] = h.sendJSON("/answers/slips", withTicket(codes[0].String())) })
	}
	for _, code := range codes[1:] {
		senders.Go(func() {
			if status, _ := h.sendJSON("/answers/slips", withTicket(code.String())); status != 201 {
				t.Errorf("another ticket: %d", status)
			}
		})
	}
	senders.Wait()
	taken := 0
	for i, status := range statuses {
		switch {
		case status == 201:
			taken++
		case status != 422 || len(fields[i]) > 0:
			t.Errorf("%d %v", status, fields[i])
		}
	}
	if taken != 1 {
		t.Errorf("%d of %d taken", taken, tries)
	}
	h.stop()
	if got := len(h.stored("slips")); got != 31 {
		t.Errorf("%d answers stored, want 31", got)
	}
}

// A ticket stays used over releases, restarts and closing; what is stored links
// no ticket with an answer: the answers hold none, and while the survey is open
// a bit is all that says which are spent.
func TestTicketStaysUsed(t *testing.T) {
	h, codes := ticketHouse(t, slips, 40)
	site, data := h.site, h.data
	for i, code := range codes[:25] {
		if status, fields := h.sendJSON("/answers/slips", fmt.Sprintf(`{"q1":%d,"ticket":%q,"comment":"話%d"}`, 1+i%3, code, i)); status != 201 {
			t.Fatal(status, fields)
		}
	}
	for round := range 3 { // across the releases that happen meanwhile, and starts
		h.stop()
		h = start(t, Config{Site: site, Data: data})
		used, next := codes[:25+round], codes[25+round]
		for _, code := range used {
			if status, fields := h.sendJSON("/answers/slips", withTicket(code.String())); status != 422 || len(fields) > 0 {
				t.Errorf("%d %v", status, fields)
			}
		}
		if status, _ := h.sendJSON("/answers/slips", withTicket(next.String())); status != 201 {
			t.Error(status)
		}
	}
	h.stop()
	bits, err := os.ReadFile(filepath.Join(data, "slips", "spent.bits"))
	if err != nil || len(bits) != 5 || bytes.Equal(bits, make([]byte, 5)) {
		t.Errorf("spent.bits: %x, %v", bits, err)
	}
	if got := len(h.stored("slips")); got != 28 {
		t.Errorf("%d answers stored, want 28", got)
	}
	later := start(t, Config{Site: site, Data: data, Now: at("2027-01-01T00:00:00+09:00")})
	later.stop()
	spent := lines(t, filepath.Join(data, "slips", "spent.txt"))
	if len(spent) != 28 || !slices.IsSorted(spent) {
		t.Errorf("%d spent, want 28, sorted", len(spent))
	}
	lines := lines(t, filepath.Join(data, "slips", "responses.jsonl"))
	want := func(s string) bool {
		return s == `{"survey":"slips","answers":{"q1":1}}` || s == `{"survey":"slips","answers":{"q1":2}}` || s == `{"survey":"slips","answers":{"q1":3}}`
	}
	for _, line := range lines {
		if !want(line) {
			t.Errorf("stored %s", line)
		}
	}
	err = filepath.WalkDir(data, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		text, err := os.ReadFile(path)
		for _, code := range codes {
			hash := code.Hash()
			list := strings.HasSuffix(path, "spent.txt") || strings.HasSuffix(path, "tickets.txt")
			if bytes.Contains(text, []byte(code)) || !list && (bytes.Contains(text, hash[:]) || bytes.Contains(text, []byte(hex.EncodeToString(hash[:])))) {
				t.Errorf("%s holds a ticket", path)
			}
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}

// Tickets alone bind nothing: slips are printed before a survey opens, and its
// questions may change until somebody answers.
func TestTicketsDoNotBindTheQuestions(t *testing.T) {
	h, codes := ticketHouse(t, slips, 1)
	h.stop()
	add(t, h.site, strings.Replace(slips, `"max":20`, `"max":10`, 1), slipsForm)
	h = start(t, Config{Site: h.site, Data: h.data})
	if status, fields := h.sendJSON("/answers/slips", withTicket(codes[0].String())); status != 201 {
		t.Fatal(status, fields)
	}
	h.stop()
	add(t, h.site, strings.Replace(slips, `"max":20`, `"max":9`, 1), slipsForm)
	if _, err := tryStart(t, Config{Site: h.site, Data: h.data}); err == nil || !strings.Contains(err.Error(), "questions[1].max") {
		t.Errorf("after an answer: %v", err)
	}
}
