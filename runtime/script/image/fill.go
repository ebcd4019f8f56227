package image

import (
	lua "github.com/yuin/gopher-lua"

	"hotshard/runtime/script/vm"
)

// Rest fills the objects that have been met and not filled.
func (r *Reader) Rest() {
	for ; r.done < len(r.all) && r.err == nil; r.done++ {
		o := r.all[r.done]
		switch {
		case o.kind != nil:
			if o.kind.Fill != nil {
				o.kind.Fill(r, o.v)
			}
		case o.mark != 0:
			r.fill(o)
		}
	}
}

func (r *Reader) fill(o made) {
	switch v := o.v.(type) {
	case *lua.LTable:
		r.table(v)
	case *lua.LFunction:
		r.function(v, o.mark)
	case *lua.LUserData:
		v.Value = r.object(r.Uint())
		v.Metatable = r.Value()
		v.Env = r.source.Main().Env
	case *lua.LState:
		r.thread(v)
	case *lua.Upvalue:
		r.variable(v)
	}
}

func (r *Reader) table(t *lua.LTable) {
	at := r.at
	t.Metatable = r.Value()
	if n, ok := t.Metatable.(*lua.LTable); t.Metatable != lua.LNil && (!ok || n == nil) {
		r.Fail("a metatable that is no table")
	}
	list := r.values(r.Count(), valueBytes)
	for i := range list {
		list[i] = r.Value()
	}
	n := r.Uint()
	if n&1 != 0 {
		r.shaped(t, list, n>>1)
		return
	}
	if n >>= 1; n > uint64(len(r.data)-r.at) {
		r.Fail("%d keys in %d bytes", n, len(r.data)-r.at)
		return
	}
	keys := r.values(int(n), entryBytes)
	r.row = r.row[:0]
	for i := range keys {
		var v lua.LValue
		if keys[i] = r.Value(); keys[i] != lua.LNil {
			if v = r.Value(); v == lua.LNil {
				v = nil
			}
		}
		r.row = append(r.row, v)
	}
	if r.err != nil {
		return
	}
	if !vm.SetParts(t, list, keys, r.row) {
		r.failAt(at, "a table with keys that no table has")
		return
	}
	if s, ok := vm.ShapeOf(t); ok && s.Len() >= leastShape {
		r.shapes = append(r.shapes, s)
	}
}

// shaped reads the values of a table that has the keys of one before.
func (r *Reader) shaped(t *lua.LTable, list []lua.LValue, n uint64) {
	if n >= uint64(len(r.shapes)) {
		r.Fail("shape %d of %d", n, len(r.shapes))
		return
	}
	s := r.shapes[n]
	if s.Len() > len(r.data)-r.at || !r.take(int64(s.Len())*entryBytes) {
		r.Fail("%d values in %d bytes", s.Len(), len(r.data)-r.at)
		return
	}
	r.row = r.row[:0]
	for range s.Len() {
		v := r.Value()
		if v == lua.LNil && r.err == nil {
			r.Fail("no value for a key that is there")
		}
		r.row = append(r.row, v)
	}
	if r.err == nil {
		s.Make(t, list, r.row)
	}
}

// values makes room for n values.
func (r *Reader) values(n int, each int64) []lua.LValue {
	if !r.take(int64(n)*each) || n == 0 {
		return nil
	}
	return make([]lua.LValue, n)
}

func (r *Reader) function(fn *lua.LFunction, mark byte) {
	if mark == markMade {
		c, ok := r.object(r.Uint()).(vm.Callable)
		if !ok {
			r.Fail("an object that cannot be called")
			return
		}
		vm.Remake(fn, c)
		return
	}
	at := r.at
	fn.Proto = Object[lua.FunctionProto](r)
	fn.Env = r.Table()
	n := r.Count()
	if !r.take(int64(n) * valueBytes) {
		return
	}
	if n > 0 {
		fn.Upvalues = make([]*lua.Upvalue, n)
	}
	for i := range fn.Upvalues {
		fn.Upvalues[i] = r.Cell()
	}
	if fn.Proto == nil {
		r.failAt(at, "a function without code")
		return
	}
	r.closures = append(r.closures, closure{fn, at})
}

// Cell reads a variable that closures share, nil where nil was written.
func (r *Reader) Cell() *lua.Upvalue { return Object[lua.Upvalue](r) }

func (r *Reader) variable(u *lua.Upvalue) {
	at := r.at
	if !r.Bool() {
		vm.Shut(u, r.Value())
		return
	}
	o := opened{cell: u, on: r.Thread(), index: int(r.Uint()), at: at}
	if o.on == nil {
		r.Fail("a variable in a register of nothing")
		return
	}
	r.open = append(r.open, o)
}

func (r *Reader) thread(co *lua.LState) {
	t := thread{co: co, at: r.at}
	t.stack.Dead, t.stack.Env = r.Bool(), r.Table()
	if r.Bool() {
		t.stack.Begin = r.Function()
	}
	n := r.Count()
	if !r.take(int64(n) * entryBytes) {
		return
	}
	for range n {
		t.stack.Calls = append(t.stack.Calls, vm.StackCall{Fn: r.Function(), Pc: int(r.Uint()), NArgs: int(r.Uint()), TailCalls: int(r.Uint())})
	}
	t.stack.Registers = r.values(r.Count(), 2*valueBytes)
	for i := range t.stack.Registers {
		t.stack.Registers[i] = r.Value()
	}
	r.threads = append(r.threads, t)
	r.reaches()
}

func (r *Reader) reaches() {
	for range r.Count() {
		t, n := r.Table(), int(r.Uint())
		if t == nil || n < 0 || int64(n)*valueBytes > r.room {
			continue
		}
		r.room -= int64(n) * valueBytes
		r.After(func() { vm.Reach(t, n) })
	}
}

// Finish puts together what hangs on each other, and is the error that has come of it
// all. It is to be called once, after the last Rest.
func (r *Reader) Finish() error {
	if r.err == nil && r.done < len(r.all) {
		r.Fail("objects without contents")
	}
	for i := 0; i < len(r.after) && r.err == nil; i++ {
		r.after[i]()
	}
	for _, c := range r.closures {
		if r.err == nil && !vm.Entire(c.fn) {
			r.failAt(c.at, "a function without the variables that its code uses")
		}
	}
	for _, t := range r.threads {
		if r.err != nil {
			break
		}
		if t.stack.Env == nil {
			r.failAt(t.at, "a coroutine without globals")
		} else if err := vm.Restore(t.co, t.stack); err != nil {
			r.failAt(t.at, "a coroutine that cannot be: %v", err)
		}
	}
	for _, o := range r.open {
		if r.err == nil && (!vm.InUse(o.on, o.index) || !vm.Open(o.cell, o.on, o.index)) {
			r.failAt(o.at, "a variable in a register that is not in use")
		}
	}
	return r.err
}
