package main

// What a report of many answers takes: go test ./cmd/collector -run '^$' -bench Report
// -answers 1000000.

import (
	"bufio"
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"
)

var benchAnswers = flag.Int("answers", 100_000, "how many answers the benchmark reports")

// BenchmarkReport compares the processor time of collector report with that of
// encoding/json, which decodes the same lines into maps, and of wc, which counts them.
// One in five people wrote a text.
func BenchmarkReport(b *testing.B) {
	bin, site, data := filepath.Join(b.TempDir(), "collector"), b.TempDir(), filepath.Join(b.TempDir(), "data")
	run := func(name string, args ...string) *os.ProcessState {
		b.Helper()
		cmd := exec.Command(name, args...)
		cmd.Env = append(os.Environ(), "CGO_ENABLED=0")
		if out, err := cmd.CombinedOutput(); err != nil {
			b.Fatalf("%v\n%s", err, out)
		}
		return cmd.ProcessState
	}
	run("go", "build", "-trimpath", "-ldflags=-s -w", "-o", bin, "staffplan/cmd/collector")

	var questions, units strings.Builder
	for i := range 18 {
		fmt.Fprintf(&questions, `{"id":"q%d","kind":"scale","text":"問い%d","labels":["1","2","3","4","5"],"themes":["t%d"],"measures":["s%d"]},`, i, i, i%3, i%5)
	}
	for i := range 12 {
		fmt.Fprintf(&units, `,{"value":"u%d","text":"第%d課"}`, i, i)
	}
	definition := filepath.Join(site, "surveys", "many", "survey.json")
	if err := os.MkdirAll(filepath.Dir(definition), 0o777); err != nil {
		b.Fatal(err)
	}
	if err := os.WriteFile(definition, fmt.Appendf(nil, `{"id":"many","title":"速さ","opens":"2020-01-01T00:00:00+09:00","closes":"2021-01-01T00:00:00+09:00","questions":[%s
		{"id":"unit","kind":"choice","text":"所属","group":true,"options":[%s]},
		{"id":"ways","kind":"multi","text":"道具","options":[{"value":"talk","text":"立ち話"},{"value":"mail","text":"メール"},{"value":"chat","text":"チャット"}]},
		{"id":"comment","kind":"text","text":"自由に","max":1000}]}`, &questions, units.String()[1:]), 0o666); err != nil {
		b.Fatal(err)
	}
	run(bin, "rehearse", "many", "--answers", fmt.Sprint(*benchAnswers), "--data", data, "--site", site)
	lines := filepath.Join(data, "many", "responses.jsonl")
	took := func(p *os.ProcessState) time.Duration { return p.UserTime() + p.SystemTime() }

	var report, decoder, counter time.Duration
	var peak int64
	for b.Loop() {
		out := b.TempDir()
		p := run(bin, "report", "--survey", definition, "--data", data, "--out", out, "--comments", filepath.Join(out, "comments.txt"))
		report += took(p)
		peak = max(peak, p.SysUsage().(*syscall.Rusage).Maxrss<<10)
		decoder += decoded(b, lines)
		counter += took(run("wc", "-l", lines))
	}
	b.ReportMetric(0, "ns/op")
	b.ReportMetric(report.Seconds()/float64(b.N), "cpu-s")
	b.ReportMetric(report.Seconds()/decoder.Seconds(), "report:encoding/json")
	b.ReportMetric(report.Seconds()/counter.Seconds(), "report:wc-l")
	b.ReportMetric(float64(peak), "peak-B")
}

// decoded is the processor time that encoding/json needs for a file.
func decoded(b *testing.B, name string) time.Duration {
	now := func() time.Duration {
		var r syscall.Rusage
		if err := syscall.Getrusage(syscall.RUSAGE_SELF, &r); err != nil {
			b.Fatal(err)
		}
		return time.Duration(r.Utime.Nano() + r.Stime.Nano())
	}
	before := now()
	file, err := os.Open(name)
	if err != nil {
		b.Fatal(err)
	}
	defer file.Close()
	in := bufio.NewScanner(file)
	for in.Scan() {
		var line struct {
			Survey  string
			Answers map[string]any
		}
		if err := json.Unmarshal(in.Bytes(), &line); err != nil {
			b.Fatal(err)
		}
	}
	if err := in.Err(); err != nil {
		b.Fatal(err)
	}
	return now() - before
}
