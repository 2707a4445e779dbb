package survey_test

// What may change in a survey that has answers.

import "testing"

func TestFits(t *testing.T) {
	const restore = "もう回答があるので変えられません。前の値に戻してください。"
	for _, test := range []struct {
		name string
		edit []string
		want string // empty: it fits
	}{
		{"the same", nil, ""},
		{"wording", []string{`"職場の元気度アンケート"`, `"元気度"`, `"そう思う"`, `"とてもそう思う"`, `"立ち話"`, `"雑談"`, `"伝えたいこと"`, `"ひとこと"`}, ""},
		{"dates", []string{`2026-11-01`, `2026-10-01`, `"2026-11-30T23:59:59+09:00"`, `""`}, ""},
		{"what reports need", []string{`"release": 10`, `"release": 20`, `"minimum": 10`, `"minimum": 20`, `"minimum_comments": 10`, `"minimum_comments": 20`, `42`, `43`, `"morale-2025"`, `""`, `["s1"]`, `["s2"]`}, ""},
		{"no longer required", []string{`"required": true`, `"required": false`}, ""},
		{"more characters", []string{`"max": 20`, `"max": 21`}, ""},
		{"an option more at the end", []string{`"text": "チャット"}`, `"text": "チャット"}, {"value": "mail", "text": "メール"}`}, ""},
		{"an option more between", []string{`{"value": "meeting"`, `{"value": "mail", "text": "メール"}, {"value": "meeting"`}, ""},
		{"another survey", []string{`"morale"`, `"mood"`}, "id: 保存してある回答は別のアンケートのものです。データの置き場所を確かめてください。"},
		{"access", []string{`"open"`, `"ticket"`}, "access: もう回答があるので変えられません。open に戻してください。"},
		{"sealed", []string{`"sealed_to": ""`, `"sealed_to": "age1ql3z7hjy54pw3hyww5ayyfg7zqgvc7w3j2elw8zmrj2kg5sfn9aqmcac8p"`}, "sealed_to: " + restore},
		{"a question more", []string{`"max": 10}`, `"max": 10}, {"id": "more", "kind": "text", "text": "ほかに", "max": 1}`}, "questions[6]: もう回答があるので質問は増やせません。新しいアンケートにしてください。"},
		{"a question less", []string{`"max": 20},`, `"max": 20}`, `{"id": "idea", "kind": "text", "text": "提案", "max": 10}`, ``}, "questions[5]: もう回答があるので消せません。質問 idea を戻してください。"},
		{"a question by another name", []string{`"ways"`, `"way"`}, "questions[3].id: もう回答があるので、質問の名前も順番も変えられません。ここは質問 ways に戻してください。"},
		{"questions in another order", []string{`"comment"`, `"x"`, `"idea"`, `"comment"`, `"x"`, `"idea"`},
			"questions[4].id: もう回答があるので、質問の名前も順番も変えられません。ここは質問 comment に戻してください。; questions[5].id: もう回答があるので、質問の名前も順番も変えられません。ここは質問 idea に戻してください。"},
		{"a kind", []string{`"multi"`, `"choice"`}, "questions[3].kind: もう回答があるので変えられません。multi に戻してください。"},
		{"a point more", []string{`"そう思う"]`, `"そう思う", "とてもそう思う"]`}, "questions[0].labels: もう回答があるので、段階の数は5のままにしてください。言葉は直せます。"},
		{"a point less", []string{`"0", "1"`, `"1"`}, "questions[1].labels: もう回答があるので、段階の数は11のままにしてください。言葉は直せます。"},
		{"fewer characters", []string{`"max": 20`, `"max": 19`}, "questions[4].max: もう回答があるので、20より小さくはできません。"},
		{"an option less", []string{`{"value": "talk", "text": "立ち話"}, `, ``}, "questions[3].options: もう回答があるので消せません。選択肢 talk を戻してください。"},
		{"options in another order", []string{`"talk"`, `"x"`, `"meeting"`, `"talk"`, `"x"`, `"meeting"`}, "questions[3].options[0]: もう回答があるので、前からある選択肢の順番は変えられません。増やすだけにしてください。"},
		{"labels in another order", []string{`"0", "1"`, `"1", "0"`}, "questions[1].labels: もう回答があるので、段階の順番は変えられません。言葉は直せます。"},
		{"no longer reversed", []string{`"reversed": true`, `"reversed": false`}, "questions[1].reversed: " + restore},
		{"no longer a group", []string{`"group": true`, `"group": false`, `{"soumu": 42}`, `{}`}, "questions[2].group: " + restore},
		{"part of nothing", []string{`"text": "地域課", "part_of": "kanri"`, `"text": "地域課", "part_of": ""`}, "questions[2].options[2].part_of: " + restore},
		{"several", []string{`"open"`, `"ticket"`, `"max": 20`, `"max": 19`}, "access: もう回答があるので変えられません。open に戻してください。; questions[4].max: もう回答があるので、20より小さくはできません。"},
	} {
		t.Run(test.name, func(t *testing.T) {
			stored := parse(t, read(t, "morale"))
			err := parse(t, change(t, read(t, "morale"), test.edit...)).Fits(stored)
			if test.want == "" {
				if err != nil {
					t.Errorf("got %v, want that it fits", err)
				}
				return
			}
			if got := problems(t, err); got != test.want {
				t.Errorf("got  %s\nwant %s", got, test.want)
			}
		})
	}
}

// Who answered was told how many would be kept together, and from how many on
// figures would be shown.
func TestThresholdsAreNotLowered(t *testing.T) {
	for _, field := range []string{"release", "minimum", "minimum_comments"} {
		stored := parse(t, change(t, read(t, "morale"), `"`+field+`": 10`, `"`+field+`": 12`))
		for number, want := range map[string]string{"11": field + ": もう回答があるので、12より小さくはできません。", "12": "", "13": ""} {
			got := ""
			if err := parse(t, change(t, read(t, "morale"), `"`+field+`": 10`, `"`+field+`": `+number)).Fits(stored); err != nil {
				got = problems(t, err)
			}
			if got != want {
				t.Errorf("%s %s: got %s, want %s", field, number, got, want)
			}
		}
	}
}

// In a sealed file every line has one size, so what would change it does not
// fit; the rest of what an open survey may change still does.
func TestSealedLinesKeepTheirSize(t *testing.T) {
	sealed := []string{`"sealed_to": ""`, `"sealed_to": "age1ql3z7hjy54pw3hyww5ayyfg7zqgvc7w3j2elw8zmrj2kg5sfn9aqmcac8p"`}
	for _, test := range []struct {
		name string
		edit []string
		want string
	}{
		{"wording", []string{`"立ち話"`, `"雑談"`}, ""},
		{"a short option to a choice", []string{`"text": "地域課", "part_of": "kanri"}`, `"text": "地域課", "part_of": "kanri"}, {"value": "bou", "text": "防災"}`}, ""},
		{"an option to a multi", []string{`"text": "チャット"}`, `"text": "チャット"}, {"value": "mail", "text": "メール"}`},
			"questions: 回答を封じるアンケートで、もう回答があるので、選択肢は増やせません。前の選択肢に戻してください。"},
		{"more characters where most are", []string{`"max": 20`, `"max": 21`},
			"questions: 回答を封じるアンケートで、もう回答があるので、max は増やせません。前の数に戻してください。"},
	} {
		t.Run(test.name, func(t *testing.T) {
			stored := change(t, read(t, "morale"), sealed...)
			got := ""
			if err := parse(t, change(t, stored, test.edit...)).Fits(parse(t, stored)); err != nil {
				got = problems(t, err)
			}
			if got != test.want {
				t.Errorf("got  %s\nwant %s", got, test.want)
			}
		})
	}
}
