package cli

// --version: what a bug report needs, from what Go writes into a program.

import (
	"fmt"
	"runtime"
	"runtime/debug"
	"strings"
)

// version says which sources the program was built from. Built without git, or
// by go run and go test, it does not know.
func (a App) version() string {
	built := map[string]string{}
	if info, ok := debug.ReadBuildInfo(); ok {
		for _, s := range info.Settings {
			built[s.Key] = s.Value
		}
	}
	source := "どの版のソースから作ったかは、書き込まれていません。"
	if built["vcs.revision"] != "" {
		source = built["vcs.revision"] + " " + built["vcs.time"]
		if built["vcs.modified"] == "true" {
			source += " と、そのあとの手直し"
		}
	}
	lines := []string{
		a.Name + ": " + source,
		fmt.Sprintf("Go: %s %s/%s", runtime.Version(), runtime.GOOS, runtime.GOARCH),
	}
	return strings.Join(append(lines, a.Parts...), "\n")
}
