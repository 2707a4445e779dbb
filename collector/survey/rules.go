package survey

// What a definition must keep to, and how a person is told where it does not.

import (
	"bytes"
	"errors"
	"fmt"
	"maps"
	"reflect"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"
	"unicode"

	"filippo.io/age"
	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
	"github.com/go-playground/validator/v10"
)

// mostCharacters is what all texts of one answer may hold together. A character
// takes up to 12 bytes in a form (4 of UTF-8, each written %XX), and a body may
// have 256 KiB: whoever keeps to every max gets through.
const mostCharacters = 20000

var (
	surveyID = regexp.MustCompile(`^[a-z0-9][a-z0-9-]{0,62}$`)
	name     = regexp.MustCompile(`^[a-z][a-z0-9_-]{0,31}$`)
)

// FieldError is one thing to put right: where it is, and what to do about it,
// in Japanese. In an answer Name is the name of a control; in a definition it
// is the path of a field, such as questions[3].labels. Message never quotes
// what somebody answered.
type FieldError struct {
	Name    string `json:"name"`
	Message string `json:"message"`
}

// DefinitionError says where a definition breaks the rules, in the order of
// its fields. File is empty when the definition was not read from one.
type DefinitionError struct {
	File     string
	Problems []FieldError // at least one; Name is empty where no field can be named
}

// Error is one line: the first problem, and how many more there are.
func (e *DefinitionError) Error() string {
	line := e.Problems[0].Message
	for _, where := range []string{e.Problems[0].Name, e.File} {
		if where != "" {
			line = where + ": " + line
		}
	}
	if more := len(e.Problems) - 1; more > 0 {
		line += fmt.Sprintf("（ほかに%dか所あります）", more)
	}
	return line
}

// rules is the validator with the rules that tags name.
var rules = sync.OnceValue(func() *validator.Validate {
	v := validator.New(validator.WithRequiredStructEnabled())
	v.RegisterTagNameFunc(func(f reflect.StructField) string {
		tag, _, _ := strings.Cut(f.Tag.Get("json"), ",")
		return tag
	})
	for tag, holds := range map[string]func(string) bool{
		"survey_id": surveyID.MatchString,
		"name":      name.MatchString,
		"kind":      func(s string) bool { return slices.Contains(Kinds(), Kind(s)) },
		"filled":    func(s string) bool { return !Blank(s) },
		"age_recipient": func(s string) bool {
			_, err := age.ParseX25519Recipient(s)
			return err == nil
		},
	} {
		// It fails only for a tag that is empty or reserved.
		if err := v.RegisterValidation(tag, func(f validator.FieldLevel) bool { return holds(f.Field().String()) }); err != nil {
			panic(err)
		}
	}
	v.RegisterStructValidation(func(l validator.StructLevel) {
		// What it reports has no tag, and the sentence as its parameter.
		report := func(field, message string) { l.ReportError(nil, field, field, "", message) }
		switch checked := l.Current().Interface().(type) {
		case Definition:
			checked.check(report)
		case Question:
			checked.check(report)
		}
	}, Definition{}, Question{})
	return v
})

// problems returns every broken rule, in the order of the fields.
func (d *Definition) problems() []FieldError {
	err := rules().Struct(d)
	if err == nil {
		return nil
	}
	var problems []FieldError
	for _, b := range err.(validator.ValidationErrors) { // another is a mistake in the rules
		_, path, _ := strings.Cut(b.Namespace(), ".")
		problems = append(problems, FieldError{path, message(b)})
	}
	return problems
}

// messages say what to do about a broken rule; {} is its parameter.
var messages = map[string]string{
	"survey_id":     "半角の英小文字、数字、ハイフンだけで、ハイフン以外から始めて、63文字以内にしてください。",
	"name":          "半角の英小文字から始めて、英小文字、数字、ハイフン、下線だけで、32文字以内にしてください。",
	"filled":        "空のままにせず、言葉を書いてください。",
	"required":      writeMoment,
	"gtfield":       "opens よりあとの日時にしてください。締切がないときは空にします。",
	"age_recipient": "age の公開鍵（age1 から始まる X25519 の受取人）を書いてください。封をしないときは空にします。",
	"nefield":       "前回のアンケートの id を書いてください。自分自身は書けません。",
	"ne":            "{} は別のことに使うので、ほかの名前にしてください。",
	"kind":          join(Kinds(), "、") + " のどれかを書いてください。",
	"oneof":         AccessOpen + "、" + AccessTicket + " のどれかを書いてください。",
	"unique":        "同じものを二度書かないでください。",
	"gt":            "質問を一つ以上書いてください。",
	"min":           "{}以上にしてください。",
}

func message(b validator.FieldError) string {
	if b.Tag() == "" { // see the rules of structs
		return b.Param()
	}
	message, ok := messages[b.Tag()]
	if !ok {
		panic("survey: no message for the rule " + b.Tag())
	}
	return strings.ReplaceAll(message, "{}", b.Param())
}

// check holds the rules that hang on the kind.
func (q *Question) check(report func(field, message string)) {
	for _, field := range []struct { // those that not every kind has
		name string
		set  bool
	}{
		{"reversed", q.Reversed},
		{"labels", len(q.Labels) > 0},
		{"group", q.Group},
		{"options", len(q.Options) > 0},
		{"max", q.Max != 0},
	} {
		var takers []Kind
		for _, k := range kinds {
			if slices.Contains(k.fields, field.name) {
				takers = append(takers, k.name)
			}
		}
		if field.set && !slices.Contains(takers, q.Kind) {
			report(field.name, join(takers, " か ")+" の質問だけに書けます。この質問からは消してください。")
		}
	}
	if k := q.kind(); k != nil {
		k.check(q, report)
	}
}

// check holds the rules that need more than one question.
func (d *Definition) check(report func(field, message string)) {
	room := mostCharacters // below 0 once that was said
	for i, q := range d.Questions {
		if first := slices.IndexFunc(d.Questions, func(o Question) bool { return o.ID == q.ID }); first != i {
			report(fmt.Sprintf("questions[%d].id", i), "ほかの質問と違う名前にしてください。")
		}
		if q.Kind != Text || room < 0 {
			continue
		}
		if room -= max(q.Max, 0); room < 0 {
			report(fmt.Sprintf("questions[%d].max", i),
				fmt.Sprintf("文章の質問の max を、合わせて%d以下にしてください。それより長い回答は一度に送れません。", mostCharacters))
		}
	}
	for _, key := range slices.Sorted(maps.Keys(d.Headcount)) {
		field, groups := "headcount."+key, 0
		for _, q := range d.Questions {
			if q.Group && q.option(key) >= 0 {
				groups++
			}
		}
		switch {
		case groups == 0:
			report(field, "group の質問にある選択肢の value を書いてください。")
		case groups > 1:
			report(field, "group の質問のどれを指すか決まりません。value を質問ごとに違う名前にしてください。")
		case d.Headcount[key] < d.Minimum:
			report(field, fmt.Sprintf("%d人（minimum）以上にしてください。人数の少ない選択肢は、ほかの選択肢とまとめてください。", d.Minimum))
		}
	}
}

// unreadable says why a file is no definition at all.
func unreadable(data []byte, err error) FieldError {
	if wrong, ok := errors.AsType[*json.SemanticError](err); ok {
		if errors.Is(err, json.ErrUnknownName) {
			return FieldError{path(wrong.JSONPointer), "知らない項目です。つづりを確かめるか、消してください。"}
		}
		return FieldError{path(wrong.JSONPointer), expected(wrong.GoType)}
	}
	broken, ok := errors.AsType[*jsontext.SyntacticError](err)
	if !ok {
		return FieldError{"", "JSON として読めません。中身を確かめてください。"}
	}
	if errors.Is(err, jsontext.ErrDuplicateName) {
		return FieldError{path(broken.JSONPointer), "同じ項目が二度あります。どちらかを消してください。"}
	}
	return FieldError{"", fmt.Sprintf("%d行目のあたりが JSON として読めません。かぎかっこやコンマを確かめてください。", 1+bytes.Count(data[:broken.ByteOffset], []byte("\n")))}
}

const writeMoment = "2026-11-01T00:00:00+09:00 のように日時を書いてください。"

// expected says what a field of that type takes.
func expected(t reflect.Type) string {
	if t == reflect.TypeFor[*time.Time]() {
		return writeMoment
	}
	switch t.Kind() {
	case reflect.String:
		return "文字列を書いてください。"
	case reflect.Bool:
		return "true か false を書いてください。"
	case reflect.Int:
		return "整数を書いてください。"
	case reflect.Slice:
		return "[ ] で囲んで並べてください。"
	}
	return "{ } で囲んだ項目の組を書いてください。"
}

// path writes a JSON pointer (RFC 6901) the way people write fields.
func path(p jsontext.Pointer) string {
	var b strings.Builder
	for token := range p.Tokens() {
		if _, err := strconv.Atoi(token); err == nil {
			b.WriteString("[" + token + "]")
			continue
		}
		if b.Len() > 0 {
			b.WriteByte('.')
		}
		if strings.ContainsFunc(token, func(r rune) bool { return !unicode.IsPrint(r) }) { // the message stays one line
			token = strconv.Quote(token)
		}
		b.WriteString(token)
	}
	return b.String()
}

func join(kinds []Kind, between string) string {
	var names []string
	for _, k := range kinds {
		names = append(names, string(k))
	}
	return strings.Join(names, between)
}
