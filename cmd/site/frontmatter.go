package main

// What may stand in a page's front matter: the table in "how to edit" on the
// site, as Go types. Nothing else is allowed there, because nothing reads it.

import (
	"fmt"
	"io/fs"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/go-playground/validator/v10"
	"github.com/goccy/go-yaml"
)

// vocabulary are the words that templates and check share, in layouts/_data.
type vocabulary struct {
	owners, statuses []string
}

func (v *vocabulary) read(project fs.FS) error {
	var statuses []struct{ Word string }
	for name, to := range map[string]any{"owners": &v.owners, "statuses": &statuses} {
		data, err := fs.ReadFile(project, "layouts/_data/"+name+".yaml")
		if err != nil {
			return err
		}
		if err := yaml.Unmarshal(data, to); err != nil {
			return fmt.Errorf("layouts/_data/%s.yaml: %w", name, err)
		}
	}
	for _, s := range statuses {
		v.statuses = append(v.statuses, s.Word)
	}
	return nil
}

// head is the top level of every page.
type head struct {
	Title       string `yaml:"title" validate:"required"`
	Description string `yaml:"description" validate:"required"`
	Params      any    `yaml:"params" validate:"required"`
}

// common is what params holds on every page.
type common struct {
	Owner    string `yaml:"owner" validate:"required,owner"`
	Reviewed string `yaml:"reviewed" validate:"required,day"`
	ReviewBy string `yaml:"review_by" validate:"required,day,after=Reviewed"`
}

// What params holds besides, by section.
type (
	chapterParams struct {
		Chapter int `yaml:"chapter" validate:"min=1,max=5"`
	}
	valueParams struct {
		Sentence string `yaml:"sentence" validate:"required"`
		Mark     string `yaml:"mark" validate:"oneof=市民志向 チャレンジ精神 プロ意識"`
	}
	measureParams struct {
		Code    string         `yaml:"code" validate:"code"`
		Side    string         `yaml:"side" validate:"oneof=staff workplace"`
		Status  string         `yaml:"status" validate:"status"`
		Values  []string       `yaml:"values" validate:"required,min=1,dive,value"`
		Changes []changeParams `yaml:"changes" validate:"dive"`
	}
	changeParams struct {
		Date string `yaml:"date" validate:"day"`
		Text string `yaml:"text" validate:"required"`
	}
	trainingParams struct {
		Aim      string `yaml:"aim" validate:"required"`
		Time     string `yaml:"time" validate:"required"`
		Audience string `yaml:"audience" validate:"required"`
	}
	eventParams struct {
		Start   string `yaml:"start" validate:"instant"`
		End     string `yaml:"end" validate:"instant,after=Start"`
		Place   string `yaml:"place" validate:"required"`
		Contact string `yaml:"contact" validate:"owner"`
	}
	areaParams struct {
		Updated string `yaml:"updated" validate:"day"`
		Topic   string `yaml:"topic" validate:"required"`
	}
	knowledgeParams struct {
		Work    string `yaml:"work" validate:"required"`
		Minutes int    `yaml:"minutes" validate:"min=1"`
	}
	noticeParams struct {
		Issued  string `yaml:"issued" validate:"day"`
		Meeting string `yaml:"meeting" validate:"oneof=課長会 庶務担当係長会"`
	}
	commendationParams struct {
		Awarded string `yaml:"awarded" validate:"day"`
		Team    string `yaml:"team" validate:"required"`
	}
	proposalParams struct {
		Received string `yaml:"received" validate:"day"`
		State    string `yaml:"state" validate:"oneof=受付 検討 実施 見送り"`
	}
	// The definition itself is the survey package's to judge (loop.go).
	surveyParams struct {
		Survey map[string]any `yaml:"survey" validate:"required"`
	}
	resultsParams struct {
		Survey string `yaml:"survey" validate:"required"`
	}
)

var extras = map[string]any{
	"plan": chapterParams{}, "values": valueParams{}, "measures": measureParams{}, "training": trainingParams{},
	"events": eventParams{}, "area": areaParams{}, "knowledge": knowledgeParams{}, "notices": noticeParams{},
	"commendations": commendationParams{}, "proposals": proposalParams{},
	"surveys": surveyParams{}, "results": resultsParams{},
}

// Keys of the top level besides head: order and drafts anywhere; what tells
// Hugo how to build and list only where it is needed.
var otherKeys = []string{"weight", "draft", "linkTitle", "layout", "build", "cascade", "outputs"}

// frontMatter checks one page after another against the types above.
type frontMatter struct {
	site     *site
	validate *validator.Validate
}

func (s *site) frontMatterRules() (*frontMatter, error) {
	v := validator.New(validator.WithRequiredStructEnabled())
	v.RegisterTagNameFunc(yamlName)
	values := s.names("values")
	rules := map[string]func(string) bool{
		"owner":   func(text string) bool { return slices.Contains(s.words.owners, text) },
		"status":  func(text string) bool { return slices.Contains(s.words.statuses, text) },
		"value":   func(text string) bool { return slices.Contains(values, text) },
		"code":    regexp.MustCompile(`^[SW][1-9]$`).MatchString,
		"day":     func(text string) bool { _, err := time.Parse(time.DateOnly, text); return err == nil },
		"instant": func(text string) bool { _, err := time.Parse(time.RFC3339, text); return err == nil },
	}
	for tag, ok := range rules {
		if err := v.RegisterValidation(tag, func(f validator.FieldLevel) bool { return ok(f.Field().String()) }, true); err != nil {
			return nil, err
		}
	}
	err := v.RegisterValidation("after", func(f validator.FieldLevel) bool {
		other := f.Parent().FieldByName(f.Param()).String()
		a, errA := moment(other)
		b, errB := moment(f.Field().String())
		return errA != nil || errB != nil || b.After(a) // an unreadable one has its own finding
	})
	return &frontMatter{s, v}, err
}

// moment reads a day or an instant.
func moment(text string) (time.Time, error) {
	if t, err := time.Parse(time.RFC3339, text); err == nil {
		return t, nil
	}
	return time.Parse(time.DateOnly, text)
}

func yamlName(f reflect.StructField) string { return f.Tag.Get("yaml") }

// check looks at one page. A page with a layout of its own (the plan on one
// page) and a section's first page need only what all pages have.
func (m *frontMatter) check(p *page) {
	m.decode(p, &head{}, p.meta)
	known := append(keysOf(head{}), otherKeys...)
	m.unknown(p, known, p.meta)
	if strings.Contains(fmt.Sprint(p.meta["title"], p.meta["description"]), "**") {
		m.site.report(p.file, p.line("title"), "emphasis", "title と description では ** は強調になりません。そのまま見えてしまうので、消してください。")
	}
	if _, ok := p.meta["params"].(map[string]any); !ok {
		return
	}
	m.decode(p, &common{}, p.params(), "params")
	known = keysOf(common{})
	if extra, ok := extras[p.section]; ok && !p.index && p.meta["layout"] == nil {
		m.decode(p, reflect.New(reflect.TypeOf(extra)).Interface(), p.params(), "params")
		known = append(known, keysOf(extra)...)
	}
	m.unknown(p, known, p.params(), "params")
	if !p.draft() && strings.HasPrefix(fmt.Sprint(p.meta["title"]), "記入例") {
		m.site.report(p.file, p.line("title"), "front-matter", "記入例は公開しません。draft: true の行を足すか、title を書き換えてください。")
	}
}

func keysOf(v any) (keys []string) {
	for f := range reflect.TypeOf(v).Fields() {
		keys = append(keys, yamlName(f))
	}
	return keys
}

// decode fills to from the map at steps and reports what is wrong with it.
func (m *frontMatter) decode(p *page, to any, from map[string]any, steps ...any) {
	data, err := yaml.Marshal(from)
	if err == nil {
		err = yaml.Unmarshal(data, to)
	}
	if err != nil {
		message, _, _ := strings.Cut(yamlLine.ReplaceAllString(err.Error(), ""), "\n")
		m.site.report(p.file, p.line(steps...), "front-matter", "front matter の書き方が違います（%s）。", message)
		return
	}
	err = m.validate.Struct(to)
	errs, _ := err.(validator.ValidationErrors)
	for _, e := range errs {
		_, name, _ := strings.Cut(e.Namespace(), ".")
		m.site.report(p.file, p.line(append(slices.Clone(steps), stepsOf(name)...)...), "front-matter", "%s: %s", name, m.advice(e))
	}
}

// unknown reports keys that nothing reads.
func (m *frontMatter) unknown(p *page, known []string, in map[string]any, steps ...any) {
	for key := range in {
		switch {
		case slices.Contains(known, key):
		case key == "date" || key == "publishDate" || key == "expiryDate":
			m.site.report(p.file, p.line(append(slices.Clone(steps), key)...), "front-matter",
				"%s: この項目は使いません。先の日付を書くと、ページが見えなくなります。日付は params の中の項目に書いてください。", key)
		default:
			m.site.report(p.file, p.line(append(slices.Clone(steps), key)...), "front-matter",
				"%s: この場所では使わない項目です。つづりを確かめるか、消してください。使えるのは %s です。", key, strings.Join(known, "、"))
		}
	}
}

// stepsOf turns changes[0].date into its steps.
func stepsOf(name string) (steps []any) {
	for part := range strings.SplitSeq(strings.ReplaceAll(name, "[", ".["), ".") {
		if number, ok := strings.CutPrefix(part, "["); ok {
			steps = append(steps, atoi(strings.TrimSuffix(number, "]")))
		} else {
			steps = append(steps, part)
		}
	}
	return steps
}

// advice says what to write instead.
func (m *frontMatter) advice(e validator.FieldError) string {
	switch e.Tag() {
	case "required":
		return "まだ書かれていません。書いてください。"
	case "owner":
		return "担当の名前を書いてください。使えるのは " + strings.Join(m.site.words.owners, "、") + " です。"
	case "status":
		return "使えるのは " + strings.Join(m.site.words.statuses, "、") + " です。"
	case "value":
		return "使えるのは " + strings.Join(m.site.names("values"), "、") + "（content/values/ のファイルの名前）です。"
	case "oneof":
		return "使えるのは " + strings.Join(strings.Fields(e.Param()), "、") + " です。"
	case "code":
		return "S1 から S9、または W1 から W9 の形で書いてください。"
	case "day":
		return "日付を 2026-11-01 の形で書いてください。"
	case "instant":
		return "日時を 2026-12-05T10:00:00+09:00 の形で書いてください。"
	case "after":
		return "前の日付（" + map[string]string{"Reviewed": "reviewed", "Start": "start"}[e.Param()] + "）より後にしてください。"
	case "min", "max":
		if e.Field() == "chapter" {
			return "章の番号を 1 から 5 で書いてください。"
		}
		return "1 以上の数を書いてください。"
	}
	return "書き方を確かめてください（" + e.Tag() + "）。"
}

// names lists the pages of a section by name, drafts left out.
func (s *site) names(section string) (names []string) {
	for _, p := range s.pages {
		if p.section == section && !p.index && !p.draft() {
			names = append(names, p.name)
		}
	}
	return names
}
