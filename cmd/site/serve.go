package main

// site serve: the site while it is being written. Hugo's live server and the
// collector stand behind one address, so that a form can be filled in and sent
// just as on the published site.

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log"
	"log/slog"
	"net"
	"net/http"
	"net/http/httputil"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"time"

	"staffplan/cmd/internal/cli"
	"staffplan/collector"
)

type serveCmd struct {
	Addr string `default:"127.0.0.1:1313" placeholder:"アドレス" help:"開くアドレス。ポート 0 なら空いているものを使います。"`
	Data string `default:"data" placeholder:"フォルダー" help:"回答をしまうフォルダー。"`

	cli.Clock
}

// Run serves until ctx ends. Hugo's server takes no context: it hears the same
// signals as this process, and where it does not it ends with it.
func (c *serveCmd) Run(ctx context.Context, ui *cli.UI) error {
	if err := atProjectRoot("."); err != nil {
		return err
	}
	ln, err := net.Listen("tcp", c.Addr)
	if err != nil {
		return &cli.Problem{Sentence: fmt.Sprintf("%s では開けません。", c.Addr), Err: err,
			Next: []string{"ほかで使っていないかを確かめるか、--addr 127.0.0.1:0 のように別のアドレスを書いてください。"}}
	}
	defer ln.Close()
	temporary, err := os.MkdirTemp("", "site-serve-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(temporary)

	l := &live{site: filepath.Join(temporary, "site"), origin: origin(ln.Addr()), ui: ui,
		ended: make(chan error, 1), rebuilt: make(chan struct{}, 1)}
	ui.Note("サイトを組み立てています。")
	backend, err := l.start(ctx, c.hugoClock())
	if err != nil {
		return err
	}
	server, err := collector.New(collector.Config{
		Site:   l.site,
		Data:   c.Data,
		Static: proxy(backend),
		Now:    c.Now(ui),
		Log:    slog.New(slog.NewTextHandler(ui.Err, nil)),
	})
	if err != nil {
		return &cli.Problem{Sentence: "回答の受付を始められません。", Err: err,
			Next: []string{"アンケートの定義なら content/surveys/ を直してください。フォルダーのことなら --data に別の場所を書けます。"}}
	}
	fmt.Fprintf(ui.Err, "listening on %s\n", l.origin)
	ui.Note("ブラウザーで %s/ を開いてください。content/ を書き換えると、すぐに新しくなります。終わるときは Ctrl-C を押します。", l.origin)

	reloading := make(chan struct{})
	go func() {
		defer close(reloading)
		l.reload(ctx, server)
	}()
	err = server.Serve(ctx, ln)
	<-reloading
	err = errors.Join(err, server.Close())
	if ctx.Err() != nil {
		hugoEnds(l.ended)
	}
	return err
}

func (c *serveCmd) hugoClock() []string {
	if c.Start.IsZero() {
		return nil
	}
	return []string{"--clock", c.Start.Format(time.RFC3339)}
}

// origin is the address a browser uses for a listener.
func origin(addr net.Addr) string {
	host, port, _ := net.SplitHostPort(addr.String())
	if ip := net.ParseIP(host); ip != nil && ip.IsUnspecified() {
		host = "localhost"
	}
	return "http://" + net.JoinHostPort(host, port)
}

// live is Hugo's server in this process.
type live struct {
	site, origin string
	ui           *cli.UI
	ended        chan error    // receives once, when Hugo has ended
	rebuilt      chan struct{} // receives after a rebuild
}

// built is the line that Hugo prints when a rebuild has ended.
var built = regexp.MustCompile(`^(Total|Rebuilt) in \d+ ms$`)

// start returns Hugo's address once the first build is served.
func (l *live) start(ctx context.Context, more []string) (*url.URL, error) {
	port, err := freePort()
	if err != nil {
		return nil, err
	}
	_, front, _ := net.SplitHostPort(l.origin[len("http://"):])
	args := append([]string{"server", "--bind", "127.0.0.1", "--port", strconv.Itoa(port),
		"--baseURL", l.origin + "/", "--appendPort=false", "--liveReloadPort", front,
		"--destination", l.site, "--buildDrafts", "--noBuildLock",
		// Every page is written on every change, so that survey.json is never
		// older than its page; and a browser keeps nothing.
		"--disableFastRender", "--noHTTPCache"}, more...)
	go func() {
		l.ended <- runHugo(".", hugoLines{
			chatter: func(line string) {
				if built.MatchString(line) {
					select {
					case l.rebuilt <- struct{}{}:
					default: // one is waiting already
					}
				}
			},
			trouble: func(line string) { fmt.Fprintln(l.ui.Err, line) },
		}, args...)
	}()
	backend := &url.URL{Scheme: "http", Host: net.JoinHostPort("127.0.0.1", strconv.Itoa(port))}
	ready := make(chan struct{})
	go func() {
		defer close(ready)
		for ctx.Err() == nil {
			// Hugo takes its port before it builds, and answers after.
			if response, err := http.Get(backend.String()); err == nil {
				response.Body.Close()
				return
			}
			time.Sleep(50 * time.Millisecond)
		}
	}()
	select {
	case <-ready:
		return backend, nil
	case <-l.ended:
		return nil, &cli.Problem{Sentence: "サイトを組み立てられませんでした。",
			Next: []string{"上の行に、ファイルの名前と行、直すところが出ています。", "直したら、もう一度 site serve を動かしてください。"}}
	case <-ctx.Done():
		return nil, &cli.Problem{Sentence: "途中で止めました。"}
	}
}

// reload has the collector read the definitions again after each rebuild. One
// that it refuses is said, and the one before stays.
func (l *live) reload(ctx context.Context, server *collector.Server) {
	for {
		select {
		case <-ctx.Done():
			return
		case <-l.rebuilt:
			if err := server.Reload(); err != nil {
				l.ui.Failed(&cli.Problem{Sentence: "アンケートの定義を読み直せませんでした。受付は、前の定義のまま続けています。", Err: err})
			}
		}
	}
}

// proxy passes requests on to Hugo, live reload's websocket too. Host stays:
// Hugo compares it with the websocket's origin.
func proxy(backend *url.URL) http.Handler {
	return &httputil.ReverseProxy{
		Rewrite: func(r *httputil.ProxyRequest) {
			r.SetURL(backend)
			r.Out.Host = r.In.Host
		},
		ErrorLog: log.New(io.Discard, "", 0), // a browser that went away
	}
}

// freePort finds a port for Hugo, which cannot say which one it took.
func freePort() (int, error) {
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return 0, err
	}
	defer ln.Close()
	return ln.Addr().(*net.TCPAddr).Port, nil
}
