package stdlib

import (
	"errors"
	"strings"

	lua "github.com/yuin/gopher-lua"

	"hotshard/runtime/script/arg"
	"hotshard/runtime/script/pattern"
	"hotshard/runtime/script/vm"
)

// What a match may cost.
const (
	maxMatchSteps     = 2_000_000 // the matcher's steps of one match: some milliseconds
	matchStepsPerStep = 16        // the matcher's steps to one of the VM's
	maxPattern        = 64 << 10  // bytes of a pattern
)

// Patterns keeps compiled patterns, since scripts use few of them, often. The zero
// value is ready.
type Patterns struct{ known map[string]*pattern.Pattern }

const (
	maxCachedPatterns   = 64
	maxCachedPatternLen = 256
)

func (c *Patterns) add(src string, p *pattern.Pattern) {
	if len(src) > maxCachedPatternLen {
		return
	}
	if c.known == nil || len(c.known) >= maxCachedPatterns {
		c.known = map[string]*pattern.Pattern{}
	}
	c.known[strings.Clone(src)] = p // src may be a piece of a long text
}

func (lib library) compile(L *lua.LState, src string) *pattern.Pattern {
	cache := lib.Patterns(L)
	if p, ok := cache.known[src]; ok {
		return p
	}
	if len(src) > maxPattern {
		arg.Raisef(L, "budget: a pattern of %d bytes; at most %d are allowed", len(src), maxPattern)
	}
	lib.Charge(L, len(src))
	p := pattern.Compile(src)
	cache.add(src, p)
	return p
}

// search finds the next match from init on, charges for it, and raises what is
// wrong with the pattern or that it takes too long.
func (lib library) search(L *lua.LState, name string, m *pattern.Matcher, p *pattern.Pattern, text string, init int) bool {
	limit := int(min(maxMatchSteps, lib.Left(L)*matchStepsPerStep))
	m.Steps = limit
	found, err := m.Find(p, text, init)
	lib.Charge(L, 1+(limit-max(0, m.Steps))/matchStepsPerStep)
	if errors.Is(err, pattern.ErrBudget) {
		arg.Raisef(L, "budget: string.%s took more than %d steps with this pattern on %d bytes; shorten the text, or use fewer * + - in the pattern", name, limit, len(text))
	}
	if err != nil {
		arg.Raise(L, err.Error())
	}
	return found
}

// capture is capture i of the last match; capture 0 of a pattern without captures
// is the whole match.
func capture(L *lua.LState, m *pattern.Matcher, p *pattern.Pattern, text string, i int) lua.LValue {
	start, end := m.Span()
	if i < p.Captures() {
		if p.Open(i) {
			arg.Raise(L, pattern.ErrUnfinished.Error())
		}
		var position bool
		if start, end, position = m.Capture(i); position {
			return integer(start + 1)
		}
	} else if i > 0 {
		arg.Raise(L, pattern.ErrIndex.Error())
	}
	return lua.LString(text[start:end])
}

// pushCaptures pushes all captures, or the whole match where there are none.
func pushCaptures(L *lua.LState, m *pattern.Matcher, p *pattern.Pattern, text string) int {
	n := max(1, p.Captures())
	for i := range n {
		L.Push(capture(L, m, p, text, i))
	}
	return n
}

// startOffset is where a search begins: a place that counts from 1, or from the end
// if negative, as an offset within the text.
func startOffset(L *lua.LState, n int, text string) int {
	return min(max(fromEnd(arg.OffsetOr(L, n, 1), len(text))-1, 0), len(text))
}

func (lib library) find(L *lua.LState) int {
	text, src := arg.Text(L, 1), arg.Text(L, 2)
	init := startOffset(L, 3, text)
	if isTrue(L.Get(4)) {
		return lib.findPlain(L, text, src, init)
	}
	p := lib.compile(L, src)
	if p.Literal() {
		return lib.findPlain(L, text, src, init)
	}
	var m pattern.Matcher
	if !lib.search(L, "find", &m, p, text, init) {
		L.Push(lua.LNil)
		return 1
	}
	start, end := m.Span()
	pushInt(L, start+1)
	pushInt(L, end)
	for i := range p.Captures() {
		L.Push(capture(L, &m, p, text, i))
	}
	return 2 + p.Captures()
}

func (lib library) findPlain(L *lua.LState, text, what string, init int) int {
	at := strings.Index(text[init:], what)
	if at < 0 {
		lib.Charge(L, (len(text)-init)/bytesPerStep)
		L.Push(lua.LNil)
		return 1
	}
	lib.Charge(L, (at+len(what))/bytesPerStep)
	pushInt(L, init+at+1)
	pushInt(L, init+at+len(what))
	return 2
}

func (lib library) match(L *lua.LState) int {
	text, src := arg.Text(L, 1), arg.Text(L, 2)
	init := startOffset(L, 3, text)
	p := lib.compile(L, src)
	var m pattern.Matcher
	if !lib.search(L, "match", &m, p, text, init) {
		L.Push(lua.LNil)
		return 1
	}
	return pushCaptures(L, &m, p, text)
}

// gmatch returns the iterator alone. When there is no match any more it returns
// nothing.
func (lib library) gmatch(L *lua.LState) int {
	text, src := arg.Text(L, 1), arg.Text(L, 2)
	if strings.HasPrefix(src, "^") {
		src = "%" + src // an anchor would stop the iteration; the manual says it is none here
	}
	lib.compile(L, src) // what is wrong with it is said at once
	it := &Matches{engine: lib, Text: text, Pattern: src}
	vm.Of(L).ReadOnly.Began(it)
	L.Push(vm.Made(it))
	return 1
}

// Matches is where a traversal by string.gmatch stands.
type Matches struct {
	engine        library
	Text, Pattern string
	At            int // offset behind the last match
}

// NewMatches is a traversal that stands somewhere already.
func NewMatches(e Engine, text, pattern string, at int) *Matches {
	return &Matches{library{e}, text, pattern, at}
}

// Call gives the next match, and nothing behind the last.
func (it *Matches) Call(L *lua.LState) int {
	vm.Of(L).ReadOnly.GoOn(L, it, "going on with a gmatch")
	p := it.engine.compile(L, it.Pattern)
	var m pattern.Matcher
	if it.At > len(it.Text) || !it.engine.search(L, "gmatch", &m, p, it.Text, it.At) {
		it.At = len(it.Text) + 1
		return 0
	}
	start, end := m.Span()
	if it.At = end; end == start {
		it.At++
	}
	return pushCaptures(L, &m, p, it.Text)
}
