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
	"strconv"
	"strings"
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

	l := &live{site: filepath.Join(temporary, "site"), addr: ln.Addr().(*net.TCPAddr), ui: ui,
		ended: make(chan error, 1), built: make(chan struct{}, 1)}
	ui.Note("サイトを組み立てています。")
	backend, err := l.start(ctx, c.Start)
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
	fmt.Fprintf(ui.Err, "listening on %s\n", l.origin())
	ui.Note("ブラウザーで %s/ を開いてください。content/ を書き換えると、すぐに新しくなります。終わるときは Ctrl-C を押します。", l.origin())

	err = errors.Join(server.Serve(ctx, ln), server.Close())
	if ctx.Err() != nil {
		hugoEnds(l.ended)
	}
	return err
}

// live is Hugo's server in this process.
type live struct {
	site  string       // where Hugo writes
	addr  *net.TCPAddr // where a browser finds it
	ui    *cli.UI
	ended chan error    // receives once, when Hugo has ended
	built chan struct{} // receives after the first build
}

// origin is what a browser calls the address.
func (l *live) origin() string {
	host := l.addr.IP.String()
	if l.addr.IP.IsUnspecified() {
		host = "localhost"
	}
	return "http://" + net.JoinHostPort(host, strconv.Itoa(l.addr.Port))
}

// start returns Hugo's address once the first build is served. A clock that is
// not zero is Hugo's, too.
func (l *live) start(ctx context.Context, clock time.Time) (*url.URL, error) {
	port, err := freePort()
	if err != nil {
		return nil, err
	}
	args := []string{"server", "--bind", "127.0.0.1", "--port", port,
		"--baseURL", l.origin() + "/", "--appendPort=false", "--liveReloadPort", strconv.Itoa(l.addr.Port),
		"--destination", l.site, "--buildDrafts", "--noBuildLock",
		// Every page is written on every change, so that survey.json is never
		// older than its page; and a browser keeps nothing.
		"--disableFastRender", "--noHTTPCache"}
	if !clock.IsZero() {
		args = append(args, "--clock", clock.Format(time.RFC3339))
	}
	chatter := func(line string) {
		// So it says after the first build, when it takes requests, and after
		// each one that follows.
		if strings.HasPrefix(line, "Web Server is available") {
			select {
			case l.built <- struct{}{}:
			default: // nobody waits for another
			}
		}
	}
	trouble := func(line string) { fmt.Fprintln(l.ui.Err, line) }
	go func() { l.ended <- runHugo(".", chatter, trouble, args...) }()
	select {
	case <-l.built:
		return &url.URL{Scheme: "http", Host: net.JoinHostPort("127.0.0.1", port)}, nil
	case <-l.ended:
		return nil, &cli.Problem{Sentence: "サイトを組み立てられませんでした。",
			Next: []string{"上の行に、ファイルの名前と行、直すところが出ています。", "直したら、もう一度 site serve を動かしてください。"}}
	case <-ctx.Done():
		return nil, &cli.Problem{Sentence: "途中で止めました。"}
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
func freePort() (string, error) {
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return "", err
	}
	defer ln.Close()
	_, port, err := net.SplitHostPort(ln.Addr().String())
	return port, err
}
