package reload

import (
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
	"strconv"
	"strings"
)

// piece is one function of a generated module, with what an edit may change.
type piece struct {
	kind, key string
	k         int
	uses      [3]bool // which of the file's locals it writes
	exists    bool
	extra     bool // an object has one more method, a helper one more handler
	wide      bool // an object's method uses one more of its private locals
}

// genModule is a generated file.
type genModule struct {
	name   string
	locals [3]int
	cfg    map[string]int
	ids    map[int]int
	pieces []*piece
}

var pieceKinds = []string{"plain", "plain", "local", "mk", "co", "task", "handler", "timer", "command", "method", "object", "object", "setup"}

// someIds are keys that make no list: without 1 there is none.
var someIds = []int{-2, 0, 2, 3, 34, 587, 70000}

func generate(r *rand.Rand, name string) *genModule {
	m := &genModule{name: name, cfg: map[string]int{"a": r.IntN(9), "b": r.IntN(9)}, ids: map[int]int{34: r.IntN(9), 587: r.IntN(9)}}
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
	p.extra, p.wide = r.IntN(2) == 0, r.IntN(2) == 0
}

// edit changes one thing in a module.
func (m *genModule) edit(r *rand.Rand) {
	switch p := m.pieces[r.IntN(len(m.pieces))]; r.IntN(7) {
	case 6:
		id := someIds[r.IntN(len(someIds))]
		if _, ok := m.ids[id]; ok && r.IntN(2) == 0 {
			delete(m.ids, id)
		} else {
			m.ids[id] = r.IntN(9)
		}
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
	case "object":
		return w.object(p, enter, count, log)
	case "setup":
		ask := fmt.Sprintf("on('ask',function() LOG(%q,'ask',n) end) ", p.key)
		if w.ref {
			ask = fmt.Sprintf("on('ask',function() if E[%q].x then LOG(%q,'ask',n) end end) ", m.name+"."+p.key, p.key)
		} else if !p.extra {
			ask = ""
		}
		return fmt.Sprintf("local function setup_%s() local n=0 on('tick',function(t) %s%sn=n+k %s,t,n) end) %send setup_%s()", p.key, enter, count, log, ask, p.key)
	case "command":
		return fmt.Sprintf("command(%q,function(p,x) %s%s%s,x) return k end)", m.name+p.key, enter, count, log)
	}
	return fmt.Sprintf("function C:%s(x) %s%sself.v=self.v+k %s,self.v,x) return self end", p.key, enter, count, log)
}

// object is a factory and two objects of closures that it makes. One method comes and
// goes, another one uses more or fewer of the private locals.
func (w *writer) object(p *piece, enter, count, log string) string {
	wide, get := "mp=mp+1 hp=hp+mp ", fmt.Sprintf("function o.get() %s%s,'get',hp,mp) return hp end ", enter, log)
	switch {
	case w.ref:
		wide = "if e.w then " + wide + "end "
	default:
		if !p.wide {
			wide = ""
		}
		if !p.extra {
			get = ""
		}
	}
	return fmt.Sprintf("local function new_%[1]s() local hp,mp=0,0 local o={} function o.hit(x) %[2]s%[3]shp=hp+k %[4]s%[5]s,x,hp) return hp end function o.charge() mp=mp+1 end %[6]sreturn o end M.%[1]s=new_%[1]s() M.%[1]s_b=new_%[1]s()",
		p.key, enter, count, wide, log, get)
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
	w.b.WriteString("}\nM.ids={")
	for _, id := range slices.Sorted(maps.Keys(m.ids)) {
		fmt.Fprintf(&w.b, "[%d]=%d,", id, m.ids[id])
	}
	w.b.WriteString("}\nfunction M.get() return s0,s1,s2 end function M.set(a,b,c) s0,s1,s2=a,b,c end function M.step(i) LOG('step',i,s0) end function C.new(v) return setmetatable({v=v},C) end\n")
	functions, registrations := []string{}, []string{}
	for _, p := range m.pieces {
		switch {
		case p.kind == "handler" || p.kind == "setup" || p.kind == "timer" || p.kind == "command":
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

// refTables writes the tables that the reference world reads for a module.
func refTables(m *genModule) string {
	var b strings.Builder
	for _, p := range m.pieces {
		key := m.name + "." + p.key
		if p.exists { // of one that is deleted, holders keep the last code
			fmt.Fprintf(&b, "E[%q]={k=%d,u0=%v,u1=%v,u2=%v,x=%v,w=%v} ", key, p.k, p.uses[0], p.uses[1], p.uses[2], p.extra, p.wide)
		}
		fmt.Fprintf(&b, "GONE[%q]=%v ", key+".get", !p.extra)
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
	for _, k := range []string{"a", "b", "c", "d"} {
		if o, n := textOf(old.cfg, k), textOf(new.cfg, k); o != n {
			fmt.Fprintf(&b, "if M.cfg.%s==%s then M.cfg.%s=%s end ", k, o, k, n)
		}
	}
	for _, id := range someIds {
		if o, n := textOf(old.ids, id), textOf(new.ids, id); o != n {
			fmt.Fprintf(&b, "if M.ids[%d]==%s then M.ids[%d]=%s end ", id, o, id, n)
		}
	}
	b.WriteString("end ")
	return b.String()
}

// textOf writes the value of a key, nil where there is none.
func textOf[K comparable](m map[K]int, k K) string {
	if v, ok := m[k]; ok {
		return strconv.Itoa(v)
	}
	return "nil"
}

func (m *genModule) clone() *genModule {
	c := *m
	c.cfg, c.ids = maps.Clone(m.cfg), maps.Clone(m.ids)
	c.pieces = nil
	for _, p := range m.pieces {
		q := *p
		c.pieces = append(c.pieces, &q)
	}
	return &c
}
