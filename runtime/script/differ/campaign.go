package differ

import (
	"fmt"
	"io"
	"sync"
	"time"
)

// Options say what a campaign runs.
type Options struct {
	Programs int
	Seed     uint64 // of the first program; the others follow
	How      Strictness
	Workers  int              // at a time; 0: 1
	Most     int              // differences after which to stop; 0: 10
	Progress io.Writer        // gets a line now and then; nil: nobody
	Every    time.Duration    // between two of them; 0: 10 s
	Keep     bool             // differences are not shrunk
	Found    func(Difference) // is told of each at once; may be nil
}

// Difference is a program that does not do the same in both.
type Difference struct {
	Seed      uint64
	File      bool   // our side ran it as a file, not through loadstring
	Source    string // shrunk
	Want, Got string // what the reference and our side made of it
}

func (d Difference) String() string {
	how := "loadstring"
	if d.File {
		how = "file"
	}
	return fmt.Sprintf("seed %d (%s):\n%s--- lua5.1:\n%s\n--- ours:\n%s\n", d.Seed, how, d.Source, d.Want, d.Got)
}

// Result is what a campaign came to.
type Result struct {
	Programs    int
	Differ      int
	Overran     int // stopped by the reference's bounds: they say nothing
	Failed      int // ended in an error, in both
	Took        time.Duration
	Differences []Difference
}

func (r Result) String() string {
	return fmt.Sprintf("%d programs, %d differ (%d ended in an error, %d were too long; %.0f a second)",
		r.Programs, r.Differ, r.Failed, r.Overran, float64(r.Programs)/max(r.Took.Seconds(), 1e-9))
}

// Run writes programs and compares. An error says that it could not; ErrNoReference
// if there is nothing to compare with.
func Run(o Options) (Result, error) {
	return o.run(func() (judge, error) { return newJudge(o.How) })
}

// run is Run with judges of one's own: each worker has one.
func (o Options) run(hire func() (judge, error)) (Result, error) {
	if o.Most == 0 {
		o.Most = 10
	}
	if o.Every == 0 {
		o.Every = 10 * time.Second
	}
	c := &campaign{Options: o, began: time.Now()}
	c.reported = c.began
	var all sync.WaitGroup
	for range max(1, o.Workers) {
		j, err := hire()
		if err != nil {
			c.stop(err)
			break
		}
		all.Go(func() {
			defer j.ref.close()
			c.work(&j)
		})
	}
	all.Wait()
	c.result.Took = time.Since(c.began)
	return c.result, c.err
}

// campaign is what the workers share.
type campaign struct {
	Options
	began time.Time

	mu       sync.Mutex
	next     int // programs begun
	result   Result
	err      error
	reported time.Time
}

func (c *campaign) work(j *judge) {
	for {
		seed, ok := c.take()
		if !ok {
			return
		}
		if err := c.step(j, seed); err != nil {
			c.stop(err)
		}
	}
}

// take is the next program's seed, unless it is over.
func (c *campaign) take() (uint64, bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.err != nil || c.next >= c.Programs || len(c.result.Differences) >= c.Most {
		return 0, false
	}
	c.next++
	return c.Seed + uint64(c.next) - 1, true
}

func (c *campaign) stop(err error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.err == nil {
		c.err = err
	}
}

func (c *campaign) step(j *judge, seed uint64) error {
	program := generate(seed)
	how := way(seed % 2)
	want, got, err := j.both(program.source(), how)
	if err != nil {
		return err
	}
	if !j.differs(want, got) {
		c.count(want, nil)
		return nil
	}
	d, err := c.difference(j, seed, how, program)
	if err == nil {
		c.count(want, d)
	}
	return err
}

// count notes how a program ended, and the difference if there is one.
func (c *campaign) count(want outcome, d *Difference) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.result.Programs++
	switch {
	case d != nil:
		c.result.Differ++
		c.result.Differences = append(c.result.Differences, *d)
		if c.Found != nil {
			c.Found(*d)
		}
	case want.end == endOverrun:
		c.result.Overran++
	case want.end == endError:
		c.result.Failed++
	}
	c.report()
}

// difference shrinks a program that differs.
func (c *campaign) difference(j *judge, seed uint64, how way, program *node) (*Difference, error) {
	if !c.Keep {
		var err error
		if program, err = j.shrink(program, how); err != nil {
			return nil, err
		}
	}
	source := program.source()
	want, got, err := j.both(source, how)
	return &Difference{Seed: seed, File: how == asFile, Source: source, Want: want.String(), Got: got.String()}, err
}

func (c *campaign) report() {
	if c.Progress == nil || time.Since(c.reported) < c.Every {
		return
	}
	c.reported = time.Now()
	c.result.Took = time.Since(c.began)
	fmt.Fprintln(c.Progress, c.result)
}

// judge runs a program on both sides and says whether that came to the same.
type judge struct {
	ref     *reference
	run     func(source string, how way) outcome // our side
	differs func(want, got outcome) bool
}

// newJudge makes a judge with a lua5.1 of its own; the error is ErrNoReference where
// there is none.
func newJudge(how Strictness) (judge, error) {
	ref, err := newReference()
	return judge{ref: ref, run: run, differs: func(want, got outcome) bool { return !same(want, got, how) }}, err
}

// both runs a program here and there. What the reference has to stop says nothing of
// ours, which is not run then: few programs, and two thirds of a campaign's time.
func (j *judge) both(source string, how way) (want, got outcome, err error) {
	want, err = j.ref.run(source)
	if err != nil || want.end == endOverrun {
		return want, want, err
	}
	return want, j.run(source, how), nil
}
