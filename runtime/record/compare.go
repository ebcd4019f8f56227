package record

import (
	"fmt"
	"time"

	"hotshard/runtime/script/code"
	"hotshard/runtime/system"
	"hotshard/runtime/world"
)

// Comparison is what a change makes different: the recording was run as it was, and with
// other code, side by side.
type Comparison struct {
	Ticks       int
	First, Last world.Tick
	Began, At   time.Time
	Parted      *Parting // nil where nothing came out differently
}

// Compare runs the recording as it was and with a change, until the two part. What shows in
// a step is found there; what is only kept, where images were taken. So it looks again more
// closely: at each part since the two were last the same, and then at each tick of one part.
func (rec *Recording) Compare(setup Setup, o Options, change func(*code.Release) (*code.Release, error)) (Comparison, error) {
	c := &comparing{rec: rec, setup: setup, opts: o, change: change}
	same, parted, err := c.pass(func(n int, p Part) bool { return p.Image != nil }, -1)
	if err == nil && parted >= 0 {
		_, parted, err = c.pass(func(n int, _ Part) bool { return n > same }, -1)
	}
	if err == nil && parted >= 0 {
		_, _, err = c.pass(func(int, Part) bool { return false }, parted)
	}
	return c.out, err
}

// comparing is a Compare under way.
type comparing struct {
	rec    *Recording
	setup  Setup
	opts   Options
	change func(*code.Release) (*code.Release, error)
	out    Comparison
}

// pass runs both until they differ: in a step, or in their states where look says that they
// are to be looked at. It returns the last part after which they were the same, and the one
// after which they are not, -1 for none. In the part with the number deep each tick is
// looked at.
func (c *comparing) pass(look func(int, Part) bool, deep int) (same, parted int, err error) {
	p, n := c.pair(), -1
	defer p.close()
	for part, err := range c.rec.Parts(c.opts.From) {
		if err != nil {
			return 0, -1, err
		}
		n++
		p.deep = n == deep
		goes, err := p.part(part)
		if err != nil {
			return 0, -1, err
		}
		c.out.note(p.runs[1])
		tick, parts := p.steps()
		switch {
		case n == 0:
			err = p.ignore()
		case p.deep:
			return same, n, p.ticks(&c.out)
		case tick != 0 || !goes || look(n, part):
			differs, derr := p.differ(&c.out, tick, parts)
			if derr != nil || differs {
				return same, n, derr
			}
			same = n
		}
		if err != nil || !goes {
			return same, -1, err
		}
	}
	if n > same { // the end is as good as an image
		if differs, err := p.differ(&c.out, 0, nil); err != nil || differs {
			return same, n, err
		}
	}
	return same, -1, nil
}

// pair is a recording that is run twice, side by side.
type pair struct {
	runs    [2]*Run
	ignored map[string]bool // what differs from the beginning: the code itself
	deep    bool            // states are wanted of each step
	stepped [2][]system.Stepped
	states  [2][]state
}

func (c *comparing) pair() *pair {
	p := &pair{ignored: map[string]bool{}}
	for i := range p.runs {
		o := c.opts
		o.Change = unchanged
		if i == 1 {
			o.Change, o.Watch = c.change, true
		}
		o.Each = func(s *system.System, st system.Stepped) error {
			p.stepped[i] = append(p.stepped[i], st)
			if !p.deep {
				return nil
			}
			now, err := stateOf(s)
			p.states[i] = append(p.states[i], now)
			return err
		}
		p.runs[i] = c.rec.NewRun(c.setup, o)
	}
	return p
}

func unchanged(r *code.Release) (*code.Release, error) { return r, nil }

func (p *pair) close() {
	for _, r := range p.runs {
		r.Close()
	}
}

// part runs a part in both.
func (p *pair) part(part Part) (goes bool, err error) {
	for i, r := range p.runs {
		p.stepped[i], p.states[i] = p.stepped[i][:0], p.states[i][:0]
		if goes, err = r.Part(part); err != nil {
			if i == 1 {
				err = fmt.Errorf("with the change: %w", err)
			}
			return false, err
		}
	}
	return goes, nil
}

// steps is the first tick of the part that shows a difference, and in what; 0 for none.
func (p *pair) steps() (world.Tick, []string) {
	for i, was := range p.stepped[0] {
		if i >= len(p.stepped[1]) {
			break
		}
		var parts []string
		for k, now := range p.stepped[1][i].Now {
			// Other code takes other steps: that alone is no difference.
			if now != was.Now[k] && k != system.PartScripts {
				parts = append(parts, system.PartNames[k])
			}
		}
		if parts != nil {
			return was.Tick, parts
		}
	}
	return 0, nil
}

// ignore notes what differs from the beginning.
func (p *pair) ignore() error {
	was, now, err := p.both()
	for _, path := range now.paths {
		if was.texts[path] != now.texts[path] {
			p.ignored[path] = true
		}
	}
	return err
}

func (p *pair) both() (was, now state, err error) {
	if was, err = stateOf(p.runs[0].System()); err == nil {
		now, err = stateOf(p.runs[1].System())
	}
	return was, now, err
}

// differ says whether the two differ now, and notes in what.
func (p *pair) differ(c *Comparison, tick world.Tick, parts []string) (bool, error) {
	was, now, err := p.both()
	if err != nil {
		return false, err
	}
	list, all := differences(was, now, p.ignored, p.runs[1].watch)
	if all == 0 && tick == 0 {
		return false, nil
	}
	if tick == 0 {
		tick = p.runs[1].Last
	}
	c.Parted = &Parting{Tick: tick, At: p.runs[1].At, Parts: parts, Differences: list, All: all}
	return true, nil
}

// ticks finds the first tick of the part at which the two differ.
func (p *pair) ticks(c *Comparison) error {
	shown, parts := p.steps()
	for i, was := range p.states[0] {
		if i >= len(p.states[1]) {
			break
		}
		list, all := differences(was, p.states[1][i], p.ignored, p.runs[1].watch)
		st := p.stepped[1][i]
		if all == 0 && st.Tick != shown {
			continue
		}
		c.Parted = &Parting{Tick: st.Tick, At: st.At, Differences: list, All: all}
		if st.Tick == shown {
			c.Parted.Parts = parts
		}
		break
	}
	return nil
}

func (c *Comparison) note(r *Run) {
	c.Ticks, c.First, c.Last, c.Began, c.At = r.Ticks, r.First, r.Last, r.Began, r.At
}
