package differ

import (
	"errors"
	"strings"
	"testing"
)

// open finds a judge, and leaves the test out where there is no reference.
func open(t *testing.T) judge {
	t.Helper()
	j, err := newJudge(Class)
	if errors.Is(err, ErrNoReference) {
		t.Skip(err)
	}
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(j.ref.close)
	return j
}

// TestPlantedMistakeIsFoundAndShrunk compares lua5.1 with a lua5.1 that takes one
// operator for another, so that what is tested here is the test.
func TestPlantedMistakeIsFoundAndShrunk(t *testing.T) {
	for _, mistake := range []struct{ right, wrong string }{
		{" <= ", " < "}, {" .. ", " .. '' .. 'x' .. "}, {"not ", "not not "}, {" or ", " and "}, {"return (", "return -("}, {"for j = 1, 3", "for j = 1, 2"},
	} {
		j, wrong := open(t), open(t).ref
		j.run = func(source string, _ way) outcome {
			o, err := wrong.run(strings.ReplaceAll(source, mistake.right, mistake.wrong))
			if err != nil {
				t.Error(err)
			}
			return o
		}
		result, err := Options{Programs: 300, Seed: 1, Most: 2}.run(func() (judge, error) { return j, nil })
		if err != nil {
			t.Fatal(err)
		}
		if len(result.Differences) < 2 {
			t.Errorf("%q instead of %q was not noticed in %d programs", mistake.wrong, mistake.right, result.Programs)
		}
		for _, d := range result.Differences {
			if len(d.Source) > 400 || !strings.Contains(d.Source, mistake.right) || d.Want == d.Got {
				t.Errorf("%q instead of %q was shrunk to\n%s", mistake.wrong, mistake.right, d)
			}
		}
	}
}

func TestShrinkingKeepsWhatMatters(t *testing.T) {
	j := open(t)
	j.run = func(source string, _ way) outcome { return outcome{end: endDone, out: source} }
	for _, part := range []string{"coroutine.yield(", "setmetatable(", "repeat", "for "} {
		seed := uint64(1)
		for !strings.Contains(generate(seed).source(), part) {
			seed++
		}
		j.differs = func(_, got outcome) bool { return strings.Contains(got.out, part) }
		small, err := j.shrink(generate(seed), asFile)
		if err != nil {
			t.Fatal(err)
		}
		if text := small.source(); !strings.Contains(text, part) || len(text) > 200 {
			t.Errorf("of seed %d this is left for %q:\n%s", seed, part, text)
		}
	}
}

// TestProgramsAreWhatTheyShouldBe looks at many programs: they compile, come to an
// end, mostly get through, and have everything in them that Lua has.
func TestProgramsAreWhatTheyShouldBe(t *testing.T) {
	ref := open(t).ref
	const n = 1_000
	ends := map[ending]int{}
	var all strings.Builder
	for seed := uint64(1); seed <= n; seed++ {
		source := generate(seed).source()
		if source != generate(seed).source() {
			t.Fatalf("seed %d gives two programs", seed)
		}
		o, err := ref.run(source)
		if err != nil {
			t.Fatal(err)
		}
		if o.end == endSyntax {
			t.Errorf("seed %d: %s", seed, o)
		}
		ends[o.end]++
		all.WriteString(source)
	}
	if ends[endDone] < n/2 || ends[endOverrun] > n/20 {
		t.Errorf("too few get through: %v", ends)
	}
	for _, part := range strings.Fields(everything) {
		if !strings.Contains(all.String(), part) {
			t.Errorf("no program has a %q in it", part)
		}
	}
}

const everything = `local function return if elseif else while repeat until for in do end break and or not nil true false
+ - * / % ^ # .. == ~= <= >= < > ... [[ ]==] 0x e+ :sub( :gsub( select( unpack( ipairs( pairs( next,
pcall( xpcall( error( assert( setmetatable( getmetatable( setfenv( getfenv( rawget( rawset( rawequal( tostring( tonumber( type(
coroutine.create( coroutine.wrap( coroutine.yield( coroutine.resume( coroutine.status(
table.insert( table.remove( table.sort( table.concat( string.format( string.gsub( math.floor( math.max(
__index __newindex __call __add __sub __mul __div __mod __pow __unm __concat __eq __lt __le __len __tostring __metatable self missing`

func TestReferenceOutlivesItsPrograms(t *testing.T) {
	ref := open(t).ref
	for _, c := range []struct{ source, want string }{
		{"print(1, 'a\\n', nil, {}, 0/0)", "1 \"a\\010\" nil <table> nan\n(done)"},
		{"while true do end", "(overrun)"},
		{"while true do pcall(function() while true do end end) end", "(overrun)"},
		{"coroutine.wrap(function() while true do end end)()", "(overrun)"},
		{"while true do print(1) end", "(overrun)"},
		{"x = 1 string.format = nil print = nil", "done"},
		{"print(x, string.format('%d', 2))", "nil \"2\"\n(done)"},
		{"error({})", "<table>\n(error)"},
		{"x = = 1", "program:1: unexpected symbol near '='\n(syntax)"},
	} {
		o, err := ref.run(c.source)
		if err != nil {
			t.Fatal(err)
		}
		if got := o.String(); got != c.want && !(o.end == endOverrun && c.want == "(overrun)") {
			t.Errorf("%s gave\n%s\nnot\n%s", c.source, got, c.want)
		}
	}
}

func TestStrictness(t *testing.T) {
	for _, c := range []struct {
		want, got string
		upTo      int // the strictest that lets it pass; -1: none
	}{
		{"1 2", "1 2", 2},
		{"1 2", "1 3", -1},
		{"nan", "-nan", 2},
		{`false "program:1: x"`, `false "program:2: x"`, 1},
		{`false "program:1: x"`, `false "program.lua@0a1b2c:1: x"`, 2},
		{`false "program:1: x"`, `false "x"`, 0},
		{`false "program:1: x"`, `false "y"`, -1},
		{`false "program:1: attempt to call local 'f' (a nil value)"`, `false "program:1: attempt to call global 'f' (a nil value)"`, 0},
		{`false "program:1: attempt to call a nil value"`, `false "program:1: attempt to index a nil value"`, -1},
		{`"differ:1: x"`, `"x"`, 2},
	} {
		for how := Class; how <= Lines; how++ {
			if got := same(outcome{endDone, c.want}, outcome{endDone, c.got}, how); got != (int(how) <= c.upTo) {
				t.Errorf("%s and %s: %v when asked for %d", c.want, c.got, got, how)
			}
		}
	}
	for _, ends := range [][2]ending{{endDone, endError}, {endDone, endPanic}, {endError, endHang}, {endDone, endOverrun}, {endSyntax, endDone}} {
		if same(outcome{end: ends[0]}, outcome{end: ends[1]}, Class) {
			t.Errorf("%s and %s pass for the same", ends[0], ends[1])
		}
	}
}
