package main

// site serve: the site while it is being written, with the collector, so that a
// form can be filled in and sent just as on the published site.

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"os"
	"path/filepath"
	"strconv"
	"sync"
	"time"

	"staffplan/cmd/internal/cli"
	"staffplan/collector"
)

type serveCmd struct {
	Addr string `default:"127.0.0.1:1313" placeholder:"アドレス" help:"開くアドレス。ポート 0 なら空いているものを使います。"`
	Data string `default:"data" placeholder:"フォルダー" help:"回答をしまうフォルダー。"`

	cli.Clock
}

// Run serves until ctx ends.
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

	now := c.Now(ui)
	l := &live{
		temporary: temporary,
		site:      filepath.Join(temporary, "site"),
		origin:    origin(ln.Addr().(*net.TCPAddr)),
		now:       time.Now,
		ui:        ui,
		texts:     map[string][]byte{},
		good:      map[string][]byte{},
	}
	if now != nil {
		l.now, l.clock = now, c.Start.Format(time.RFC3339)
	}
	ui.Note("サイトを組み立てています。")
	if err := l.draw(ctx); err != nil {
		if ctx.Err() != nil {
			return &cli.Problem{Sentence: "途中で止めました。"}
		}
		return &cli.Problem{Sentence: "サイトを組み立てられませんでした。",
			Next: []string{"上の行に、ファイルの名前と行、直すところが出ています。", "直したら、もう一度 site serve を動かしてください。"}}
	}
	server, err := collector.New(collector.Config{
		Site: l.site,
		Data: c.Data,
		Now:  now,
		Log:  slog.New(slog.NewTextHandler(ui.Err, nil)),
	})
	if err != nil {
		return &cli.Problem{Sentence: "回答の受付を始められません。", Err: err,
			Next: []string{"アンケートの定義なら content/surveys/ を直してください。フォルダーのことなら --data に別の場所を書けます。"}}
	}
	fmt.Fprintf(ui.Err, "listening on %s\n", l.origin)
	ui.Note("ブラウザーで %s/ を開いてください。content/ を書き換えると、すぐに新しくなります。終わるときは Ctrl-C を押します。", l.origin)

	watching, stop := context.WithCancel(ctx)
	var watcher sync.WaitGroup
	watcher.Go(func() { l.watch(watching) })
	err = errors.Join(server.Serve(ctx, ln), server.Close())
	stop()
	watcher.Wait()
	return err
}

// origin is what a browser calls an address.
func origin(addr *net.TCPAddr) string {
	host := addr.IP.String()
	if addr.IP.IsUnspecified() {
		host = "localhost"
	}
	return "http://" + net.JoinHostPort(host, strconv.Itoa(addr.Port))
}
