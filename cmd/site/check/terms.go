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
	t.rules = rules
	for i, rule := range t.rules {
		rule.Expected = group.ReplaceAllString(rule.Expected, "$${$1}")
		patterns, ok := rule.Pattern.([]any)
		if !ok {
			patterns = []any{rule.Pattern}
		}
		for _, pattern := range patterns {
			text, err := fmt.Sprint(pattern), error(nil)
			if inner, ok := strings.CutPrefix(text, "/"); ok {
				text = strings.TrimSuffix(inner, "/")
			} else {
				text = regexp.QuoteMeta(text)
			}
			f := form{}
			if f.Regexp, err = regexp.Compile(text); err != nil || rule.Expected == "" || text == "" {
				return fmt.Errorf("%s:%d: %w", t.file, t.key(fmt.Sprintf("rules[%d]", i)).line, errors.Join(errors.New("no term"), err))
			}
			if f.needs = needs(f.String()); f.needs == nil {
				return fmt.Errorf("%s:%d: nothing in %s is certain to be there", t.file, t.key(fmt.Sprintf("rules[%d]", i)).line, text)
			}
			rule.forms = append(rule.forms, f)
		}
		for j, spec := range rule.Specs {
			got := spec.From
			for _, f := range rule.forms {
				got = f.ReplaceAllString(got, rule.Expected)
			}
			if got != spec.To {
				return fmt.Errorf("%s:%d: %s becomes %s, not %s", t.file, t.key(fmt.Sprintf("rules[%d].specs[%d]", i, j)).line, spec.From, got, spec.To)
			}
		}
	}
	return nil
}

// wording reports each term once a page.
func wording(p *pass) {
	for i, text := range [][]byte{p.page.own(), p.page.fields()} {
		for _, rule := range p.terms.rules {
			p.term(rule, text, i == 0)
		}
	}
}

// term reports where a text has one, and mends all of it in the body.
func (p *pass) term(rule *term, text []byte, body bool) {
	var fix []Edit
	first := -1
	said, instead := "", ""
	for _, f := range rule.forms {
		for from, line := range f.lines(text) {
			for _, m := range f.FindAllSubmatchIndex(line, -1) {
				put := string(f.Expand(nil, []byte(rule.Expected), line, m))
				if at := from + m[0]; first < 0 || at < first {
					first, said, instead = at, string(line[m[0]:m[1]]), put
				}
				if !rule.Ask && body {
					fix = append(fix, Edit{Start: from + m[0], End: from + m[1], Text: put})
				}
			}
		}
	}
	if first < 0 {
		return
	}
	said, instead = strings.TrimLeft(said, "\x00 、。"), strings.TrimLeft(instead, "\x00 、。")
	how := "」は、このサイトでは「"
	if rule.Ask {
		how = "」は、このサイトでは、ふつう「"
	}
	p.report(p.page.at(first), "「"+said+how+instead+"」と書きます。", rule.Prh, fix...)
}
