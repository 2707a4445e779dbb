package check

// Many expressions, looked for in much text that has few of them.

import (
	"bytes"
	"iter"
	"regexp"
	"regexp/syntax"
	"slices"
)

// form is an expression. Every match of it has one of needs in it or, where there
// are none, a character among those of has; where there is neither, it is tried
// on every line.
type form struct {
	*regexp.Regexp
	needs [][]byte
	has   []rune // from, to, from, to …
}

// formOf compiles an expression. has is a class of characters, or empty.
func formOf(expression, has string) form {
	f := form{Regexp: regexp.MustCompile(expression)}
	if has == "" {
		f.needs = needs(expression)
	} else if class, err := syntax.Parse(has, syntax.Perl); err == nil {
		f.has = class.Rune
	}
	return f
}

// lines are those of a text that could have a match, by where they begin, without
// their ends.
func (f form) lines(text []byte) iter.Seq2[int, []byte] {
	return func(yield func(int, []byte) bool) {
		for i := range max(1, len(f.needs)) {
			for at := 0; at < len(text); {
				found := at
				switch {
				case f.needs != nil:
					found = bytes.Index(text[at:], f.needs[i])
				case f.has != nil:
					found = bytes.IndexFunc(text[at:], f.isAmong)
				default:
					found = 0
				}
				if found < 0 {
					break
				}
				from := bytes.LastIndexByte(text[:at+found], '\n') + 1
				line, _, _ := bytes.Cut(text[from:], []byte("\n"))
				at = from + len(line) + 1
				line = bytes.TrimSuffix(line, []byte("\r"))
				had := func(need []byte) bool { return bytes.Contains(line, need) }
				if !slices.ContainsFunc(f.needs[:min(i, len(f.needs))], had) && !yield(from, line) {
					return
				}
			}
		}
	}
}

func (f form) isAmong(r rune) bool {
	for i := 0; i < len(f.has); i += 2 {
		if f.has[i] <= r && r <= f.has[i+1] {
			return true
		}
	}
	return false
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
		return [][]byte{[]byte(string(re.Rune))}
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
