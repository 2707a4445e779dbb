// Package check reads content/ and says, with file, line and column, what an
// editor should put right before the pages are published. It runs no build.
//
// A rule is a row of its family in rules.go, a function, and an archive of pages
// that fail and pages that pass in testdata/rules. It looks at a file as it lies
// on disk, at a page taken apart (page.go), or at the whole site. What pages may
// hold and must keep is not here but in layouts/_data (data.go).
package check

import (
	"cmp"
	"errors"
	"fmt"
	"io/fs"
	"path"
	"runtime"
	"slices"
	"strings"
	"time"

	"golang.org/x/sync/errgroup"

	"staffplan/collector/survey"
)

// Level says how much a finding weighs: an error keeps a page from being published.
type Level string

const (
	Error   Level = "error"
	Warning Level = "warning"
	Note    Level = "note"
)

// Finding is one thing to put right. Line and Column count from 1, Column in
// characters; Message says what is wrong and Mend what to do, in sentences.
type Finding struct {
	File    string `json:"file"`
	Line    int    `json:"line"`
	Column  int    `json:"column"`
	Level   Level  `json:"level"`
	Rule    string `json:"rule"`
	Message string `json:"message"`
	Mend    string `json:"mend"`
	Fix     []Edit `json:"fix,omitempty"` // only where it cannot do harm
}

// Edit puts Text in the place of a file's bytes from Start up to End.
type Edit struct {
	Start int    `json:"start"`
	End   int    `json:"end"`
	Text  string `json:"text"`
}

func (f Finding) String() string {
	return fmt.Sprintf("%s:%d:%d: %s%s", f.File, f.Line, f.Column, f.Message, f.Mend)
}

// Run reads a project (content/, layouts/_data/, static/files/) and returns
// what the rules found, by file and place, and how many pages there are. The
// error is for a project that cannot be read at all. The rules take now, in Japan, for today.
func Run(project fs.FS, now time.Time) ([]Finding, int, error) {
	s := &site{fsys: project, now: now.In(survey.Tokyo), byURL: map[string]*page{}}
	if err := errors.Join(s.data.read(project), s.read(), s.readArchetypes(), s.readResults()); err != nil {
		return nil, 0, err
	}
	for _, section := range []string{"values", "measures"} {
		s.words[section] = s.names(section)
	}
	findings, err := s.judge(rules)
	return findings, len(s.pages), err
}

// ForBuild returns what a build must not publish, and what it only tells of.
func ForBuild(project fs.FS) (refused, told []Finding, err error) {
	s := &site{fsys: project, byURL: map[string]*page{}}
	if err := errors.Join(s.read(), s.readArchetypes(), s.readResults()); err != nil {
		return nil, nil, err
	}
	findings, err := s.judge(slices.DeleteFunc(slices.Clone(rules), func(r rule) bool { return r.build == silent }))
	for _, f := range findings {
		i := slices.IndexFunc(rules, func(r rule) bool { return r.name == f.Rule })
		switch {
		case rules[i].build == tells:
			told = append(told, f)
		case f.Level != Note: // a draft is not published
			refused = append(refused, f)
		}
	}
	return refused, told, err
}

// site is all that the rules look at.
type site struct {
	data
	fsys      fs.FS
	now       time.Time
	files     []file              // by name
	leftovers []string            // left out of files
	pages     []*page             // by file name
	byURL     map[string]*page    // the same by address
	results   []*results          // by file name
	guidance  map[string][][]byte // what an archetype says in brackets, by its name
}

// file is a file or folder of content/ or static/files/; data is that of a page,
// and of others there while they are looked at.
type file struct {
	name string
	dir  bool
	data []byte
}

func (s *site) read() error {
	var pages []file
	walk := func(name string, entry fs.DirEntry, err error) error {
		base := path.Base(name)
		switch {
		case errors.Is(err, fs.ErrNotExist) && name == path.Clean(published):
			return nil // Git keeps no empty folder
		case err != nil || name == "content" || name == path.Clean(published) || slices.Contains(forGit, base):
			return err
		case leftBehind.MatchString(base):
			s.leftovers = append(s.leftovers, name)
			if entry.IsDir() {
				return fs.SkipDir
			}
			return nil
		}
		f := file{name: name, dir: entry.IsDir()}
		if !f.dir && path.Ext(name) == ".md" && !strings.HasPrefix(name, published) {
			if f.data, err = fs.ReadFile(s.fsys, name); err != nil {
				return err
			}
			pages = append(pages, f)
		}
		s.files = append(s.files, f)
		return nil
	}
	if err := errors.Join(fs.WalkDir(s.fsys, "content", walk), fs.WalkDir(s.fsys, path.Clean(published), walk)); err != nil {
		return err
	}
	s.pages = make([]*page, len(pages))
	var reading errgroup.Group
	reading.SetLimit(runtime.GOMAXPROCS(0))
	for i, f := range pages {
		reading.Go(func() error {
			s.pages[i] = readPage(f.name, f.data)
			return nil
		})
	}
	reading.Wait() // no error
	for _, p := range s.pages {
		s.byURL[p.url] = p
	}
	return nil
}

// judge runs rules: over the files and over the pages that could be read, each by
// itself and several at once, and once over the site.
func (s *site) judge(rules []rule) ([]Finding, error) {
	var all []*pass
	var looking errgroup.Group
	looking.SetLimit(runtime.GOMAXPROCS(0))
	look := func(p *pass, judge func() error) {
		all = append(all, p)
		looking.Go(judge)
	}
	for _, f := range s.files {
		p := &pass{site: s, file: f}
		look(p, func() (err error) {
			if !f.dir && f.data == nil {
				p.file.data, err = fs.ReadFile(s.fsys, f.name)
			}
			for _, p.rule = range rules {
				if p.rule.bytes != nil && err == nil {
					p.rule.bytes(p)
				}
			}
			p.file.data = nil // pictures, one after the other
			return err
		})
	}
	for _, page := range s.pages {
		if page.broken != nil {
			continue
		}
		p := &pass{site: s, page: page}
		look(p, func() error {
			for _, p.rule = range rules {
				if p.rule.page != nil {
					p.rule.page(p)
				}
			}
			return nil
		})
	}
	if err := looking.Wait(); err != nil {
		return nil, err
	}
	for _, r := range rules {
		if r.site != nil {
			p := &pass{site: s, rule: r}
			r.site(p)
			all = append(all, p)
		}
	}
	var findings []Finding
	for _, p := range all {
		findings = append(findings, p.findings...)
	}
	slices.SortStableFunc(findings, func(a, b Finding) int {
		return cmp.Or(cmp.Compare(a.File, b.File), cmp.Compare(a.Line, b.Line), cmp.Compare(a.Column, b.Column))
	})
	return findings, nil
}

// in lists the published pages of a section. A page that could not be read is
// among them: it is there, and nobody knows that it is a draft.
func (s *site) in(section string) (pages []*page) {
	for _, p := range s.pages {
		if p.section == section && !p.index && !p.draft {
			pages = append(pages, p)
		}
	}
	return pages
}

// names lists the same by name.
func (s *site) names(section string) (names []string) {
	for _, p := range s.in(section) {
		names = append(names, p.name)
	}
	return names
}
