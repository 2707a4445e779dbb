package collector

// What a service under test is asked, and the pages that come back.

import (
	"bufio"
	"bytes"
	"compress/gzip"
	"encoding/json"
	"errors"
	"io"
	"net"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"
)

// noRedirect shows redirects as they are.
var noRedirect = &http.Client{
	CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	Transport:     &http.Transport{DisableCompression: true, MaxIdleConnsPerHost: 64},
	Timeout:       patience,
}

const (
	asJSON = "application/json"
	asForm = "application/x-www-form-urlencoded"
)

// sendForm posts a form and parses the page that comes back.
func (h *house) sendForm(path string, form url.Values) (*http.Response, *html.Node) {
	h.t.Helper()
	res, err := noRedirect.PostForm(h.url+path, form)
	if err != nil {
		h.t.Fatal(err)
	}
	defer res.Body.Close()
	page, err := io.ReadAll(res.Body)
	if err != nil {
		h.t.Fatal(err)
	}
	doc, err := html.Parse(strings.NewReader(string(page)))
	if err != nil {
		h.t.Fatal(err)
	}
	return res, doc
}

// sendJSON gives the status, and the messages by field.
func (h *house) sendJSON(path, body string) (int, map[string]string) {
	h.t.Helper()
	res, err := noRedirect.Post(h.url+path, "application/json", strings.NewReader(body))
	if err != nil {
		h.t.Error(err)
		return 0, nil
	}
	defer res.Body.Close()
	text, err := io.ReadAll(res.Body)
	if err != nil {
		h.t.Error(err)
	}
	fields := map[string]string{}
	if len(text) > 0 {
		var p struct {
			Errors []struct{ Name, Message string }
		}
		if err := json.Unmarshal(text, &p); err != nil {
			h.t.Errorf("%v: %s", err, text)
		}
		for _, e := range p.Errors {
			fields[e.Name] = e.Message
		}
	}
	return res.StatusCode, fields
}

// get asks with header lines, "Name: value", and gives the body unpacked.
func (h *house) get(path string, header ...string) (*http.Response, string) {
	h.t.Helper()
	req, err := http.NewRequest(http.MethodGet, h.url+path, nil)
	if err != nil {
		h.t.Fatal(err)
	}
	for _, line := range header {
		name, value, _ := strings.Cut(line, ": ")
		req.Header.Add(name, value)
	}
	res, err := noRedirect.Do(req)
	if err != nil {
		h.t.Fatal(err)
	}
	defer res.Body.Close()
	body, err := io.ReadAll(res.Body)
	if err != nil {
		h.t.Fatal(err)
	}
	if res.Header.Get("Content-Encoding") == "gzip" && len(body) > 0 {
		unpacked, err := gzip.NewReader(bytes.NewReader(body))
		if err != nil {
			h.t.Fatal(err)
		}
		if body, err = io.ReadAll(unpacked); err != nil {
			h.t.Fatal(err)
		}
	}
	return res, string(body)
}

// dial opens a connection and writes the beginning of a request, or all of it.
func (h *house) dial(request string) *net.TCPConn {
	h.t.Helper()
	conn, err := net.Dial("tcp", strings.TrimPrefix(h.url, "http://"))
	if err != nil {
		h.t.Fatal(err)
	}
	h.t.Cleanup(func() { conn.Close() })
	conn.SetDeadline(time.Now().Add(patience))
	if _, err := io.WriteString(conn, request); err != nil {
		h.t.Fatal(err)
	}
	return conn.(*net.TCPConn)
}

// dialClosed sends a request and waits until the service has hung up.
func (h *house) dialClosed(request string) {
	h.t.Helper()
	if _, err := io.ReadAll(h.dial(request)); err != nil {
		h.t.Fatal(err)
	}
}

// response reads one, with its body.
func response(t *testing.T, conn net.Conn) (*http.Response, string) {
	t.Helper()
	res, err := http.ReadResponse(bufio.NewReader(conn), nil)
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	body, err := io.ReadAll(res.Body)
	if err != nil {
		t.Fatal(err)
	}
	return res, string(body)
}

func isTimeout(err error) bool {
	var e net.Error
	return errors.As(err, &e) && e.Timeout()
}

// patience is how long a test waits for what must happen, on a busy machine
// too. Nothing passes or fails by being quicker.
const patience = 5 * time.Minute

func eventually(t *testing.T, what string, ok func() bool) {
	t.Helper()
	for deadline := time.Now().Add(patience); !ok(); time.Sleep(5 * time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatalf("not after %v: %s", patience, what)
		}
	}
}

func textOf(n *html.Node) string {
	var b strings.Builder
	for d := range n.Descendants() {
		if d.Type == html.TextNode {
			b.WriteString(d.Data)
		}
	}
	return b.String()
}

func attr(n *html.Node, key string) (string, bool) {
	for _, a := range n.Attr {
		if a.Key == key {
			return a.Val, true
		}
	}
	return "", false
}

func byID(doc *html.Node, id string) *html.Node {
	for n := range doc.Descendants() {
		if v, ok := attr(n, "id"); ok && v == id {
			return n
		}
	}
	return nil
}

// named gives the controls of a name, in order.
func named(doc *html.Node, name string) (all []*html.Node) {
	for n := range doc.Descendants() {
		if v, ok := attr(n, "name"); ok && v == name && n.DataAtom != atom.Meta {
			all = append(all, n)
		}
	}
	return all
}

// marked gives the values of the radios or boxes of a name that are checked.
func marked(doc *html.Node, name string) string {
	var values []string
	for _, n := range named(doc, name) {
		if _, on := attr(n, "checked"); on {
			v, _ := attr(n, "value")
			values = append(values, v)
		}
	}
	return strings.Join(values, ",")
}
