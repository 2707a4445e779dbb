package main

// What staff write one after another, in a copy of the project: the skeletons
// they start from, and the lists their pages end up in.

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path"
	"path/filepath"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"golang.org/x/net/html"

	"staffplan/cmd/internal/cli"
	"staffplan/cmd/site/check"
)

// projectCopy returns a folder with all that a build reads.
func projectCopy(t testing.TB) string {
	t.Helper()
	dir := t.TempDir()
	for _, name := range []string{"content", "layouts", "static"} {
		if err := os.CopyFS(filepath.Join(dir, name), os.DirFS(filepath.Join("../..", name))); err != nil {
			t.Fatal(err)
		}
	}
	data, err := os.ReadFile("../../hugo.toml")
	if err == nil {
		err = os.WriteFile(filepath.Join(dir, "hugo.toml"), data, 0o666)
	}
	if err != nil {
		t.Fatal(err)
	}
	return dir
}

// A new page of any kind is a draft, and what is still to be written in it is a
// note to the check, nothing more.
func TestArchetypes(t *testing.T) {
	t.Chdir(projectCopy(t))
	files := map[string][]string{} // by name, in lines
	kind, _ := reflect.TypeFor[newCmd]().FieldByName("Kind")
	for _, k := range kinds {
		if word := k.name + "（" + k.japanese + "）"; !strings.Contains(kind.Tag.Get("help"), word) {
			t.Errorf("--help does not name %s", word)
		}
		name := "new-page"
		switch k.name {
		case "results":
			name = "morale-2026" // they are of a survey that is there
		case "measure":
			name = "s6"
		case "page":
			name = "teams/new-page"
		}
		file := path.Join("content", k.section, name) + ".md"
		if k.folder {
			file = path.Join("content", k.section, name, "index.md")
		}
		if err := (&newCmd{Kind: k.name, Slug: name}).Run(t.Context(), cli.NewUI("site", io.Discard, io.Discard)); err != nil {
			t.Fatal(err)
		}
		data, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		files[file] = strings.Split(string(data), "\n")
		if !slices.Contains(files[file], "draft: true") {
			t.Errorf("%s is no draft", file)
		}
	}
	findings, _, err := check.Run(os.DirFS("."), time.Now())
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range findings {
		lines, ok := files[f.File]
		if !ok {
			continue // the project's own pages have their own test
		}
		if f.Level != check.Note {
			t.Errorf("%s:%d %q: %s %s", f.File, f.Line, lines[f.Line-1], f.Level, f.Message)
		}
	}

	// Once it is filled in, there is nothing left to find, and it is published.
	guide := regexp.MustCompile(`（[^（）]+）`)
	values := map[string]string{
		"params": "", "survey": "", "parts": "", "questions": "", "options": "", "minutes": "3", "meeting": "課長会", "chapter": "6", "mark": "市民志向",
		"start": "2026-12-05T10:00:00+09:00", "end": "2026-12-05T12:00:00+09:00",
	}
	for file, lines := range files {
		for i, line := range lines {
			if key, isEmpty := strings.CutSuffix(strings.TrimSpace(line), ":"); isEmpty && !strings.HasPrefix(key, "#") {
				value, ok := values[key]
				if !ok {
					value = path.Dir(file) + "の言葉"
				}
				lines[i] = line + " " + value
			}
			if !strings.HasPrefix(strings.TrimSpace(line), "# ") {
				lines[i] = guide.ReplaceAllString(lines[i], "本文の言葉")
			}
			switch {
			case strings.HasPrefix(line, "title: "):
				lines[i] = "title: " + path.Dir(file) + "の題" // no two are the same
			case line == "  values: []":
				lines[i] = "  values: [new-page]"
			case line == "        measures: []":
				lines[i] = "        measures: [s6]"
			case line == "draft: true" && !strings.HasPrefix(file, "content/results/"): // those wait for their figures
				lines[i] = ""
			case strings.HasPrefix(line, "〔ここに書く〕"):
				lines[i] = "143人が答えました。"
			}
		}
		if err := os.WriteFile(file, []byte(strings.Join(lines, "\n")), 0o666); err != nil {
			t.Fatal(err)
		}
	}
	link, err := os.OpenFile("content/teams/_index.md", os.O_APPEND|os.O_WRONLY, 0)
	if err == nil {
		_, err = link.WriteString("\n[新しいページ](/teams/new-page/)もあります。\n")
	}
	if err := errors.Join(err, link.Close(), os.CopyFS("static/assets/svg", fstest.MapFS{"value-new-page.svg": {Data: []byte("<svg/>")}})); err != nil {
		t.Fatal(err)
	}
	if findings, _, err = check.Run(os.DirFS("."), time.Now()); err != nil {
		t.Fatal(err)
	}
	for _, f := range findings {
		if _, ok := files[f.File]; ok {
			t.Errorf("%s:%d, filled in from values above: %s", f.File, f.Line, f.Message)
		}
	}
	if testing.Short() {
		return
	}
	b := buildCmd{Destination: "public"}
	if _, err := b.build(t.Context(), ".", cli.NewUI("site", os.Stdout, os.Stderr)); err != nil {
		t.Fatal(err)
	}
}

// The lists of a section are in the order a reader wants; what is over is
// folded away; no draft is on any of them.
func TestEntries(t *testing.T) {
	if testing.Short() {
		t.Skip("builds the whole site")
	}
	dir := projectCopy(t)
	add := func(section, name, title, params string) {
		t.Helper()
		page := fmt.Sprintf("---\ntitle: %s\ndescription: 試験のページです。\nparams:\n  owner: 総務担当\n  reviewed: 2026-11-01\n  review_by: 2027-10-31\n  %s\n---\n本文です。\n",
			title, strings.ReplaceAll(params, "; ", "\n  "))
		if err := os.WriteFile(filepath.Join(dir, "content", section, name+".md"), []byte(page), 0o666); err != nil {
			t.Fatal(err)
		}
	}
	const event = "start: %s-05-01T10:00:00+09:00; end: %s-05-01T12:30:00+09:00; place: 広場; contact: 地域担当"
	for _, year := range []string{"2999", "2001", "2998", "2002"} { // no test depends on today
		add("events", "y"+year, year+"年の行事", strings.ReplaceAll(event, "%s", year))
	}
	// Whatever zone a moment is written in, pages tell it by the office's clocks.
	add("events", "y2997", "2997年の行事", "start: 2997-05-01T20:00:00Z; end: 2997-05-02T01:30:00Z; place: 広場; contact: 地域担当")
	const survey = `survey: {opens: "%s", closes: "%s", access: open, questions: [{id: q1, kind: text, text: 問い, max: 10}]}`
	add("surveys", "evening", "夕方までの調べ", fmt.Sprintf(survey, "2026-10-31T23:30:00Z", "2027-03-31T17:15:00+09:00"))
	add("surveys", "midnight", "夜中までの調べ", fmt.Sprintf(survey, "2026-11-01T00:00:00+09:00", "2027-03-30T15:00:00Z"))
	add("surveys", "day", "一日の終わりまでの調べ", fmt.Sprintf(survey, "2026-10-31T15:00:00Z", "2027-03-31T14:59:59Z"))
	add("notices", "older", "前の注意", "issued: 2026-11-09; meeting: 課長会")
	add("notices", "newer", "次の注意", "issued: 2026-11-10; meeting: 庶務担当係長会")
	add("knowledge", "b", "いのノート", "work: 窓口; minutes: 3")
	add("knowledge", "a", "ろのノート", "work: 窓口; minutes: 2")
	add("proposals", "a", "よい提案", "received: 2026-11-12; state: 見送り")
	// Six are too many to read through, and parted; by state in the order of the states.
	for i, topic := range []string{"時期", "声", "時期", "時期", "声", "道と移動"} {
		name := string('a' + rune(i))
		add("area", name, name+"のこと", fmt.Sprintf("updated: 2026-11-1%d; topic: %s", i, topic))
	}
	for i, state := range []string{"検討", "見送り", "受付", "実施", "検討"} {
		name := string('b' + rune(i))
		add("proposals", name, name+"の提案", fmt.Sprintf("received: 2026-11-1%d; state: %s", i+3, state))
	}

	b := buildCmd{Destination: filepath.Join(dir, "public")}
	if _, err := b.build(context.Background(), dir, cli.NewUI("site", os.Stdout, os.Stderr)); err != nil {
		t.Fatal(err)
	}
	for _, tt := range []struct {
		page  string
		lists [][]string // links of each ul.contents
		says  string
	}{
		{"events", [][]string{{"y2997", "y2998", "y2999"}, {"y2002", "y2001"}}, "終わった行事（2件）"},
		{"events/y2999", nil, "2999年5月1日（水）10:00から12:30まで"},
		{"events/y2997", nil, "2997年5月2日（火）05:00から10:30まで"},
		{"surveys/evening", nil, "2026年11月1日（日）08時30分から2027年3月31日（水）17時15分まで"},
		{"surveys/evening/thanks", nil, "受付は2027年3月31日（水）17時15分までです"},
		{"surveys/midnight", nil, "2026年11月1日から2027年3月30日まで"},
		{"surveys/midnight/thanks", nil, "受付は2027年3月30日までです"},
		{"surveys/day", nil, "2026年11月1日から2027年3月31日まで"},
		{"surveys", nil, "2026年11月1日（日）08時30分から2027年3月31日（水）17時15分まで"},
		{"notices", [][]string{{"newer", "older"}}, "庶務担当係長会"},
		{"knowledge", [][]string{{"b", "a"}}, "3分で読めます"},
		{"proposals", [][]string{{"d"}, {"f", "b"}, {"e"}, {"c", "a"}}, "すべて受付検討実施見送り"},
		{"area", [][]string{{"f"}, {"e", "b"}, {"d", "c", "a"}}, "すべて道と移動声時期"},
		{"area/guide", nil, "だれの仕事に、どう役立ちそうか"},
		{"commendations", nil, "まだ載っていません。"},
	} {
		t.Run(tt.page, func(t *testing.T) {
			file, err := os.Open(filepath.Join(b.Destination, tt.page, "index.html"))
			if err != nil {
				t.Fatal(err)
			}
			defer file.Close()
			root, err := html.Parse(file)
			if err != nil {
				t.Fatal(err)
			}
			p := &builtPage{root: root}
			var lists [][]string
			for _, ul := range p.elements("ul") {
				if class, _ := attribute(ul, "class"); class == "contents" {
					lists = append(lists, links(ul))
				}
			}
			if fmt.Sprint(lists) != fmt.Sprint(tt.lists) {
				t.Errorf("lists %v, want %v", lists, tt.lists)
			}
			if text := textOf(p.elements("main")[0]); !strings.Contains(strings.ReplaceAll(text, "\n", ""), tt.says) {
				t.Errorf("the page does not say %q:\n%s", tt.says, text)
			}
		})
	}
}

// links are the last parts of the addresses that lead on from n.
func links(n *html.Node) (names []string) {
	for d := range n.Descendants() {
		if href, ok := attribute(d, "href"); ok {
			names = append(names, filepath.Base(href))
		}
	}
	return names
}
