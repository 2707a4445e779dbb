package main

// The Nu HTML checker, which browsers' makers and the W3C use, on every page: those
// of the project, those of the small site with every kind, and those that the
// collector sends. (It knows less CSS than browsers do: stylesheets are left out.)

import (
	"fmt"
	"io"
	"net/http"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

func TestHTMLIsValid(t *testing.T) {
	s := builtOnce(t)
	jar := filepath.Join("..", "..", ".ci", "node_modules", "vnu-jar", "build", "dist", "vnu.jar")
	_, err := os.Stat(jar)
	if err == nil {
		_, err = exec.LookPath("java")
	}
	if err != nil {
		if os.Getenv("CI") != "" {
			t.Fatal(err)
		}
		t.Skip("the Nu HTML checker needs Java, and: npm install --prefix .ci --ignore-scripts")
	}
	small, trouble, err := hugoBuild(t, layoutsProject(t, "content.txtar"), "--environment", "development", "--buildDrafts")
	if err != nil {
		t.Fatalf("%v\n%s", err, strings.Join(trouble, "\n"))
	}
	sent := t.TempDir()
	address, _ := start(t, filepath.Join("..", ".."), t.TempDir())
	for name, answer := range map[string]url.Values{
		"missing": {}, "too long": {"comment": {strings.Repeat("長いので、", 1000)}}, "unknown": {"what": {"?"}}, "twice": {"q1": {"1", "2"}},
	} {
		for _, survey := range []string{"morale-2026", "no-such-survey"} {
			response, err := http.PostForm(address+"/answers/"+survey, answer)
			if err != nil {
				t.Fatal(err)
			}
			page, err := io.ReadAll(response.Body)
			response.Body.Close()
			if err == nil {
				err = os.WriteFile(filepath.Join(sent, fmt.Sprintf("%s %s %d.html", survey, name, response.StatusCode)), page, 0o666)
			}
			if err != nil {
				t.Fatal(err)
			}
		}
	}
	// Go's html.Render, which refills the form, closes void elements.
	out, err := exec.Command("java", "-Xss4m", "-jar", jar, "--skip-non-html", "--filterpattern", "Trailing slash on void.*", s.dir, small, sent).CombinedOutput()
	if err != nil || len(out) > 0 {
		t.Errorf("%v\n%s", err, out)
	}
}
