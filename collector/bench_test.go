package collector

// How many answers a second, beside a handler that reads the body and throws it
// away: the same machine, the same minute, the same requests from net/http's
// client, by turns. What the figures mean is in the README.

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"filippo.io/age"
)

// peer is set in the process that serves the handler to compare with.
const peer = "STAFFPLAN_BENCH_PEER"

func TestMain(m *testing.M) {
	if os.Getenv(peer) != "" {
		discard()
	}
	os.Exit(m.Run())
}

// discard takes everything and keeps nothing, behind the same limits.
func discard() {
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		panic(err)
	}
	fmt.Fprintf(os.Stderr, "listening on http://%s\n", ln.Addr())
	handler := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		io.Copy(io.Discard, r.Body)
		w.WriteHeader(http.StatusCreated)
	})
	panic(newHTTP(handler, &doors{log: slog.New(slog.DiscardHandler), waiting: map[net.Conn]time.Time{}}).Serve(ln))
}

// BenchmarkAnswers lets each service run for half a second in turn, b.N times,
// and gives medians. "durable" acknowledges after fdatasync, "sealed" also
// encrypts the answer and the comment apart; both release by tens, most of it
// once the half second is over. That does not fall into the turn of another:
// "released" is what both take together.
func BenchmarkAnswers(b *testing.B) {
	bin := filepath.Join(b.TempDir(), "collector")
	build := exec.Command("go", "build", "-trimpath", "-ldflags=-s -w", "-o", bin, "staffplan/cmd/collector")
	build.Env = append(os.Environ(), "CGO_ENABLED=0")
	if out, err := build.CombinedOutput(); err != nil {
		b.Fatalf("%v\n%s", err, out)
	}
	self, err := os.Executable()
	if err != nil {
		b.Fatal(err)
	}
	site, body := benchSite(b)
	for _, connections := range []int{64, 256} {
		b.Run(fmt.Sprintf("connections=%d", connections), func(b *testing.B) {
			serve := func(survey string) *benchService {
				data := b.TempDir()
				s := startBench(b, exec.Command(bin, "serve", "--site", site, "--data", data, "--addr", "127.0.0.1:0"), survey)
				s.responses = filepath.Join(data, survey, "responses.jsonl")
				return s
			}
			nothing := exec.Command(self)
			nothing.Env = append(os.Environ(), peer+"=1")
			services := []*benchService{startBench(b, nothing, "durable"), serve("durable"), serve("sealed")}
			for _, s := range services {
				s.load(b, body, connections, 200*time.Millisecond) // warm
				s.rates, s.p99s, s.released = nil, nil, nil
			}
			n := 0
			for b.Loop() {
				for i := range services { // another one begins each time
					services[(n+i)%len(services)].load(b, body, connections, 500*time.Millisecond)
				}
				n++
			}
			b.StopTimer()
			nothings, durable, sealed := services[0], services[1], services[2]
			b.ReportMetric(0, "ns/op")
			b.ReportMetric(median(nothings.rates), "discard/s")
			b.ReportMetric(median(durable.rates), "durable/s")
			b.ReportMetric(median(durable.released), "released/s")
			b.ReportMetric(median(sealed.rates), "sealed/s")
			b.ReportMetric(median(ratios(durable.rates, nothings.rates)), "durable:discard")
			b.ReportMetric(median(ratios(durable.p99s, nothings.p99s)), "p99:p99")
			b.ReportMetric(1000*median(durable.p99s), "p99-ms")
			b.ReportMetric(durable.memory(b), "durable-MB")
			b.ReportMetric(sealed.memory(b), "sealed-MB")
			b.ReportMetric(1e6*syncSeconds(b), "sync-µs")
		})
	}
}

// benchSite has the same survey twice, open and sealed: ten scales and a
// comment. The answer to it is a kilobyte of Japanese JSON.
func benchSite(b *testing.B) (site string, body []byte) {
	identity, err := age.GenerateX25519Identity()
	if err != nil {
		b.Fatal(err)
	}
	var questions, answers strings.Builder
	for i := range 10 {
		fmt.Fprintf(&questions, `{"id":"q%d","kind":"scale","text":"問い%d","required":true,"labels":["1","2","3","4","5"]},`, i, i)
		fmt.Fprintf(&answers, `"q%d":%d,`, i, 1+i%5)
	}
	site = b.TempDir()
	for id, recipient := range map[string]string{"durable": "", "sealed": identity.Recipient().String()} {
		definition := fmt.Sprintf(`{"id":%q,"title":"速さ","opens":"2020-01-01T00:00:00+09:00","closes":"2099-01-01T00:00:00+09:00",
			"access":"open","sealed_to":%q,"release":10,"minimum":10,"minimum_comments":10,"previous":"","headcount":{},
			"questions":[%s{"id":"comment","kind":"text","text":"自由に","max":1000}]}`, id, recipient, questions.String())
		dir := filepath.Join(site, "surveys", id)
		if err := os.MkdirAll(dir, 0o777); err != nil {
			b.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(dir, "survey.json"), []byte(definition), 0o666); err != nil {
			b.Fatal(err)
		}
	}
	comment := strings.Repeat("窓口の席をもう一つ増やしたい。", 20)
	return site, fmt.Appendf(nil, `{%s"comment":%q}`, answers.String(), comment)
}

// benchService is a service in a process of its own.
type benchService struct {
	process   *os.Process
	address   string
	survey    string
	responses string // the file that answers are released to; empty if none are
	answers   int    // sent so far

	rates    []float64 // answers a second, by round
	p99s     []float64 // seconds, by round
	released []float64 // answers a second until all but nine are released, by round
}

func startBench(b *testing.B, cmd *exec.Cmd, survey string) *benchService {
	stderr, err := cmd.StderrPipe()
	if err != nil {
		b.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { cmd.Process.Kill(); cmd.Wait() })
	said := bufio.NewReader(stderr)
	for {
		line, err := said.ReadString('\n')
		if err != nil {
			b.Fatalf("%s does not listen: %s", cmd.Path, line)
		}
		if address, ok := strings.CutPrefix(line, "listening on http://"); ok {
			go io.Copy(io.Discard, said)
			return &benchService{process: cmd.Process, address: strings.TrimSpace(address), survey: survey}
		}
	}
}

// load keeps so many connections busy for so long.
func (s *benchService) load(b *testing.B, body []byte, connections int, length time.Duration) {
	took := make([][]time.Duration, connections)
	errs := make([]error, connections)
	var senders sync.WaitGroup
	begin := time.Now()
	for i := range connections {
		senders.Go(func() { took[i], errs[i] = s.send(body, begin.Add(length)) })
	}
	senders.Wait()
	total := time.Since(begin)
	if err := errors.Join(errs...); err != nil {
		b.Fatal(err)
	}
	all := slices.Concat(took...)
	slices.Sort(all)
	s.answers += len(all)
	s.rates = append(s.rates, float64(len(all))/total.Seconds())
	s.p99s = append(s.p99s, all[len(all)*99/100].Seconds())
	if s.responses != "" {
		for s.lines(b) <= s.answers-10 {
			time.Sleep(time.Millisecond)
		}
		s.released = append(s.released, float64(len(all))/time.Since(begin).Seconds())
	}
}

// lines is how many answers are released. All are the same and have the same
// length.
func (s *benchService) lines(b *testing.B) int {
	f, err := os.Open(s.responses)
	if errors.Is(err, os.ErrNotExist) {
		return 0
	}
	if err != nil {
		b.Fatal(err)
	}
	defer f.Close()
	first, err := bufio.NewReader(f).ReadString('\n')
	if err == io.EOF {
		return 0
	}
	info, err := f.Stat()
	if err != nil {
		b.Fatal(err)
	}
	return int(info.Size()) / len(first)
}

// send is one connection.
func (s *benchService) send(body []byte, until time.Time) (took []time.Duration, err error) {
	client := &http.Client{Transport: &http.Transport{}}
	defer client.CloseIdleConnections()
	for begin := time.Now(); begin.Before(until); {
		res, err := client.Post("http://"+s.address+"/answers/"+s.survey, "application/json", bytes.NewReader(body))
		if err != nil {
			return nil, err
		}
		res.Body.Close()
		if res.StatusCode != http.StatusCreated {
			return nil, fmt.Errorf("%s: %s", s.survey, res.Status)
		}
		now := time.Now()
		took = append(took, now.Sub(begin))
		begin = now
	}
	return took, nil
}

// memory is the most that was resident, in MB.
func (s *benchService) memory(b *testing.B) float64 {
	status, err := os.ReadFile("/proc/" + strconv.Itoa(s.process.Pid) + "/status")
	if err != nil {
		b.Log(err)
		return 0
	}
	_, after, _ := strings.Cut(string(status), "VmHWM:")
	kilobytes, err := strconv.Atoi(strings.Fields(after)[0])
	if err != nil {
		b.Fatal(err)
	}
	return float64(kilobytes) / 1024
}

// syncSeconds is what a kilobyte at a time costs on this disk.
func syncSeconds(b *testing.B) float64 {
	f, err := os.Create(filepath.Join(b.TempDir(), "file"))
	if err != nil {
		b.Fatal(err)
	}
	defer f.Close()
	var took []float64
	for range 200 {
		begin := time.Now()
		if _, err := f.Write(make([]byte, 1<<10)); err != nil {
			b.Fatal(err)
		}
		if err := f.Sync(); err != nil {
			b.Fatal(err)
		}
		took = append(took, time.Since(begin).Seconds())
	}
	return median(took)
}

func ratios(of, to []float64) []float64 {
	r := make([]float64, len(of))
	for i := range of {
		r[i] = of[i] / to[i]
	}
	return r
}

func median(s []float64) float64 {
	s = slices.Sorted(slices.Values(s))
	return s[len(s)/2]
}
