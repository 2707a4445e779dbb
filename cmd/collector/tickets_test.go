package main

// Slips as they are printed, and as they are used on a service that is killed
// again and again.

import (
	"bufio"
	"encoding/hex"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"runtime"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"
	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"
	"rsc.io/qr"

	"staffplan/cmd/internal/clitest"
	"staffplan/collector/journal"
	"staffplan/collector/ticket"
)

// held DIR N COMMAND… is status N COMMAND… while a service has the directory.
func held(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 3 {
		ts.Fatalf("usage: held dir number command…")
	}
	lock, err := journal.Lock(ts.MkAbs(args[0]))
	ts.Check(err)
	defer lock.Close()
	clitest.Status(ts, false, args[1:])
}

// slips FILE DIR N [ADDRESS] wants N different slips that are known in a
// survey's folder, no more than eight on a sheet, and with an address, as text
// and as a QR code, on each.
func slips(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 3 {
		ts.Fatalf("usage: slips file dir number [address]")
	}
	text := ts.ReadFile(args[0])
	info, err := os.Stat(ts.MkAbs(args[0]))
	ts.Check(err)
	if runtime.GOOS != "windows" && info.Mode().Perm() != 0o600 {
		ts.Fatalf("%s: mode %v", args[0], info.Mode())
	}
	doc, err := html.Parse(strings.NewReader(text))
	ts.Check(err)
	known := strings.Fields(ts.ReadFile(filepath.Join(args[1], "tickets.txt")))
	var codes []string
	for n := range doc.Descendants() {
		switch classOf(n) {
		case "sheet":
			children := 0
			for c := range n.ChildNodes() {
				if c.DataAtom == atom.Article {
					children++
				}
			}
			if children < 1 || children > 8 {
				ts.Fatalf("%d slips on a sheet", children)
			}
		case "slip":
			words := wordsOf(n)
			if len(args) > 3 && (!strings.Contains(words, args[3]) || !strings.Contains(markupOf(n), `<use href="#qr"`)) {
				ts.Fatalf("a slip without the address: %s", words)
			}
		case "code":
			code, err := ticket.Parse(wordsOf(n))
			ts.Check(err)
			hash := code.Hash()
			if _, ok := slices.BinarySearch(known, hex.EncodeToString(hash[:])); !ok {
				ts.Fatalf("a printed code is not known")
			}
			if strings.Count(text, code.String()) != 1 || strings.Contains(text, string(code)) {
				ts.Fatalf("a code stands elsewhere too")
			}
			codes = append(codes, string(code))
		}
	}
	if got := fmt.Sprint(len(codes)); got != args[2] || len(slices.Compact(slices.Sorted(slices.Values(codes)))) != len(codes) {
		ts.Fatalf("%s slips, want %s different ones", got, args[2])
	}
	if len(args) > 3 {
		wantQR(ts, text, args[3])
	}
}

// wantQR compares what is drawn with the code, point by point.
func wantQR(ts *testscript.TestScript, page, address string) {
	code, err := qr.Encode(address, qr.M)
	ts.Check(err)
	const quiet = 4
	if want := fmt.Sprintf(`viewBox="0 0 %d %[1]d"`, code.Size+2*quiet); !strings.Contains(page, want) {
		ts.Fatalf("no %s", want)
	}
	drawn := map[[2]int]bool{}
	for _, run := range regexp.MustCompile(`M\d+ \d+h\d+v1h-\d+z`).FindAllString(page, -1) {
		var x, y, right, left int
		if _, err := fmt.Sscanf(run, "M%d %dh%dv1h-%dz", &x, &y, &right, &left); err != nil || left != right {
			ts.Fatalf("%s: %v", run, err)
		}
		for i := range right {
			drawn[[2]int{x + i, y}] = true
		}
	}
	for y := range code.Size {
		for x := range code.Size {
			at := [2]int{x + quiet, y + quiet}
			if drawn[at] != code.Black(x, y) {
				ts.Fatalf("the QR code is wrong at %d, %d", x, y)
			}
			delete(drawn, at)
		}
	}
	if len(drawn) > 0 {
		ts.Fatalf("something is drawn outside of the QR code")
	}
}

func classOf(n *html.Node) string {
	for _, a := range n.Attr {
		if a.Key == "class" {
			return a.Val
		}
	}
	return ""
}

func wordsOf(n *html.Node) string {
	var b strings.Builder
	for d := range n.Descendants() {
		if d.Type == html.TextNode {
			b.WriteString(d.Data)
		}
	}
	return b.String()
}

func markupOf(n *html.Node) string {
	var b strings.Builder
	if err := html.Render(&b, n); err != nil {
		panic(err)
	}
	return b.String()
}

// A service of its own is killed while a crowd answers with tickets. Whoever
// was told 201 finds the ticket used, and no ticket ever gives two answers.
func TestTicketsOverKills(t *testing.T) {
	dir := t.TempDir()
	site, data, out := filepath.Join(dir, "site"), filepath.Join(dir, "data"), filepath.Join(dir, "slips.html")
	folder := filepath.Join(site, "surveys", "slips")
	if err := os.MkdirAll(folder, 0o777); err != nil {
		t.Fatal(err)
	}
	const definition = `{"id":"slips","title":"券","opens":"2026-11-01T00:00:00+09:00","closes":"2026-11-30T23:59:59+09:00","access":"ticket","sealed_to":"",
 "release":10,"minimum":10,"minimum_comments":10,"previous":"","headcount":{},
 "questions":[{"id":"n","kind":"text","text":"番号","required":true,"max":5}]}`
	if err := os.WriteFile(filepath.Join(folder, "survey.json"), []byte(strings.Replace(definition, "2026-11-30", "2999-11-30", 1)), 0o666); err != nil {
		t.Fatal(err)
	}
	const tickets, kills = 120, 4
	if text, err := exec.Command("collector", "tickets", "slips", "--count", fmt.Sprint(tickets), "--out", out, "--data", data, "--site", site).CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, text)
	}
	if err := os.WriteFile(filepath.Join(folder, "survey.json"), []byte(definition), 0o666); err != nil {
		t.Fatal(err)
	}
	page, err := os.ReadFile(out)
	if err != nil {
		t.Fatal(err)
	}
	codes := regexp.MustCompile(`(?:[0-9A-Z]{4}-){3}[0-9A-Z]{5}`).FindAllString(string(page), -1)
	if len(codes) != tickets {
		t.Fatalf("%d codes", len(codes))
	}

	// Each ticket is tried until it is taken or known to be used: a person who
	// saw the line break sends again.
	taken := make([]bool, tickets)
	try := func(url string, i int) (status int) {
		body := fmt.Sprintf(`{"ticket":%q,"n":"%d"}`, codes[i], i)
		res, err := http.Post(url+"/answers/slips", "application/json", strings.NewReader(body))
		if err != nil {
			return 0 // the service was killed
		}
		defer res.Body.Close()
		io.Copy(io.Discard, res.Body)
		return res.StatusCode
	}
	for round := range kills {
		service := serveSlips(t, site, data, "2026-11-05T09:00:00+09:00")
		var senders sync.WaitGroup
		part := tickets * (round + 1) / kills
		killed := sync.OnceFunc(func() { service.Process.Kill() })
		for i := range part {
			senders.Go(func() {
				switch status := try(service.url, i); {
				case taken[i] && status != 422 && status != 0:
					t.Errorf("round %d: a used ticket gives %d", round, status)
				case status == 201:
					taken[i] = true
				}
				if i == part-1-part/8 { // in the middle of it
					killed()
				}
			})
		}
		senders.Wait()
		killed()
		service.Wait()
	}
	service := serveSlips(t, site, data, "2026-11-05T09:00:00+09:00")
	for i := range tickets {
		if status := try(service.url, i); status != 201 && status != 422 || taken[i] && status != 422 {
			t.Errorf("ticket %d gives %d in the end", i, status)
		}
	}
	for i := range tickets {
		if status := try(service.url, i); status != 422 {
			t.Errorf("ticket %d gives %d once more", i, status)
		}
	}
	service.Process.Kill()
	service.Wait()
	service = serveSlips(t, site, data, "2026-12-05T09:00:00+09:00") // it closes
	service.Process.Kill()
	service.Wait()

	released, err := readAll(filepath.Join(data, "slips"))
	if err != nil {
		t.Fatal(err)
	}
	var got, want []string
	for _, line := range released.Texts {
		got = append(got, string(line))
	}
	for i := range tickets {
		want = append(want, fmt.Sprintf(`{"survey":"slips","question":"n","text":"%d"}`, i))
	}
	slices.Sort(got)
	slices.Sort(want)
	if !slices.Equal(got, want) || len(released.Answers) != tickets {
		t.Errorf("%d answers and %d texts for %d tickets", len(released.Answers), len(got), tickets)
	}
	spent, err := os.ReadFile(filepath.Join(data, "slips", "spent.txt"))
	if err != nil {
		t.Fatal(err)
	}
	if list := strings.Fields(string(spent)); len(list) != tickets || !slices.IsSorted(list) {
		t.Errorf("%d spent, want %d, sorted", len(list), tickets)
	}
}

// slipsService is a collector in a process of its own.
type slipsService struct {
	*exec.Cmd
	url string
}

func serveSlips(t *testing.T, site, data, clock string) *slipsService {
	t.Helper()
	cmd := exec.Command("collector", "serve", "--site", site, "--data", data, "--addr", "127.0.0.1:0", "--clock", clock)
	stderr, err := cmd.StderrPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { cmd.Process.Kill() })
	said := bufio.NewReader(stderr)
	for {
		line, err := said.ReadString('\n')
		if err != nil {
			t.Fatalf("the service does not listen: %s", line)
		}
		if url, ok := strings.CutPrefix(strings.TrimSpace(line), "listening on "); ok {
			go io.Copy(io.Discard, said)
			return &slipsService{cmd, url}
		}
	}
}
