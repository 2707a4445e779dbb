package collector

// The scripts in testdata/http: requests as text, and what must come back. Each
// block is one request, each file one service on the site of testdata/site.txtar
// at 2026-11-05T09:00:00+09:00.
//
//	POST /answers/autumn
//	> Name: value          a header; form: and json: set the media type and the body
//	form: q1=2&comment=あ   {あ*5} stands for あああああ
//	status 303
//	header Location: …     the whole value; "header Name:" says that it is absent
//	has …                  part of the body; lacks … is not
//
// At the end, "stored ID N" says how many answers have been stored in all.

import (
	"encoding/json"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"
)

func TestScripts(t *testing.T) {
	scripts, err := filepath.Glob("testdata/http/*.txt")
	if err != nil || len(scripts) == 0 {
		t.Fatal("no scripts", err)
	}
	for _, script := range scripts {
		t.Run(strings.TrimSuffix(filepath.Base(script), ".txt"), func(t *testing.T) {
			t.Parallel()
			text, err := os.ReadFile(script)
			if err != nil {
				t.Fatal(err)
			}
			h := start(t, Config{})
			for _, b := range blocks(string(text)) {
				if strings.HasPrefix(b.lines[0], "stored ") {
					h.stop()
					for _, line := range b.lines {
						f := strings.Fields(line)
						if got := len(h.stored(f[1])); strconv.Itoa(got) != f[2] {
							t.Errorf("%s:%d: %s answers stored, want %s", script, b.line, strconv.Itoa(got), f[2])
						}
					}
					continue
				}
				b.run(t, script, h.url)
			}
		})
	}
}

type block struct {
	line  int
	lines []string
}

func blocks(text string) (all []block) {
	open := false
	for i, line := range strings.Split(text, "\n") {
		line = strings.TrimSpace(line)
		switch {
		case strings.HasPrefix(line, "#"):
		case line == "":
			open = false
		case !open:
			all = append(all, block{line: i + 1})
			open = true
			fallthrough
		default:
			b := &all[len(all)-1]
			b.lines = append(b.lines, line)
		}
	}
	return all
}

var repeated = regexp.MustCompile(`\{([^{}*]+)\*(\d+)\}`)

func expand(s string) string {
	return repeated.ReplaceAllStringFunc(s, func(m string) string {
		p := repeated.FindStringSubmatch(m)
		n, _ := strconv.Atoi(p[2])
		return strings.Repeat(p[1], n)
	})
}

func (b block) run(t *testing.T, script, url string) {
	t.Helper()
	bad := func(format string, args ...any) {
		t.Helper()
		t.Errorf("%s:%d: %s: "+format, append([]any{script, b.line, b.lines[0]}, args...)...)
	}
	method, path, _ := strings.Cut(b.lines[0], " ")
	req, err := http.NewRequest(method, url+path, nil)
	if err != nil {
		t.Fatal(err)
	}
	setBody := func(media, body string) {
		if media != "" {
			req.Header.Set("Content-Type", media)
		}
		body = expand(body)
		req.Body, req.ContentLength = io.NopCloser(strings.NewReader(body)), int64(len(body))
	}
	var res *http.Response
	var body string
	for _, line := range b.lines[1:] {
		word, rest, _ := strings.Cut(line, " ")
		rest = strings.TrimSpace(rest)
		switch word {
		case ">":
			name, value, _ := strings.Cut(rest, ":")
			req.Header.Set(name, strings.TrimSpace(value))
			continue
		case "form:":
			setBody("application/x-www-form-urlencoded", rest)
			continue
		case "json:":
			setBody("application/json", rest)
			continue
		case "body:":
			setBody("", rest)
			continue
		}
		if res == nil {
			if res, err = noRedirect.Do(req); err != nil {
				t.Fatal(err)
			}
			content, err := io.ReadAll(res.Body)
			res.Body.Close()
			if err != nil {
				t.Fatal(err)
			}
			body = string(content)
			b.always(bad, path, res, body)
		}
		switch word {
		case "status":
			if got := strconv.Itoa(res.StatusCode); got != rest {
				bad("status %s, want %s\n%s", got, rest, body)
			}
		case "header":
			name, want, _ := strings.Cut(rest, ":")
			if got := res.Header.Get(name); got != strings.TrimSpace(want) {
				bad("%s: %q, want %q", name, got, strings.TrimSpace(want))
			}
		case "has":
			if !strings.Contains(body, rest) {
				bad("body lacks %q:\n%s", rest, body)
			}
		case "lacks":
			if strings.Contains(body, rest) {
				bad("body has %q:\n%s", rest, body)
			}
		default:
			t.Fatalf("%s:%d: unknown word %q", script, b.line, word)
		}
	}
}

// always holds for every response.
func (b block) always(bad func(string, ...any), path string, res *http.Response, body string) {
	csp := res.Header.Get("Content-Security-Policy")
	for _, rule := range []string{"default-src 'none'", "script-src 'self'", "style-src 'self'", "img-src 'self'",
		"connect-src 'self'", "form-action 'self'", "base-uri 'none'", "frame-ancestors 'none'"} {
		if !strings.Contains(csp+";", rule+";") {
			bad("policy lacks %s", rule)
		}
	}
	if strings.Contains(csp, "unsafe") {
		bad("policy %s", csp)
	}
	for name, want := range map[string]string{"X-Content-Type-Options": "nosniff", "X-Frame-Options": "DENY", "Referrer-Policy": "strict-origin"} {
		if got := res.Header.Get(name); got != want {
			bad("%s %q", name, got)
		}
	}
	if len(res.Header["Set-Cookie"]) > 0 {
		bad("a cookie")
	}
	if got := res.Header.Get("Cache-Control"); strings.HasPrefix(path, "/answers/") && got != "no-store" {
		bad("Cache-Control %q", got)
	}
	if res.StatusCode == 503 && res.Header.Get("Retry-After") == "" {
		bad("no Retry-After")
	}
	media := res.Header.Get("Content-Type")
	switch {
	case media == "application/problem+json":
		var p struct {
			Title, Detail string
			Status        int
		}
		if err := json.Unmarshal([]byte(body), &p); err != nil || p.Status != res.StatusCode || p.Title == "" || p.Detail == "" {
			bad("problem details %v %+v", err, p)
		}
	case res.StatusCode >= 400 && body != "":
		ours := strings.Contains(body, `lang="ja"`) || strings.Contains(body, "error-summary")
		if media != "text/html; charset=utf-8" || !ours {
			bad("not a Japanese page: %s", media)
		}
	}
}
