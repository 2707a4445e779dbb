package main

// The kinds of page, by the names that editors have for them, and where a page of
// each belongs.

import (
	"fmt"
	"os"
	"path"
	"regexp"
	"slices"
	"strings"

	"staffplan/cmd/internal/cli"
	"staffplan/cmd/site/check"
)

// kind is what an editor calls a page.
type kind struct {
	name, section, japanese string
	folder                  bool   // a page together with other files (a survey's results)
	day, asks               string // the param that tells its day, and what that is called
}

// kinds in the order in which they are listed; a section's archetype bears its
// name. A plain page has its section in its own name.
var kinds = []kind{
	{name: "event", section: "events", japanese: "地域イベント", day: "start", asks: "行事の日"},
	{name: "area", section: "area", japanese: "地域情報", day: "updated", asks: "確かめた日"},
	{name: "knowledge", section: "knowledge", japanese: "知識ノート"},
	{name: "notice", section: "notices", japanese: "注意喚起", day: "issued", asks: "出した日"},
	{name: "commendation", section: "commendations", japanese: "職員表彰", day: "awarded", asks: "表彰した日"},
	{name: "proposal", section: "proposals", japanese: "職員提案", day: "received", asks: "受けた日"},
	{name: "training", section: "training", japanese: "研修教材"},
	{name: "survey", section: "surveys", japanese: "アンケート", folder: true},
	{name: "results", section: "results", japanese: "アンケートの結果", folder: true},
	{name: "measure", section: "measures", japanese: "具体的取組"},
	{name: "value", section: "values", japanese: "心構え"},
	{name: "chapter", section: "plan", japanese: "プランの章"},
	{name: "page", japanese: "そのほかのページ"},
}

func kindNamed(name string) (kind, error) {
	list := []string{"使える種類:"}
	for _, k := range kinds {
		if k.name == name {
			return k, nil
		}
		list = append(list, fmt.Sprintf("  %-14s%s", k.name, k.japanese))
	}
	return kind{}, &cli.Problem{Misuse: true, Sentence: fmt.Sprintf("%q という種類はありません。", name), Next: list}
}

// measureName is what the mark of a measure is made of.
var measureName = regexp.MustCompile(`^[sw][1-9]$`)

// takes says whether a page of the kind can have that name.
func (k kind) takes(name string) error {
	parts := []string{name}
	if k.section == "" {
		parts = strings.Split(name, "/")
	}
	for _, part := range parts {
		if !check.IsSlug(part) {
			return &cli.Problem{Misuse: true, Sentence: fmt.Sprintf("名前 %q は使えません。", name),
				Next: []string{"URL になるので、半角の英小文字、数字、ハイフンで書いてください。例: site new " + k.example("spring-2027")}}
		}
		if check.IsDevice(part) {
			return &cli.Problem{Misuse: true, Sentence: fmt.Sprintf("名前 %q のファイルは、Windows では作れません。", name),
				Next: []string{"ほかの名前にしてください。例: site new " + k.example(part+"-2027")}}
		}
	}
	switch {
	case k.section == "measures" && !measureName.MatchString(name):
		return &cli.Problem{Misuse: true, Sentence: fmt.Sprintf("取組に、%q という名前は付けられません。", name),
			Next: []string{"職員の取組は s6、職場の取組は w6 のように、s か w と数字で書いてください。例: site new measure s6"}}
	case k.section != "":
		return nil
	}
	folder := path.Dir(name)
	if i := slices.IndexFunc(kinds, func(of kind) bool { return of.section == parts[0] }); i >= 0 {
		return &cli.Problem{Misuse: true, Sentence: fmt.Sprintf("content/%s/ には、%sを置きます。", parts[0], kinds[i].japanese),
			Next: []string{fmt.Sprintf("例: site new %s %s", kinds[i].name, parts[len(parts)-1])}}
	}
	if _, err := os.Stat(path.Join("content", folder, "_index.md")); folder == "." || err != nil {
		return &cli.Problem{Misuse: true, Sentence: fmt.Sprintf("%q では、どのフォルダーに置くかが分かりません。", name),
			Next: []string{"teams/library のように、いまあるフォルダーの名前から書いてください。例: site new page teams/library"}}
	}
	return nil
}

func (k kind) example(name string) string {
	if k.section == "" {
		name = "teams/" + name
	}
	return k.name + " " + name
}
