package main

// collector serve: the site and the answers, until a signal says stop.

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"os"
	"os/signal"
	"runtime"
	"runtime/debug"
	"syscall"

	"github.com/coreos/go-systemd/v22/activation"
	"github.com/coreos/go-systemd/v22/daemon"
	"golang.org/x/sync/errgroup"

	"staffplan/cmd/internal/cli"
	"staffplan/collector"
)

type serveCmd struct {
	Site        string   `default:"public" placeholder:"フォルダー" help:"site build で組み立てたサイト。"`
	Data        string   `default:"data" placeholder:"フォルダー" help:"回答をしまうフォルダー。"`
	Addr        string   `default:"127.0.0.1:8080" placeholder:"アドレス" help:"開くアドレス。ポート 0 なら空いているものを使います。"`
	Close       []string `placeholder:"名前" help:"データが古くても締め切ってよいアンケート（時計を確かめてから付けます）。"`
	Host        []string `placeholder:"名前" help:"このサイトを開くときの名前。ほかの名前で来た人は断ります（数字のアドレスと localhost は別）。書かなければ、どの名前でも開きます。"`
	MaxInflight int      `default:"512" placeholder:"件数" help:"同時に受け付ける回答の数。超えた分には、少し待つように伝えます。"`

	cli.Clock
}

// Validate is kong's: what it refuses is wrong usage.
func (c *serveCmd) Validate() error {
	if c.MaxInflight < 1 {
		return errors.New("--max-inflight は 1 以上にしてください")
	}
	return nil
}

// Garbage is collected once it is twice what is in use, half as often as by
// default, but more often instead of the process growing beyond memoryLimit
// bytes, which is no hard limit (runtime/debug.SetMemoryLimit). With 256 busy
// connections the process stays below 40 MB, its program included.
const (
	garbagePercent = 200
	memoryLimit    = 28 << 20
)

// Run serves until ctx ends. SIGHUP has it look at the definitions at once.
//
// Under systemd it tells when it is ready, reads again and stops (sd_notify(3)).
func (c *serveCmd) Run(ctx context.Context, ui *cli.UI) error {
	debug.SetMemoryLimit(memoryLimit)
	debug.SetGCPercent(garbagePercent)
	// Under load one thread nearly always waits in fdatasync: with one more
	// than there are cores, none of these stands idle meanwhile.
	runtime.GOMAXPROCS(runtime.GOMAXPROCS(0) + 1)
	hangup := make(chan os.Signal, 1)
	signal.Notify(hangup, syscall.SIGHUP)
	defer signal.Stop(hangup)

	log := slog.New(slog.NewTextHandler(ui.Err, &slog.HandlerOptions{ReplaceAttr: withoutTime}))
	notify := func(state string) {
		if _, err := daemon.SdNotify(false, state); err != nil {
			log.Warn("systemd に知らせられません。", "err", err)
		}
	}
	// First the address: where it is taken, nothing stored has been touched.
	ln, err := c.listen()
	if err != nil {
		return err
	}
	defer ln.Close()
	server, err := collector.New(collector.Config{
		Site:        c.Site,
		Data:        c.Data,
		Close:       c.Close,
		Hosts:       c.Host,
		MaxInflight: c.MaxInflight,
		Now:         c.Now(ui),
		Log:         log,
	})
	if err != nil {
		return err
	}
	defer server.Close()
	fmt.Fprintf(ui.Err, "listening on http://%s\n", ln.Addr())
	notify(daemon.SdNotifyReady)

	serving, servingCtx := errgroup.WithContext(ctx)
	serving.Go(func() error { return server.Serve(servingCtx, ln) })
	serving.Go(func() error {
		for {
			select {
			case <-hangup:
			case <-servingCtx.Done():
				notify(daemon.SdNotifyStopping)
				return nil
			}
			notify(daemon.SdNotifyReloading + "\n" + daemon.SdNotifyMonotonicUsec())
			server.Reload()
			notify(daemon.SdNotifyReady)
		}
	})
	err = serving.Wait()
	closing := server.Close()
	if ctx.Err() == nil {
		return errors.Join(err, closing)
	}
	if closing != nil {
		// It was asked to stop, and has: that is no failure of this command.
		ui.Say("書き込みの故障が直らないまま止めました。（%v）", closing)
		ui.Say("ディスクを確かめてから動かしてください。受け取ったと答えた回答は、次に動かしたときに取り出します。")
	}
	log.Info("止まりました。")
	return nil
}

// listen takes the socket that systemd holds (sd_listen_fds(3)): who comes while
// the service is started again waits a moment, and is not refused. Without one
// it opens --addr.
func (c *serveCmd) listen() (net.Listener, error) {
	held, err := activation.Listeners()
	switch {
	case err != nil || len(held) > 1 || len(held) == 1 && held[0] == nil:
		return nil, &cli.Problem{Sentence: "systemd から渡されたソケットを使えません。", Err: err,
			Next: []string{"ソケットの設定（.socket）で、ListenStream= を一つだけにしてください。"}}
	case len(held) == 1:
		return held[0], nil
	}
	ln, err := net.Listen("tcp", c.Addr)
	if err != nil {
		return nil, &cli.Problem{Sentence: fmt.Sprintf("%s では開けません。", c.Addr), Err: err,
			Next: []string{"ほかで使っていないかを確かめるか、--addr で別のアドレスを書いてください。"}}
	}
	return ln, nil
}

// withoutTime leaves the time to whoever keeps the log: a line of trouble is
// often a moment at which somebody sent an answer.
func withoutTime(groups []string, a slog.Attr) slog.Attr {
	if len(groups) == 0 && a.Key == slog.TimeKey {
		return slog.Attr{}
	}
	return a
}
