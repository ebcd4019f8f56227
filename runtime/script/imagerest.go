package script

import (
	"maps"
	"slices"
	"weak"

	lua "github.com/yuin/gopher-lua"

	"hotshard/runtime/script/image"
	"hotshard/runtime/script/vm"
)

// The records of writeRest.
const (
	restEnd = iota
	restStale
	restFrozen
	restUpgrade
	restFailing
)

// writeRest writes all objects, and with each what the State keeps for it alone.
func (c *codec) writeRest(w *image.Writer) {
	w.Rest()
	for n := 0; n < w.Len(); n++ {
		switch v := w.Numbered(n).(type) {
		case *lua.FunctionProto:
			c.writeOfCode(w, v)
		case *lua.LTable:
			if u := c.s.upgrades[v]; u != nil {
				w.Count(restUpgrade)
				w.Object(u)
			}
		}
		w.Rest()
	}
	c.writeFailing(w)
	w.Count(restEnd)
	c.writePool(w)
	w.Rest()
	c.writeWeak(w)
	w.Rest()
}

// writeOfCode writes what is kept of code that is not, or no longer, a function's.
func (c *codec) writeOfCode(w *image.Writer, p *lua.FunctionProto) {
	defer w.Code()()
	if c.own[p] != nil || wrapperOf(p) != "" {
		return
	}
	if sl := c.s.slots.staleOf(p); sl != nil {
		w.Count(restStale)
		w.Object(p)
		w.Object(sl)
	}
	if fz := c.s.slots.frozen[p]; fz != nil {
		w.Count(restFrozen)
		w.Object(p)
		w.Object(fz.Function)
		w.Bool(fz.Decl != nil)
		if fz.Decl != nil {
			c.writeDecl(w, fz.Decl.Unit, fz.Decl.ID)
		}
		w.Int(int64(fz.Release))
	}
}

func (c *codec) readRest(r *image.Reader) {
	r.Rest()
	for {
		switch r.Small(restFailing) {
		case restEnd:
			c.readPool(r)
			r.Rest()
			c.readWeak(r)
			r.Rest()
			return
		case restStale:
			p, sl := image.Needed[lua.FunctionProto](r), image.Needed[Slot](r)
			if c.s.slots.stale == nil {
				c.s.slots.stale = map[weak.Pointer[lua.FunctionProto]]*Slot{}
			}
			c.s.slots.stale[weak.Make(p)] = sl
		case restFrozen:
			c.readFrozen(r)
		case restUpgrade:
			image.Needed[upgrade](r)
		case restFailing:
			c.readFailing(r)
		}
		r.Rest()
	}
}

func (c *codec) readFrozen(r *image.Reader) {
	p, fz := image.Needed[lua.FunctionProto](r), &FrozenCode{Function: image.Needed[Function](r)}
	if r.Bool() {
		u, id := c.readDecl(r)
		if u == nil || id >= len(u.Decls) {
			r.Fail("a function that its file does not have")
			return
		}
		fz.Decl = u.Decls[id]
	}
	fz.Release = int(r.Int())
	c.s.slots.addFrozen(p, fz)
}

// writePool writes the coroutines that tasks have left. One that nobody knows is
// written as a number: a new one does as well.
func (c *codec) writePool(w *image.Writer) {
	w.Count(len(c.s.pool))
	for _, t := range c.s.pool {
		if w.Has(t.th) || c.s.m.Shown(t.th) != 0 {
			w.Value(t.th)
		} else {
			w.Value(lua.LNil)
		}
	}
}

func (c *codec) readPool(r *image.Reader) {
	for range r.Count() {
		th := r.Thread()
		if th != nil {
			th.Panic = c.s.panicWithTrace
			c.s.threads.add(th)
		}
		c.s.pool = append(c.s.pool, &Task{th: th})
	}
}

// writeWeak writes what the State keeps without holding on to it, by the objects'
// numbers.
func (c *codec) writeWeak(w *image.Writer) {
	s := c.s
	writeNumbers(w, c.coroutines(w))
	c.writeShown(w)
	for n := range w.Len() {
		if u, ok := w.Numbered(n).(*upgrade); ok {
			writeNumbers(w, numbersOf(w, u.fresh))
		}
	}
	if s.reloads != nil {
		s.reloads.WriteRest(w)
	}
	c.writeOwned(w)
	t, at := s.m.Walked()
	w.Bool(t != nil && w.Has(t))
	if t != nil && w.Has(t) {
		w.Uint(w.Number(t))
		w.Count(at)
	}
}

// coroutines are the numbers of those that scripts have made themselves, in the order of
// their making.
func (c *codec) coroutines(w *image.Writer) []uint64 {
	s := c.s
	tasks := map[*lua.LState]bool{}
	for t := range s.alive {
		tasks[t.th] = true
	}
	for _, t := range s.pool {
		tasks[t.th] = true
	}
	var out []uint64
	s.threads.each(func(th *lua.LState) {
		if !tasks[th] && w.Has(th) {
			out = append(out, w.Number(th))
		}
	})
	return out
}

// writeShown writes the numbers by which tostring has shown what is there.
func (c *codec) writeShown(w *image.Writer) {
	shown := map[uint64]lua.LValue{}
	c.s.m.EachShown(func(v lua.LValue, number uint64) {
		if w.Has(v) || c.Name(v) != "" {
			shown[number] = v
		}
	})
	w.Count(len(shown))
	for _, number := range slices.Sorted(maps.Keys(shown)) {
		w.Uint(number)
		w.Value(shown[number])
	}
}

// numbersOf are the numbers of those of a set of tables that have one, in order.
func numbersOf(w *image.Writer, set map[weak.Pointer[lua.LTable]]struct{}) []uint64 {
	var out []uint64
	for p := range set {
		if t := p.Value(); t != nil && w.Has(t) {
			out = append(out, w.Number(t))
		}
	}
	slices.Sort(out)
	return out
}

func writeNumbers(w *image.Writer, numbers []uint64) {
	w.Count(len(numbers))
	for _, n := range numbers {
		w.Uint(n)
	}
}

// writeOwned writes the tables that code which may only look has made itself.
func (c *codec) writeOwned(w *image.Writer) {
	for n := range w.Len() {
		if t, ok := w.Numbered(n).(*Task); ok && !t.ended && t.readonly != nil {
			var owned []uint64
			for table := range t.readonly.Owned {
				if w.Has(table) {
					owned = append(owned, w.Number(table))
				}
			}
			slices.Sort(owned)
			writeNumbers(w, owned)
		}
	}
}

func (c *codec) readWeak(r *image.Reader) {
	s := c.s
	for range r.Count() {
		if th := image.Numbered[*lua.LState](r); th != nil {
			s.threads.add(th)
		}
	}
	for range r.Count() {
		number := r.Uint()
		s.m.SetShown(r.Value(), number)
	}
	for n := range r.Len() {
		if u, ok := r.Object(n).(*upgrade); ok {
			for range r.Count() {
				if t := image.Numbered[*lua.LTable](r); t != nil {
					u.mark(t)
				}
			}
		}
	}
	if s.reloads != nil {
		s.reloads.ReadRest(r)
	}
	for n := range r.Len() {
		if t, ok := r.Object(n).(*Task); ok && t.readonly != nil {
			for range r.Count() {
				t.readonly.Owned[image.Numbered[*lua.LTable](r)] = true
			}
		}
	}
	c.thawedData(r)
	if r.Bool() {
		if t := image.Numbered[*lua.LTable](r); t != nil {
			s.m.SetWalked(t, int(r.Uint()))
		}
	}
}

// thawedData tells the host of the tables that may show its data.
func (c *codec) thawedData(r *image.Reader) {
	host, ok := c.s.host.(DataHost)
	others := vm.OtherClosed()
	for n := 0; ok && n < r.Len(); n++ {
		if t, isTable := r.Object(n).(*lua.LTable); isTable {
			if mt, isMeta := t.Metatable.(*lua.LTable); isMeta && slices.Contains(others, mt) {
				host.Thawed(t)
			}
		}
	}
}
