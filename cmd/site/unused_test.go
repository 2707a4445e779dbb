package main

// Nothing in layouts/ and static/assets is left over, and nothing is missing:
// classes, tokens, partials, drawings; and no rule has a size or a colour of
// its own.

import (
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// sources are the texts of the files below a folder of the project, by path.
func sources(t *testing.T, dir string, extensions ...string) (texts map[string]string, all string) {
	t.Helper()
	texts = map[string]string{}
	err := fs.WalkDir(os.DirFS("../.."), dir, func(name string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() || !strings.Contains(strings.Join(extensions, " "), path.Ext(name)) || strings.HasSuffix(name, "_test.go") {
			return err
		}
		data, err := os.ReadFile(filepath.Join("../..", name))
		texts[name] = string(data)
		all += texts[name] + "\n"
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return texts, all
}

func TestNothingUnused(t *testing.T) {
	_, layouts := sources(t, "layouts", ".html", ".yaml", ".ics", ".xml", ".json")
	_, service := sources(t, "collector", ".go", ".html")
	_, content := sources(t, "content", ".md")
	_, scripts := sources(t, "static/assets/js", ".js")
	_, drawings := sources(t, "static/assets/svg", ".svg")
	sheets, css := sources(t, "static/assets/css", ".css")
	css = regexp.MustCompile(`(?s)/\*.*?\*/|"[^"]*"`).ReplaceAllString(css, "")
	pages, err := os.ReadFile("testdata/layouts/want.txt")
	if err != nil {
		t.Fatal(err)
	}
	mentioned := map[string]bool{}
	for _, word := range regexp.MustCompile(`[\w-]+`).FindAllString(string(pages)+service+scripts, -1) {
		mentioned[word] = true
	}

	classes := map[string]bool{}
	for _, m := range regexp.MustCompile(`\.([a-z][\w-]*)`).FindAllStringSubmatch(css, -1) {
		classes[m[1]] = true
		if !mentioned[m[1]] {
			t.Errorf("no page has the class %s", m[1])
		}
	}
	for _, m := range regexp.MustCompile(`colour: ([\w-]+)`).FindAllStringSubmatch(layouts, -1) {
		if !classes["in-"+m[1]] {
			t.Errorf("layouts/_data: the colour %s has no rule .in-%[1]s in 50-components.css", m[1])
		}
	}
	for _, m := range regexp.MustCompile(`class="([^"]*)"`).FindAllStringSubmatch(string(pages), -1) {
		for _, class := range strings.Fields(m[1]) {
			if !classes[class] && !strings.Contains(scripts+service, class) && !strings.HasPrefix(class, "footnote") {
				t.Errorf("the class %s has no rule", class)
			}
		}
	}

	for _, m := range regexp.MustCompile(`(--[\w-]+)\b:`).FindAllStringSubmatch(css, -1) {
		if !strings.Contains(css+drawings, "var("+m[1]+")") {
			t.Errorf("the token %s is not used", m[1])
		}
	}
	for _, m := range regexp.MustCompile(`var\((--[\w-]+)\)`).FindAllStringSubmatch(css+drawings, -1) {
		if !strings.Contains(sheets["static/assets/css/10-tokens.css"], "    "+m[1]+":") {
			t.Errorf("the token %s is not in 10-tokens.css", m[1])
		}
	}

	partials, _ := sources(t, "layouts/_partials", ".html")
	for name := range partials {
		name = strings.TrimPrefix(name, "layouts/_partials/")
		base := strings.TrimSuffix(path.Base(name), ".html")
		_, err := os.Stat(filepath.Join("../../content", base))
		listed := path.Dir(name) == "lists" && err == nil
		asked := path.Dir(name) == "surveys" && strings.Contains(content, "kind: "+base)
		if !listed && !asked && !strings.Contains(layouts, `"`+name+`"`) && !strings.Contains(layouts, `"`+base+`"`) {
			t.Errorf("nothing calls the partial %s", name)
		}
	}
	signs, _ := sources(t, "static/assets/svg", ".svg")
	for name := range signs {
		base := strings.TrimSuffix(path.Base(name), ".svg")
		_, err := os.Stat(filepath.Join("../../content/values", strings.TrimPrefix(base, "value-")+".md"))
		drawn := strings.Contains(content, `{{< forge "`+strings.TrimPrefix(base, "forge-")+`" >}}`)
		if err != nil && !drawn && !strings.Contains(layouts, "sign: "+strings.TrimPrefix(base, "status-")+"}") && !strings.Contains(layouts, base+".svg") && !strings.Contains(layouts, `"`+base+`"`) {
			t.Errorf("nothing shows %s", name)
		}
	}
}

// Type sizes, spaces and colours are tokens. (Print has points and its own
// colours; the px of .vision are the drawing's units.)
func TestSizesAreTokens(t *testing.T) {
	sheets, _ := sources(t, "static/assets/css", ".css")
	size := regexp.MustCompile(`(?:font|font-size|margin[\w-]*|padding[\w-]*|gap|[\w-]+-gap|min-block-size):[^;}]*\d(?:px|rem)[^;}]*`)
	colour := regexp.MustCompile(`#[0-9a-f]{3,8}\b|\b(?:rgb|hsl|oklch)\(`)
	for name, text := range sheets {
		if strings.HasSuffix(name, "10-tokens.css") || strings.HasSuffix(name, "80-print.css") {
			continue
		}
		for line := range strings.Lines(text) {
			if found := size.FindString(line) + colour.FindString(line); found != "" && !strings.HasPrefix(strings.TrimSpace(line), ".vision") {
				t.Errorf("%s: %s is no token", name, found)
			}
		}
	}
}
