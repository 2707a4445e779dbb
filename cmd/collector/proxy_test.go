//go:build linux

package main

// The proxies' settings in install/, as a real nginx and a real Caddy read them:
// nothing is left of a visit, and who sends slowly waits in the proxy.

import (
	"bytes"
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"encoding/pem"
	"fmt"
	"io"
	"io/fs"
	"math/big"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"github.com/chromedp/chromedp"

	"staffplan/cmd/internal/browser"
)

// proxy is an nginx or a Caddy in a process of its own. All that it writes lies
// in dir.
type proxy struct {
	*exec.Cmd
	dir        string
	tls, plain string // addresses
}

// change is a pattern in the settings and what stands there in a test.
type change struct{ from, to string }

// changed fails where a pattern is not there: it would be tested by nothing.
func changed(t *testing.T, file string, changes ...change) string {
	t.Helper()
	settings := string(readFile(t, file))
	for _, change := range changes {
		re := regexp.MustCompile("(?m)" + change.from)
		if !re.MatchString(settings) {
			t.Fatalf("%s has no %s", file, change.from)
		}
		settings = re.ReplaceAllString(settings, change.to)
	}
	return settings
}

func startNginx(t *testing.T, backend string, changes ...change) *proxy {
	t.Helper()
	need(t, "nginx")
	p := newProxy(t)
	memory, err := os.MkdirTemp("/dev/shm", "staffplan-test-")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { os.RemoveAll(memory) })
	settings := changed(t, "install/nginx.conf", append(changes,
		change{`listen 443`, "listen " + p.tls},
		change{`listen 80`, "listen " + p.plain},
		change{`plan\.example;`, browser.HostName + ";"},
		change{`/etc/ssl`, p.dir},
		change{`/dev/shm/staffplan-bodies`, memory},
		change{`http://127\.0\.0\.1:8080`, backend},
	)...)
	temp := filepath.Join(p.dir, "temp")
	if err := os.Mkdir(temp, 0o700); err != nil {
		t.Fatal(err)
	}
	// Logs that tell everything, unless the settings say otherwise.
	p.run(t, fmt.Sprintf(`
daemon off; master_process off; pid %[1]s/pid; error_log %[1]s/main.log warn;
worker_rlimit_nofile 16384; events { worker_connections 8192; }
http {
	access_log %[1]s/access.log; error_log %[1]s/error.log info;
	client_body_temp_path %[1]s/temp/body; proxy_temp_path %[1]s/temp/proxy;
	fastcgi_temp_path %[1]s/temp/f; uwsgi_temp_path %[1]s/temp/u; scgi_temp_path %[1]s/temp/s;
	%[2]s
}`, p.dir, settings), "nginx", "-p", p.dir, "-c")
	// A request for which something is to be written there fails.
	if err := os.RemoveAll(temp); err != nil {
		t.Fatal(err)
	}
	return p
}

func startCaddy(t *testing.T, backend string, changes ...change) *proxy {
	t.Helper()
	need(t, "caddy")
	p := newProxy(t)
	_, tlsPort, _ := net.SplitHostPort(p.tls)
	_, plainPort, _ := net.SplitHostPort(p.plain)
	p.run(t, changed(t, "install/Caddyfile", append(changes,
		change{`^{$`, "{\n\tadmin off\n\tdefault_bind 127.0.0.1\n\thttp_port " + plainPort + "\n\thttps_port " + tlsPort},
		change{`^plan\.example `, browser.HostName + " "},
		change{`/etc/ssl`, p.dir},
		change{`127\.0\.0\.1:8080`, strings.TrimPrefix(backend, "http://")},
	)...), "caddy", "run", "--adapter", "caddyfile", "--config")
	return p
}

// newProxy has two free addresses, and a certificate for the host name.
func newProxy(t *testing.T) *proxy {
	t.Helper()
	p := &proxy{dir: t.TempDir()}
	for _, address := range []*string{&p.tls, &p.plain} {
		ln, err := net.Listen("tcp", "127.0.0.1:0")
		if err != nil {
			t.Fatal(err)
		}
		defer ln.Close()
		*address = ln.Addr().String()
	}
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{SerialNumber: big.NewInt(1), DNSNames: []string{browser.HostName},
		NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(24 * time.Hour)}
	certificate, err := x509.CreateCertificate(rand.Reader, template, template, &key.PublicKey, key)
	if err != nil {
		t.Fatal(err)
	}
	private, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		t.Fatal(err)
	}
	for name, block := range map[string]*pem.Block{
		"staffplan.crt": {Type: "CERTIFICATE", Bytes: certificate},
		"staffplan.key": {Type: "PRIVATE KEY", Bytes: private},
	} {
		if err := os.WriteFile(filepath.Join(p.dir, name), pem.EncodeToMemory(block), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return p
}

// run starts a command, whose last argument is the file with the settings, and
// waits until it listens.
func (p *proxy) run(t *testing.T, settings string, command ...string) {
	t.Helper()
	conf, said := filepath.Join(p.dir, "settings"), filepath.Join(p.dir, "said")
	if err := os.WriteFile(conf, []byte(settings), 0o600); err != nil {
		t.Fatal(err)
	}
	out, err := os.Create(said)
	if err != nil {
		t.Fatal(err)
	}
	defer out.Close()
	p.Cmd = exec.Command(command[0], append(command[1:], conf)...)
	p.Stdout, p.Stderr = out, out
	p.Env = append(os.Environ(), "HOME="+p.dir, "XDG_DATA_HOME="+p.dir, "XDG_CONFIG_HOME="+p.dir)
	if err := p.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		p.Process.Kill() // if it still runs
		p.Wait()
	})
	for deadline := time.Now().Add(patience); ; time.Sleep(20 * time.Millisecond) {
		if conn, err := p.dial(&tls.Config{}); err == nil {
			conn.Close()
			return
		}
		if time.Now().After(deadline) {
			t.Fatalf("it does not listen:\n%s", readFile(t, said))
		}
	}
}

// dial opens a connection with TLS, under the host name unless config has
// another.
func (p *proxy) dial(config *tls.Config) (*tls.Conn, error) {
	config.InsecureSkipVerify = true
	if config.ServerName == "" {
		config.ServerName = browser.HostName
	}
	conn, err := tls.DialWithDialer(&net.Dialer{Timeout: patience}, "tcp", p.tls, config)
	if err == nil {
		conn.SetDeadline(time.Now().Add(patience))
	}
	return conn, err
}

// base is the address under the host name.
func (p *proxy) base() string {
	_, port, _ := net.SplitHostPort(p.tls)
	return "https://" + net.JoinHostPort(browser.HostName, port)
}

// client finds the proxy whatever the name in an address is.
func (p *proxy) client() *http.Client {
	return &http.Client{
		Transport: &http.Transport{DialTLSContext: func(context.Context, string, string) (net.Conn, error) {
			return p.dial(&tls.Config{})
		}},
		CheckRedirect: noRedirect.CheckRedirect,
		Timeout:       patience,
	}
}

// filesIn gives what the files in a folder hold, by name.
func filesIn(t *testing.T, dir string) map[string]string {
	t.Helper()
	files := map[string]string{}
	err := filepath.WalkDir(dir, func(name string, entry fs.DirEntry, err error) error {
		if err != nil || !entry.Type().IsRegular() {
			return err
		}
		content, err := os.ReadFile(name)
		files[name[len(dir):]] = string(content)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return files
}

// newSince is what the proxy's files hold and did not before, without those that
// tell its process and its settings.
func (p *proxy) newSince(t *testing.T, before map[string]string) string {
	t.Helper()
	var all strings.Builder
	for name, content := range filesIn(t, p.dir) {
		if base := filepath.Base(name); content != before[name] && base != "pid" && base != "autosave.json" {
			fmt.Fprintf(&all, "%s:\n%.2000s\n", name, strings.TrimPrefix(content, before[name]))
		}
	}
	return all.String()
}

// What a visit could leave, beside its address and its time.
const (
	agent = "agent7531"
	words = "himitsu7531"
)

// largeBytes is more than the kernel holds for who reads slowly.
const largeBytes = 30 << 20

// visited is the form of siteWith, one of a survey that is over, a home page and
// a large file.
func visited(t *testing.T) (site string) {
	t.Helper()
	site = formSite(t)
	writeSurvey(t, site, "over", "2026-11-02T00:00:00+09:00", "open", 10)
	form := string(readFile(t, filepath.Join(site, "surveys", "crowd", "index.html")))
	for name, content := range map[string]string{
		"index.html": `<!doctype html><html lang="ja"><meta charset="utf-8"><title>入口</title><link rel="icon" href="/icon.svg"><script type="module" src="/survey.js"></script>
<h1>入口</h1><p><a href="/surveys/crowd/">調べ</a> <a href="/surveys/over/">前の調べ</a>`,
		"surveys/over/index.html": strings.ReplaceAll(form, "/crowd", "/over"),
		"survey.js":               "",
		"icon.svg":                `<svg xmlns="http://www.w3.org/2000/svg"/>`,
		"large.pdf":               strings.Repeat("\x00", largeBytes),
	} {
		if err := os.WriteFile(filepath.Join(site, name), []byte(content), 0o666); err != nil {
			t.Fatal(err)
		}
	}
	return site
}

// browse answers as a person does, who meets a mistake and a refusal.
func (p *proxy) browse(t *testing.T, tab context.Context) {
	t.Helper()
	home := chromedp.Navigate(p.base() + "/")
	send := func(link, text string) {
		t.Helper()
		browser.Do(t, tab,
			home, chromedp.Click(`//a[text()="`+link+`"]`), chromedp.WaitVisible(commentField),
			chromedp.Click(chromedp.CSS(`input[value="b2"]`)), chromedp.SendKeys(commentField, text),
			chromedp.Click(sendButton))
	}
	thanks := chromedp.WaitVisible(chromedp.CSS("#thanks"))
	send("調べ", words)
	browser.Do(t, tab, thanks)
	send("調べ", words+strings.Repeat("x", 100))
	browser.Do(t, tab, chromedp.WaitVisible(chromedp.CSS("#error-summary")), chromedp.SetValue(commentField, words),
		chromedp.Click(sendButton), thanks)
	send("前の調べ", words)
	browser.Do(t, tab, chromedp.WaitVisible(`//h1[not(text()="調べ")]`), home)
}

// post sends a form, and gives the path that it leads to.
func (p *proxy) post(t *testing.T, want int, url, body string, change ...func(*http.Request)) (to string) {
	t.Helper()
	req, err := http.NewRequest("POST", url, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	req.Header.Set("User-Agent", agent)
	req.Header.Set("Origin", p.base()) // which the collector compares with Host
	req.Header.Set("Referer", p.base()+"/surveys/crowd/")
	for _, change := range change {
		change(req)
	}
	res, err := p.client().Do(req)
	if err != nil {
		t.Errorf("%s: %v, want %d", url, err, want)
		return ""
	}
	defer res.Body.Close()
	if res.StatusCode != want {
		t.Errorf("%s: %s, want %d", url, res.Status, want)
	}
	if page, _ := io.ReadAll(res.Body); want == http.StatusRequestEntityTooLarge && !bytes.Contains(page, []byte(`lang="ja"`)) {
		t.Errorf("not the collector's own page: %.200s", page)
	}
	return res.Header.Get("Location")
}

// good is an answer that is stored.
const good = "who=b3&comment=" + words

// misuse is what else comes: large, cut off, for somebody else, no request, no
// TLS. One answer of it is good.
func (p *proxy) misuse(t *testing.T) {
	t.Helper()
	answers := p.base() + "/answers/crowd"
	p.post(t, http.StatusSeeOther, answers+"?"+words, good)
	p.post(t, http.StatusUnprocessableEntity, answers, "who=b99&comment="+strings.Repeat(words, 4000))
	p.post(t, http.StatusRequestEntityTooLarge, answers, "who=b3&comment="+strings.Repeat(words, 60_000))
	p.post(t, http.StatusNotFound, p.base()+"/answers/none", good)
	p.post(t, http.StatusForbidden, answers, good, func(r *http.Request) { r.Header.Set("Origin", "http://other.example") })
	// Small, but longer than any buffer in chunks of one byte.
	p.post(t, http.StatusRequestEntityTooLarge, answers, "who=b3&comment="+strings.Repeat("x", 300_000), func(r *http.Request) {
		r.ContentLength, r.Body = -1, io.NopCloser(oneByOne{r.Body})
	})

	// A page that is read slowly.
	res, err := p.client().Get(p.base() + "/large.pdf")
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	time.Sleep(time.Second) // for the proxy to read on, and to look where to keep it
	if n, err := io.Copy(io.Discard, res.Body); n != largeBytes || err != nil {
		t.Errorf("%d bytes of the large file, %v", n, err)
	}

	head := "POST /answers/crowd?" + words + " HTTP/1.1\r\nHost: " + browser.HostName + "\r\nUser-Agent: " + agent +
		"\r\nContent-Type: application/x-www-form-urlencoded\r\n"
	requests := []string{
		head + "Content-Length: 1500000\r\n\r\n" + good,
		strings.Replace(head, browser.HostName, "other.example", 1) + "Content-Length: " + fmt.Sprint(len(good)) + "\r\n\r\n" + good,
		strings.Replace(head, browser.HostName, "a/b", 1) + "\r\n",
		"POST /answers/crowd HTTP/1.1\r\nUser-Agent: " + agent + "\r\n\r\n",
		"POST /answers/crowd HTTP/9.9\r\n\r\n",
		"/answers/crowd " + words + "\r\n\r\n",
		"GET /answers/" + strings.Repeat(words, 10_000) + " HTTP/1.1\r\n\r\n",
		head + "Cookie: " + strings.Repeat(words, 10_000) + "\r\n\r\n",
		// And no more.
		head + "Content-Length: 1000\r\n\r\n" + good,
		head + "Transfer-Encoding: chunked\r\n\r\n" + fmt.Sprintf("%x\r\n%s\r\n", len(good), good),
		head,
	}
	for _, request := range requests {
		if conn, err := p.dial(&tls.Config{}); err != nil {
			t.Error(err)
		} else {
			io.WriteString(conn, request)
			conn.CloseWrite()
			conn.Read(make([]byte, 1))
			conn.Close()
		}
		for _, address := range []string{p.plain, p.tls} {
			conn, err := net.Dial("tcp", address)
			if err != nil {
				t.Fatal(err)
			}
			conn.SetDeadline(time.Now().Add(patience))
			io.WriteString(conn, request)
			conn.(*net.TCPConn).CloseWrite()
			conn.Read(make([]byte, 1))
			conn.Close()
		}
	}
	for _, config := range []*tls.Config{
		{ServerName: "other.example"},
		{MinVersion: tls.VersionTLS10, MaxVersion: tls.VersionTLS11},
		{NextProtos: []string{words}},
		{CurvePreferences: []tls.CurveID{tls.CurveP521}, MaxVersion: tls.VersionTLS12, CipherSuites: []uint16{tls.TLS_RSA_WITH_AES_128_CBC_SHA}},
	} {
		if conn, err := p.dial(config); err == nil {
			io.WriteString(conn, "GET / HTTP/1.0\r\n\r\n")
			io.Copy(io.Discard, conn)
			conn.Close()
		}
	}
}

type oneByOne struct{ io.Reader }

func (r oneByOne) Read(p []byte) (int, error) { return r.Reader.Read(p[:1]) }

type starter func(t *testing.T, backend string, changes ...change) *proxy

var proxies = map[string]starter{"nginx": startNginx, "Caddy": startCaddy}

// endsQuietly is what the collector says in the end; a refused origin, which is
// among the mistakes made, is told without address.
var endsQuietly = regexp.MustCompile(`\A(level=WARN msg="[^"0-9]* Host を変えずに[^"0-9]*"\n)?level=INFO msg=止まりました。\n\z`)

// After a day of everything, the proxy has written nothing at all, and the
// collector the answers alone.
func TestProxyKeepsNothing(t *testing.T) {
	for name, start := range proxies {
		t.Run(name, func(t *testing.T) {
			site, data := visited(t), t.TempDir()
			s := serve(t, site, data, halfway)
			p := start(t, s.url)
			tab := browser.Start(t, chromedp.IgnoreCertErrors, chromedp.UserAgent(agent))
			before := filesIn(t, p.dir)
			p.browse(t, tab)
			p.misuse(t)
			if said, code := s.end(t, os.Interrupt); code != 0 || !endsQuietly.MatchString(said) {
				t.Errorf("the collector ends with %d and says\n%s", code, said)
			}
			p.post(t, http.StatusBadGateway, p.base()+"/answers/crowd", good)
			p.Process.Signal(syscall.SIGTERM) // it writes what it still holds
			p.Wait()
			if written := p.newSince(t, before); written != "" {
				t.Errorf("written:\n%s", written)
			}
			for name, content := range filesIn(t, data) {
				for _, trace := range []string{agent, browser.HostName, "127.0.0.1"} {
					if strings.Contains(content, trace) {
						t.Errorf("the collector's %s holds %s", name, trace)
					}
				}
			}
			serve(t, site, data, afterClosing)
			comments := string(readFile(t, filepath.Join(data, "crowd", "comments.jsonl")))
			if got := strings.Count(comments, words); got != 3 {
				t.Errorf("%d answers are stored, not 3", got)
			}
		})
	}
}

// What TestProxyKeepsNothing looks for would be there.
func TestProxyWithLogsIsFound(t *testing.T) {
	for name, test := range map[string]struct {
		proxy string
		change
	}{
		"nginx, access log": {"nginx", change{`access_log off;`, ""}},
		"nginx, error log":  {"nginx", change{`error_log .*;`, ""}},
		"Caddy":             {"Caddy", change{`^\tlog {\n.*\n\t}\n`, ""}},
	} {
		t.Run(name, func(t *testing.T) {
			p := proxies[test.proxy](t, "http://127.0.0.1:1", test.change) // nobody is there
			before := filesIn(t, p.dir)
			p.post(t, http.StatusBadGateway, p.base()+"/answers/crowd", good)
			for deadline := time.Now().Add(patience); !strings.Contains(p.newSince(t, before), "/answers/crowd"); time.Sleep(20 * time.Millisecond) {
				if time.Now().After(deadline) {
					t.Fatal("nothing is written")
				}
			}
		})
	}
}

// Who sends slowly waits in the proxy, and keeps nobody else from answering.
func TestProxyHoldsSlowBodies(t *testing.T) {
	for name, start := range proxies {
		t.Run(name, func(t *testing.T) {
			var come atomic.Int32
			backend := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				come.Add(1)
				io.Copy(io.Discard, r.Body)
				if header := fmt.Sprint(r.Header); strings.Contains(header, "127.0.0.1") {
					t.Errorf("the collector is told an address: %s", header)
				}
			}))
			defer backend.Close()
			p := start(t, backend.URL)
			for range 1500 {
				conn, err := p.dial(&tls.Config{})
				if err != nil {
					t.Fatal(err)
				}
				defer conn.Close()
				fmt.Fprintf(conn, "POST /answers/crowd HTTP/1.1\r\nHost: %s\r\nContent-Length: 10000\r\n\r\n%s", browser.HostName, good)
			}
			const honest = 20
			for range honest {
				p.post(t, http.StatusOK, p.base()+"/answers/crowd", good)
			}
			if got := come.Load(); got != honest {
				t.Errorf("%d requests have come, %d of them whole", got, honest)
			}
		})
	}
}

// Under a path, as the comments in the settings say, the collector is asked for
// the whole path or for what is below. People are led on either way, and nothing
// is left there either.
func TestProxyUnderPath(t *testing.T) {
	location := change{` {4}location / {\n.*\n {4}}\n`, ""}
	const below, whole = "/answers/crowd", "/plan/answers/crowd"
	for name, test := range map[string]struct {
		proxy   string
		changes []change
		want    string
	}{
		"nginx, whole": {"nginx", []change{location, {`^ *#.*8080/;\n`, ""}, {`^( *)#(location|}|    proxy_pass)`, "$1$2"}}, whole},
		"nginx, below": {"nginx", []change{location, {`^ *#.*8080;\n`, ""}, {`^( *)#(location|}|    proxy_pass)`, "$1$2"}}, below},
		"Caddy, whole": {"Caddy", []change{{`^\t#(handle|redir|})`, "\t$1"}}, whole},
		"Caddy, below": {"Caddy", []change{{`^\t#(redir|})`, "\t$1"}, {`^\t#handle`, "\thandle_path"}}, below},
	} {
		t.Run(name, func(t *testing.T) {
			site := formSite(t)
			if err := os.WriteFile(filepath.Join(site, "site.json"), []byte(`{"path":"/plan/"}`), 0o666); err != nil {
				t.Fatal(err)
			}
			collector := rewritten(t, serve(t, site, t.TempDir(), halfway).url, func(http.Header) {})
			backend := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				if r.URL.Path != test.want && strings.HasSuffix(r.URL.Path, below) {
					t.Errorf("asked for %s", r.URL.Path)
				}
				collector.ServeHTTP(w, r)
			}))
			p := proxies[test.proxy](t, backend.URL, test.changes...)
			before := filesIn(t, p.dir)
			if to := p.post(t, http.StatusSeeOther, p.base()+whole, good); to != "/plan/surveys/crowd/thanks/" {
				t.Errorf("led to %s", to)
			}
			for path, want := range map[string]int{"/plan/surveys/crowd/": 200, "/plan/surveys/crowd/thanks/": 200, "/plan": 0} {
				res, err := p.client().Get(p.base() + path)
				if err != nil {
					t.Fatal(err)
				}
				res.Body.Close()
				if to := res.Header.Get("Location"); res.StatusCode != want && (want > 0 || !strings.HasSuffix(to, "/plan/")) {
					t.Errorf("%s: %s, to %q", path, res.Status, to)
				}
			}
			backend.Close()
			p.post(t, http.StatusBadGateway, p.base()+whole, good)
			p.Process.Signal(syscall.SIGTERM)
			p.Wait()
			if written := p.newSince(t, before); written != "" {
				t.Errorf("written:\n%s", written)
			}
		})
	}
}
