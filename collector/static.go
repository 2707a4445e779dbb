package collector

// The files that Hugo built: everything that is not an answer.

import (
	"bytes"
	"crypto/sha256"
	"encoding/base64"
	"io"
	"io/fs"
	"mime"
	"net/http"
	"net/url"
	"os"
	"path"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"time"
)

// maxHashedBytes is the largest file that is read as a whole, so that its ETag
// is the hash of what is sent: a rebuild that changed nothing costs readers
// nothing, and copies with odd dates mislead nobody. Larger files are streamed,
// with Last-Modified.
const maxHashedBytes = 1 << 20

var buffers = sync.Pool{New: func() any { return new(bytes.Buffer) }}

// files serves the site's folder. It is opened anew for each request, since a
// build puts another folder in its place.
func (s *Server) files(w http.ResponseWriter, r *http.Request) {
	if r.Method != http.MethodGet && r.Method != http.MethodHead {
		s.refuseAny(w, errGet)
		return
	}
	name, ok := fileName(r.URL.Path)
	if !ok {
		s.missing(w)
		return
	}
	// Why a file cannot be opened is nothing to tell a client: a link that leads
	// outside, a name that cannot be, and one that is not there look the same.
	f, info, err := openFile(s.site, name)
	if err != nil {
		s.missing(w)
		return
	}
	defer func() { f.Close() }()
	if info.IsDir() && !strings.HasSuffix(r.URL.Path, "/") {
		to := url.URL{Path: "/" + name + "/", RawQuery: r.URL.RawQuery}
		w.Header().Set("Location", to.String())
		w.WriteHeader(http.StatusMovedPermanently)
		return
	}
	if !info.Mode().IsRegular() {
		s.missing(w)
		return
	}
	h := w.Header()
	h.Set("Content-Type", contentType(name))
	h.Set("Cache-Control", cacheControl(name))
	// One left over from an earlier build would show another page.
	if packed, packedInfo, err := openFile(s.site, name+".gz"); err == nil {
		h.Set("Vary", "Accept-Encoding")
		if packedInfo.Mode().IsRegular() && !packedInfo.ModTime().Before(info.ModTime()) && takesGzip(r.Header) {
			h.Set("Content-Encoding", "gzip")
			f, packed, info = packed, f, packedInfo
		}
		packed.Close()
	}
	if info.Size() > maxHashedBytes {
		http.ServeContent(w, r, "", info.ModTime(), f)
		return
	}
	content := buffers.Get().(*bytes.Buffer)
	defer buffers.Put(content)
	content.Reset()
	if _, err := content.ReadFrom(io.LimitReader(f, maxHashedBytes)); err != nil {
		h.Del("Content-Encoding")
		s.refuseAny(w, err)
		return
	}
	if h.Get("Cache-Control") != "no-store" {
		sum := sha256.Sum256(content.Bytes())
		h.Set("ETag", `"`+base64.RawURLEncoding.EncodeToString(sum[:15])+`"`)
	}
	http.ServeContent(w, r, "", time.Time{}, bytes.NewReader(content.Bytes()))
}

// missing sends the page that the site has for this, as it is.
func (s *Server) missing(w http.ResponseWriter) {
	page, err := os.ReadFile(filepath.Join(s.site, "404.html"))
	if err != nil {
		s.refuseAny(w, errNoPage)
		return
	}
	send(w, http.StatusNotFound, contentTypes[".html"], page)
}

// fileName turns the path of a URL into a file's name below the site. Dot files
// and paths that are not as we would write them have none.
func fileName(urlPath string) (string, bool) {
	name := strings.TrimPrefix(urlPath, "/")
	if name == "" || strings.HasSuffix(name, "/") {
		name += "index.html"
	}
	if !fs.ValidPath(name) || strings.HasPrefix(name, ".") || strings.Contains(name, "/.") || strings.Contains(name, `\`) {
		return "", false
	}
	return name, true
}

// openFile opens a file that lies below root, also after links are followed.
func openFile(root, name string) (*os.File, fs.FileInfo, error) {
	f, err := os.OpenInRoot(root, name)
	if err != nil {
		return nil, nil, err
	}
	info, err := f.Stat()
	if err != nil {
		f.Close()
		return nil, nil, err
	}
	return f, info, nil
}

// fingerprinted is a name with the hash of its content in it, as Hugo writes it.
var fingerprinted = regexp.MustCompile(`\.[0-9a-f]{32,128}\.[a-z0-9]+$`)

// cacheControl: a fingerprinted file never changes; a survey's pages are kept
// nowhere, so that Back on a shared computer shows nothing; all else is asked
// for again by its ETag.
func cacheControl(name string) string {
	switch {
	case ofSurvey("/" + name):
		return "no-store"
	case fingerprinted.MatchString(name):
		return "public, max-age=31536000, immutable"
	}
	return "no-cache"
}

// takesGzip reads Accept-Encoding as far as gzip goes (RFC 9110 section 12.5.3).
func takesGzip(h http.Header) bool {
	for _, part := range strings.Split(strings.Join(h["Accept-Encoding"], ","), ",") {
		coding, params, _ := strings.Cut(part, ";")
		if !strings.EqualFold(strings.TrimSpace(coding), "gzip") {
			continue
		}
		weight := strings.TrimLeft(strings.ReplaceAll(params, " ", ""), "qQ=")
		return strings.Trim(weight, "0.") != "" || weight == ""
	}
	return false
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
	if t := contentTypes[ext]; t != "" {
		return t
	}
	if t := mime.TypeByExtension(ext); t != "" {
		return t
	}
	return "application/octet-stream"
}
