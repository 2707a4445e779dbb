package check

// Many expressions, looked for in much text that has few of them.

import (
	"bytes"
	"fmt"
	"regexp"
	"regexp/syntax"
	"slices"
	"unicode"
	"unicode/utf8"
)

// form is an expression. Every match of it has one of needs in it or, where there
// are none, a character among those of has.
type form struct {
	*regexp.Regexp
	needs [][]byte
	has   []rune // from, to, from, to …
}

// compile makes a form. has is a class of characters, or empty for an expression
// that says itself what it needs: one that does not would never be found.
func compile(expression, has string) (f form, err error) {
	if f.Regexp, err = regexp.Compile(expression); err != nil {
		return f, err
	}
	if has == "" {
		if f.needs = needs(expression); f.needs == nil {
			err = fmt.Errorf("nothing in %q is certain to be there", expression)
		}
		return f, err
	}
	class, err := syntax.Parse(has, syntax.Perl)
	if err == nil {
		f.has = class.Rune
	}
	return f, err
}

// formOf is compile for expressions of our own.
func formOf(expression, has string) form {
	f, err := compile(expression, has)
	if err != nil {
		panic(err)
	}
	return f
}

// formWith is a form of which every match has one of some texts.
func formWith(expression string, needs ...string) form {
	f := form{Regexp: regexp.MustCompile(expression)}
	for _, need := range needs {
		f.needs = append(f.needs, []byte(need))
	}
	return f
}

// formsOf are forms of expressions that say themselves what they need.
func formsOf(expressions ...string) (forms []form) {
	for _, expression := range expressions {
		forms = append(forms, formOf(expression, ""))
	}
	return forms
}

// lookup finds in one walk through a text where each of many forms could match.
type lookup struct {
	forms []form
	lists [][]needle
	by    [1 << 16 / block]*[block]uint16 // which of lists, by the last 16 bits of a character; 0 for none
}

// block is so many characters: Japanese uses few parts of Unicode, and what is in
// them stays in a processor's cache.
const block = 1 << 6

// blockOf is where by has a character.
func blockOf(r rune) (part, at uint16) { return uint16(r) / block, uint16(r) % block }

// needle is what is left of such a text, and the form that needs it.
type needle struct {
	rest []byte
	form int
}

func lookupOf(forms []form) *lookup {
	l, none := &lookup{forms: forms, lists: make([][]needle, 1)}, new([block]uint16)
	for i := range l.by {
		l.by[i] = none
	}
	add := func(r rune, n needle) {
		part, at := blockOf(r)
		if l.by[part] == none {
			l.by[part] = new([block]uint16)
		}
		list := &l.by[part][at]
		if *list == 0 {
			*list = uint16(len(l.lists))
			l.lists = append(l.lists, nil)
		}
		l.lists[*list] = append(l.lists[*list], n)
	}
	for i, f := range forms {
		for _, need := range f.needs {
			r, size := utf8.DecodeRune(need)
			add(r, needle{need[size:], i})
		}
		for j := 0; j < len(f.has); j += 2 {
			for r := f.has[j]; r <= f.has[j+1]; r++ {
				add(r, needle{nil, i})
			}
		}
	}
	return l
}

// lines are those of a text in which some forms could match: where one begins, it
// without its end, and the forms in their order.
func (l *lookup) lines(text []byte, could func(from int, line []byte, forms []int)) {
	var forms []int
	start := 0
	say := func(end int) {
		if len(forms) > 0 {
			slices.Sort(forms)
			could(start, bytes.TrimSuffix(text[start:end], []byte("\r")), forms)
			forms = forms[:0]
		}
		start = end + 1
	}
	for at := 0; at < len(text); {
		r, size := rune(text[at]), 1
		if r >= utf8.RuneSelf {
			r, size = utf8.DecodeRune(text[at:])
		}
		if r == '\n' {
			say(at)
		}
		part, in := blockOf(r)
		for _, n := range l.lists[l.by[part][in]] {
			if !slices.Contains(forms, n.form) && bytes.HasPrefix(text[at+size:], n.rest) {
				forms = append(forms, n.form)
			}
		}
		at += size
	}
	say(len(text))
}

// matches are those of all forms, line by line: which form, where its line begins,
// and what FindSubmatchIndex says of the line.
func (l *lookup) matches(text []byte, found func(form, from int, line []byte, at []int)) {
	l.lines(text, func(from int, line []byte, forms []int) {
		for _, form := range forms {
			for _, at := range l.forms[form].FindAllSubmatchIndex(line, -1) {
				found(form, from, line, at)
			}
		}
	})
}

// groupOf is where the group of a match stands that there is; where there is none,
// the match.
func groupOf(at []int) (start, end int) {
	start, end = at[0], at[1]
	for g := 2; g < len(at); g += 2 {
		if at[g] >= 0 {
			start, end = at[g], at[g+1]
		}
	}
	return start, end
}

const enough = 32 // texts that are looked for

// needs returns texts of which every match of an expression has one: those of the
// part that has the longest.
func needs(expression string) [][]byte {
	re, err := syntax.Parse(expression, syntax.Perl)
	if err != nil {
		return nil
	}
	return needed(re)
}

func needed(re *syntax.Regexp) (best [][]byte) {
	if all := exactly(re); all != nil {
		return all
	}
	longer := func(texts [][]byte) {
		if shortest(texts) > shortest(best) {
			best = texts
		}
	}
	switch re.Op {
	case syntax.OpAlternate:
		for _, sub := range re.Sub {
			some := needed(sub)
			if some == nil || len(best)+len(some) > enough {
				return nil
			}
			best = append(best, some...)
		}
	case syntax.OpConcat:
		var run [][]byte // what the parts up to here say word for word
		for _, sub := range re.Sub {
			for sub.Op == syntax.OpCapture {
				sub = sub.Sub[0]
			}
			all, again := exactly(sub), sub.Op == syntax.OpPlus || sub.Op == syntax.OpRepeat && sub.Min > 0
			if again {
				all = exactly(sub.Sub[0])
			}
			if all == nil {
				longer(needed(sub))
			}
			if run = joined(run, all); run == nil {
				run = all
			}
			longer(run)
			if again {
				run = nil
			}
		}
	case syntax.OpCapture, syntax.OpPlus:
		return needed(re.Sub[0])
	case syntax.OpRepeat:
		if re.Min > 0 {
			return needed(re.Sub[0])
		}
	}
	return best
}

// exactly returns all that an expression matches, where that is little.
func exactly(re *syntax.Regexp) (all [][]byte) {
	switch re.Op {
	case syntax.OpLiteral:
		all = [][]byte{{}}
		for _, r := range re.Rune {
			either := [][]byte{[]byte(string(r))}
			if re.Flags&syntax.FoldCase != 0 { // [Tt] is a t of either case
				for f := unicode.SimpleFold(r); f != r; f = unicode.SimpleFold(f) {
					either = append(either, []byte(string(f)))
				}
			}
			if all = joined(all, either); all == nil {
				return nil
			}
		}
	case syntax.OpCharClass:
		for i := 0; i < len(re.Rune); i += 2 {
			for r := re.Rune[i]; r <= re.Rune[i+1]; r++ {
				if all = append(all, []byte(string(r))); len(all) > enough {
					return nil
				}
			}
		}
	case syntax.OpCapture:
		return exactly(re.Sub[0])
	case syntax.OpAlternate:
		for _, sub := range re.Sub {
			some := exactly(sub)
			if some == nil || len(all)+len(some) > enough {
				return nil
			}
			all = append(all, some...)
		}
	case syntax.OpConcat:
		all = [][]byte{{}}
		for _, sub := range re.Sub {
			if all = joined(all, exactly(sub)); all == nil {
				return nil
			}
		}
	}
	return all
}

// joined is each of some texts followed by each of others; nil for too many.
func joined(some, others [][]byte) (all [][]byte) {
	if len(some)*len(others) > enough {
		return nil
	}
	for _, a := range some {
		for _, b := range others {
			all = append(all, slices.Concat(a, b))
		}
	}
	return all
}

func shortest(texts [][]byte) int {
	least := 0
	for i, text := range texts {
		if i == 0 || len(text) < least {
			least = len(text)
		}
	}
	return least
}
