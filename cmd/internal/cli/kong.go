package cli

// What kong itself would say in English: the help, and what is wrong with a
// command line.

import (
	"errors"
	"fmt"
	"regexp"
	"strings"

	"github.com/alecthomas/kong"
)

// printHelp is a kong.HelpPrinter. What a flag means stands below it: kong's
// columns are measured in bytes, and it breaks lines at spaces.
func printHelp(_ kong.HelpOptions, ctx *kong.Context) error {
	node := ctx.Selected()
	if node == nil {
		node = ctx.Model.Node
		ctx.Model.HelpFlag.Help = "使い方を見せます。"
	}
	var b strings.Builder
	summary := strings.NewReplacer("<command>", "命令", " [flags]", " [オプション]").Replace(node.Summary())
	fmt.Fprintf(&b, "使い方: %s %s\n\n%s\n", ctx.Model.Name, strings.TrimSpace(summary), node.Help)

	if len(node.Children) > 0 {
		b.WriteString("\n命令:\n")
	}
	for _, command := range node.Children {
		fmt.Fprintf(&b, "  %-10s%s\n", command.Name, command.Help)
	}
	if len(node.Positional)+len(node.Flags) > 0 {
		b.WriteString("\nオプションなど:\n")
	}
	for _, arg := range node.Positional {
		fmt.Fprintf(&b, "  %s\n      %s\n", arg.Summary(), arg.Help)
	}
	for _, flag := range node.Flags {
		fmt.Fprintf(&b, "  %s\n      %s", flag.Summary(), flag.Help)
		if flag.HasDefault {
			fmt.Fprintf(&b, "書かなければ %s です。", flag.Default)
		}
		b.WriteByte('\n')
	}
	if len(node.Children) > 0 {
		fmt.Fprintf(&b, "\nくわしくは %s 命令 --help で見られます。\n", ctx.Model.Name)
	} else {
		fmt.Fprintf(&b, "\n例: %s\n", node.Tag.Get("example"))
	}
	_, err := fmt.Fprint(ctx.Stdout, b.String())
	return err
}

// sayings are kong's messages, which have no types of their own.
var sayings = []struct {
	kong *regexp.Regexp
	here string
}{
	{regexp.MustCompile(`^unknown flag (\S+)$`), "$1 というオプションはありません"},
	{regexp.MustCompile(`^unexpected (?:flag )?argument (.+)$`), "$1 は、ここには書けません"},
	{regexp.MustCompile(`^expected one of `), "命令を書いてください"},
	{regexp.MustCompile(`^(?:missing flags: |missing positional arguments |expected )"?(.+?)"?$`), "$1 も書いてください"},
	{regexp.MustCompile(`^(\S+) must be one of (.+) but got `), "$1 に書けるのは $2 のどれかです"},
	{regexp.MustCompile(`^(\S+): expected \w+ value but got `), "$1 に続けて値を書いてください"},
	{regexp.MustCompile(`^(\S+): expected a valid \d+ bit u?int but got (.+)$`), "$1 の $2 は、数として読めません"},
	{regexp.MustCompile(`^(\S+): parsing time (".*?")`), "$1 の $2 は、2026-11-01T09:00:00+09:00 の形の時刻ではありません"},
	{regexp.MustCompile(`^(\S+): bool value must be `), "$1 に値は要りません"},
}

// didYouMean is how kong ends some of them.
var didYouMean = regexp.MustCompile(`^(.+), did you mean (?:one of )?(.+)\?$`)

// misuse puts into words what parser found wrong with a command line.
func misuse(parser *kong.Kong, err error) *Problem {
	p := &Problem{Misuse: true, Sentence: "この打ち方では動かせません。"}
	help := parser.Model.Name
	if wrong, ok := errors.AsType[*kong.ParseError](err); ok && wrong.Context.Selected() != nil {
		help += " " + wrong.Context.Selected().Path()
	} else {
		var names []string
		for _, command := range parser.Model.Children {
			names = append(names, command.Name)
		}
		p.Next = append(p.Next, "使える命令: "+strings.Join(names, "、"))
	}
	p.Next = append(p.Next, "使い方は "+help+" --help で見られます。")

	said, perhaps := err.Error(), ""
	if m := didYouMean.FindStringSubmatch(said); m != nil {
		said, perhaps = m[1], "。"+strings.ReplaceAll(m[2], `", "`, `" か "`)+" のことですか"
	}
	for _, s := range sayings {
		if m := s.kong.FindStringSubmatchIndex(said); m != nil {
			p.Err = errors.New(string(s.kong.ExpandString(nil, s.here, said, m)) + perhaps)
			return p
		}
	}
	// A command's own Validate: kong puts the command's name before its words.
	for p.Err = err; errors.Unwrap(p.Err) != nil; {
		p.Err = errors.Unwrap(p.Err)
	}
	return p
}
