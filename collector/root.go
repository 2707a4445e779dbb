package collector

// Below which path the site stands (site build --base-url), and what a proxy has
// left of that path on a request.

import (
	"io/fs"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"strings"

	"github.com/go-json-experiment/json"
)

// readRoot notes what every link of the site begins with: "" or as "/plan", from
// the site.json that the build wrote. Without one, what was known before stays.
func (s *Server) readRoot() {
	var home struct {
		Path string `json:"path"`
	}
	text, err := os.ReadFile(filepath.Join(s.config.Site, "site.json"))
	if err == nil {
		err = json.Unmarshal(text, &home)
	}
	if err == nil {
		root := strings.TrimSuffix(home.Path, "/")
		s.root.Store(&root)
	}
}

// link leads to a path of the site.
func (s *Server) link(path string) string { return *s.root.Load() + path }

// within gives the request as the site's own files and addresses are named: a
// proxy may have taken the root off, or not.
//
// A site below /plan/ may have a page /plan/plan/, and then "/plan/" is asked for
// by the one proxy for that page, by the other for the home page. Other requests
// tell which proxy it is.
func (s *Server) within(r *http.Request) *http.Request {
	path := r.URL.Path
	root := *s.root.Load()
	rest, kept := strings.CutPrefix(path, root)
	switch {
	case root == "":
		return r
	case !kept || rest != "" && rest[0] != '/':
		if path != "/healthz" && !s.stripped.Load() && s.has(path) { // a monitor asks without the proxy
			s.stripped.Store(true)
		}
		return r
	case s.has(path):
		if !s.has(rest) || s.stripped.Load() {
			return r
		}
	case s.has(rest):
		s.stripped.Store(false)
	}
	here := *r
	here.URL = new(url.URL)
	*here.URL = *r.URL
	here.URL.Path, here.URL.RawPath = "/"+strings.TrimPrefix(rest, "/"), ""
	return &here
}

// has says whether something is served at a path.
func (s *Server) has(path string) bool {
	if strings.HasPrefix(path, answersPath) {
		return true
	}
	name := strings.Trim(path, "/")
	if name == "" {
		name = "."
	}
	_, err := fs.Stat(os.DirFS(s.config.Site), name)
	return err == nil
}
