package check

// The forms in which findings are printed.

import (
	"encoding/json"
	"fmt"
	"io"
	"strings"
)

// Formats are the forms by name.
var Formats = map[string]func(io.Writer, []Finding) error{
	"text": func(w io.Writer, findings []Finding) error {
		for _, f := range findings {
			fmt.Fprintln(w, f)
		}
		return nil
	},
	// GitHub's workflow commands: docs.github.com, "Workflow commands for GitHub Actions".
	"github": func(w io.Writer, findings []Finding) error {
		data := strings.NewReplacer("%", "%25", "\r", "%0D", "\n", "%0A")
		property := strings.NewReplacer("%", "%25", "\r", "%0D", "\n", "%0A", ":", "%3A", ",", "%2C")
		command := map[Level]string{Error: "error", Warning: "warning", Note: "notice"}
		for _, f := range findings {
			fmt.Fprintf(w, "::%s file=%s,line=%d,col=%d::%s\n",
				command[f.Level], property.Replace(f.File), f.Line, f.Column, data.Replace(f.Message+f.Mend))
		}
		return nil
	},
	"json": func(w io.Writer, findings []Finding) error {
		out := json.NewEncoder(w)
		out.SetEscapeHTML(false)
		out.SetIndent("", "  ")
		return out.Encode(append([]Finding{}, findings...))
	},
}
