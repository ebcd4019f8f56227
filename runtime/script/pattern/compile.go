// Package pattern matches Lua 5.1 patterns within a budget of steps.
//
// Patterns are those of the reference manual, section 5.4.1, and the frontier %f
// that Lua 5.1 has besides. A match is found by backtracking, so a short pattern
// can take time that grows with a high power of the text's length; a Matcher
// counts what it does and gives up when its steps are spent.
//
// As in PUC Lua, a malformed pattern is an error only when the match comes as far
// as the fault, a capture that is never closed one only to who asks for it, and a
// zero byte ends the pattern: %z stands for one.
package pattern

import (
	"errors"
	"strings"
)

// MaxCaptures is how many captures a pattern can have.
const MaxCaptures = 32

// What can be wrong with a pattern. The sentences are those of PUC Lua.
var (
	ErrEscape     = errors.New("malformed pattern (ends with '%')")
	ErrSet        = errors.New("malformed pattern (missing ']')")
	ErrBalance    = errors.New("unbalanced pattern")
	ErrFrontier   = errors.New("missing '[' after '%f' in pattern")
	ErrIndex      = errors.New("invalid capture index")
	ErrClose      = errors.New("invalid pattern capture")
	ErrUnfinished = errors.New("unfinished capture")
	ErrTooMany    = errors.New("too many captures")
)

type opcode uint8

const (
	opChar     opcode = iota // one byte
	opAny                    // any byte
	opSet                    // a byte of a set
	opGreedy                 // as many of a unit as there are, at least min
	opMaybe                  // one of a unit, or none
	opLazy                   // as few of a unit as do
	opOpen                   // a capture begins
	opClose                  // a capture ends
	opPosition               // a position capture
	opBack                   // what a capture holds
	opBalance                // from char to its balancing other
	opFrontier               // from outside a set into it
	opEnd                    // the end of the text
	opMatch                  // the end of the pattern
	opFault                  // where the pattern is malformed
)

// item is one step of a compiled pattern.
type item struct {
	op    opcode
	unit  opcode // of a repetition: opChar, opAny or opSet
	char  byte   // opChar; what opens in opBalance
	other byte   // what closes in opBalance
	min   uint8  // opGreedy
	cap   uint8  // captures
	// final: nothing can be gained by giving back what a repetition took.
	final bool
	// next: the byte that must stand behind a repetition, if known.
	hasNext bool
	next    byte
	set     *set // opSet, opFrontier
}

// Pattern is a compiled pattern. It is immutable and may be shared.
type Pattern struct {
	code     []item
	anchored bool
	literal  bool
	captures int
	open     [MaxCaptures]bool // never closed
	choices  int               // repetitions: how many can be open at once
	first    int               // index of the first item that consumes
	skip     opcode            // opChar or opSet: what a match must begin with; opMatch: unknown
	runs     bool              // where a match fails, it fails up to the end of the first item's bytes
	fault    error
}

// Captures is how many captures a match has; not counting the whole match.
func (p *Pattern) Captures() int { return p.captures }

// Open says whether a capture is never closed: asking for it is ErrUnfinished.
func (p *Pattern) Open(i int) bool { return p.open[i] }

// Anchored says whether the pattern matches only where a search begins.
func (p *Pattern) Anchored() bool { return p.anchored }

// Literal says whether the pattern has no magic characters: it matches itself.
func (p *Pattern) Literal() bool { return p.literal }

type compiler struct {
	Pattern
	src string
	at  int
	pos [MaxCaptures]bool
}

// Compile reads a pattern. It does not fail; see the package comment.
func Compile(src string) *Pattern {
	src, _, _ = strings.Cut(src, "\x00")
	c := &compiler{src: src}
	c.literal = !strings.ContainsAny(src, "^$*+?.([%-")
	if strings.HasPrefix(src, "^") {
		c.anchored, c.at = true, 1
	}
	c.code = make([]item, 0, len(src)-c.at+1)
	for c.at < len(src) && c.fault == nil {
		c.item()
	}
	if c.fault == nil {
		c.add(item{op: opMatch})
	}
	p := c.Pattern
	p.analyse()
	return &p
}

func (c *compiler) add(it item) { c.code = append(c.code, it) }

// fail ends the program with the error it raises when it comes this far.
func (c *compiler) fail(err error) {
	c.fault = err
	c.add(item{op: opFault})
}

// item compiles what stands at c.at.
func (c *compiler) item() {
	rest := c.src[c.at:]
	switch {
	case rest[0] == '(':
		c.openCapture(strings.HasPrefix(rest, "()"))
	case rest[0] == ')':
		c.closeCapture()
	case rest == "$":
		c.add(item{op: opEnd})
		c.at++
	case strings.HasPrefix(rest, "%b"):
		if len(rest) < 4 {
			c.fail(ErrBalance)
			return
		}
		c.add(item{op: opBalance, char: rest[2], other: rest[3]})
		c.at += 4
	case strings.HasPrefix(rest, "%f"):
		c.frontier()
	case len(rest) > 1 && rest[0] == '%' && rest[1] >= '0' && rest[1] <= '9':
		c.backReference(int(rest[1]) - '1')
	default:
		c.single()
	}
}

func (c *compiler) openCapture(position bool) {
	if c.captures == MaxCaptures {
		c.fail(ErrTooMany)
		return
	}
	it := item{op: opOpen, cap: uint8(c.captures)}
	c.at++
	if position {
		it.op = opPosition
		c.at++
	}
	c.open[c.captures], c.pos[c.captures] = !position, position
	c.add(it)
	c.captures++
}

func (c *compiler) closeCapture() {
	for i := c.captures - 1; i >= 0; i-- {
		if c.open[i] {
			c.open[i] = false
			c.add(item{op: opClose, cap: uint8(i)})
			c.at++
			return
		}
	}
	c.fail(ErrClose)
}

func (c *compiler) backReference(i int) {
	switch {
	case i < 0 || i >= c.captures || c.open[i]:
		c.fail(ErrIndex)
		return
	case c.pos[i]: // a position is no text, so nothing equals it
		c.add(item{op: opSet, unit: opSet, set: &set{}})
	default:
		c.add(item{op: opBack, cap: uint8(i)})
	}
	c.at += 2
}

func (c *compiler) frontier() {
	if !strings.HasPrefix(c.src[c.at+2:], "[") {
		c.fail(ErrFrontier)
		return
	}
	s, end := parseSet(c.src, c.at+2)
	if end < 0 {
		c.fail(ErrSet)
		return
	}
	c.add(item{op: opFrontier, set: s})
	c.at = end
}

// single compiles one byte, class or set and the repetition behind it.
func (c *compiler) single() {
	it := item{op: opChar, char: c.src[c.at]}
	c.at++
	switch it.char {
	case '.':
		it.op = opAny
	case '[':
		s, end := parseSet(c.src, c.at-1)
		if end < 0 {
			c.fail(ErrSet)
			return
		}
		it.op, it.set, c.at = opSet, s, end
	case '%':
		if c.at == len(c.src) {
			c.fail(ErrEscape)
			return
		}
		it.char = c.src[c.at]
		if it.set = named[it.char]; it.set != nil {
			it.op = opSet
		}
		c.at++
	}
	it.unit = it.op
	if c.at < len(c.src) {
		c.repetition(&it)
	}
	c.add(it)
}

func (c *compiler) repetition(it *item) {
	switch c.src[c.at] {
	case '*':
		it.op = opGreedy
	case '+':
		it.op, it.min = opGreedy, 1
	case '?':
		it.op = opMaybe
	case '-':
		it.op = opLazy
	default:
		return
	}
	c.at++
	c.choices++
}

// analyse finds what must follow each repetition and what a match begins with,
// so that the matcher can pass over places where it must fail.
func (p *Pattern) analyse() {
	for i := range p.code {
		it := &p.code[i]
		if it.op != opGreedy && it.op != opMaybe && it.op != opLazy {
			continue
		}
		if next := &p.code[p.consumer(i+1)]; next.consumes() {
			it.hasNext, it.next = next.unit == opChar, next.char
		}
		it.final = it.op != opLazy && p.mustKeep(it, i+1)
	}
	p.skip = opMatch
	p.first = p.consumer(0)
	if it := &p.code[p.first]; it.consumes() && !p.anchored && it.unit != opAny {
		p.skip = it.unit
	}
	// A first item like %w+ before = ends at the same place wherever in a word the
	// search begins, and the rest of the pattern sees the same text; unless it
	// looks back at a capture.
	p.runs = p.code[p.first].op == opGreedy && p.code[p.first].final
	for i := range p.code {
		p.runs = p.runs && p.code[i].op != opBack
	}
}

// mustKeep says whether a repetition need never give back a byte, because none of
// what follows, from i on, could take it up. It looks a few items ahead.
func (p *Pattern) mustKeep(it *item, i int) bool {
	for range 4 {
		i = p.consumer(i)
		next := &p.code[i]
		switch {
		case next.op == opMatch || next.op == opFault || next.op == opEnd:
			return true
		case next.consumes():
			return disjoint(it, next)
		case next.op != opGreedy && next.op != opMaybe && next.op != opLazy:
			return false
		case !disjoint(it, next):
			return false
		}
		i++
	}
	return false
}

// consumer is the index of the first item from i on that is not a capture's edge.
func (p *Pattern) consumer(i int) int {
	for p.code[i].op == opOpen || p.code[i].op == opClose || p.code[i].op == opPosition {
		i++
	}
	return i
}

// consumes says whether the item cannot match without a byte of its unit.
func (it *item) consumes() bool {
	return it.op <= opSet || it.op == opGreedy && it.min > 0
}

func (it *item) has(c byte) bool {
	switch it.unit {
	case opChar:
		return c == it.char
	case opAny:
		return true
	}
	return it.set[c]
}

func disjoint(a, b *item) bool {
	switch {
	case a.unit == opAny || b.unit == opAny:
		return false
	case a.unit == opChar:
		return !b.has(a.char)
	case b.unit == opChar:
		return !a.has(b.char)
	}
	for c := range a.set {
		if a.set[c] && b.set[c] {
			return false
		}
	}
	return true
}
