package collector

// Files as they are sent: packed where that is the same page, and asked for again
// only where they have changed.

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// put writes a file of the site, as old as that.
func put(t *testing.T, site, name, content string, age time.Duration) {
	t.Helper()
	name = filepath.Join(site, name)
	if err := os.WriteFile(name, []byte(content), 0o666); err != nil {
		t.Fatal(err)
	}
	at := time.Now().Add(-age).Truncate(time.Second)
	if err := os.Chtimes(name, at, at); err != nil {
		t.Fatal(err)
	}
}

const prose = "人が語り合う職場にします。"

// A packed file is sent if it is the page, whatever the dates say, and else the
// page itself.
func TestPackedFile(t *testing.T) {
	h := start(t, Config{})
	const file = "plan/index.html"
	page := strings.Repeat(prose, 100) // longer than when it is packed
	for name, c := range map[string]struct {
		packed string
		age    time.Duration // of the packed file; the page is an hour old
		used   bool
	}{
		"of this build":            {gzipped(page), time.Hour, true},
		"copied with another date": {gzipped(page), 2 * time.Hour, true},
		"of another page":          {gzipped("前の版"), 0, false},
		"of as long a page":        {gzipped(strings.Replace(page, "人", "物", 1)), 0, false},
		"of a page that goes on":   {gzipped(page + "\x00"), 0, false},
		"cut short":                {gzipped(page)[:5], 0, false},
		"empty":                    {"", 0, false},
	} {
		t.Run(name, func(t *testing.T) {
			put(t, h.site, file, page, time.Hour)
			put(t, h.site, file+".gz", c.packed, c.age)
			res, body := h.get("/plan/", "Accept-Encoding: gzip, deflate, br")
			if used := res.Header.Get("Content-Encoding") == "gzip"; used != c.used || body != page {
				t.Errorf("packed %v, want %v; %d bytes, want %d", used, c.used, len(body), len(page))
			}
			if res.Header.Get("Vary") != "Accept-Encoding" || res.Header.Get("Content-Type") != "text/html; charset=utf-8" {
				t.Error(res.Header)
			}
		})
	}
}

func TestAcceptEncoding(t *testing.T) {
	h := start(t, Config{})
	put(t, h.site, "plan/index.html", prose, 0)
	put(t, h.site, "plan/index.html.gz", gzipped(prose), 0)
	tags := map[string]bool{}
	for header, want := range map[string]string{
		"": "", "gzip": "gzip", "GZIP": "gzip", "br, gzip": "gzip", "deflate;q=1.0, gzip;q=0.5": "gzip", "gzip ; q=0.001": "gzip",
		"br": "", "gzip;q=0": "", "gzip; q=0.000": "", "br, gzip;q=0": "", "identity": "", "x-gzip": "", "*;q=0": "", "=": "",
	} {
		res, body := h.get("/plan/", "Accept-Encoding: "+header)
		if got := res.Header.Get("Content-Encoding"); got != want || body != prose {
			t.Errorf("%q: %q, want %q; %q", header, got, want, body)
		}
		tags[want+res.Header.Get("Etag")] = true
	}
	if len(tags) != 2 {
		t.Errorf("one tag for each way it is sent: %v", tags)
	}
	// Two lines are one list.
	if res, _ := h.get("/plan/", "Accept-Encoding: br", "Accept-Encoding: gzip"); res.Header.Get("Content-Encoding") != "gzip" {
		t.Error("the second line is not read")
	}
}

// A file is sent again if it has changed, whatever its date: the tag of a small
// one is of what is sent, that of a large one is of its date and length.
func TestChangedFile(t *testing.T) {
	h := start(t, Config{})
	for name, size := range map[string]int{"small": len(prose), "largest that is hashed": maxHashedBytes, "large": maxHashedBytes + 1} {
		content := prose + strings.Repeat("x", size-len(prose))
		put(t, h.site, "plan/page.txt", content, time.Hour)
		res, _ := h.get("/plan/page.txt")
		tag := res.Header.Get("Etag")
		if tag == "" || res.Header.Get("Last-Modified") != "" || res.Header.Get("Cache-Control") != "no-cache" {
			t.Fatalf("%s: %v", name, res.Header)
		}
		again := func(what string, want int) {
			t.Helper()
			res, body := h.get("/plan/page.txt", "If-None-Match: "+tag)
			if res.StatusCode != want || (want == 304) != (body == "") {
				t.Errorf("%s, %s: %s, want %d", name, what, res.Status, want)
			}
		}
		again("as it was", 304)
		put(t, h.site, "plan/page.txt", strings.Replace(content, "人", "物", 1), 2*time.Hour)
		again("an older one", 200)
		if size > maxHashedBytes {
			continue
		}
		put(t, h.site, "plan/page.txt", content, 0)
		again("the same with another date", 304)
		put(t, h.site, "plan/page.txt", strings.Replace(content, "人", "物", 1), time.Hour)
		again("another with the same date and length", 200)
	}
	put(t, h.site, "plan/page.txt", prose+"xxxxx", 0)
	if res, body := h.get("/plan/page.txt", "Range: bytes=39-43"); res.StatusCode != 206 || body != "xxxxx" {
		t.Error(res.Status, body)
	}
}

// What a file is does not depend on the machine's own tables.
func TestContentType(t *testing.T) {
	h := start(t, Config{})
	for name, want := range map[string]string{
		"a.html": "text/html; charset=utf-8", "a.css": "text/css; charset=utf-8", "a.js": "text/javascript; charset=utf-8",
		"a.json": "application/json", "a.xml": "application/xml; charset=utf-8", "a.ics": "text/calendar; charset=utf-8",
		"a.csv": "text/csv; charset=utf-8", "a.txt": "text/plain; charset=utf-8", "a.svg": "image/svg+xml", "a.png": "image/png",
		"a.jpg": "image/jpeg", "A.JPG": "image/jpeg", "a.webp": "image/webp", "a.ico": "image/x-icon", "a.pdf": "application/pdf",
		"a.html.gz": "application/gzip", "a.unheard-of": "application/octet-stream", "a": "application/octet-stream",
	} {
		put(t, h.site, "plan/"+name, prose, 0)
		if res, body := h.get("/plan/" + name); res.Header.Get("Content-Type") != want || body != prose {
			t.Errorf("%s: %q, want %q", name, res.Header.Get("Content-Type"), want)
		}
	}
}

// Links that lead out of the site are not followed.
func TestLinkOutside(t *testing.T) {
	h := start(t, Config{})
	secret := filepath.Join(t.TempDir(), "secret")
	put(t, "/", secret, prose, 0)
	if err := os.Symlink(secret, filepath.Join(h.site, "plan", "secret.txt")); err != nil {
		t.Skip(err)
	}
	if res, body := h.get("/plan/secret.txt"); res.StatusCode != 404 || strings.Contains(body, prose) {
		t.Error(res.Status)
	}
}

// A site without a page for 404 still has one.
func TestMissingWithoutFrame(t *testing.T) {
	h := start(t, Config{})
	if err := os.Remove(filepath.Join(h.site, "404.html")); err != nil {
		t.Fatal(err)
	}
	if res, body := h.get("/none"); res.StatusCode != 404 || !strings.Contains(body, "<h1>ページが見つかりません</h1>") ||
		!strings.Contains(body, `<a href="/">ホームへ戻る</a>`) || res.Header.Get("Cache-Control") != "no-store" {
		t.Error(res.Status, body)
	}
}
