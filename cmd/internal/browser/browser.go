// Package browser drives a real Chromium for the tests of both commands.
package browser

import (
	"context"
	"os"
	"os/exec"
	"testing"
	"time"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/chromedp"
)

// HostName is a name under which the browser finds 127.0.0.1. Only under a name
// does Chromium treat plain HTTP as it does in an office.
const HostName = "staffplan.example"

// patience is how long a step may take on a busy machine.
const patience = 3 * time.Minute

// Path is the Chromium that is installed, or "".
func Path() string {
	for _, name := range []string{"chromium", "chromium-browser", "google-chrome"} {
		if path, err := exec.LookPath(name); err == nil {
			return path
		}
	}
	return ""
}

// Open starts a Chromium that asks the network for nothing of its own, and
// returns a tab in it. Its profile is a fresh one, thrown away by close. Flags
// come after those that all tests share, and override them.
func Open(ctx context.Context, flags ...chromedp.ExecAllocatorOption) (tab context.Context, close func(), err error) {
	options := append([]chromedp.ExecAllocatorOption{
		chromedp.ExecPath(Path()),
		chromedp.NoFirstRun, chromedp.NoSandbox, chromedp.Headless, chromedp.DisableGPU,
		chromedp.Flag("disable-quic", true),
		chromedp.Flag("disable-background-networking", true),
		chromedp.Flag("hide-scrollbars", true),
		chromedp.Flag("lang", "ja"),
		chromedp.Flag("host-resolver-rules", "MAP "+HostName+" 127.0.0.1"),
		chromedp.WSURLReadTimeout(patience),
	}, flags...)
	allocator, end := chromedp.NewExecAllocator(ctx, options...)
	tab, closeTab := chromedp.NewContext(allocator)
	close = func() { closeTab(); end() }
	if err := chromedp.Do(tab); err != nil { // the first call starts it
		close()
		return nil, nil, err
	}
	return tab, close, nil
}

// Need skips the test where no browser is installed, but not in CI: there it
// fails. A test whose parts start browsers calls it first, or would go on to
// look for what none of them has done.
func Need(t *testing.T) {
	t.Helper()
	if Path() == "" {
		if os.Getenv("CI") != "" {
			t.Fatal("no Chromium is installed")
		}
		t.Skip("no Chromium is installed")
	}
}

// Start is Open until the test ends. It begins with Need.
func Start(t *testing.T, flags ...chromedp.ExecAllocatorOption) (tab context.Context) {
	t.Helper()
	Need(t)
	tab, close, err := Open(context.Background(), flags...)
	if err != nil {
		t.Fatalf("Chromium does not start: %v", err)
	}
	t.Cleanup(close)
	return tab
}

// Do is Ask for steps that give nothing.
func Do(t *testing.T, tab context.Context, steps ...chromedp.Action[chromedp.Void]) {
	t.Helper()
	Ask(t, tab, chromedp.Steps(steps...))
}

// Ask runs the action in the tab, and ends the test with what the tab shows
// where it does not come to its end.
func Ask[T any](t *testing.T, tab context.Context, action chromedp.Action[T]) T {
	t.Helper()
	ctx, cancel := context.WithTimeout(tab, patience)
	defer cancel()
	value, err := chromedp.Run(ctx, action)
	if err != nil {
		ctx, cancel := context.WithTimeout(tab, patience)
		defer cancel()
		shows, _ := chromedp.Run(ctx, chromedp.Evaluate[string](`location.href + "\n" + document.body.innerText`))
		t.Fatalf("%v\n%s", err, shows)
	}
	return value
}

// Scripts turns JavaScript on or off in the tab.
func Scripts(on bool) chromedp.Action[chromedp.Void] {
	return call(emulation.SetScriptExecutionDisabled, emulation.SetScriptExecutionDisabledParams{Value: !on})
}

// Media has the tab prefer what the media features say, for a medium that
// stands under "".
func Media(features map[string]string) chromedp.Action[chromedp.Void] {
	params := emulation.SetEmulatedMediaParams{Media: features[""], Features: []*emulation.MediaFeature{}}
	for name, value := range features {
		if name != "" {
			params.Features = append(params.Features, &emulation.MediaFeature{Name: name, Value: value})
		}
	}
	return call(emulation.SetEmulatedMedia, params)
}

func call[P, R any](command cdp.Command[P, R], params P) chromedp.Action[chromedp.Void] {
	return chromedp.Func(func(ctx context.Context, tab *chromedp.Target) error {
		_, err := cdp.Call(ctx, tab, command, params)
		return err
	})
}
