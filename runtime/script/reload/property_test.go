package reload

import (
	"fmt"
	"math/rand/v2"
	"os"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"testing"

	lua "github.com/yuin/gopher-lua"

	"hotshard/runtime/script"
	"hotshard/runtime/script/code"
)

// The property: a world whose modules are edited and reloaded at random ticks ends
// as one that was never reloaded. The second world runs the same program, written
// so that what an edit changes is read from a table when a function is entered;
// where the first world reloads, the test changes that table. A function that is
// suspended has read it already: it finishes in its own code, as in the first.

const genMain = `
LOGT={} E=E or {} GONE=GONE or {} HELD={} COS={} OBJ={}
function LOG(...) local t={...} for i=1,#t do t[i]=tostring(t[i]) end LOGT[#LOGT+1]=table.concat(t," ") end
function GETS(m,f,o) return MODS[m][o].get~=nil and not GONE[m.."."..f..".get"] end
function HAS(m,f) return MODS[m][f]~=nil and not GONE[m.."."..f] end
MODS={} for _,n in ipairs{"m0","m1","m2"} do MODS[n]=require(n) end`

// propWorld is one of the two worlds.
type propWorld struct {
	t  *testing.T
	s  *script.State
	at float64
}

func newPropWorld(t *testing.T, seed uint64, files map[string][]byte, setup string) *propWorld {
	files["main.lua"] = []byte(setup + genMain)
	o := propOptions(t, seed)
	o.Release = code.NewRelease(1, files)
	s, err := script.New(o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(s.Close)
	return &propWorld{t: t, s: s}
}

func propOptions(t *testing.T, seed uint64) script.Options {
	return script.Options{Name: "prop", Entry: []string{"main"}, Seed: seed,
		OnFault: func(f script.Fault) { t.Errorf("fault: %s\n%s", f.Message, f.Traceback) }}
}

// play runs a tick's script and gives what it has logged.
func (w *propWorld) play(code string) string {
	w.at += 0.1
	w.s.Emit("tick", lua.LNumber(w.at))
	w.s.Emit("ask")
	eval(w.t, w.s, code+" return 0")
	w.s.Advance(w.at)
	return fmt.Sprint(eval(w.t, w.s, `(function() local s=table.concat(LOGT,"\n") LOGT={} return s end)()`)[0])
}

// script is what happens in a tick, the same in both worlds.
func tickScript(r *rand.Rand, mods []*genModule) string {
	var b strings.Builder
	b.WriteString("for i,h in ipairs(HELD) do h(i) end for i,c in ipairs(COS) do if coroutine.status(c)=='suspended' then assert(coroutine.resume(c,i)) end end ")
	for range 4 {
		m := mods[r.IntN(len(mods))]
		p := m.pieces[r.IntN(len(m.pieces))]
		f := fmt.Sprintf("MODS.%s.%s", m.name, p.key)
		x := r.IntN(9)
		switch p.kind {
		case "plain":
			fmt.Fprintf(&b, "if HAS(%q,%q) then %s(%d) if #HELD<30 then HELD[#HELD+1]=%s end end ", m.name, p.key, f, x, f)
		case "local":
			fmt.Fprintf(&b, "%s(%d) ", f, x)
		case "mk":
			fmt.Fprintf(&b, "if #HELD<40 then HELD[#HELD+1]=%s(%d) end ", f, x)
		case "co":
			fmt.Fprintf(&b, "COS[#COS+1]=coroutine.create(%s) ", f)
		case "task":
			fmt.Fprintf(&b, "task.spawn(%s,%d) ", f, x)
		case "object":
			o := p.key + []string{"", "_b"}[r.IntN(2)]
			fmt.Fprintf(&b, "do local o=MODS.%s.%s o.hit(%d) if %d>4 then o.charge() end if GETS(%q,%q,%q) then o.get() end end ", m.name, o, x, x, m.name, p.key, o)
		case "command":
			fmt.Fprintf(&b, "LOG('cmd',command[%q](0,%d)) ", m.name+p.key, x)
		case "method":
			fmt.Fprintf(&b, "OBJ[%q]=OBJ[%q] or MODS.%s.C.new(%d) OBJ[%q]:%s(%d) ", m.name, m.name, m.name, x, m.name, p.key, x)
		}
	}
	touched := mods[r.IntN(len(mods))].name
	fmt.Fprintf(&b, "do local t=MODS.%s.ids t[%d]=(t[%[2]d] or 0)+1 end ", touched, someIds[r.IntN(len(someIds))])
	for _, m := range mods {
		for _, id := range someIds {
			fmt.Fprintf(&b, "LOG('id',%d,tostring(MODS.%s.ids[%d])) ", id, m.name, id)
		}
		fmt.Fprintf(&b, "LOG(%q,MODS.%s.get()) ", m.name, m.name)
		fmt.Fprintf(&b, "do local c=MODS.%s.cfg LOG('cfg',tostring(c.a),tostring(c.b),tostring(c.c),tostring(c.d)) end ", m.name)
	}
	return b.String()
}

// propSeeds are those of a run: one given by hand, or a few fixed ones.
func propSeeds(t *testing.T, n int) []uint64 {
	if text := os.Getenv("HOTSHARD_SEED"); text != "" {
		seed, err := strconv.ParseUint(text, 10, 64)
		if err != nil {
			t.Fatal(err)
		}
		return []uint64{seed}
	}
	if text := os.Getenv("HOTSHARD_SEEDS"); text != "" {
		n, _ = strconv.Atoi(text)
	}
	var out []uint64
	for i := range n {
		out = append(out, uint64(i+1))
	}
	return out
}

// TestReloadsAtRandomTicksLeaveTheWorldAsItIs edits nothing but comments, space and
// the order of functions.
func TestReloadsAtRandomTicksLeaveTheWorldAsItIs(t *testing.T) {
	for _, seed := range propSeeds(t, 6) {
		t.Run(fmt.Sprint("seed=", seed), func(t *testing.T) { propRun(t, seed, false) })
	}
}

// TestEditsAtRandomTicksActAsIfTheyHadAlwaysBeenThere edits code, initial values,
// the existence of functions, and what is captured.
func TestEditsAtRandomTicksActAsIfTheyHadAlwaysBeenThere(t *testing.T) {
	for _, seed := range propSeeds(t, 12) {
		t.Run(fmt.Sprint("seed=", seed), func(t *testing.T) { propRun(t, seed, true) })
	}
}

func propRun(t *testing.T, seed uint64, edits bool) {
	r := rand.New(rand.NewPCG(seed, 7))
	var mods []*genModule
	for i := range 3 {
		mods = append(mods, generate(r, fmt.Sprint("m", i)))
	}
	files, ref, tables := map[string][]byte{}, map[string][]byte{}, "E={} GONE={} "
	for _, m := range mods {
		files[m.name+".lua"] = []byte((&writer{noise: r}).module(m))
		ref[m.name+".lua"] = []byte((&writer{ref: true}).module(m))
		tables += refTables(m)
	}
	live, still := newPropWorld(t, seed, files, ""), newPropWorld(t, seed, ref, tables)
	g := NewStager(script.Options{Entry: []string{"main"}, Seed: seed})
	for tick := range 50 {
		code := tickScript(r, mods)
		got, want := live.play(code), still.play(code)
		if got != want {
			t.Fatalf("tick %d, release %d:\n%s\n--- this tick:\n%s\n--- m0 now:\n%s", tick, live.s.Release().Number, diffLines(got, want), code, live.s.Release().Files["m0.lua"].Source)
		}
		if r.IntN(3) > 0 {
			continue
		}
		changed := map[string][]byte{}
		for i, m := range mods {
			if r.IntN(2) == 0 {
				continue
			}
			if edits {
				next := m.clone()
				for range 1 + r.IntN(3) {
					next.edit(r)
				}
				eval(t, still.s, mergeScript(m, next)+refTables(next)+" return 0")
				mods[i], m = next, next
			}
			changed[m.name+".lua"] = []byte((&writer{noise: r}).module(m))
		}
		propReload(t, live.s, g, changed, edits)
	}
	propFresh(t, live.s, mods)
}

// propReload applies a batch, and checks that the plan was what the commit did.
func propReload(t *testing.T, s *script.State, g *Stager, changed map[string][]byte, edits bool) {
	t.Helper()
	to := s.Release().With(s.Release().Number+1, changed)
	st, err := g.Stage(s.Release(), to, s.Modules())
	if err != nil {
		t.Fatal(err)
	}
	plan, err := Plan(s, st)
	if err != nil {
		t.Fatal(err)
	}
	report, err := Commit(s, st)
	if err != nil {
		t.Fatal(err)
	}
	// Who holds a deleted function is looked up by the plan only: it walks the heap.
	plan.Warnings = slices.DeleteFunc(plan.Warnings, func(w code.Warning) bool { return w.Code == code.WDeleted })
	if len(plan.Warnings)+len(report.Warnings) == 0 {
		plan.Warnings, report.Warnings = nil, nil
	}
	if !reflect.DeepEqual(plan, report) {
		t.Fatalf("the plan said\n%+v\nthe commit did\n%+v", plan, report)
	}
	g.Adopt(st)
	for _, w := range report.Warnings {
		switch w.Code {
		case code.WStateKept, code.WDeleted, code.WFrameOld:
			if edits {
				continue
			}
		}
		t.Fatalf("an unexpected warning: %s\n%s", w, changed["m0.lua"])
	}
}

// propFresh asks a State that boots the last release for what its functions
// return, where that depends on code alone.
func propFresh(t *testing.T, s *script.State, mods []*genModule) {
	fresh, err := script.New(script.Options{Name: "fresh", Release: s.Release(), Entry: []string{"main"}})
	if err != nil {
		t.Fatal(err)
	}
	defer fresh.Close()
	for _, m := range mods {
		for _, p := range m.pieces {
			code := fmt.Sprintf("MODS.%s.%s and MODS.%s.%s(5)", m.name, p.key, m.name, p.key)
			if p.kind != "plain" && p.kind != "local" {
				continue
			}
			if a, b := eval(t, s, code), eval(t, fresh, code); !reflect.DeepEqual(a, b) {
				t.Fatalf("%s: %v live, %v after a fresh boot", code, a, b)
			}
		}
	}
}

// diffLines shows the first lines that differ.
func diffLines(got, want string) string {
	a, b := strings.Split(got, "\n"), strings.Split(want, "\n")
	for i := range max(len(a), len(b)) {
		x, y := "<end>", "<end>"
		if i < len(a) {
			x = a[i]
		}
		if i < len(b) {
			y = b[i]
		}
		if x != y {
			return fmt.Sprintf("line %d: reloaded %q, without reloads %q", i, x, y)
		}
	}
	return "no difference"
}
