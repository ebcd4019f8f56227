package script

import (
	"fmt"
	"slices"

	lua "github.com/yuin/gopher-lua"

	"hotshard/runtime/script/code"
	"hotshard/runtime/script/image"
	"hotshard/runtime/script/vm"
)

// Code is never written: it is compiled again of its text, and so an image cannot bring
// code that the compiler has not made. A text that the release has is named by its
// path; others, of releases before or given to loadstring, are in the image.

// wrapper is what the engine runs in place of, or before, a script's code.
type wrapper struct {
	name  string
	proto *lua.FunctionProto
}

// The engine's own pieces of Lua that can stand on a suspended stack. Behind those of
// gauges and traces nobody is left who measures: what they call hands its results on.
var wrappers = []wrapper{
	{"task", enterProto},
	{"gauge", mustWrapper(gaugeSource, map[string]lua.LValue{enterMark: passFn, leaveMark: dropFirstFn})},
	{"trace", mustWrapper(traceSource, map[string]lua.LValue{enterMark: passFn})},
}

// dropFirstFn hands on its arguments but for the first.
var dropFirstFn = &lua.LFunction{IsG: true, GFunction: func(L *lua.LState) int { return max(0, L.GetTop()-1) }}

func mustWrapper(source string, marks map[string]lua.LValue) *lua.FunctionProto {
	p, err := compileWith(shimName, source, marks)
	if err != nil {
		panic(err) // the source is ours and constant
	}
	return p
}

// wrapperOf says which of the engine's pieces a prototype is, "" for none.
func wrapperOf(p *lua.FunctionProto) string {
	for _, w := range wrappers {
		if w.proto == p {
			return w.name
		}
	}
	for _, k := range p.Constants {
		if fn, ok := k.(*lua.LFunction); ok {
			switch vm.CallableOf(fn).(type) {
			case *gauged:
				return "gauge"
			case *tracing:
				return "trace"
			}
		}
	}
	return ""
}

// Standing is what runs in a suspended frame: a function under a gauge or a trace runs
// the wrapper there.
func (c *codec) Standing(fn *lua.LFunction) *lua.LFunction {
	if fn.IsG || len(c.wrapped) == 0 {
		return fn
	}
	sl := c.s.slots.slotOf(fn.Proto)
	if sl == nil || c.wrapped[sl.Function] == "" {
		return fn
	}
	if c.standing[fn] == nil {
		c.standing[fn] = &lua.LFunction{Env: fn.Env, Proto: wrapperNamed(c.wrapped[sl.Function])}
	}
	return c.standing[fn]
}

// Code is the prototype that another one stands for: one that all States share, and the one
// for a function's own code while a gauge or a trace is on.
func (c *codec) Code(p *lua.FunctionProto) *lua.FunctionProto {
	p = c.s.m.Moved(p)
	if sl := c.own[p]; sl != nil {
		return sl.Proto
	}
	return p
}

func wrapperNamed(name string) *lua.FunctionProto {
	for _, w := range wrappers {
		if w.name == name {
			return w.proto
		}
	}
	return nil
}

// noteWrapped notes the functions that run a wrapper for the time being, and what
// stands for their own code meanwhile.
func (c *codec) noteWrapped() {
	c.wrapped, c.standing, c.own = map[*Function]string{}, map[*lua.LFunction]*lua.LFunction{}, map[*lua.FunctionProto]*Slot{}
	if g := c.s.gauge; g != nil {
		for f, d := range g.on {
			c.wrapped[f] = "gauge"
			c.own[d.saved] = f.Slot
			for _, p := range d.pinned {
				c.own[p] = f.Slot
			}
		}
	}
	for f, tr := range c.s.traces {
		c.wrapped[f] = "trace"
		c.own[tr.saved] = f.Slot
		for p, fz := range c.s.slots.frozen { // of frames that were suspended when it was traced
			if fz.Function == f && fz.Decl == nil && wrapperOf(p) == "" {
				c.own[p] = f.Slot
			}
		}
	}
}

// codeKind is how a prototype is written: by where it stands.
func (c *codec) codeKind(p *lua.FunctionProto) *image.Kind {
	if sl := c.s.slots.table.get(p); sl != nil {
		if f := sl.Function; f.Slot == sl && c.current(f) {
			return &c.kinds[kindSlotCode]
		}
		return &c.kinds[kindOtherSlot]
	}
	switch {
	case wrapperOf(p) != "" || c.waitName(p) != "":
		return &c.kinds[kindWrapper]
	case forwardSlot(p) != nil:
		return &c.kinds[kindForwarder]
	case c.private(p):
		return &c.kinds[kindCopy]
	}
	if _, ok := vm.OriginOf(p); ok {
		return &c.kinds[kindText]
	}
	return nil
}

// waitName is the name of the given function that a prototype of a wait belongs to.
func (c *codec) waitName(p *lua.FunctionProto) string {
	if p.SourceName == shimName {
		for _, b := range c.s.builtins {
			if b.fn.Proto == p {
				return b.name
			}
		}
	}
	return ""
}

// private says whether a prototype must stay the object that it is: the engine knows it
// by its address, or it leads to one that is no plain code.
func (c *codec) private(p *lua.FunctionProto) bool {
	if c.s.slots.frozen[p] != nil || c.s.slots.staleOf(p) != nil || c.saved[p] {
		return true
	}
	return slices.ContainsFunc(p.FunctionPrototypes, func(n *lua.FunctionProto) bool {
		n = c.s.m.Moved(n)
		return c.s.slots.table.get(c.Code(n)) != nil || forwardSlot(n) != nil || c.private(n)
	})
}

// codeKinds are the kinds of prototypes.
func (c *codec) codeKinds() {
	c.kinds[kindSlotCode] = image.Kind{Name: "the code of a function",
		Meet: func(w *image.Writer, v any) { c.writeFunction(w, c.s.slots.table.get(v.(*lua.FunctionProto)).Function) },
		Make: func(r *image.Reader) any {
			if f := c.readFunction(r); f != nil {
				return f.Slot.Proto
			}
			return nil
		}}
	c.kinds[kindText] = image.Kind{Name: "code",
		Meet: func(w *image.Writer, v any) { c.writeText(w, v.(*lua.FunctionProto)) },
		Make: func(r *image.Reader) any { return c.readText(r) }}
	c.kinds[kindWrapper] = image.Kind{Name: "code of the engine",
		Meet: func(w *image.Writer, v any) {
			p := v.(*lua.FunctionProto)
			w.Text(wrapperOf(p))
			w.Text(c.waitName(p))
		},
		Make: func(r *image.Reader) any {
			name, wait := r.Text(), r.Text()
			if fn := c.s.builtins.function(wait); fn != nil && !fn.IsG {
				return fn.Proto
			}
			return wrapperNamed(name)
		}}
	c.kinds[kindCopy] = image.Kind{Name: "code that is kept",
		Make: func(*image.Reader) any { return &lua.FunctionProto{} },
		Write: func(w *image.Writer, v any) {
			c.writeCopy(w, v.(*lua.FunctionProto))
		},
		Fill: func(r *image.Reader, v any) { c.readCopy(r, v.(*lua.FunctionProto)) }}
	c.kinds[kindOtherSlot] = image.Kind{Name: "the code of a function that is gone",
		Make: func(*image.Reader) any { return &lua.FunctionProto{} },
		Write: func(w *image.Writer, v any) {
			c.writeCopy(w, v.(*lua.FunctionProto))
			w.Object(c.s.slots.table.get(v.(*lua.FunctionProto)))
		},
		Fill: func(r *image.Reader, v any) {
			c.readCopy(r, v.(*lua.FunctionProto))
			if sl := image.Object[Slot](r); sl != nil {
				sl.Proto = v.(*lua.FunctionProto)
				r.After(func() { c.s.slots.add(sl) })
			}
		}}
	c.kinds[kindForwarder] = image.Kind{Name: "code that forwards",
		Make:  func(*image.Reader) any { return &lua.FunctionProto{} },
		Write: func(w *image.Writer, v any) { w.Object(forwardSlot(v.(*lua.FunctionProto))) },
		Fill: func(r *image.Reader, v any) {
			p, sl := v.(*lua.FunctionProto), image.Object[Slot](r)
			if sl == nil {
				r.Fail("code that forwards to nothing")
				return
			}
			sl.Proto = p
			r.After(func() {
				if sl.past == nil || sl.past.saved == nil || sl.Function == nil || sl.Function.Slot == nil {
					r.Fail("code that forwards to nothing")
					return
				}
				*p = forwarder(sl, sl.past.saved)
			})
		}}
}

// writeCopy writes a prototype with nested ones of its own.
func (c *codec) writeCopy(w *image.Writer, p *lua.FunctionProto) {
	if !c.writeText(w, p) {
		return
	}
	w.Count(len(p.FunctionPrototypes))
	for _, n := range p.FunctionPrototypes {
		w.Object(c.Code(n))
	}
}

func (c *codec) readCopy(r *image.Reader, p *lua.FunctionProto) {
	of := c.readText(r)
	nested := make([]*lua.FunctionProto, r.Count())
	for i := range nested {
		nested[i] = image.Object[lua.FunctionProto](r)
	}
	if of == nil || len(nested) != len(of.FunctionPrototypes) || slices.Contains(nested, nil) {
		r.Fail("a copy of code that is not like the code")
		return
	}
	*p = *of
	if len(nested) > 0 {
		p.FunctionPrototypes = nested
	}
}

// writeText writes which function of which text a prototype is.
func (c *codec) writeText(w *image.Writer, p *lua.FunctionProto) bool {
	o, ok := vm.OriginOf(p)
	if !ok {
		w.Refuse(fmt.Sprintf("code that has no text: %s:%d", p.SourceName, p.LineDefined))
		return false
	}
	name := o.File
	if name == "" {
		name = p.SourceName
	}
	c.writeSource(w, name, o.Text, o.File != "")
	w.Count(o.N)
	return true
}

// writeSource writes a text by its name where it is a file of the release.
func (c *codec) writeSource(w *image.Writer, name, text string, file bool) {
	w.Text(name)
	w.Bool(file)
	if f := c.s.release.Files[name]; file && f != nil && string(f.Source) == text {
		w.Bool(true)
		return
	}
	w.Bool(false)
	w.Text(text)
}

// source is a text of an image.
type source struct {
	name, text string
	unit       *code.Unit           // of a file
	code       []*lua.FunctionProto // all functions, the outer ones first
}

// readSource reads a text and compiles it, once.
func (c *codec) readSource(r *image.Reader) *source {
	name, isFile, known := r.Text(), r.Bool(), r.Bool()
	text := ""
	if !known {
		text = r.Text()
	}
	if r.Err() != nil {
		return nil
	}
	key := sourceKey{name, text, isFile, known}
	if src := c.sources[key]; src != nil {
		return src
	}
	src, err := c.compileSource(key)
	if err != nil {
		r.Fail("%s: %v", name, err)
		return nil
	}
	for add := []*lua.FunctionProto{src.code[0]}; len(add) > 0; {
		src.code = append(src.code, add[0])
		add = append(slices.Clone(add[0].FunctionPrototypes), add[1:]...)
	}
	src.code = src.code[1:]
	c.sources[key] = src
	return src
}

type sourceKey struct {
	name, text   string
	file, ofThis bool
}

// compileSource compiles a text; its first function is the text itself.
func (c *codec) compileSource(key sourceKey) (*source, error) {
	if !key.file {
		fn, err := c.s.compile(key.text, key.name)
		if err != nil {
			return nil, err
		}
		return &source{name: key.name, text: key.text, code: []*lua.FunctionProto{fn.Proto}}, nil
	}
	file := c.s.release.Files[key.name]
	switch {
	case !key.ofThis:
		file = code.NewFile(key.name, []byte(key.text))
	case file == nil:
		return nil, fmt.Errorf("the release has no such file")
	}
	u, refusal := file.Unit()
	if refusal != nil {
		return nil, refusal
	}
	return &source{name: key.name, text: key.text, unit: u, code: []*lua.FunctionProto{u.Decls[0].Loose()}}, nil
}

func (c *codec) readText(r *image.Reader) *lua.FunctionProto {
	src, n := c.readSource(r), r.Uint()
	if src == nil || n >= uint64(len(src.code)) {
		r.Fail("a function that its text does not have")
		return nil
	}
	return src.code[n]
}

// writeDecl writes which declaration of a file's version it is.
func (c *codec) writeDecl(w *image.Writer, u *code.Unit, id int) {
	o, _ := vm.OriginOf(u.Decls[0].Proto)
	c.writeSource(w, u.Path, o.Text, true)
	w.Count(id)
}

func (c *codec) readDecl(r *image.Reader) (u *code.Unit, id int) {
	src, n := c.readSource(r), r.Uint()
	if src == nil || src.unit == nil || n >= uint64(max(len(src.unit.Decls), len(src.unit.Vars))) {
		r.Fail("a declaration that its file does not have")
		return nil, 0
	}
	return src.unit, int(n)
}
