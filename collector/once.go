package collector

// One answer for each sending, however often it arrives: a second click, or the
// browser's own repeat of a POST whose reply was lost, brings the random word of
// the first again.

import (
	"strings"
	"sync"
	"time"
)

const (
	// keptFor is how long a word is known after its answer was accepted.
	keptFor = time.Hour
	// mostKept bounds the memory that words take, to some 20 MB. Beyond it the
	// oldest is forgotten, and a repeat of that one counts.
	mostKept = 1 << 16
)

// sent are the words of answers under way and of those accepted. They are
// nowhere but here, without the answer, and gone with the process. The zero
// value is an empty one.
type sent struct {
	mu    sync.Mutex
	first map[string]*first
	kept  []*first // the accepted ones, oldest first
}

// first is the sending that brought a word first.
type first struct {
	word     string
	ended    chan struct{} // closed when what follows is settled
	accepted bool
	at       time.Time
}

// once returns nil if an answer with this word was accepted; else it calls store
// and returns its error. Whoever comes while another one stores waits for that.
// A word whose answer was not accepted is forgotten. The empty word is none.
func (s *sent) once(word string, store func() error) error {
	if word == "" {
		return store()
	}
	mine := &first{word: strings.Clone(word), ended: make(chan struct{})} // else all of the body stays
	for {
		other := s.claim(mine)
		if other == nil {
			break
		}
		if <-other.ended; other.accepted {
			return nil
		}
	}
	defer s.settle(mine) // also after a panic
	err := store()
	mine.accepted = err == nil
	return err
}

// claim returns the one that has the word already, or nil.
func (s *sent) claim(mine *first) *first {
	s.forget()
	s.mu.Lock()
	defer s.mu.Unlock()
	if other := s.first[mine.word]; other != nil {
		return other
	}
	if s.first == nil {
		s.first = map[string]*first{}
	}
	s.first[mine.word] = mine
	return nil
}

func (s *sent) settle(mine *first) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if mine.accepted {
		mine.at = time.Now()
		s.kept = append(s.kept, mine)
	} else {
		delete(s.first, mine.word)
	}
	close(mine.ended)
}

// forget drops what has been kept long enough.
func (s *sent) forget() {
	s.mu.Lock()
	defer s.mu.Unlock()
	for len(s.kept) > 0 && (len(s.kept) > mostKept || time.Since(s.kept[0].at) >= keptFor) {
		delete(s.first, s.kept[0].word)
		s.kept[0] = nil
		s.kept = s.kept[1:]
	}
}
