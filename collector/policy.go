package collector

// What responses say about themselves: what may be done with them, and what they
// are.

import (
	"cmp"
	"mime"
	"net"
	"net/http"
	"net/url"
	"path"
	"slices"
	"strings"
)

// policy holds for pages, files, answers and errors alike.
//
// script-src and style-src without 'unsafe-inline': no inline script or style
// anywhere. connect-src lets the live reload of `site serve` ask for news on the
// same origin. With strict-origin no proxy's log finds the form's page in a
// Referer. It must not be no-referrer: on plain HTTP under a host name, Chromium
// would then send "Origin: null" without Sec-Fetch-Site, and
// CrossOriginProtection would refuse the form. X-Frame-Options says what
// frame-ancestors does, to whatever looks for that name alone.
var policy = http.Header{
	"Content-Security-Policy": {"default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; " +
		"connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"},
	"X-Content-Type-Options":       {"nosniff"},
	"X-Frame-Options":              {"DENY"},
	"Referrer-Policy":              {"strict-origin"},
	"Cross-Origin-Resource-Policy": {"same-origin"},
}

// knownHost says whether the site may be asked for by this name. Addresses and
// localhost always may: a name that was made to lead here is neither.
func (s *Server) knownHost(host string) bool {
	if len(s.config.Hosts) == 0 {
		return true
	}
	name := strings.ToLower((&url.URL{Host: host}).Hostname())
	return name == "localhost" || net.ParseIP(name) != nil ||
		slices.ContainsFunc(s.config.Hosts, func(known string) bool { return strings.EqualFold(known, name) })
}

// ownOrigin says whether a request comes from a page of ours, or from a program.
// A proxy may add the port that an origin leaves out (RFC 6454 section 4).
func (s *Server) ownOrigin(r *http.Request) bool {
	if s.origin.Check(r) == nil {
		return true
	}
	if scheme, from, ok := strings.Cut(r.Header.Get("Origin"), "://"); ok && r.Header.Get("Sec-Fetch-Site") == "" {
		port := map[string]string{"http": ":80", "https": ":443"}[scheme]
		if port != "" && strings.TrimSuffix(from, port) == strings.TrimSuffix(r.Host, port) {
			return true
		}
	}
	s.foreign.Do(func() {
		s.config.Log.Warn("ほかのサイトから来たように見える回答を断りました。覚えがなければ、中継のプログラムが Host を変えずに渡しているかを確かめてください。この知らせは、動かし始めてから一度だけです。")
	})
	return false
}

// ofSurvey tells the pages that people answer on (form, thanks) from the list of
// surveys, their definitions and pictures. They are kept nowhere, so that Back
// on a shared computer shows nothing.
func ofSurvey(path string) bool {
	rest, ok := strings.CutPrefix(path, "/surveys/")
	_, page, below := strings.Cut(rest, "/")
	page = strings.TrimSuffix(page, "index.html")
	return ok && below && (page == "" || strings.HasPrefix(page, "thanks/"))
}

// forget has browsers drop a form that was sent. Chromium keeps the pages behind
// Back in memory, those with no-store too, and with them all that was typed. The
// site's script empties such a form; where scripts are off, Clear-Site-Data drops
// the page, though only on HTTPS. It does so from a response that comes after the
// form was left, which the thanks page is too early for: it has itself asked for
// once more.
func forget(h http.Header, r *http.Request) {
	switch {
	case !strings.HasSuffix(r.URL.Path, "/thanks/"):
	case r.URL.RawQuery == "forget":
		h.Set("Clear-Site-Data", `"cache"`)
	default:
		h.Set("Link", "<?forget>; rel=preload; as=image")
	}
}

// contentTypes do not depend on what the machine's own tables say.
var contentTypes = map[string]string{
	".html": "text/html; charset=utf-8",
	".css":  "text/css; charset=utf-8",
	".js":   "text/javascript; charset=utf-8",
	".json": "application/json",
	".xml":  "application/xml; charset=utf-8",
	".ics":  "text/calendar; charset=utf-8",
	".csv":  "text/csv; charset=utf-8",
	".txt":  "text/plain; charset=utf-8",
	".svg":  "image/svg+xml",
	".png":  "image/png",
	".jpg":  "image/jpeg",
	".webp": "image/webp",
	".ico":  "image/x-icon",
	".pdf":  "application/pdf",
	".gz":   "application/gzip",
}

func contentType(name string) string {
	ext := strings.ToLower(path.Ext(name))
	return cmp.Or(contentTypes[ext], mime.TypeByExtension(ext), "application/octet-stream")
}
