package script

import (
	"maps"
	"slices"

	lua "github.com/yuin/gopher-lua"

	"hotshard/runtime/script/code"
	"hotshard/runtime/script/image"
	"hotshard/runtime/script/stdlib"
	"hotshard/runtime/script/vm"
)

// The kinds of objects in an image of a State. Their numbers are part of its format.
const (
	kindSlotCode = iota
	kindText
	kindWrapper
	kindCopy
	kindOtherSlot
	kindForwarder
	kindSlot
	kindFunction
	kindOldFunction
	kindVariable
	kindOldVariable
	kindModule
	kindOldModule
	kindRegistration
	kindTask
	kindWait
	kindNamedTask
	kindTaskTick
	kindTaskStop
	kindRefusal
	kindRefusalText
	kindUpgrade
	kindWrap
	kindMatches
	kinds

	// FirstKind is the first that a host may give to its own.
	FirstKind = 64
)

// codec writes a State and makes it again. Everything that an image asks about a State
// it answers.
type codec struct {
	s     *State
	kinds [kinds]image.Kind

	// of the one that writes
	names    map[lua.LValue]string
	wrapped  map[*Function]string
	standing map[*lua.LFunction]*lua.LFunction
	own      map[*lua.FunctionProto]*Slot
	saved    map[*lua.FunctionProto]bool
	places   map[*Variable]variablePlaceID

	// of the one that reads
	values  map[string]lua.LValue
	sources map[sourceKey]*source
	reloads func() ReloadState
}

// variablePlaceID is where a variable stands that its module has.
type variablePlaceID struct {
	mod *Module
	id  int
}

func newCodec(s *State) *codec {
	c := &codec{s: s, saved: map[*lua.FunctionProto]bool{}, sources: map[sourceKey]*source{}}
	c.codeKinds()
	c.moduleKinds()
	c.taskKinds()
	c.wordKinds()
	for i := range c.kinds {
		c.kinds[i].ID, c.kinds[i].Code = uint64(i), i <= kindOldModule
	}
	return c
}

// Kind says how a Go object is written.
func (c *codec) Kind(v any) *image.Kind {
	switch v := v.(type) {
	case *lua.FunctionProto:
		return c.codeKind(v)
	case *Slot:
		return &c.kinds[kindSlot]
	case *Function:
		if c.current(v) {
			return &c.kinds[kindFunction]
		}
		return &c.kinds[kindOldFunction]
	case *Variable:
		if _, ok := c.place(v); ok {
			return &c.kinds[kindVariable]
		}
		return &c.kinds[kindOldVariable]
	case *Module:
		if c.s.modules.byName[v.Name] == v {
			return &c.kinds[kindModule]
		}
		return &c.kinds[kindOldModule]
	case *Registration:
		return &c.kinds[kindRegistration]
	case *Task:
		return &c.kinds[kindTask]
	case *Wait:
		return &c.kinds[kindWait]
	case *NamedTask:
		return &c.kinds[kindNamedTask]
	case *taskTick:
		return &c.kinds[kindTaskTick]
	case *taskStop:
		return &c.kinds[kindTaskStop]
	case *code.Refusal:
		return &c.kinds[kindRefusal]
	case *refusalText:
		return &c.kinds[kindRefusalText]
	case *upgrade:
		return &c.kinds[kindUpgrade]
	case *vm.Wrap:
		return &c.kinds[kindWrap]
	case *stdlib.Matches:
		return &c.kinds[kindMatches]
	}
	if c.s.opts.Kinds != nil {
		return c.s.opts.Kinds.Of(v)
	}
	return nil
}

// thawing is a codec as a Reader asks it.
type thawing struct{ *codec }

func (t thawing) Main() *lua.LState { return t.s.l }

func (t thawing) Kind(id uint64) *image.Kind {
	switch {
	case id < kinds:
		return &t.kinds[id]
	case id >= FirstKind && t.s.opts.Kinds != nil:
		return t.s.opts.Kinds.Numbered(id)
	}
	return nil
}

// current says whether a function is one that its module has.
func (c *codec) current(f *Function) bool {
	m, d := f.Module, f.Decl
	return m != nil && c.s.modules.byName[m.Name] == m && d.Unit == m.Unit && d.ID < len(m.Functions) && m.Functions[d.ID] == f
}

func (c *codec) place(v *Variable) (variablePlaceID, bool) {
	if c.places == nil {
		c.places = map[*Variable]variablePlaceID{}
		for _, m := range c.s.modules.order {
			for id, v := range m.Variables {
				if v != nil {
					c.places[v] = variablePlaceID{m, id}
				}
			}
		}
	}
	at, ok := c.places[v]
	return at, ok
}

func (c *codec) writeFunction(w *image.Writer, f *Function) {
	w.Count(slices.Index(c.s.modules.order, f.Module))
	w.Count(f.Decl.ID)
}

func (c *codec) readFunction(r *image.Reader) *Function {
	m, id := c.readModule(r), r.Uint()
	if m == nil || id >= uint64(len(m.Functions)) || m.Functions[id] == nil {
		r.Fail("a function that its module does not have")
		return nil
	}
	return m.Functions[id]
}

func (c *codec) readModule(r *image.Reader) *Module {
	n := r.Uint()
	if n >= uint64(len(c.s.modules.order)) {
		r.Fail("module %d of %d", n, len(c.s.modules.order))
		return nil
	}
	return c.s.modules.order[n]
}

// moduleKinds are the kinds of what the reload engine knows of modules: what they have
// is named by its place, what earlier versions had is written.
func (c *codec) moduleKinds() {
	c.kinds[kindFunction] = image.Kind{Name: "a function",
		Meet: func(w *image.Writer, v any) { c.writeFunction(w, v.(*Function)) },
		Make: func(r *image.Reader) any { return c.readFunction(r) }}
	c.kinds[kindOldFunction] = image.Kind{Name: "a function that is gone",
		Make:  func(*image.Reader) any { return &Function{} },
		Write: func(w *image.Writer, v any) { c.writeOldFunction(w, v.(*Function)) },
		Fill:  func(r *image.Reader, v any) { c.readOldFunction(r, v.(*Function)) }}
	c.kinds[kindVariable] = image.Kind{Name: "a variable",
		Meet: func(w *image.Writer, v any) {
			at, _ := c.place(v.(*Variable))
			w.Count(slices.Index(c.s.modules.order, at.mod))
			w.Count(at.id)
		},
		Make: func(r *image.Reader) any {
			m, id := c.readModule(r), r.Uint()
			if m == nil || id >= uint64(len(m.Unit.Vars)) {
				r.Fail("a variable that its module does not have")
				return nil
			}
			return m.Variable(m.Unit.Vars[id])
		}}
	c.kinds[kindOldVariable] = image.Kind{Name: "a variable that is gone",
		Make: func(*image.Reader) any { return &Variable{} },
		Write: func(w *image.Writer, v any) {
			o := v.(*Variable)
			c.writeDecl(w, o.Decl.Unit(), o.Decl.ID)
			w.Cell(o.Cell)
		},
		Fill: func(r *image.Reader, v any) {
			o := v.(*Variable)
			u, id := c.readDecl(r)
			if u == nil || id >= len(u.Vars) {
				r.Fail("a variable that its file does not have")
				return
			}
			o.Decl, o.Cell = u.Vars[id], r.Cell()
		}}
	c.kinds[kindModule] = image.Kind{Name: "a module",
		Meet: func(w *image.Writer, v any) { w.Count(slices.Index(c.s.modules.order, v.(*Module))) },
		Make: func(r *image.Reader) any { return c.readModule(r) }}
	c.kinds[kindOldModule] = image.Kind{Name: "a module that is gone",
		Make: func(*image.Reader) any { return &Module{} },
		Write: func(w *image.Writer, v any) {
			m := v.(*Module)
			w.Text(m.Name)
			c.writeDecl(w, m.Unit, 0)
			w.Count(m.seq)
		},
		Fill: func(r *image.Reader, v any) {
			m := v.(*Module)
			m.Name = r.Text()
			m.Unit, _ = c.readDecl(r)
			m.seq = r.Small(maxModules)
			if m.Unit != nil {
				o, _ := vm.OriginOf(m.Unit.Decls[0].Proto)
				m.File = code.NewFile(m.Unit.Path, []byte(o.Text))
			}
		}}
	c.kinds[kindSlot] = image.Kind{Name: "what a function was",
		Make:  func(*image.Reader) any { return &Slot{} },
		Write: func(w *image.Writer, v any) { c.writeSlot(w, v.(*Slot)) },
		Fill:  func(r *image.Reader, v any) { c.readSlot(r, v.(*Slot)) }}
}

// maxModules bounds how many modules a State has ever loaded.
const maxModules = 1 << 24

func (c *codec) writeOldFunction(w *image.Writer, f *Function) {
	w.Object(f.Module)
	c.writeDecl(w, f.Decl.Unit, f.Decl.ID)
	w.Bool(f.Slot != nil)
	if f.Slot != nil {
		w.Object(f.Slot)
		w.Object(f.Slot.Proto)
	}
}

func (c *codec) readOldFunction(r *image.Reader, f *Function) {
	f.Module = image.Object[Module](r)
	u, id := c.readDecl(r)
	if r.Bool() {
		f.Slot = image.Needed[Slot](r)
		f.Slot.Proto = image.Needed[lua.FunctionProto](r)
	}
	if u == nil || id >= len(u.Decls) || f.Module == nil {
		r.Fail("a function that its file does not have")
		return
	}
	f.Decl = u.Decls[id]
}

func (c *codec) writeSlot(w *image.Writer, sl *Slot) {
	w.Object(sl.Function)
	c.writeVariables(w, sl.Layout)
	w.Bool(sl.past != nil)
	if sl.past == nil {
		return
	}
	c.writeVariables(w, sl.past.extras)
	if sl.past.saved != nil {
		c.saved[sl.past.saved] = true
	}
	w.Object(sl.past.saved)
}

func (c *codec) readSlot(r *image.Reader, sl *Slot) {
	sl.Function, sl.Layout = image.Object[Function](r), c.readVariables(r)
	if r.Bool() {
		sl.past = &slotPast{extras: c.readVariables(r), saved: image.Object[lua.FunctionProto](r)}
	}
	if sl.Function == nil {
		r.Fail("what nothing was")
	}
}

func (c *codec) writeVariables(w *image.Writer, list []*Variable) {
	w.Count(len(list))
	for _, v := range list {
		w.Object(v)
	}
}

func (c *codec) readVariables(r *image.Reader) []*Variable {
	n := r.Count()
	var out []*Variable
	for range n {
		v := image.Object[Variable](r)
		if v == nil {
			r.Fail("a place for no variable")
			return nil
		}
		out = append(out, v)
	}
	return out
}

// wordKinds are the kinds of what functions of the library hold.
func (c *codec) wordKinds() {
	c.kinds[kindTaskTick] = image.Kind{Name: "the tick of a named task",
		Make:  func(*image.Reader) any { return &taskTick{} },
		Write: func(w *image.Writer, v any) { w.Object(v.(*taskTick).NamedTask) },
		Fill:  func(r *image.Reader, v any) { v.(*taskTick).NamedTask = image.Needed[NamedTask](r) }}
	c.kinds[kindTaskStop] = image.Kind{Name: "the stop of a named task",
		Make:  func(*image.Reader) any { return &taskStop{} },
		Write: func(w *image.Writer, v any) { w.Object(v.(*taskStop).NamedTask) },
		Fill:  func(r *image.Reader, v any) { v.(*taskStop).NamedTask = image.Needed[NamedTask](r) }}
	c.kinds[kindRefusal] = image.Kind{Name: "a refusal",
		Make: func(*image.Reader) any { return &code.Refusal{} },
		Write: func(w *image.Writer, v any) {
			f := v.(*code.Refusal)
			for _, text := range []string{f.Code, f.Subject, f.File, f.Message, f.Trace} {
				w.Text(text)
			}
			w.Int(int64(f.Line))
		},
		Fill: func(r *image.Reader, v any) {
			*v.(*code.Refusal) = code.Refusal{Code: r.Text(), Subject: r.Text(), File: r.Text(), Message: r.Text(), Trace: r.Text(), Line: int(r.Int())}
		}}
	c.kinds[kindRefusalText] = image.Kind{Name: "the text of a refusal",
		Make:  func(*image.Reader) any { return &refusalText{} },
		Write: func(w *image.Writer, v any) { w.Object(v.(*refusalText).Refusal) },
		Fill:  func(r *image.Reader, v any) { v.(*refusalText).Refusal = image.Needed[code.Refusal](r) }}
	c.kinds[kindWrap] = image.Kind{Name: "a wrapped coroutine",
		Make:  func(*image.Reader) any { return &vm.Wrap{} },
		Write: func(w *image.Writer, v any) { w.Value(v.(*vm.Wrap).Co) },
		Fill: func(r *image.Reader, v any) {
			if v.(*vm.Wrap).Co = r.Thread(); v.(*vm.Wrap).Co == nil {
				r.Fail("a function that resumes nothing")
			}
		}}
	c.kinds[kindMatches] = image.Kind{Name: "a traversal by gmatch",
		Make: func(*image.Reader) any { return stdlib.NewMatches(engine{}, "", "", 0) },
		Write: func(w *image.Writer, v any) {
			m := v.(*stdlib.Matches)
			w.Text(m.Text)
			w.Text(m.Pattern)
			w.Count(m.At)
		},
		Fill: func(r *image.Reader, v any) {
			m := v.(*stdlib.Matches)
			m.Text, m.Pattern = r.Text(), r.Text()
			m.At = r.Small(len(m.Text) + 1)
		}}
	c.kinds[kindUpgrade] = image.Kind{Name: "an upgrade of a class",
		Make: func(*image.Reader) any { return &upgrade{} },
		Write: func(w *image.Writer, v any) {
			u := v.(*upgrade)
			w.Value(u.class)
			w.Value(u.fn)
			w.Value(u.index)
			w.Value(u.hook)
			w.Int(int64(u.from))
			w.Bool(c.s.upgrades[u.class] == u)
		},
		Fill: func(r *image.Reader, v any) {
			u := v.(*upgrade)
			u.class, u.fn, u.index, u.hook, u.from = r.Table(), r.Function(), r.Value(), r.Function(), int(r.Int())
			if u.class == nil || u.fn == nil || u.hook == nil {
				r.Fail("an upgrade of nothing")
				return
			}
			u.renew()
			if r.Bool() {
				c.s.noteUpgrade(u)
			}
		}}
}

func sortedKeys[V any](m map[string]V) []string { return slices.Sorted(maps.Keys(m)) }
