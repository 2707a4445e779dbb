package cli

import (
	"bytes"
	"errors"
	"regexp"
	"strings"
	"testing"
	"time"
)

// grammar has each kind of flag and argument that the two commands have.
type grammar struct {
	Take  takeCmd  `cmd:"" help:"受け取ります。" example:"tool take morale-2026 --count 3"`
	Table tableCmd `cmd:"" help:"表にします。" example:"tool table --format csv"`
}

type takeCmd struct {
	ID    string    `arg:"" name:"id" help:"名前。"`
	Count int       `required:"" placeholder:"件数" help:"数。"`
	Out   string    `required:"" placeholder:"ファイル" help:"書く所。"`
	Data  string    `default:"data" placeholder:"フォルダー" help:"置き場所。"`
	Clock time.Time `placeholder:"時刻" help:"時刻。"`
}

func (c *takeCmd) Validate() error {
	if c.Count < 1 {
		return errors.New("--count は 1 以上にしてください")
	}
	return nil
}

func (c *takeCmd) Run() error { return nil }

type tableCmd struct {
	Format string `enum:"csv,parquet" default:"csv" placeholder:"形" help:"表の形。"`
	Strict bool   `help:"きびしくします。"`
}

func (c *tableCmd) Run() error { return ErrReported }

func run(args ...string) (status int, stdout, stderr string) {
	var out, err bytes.Buffer
	app := App{Name: "tool", Description: "試しの道具です。", Grammar: &grammar{}}
	status = app.run(nil, args, NewUI("tool", &out, &err))
	return status, out.String(), err.String()
}

// Each kind of message that kong has for such a grammar.
func TestMisuse(t *testing.T) {
	english := regexp.MustCompile(`[A-Za-z']{2,} [A-Za-z']{2,}`)
	for _, c := range []struct{ args, want, help string }{
		{"take x --nonsense 3", "--nonsense というオプションはありません", "tool take"},
		{"table --fromat csv", `--fromat というオプションはありません。"--format" のことですか`, "tool table"},
		{"table -x", "-x というオプションはありません", "tool table"},
		{"taek", `taek は、ここには書けません。"take" のことですか`, "tool"},
		{"ta", `ta は、ここには書けません。"take" か "table" のことですか`, "tool"},
		{"report", "report は、ここには書けません", "tool"},
		{"take x y --count 3", "y は、ここには書けません", "tool take"},
		{"--", "命令を書いてください", "tool"},
		{"take x --count 3", "--out=ファイル も書いてください", "tool take"},
		{"take --count 3 --out x", "<id> も書いてください", "tool take"},
		{"take x --count", "--count に続けて値を書いてください", "tool take"},
		{"take x --data --count 3", "--data に続けて値を書いてください", "tool take"},
		{"take x --count three", `--count の "three" は、数として読めません`, "tool take"},
		{"take x --count 99999999999999999999", "は、数として読めません", "tool take"},
		{"take x --count 3 --clock yesterday", `--clock の "yesterday" は、2026-11-01T09:00:00+09:00 の形の時刻ではありません`, "tool take"},
		{"table --format xml", `--format に書けるのは "csv","parquet" のどれかです`, "tool table"},
		{"table --strict=maybe", "--strict に値は要りません", "tool table"},
		{"take x --count 0", "（--count は 1 以上にしてください）", "tool take"},
	} {
		t.Run(c.args, func(t *testing.T) {
			status, stdout, stderr := run(strings.Fields(c.args)...)
			if status != 2 || stdout != "" {
				t.Errorf("status %d, standard output %q; want 2 and nothing", status, stdout)
			}
			sentence, next, _ := strings.Cut(stderr, "\n")
			if !strings.HasPrefix(sentence, "tool: この打ち方では動かせません。（") || !strings.Contains(sentence, c.want) || english.MatchString(sentence) {
				t.Errorf("%s\nwant in it: %s", sentence, c.want)
			}
			if !strings.Contains(next, "使い方は "+c.help+" --help ") || strings.Contains(next, "使える命令: take、table") != (c.help == "tool") {
				t.Errorf("what to do next:\n%s", next)
			}
		})
	}
}

func TestReported(t *testing.T) {
	if status, _, stderr := run("table"); status != 1 || stderr != "" {
		t.Errorf("status %d, standard error %q; want 1 and nothing", status, stderr)
	}
}
