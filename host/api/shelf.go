package api

import (
	"context"
	"sync"
	"time"

	"hotshard/host/document"
)

const (
	// docsFresh is for what changes with a release or never.
	docsFresh = 5 * time.Minute
	busyWait  = time.Second
	// patience is how long one read of the store may take.
	patience = 10 * time.Second
	// atOnce is how many reads run at a time: the store has others to answer.
	atOnce = 2
	// mostWaiting is how many may wait for their turn at a read.
	mostWaiting = 64
	// shelfMost is how many bytes of answers are kept, and overhead what one costs besides.
	shelfMost = 16 << 20
	overhead  = 1 << 10
)

// shelf keeps answers for as long as they are fresh. Who asks for one that is being made
// waits for it; so what many want is read once.
type shelf struct {
	now   func() time.Time
	turns chan struct{} // reads that run
	queue chan struct{} // and those that wait

	mu    sync.Mutex
	by    map[string]*kept
	bytes int
	most  int // bytes
}

type kept struct {
	done  chan struct{} // closed when it is made
	doc   *document.Document
	err   error
	until time.Time
}

func newShelf(now func() time.Time) *shelf {
	return &shelf{now: now, turns: make(chan struct{}, atOnce), queue: make(chan struct{}, mostWaiting), by: map[string]*kept{}, most: shelfMost}
}

// get returns the answer called key, made by fn where there is none that is fresh.
func (s *shelf) get(ctx context.Context, key string, fresh time.Duration, fn func(context.Context) (any, error)) (*answer, error) {
	s.mu.Lock()
	k := s.by[key]
	if k == nil || k.over(s.now()) {
		s.drop(key)
		k = &kept{done: make(chan struct{})}
		s.by[key] = k
		go s.make(key, k, fresh, fn)
	}
	s.mu.Unlock()
	select {
	case <-k.done:
	case <-ctx.Done():
		return nil, ctx.Err()
	}
	if k.err != nil {
		return nil, k.err
	}
	return &answer{doc: k.doc, fresh: max(time.Second, k.until.Sub(s.now()))}, nil
}

// over says whether it is made, and not fresh any more.
func (k *kept) over(now time.Time) bool {
	select {
	case <-k.done:
		return !now.Before(k.until)
	default:
		return false
	}
}

// make makes it, whoever has gone meanwhile: others may be waiting.
func (s *shelf) make(key string, k *kept, fresh time.Duration, fn func(context.Context) (any, error)) {
	var v any
	var doc *document.Document
	err := s.read(func(ctx context.Context) (err error) { v, err = fn(ctx); return err })
	if err == nil {
		doc, err = made(v)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	k.doc, k.err, k.until = doc, err, s.now().Add(fresh)
	if err != nil {
		delete(s.by, key) // the next one tries again
	} else {
		s.bytes += doc.Len() + overhead
		s.tidy(key)
	}
	close(k.done)
}

// read runs fn when it is its turn at the store.
func (s *shelf) read(fn func(context.Context) error) error {
	select {
	case s.queue <- struct{}{}:
		defer func() { <-s.queue }()
	default:
		return &refusal{CodeBusy, "many ask at once: ask again in a moment", busyWait}
	}
	ctx, stop := context.WithTimeout(context.Background(), patience)
	defer stop()
	select {
	case s.turns <- struct{}{}:
		defer func() { <-s.turns }()
	case <-ctx.Done():
		return ctx.Err()
	}
	return fn(ctx)
}

// drop forgets an answer that is made.
func (s *shelf) drop(key string) {
	if k := s.by[key]; k != nil && k.doc != nil {
		s.bytes -= k.doc.Len() + overhead
		delete(s.by, key)
	}
}

// tidy makes room: what is not fresh goes first, then whatever comes.
func (s *shelf) tidy(but string) {
	if s.bytes <= s.most {
		return
	}
	now := s.now()
	for key, k := range s.by {
		if key != but && k.over(now) {
			s.drop(key)
		}
	}
	for key := range s.by {
		if s.bytes <= s.most/2 {
			return
		}
		if key != but {
			s.drop(key)
		}
	}
}
