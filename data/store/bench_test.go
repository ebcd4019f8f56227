package store

import (
	"fmt"
	"path/filepath"
	"sync"
	"testing"
	"time"
)

// writeAll has 64 callers make n changes between them and returns how many that
// were a second.
func writeAll(b *testing.B, s *Store, n int) float64 {
	b.Helper()
	const callers = 64
	start := time.Now()
	var wg sync.WaitGroup
	for c := range callers {
		wg.Go(func() {
			for i := c; i < n; i += callers {
				if _, err := s.Add(bg, "bench", fmt.Sprint(i%1000), 1); err != nil {
					b.Error(err)
					return
				}
			}
		})
	}
	wg.Wait()
	return float64(n) / time.Since(start).Seconds()
}

// BenchmarkGroupCommit compares changes that share a commit with changes that
// each have their own, in the same run on the same disk.
func BenchmarkGroupCommit(b *testing.B) {
	var rate [2]float64
	for i, group := range []int{1, 256} {
		opt := testOptions()
		opt.Group = group
		s := openAt(b, filepath.Join(b.TempDir(), "bench.db"), opt)
		writeAll(b, s, 200)
		b.ResetTimer()
		rate[i] = writeAll(b, s, max(b.N*(1+i)/8, 500))
	}
	b.ReportMetric(rate[0], "single/s")
	b.ReportMetric(rate[1], "grouped/s")
	b.ReportMetric(rate[1]/rate[0], "ratio")
}

// BenchmarkSaveCharacters is a shutdown's save of 1,000 players.
func BenchmarkSaveCharacters(b *testing.B) {
	s := open(b)
	all := make([]Character, 1000)
	for i := range all {
		all[i] = player(b, s, fmt.Sprint("Pilot ", i))
		all[i].Data = `{"fit":["gun","gun","shield"],"home":60003760}`
	}
	for b.Loop() {
		must(b, s.SaveCharacters(bg, all))
	}
}

// BenchmarkSaveTurn is the save of 80 of 4,000 players whose turn it is, as a full
// system has one every 100 ms: of all about them and of their places, of players
// from all over the table and of such who stand together in it.
func BenchmarkSaveTurn(b *testing.B) {
	s := open(b)
	all := make([]Character, 4000)
	first := player(b, s, "Pilot")
	for i := range all {
		var err error
		all[i], err = s.CreateCharacter(bg, Character{Account: first.Account, Name: fmt.Sprint("Pilot ", i)})
		must(b, err)
	}
	for i := range all {
		all[i].Ship = `{"kind":"ship","name":"Pilot","type":"Wren","mass":1100000,"agility":3.3,"speed":290,"radius":30,"warp":3,"pos":{"X":0,"Y":0,"Z":0},"vel":{"X":0,"Y":0,"Z":0}}`
		all[i].Data = `{"fit":["gun","gun","shield"],"home":60003760,"isk":1000,"log":["undocked","warped"]}`
	}
	must(b, s.SaveCharacters(bg, all))
	const turn = 80
	for _, stride := range []int{50, 1} {
		for _, narrow := range []bool{false, true} {
			b.Run(fmt.Sprintf("stride=%d,narrow=%t", stride, narrow), func(b *testing.B) {
				for n := 0; b.Loop(); n++ {
					var rows []Character
					var places []Place
					for i := range turn {
						c := &all[(n*turn/stride+i*stride)%len(all)]
						c.Pos.X++
						if narrow {
							places = append(places, Place{ID: c.ID, Pos: c.Pos, Vel: c.Vel})
						} else {
							rows = append(rows, *c)
						}
					}
					must(b, s.SaveCharacters(bg, rows, places...))
				}
				b.ReportMetric(float64(b.Elapsed().Microseconds())/float64(b.N)/turn, "us/row")
			})
		}
	}
}

// BenchmarkPassword is one hash at the cost that production uses.
func BenchmarkPassword(b *testing.B) {
	h := newHasher(defaultHashCost)
	for b.Loop() {
		_, err := h.hash(bg, "correct horse")
		must(b, err)
	}
}

// BenchmarkAddRelease is one more release of 200 files, one of them changed.
func BenchmarkAddRelease(b *testing.B) {
	s := open(b)
	texts := make([]string, 200)
	for i := range texts {
		texts[i] = fmt.Sprintf("return %d -- %0800d", i, i)
	}
	for n := 0; b.Loop(); n++ {
		texts[0] = fmt.Sprint("return ", n)
		addRelease(b, s, source(texts...))
	}
}
