package collector

// What every response says about itself, in one table.

import (
	"net/http"
	"strings"
)

// policy holds for pages, files, answers and errors alike.
//
// script-src and style-src without 'unsafe-inline': no inline script or style
// anywhere. connect-src lets the live reload of `site serve` open its websocket
// on the same origin. Referrer-Policy must not be no-referrer: on plain HTTP
// under a host name, Chromium would then send "Origin: null" without
// Sec-Fetch-Site, and CrossOriginProtection would refuse the form.
var policy = http.Header{
	"Content-Security-Policy": {"default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; " +
		"connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"},
	"X-Content-Type-Options":       {"nosniff"},
	"Referrer-Policy":              {"same-origin"},
	"Cross-Origin-Resource-Policy": {"same-origin"},
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
