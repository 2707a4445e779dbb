package report

// A random order of more than memory holds.

import (
	"bufio"
	"encoding/binary"
	"errors"
	"io"
	"iter"
	mrand "math/rand/v2"
	"os"
)

// piles is how many files there are: what is in one of them is held in memory.
const piles = 64

// shuffle puts records into a random order: each goes to a pile at random, and each
// pile is put into a random order when its turn comes. Every order has the same chance
// (Sandelius, Journal of the Royal Statistical Society B 24, 1962).
type shuffle struct {
	random *mrand.Rand
	piles  [piles]pile
	length int
}

type pile struct {
	file *os.File
	out  *bufio.Writer
}

// newShuffle has its piles in a folder, under names that are gone at once, where the
// system can do that: nothing stays there, also if the program is killed.
func newShuffle(dir string) (*shuffle, error) {
	s := &shuffle{random: newRandom()}
	for i := range s.piles {
		file, err := os.CreateTemp(dir, ".shuffle-*")
		if err != nil {
			return nil, errors.Join(err, s.Close())
		}
		os.Remove(file.Name()) // if not now, then in Close
		s.piles[i] = pile{file, bufio.NewWriterSize(file, 1<<14)}
	}
	return s, nil
}

// Close lets go of the piles.
func (s *shuffle) Close() (err error) {
	for _, p := range s.piles {
		if p.file != nil {
			err = errors.Join(err, p.file.Close())
			os.Remove(p.file.Name())
		}
	}
	return err
}

func (s *shuffle) add(record []byte) error {
	s.length++
	out := s.piles[s.random.IntN(piles)].out
	out.Write(binary.AppendUvarint(nil, uint64(len(record))))
	_, err := out.Write(record)
	return err
}

// all are the records, as long as the next does not come. None may be added then.
func (s *shuffle) all() iter.Seq2[[]byte, error] {
	return func(yield func([]byte, error) bool) {
		for _, p := range s.piles {
			records, err := p.read()
			if err != nil {
				yield(nil, err)
				return
			}
			s.random.Shuffle(len(records), func(i, j int) { records[i], records[j] = records[j], records[i] })
			for _, record := range records {
				if !yield(record, nil) {
					return
				}
			}
		}
	}
}

func (p pile) read() (records [][]byte, err error) {
	if err := p.out.Flush(); err != nil {
		return nil, err
	}
	if _, err := p.file.Seek(0, io.SeekStart); err != nil {
		return nil, err
	}
	data, err := io.ReadAll(p.file)
	for len(data) > 0 && err == nil {
		length, n := binary.Uvarint(data)
		if n <= 0 || length > uint64(len(data)-n) {
			return nil, io.ErrUnexpectedEOF
		}
		end := n + int(length)
		records = append(records, data[n:end])
		data = data[end:]
	}
	return records, err
}
