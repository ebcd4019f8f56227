package pattern

import (
	"errors"
	"strings"
)

// ErrBudget is the error of a match that used up its steps.
var ErrBudget = errors.New("budget: the pattern takes too long on this text")

// A step is one item tried at one place, which takes a few nanoseconds. Looking
// at bytes in a row is cheaper: one step pays for scanPerStep of them in a loop,
// or indexPerStep where the processor compares many at once.
const (
	scanPerStep  = 4
	indexPerStep = 32
)

// Matcher runs patterns and holds the captures of the last match. The zero value
// has no steps to spend; set Steps before every search. A Matcher is small enough
// to live on the stack, and a search allocates only for a pattern of more than
// eight repetitions.
type Matcher struct {
	Steps int // what may still be spent; a search lowers it

	caps  [MaxCaptures]capture
	few   [8]choice
	many  []choice
	start int
	end   int
}

// capture is the byte offsets of a capture; a position capture has the end -1.
type capture struct{ start, end int }

// choice is a repetition that can still take fewer or more bytes.
type choice struct {
	pc  int
	low int // of opGreedy and opMaybe: the least it can end at
	at  int // where it ends now
}

// Find looks for the first match in s that begins at or after the offset init,
// which must be within s or at its end. The error is ErrBudget or what is wrong
// with the pattern.
func (m *Matcher) Find(p *Pattern, s string, init int) (found bool, err error) {
	for at := init; at <= len(s); at++ {
		if p.skip != opMatch {
			if at = m.skip(p, s, at); at < 0 {
				return false, m.spent()
			}
		}
		end, err := m.run(p, s, at)
		if end >= 0 {
			m.start, m.end = at, end
			return true, nil
		}
		if err != nil {
			return false, err
		}
		if p.anchored {
			break
		}
		if p.runs {
			end := p.code[p.first].span(s, at)
			m.Steps -= (end - at) / scanPerStep
			at = max(at, end-1)
		}
	}
	return false, nil
}

// Span is where the last match begins and ends, in byte offsets.
func (m *Matcher) Span() (start, end int) { return m.start, m.end }

// Capture is the byte offsets of a capture of the last match, counted from 0. For
// a position capture start is the place and position is true.
func (m *Matcher) Capture(i int) (start, end int, position bool) {
	c := m.caps[i]
	return c.start, c.end, c.end < 0
}

func (m *Matcher) spent() error {
	if m.Steps < 0 {
		return ErrBudget
	}
	return nil
}

// skip is the next place at or after at where the pattern's first item can match,
// or -1.
func (m *Matcher) skip(p *Pattern, s string, at int) int {
	it := &p.code[p.first]
	if p.skip == opChar {
		n := strings.IndexByte(s[at:], it.char)
		if n < 0 {
			m.Steps -= (len(s) - at) / indexPerStep
			return -1
		}
		m.Steps -= n / indexPerStep
		return at + n
	}
	for i := at; i < len(s); i++ {
		if it.set[s[i]] {
			m.Steps -= (i - at) / scanPerStep
			return i
		}
	}
	m.Steps -= (len(s) - at) / scanPerStep
	return -1
}

// run matches the pattern at one place and returns where the match ends, or -1.
//
// A pattern is a straight line of items, so on the way to any of them every item
// before it has been passed exactly once: each repetition has at most one open
// choice, and captures need not be restored, because whoever goes back over a
// capture's edge passes it again before anything reads it.
func (m *Matcher) run(p *Pattern, s string, at int) (int, error) {
	stack := m.few[:]
	if p.choices > len(stack) {
		if len(m.many) < p.choices {
			m.many = make([]choice, p.choices)
		}
		stack = m.many
	}
	pc, depth, steps := 0, 0, m.Steps
	for {
		if steps--; steps < 0 {
			m.Steps = steps
			return -1, ErrBudget
		}
		it := &p.code[pc]
		ok := false
		switch it.op {
		case opChar:
			if ok = at < len(s) && s[at] == it.char; ok {
				at++
			}
		case opAny:
			if ok = at < len(s); ok {
				at++
			}
		case opSet:
			if ok = at < len(s) && it.set[s[at]]; ok {
				at++
			}
		case opGreedy, opMaybe, opLazy:
			c := choice{pc: pc}
			var cost int
			if ok, cost = it.enter(&c, s, at); ok {
				at = c.at
				if it.op == opLazy || c.at > c.low && !it.final {
					stack[depth] = c
					depth++
				}
			}
			steps -= cost
		case opOpen:
			m.caps[it.cap].start, ok = at, true
		case opClose:
			m.caps[it.cap].end, ok = at, true
		case opPosition:
			m.caps[it.cap], ok = capture{at, -1}, true
		case opMatch:
			m.Steps = steps
			return at, nil
		case opFault:
			m.Steps = steps
			return -1, p.fault
		default:
			var cost int
			at, ok, cost = m.rare(it, s, at)
			steps -= cost
		}
		for !ok {
			if depth == 0 {
				m.Steps = steps
				return -1, m.spent()
			}
			if steps < 0 {
				m.Steps = steps
				return -1, ErrBudget
			}
			c := &stack[depth-1]
			it = &p.code[c.pc]
			var cost int
			ok, cost = it.again(c, s)
			steps -= cost
			pc, at = c.pc, c.at
			if !ok || it.op != opLazy && c.at == c.low {
				depth--
			}
		}
		pc++
	}
}

// rare matches the items that are seldom used; it returns where they end.
func (m *Matcher) rare(it *item, s string, at int) (end int, ok bool, cost int) {
	switch it.op {
	case opEnd:
		return at, at == len(s), 0
	case opBack:
		text := s[m.caps[it.cap].start:m.caps[it.cap].end]
		return at + len(text), strings.HasPrefix(s[at:], text), len(text) / indexPerStep
	case opFrontier:
		var before, here byte // beyond either end of the text stands a zero
		if at > 0 {
			before = s[at-1]
		}
		if at < len(s) {
			here = s[at]
		}
		return at, !it.set[before] && it.set[here], 0
	}
	end = balanced(s, at, it.char, it.other) // opBalance
	if end < 0 {
		return at, false, (len(s) - at) / scanPerStep
	}
	return end, true, (end - at) / scanPerStep
}

// balanced is where the text that begins with opens at s[at] and ends with the
// closes that balances it ends, or -1. The two may be the same byte.
func balanced(s string, at int, opens, closes byte) int {
	if at >= len(s) || s[at] != opens {
		return -1
	}
	level := 1
	for i := at + 1; i < len(s); i++ {
		switch s[i] {
		case closes:
			if level--; level == 0 {
				return i + 1
			}
		case opens:
			level++
		}
	}
	return -1
}

// enter begins a repetition at a place: c.at becomes where it ends first.
func (it *item) enter(c *choice, s string, at int) (ok bool, cost int) {
	if it.op == opLazy {
		c.at = at
		if it.hasNext {
			return it.seek(c, s, at)
		}
		return true, 0
	}
	end := at
	if it.op == opGreedy {
		end = it.span(s, at)
		cost = (end - at) / scanPerStep
	} else if at < len(s) && it.has(s[at]) {
		end++
	}
	c.low, c.at = at+int(it.min), end
	if end < c.low {
		return false, cost
	}
	if it.hasNext && !it.final {
		ok, more := it.retreat(c, s)
		return ok, cost + more
	}
	return true, cost
}

// again gives a repetition its next length: one byte less, or of a lazy one one
// byte more. It says whether there is one.
func (it *item) again(c *choice, s string) (ok bool, cost int) {
	if it.op != opLazy {
		if c.at--; it.hasNext {
			ok, cost = it.retreat(c, s)
			return ok, cost + 1
		}
		return true, 1
	}
	if c.at >= len(s) || !it.has(s[c.at]) {
		return false, 1
	}
	if c.at++; it.hasNext {
		ok, cost = it.seek(c, s, c.at)
		return ok, cost + 1
	}
	return true, 1
}

// retreat moves the end of a repetition back to where the byte that must follow
// stands.
func (it *item) retreat(c *choice, s string) (ok bool, cost int) {
	i := c.at
	if i == len(s) {
		i--
	}
	for ; i >= c.low; i-- {
		if s[i] == it.next {
			cost = (c.at - i) / scanPerStep
			c.at = i
			return true, cost
		}
	}
	return false, (c.at - c.low) / scanPerStep
}

// seek moves the end of a lazy repetition on to where the byte that must follow
// stands.
func (it *item) seek(c *choice, s string, at int) (ok bool, cost int) {
	if it.unit == opAny {
		n := strings.IndexByte(s[at:], it.next)
		if n < 0 {
			return false, (len(s) - at) / indexPerStep
		}
		c.at = at + n
		return true, n / indexPerStep
	}
	for i := at; i < len(s); i++ {
		if s[i] == it.next {
			c.at = i
			return true, (i - at) / scanPerStep
		}
		if !it.has(s[i]) {
			return false, (i - at) / scanPerStep
		}
	}
	return false, (len(s) - at) / scanPerStep
}

// span is where the unit's bytes in a row from s[at] on end.
func (it *item) span(s string, at int) int {
	switch it.unit {
	case opAny:
		return len(s)
	case opChar:
		for at < len(s) && s[at] == it.char {
			at++
		}
		return at
	}
	set := it.set
	for at < len(s) && set[s[at]] {
		at++
	}
	return at
}
