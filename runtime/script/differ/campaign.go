package differ

import (
	"fmt"
	"io"
	"time"
)

// Options say what a campaign runs.
type Options struct {
	Programs int
	Seed     uint64 // of the first program; the others follow
	How      Strictness
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
	ref, err := newReference()
	if err != nil {
		return Result{}, err
	}
	defer ref.close()
	return o.run(newJudge(ref, o.How))
}

// run is Run with a judge of one's own.
func (o Options) run(j judge) (Result, error) {
	if o.Most == 0 {
		o.Most = 10
	}
	if o.Every == 0 {
		o.Every = 10 * time.Second
	}
	c := &campaign{Options: o, judge: j, began: time.Now()}
	c.reported = c.began
	for c.result.Programs < o.Programs && len(c.result.Differences) < o.Most {
		if err := c.step(o.Seed + uint64(c.result.Programs)); err != nil {
			return c.result, err
		}
		c.report()
	}
	c.result.Took = time.Since(c.began)
	return c.result, nil
}

type campaign struct {
	Options
	judge
	result   Result
	began    time.Time
	reported time.Time
}

func (c *campaign) step(seed uint64) error {
	program := generate(seed)
	how := way(seed % 2)
	want, got, err := c.both(program.source(), how)
	if err != nil {
		return err
	}
	c.result.Programs++
	switch {
	case want.end == endOverrun:
		c.result.Overran++
	case c.differs(want, got):
		c.result.Differ++
		return c.note(seed, how, program)
	case want.end == endError:
		c.result.Failed++
	}
	return nil
}

func (c *campaign) note(seed uint64, how way, program *node) error {
	if !c.Keep {
		var err error
		if program, err = c.shrink(program, how); err != nil {
			return err
		}
	}
	source := program.source()
	want, got, err := c.both(source, how)
	if err != nil {
		return err
	}
	d := Difference{Seed: seed, File: how == asFile, Source: source, Want: want.String(), Got: got.String()}
	c.result.Differences = append(c.result.Differences, d)
	if c.Found != nil {
		c.Found(d)
	}
	return nil
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

func newJudge(ref *reference, how Strictness) judge {
	return judge{ref: ref, run: run, differs: func(want, got outcome) bool { return !same(want, got, how) }}
}

func (j *judge) both(source string, how way) (want, got outcome, err error) {
	done := make(chan outcome, 1)
	go func() { done <- j.run(source, how) }()
	want, err = j.ref.run(source)
	return want, <-done, err
}
