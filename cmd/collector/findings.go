package main

// The page for the editor's findings. It begins with what the figures say, and
// has places that are still to be written, which `site check` does not let pass.

import (
	"cmp"
	_ "embed"
	"errors"
	"fmt"
	"io/fs"
	"math"
	"os"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/go-json-experiment/json/jsontext"

	"staffplan/collector/report"
	"staffplan/collector/survey"
)

// resultsPage is the page with blanks for title, description, dates, id and
// findings.
//
//go:embed results.md
var resultsPage string

// startPage makes the page for the editor's findings where there is none.
func startPage(name string, def *survey.Definition, results *report.Results) (made bool, err error) {
	if _, err := os.Lstat(name); !errors.Is(err, fs.ErrNotExist) {
		return false, err
	}
	// A space parts digits and Latin letters from the words that follow.
	of := "の結果"
	if last, _ := utf8.DecodeLastRuneInString(def.Title); last < utf8.RuneSelf {
		of = " " + of
	}
	today := time.Now().In(survey.Tokyo)
	page := fmt.Appendf(nil, resultsPage, quoted(def.Title+of), quoted("「"+def.Title+"」の数字と、そこから分かったことを、取組ごとに見られます。"),
		today.Format(time.DateOnly), today.AddDate(1, 0, -1).Format(time.DateOnly), def.ID, findings(def, results))
	return true, report.WriteFile(name, page, 0o644)
}

// quoted writes a string for YAML, which reads JSON's.
func quoted(s string) string {
	q, _ := jsontext.AppendQuote(nil, s) // fails for what is not UTF-8
	return string(q)
}

// findings says what the figures say: how many answered, the measures with the
// highest and the lowest shares, and what moved by more than chance explains.
func findings(def *survey.Definition, r *report.Results) string {
	if r.Suppressed {
		return fmt.Sprintf("回答が%d人に満たないので、数字は出しません。", r.Minimum)
	}
	said := []string{fmt.Sprintf("%d人が答えました。", r.Responses)}
	if r.Headcount > 0 {
		said[0] = fmt.Sprintf("%d人のうち%d人（%.1f%%）が答えました。", r.Headcount, r.Responses, 100*float64(r.Responses)/float64(r.Headcount))
	}
	if s := extremes(r.Measures); s != "" {
		said = append(said, s)
	}
	if s := moved(def, r.Questions); s != "" {
		said = append(said, s)
	}
	return strings.Join(said, "\n\n")
}

// few is how many of the highest and of the lowest are named.
const few = 3

func extremes(measures []report.Measure) string {
	measures = slices.DeleteFunc(slices.Clone(measures), func(m report.Measure) bool { return m.Favourable == nil })
	slices.SortStableFunc(measures, func(a, b report.Measure) int { return cmp.Compare(*b.Favourable, *a.Favourable) })
	var names []string
	for _, m := range measures {
		names = append(names, fmt.Sprintf("[%s](/measures/%s/)（%.1f%%）", strings.ToUpper(m.ID), m.ID, *m.Favourable))
	}
	switch n := len(names); {
	case n < 2:
		return ""
	case n < 2*few:
		return "肯定的な答えの割合を、高い取組から並べると、" + strings.Join(names, "、") + "です。"
	default:
		return "肯定的な答えの割合が高かった取組は、" + strings.Join(names[:few], "、") + "です。\n" +
			"低かった取組は、" + strings.Join(names[n-few:], "、") + "です。"
	}
}

// moved names the questions that moved most, either way.
func moved(def *survey.Definition, questions []report.QuestionResult) string {
	var up, down []report.QuestionResult
	compared := false
	for _, q := range questions {
		compared = compared || q.Change != nil
		switch {
		case q.BeyondChance == nil || !*q.BeyondChance:
		case *q.Change > 0:
			up = append(up, q)
		default:
			down = append(down, q)
		}
	}
	var said []string
	for _, way := range []struct {
		verb      string
		questions []report.QuestionResult
	}{{"上がった", up}, {"下がった", down}} {
		if len(way.questions) == 0 {
			continue
		}
		slices.SortStableFunc(way.questions, func(a, b report.QuestionResult) int {
			return cmp.Compare(math.Abs(*b.Change), math.Abs(*a.Change))
		})
		var names []string
		for _, q := range way.questions[:min(few, len(way.questions))] {
			names = append(names, fmt.Sprintf("「%s」（%+.1fポイント）", literal.Replace(def.Question(q.ID).Text), *q.Change))
		}
		s := "前の回より、偶然とは考えにくいほど" + way.verb + "問いは、" + strings.Join(names, "、")
		if more := len(way.questions) - len(names); more > 0 {
			s += fmt.Sprintf("と、ほかに%d問", more)
		}
		said = append(said, s+"です。")
	}
	if compared && len(said) == 0 {
		return "前の回からの差は、どの問いでも、偶然で起こりうる大きさでした。"
	}
	return strings.Join(said, "\n")
}

// literal keeps Markdown from reading anything into words.
var literal = strings.NewReplacer(`\`, `\\`, "*", `\*`, "_", `\_`, "`", "\\`", "[", `\[`, "]", `\]`, "<", `\<`, "&", `\&`, "\n", " ")
