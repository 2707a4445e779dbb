package check

// Words that are written in one way on the site, in the form of prh:
// terms.yaml.

import (
	"errors"
	"fmt"
	"regexp"
	"strings"
)

// terms are those words, and document says where they stand.
type terms struct {
	document
	rules []*term
	look  *lookup
	of    []*term // whose each form of look is
}

// term is a rule of prh (github.com/prh/rules), as far as we need it: a pattern is
// a text, or an expression between slashes. Ask says that a person has to choose;
// prh knows no such thing, and reads over it.
type term struct {
	Expected string
	Pattern  any // one, or a list of them
	Prh      string
	Ask      bool
	Specs    []struct{ From, To string }

	forms []form
}

// group is one of prh's, which ends with its digit.
var group = regexp.MustCompile(`\$([0-9])`)

// read compiles the patterns of rules, and tries them on their specs.
func (t *terms) read(rules []*term) error {
	var forms []form
	t.rules = rules
	fail := func(path string, err error) error { return fmt.Errorf("%s:%d: %w", t.file, t.key(path).line, err) }
	for i, rule := range t.rules {
		path := fmt.Sprintf("rules[%d]", i)
		rule.Expected = group.ReplaceAllString(rule.Expected, "$${$1}")
		patterns, ok := rule.Pattern.([]any)
		if !ok {
			patterns = []any{rule.Pattern}
		}
		for _, pattern := range patterns {
			text := fmt.Sprint(pattern)
			if inner, ok := strings.CutPrefix(text, "/"); ok {
				text = strings.TrimSuffix(inner, "/")
			} else {
				text = regexp.QuoteMeta(text)
			}
			f, err := compile(text, "")
			if rule.Expected == "" {
				err = errors.New("no expected")
			}
			if err != nil {
				return fail(path, err)
			}
			rule.forms = append(rule.forms, f)
			forms, t.of = append(forms, f), append(t.of, rule)
		}
		for j, spec := range rule.Specs {
			got := spec.From
			for _, f := range rule.forms {
				got = f.ReplaceAllString(got, rule.Expected)
			}
			if got != spec.To {
				return fail(fmt.Sprintf("%s.specs[%d]", path, j), fmt.Errorf("%s becomes %s, not %s", spec.From, got, spec.To))
			}
		}
	}
	t.look = lookupOf(forms)
	return nil
}

// wording reports each term once a page.
func wording(p *pass) {
	for i, text := range [][]byte{p.page.own(), p.page.fields()} {
		found := map[*term]*Finding{}
		p.terms.look.matches(text, func(form, from int, line []byte, m []int) {
			rule := p.terms.of[form]
			put := string(p.terms.look.forms[form].Expand(nil, []byte(rule.Expected), line, m))
			if found[rule] == nil {
				said, instead := strings.TrimLeft(string(line[m[0]:m[1]]), "\x00 、。"), strings.TrimLeft(put, "\x00 、。")
				how := "」は、このサイトでは「"
				if rule.Ask {
					how = "」は、このサイトでは、ふつう「"
				}
				at := p.page.at(from + m[0])
				found[rule] = &Finding{Line: at.line, Column: at.column, Message: "「" + said + how + instead + "」と書きます。"}
			}
			if !rule.Ask && i == 0 {
				found[rule].Fix = append(found[rule].Fix, Edit{Start: from + m[0], End: from + m[1], Text: put})
			}
		})
		for _, rule := range p.terms.rules {
			if f := found[rule]; f != nil {
				p.report(place{p.page.file, f.Line, f.Column}, f.Message, rule.Prh, f.Fix...)
			}
		}
	}
}
