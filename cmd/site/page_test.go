package main

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/fstest"
)

// Taking a page apart keeps every line where it is, and no text makes the check
// fall over.
func FuzzReadPage(f *testing.F) {
	pages, err := filepath.Glob("testdata/small/content/*/*.md")
	if err != nil || len(pages) == 0 {
		f.Fatal("no pages to begin with", err)
	}
	for _, name := range pages {
		data, err := os.ReadFile(name)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(data)
	}
	for _, text := range []string{
		"", "---", "---\n---\n", "---\r\ntitle: あ\r\n---\r\n本文", "\ufeff---\ntitle: あ\n---\n", "\n\n---\na: b\n---\n", "--- \na: b\n---",
		"---\n? {a: b}\n: c\n---\n", "---\na: &x [*x]\n---\n", "---\n- a\n---\n", "---\n&a\n---\n", "+++\na = 1\n+++\n", "{\"a\":1}\n", "#+TITLE: a\n",
		"---\r\r\ra\r: :\n---\n", "---\na: b\n---\n{{< x", "---\na: b\n---\n{{</* x */>}}\n{{% y %}}**z**{{% /y %}}\n", "---\na: b\n---\n<!--more-->\n# **「あ」**い {#い}\n",
	} {
		f.Add([]byte(text))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		p, bad := readPage("content/measures/x.md", data)
		if (p == nil) == (bad == nil) {
			t.Fatalf("page %v, finding %v", p, bad)
		}
		lines := 1 + bytes.Count(data, []byte("\n"))
		if bad != nil {
			if bad.Line < 1 || bad.Line > lines {
				t.Errorf("finding on line %d of %d", bad.Line, lines)
			}
			return
		}
		for _, hidden := range [][]byte{p.source, p.args} {
			if len(hidden) != len(data) {
				t.Fatalf("%d bytes became %d", len(data), len(hidden))
			}
			for i, b := range hidden {
				if (b == '\n') != (data[i] == '\n') {
					t.Fatalf("byte %d: a line ends elsewhere", i)
				}
			}
		}
		project := fstest.MapFS{
			"layouts/_data/owners.yaml":   {Data: []byte("[総務担当]")},
			"layouts/_data/statuses.yaml": {Data: []byte("[{word: 準備}]")},
			"content/measures/x.md":       {Data: data},
			"content/surveys/x/index.md":  {Data: data},
		}
		findings, _, err := check(project)
		if err != nil {
			t.Fatal(err)
		}
		for _, f := range findings {
			if f.Line < 1 || f.Line > lines || strings.TrimSpace(f.Message) == "" {
				t.Errorf("%+v, the file has %d lines", f, lines)
			}
		}
	})
}

// The line of a key is its own, through lists, anchors and flow style.
func TestLineOfKey(t *testing.T) {
	p, bad := readPage("content/surveys/x/index.md", []byte(`---
title: あ
params:
  survey:
    questions:
      - id: one
        labels: &l [a,
          b]
      - id: two
        labels: *l
      - {id: three, labels: [c]}
---
本文
`))
	if bad != nil {
		t.Fatal(bad)
	}
	for _, test := range []struct {
		line  int
		steps []any
	}{
		{2, nil},
		{2, []any{"title"}},
		{2, []any{"nowhere"}},
		{3, []any{"params", "nowhere"}},
		{4, []any{"params", "survey"}},
		{6, []any{"params", "survey", "questions", 0}},
		{6, []any{"params", "survey", "questions", 0, "id"}},
		{7, []any{"params", "survey", "questions", 0, "labels"}},
		{8, []any{"params", "survey", "questions", 0, "labels", 1}},
		{9, []any{"params", "survey", "questions", 1, "kind"}},
		{10, []any{"params", "survey", "questions", 1, "labels", 0}},
		{11, []any{"params", "survey", "questions", 2, "labels", 0}},
		{5, []any{"params", "survey", "questions", 9}},
	} {
		if got := p.line(test.steps...); got != test.line {
			t.Errorf("%v: line %d, want %d", test.steps, got, test.line)
		}
	}
}
