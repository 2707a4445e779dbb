package collector

// The files that Hugo built: everything that is not an answer.

import (
	"crypto/sha256"
	"encoding/binary"
	"fmt"
	"hash/crc32"
	"io"
	"io/fs"
	"mime"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"time"
)

// maxHashedBytes is the largest file whose ETag is the hash of what is sent: a
// rebuild that changed nothing costs readers nothing, and copies with odd dates
// mislead nobody. That of a larger one is made of its date and length.
const maxHashedBytes = 1 << 20

// files serves the site's folder. It is opened anew for each request, since a
// build puts another folder in its place.
func (s *Server) files(w http.ResponseWriter, r *http.Request) {
	if r.Method != http.MethodGet && r.Method != http.MethodHead {
		s.refusePage(w, errGet)
		return
	}
	name := strings.TrimPrefix(r.URL.Path, "/")
	if name == "" || strings.HasSuffix(name, "/") {
		name += "index.html"
	}
	// Why a file cannot be opened is nothing to tell a client: a link that leads
	// outside, a name that cannot be, and one that is not there look the same.
	f, info, err := openFile(s.config.Site, name)
	if err != nil {
		s.missing(w)
		return
	}
	defer f.Close()
	if info.IsDir() && !strings.HasSuffix(r.URL.Path, "/") {
		to := url.URL{Path: s.link("/" + name + "/"), RawQuery: r.URL.RawQuery}
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
	if packed, packedInfo, err := openFile(s.config.Site, name+".gz"); err == nil {
		defer packed.Close()
		h.Set("Vary", "Accept-Encoding")
		if takesGzip(r.Header) && HoldsPage(packed, packedInfo.Size(), io.NewSectionReader(f, 0, info.Size())) {
			h.Set("Content-Encoding", "gzip")
			f, info = packed, packedInfo
		}
	}
	if h.Get("Cache-Control") != "no-store" { // see ServeHTTP
		h.Set("Cache-Control", "no-cache") // asked for again by its ETag
		if fingerprinted.MatchString(name) {
			h.Set("Cache-Control", "public, max-age=31536000, immutable")
		}
		tag, err := etag(f, info)
		if err != nil {
			h.Del("Content-Encoding")
			s.refusePage(w, errInternal)
			return
		}
		h.Set("ETag", tag)
	}
	// Without Last-Modified: a page restored from a backup may be older than what
	// a browser keeps, and would not be sent.
	http.ServeContent(w, r, "", time.Time{}, f)
}

func etag(f io.ReaderAt, info fs.FileInfo) (string, error) {
	if info.Size() > maxHashedBytes {
		return fmt.Sprintf(`"%x-%x"`, info.ModTime().UnixNano(), info.Size()), nil
	}
	sum := sha256.New()
	_, err := io.Copy(sum, io.NewSectionReader(f, 0, info.Size()))
	return fmt.Sprintf(`"%x"`, sum.Sum(nil)[:16]), err
}

// HoldsPage says whether a packed file of this size is this page: its last eight
// bytes are the page's CRC-32 and length (RFC 1952 section 2.3.1). Dates do not
// tell: a page restored from a backup is older than what was packed of another.
func HoldsPage(packed io.ReaderAt, size int64, page io.Reader) bool {
	var trailer [8]byte
	if _, err := packed.ReadAt(trailer[:], size-int64(len(trailer))); err != nil {
		return false
	}
	sum := crc32.NewIEEE()
	length, err := io.Copy(sum, page)
	return err == nil && binary.LittleEndian.Uint32(trailer[:]) == sum.Sum32() &&
		binary.LittleEndian.Uint32(trailer[4:]) == uint32(length)
}

// missing sends the page that the site has for this, as it is.
func (s *Server) missing(w http.ResponseWriter) {
	page, err := os.ReadFile(filepath.Join(s.config.Site, "404.html"))
	if err != nil {
		s.refusePage(w, errNoPage)
		return
	}
	send(w, http.StatusNotFound, contentTypes[".html"], page)
}

// openFile opens a file that lies below root, also after links are followed. Dot
// files and names that are not as we would write them are not there.
func openFile(root, name string) (*os.File, fs.FileInfo, error) {
	if !fs.ValidPath(name) || strings.HasPrefix(name, ".") || strings.Contains(name, "/.") || strings.Contains(name, `\`) {
		return nil, nil, fs.ErrNotExist
	}
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

// fingerprinted is a name with the hash of its content in it, as Hugo writes it:
// such a file never changes.
var fingerprinted = regexp.MustCompile(`\.[0-9a-f]{32,128}\.[a-z0-9]+$`)

// takesGzip reads Accept-Encoding as far as gzip goes (RFC 9110 section 12.5.3).
func takesGzip(h http.Header) bool {
	for part := range strings.SplitSeq(strings.Join(h["Accept-Encoding"], ","), ",") {
		coding, params, err := mime.ParseMediaType(part)
		if err == nil && coding == "gzip" {
			return params["q"] == "" || strings.Trim(params["q"], "0.") != ""
		}
	}
	return false
}
