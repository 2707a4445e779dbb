package survey_test

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"staffplan/collector/survey"
)

const site = "testdata/site"

func read(t testing.TB, id string) string {
	t.Helper()
	data, err := os.ReadFile(filepath.Join(site, "surveys", id, "survey.json"))
	if err != nil {
		t.Fatal(err)
	}
	return string(data)
}

func parse(t testing.TB, text string) *survey.Definition {
	t.Helper()
	d, err := survey.Parse([]byte(text))
	if err != nil {
		t.Fatal(err)
	}
	return d
}

// change replaces what must be there, so that a table cannot rot.
func change(t testing.TB, text string, pairs ...string) string {
	t.Helper()
	for i := 0; i < len(pairs); i += 2 {
		if !strings.Contains(text, pairs[i]) {
			t.Fatalf("%q is not in the definition", pairs[i])
		}
		text = strings.Replace(text, pairs[i], pairs[i+1], 1)
	}
	return text
}

func TestParseReadsEveryField(t *testing.T) {
	d := parse(t, read(t, "morale"))
	japan := time.FixedZone("", 9*60*60)
	if !d.Opens.Equal(time.Date(2026, 11, 1, 0, 0, 0, 0, japan)) || !d.Closes.Equal(time.Date(2026, 11, 30, 23, 59, 59, 0, japan)) {
		t.Errorf("opens %v, closes %v", d.Opens, d.Closes)
	}
	got := fmt.Sprint(d.ID, d.Title, d.Access, d.SealedTo, d.Release, d.Minimum, d.MinimumComments, d.Previous, d.Headcount)
	if want := fmt.Sprint("morale", "職場の元気度アンケート", "open", "", 10, 10, 10, "morale-2025", map[string]int{"soumu": 42}); got != want {
		t.Errorf("got %s\nwant %s", got, want)
	}
	for i, want := range []string{
		"{q1 scale 私は、この職場で働くことに誇りを感じている。 true false [そう思わない あまりそう思わない どちらともいえない ややそう思う そう思う] [engagement] [s1] false [] 0}",
		"{q2 scale 私は、この職場を人に勧めたい。 false true [0 1 2 3 4 5 6 7 8 9 10] [] [] false [] 0}",
		"{unit choice 所属 false false [] [] [] true [{kanri 管理 } {soumu 総務課 kanri} {chiiki 地域課 kanri}] 0}",
		"{ways multi 話をする場として使っているもの false false [] [] [] false [{talk 立ち話 } {meeting 会議 } {chat チャット }] 0}",
		"{comment text 伝えたいこと false false [] [] [] false [] 20}",
	} {
		if got := fmt.Sprint(d.Questions[i]); got != want {
			t.Errorf("questions[%d]: got %s\nwant %s", i, got, want)
		}
	}
	if q := d.Question("ways"); q != &d.Questions[3] {
		t.Errorf("Question(ways) = %v", q)
	}
	if q := d.Question("away"); q != nil {
		t.Errorf("Question(away) = %v", q)
	}
}

func TestParseAccepts(t *testing.T) {
	for name, edit := range map[string][]string{
		"two points":                         {`["0", "1", "2", "3", "4", "5", "6", "7", "8", "9", "10"]`, `["いいえ", "はい"]`},
		"an id of one digit":                 {`"id": "morale"`, `"id": "7"`},
		"an id of 63 characters":             {`"id": "morale"`, `"id": "` + strings.Repeat("a", 63) + `"`},
		"a question id of 32 characters":     {`"id": "q1"`, `"id": "` + strings.Repeat("a", 32) + `"`},
		"hyphens and underscores":            {`"id": "q1"`, `"id": "s1-_"`},
		"an option called ticket":            {`"talk"`, `"ticket"`},
		"no previous":                        {`"morale-2025"`, `""`},
		"null for what is empty":             {`{"soumu": 42}`, `null`},
		"as many people as the minimum":      {`42`, `10`},
		"a wider option after":               {`"value": "kanri", "text": "管理", "part_of": ""`, `"value": "kanri", "text": "管理", "part_of": "top"}, {"value": "top", "text": "全体", "part_of": ""`},
		"one character":                      {`"max": 20`, `"max": 1`},
		"as many characters as one may send": {`"max": 20`, `"max": 4990`},
	} {
		t.Run(name, func(t *testing.T) { parse(t, change(t, read(t, "morale"), edit...)) })
	}
}

// What a page does not say, Parse says.
func TestParseFillsIn(t *testing.T) {
	short := parse(t, change(t, read(t, "box"), `"access": "ticket",`, ``, `"release": 10,`, ``, `"minimum": 10,`, ``, `"minimum_comments": 10,`, ``,
		`"closes": "",`, ``, `"previous": "",`, ``, `"headcount": {},`, ``))
	long := parse(t, change(t, read(t, "box"), `"ticket"`, `"open"`))
	if string(short.JSON()) != string(long.JSON()) {
		t.Errorf("got %s\nwant %s", short.JSON(), long.JSON())
	}
}

func TestParseRefuses(t *testing.T) {
	const (
		id       = "半角の英小文字、数字、ハイフンだけで、ハイフン以外から始めて、63文字以内にしてください。"
		name     = "半角の英小文字から始めて、英小文字、数字、ハイフン、下線だけで、32文字以内にしてください。"
		fill     = "空のままにせず、言葉を書いてください。"
		moment   = "2026-11-01T00:00:00+09:00 のように日時を書いてください。"
		later    = "opens よりあとの日時にしてください。締切がないときは空にします。"
		age      = "age の公開鍵（age1 から始まる X25519 の受取人）を書いてください。封をしないときは空にします。"
		points   = "段階の言葉を2から11まで並べてください。"
		circle   = "たどっていくと元に戻ってしまいます。どれか一つの part_of を空にしてください。"
		together = "文章の質問の max を、合わせて20000以下にしてください。それより長い回答は一度に送れません。"
		twice    = "同じ項目が二度あります。どちらかを消してください。"
		unknown  = "知らない項目です。つづりを確かめるか、消してください。"
		minimum  = "10以上にしてください。"
	)
	for _, test := range []struct {
		name string
		edit []string
		want string // all problems, "; " between them
	}{
		{"id in capitals", []string{`"morale"`, `"Morale"`}, "id: " + id},
		{"id from a hyphen", []string{`"morale"`, `"-m"`}, "id: " + id},
		{"id of 64 characters", []string{`"morale"`, `"` + strings.Repeat("a", 64) + `"`}, "id: " + id},
		{"id with a newline", []string{`"morale"`, `"morale\n"`}, "id: " + id},
		{"id that climbs", []string{`"morale"`, `"../x"`}, "id: " + id},
		{"blank title", []string{`"職場の元気度アンケート"`, `"　"`}, "title: " + fill},
		{"no opening", []string{`"2026-11-01T00:00:00+09:00"`, `""`}, "opens: " + moment},
		{"opening without a zone", []string{`00:00:00+09:00`, `00:00:00`}, "opens: " + moment},
		{"opening that is a number", []string{`"2026-11-01T00:00:00+09:00"`, `20261101`}, "opens: " + moment},
		{"day that is none", []string{`2026-11-30`, `2026-11-31`}, "closes: " + moment},
		{"closes as it opens", []string{`2026-11-30T23:59:59`, `2026-11-01T00:00:00`}, "closes: " + later},
		{"closes before it opens by zone", []string{`2026-11-30T23:59:59+09:00`, `2026-11-01T00:00:00+10:00`}, "closes: " + later},
		{"access", []string{`"open"`, `"anyone"`}, "access: open、ticket のどれかを書いてください。"},
		{"null for access", []string{`"access": "open"`, `"access": null`}, "access: open、ticket のどれかを書いてください。"},
		{"sealed to nobody", []string{`"sealed_to": ""`, `"sealed_to": "age1x"`}, "sealed_to: " + age},
		{"sealed to a mistyped recipient", []string{`"sealed_to": ""`, `"sealed_to": "age1ql3z7hjy54pw3hyww5ayyfg7zqgvc7w3j2elw8zmrj2kg5sfn9aqmcac8q"`}, "sealed_to: " + age},
		{"sealed to a secret", []string{`"sealed_to": ""`, `"sealed_to": "AGE-SECRET-KEY-1GFPYYSJZGFPYYSJZGFPYYSJZGFPYYSJZGFPYYSJZGFPYYSJZGFPQ4EGAEX"`}, "sealed_to: " + age},
		{"release of nine", []string{`"release": 10`, `"release": 9`}, "release: " + minimum},
		{"release below zero", []string{`"release": 10`, `"release": -10`}, "release: " + minimum},
		{"minimum of nine", []string{`"minimum": 10`, `"minimum": 9`}, "minimum: " + minimum},
		{"no comments needed", []string{`"minimum_comments": 10,`, `"minimum_comments": 0,`}, "minimum_comments: " + minimum},
		{"previous that is no id", []string{`"morale-2025"`, `"Morale 2025"`}, "previous: " + id},
		{"previous that is itself", []string{`"morale-2025"`, `"morale"`}, "previous: 前回のアンケートの id を書いてください。自分自身は書けません。"},
		{"headcount of what is no option", []string{`{"soumu": 42}`, `{"zaimu": 42}`}, "headcount.zaimu: group の質問にある選択肢の value を書いてください。"},
		{"headcount of what is no group", []string{`"group": true,`, ``}, "headcount.soumu: group の質問にある選択肢の value を書いてください。"},
		{"headcount in two groups", []string{`{"id": "ways"`, `{"id": "again", "kind": "choice", "text": "前の所属", "group": true, "options": [{"value": "soumu", "text": "総務課"}]}, {"id": "ways"`},
			"headcount.soumu: group の質問のどれを指すか決まりません。value を質問ごとに違う名前にしてください。"},
		{"headcount under the minimum", []string{`42`, `14`, `"minimum": 10`, `"minimum": 15`}, "headcount.soumu: 15人（minimum）以上にしてください。人数の少ない選択肢は、ほかの選択肢とまとめてください。"},
		{"headcount of nobody", []string{`42`, `0`}, "headcount.soumu: 10人（minimum）以上にしてください。人数の少ない選択肢は、ほかの選択肢とまとめてください。"},
		{"question id from a digit", []string{`"q2"`, `"2q"`}, "questions[1].id: " + name},
		{"question id of 33 characters", []string{`"q2"`, `"` + strings.Repeat("q", 33) + `"`}, "questions[1].id: " + name},
		{"question called ticket", []string{`"q2"`, `"ticket"`}, "questions[1].id: ticket は別のことに使うので、ほかの名前にしてください。"},
		{"two questions of one id", []string{`"ways"`, `"q1"`}, "questions[3].id: ほかの質問と違う名前にしてください。"},
		{"question called once", []string{`"q2"`, `"once"`}, "questions[1].id: once は別のことに使うので、ほかの名前にしてください。"},
		{"kind", []string{`"kind": "multi"`, `"kind": "many"`}, "questions[3].kind: scale、choice、multi、text のどれかを書いてください。; questions[3].options: choice か multi の質問だけに書けます。この質問からは消してください。"},
		{"blank question", []string{`"所属"`, `""`}, "questions[2].text: " + fill},
		{"one point", []string{`["0", "1", "2", "3", "4", "5", "6", "7", "8", "9", "10"]`, `["0"]`}, "questions[1].labels: " + points},
		{"no labels", []string{`"labels": ["0", "1", "2", "3", "4", "5", "6", "7", "8", "9", "10"]`, `"labels": null`}, "questions[1].labels: " + points},
		{"twelve points", []string{`"10"]`, `"10", "11"]`}, "questions[1].labels: " + points},
		{"blank label", []string{`"0", "1"`, `"0", " "`}, "questions[1].labels[1]: " + fill},
		{"labels of a text", []string{`"max": 20`, `"max": 20, "labels": ["a", "b"]`}, "questions[4].labels: scale の質問だけに書けます。この質問からは消してください。"},
		{"theme twice", []string{`["engagement"]`, `["engagement", "engagement"]`}, "questions[0].themes: 同じものを二度書かないでください。"},
		{"theme", []string{`["engagement"]`, `["engagement", "元気"]`}, "questions[0].themes[1]: " + name},
		{"measure", []string{`["s1"]`, `["S1"]`}, "questions[0].measures[0]: " + name},
		{"reversed options", []string{`"kind": "multi"`, `"kind": "multi", "reversed": true`}, "questions[3].reversed: scale の質問だけに書けます。この質問からは消してください。"},
		{"group that is multi", []string{`"kind": "multi"`, `"kind": "multi", "group": true`}, "questions[3].group: choice の質問だけに書けます。この質問からは消してください。"},
		{"no options", []string{`"options": [{"value": "talk", "text": "立ち話"}, {"value": "meeting", "text": "会議"}, {"value": "chat", "text": "チャット"}]`, `"options": []`}, "questions[3].options: 選択肢を一つ以上書いてください。"},
		{"option value", []string{`"talk"`, `"立ち話"`}, "questions[3].options[0].value: " + name},
		{"option value twice", []string{`"chat"`, `"talk"`}, "questions[3].options[2].value: 同じ質問のほかの選択肢と違う名前にしてください。"},
		{"blank option", []string{`"会議"`, `""`}, "questions[3].options[1].text: " + fill},
		{"part of what is not there", []string{`"part_of": "kanri"`, `"part_of": "talk"`}, "questions[2].options[1].part_of: 同じ質問の、ほかの選択肢の value を書いてください。"},
		{"part of itself", []string{`"part_of": ""`, `"part_of": "kanri"`},
			"questions[2].options[0].part_of: " + circle + "; questions[2].options[1].part_of: " + circle + "; questions[2].options[2].part_of: " + circle},
		{"part of its part", []string{`"part_of": ""`, `"part_of": "soumu"`, `"地域課", "part_of": "kanri"`, `"地域課", "part_of": ""`},
			"questions[2].options[0].part_of: " + circle + "; questions[2].options[1].part_of: " + circle},
		{"no characters", []string{`, "max": 20`, ``}, "questions[4].max: 書ける文字数を1以上で書いてください。"},
		{"fewer than no characters", []string{`"max": 20`, `"max": -1`}, "questions[4].max: 書ける文字数を1以上で書いてください。"},
		{"more characters than a body holds", []string{`"max": 20`, `"max": 19991`}, "questions[5].max: " + together},
		{"many more characters", []string{`"max": 20`, `"max": 9223372036854775807`}, "questions[4].max: " + together},
		{"max of a scale", []string{`"required": true`, `"max": 5`}, "questions[0].max: text の質問だけに書けます。この質問からは消してください。"},
		{"several", []string{`"morale"`, `""`, `"所属"`, `""`}, "id: " + id + "; questions[2].text: " + fill},

		{"unknown field", []string{`"title"`, `"shape": 1, "title"`}, "shape: " + unknown},
		{"field in capitals", []string{`"title"`, `"Title"`}, "Title: " + unknown},
		{"unknown field further in", []string{`"value": "talk"`, `"label": "x", "value": "talk"`}, "questions[3].options[0].label: " + unknown},
		{"field twice", []string{`"title"`, `"id": "morale", "title"`}, "id: " + twice},
		{"field twice by an escape", []string{`"title"`, `"i\u0064": "morale", "title"`}, "id: " + twice},
		{"field twice further in", []string{`"max": 20`, `"max": 20, "max": 30`}, "questions[4].max: " + twice},
		{"headcount twice", []string{`"soumu": 42`, `"soumu": 42, "soumu": 43`}, "headcount.soumu: " + twice},
		{"number for a string", []string{`"職場の元気度アンケート"`, `5`}, "title: 文字列を書いてください。"},
		{"string for a number", []string{`"max": 20`, `"max": "20"`}, "questions[4].max: 整数を書いてください。"},
		{"fraction", []string{`"max": 20`, `"max": 20.0`}, "questions[4].max: 整数を書いてください。"},
		{"number past all integers", []string{`"max": 20`, `"max": 9223372036854775808`}, "questions[4].max: 整数を書いてください。"},
		{"string for a truth", []string{`true`, `"true"`}, "questions[0].required: true か false を書いてください。"},
		{"object for a list", []string{`["s1"]`, `{}`}, "questions[0].measures: [ ] で囲んで並べてください。"},
		{"list for an object", []string{`{"soumu": 42}`, `[42]`}, "headcount: { } で囲んだ項目の組を書いてください。"},
		{"missing comma", []string{`"open",`, `"open"`}, ": 7行目のあたりが JSON として読めません。かぎかっこやコンマを確かめてください。"},
		{"invalid UTF-8", []string{`アンケート`, "\xff"}, ": 3行目のあたりが JSON として読めません。かぎかっこやコンマを確かめてください。"},
		{"lone surrogate", []string{`アンケート`, `\ud842`}, ": 3行目のあたりが JSON として読めません。かぎかっこやコンマを確かめてください。"},
	} {
		t.Run(test.name, func(t *testing.T) {
			d, err := survey.Parse([]byte(change(t, read(t, "morale"), test.edit...)))
			if got := problems(t, err); got != test.want || d != nil {
				t.Errorf("got  %s\nwant %s", got, test.want)
			}
		})
	}
	for name, text := range map[string]string{"nothing": "", "a list": "[]", "null": "null", "more after": read(t, "morale") + "{}", "a byte order mark": "\ufeff" + read(t, "morale"), "no questions": `{"questions":[]}`} {
		t.Run(name, func(t *testing.T) {
			if d, err := survey.Parse([]byte(text)); err == nil || d != nil {
				t.Errorf("got %v, %v", d, err)
			}
		})
	}
}

// problems lists what a definition error holds.
func problems(t *testing.T, err error) string {
	t.Helper()
	var broken *survey.DefinitionError
	if !errors.As(err, &broken) {
		t.Fatalf("got %v, want a DefinitionError", err)
	}
	var all []string
	for _, p := range broken.Problems {
		all = append(all, p.Name+": "+p.Message)
	}
	return strings.Join(all, "; ")
}

func TestJSONIsReadBackTheSame(t *testing.T) {
	for _, id := range []string{"morale", "box"} {
		first := parse(t, read(t, id)).JSON()
		if again := parse(t, string(first)).JSON(); string(again) != string(first) {
			t.Errorf("%s: got %s\nwant %s", id, again, first)
		}
	}
}

func TestLoad(t *testing.T) {
	put := func(t *testing.T, id, text string) string {
		file := filepath.Join(t.TempDir(), "surveys", id, "survey.json")
		if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(file, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
		return file
	}
	t.Run("a site", func(t *testing.T) {
		all, err := survey.LoadSite(site)
		if err != nil || len(all) != 2 || all[0].ID != "box" || all[1].ID != "morale" {
			t.Errorf("got %v, %v", all, err)
		}
	})
	t.Run("file and field are named on one line", func(t *testing.T) {
		file := put(t, "morale", change(t, read(t, "morale"), `"10"]`, `"10", "11"]`, `"所属"`, `""`))
		want := file + ": questions[1].labels: 段階の言葉を2から11まで並べてください。（ほかに1か所あります）"
		if _, err := survey.Load(file); err == nil || err.Error() != want {
			t.Errorf("got  %v\nwant %s", err, want)
		}
		if _, err := survey.LoadSite(filepath.Dir(filepath.Dir(filepath.Dir(file)))); err == nil || err.Error() != want {
			t.Errorf("got  %v\nwant %s", err, want)
		}
	})
	t.Run("a file that is no JSON", func(t *testing.T) {
		file := put(t, "morale", "{")
		want := file + ": 1行目のあたりが JSON として読めません。かぎかっこやコンマを確かめてください。"
		if _, err := survey.Load(file); err == nil || err.Error() != want {
			t.Errorf("got  %v\nwant %s", err, want)
		}
	})
	t.Run("a folder of another name", func(t *testing.T) {
		file := put(t, "mood", read(t, "morale"))
		want := file + ": id: フォルダーの名前（mood）と同じにしてください。"
		if _, err := survey.Load(file); err == nil || err.Error() != want {
			t.Errorf("got  %v\nwant %s", err, want)
		}
	})
	t.Run("no file", func(t *testing.T) {
		if _, err := survey.Load(filepath.Join(t.TempDir(), "survey.json")); !errors.Is(err, fs.ErrNotExist) {
			t.Errorf("got %v", err)
		}
	})
	t.Run("no site", func(t *testing.T) {
		if _, err := survey.LoadSite(filepath.Join(t.TempDir(), "public")); !errors.Is(err, fs.ErrNotExist) {
			t.Errorf("got %v", err)
		}
	})
	t.Run("a site of other pages", func(t *testing.T) {
		dir := t.TempDir()
		if err := os.MkdirAll(filepath.Join(dir, "surveys", "about"), 0o755); err != nil {
			t.Fatal(err)
		}
		if all, err := survey.LoadSite(dir); err != nil || len(all) != 0 {
			t.Errorf("got %v, %v", all, err)
		}
	})
}

func TestState(t *testing.T) {
	morale, box := parse(t, read(t, "morale")), parse(t, read(t, "box"))
	if morale.Standing() || !box.Standing() {
		t.Errorf("standing: morale %v, box %v", morale.Standing(), box.Standing())
	}
	for _, test := range []struct {
		at   string
		d    *survey.Definition
		want survey.State
	}{
		{"2026-10-31T23:59:59.999999999+09:00", morale, survey.NotYet},
		{"2026-11-01T00:00:00+09:00", morale, survey.Open},
		{"2026-10-31T15:00:00Z", morale, survey.Open},
		{"2026-11-30T23:59:59+09:00", morale, survey.Open},
		{"2026-11-30T23:59:59.000000001+09:00", morale, survey.Over},
		{"2026-10-31T14:59:59Z", box, survey.NotYet},
		{"2126-11-01T00:00:00+09:00", box, survey.Open},
	} {
		now, err := time.Parse(time.RFC3339Nano, test.at)
		if err != nil {
			t.Fatal(err)
		}
		if got := test.d.State(now); got != test.want {
			t.Errorf("%s at %s: got %v, want %v", test.d.ID, test.at, got, test.want)
		}
	}
}

// What is part of another option was counted there.
func TestAsked(t *testing.T) {
	for _, test := range []struct {
		heads map[string]int
		want  int
	}{
		{map[string]int{"a": 30, "b": 20, "a1": 12}, 50},
		{map[string]int{"a": 30, "b": 20}, 50},
		{map[string]int{"a": 30, "a1": 12}, 0},
		{nil, 0},
	} {
		d := &survey.Definition{Headcount: test.heads, Questions: []survey.Question{
			{ID: "q", Kind: survey.Scale},
			{ID: "unit", Kind: survey.Choice, Group: true, Options: []survey.Option{{Value: "a"}, {Value: "a1", PartOf: "a"}, {Value: "b"}}},
		}}
		if got := d.Asked(); got != test.want {
			t.Errorf("%v: got %d, want %d", test.heads, got, test.want)
		}
	}
	if got := new(survey.Definition).Asked(); got != 0 {
		t.Errorf("without groups: got %d", got)
	}
}
