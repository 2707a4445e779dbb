package collector

// Which surveys are served: the definitions of the site as it was built last.
// The service looks at them all the time, so that after a build nobody has to
// tell it.

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"staffplan/collector/journal"
	"staffplan/collector/survey"
)

// endpoint is what answers one survey's address. A changed definition makes a new
// one over the same journal; requests under way end with the old one, which the
// new one fits.
type endpoint struct {
	*Encoder
	journal *lazyJournal
}

// path is that of the form.
func (e *endpoint) path() string { return "/surveys/" + e.def.ID + "/" }

// overruled is why a page, if it is that of a form, is not shown: its dates say
// that answers are taken, and none are.
func (s *Server) overruled(path string) *outcome {
	id := strings.TrimSuffix(strings.TrimPrefix(path, "/surveys/"), "index.html")
	e := (*s.endpoints.Load())[strings.TrimSuffix(id, "/")]
	var o *outcome
	switch {
	case e == nil:
		return nil
	case e.journal.held.Load():
		o = errHeld
	case e.journal.finished() && e.def.State(s.config.Now()) != survey.Over:
		o = errFinished
	default:
		return nil
	}
	o = o.about(e.def)
	o.text = strings.TrimSuffix(o.text, nothingKept) // nothing was sent
	return o
}

// fit makes the endpoint of a definition that can go on with what is stored. It
// touches nothing.
func (s *Server) fit(d *survey.Definition) (*endpoint, error) {
	j := s.journals[d.ID]
	if j == nil {
		j = &lazyJournal{dir: filepath.Join(s.config.Data, d.ID), fs: s.config.fs,
			log: s.config.Log.With("survey", d.ID), month: month(s.config.Now()), day: day(s.config.Now())}
	}
	if err := j.fits(d); err != nil {
		return nil, fmt.Errorf("%s: %w", filepath.Join(s.config.Site, "surveys", d.ID, "survey.json"), err)
	}
	return &endpoint{NewEncoder(d), j}, nil
}

// adopt goes on with a definition that fits.
func (s *Server) adopt(e *endpoint) error {
	s.journals[e.def.ID] = e.journal
	now := s.config.Now()
	e.journal.hold(e.def, now, s.confirms(e.def.ID))
	if err := e.journal.define(e.def); err != nil {
		return unopened(e.journal.dir, err)
	}
	if e.journal.finished() && e.def.State(now) != survey.Over {
		e.journal.log.Warn("受付は終わっていて、closes をあとに延ばしても、また始まることはありません。続けて聞くときは、新しいアンケートを作ってください。")
	}
	return nil
}

func (s *Server) fitAll(defs []*survey.Definition) (map[string]*endpoint, error) {
	endpoints := map[string]*endpoint{}
	for _, d := range defs {
		e, err := s.fit(d)
		if err != nil {
			return nil, err
		}
		endpoints[d.ID] = e
	}
	return endpoints, nil
}

// check says what would stop a start, before it changes anything.
func (s *Server) check(defs []*survey.Definition) error {
	endpoints, err := s.fitAll(defs)
	if err != nil {
		return err
	}
	for _, d := range defs { // in the order of the ids
		dir := endpoints[d.ID].journal.dir
		if err := journal.Check(dir); err != nil {
			return unopened(dir, err)
		}
	}
	return nil
}

func unopened(dir string, err error) error {
	return unreadable(dir, "保存してある回答を開けません", err)
}

// take makes these the surveys that are served at a start: all of them or, with
// an error, none of them.
func (s *Server) take(defs []*survey.Definition) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	endpoints, err := s.fitAll(defs)
	if err != nil {
		return err
	}
	for _, e := range endpoints {
		if err := s.adopt(e); err != nil {
			return err
		}
	}
	s.endpoints.Store(&endpoints)
	return nil
}

// keepAbsent takes up the surveys that have answers and have left the site: they
// close on time. What is wrong with one stops nobody else's.
func (s *Server) keepAbsent() {
	s.mu.Lock()
	defer s.mu.Unlock()
	folders, _ := os.ReadDir(s.config.Data) // it is locked by now, so it is there
	for _, folder := range folders {
		dir := filepath.Join(s.config.Data, folder.Name())
		if done, _ := journal.IsFinished(dir); done || !folder.IsDir() || s.journals[folder.Name()] != nil {
			continue
		}
		text, err := journal.StoredDefinition(dir)
		if errors.Is(err, fs.ErrNotExist) {
			continue
		}
		d, err := survey.Parse(text)
		if err != nil || d.ID != folder.Name() {
			continue // somebody's copy: nothing here is known to be a survey's
		}
		e, err := s.fit(d)
		if err == nil {
			err = s.adopt(e)
		}
		if err != nil {
			delete(s.journals, d.ID)
			s.config.Log.Warn("サイトから外れたアンケートの回答を開けません。期日が来ても締め切れません。", "err", err)
		}
	}
}

// complaint is what is wrong with a definition.
type complaint struct {
	about string // the words, and which edition of the file
	said  bool
}

// goneAfter is how long a survey is missing before it is taken for removed: while
// a site is copied into its place, it lacks pages.
const goneAfter = 5 * time.Second

// Reload looks at once, and says what it finds.
func (s *Server) Reload() { s.look(time.Now(), true) }

// renewed gives the endpoint of a survey if there is a newer one than e, which may
// be nil, else nil. Where the definition's file is another than the one looked at
// last it looks first, so that a refusal costs no more than that question.
func (s *Server) renewed(id string, e *endpoint) *endpoint {
	if !survey.IsID(id) {
		return nil
	}
	file := filepath.Join(s.config.Site, "surveys", id, "survey.json")
	if info, err := os.Stat(file); err == nil && !s.looked(file, info) {
		s.mu.Lock()
		if !s.looked(file, info) { // who comes at the same time finds it done
			s.lookLocked(time.Now(), false)
		}
		s.mu.Unlock()
	}
	if fresh := (*s.endpoints.Load())[id]; fresh != e {
		return fresh
	}
	return nil
}

// looked tells whether a file is the one that was looked at last.
func (s *Server) looked(file string, now fs.FileInfo) bool {
	last, _ := s.seen.Load(file)
	before, ok := last.(fs.FileInfo)
	return ok && os.SameFile(now, before) && now.Size() == before.Size() && now.ModTime().Equal(before.ModTime())
}

// look takes the definitions that are new or changed and fit; for one that does
// not, the one before goes on. A file that cannot be used may be half written: it
// is said when the next look, too, finds it so, and once.
func (s *Server) look(now time.Time, asked bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.lookLocked(now, asked)
}

func (s *Server) lookLocked(now time.Time, asked bool) {
	endpoints := maps.Clone(*s.endpoints.Load())
	found, unfit, seen := map[string]bool{}, map[string]complaint{}, map[string]fs.FileInfo{}
	var taken, removed []string
	s.readRoot()
	files, err := survey.Files(s.config.Site)
	if err != nil {
		s.complain(unfit, filepath.Join(s.config.Site, "surveys"), err, asked)
	}
	for _, file := range files {
		if info, err := os.Stat(file); err == nil { // before it is read, or a newer one would go unseen
			seen[file] = info
		}
		id := filepath.Base(filepath.Dir(file))
		fresh, err := s.changed(file, endpoints[id])
		if errors.Is(err, fs.ErrNotExist) {
			continue // as if it had not been listed
		}
		found[id] = true
		if fresh != nil {
			if err = s.adopt(fresh); err == nil {
				endpoints[id] = fresh
				taken = append(taken, id)
			}
		}
		if err != nil {
			s.complain(unfit, file, err, asked)
		}
	}
	s.unfit = unfit
	for id := range endpoints {
		since, missing := s.gone[id]
		switch {
		case found[id]:
			delete(s.gone, id)
		case len(found) == 0: // a build is putting another site in this one's place
		case !missing:
			s.gone[id] = now
		case now.Sub(since) >= goneAfter:
			// Its journal stays: it closes on time, and if it comes back it goes on.
			delete(s.gone, id)
			delete(endpoints, id)
			removed = append(removed, id)
		}
	}
	s.endpoints.Store(&endpoints)
	for file, info := range seen {
		s.seen.Store(file, info) // now it has been looked at
	}
	if asked || len(taken)+len(removed) > 0 {
		slices.Sort(removed)
		s.config.Log.Info("アンケートの定義を読みました。", "取り入れたもの", strings.Join(taken, ","), "外れたもの", strings.Join(removed, ","))
	}
}

// changed gives the endpoint of a definition that is another than that of the
// endpoint before, which may be nil.
func (s *Server) changed(file string, before *endpoint) (*endpoint, error) {
	d, err := survey.Load(file)
	if err != nil || before != nil && bytes.Equal(d.JSON(), before.def.JSON()) {
		return nil, err
	}
	return s.fit(d)
}

// complain notes what is wrong with a file among what is now wrong.
func (s *Server) complain(now map[string]complaint, file string, err error, asked bool) {
	c := complaint{about: err.Error()}
	if info, err := os.Stat(file); err == nil {
		c.about += fmt.Sprint(info.ModTime(), info.Size())
	}
	before := s.unfit[file]
	again := c.about == before.about
	if asked || again && !before.said {
		s.config.Log.Warn("アンケートの定義を使えません。これまでの定義で続けます。", "err", err)
	}
	c.said = asked || again
	now[file] = c
}
