package script

import (
	"errors"
	"strings"

	lua "github.com/yuin/gopher-lua"

	"hotshard/runtime/script/pattern"
)

// What the string library may cost. The VM counts calls and loop turns; work
// inside one call of the library is charged to the same budget, at about the rate
// at which it takes as long.
const (
	maxMatchSteps     = 2_000_000 // the matcher's steps of one match: some milliseconds
	matchStepsPerStep = 16        // the matcher's steps to one of the VM's
	bytesPerStep      = 64        // bytes copied or searched to one step of the VM
	lettersPerStep    = 16        // bytes looked at one by one to one step of the VM
	maxPattern        = 64 << 10  // bytes of a pattern
)

// Compiled patterns are kept by State, since scripts use few of them, often.
const (
	maxCachedPatterns   = 64
	maxCachedPatternLen = 256
)

// stringLib is the part of a State's string and table libraries that can run or
// grow without end, with bounds.
type stringLib struct {
	s        *State
	patterns map[string]*pattern.Pattern
}

// openString replaces the calls of the string library that need bounds.
func (b *builder) openString() {
	strs := b.table("string")
	strs.RawSetString("dump", lua.LNil)
	strs.RawSetString("gfind", lua.LNil) // the name gmatch had in Lua 5.0
	for name, fn := range map[string]func(*stringLib, *lua.LState) int{
		"find":   (*stringLib).find,
		"match":  (*stringLib).match,
		"gmatch": (*stringLib).gmatch,
		"gsub":   (*stringLib).gsub,
		"rep":    (*stringLib).rep,
		"format": (*stringLib).format,
	} {
		b.set("string", name, func(s *State, L *lua.LState) int { return fn(&s.strings, L) })
	}
	for _, name := range []string{"lower", "upper", "reverse"} {
		inner := strs.RawGetString(name).(*lua.LFunction).GFunction
		b.set("string", name, func(s *State, L *lua.LState) int {
			s.strings.charge(L, len(L.CheckString(1))/lettersPerStep)
			return inner(L)
		})
	}
	b.set("table", "concat", func(s *State, L *lua.LState) int { return s.strings.concat(L) })
}

// charge takes steps from the running entry's budget; an entry that has not got
// them is stopped.
func (lib *stringLib) charge(L *lua.LState, steps int) {
	m, n := lib.s.m, int64(steps)
	for n > m.Steps {
		n -= max(m.Steps, 0)
		lib.s.overrun(L)
	}
	m.Steps -= n
}

// bound stops a call that would build a string longer than is allowed.
func bound(L *lua.LState, name string, size int) {
	if size > maxString {
		L.RaiseError("budget: %s would make a string of %d bytes or more; at most %d may be built", name, size, maxString)
	}
}

func (lib *stringLib) compile(L *lua.LState, src string) *pattern.Pattern {
	if p, ok := lib.patterns[src]; ok {
		return p
	}
	if len(src) > maxPattern {
		L.RaiseError("budget: a pattern of %d bytes; at most %d are allowed", len(src), maxPattern)
	}
	lib.charge(L, len(src))
	p := pattern.Compile(src)
	if len(src) <= maxCachedPatternLen {
		if lib.patterns == nil || len(lib.patterns) >= maxCachedPatterns {
			lib.patterns = map[string]*pattern.Pattern{}
		}
		lib.patterns[strings.Clone(src)] = p // src may be a piece of a long text
	}
	return p
}

// search finds the next match from init on, charges for it, and raises what is
// wrong with the pattern or that it takes too long.
func (lib *stringLib) search(L *lua.LState, name string, m *pattern.Matcher, p *pattern.Pattern, text string, init int) bool {
	left := max(0, lib.s.m.Steps) + max(0, lib.s.meter.left)
	limit := int(min(maxMatchSteps, left*matchStepsPerStep))
	m.Steps = limit
	found, err := m.Find(p, text, init)
	lib.charge(L, 1+(limit-max(0, m.Steps))/matchStepsPerStep)
	if errors.Is(err, pattern.ErrBudget) {
		L.RaiseError("budget: string.%s took more than %d steps with this pattern on %d bytes; shorten the text, or use fewer * + - in the pattern", name, limit, len(text))
	}
	if err != nil {
		L.RaiseError("%s", err.Error())
	}
	return found
}

// smallNumbers are the positions that most calls return, as Lua values: making a
// value of a number allocates.
var smallNumbers = func() (table [512]lua.LValue) {
	for i := range table {
		table[i] = lua.LNumber(i)
	}
	return table
}()

func pushInt(L *lua.LState, n int) {
	if n < len(smallNumbers) {
		L.Push(smallNumbers[n])
		return
	}
	L.Push(lua.LNumber(n))
}

// pushCapture pushes capture i of the last match; capture 0 of a pattern without
// captures is the whole match.
func pushCapture(L *lua.LState, m *pattern.Matcher, p *pattern.Pattern, text string, i int) {
	if i == 0 && p.Captures() == 0 {
		start, end := m.Span()
		L.Push(lua.LString(text[start:end]))
		return
	}
	start, end, position := m.Capture(i)
	if position {
		pushInt(L, start+1)
		return
	}
	L.Push(lua.LString(text[start:end]))
}

func pushCaptures(L *lua.LState, m *pattern.Matcher, p *pattern.Pattern, text string) int {
	n := max(1, p.Captures())
	for i := range n {
		pushCapture(L, m, p, text, i)
	}
	return n
}

// startOffset turns the position where a search begins, which counts from 1, or
// from the end if negative, into an offset within the text.
func startOffset(position, length int) int {
	if position < 0 {
		position += length + 1
	}
	return min(max(position-1, 0), length)
}

func (lib *stringLib) find(L *lua.LState) int {
	text, src := L.CheckString(1), L.CheckString(2)
	init := startOffset(L.OptInt(3, 1), len(text))
	if lua.LVAsBool(L.Get(4)) {
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
		pushCapture(L, &m, p, text, i)
	}
	return 2 + p.Captures()
}

func (lib *stringLib) findPlain(L *lua.LState, text, what string, init int) int {
	at := strings.Index(text[init:], what)
	if at < 0 {
		lib.charge(L, (len(text)-init)/bytesPerStep)
		L.Push(lua.LNil)
		return 1
	}
	lib.charge(L, (at+len(what))/bytesPerStep)
	pushInt(L, init+at+1)
	pushInt(L, init+at+len(what))
	return 2
}

func (lib *stringLib) match(L *lua.LState) int {
	text, src := L.CheckString(1), L.CheckString(2)
	init := startOffset(L.OptInt(3, 1), len(text))
	p := lib.compile(L, src)
	var m pattern.Matcher
	if !lib.search(L, "match", &m, p, text, init) {
		L.Push(lua.LNil)
		return 1
	}
	return pushCaptures(L, &m, p, text)
}

// gmatch returns the iterator alone, as PUC Lua does; gopher-lua's returns a
// state beside it, without which the iterator cannot be called.
func (lib *stringLib) gmatch(L *lua.LState) int {
	text, src := L.CheckString(1), L.CheckString(2)
	if strings.HasPrefix(src, "^") {
		src = "%" + src // an anchor would stop the iteration; the manual says it is none here
	}
	p := lib.compile(L, src)
	at := 0
	L.Push(L.NewFunction(func(L *lua.LState) int {
		var m pattern.Matcher
		if at > len(text) || !lib.search(L, "gmatch", &m, p, text, at) {
			at = len(text) + 1
			L.Push(lua.LNil)
			return 1
		}
		start, end := m.Span()
		if at = end; end == start {
			at++
		}
		return pushCaptures(L, &m, p, text)
	}))
	return 1
}

func (lib *stringLib) gsub(L *lua.LState) int {
	text, src, repl := L.CheckString(1), L.CheckString(2), L.Get(3)
	switch repl.(type) {
	case lua.LString, lua.LNumber, *lua.LTable, *lua.LFunction:
	default:
		L.ArgError(3, "string/function/table expected")
	}
	limit := L.OptInt(4, len(text)+1)
	p := lib.compile(L, src)
	var m pattern.Matcher
	var out strings.Builder
	n, at, copied := 0, 0, 0
	for n < limit && at <= len(text) && lib.search(L, "gsub", &m, p, text, at) {
		start, end := m.Span()
		if n == 0 {
			out.Grow(len(text))
		}
		n++
		out.WriteString(text[copied:start])
		lib.replace(L, &out, &m, p, text, repl)
		bound(L, "string.gsub", out.Len())
		if copied, at = end, end; end == start {
			at++ // the byte behind an empty match is copied with the next piece
		}
		if p.Anchored() {
			break
		}
	}
	if n == 0 {
		L.Push(lua.LString(text))
	} else {
		bound(L, "string.gsub", out.Len()+len(text)-copied)
		out.WriteString(text[copied:])
		lib.charge(L, out.Len()/bytesPerStep)
		L.Push(lua.LString(out.String()))
	}
	pushInt(L, n)
	return 2
}

// replace writes what stands in the place of the last match.
func (lib *stringLib) replace(L *lua.LState, out *strings.Builder, m *pattern.Matcher, p *pattern.Pattern, text string, repl lua.LValue) {
	start, end := m.Span()
	var v lua.LValue
	switch repl := repl.(type) {
	case *lua.LTable:
		pushCapture(L, m, p, text, 0)
		v = L.GetTable(repl, L.Get(-1))
		L.Pop(1)
	case *lua.LFunction:
		L.Push(repl)
		L.Call(pushCaptures(L, m, p, text), 1)
		v = L.Get(-1)
		L.Pop(1)
	default:
		lib.expand(L, out, m, p, text, lua.LVAsString(repl))
		return
	}
	switch {
	case lua.LVIsFalse(v):
		out.WriteString(text[start:end])
	case lua.LVCanConvToString(v):
		out.WriteString(lua.LVAsString(v))
	default: // gopher-lua writes nothing; PUC Lua says what is wrong
		L.RaiseError("invalid replacement value (a %s)", v.Type().String())
	}
}

// expand writes a replacement string: %0 is the match, %1 to %9 are captures, %
// before anything else is dropped. (PUC Lua 5.1 reads the zero byte behind the
// string for a % at its end; here that % is dropped too.)
func (lib *stringLib) expand(L *lua.LState, out *strings.Builder, m *pattern.Matcher, p *pattern.Pattern, text, repl string) {
	for {
		i := strings.IndexByte(repl, '%')
		if i < 0 || i == len(repl)-1 {
			out.WriteString(strings.TrimSuffix(repl, "%"))
			return
		}
		out.WriteString(repl[:i])
		c := repl[i+1]
		repl = repl[i+2:]
		start, end := m.Span()
		switch {
		case c < '0' || c > '9':
			out.WriteByte(c)
			continue
		case c == '0' || c == '1' && p.Captures() == 0:
		case int(c-'0') > p.Captures():
			L.RaiseError("invalid capture index")
		default:
			var position bool
			if start, end, position = m.Capture(int(c - '1')); position {
				out.WriteString(lua.LNumber(start + 1).String())
				continue
			}
		}
		bound(L, "string.gsub", out.Len()+end-start)
		out.WriteString(text[start:end])
	}
}

func (lib *stringLib) rep(L *lua.LState) int {
	text, n := L.CheckString(1), L.CheckInt(2)
	if n <= 0 || text == "" {
		L.Push(lua.LString(""))
		return 1
	}
	if n > maxString/len(text) {
		L.RaiseError("budget: string.rep would make %d times %d bytes; at most %d may be built", n, len(text), maxString)
	}
	lib.charge(L, n*len(text)/bytesPerStep)
	L.Push(lua.LString(strings.Repeat(text, n)))
	return 1
}

// concat joins t[i] to t[j]. A missing element is an error, as in PUC Lua;
// gopher-lua moves i and j into the table.
func (lib *stringLib) concat(L *lua.LState) int {
	t, sep := L.CheckTable(1), L.OptString(2, "")
	i, last := L.OptInt(3, 1), 0
	if L.GetTop() >= 4 && L.Get(4) != lua.LNil {
		last = L.CheckInt(4)
	} else {
		last = t.Len()
	}
	var out strings.Builder
	for at := i; at <= last; at++ {
		v := t.RawGetInt(at)
		if !lua.LVCanConvToString(v) {
			L.RaiseError("invalid value (%s) at index %d in table for concat", v.Type().String(), at)
		}
		out.WriteString(lua.LVAsString(v))
		if at == last {
			break // last may be the largest integer
		}
		bound(L, "table.concat", out.Len()+len(sep))
		out.WriteString(sep)
	}
	bound(L, "table.concat", out.Len())
	lib.charge(L, max(0, last-i)/4+out.Len()/bytesPerStep)
	L.Push(lua.LString(out.String()))
	return 1
}
