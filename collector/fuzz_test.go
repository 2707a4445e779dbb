package collector

// Any body whatever, through the handler: it is stored or refused with a reason,
// never a panic, never a 500, never a word in the log. What the journal does
// meanwhile changes the coverage, so minimizing takes long and finds little:
//
//	go test ./collector -run - -fuzz FuzzForm -fuzzminimizetime 10x

import (
	"encoding/json"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/rogpeppe/go-internal/txtar"
	"golang.org/x/net/html"
)

// fuzzBody gives each body to the handler twice: what is refused once is
// refused again.
func fuzzBody(f *testing.F, media string, accepted int, seeds ...string) {
	site := f.TempDir()
	a, err := txtar.ParseFile("testdata/site.txtar")
	if err != nil {
		f.Fatal(err)
	}
	if err := txtar.Write(a, site); err != nil {
		f.Fatal(err)
	}
	log := new(lockedBuffer)
	s, err := New(Config{Site: site, Data: filepath.Join(f.TempDir(), "data"), Now: at(openDay), Log: slog.New(slog.NewTextHandler(log, nil))})
	if err != nil {
		f.Fatal(err)
	}
	f.Cleanup(func() { s.Close() })
	for _, seed := range seeds {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, body string) {
		var before *httptest.ResponseRecorder
		for range 2 {
			r := httptest.NewRequest(http.MethodPost, "/answers/autumn", strings.NewReader(body))
			r.Header.Set("Content-Type", media)
			w := httptest.NewRecorder()
			s.ServeHTTP(w, r)
			if !slices.Contains([]int{accepted, 400, 413, 422}, w.Code) {
				t.Fatal(w.Code)
			}
			if before != nil && (before.Code != w.Code || before.Body.String() != w.Body.String()) {
				t.Fatalf("first %d, then %d\n%s\n%s", before.Code, w.Code, before.Body, w.Body)
			}
			before = w
		}
		switch {
		case before.Code == accepted:
		case media == asJSON:
			var p struct {
				Status int
				Errors []struct{ Name, Message string }
			}
			if err := json.Unmarshal(before.Body.Bytes(), &p); err != nil || p.Status != before.Code {
				t.Fatalf("%v: %s", err, before.Body)
			}
			if before.Code == 422 && (len(p.Errors) == 0 || p.Errors[0].Message == "") {
				t.Fatalf("nothing to put right: %s", before.Body)
			}
		case before.Code == 422:
			doc, err := html.Parse(before.Body)
			if err != nil {
				t.Fatal(err)
			}
			if summary := byID(doc, "error-summary"); summary == nil || len(named(doc, "q1")) != 3 {
				t.Fatal("not the form with a summary")
			}
		}
		if said := log.String(); said != "" {
			t.Fatalf("in the log:\n%s", said)
		}
	})
}

func FuzzForm(f *testing.F) {
	fuzzBody(f, asForm, http.StatusSeeOther,
		goodForm, "", "&", "=", "%", "q1=2&q1=3", "q1=2&comment=%ff", "q1=2&comment=%00", "q1=2&comment=%3C%2Ftextarea%3E",
		"q1=2&%71%31=2", "q1=2&unit=", "q1=4&q3=zzz&q3=a", "ticket=x", "q1=2&comment=%E3%81%8B%E3%82%99")
}

func FuzzJSON(f *testing.F) {
	fuzzBody(f, asJSON, http.StatusCreated,
		goodJSON, "", "{}", "[]", "null", `{"q1":2,"q1":2}`, `{"q1":2,"\u00711":2}`, `{"q1":1e999}`, `{"q1":[[]]}`, `{"q1":2,"comment":"\ud842"}`,
		`{"q1":2,"comment":"\u0000"}`, `{"":""}`, `{"q1":"2","unit":null,"q3":[]}`, `{"q1":true,"unit":1,"q3":["a","a"],"comment":[]}`, "\ufeff{}")
}
