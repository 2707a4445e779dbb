package main

// Script commands for a server that runs while the script goes on, and for a
// real browser that looks at it.

import (
	"context"
	"net/http"
	"os"
	"os/exec"
	"regexp"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"time"

	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/chromedp"
	"github.com/rogpeppe/go-internal/testscript"

	"staffplan/cmd/internal/browser"
)

// patience is how long a server or a browser may take for one thing on a busy
// machine before the script gives up.
const patience = 3 * time.Minute

// server is a running `site serve`.
type server struct {
	process *os.Process
	ended   chan struct{}
	code    int // once ended
	log     string
}

// window is a browser's window on it.
type window struct {
	ctx context.Context

	mu         sync.Mutex
	complaints []string // what the browser says against the page
}

// A script has one server and one window, found by its working folder.
var servers, windows sync.Map

var listening = regexp.MustCompile(`(?m)^listening on (http://\S+)$`)

// serving ARGS… starts site serve, waits until it listens and sets $url. What
// it says on standard error is in ../serve.log, its temporary files in ../tmp.
func serving(ts *testscript.TestScript, neg bool, args []string) {
	s := &server{ended: make(chan struct{}), log: ts.MkAbs("../serve.log")}
	file, err := os.Create(s.log)
	ts.Check(err)
	defer file.Close()
	ts.Check(os.MkdirAll(ts.MkAbs("../tmp"), 0o777))
	command := exec.Command("site", append([]string{"serve"}, args...)...)
	command.Dir = ts.MkAbs(".")
	command.Env = append(os.Environ(), "TMPDIR="+ts.MkAbs("../tmp"), "XDG_CACHE_HOME="+ts.Getenv("XDG_CACHE_HOME"))
	command.Stderr = file
	ts.Check(command.Start())
	s.process = command.Process
	go func() {
		defer close(s.ended)
		command.Wait()
		s.code = command.ProcessState.ExitCode()
	}()
	ts.Defer(func() {
		s.process.Kill()
		<-s.ended
	})
	servers.Store(ts.Getenv("WORK"), s)
	eventually(ts, "site serve listens", func() bool {
		data := ts.ReadFile(s.log)
		if m := listening.FindStringSubmatch(data); m != nil {
			ts.Setenv("url", m[1])
			return true
		}
		select {
		case <-s.ended:
			ts.Fatalf("site serve ended:\n%s", data)
		default:
		}
		return false
	})
}

// stop ends the server as a service manager does and wants status 0.
func stop(ts *testscript.TestScript, neg bool, args []string) {
	found, _ := servers.Load(ts.Getenv("WORK"))
	s := found.(*server)
	ts.Check(s.process.Signal(syscall.SIGTERM))
	select {
	case <-s.ended:
	case <-time.After(patience):
		ts.Fatalf("site serve does not end")
	}
	if s.code != 0 {
		ts.Fatalf("site serve ended with status %d\n%s", s.code, ts.ReadFile(s.log))
	}
}

// answers STATUS METHOD PATH [BODY] wants that status, at once or after the
// definitions have been read again.
func answers(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 3 || len(args) > 4 {
		ts.Fatalf("usage: answers status method path [body]")
	}
	want, err := strconv.Atoi(args[0])
	ts.Check(err)
	body := strings.Join(args[3:], "")
	client := &http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	eventually(ts, strings.Join(args, " "), func() bool {
		request, err := http.NewRequest(args[1], ts.Getenv("url")+args[2], strings.NewReader(body))
		ts.Check(err)
		request.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		response, err := client.Do(request)
		ts.Check(err)
		response.Body.Close()
		return response.StatusCode == want
	})
}

// logged PATTERN waits until the server has said it.
func logged(ts *testscript.TestScript, neg bool, args []string) {
	pattern := regexp.MustCompile(args[0])
	eventually(ts, "site serve says "+args[0], func() bool {
		return pattern.MatchString(ts.ReadFile(ts.MkAbs("../serve.log")))
	})
}

// visit PATH opens a page in Chromium and waits until live reload has asked.
func visit(ts *testscript.TestScript, neg bool, args []string) {
	if _, open := windows.Load(ts.Getenv("WORK")); !open {
		openWindow(ts)
	}
	w := windowOf(ts)
	_, err := chromedp.Run(w.ctx, chromedp.WaitEvent(network.ResponseReceived,
		func(e network.EventResponseReceived) bool {
			return strings.HasSuffix(e.Response.URL, "/_check/findings.json")
		},
		chromedp.Navigate(ts.Getenv("url")+args[0])))
	if err != nil {
		ts.Fatalf("no live reload: %v, %q", err, w.complaints)
	}
}

func openWindow(ts *testscript.TestScript) {
	tab, closeBrowser, err := browser.Open(context.Background())
	ts.Check(err)
	ctx, cancelTime := context.WithTimeout(tab, 2*patience)
	ts.Defer(func() { cancelTime(); closeBrowser() })
	w := &window{ctx: ctx}
	windows.Store(ts.Getenv("WORK"), w)
	console := chromedp.Console(ctx)
	go func() {
		for message, err := range console {
			if err != nil {
				return
			}
			w.mu.Lock()
			w.complaints = append(w.complaints, message.Text)
			w.mu.Unlock()
		}
	}()
}

// sees TEXT waits until the page shows the text, and wants no complaint of the
// browser about the content security policy.
func sees(ts *testscript.TestScript, neg bool, args []string) {
	w := windowOf(ts)
	eventually(ts, "the page shows "+args[0], func() bool {
		text, err := chromedp.Run(w.ctx, chromedp.Evaluate[string](`document.body ? document.body.innerText : ""`))
		return err == nil && strings.Contains(text, args[0]) // a page on its way out is no error
	})
	w.mu.Lock()
	defer w.mu.Unlock()
	for _, complaint := range w.complaints {
		if strings.Contains(complaint, "Content Security Policy") {
			ts.Fatalf("%s", complaint)
		}
	}
}

// press SELECTOR clicks.
func press(ts *testscript.TestScript, neg bool, args []string) {
	ts.Check(chromedp.Do(windowOf(ts).ctx, chromedp.Click(chromedp.CSS(args[0]))))
}

func windowOf(ts *testscript.TestScript) *window {
	found, ok := windows.Load(ts.Getenv("WORK"))
	if !ok {
		ts.Fatalf("visit a page first")
	}
	return found.(*window)
}

func eventually(ts *testscript.TestScript, what string, ok func() bool) {
	for deadline := time.Now().Add(patience); !ok(); time.Sleep(50 * time.Millisecond) {
		if time.Now().After(deadline) {
			ts.Fatalf("not yet after %v: %s", patience, what)
		}
	}
}
