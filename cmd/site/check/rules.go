package check

// The list of rules, and what each of them is given.

// rule is one thing to look for. One of the three functions is set.
type rule struct {
	name  string
	level Level
	build atBuild

	bytes func(*pass) // looks at pass.file, each file and folder before it is taken apart
	page  func(*pass) // looks at pass.page, each page that could be read
	site  func(*pass) // looks at pass.site
}

// atBuild is what a finding is to a build.
type atBuild int

const (
	silent  atBuild = iota
	tells           // it says so and goes on
	refuses         // it stops
)

var rules = []rule{
	{name: "name", level: Error, build: tells, bytes: fileName},
	{name: "leftover", level: Error, build: tells, site: bySystems},
	{name: "beside", level: Error, bytes: beside},
	{name: "unseen", level: Warning, site: unseen},
	{name: "secret", level: Error, build: refuses, bytes: secret},
	{name: "position", level: Error, build: refuses, bytes: position},
	{name: "disguised", level: Error, build: refuses, bytes: disguised},
	{name: "address", level: Error, build: refuses, site: address},
	{name: "unreadable", level: Error, site: unreadable},
	{name: "front-matter", level: Error, page: frontMatter},
	{name: "hugo", level: Error, build: refuses, page: forHugo},
	{name: "wrapped", level: Error, page: wrapped},
	{name: "heading", level: Error, page: heading},
	{name: "emphasis", level: Error, page: emphasis},
	{name: "unwritten", level: Error, build: refuses, page: unwritten},
	{name: "html", level: Error, page: html},
	{name: "image", level: Error, page: image},
	{name: "link", level: Error, page: links},
	{name: "title", level: Error, site: title},
	{name: "reach", level: Error, site: reach},
	{name: "survey", level: Error, page: definition},
	{name: "closes", level: Warning, page: closes},
	{name: "loop", level: Error, site: loop},
	{name: "carries", level: Error, site: carries},
	{name: "results", level: Error, build: refuses, site: figures},
	{name: "promised", level: Note, site: promised},
	{name: "kept", level: Error, site: stays},
	{name: "owners", level: Error, site: owners},
	{name: "reachable", level: Note, site: reachable},
	{name: "synonyms", level: Error, site: everyday},
}

// pass is one look of one rule.
type pass struct {
	*site
	rule rule
	file file
	page *page
}

// place is where something stands; line and column count from 1.
type place struct {
	file         string
	line, column int
}

// report adds a finding: what is wrong, what to do, and the edits that mend it
// where they cannot do harm.
func (p *pass) report(at place, message, mend string, fix ...Edit) {
	p.findings = append(p.findings, Finding{at.file, at.line, at.column, p.rule.level, p.rule.name, message, mend, fix})
}
