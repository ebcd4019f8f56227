package script

import (
	"fmt"
	"maps"
	"math/rand/v2"
	"os"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"testing"

	lua "github.com/yuin/gopher-lua"
)

// The property: a world whose modules are edited and reloaded at random ticks ends
// as one that was never reloaded. The second world runs the same program, written
// so that what an edit changes is read from a table when a function is entered;
// where the first world reloads, the test changes that table. A function that is
// suspended has read it already: it finishes in its own code, as in the first.

// piece is one function of a generated module, with what an edit may change.
type piece struct {
	kind, key string
	k         int
	uses      [3]bool // which of the file's locals it writes
	exists    bool
}

// genModule is a generated file.
type genModule struct {
	name   string
	locals [3]int
	cfg    map[string]int
	pieces []*piece
}

var pieceKinds = []string{"plain", "plain", "local", "mk", "co", "task", "handler", "timer", "command", "method"}

func generate(r *rand.Rand, name string) *genModule {
	m := &genModule{name: name, cfg: map[string]int{"a": r.IntN(9), "b": r.IntN(9)}}
	for i := range m.locals {
		m.locals[i] = r.IntN(5)
	}
	for i := range 5 + r.IntN(6) {
		kind := pieceKinds[r.IntN(len(pieceKinds))]
		p := &piece{kind: kind, key: fmt.Sprintf("%s%d", kind, i), exists: true}
		p.edit(r)
		m.pieces = append(m.pieces, p)
	}
	return m
}

func (p *piece) edit(r *rand.Rand) {
	p.k = r.IntN(90) + 1
	for i := range p.uses {
		p.uses[i] = r.IntN(2) == 0
	}
}

// edit changes one thing in a module.
func (m *genModule) edit(r *rand.Rand) {
	switch p := m.pieces[r.IntN(len(m.pieces))]; r.IntN(6) {
	case 0:
		m.locals[r.IntN(3)] = r.IntN(5)
	case 1:
		key := string(rune('a' + r.IntN(4)))
		if _, ok := m.cfg[key]; ok && r.IntN(2) == 0 {
			delete(m.cfg, key)
		} else {
			m.cfg[key] = r.IntN(9)
		}
	case 2:
		if p.kind == "plain" {
			p.exists = !p.exists
			return
		}
		p.edit(r)
	default:
		p.edit(r)
	}
}

// writer renders a module. As a reference it reads from the table E what an edit
// changes; with noise it adds comments and space and shuffles functions.
type writer struct {
	ref   bool
	noise *rand.Rand
	b     strings.Builder
}

func (w *writer) space() {
	if w.noise == nil {
		return
	}
	for range w.noise.IntN(3) {
		w.b.WriteString([]string{"\n", "-- function end\n", "--[[ local s0 = 5 ]]\n", "  \t", "--[==[ ]] if end ]==]", "\n\n"}[w.noise.IntN(6)])
	}
}

// body is what every function does: read its constant, count in the file's locals.
// enter goes to the start of the function, count where it is to have its effect.
func (w *writer) body(m *genModule, p *piece) (enter, count string) {
	if w.ref {
		enter = fmt.Sprintf("local e=E[%q] local k=e.k ", m.name+"."+p.key)
		for i := range p.uses {
			count += fmt.Sprintf("if e.u%d then s%d=s%d+k end ", i, i, i)
		}
		return enter, count
	}
	enter = fmt.Sprintf("local k=%d ", p.k)
	for i, on := range p.uses {
		if on {
			count += fmt.Sprintf("s%d=s%d+k ", i, i)
		}
	}
	return enter, count
}

func (w *writer) piece(m *genModule, p *piece) string {
	enter, count := w.body(m, p)
	log := fmt.Sprintf("LOG(%q,k", m.name+"."+p.key)
	switch p.kind {
	case "plain":
		return fmt.Sprintf("function M.%s(x) %s%s%s,x) M.cfg.a=(M.cfg.a or 0)+x%%2 return x*k end", p.key, enter, count, log)
	case "local":
		return fmt.Sprintf("local function h_%s(x) %s%s%s,x) return x+k end function M.%s(x) return h_%s(x) end", p.key, enter, count, log, p.key, p.key)
	case "mk":
		return fmt.Sprintf("function M.%s(x) local c=0 return function(y) %sc=c+k %s%s,x,y,c) return c end end", p.key, enter, count, log)
	case "co":
		return fmt.Sprintf("function M.%s(x) %sfor i=1,8 do %s%s,x,i) coroutine.yield() M.step(i) end %s,'end') end", p.key, enter, count, log, log)
	case "task":
		return fmt.Sprintf("function M.%s(x) %s%s,x) sleep(0.35) %s%s,x,'woke') end", p.key, enter, log, count, log)
	case "handler":
		return fmt.Sprintf("on('tick',function(n) %s%s%s,n) end)", enter, count, log)
	case "timer":
		return fmt.Sprintf("every(0.%d,function() %s%s%s) end)", 2+len(p.key)%5, enter, count, log)
	case "command":
		return fmt.Sprintf("command(%q,function(p,x) %s%s%s,x) return k end)", m.name+p.key, enter, count, log)
	}
	return fmt.Sprintf("function C:%s(x) %s%sself.v=self.v+k %s,self.v,x) return self end", p.key, enter, count, log)
}

func (w *writer) module(m *genModule) string {
	w.b.Reset()
	fmt.Fprintf(&w.b, "local M={} local C={} C.__index=C M.C=C\n")
	w.space()
	fmt.Fprintf(&w.b, "local s0=%d local s1=%d local s2=%d\n", m.locals[0], m.locals[1], m.locals[2])
	w.b.WriteString("M.cfg={")
	for _, k := range slices.Sorted(maps.Keys(m.cfg)) {
		fmt.Fprintf(&w.b, "%s=%d,", k, m.cfg[k])
	}
	w.b.WriteString("}\nfunction M.get() return s0,s1,s2 end function M.set(a,b,c) s0,s1,s2=a,b,c end function M.step(i) LOG('step',i,s0) end function C.new(v) return setmetatable({v=v},C) end\n")
	functions, registrations := []string{}, []string{}
	for _, p := range m.pieces {
		switch {
		case p.kind == "handler" || p.kind == "timer" || p.kind == "command":
			registrations = append(registrations, w.piece(m, p))
		case p.exists || w.ref:
			functions = append(functions, w.piece(m, p))
		}
	}
	if w.noise != nil {
		w.noise.Shuffle(len(functions), func(i, j int) { functions[i], functions[j] = functions[j], functions[i] })
	}
	for _, f := range append(functions, registrations...) {
		w.space()
		w.b.WriteString(f + "\n")
	}
	w.b.WriteString("return M\n")
	return w.b.String()
}

const genMain = `
LOGT={} E=E or {} GONE=GONE or {} HELD={} COS={} OBJ={}
function LOG(...) local t={...} for i=1,#t do t[i]=tostring(t[i]) end LOGT[#LOGT+1]=table.concat(t," ") end
function HAS(m,f) return MODS[m][f]~=nil and not GONE[m.."."..f] end
MODS={} for _,n in ipairs{"m0","m1","m2"} do MODS[n]=require(n) end`

// propWorld is one of the two worlds.
type propWorld struct {
	t  *testing.T
	s  *State
	at float64
}

func newPropWorld(t *testing.T, seed uint64, files map[string][]byte, setup string) *propWorld {
	files["main.lua"] = []byte(setup + genMain)
	s, err := New(Options{Name: "prop", Release: NewRelease(1, files), Entry: []string{"main"}, Seed: seed,
		OnFault: func(f Fault) { t.Errorf("fault: %s\n%s", f.Message, f.Traceback) }})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(s.Close)
	return &propWorld{t: t, s: s}
}

// play runs a tick's script and gives what it has logged.
func (w *propWorld) play(code string) string {
	w.at += 0.1
	w.s.Emit("tick", lua.LNumber(w.at))
	do(w.t, w.s, code+" return 0")
	w.s.Advance(w.at)
	return fmt.Sprint(do(w.t, w.s, `(function() local s=table.concat(LOGT,"\n") LOGT={} return s end)()`)[0])
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
		case "command":
			fmt.Fprintf(&b, "LOG('cmd',command[%q](0,%d)) ", m.name+p.key, x)
		case "method":
			fmt.Fprintf(&b, "OBJ[%q]=OBJ[%q] or MODS.%s.C.new(%d) OBJ[%q]:%s(%d) ", m.name, m.name, m.name, x, m.name, p.key, x)
		}
	}
	for _, m := range mods {
		fmt.Fprintf(&b, "LOG(%q,MODS.%s.get()) ", m.name, m.name)
		fmt.Fprintf(&b, "do local c=MODS.%s.cfg LOG('cfg',tostring(c.a),tostring(c.b),tostring(c.c),tostring(c.d)) end ", m.name)
	}
	return b.String()
}

// refTables writes the tables that the reference world reads for a module.
func refTables(m *genModule) string {
	var b strings.Builder
	for _, p := range m.pieces {
		key := m.name + "." + p.key
		if p.exists { // of one that is deleted, holders keep the last code
			fmt.Fprintf(&b, "E[%q]={k=%d,u0=%v,u1=%v,u2=%v} ", key, p.k, p.uses[0], p.uses[1], p.uses[2])
		}
		fmt.Fprintf(&b, "GONE[%q]=%v ", key, !p.exists)
	}
	return b.String()
}

// mergeScript is the three-way merge of a module's state, in Lua.
func mergeScript(old, new *genModule) string {
	var b strings.Builder
	fmt.Fprintf(&b, "do local M=MODS.%s local s={M.get()} ", new.name)
	for i := range new.locals {
		if old.locals[i] != new.locals[i] {
			fmt.Fprintf(&b, "if s[%d]==%d then s[%d]=%d end ", i+1, old.locals[i], i+1, new.locals[i])
		}
	}
	b.WriteString("M.set(s[1],s[2],s[3]) ")
	text := func(m *genModule, k string) string {
		if v, ok := m.cfg[k]; ok {
			return strconv.Itoa(v)
		}
		return "nil"
	}
	for _, k := range []string{"a", "b", "c", "d"} {
		if o, n := text(old, k), text(new, k); o != n {
			fmt.Fprintf(&b, "if M.cfg.%s==%s then M.cfg.%s=%s end ", k, o, k, n)
		}
	}
	b.WriteString("end ")
	return b.String()
}

func (m *genModule) clone() *genModule {
	c := *m
	c.cfg = maps.Clone(m.cfg)
	c.pieces = nil
	for _, p := range m.pieces {
		q := *p
		c.pieces = append(c.pieces, &q)
	}
	return &c
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
	g := NewStager(live.s.opts)
	for tick := range 50 {
		code := tickScript(r, mods)
		got, want := live.play(code), still.play(code)
		if got != want {
			t.Fatalf("tick %d, release %d:\n%s\n--- this tick:\n%s\n--- m0 now:\n%s", tick, live.s.release.Number, diffLines(got, want), code, live.s.release.Files["m0.lua"].Source)
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
				do(t, still.s, mergeScript(m, next)+refTables(next)+" return 0")
				mods[i], m = next, next
			}
			changed[m.name+".lua"] = []byte((&writer{noise: r}).module(m))
		}
		propReload(t, live.s, g, changed, edits)
	}
	propFresh(t, live.s, mods)
}

// propReload applies a batch, and checks that the plan was what the commit did.
func propReload(t *testing.T, s *State, g *Stager, changed map[string][]byte, edits bool) {
	t.Helper()
	to := s.release.With(s.release.Number+1, changed)
	st, err := g.Stage(s.release, to, s.Modules())
	if err != nil {
		t.Fatal(err)
	}
	plan, err := s.Plan(st)
	if err != nil {
		t.Fatal(err)
	}
	report, err := s.Commit(st)
	if err != nil {
		t.Fatal(err)
	}
	// Who holds a deleted function is looked up by the plan only: it walks the heap.
	plan.Warnings = slices.DeleteFunc(plan.Warnings, func(w Warning) bool { return w.Code == "W-DELETED" })
	if len(plan.Warnings)+len(report.Warnings) == 0 {
		plan.Warnings, report.Warnings = nil, nil
	}
	if !reflect.DeepEqual(plan, report) {
		t.Fatalf("the plan said\n%+v\nthe commit did\n%+v", plan, report)
	}
	g.Adopt(st)
	for _, w := range report.Warnings {
		switch w.Code {
		case "W-STATE-KEPT", "W-DELETED", "W-FRAME-OLD":
			if edits {
				continue
			}
		}
		t.Fatalf("an unexpected warning: %s\n%s", w, changed["m0.lua"])
	}
}

// propFresh asks a State that boots the last release for what its functions
// return, where that depends on code alone.
func propFresh(t *testing.T, s *State, mods []*genModule) {
	fresh, err := New(Options{Name: "fresh", Release: s.release, Entry: []string{"main"}})
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
			if a, b := do(t, s, code), do(t, fresh, code); !reflect.DeepEqual(a, b) {
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
