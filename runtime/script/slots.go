package script

import (
	"cmp"
	"slices"
	"unsafe"

	lua "github.com/yuin/gopher-lua"

	"hotshard/runtime/script/code"
)

// Slot is a prototype that closures point to. Overwriting it in place gives all
// of them new code at their next call.
type Slot struct {
	Proto    *lua.FunctionProto
	Function *Function
	Layout   []*Variable // what each upvalue index holds
	past     *slotPast   // nil until a change of the file gives it one
}

// slotPast is what only a slot that has seen a change of its file needs.
type slotPast struct {
	extras []*Variable        // behind the layout: what earlier code captured, in closures that are older than this slot
	saved  *lua.FunctionProto // the code that a forwarding slot had
	out    bool               // taken out of the slotTable, which may still list it
}

// NewSlot is a slot of a function, in no State yet. extras is what its closures hold
// behind the layout.
func NewSlot(f *Function, proto *lua.FunctionProto, layout, extras []*Variable) *Slot {
	sl := &Slot{Proto: proto, Function: f, Layout: layout}
	if extras != nil {
		sl.past = &slotPast{extras: extras}
	}
	return sl
}

func (sl *Slot) withPast() *slotPast {
	if sl.past == nil {
		sl.past = &slotPast{}
	}
	return sl.past
}

// Extras are the variables that closures of the slot may hold behind its layout.
func (sl *Slot) Extras() []*Variable {
	if sl.past == nil {
		return nil
	}
	return sl.past.extras
}

// Cell finds a variable's cell in a closure of this slot, or nil.
func (sl *Slot) Cell(fn *lua.LFunction, v *Variable) *lua.Upvalue {
	for i, h := range sl.Layout {
		if h == v {
			return fn.Upvalues[i]
		}
	}
	for i, h := range sl.Extras() {
		if n := len(sl.Layout) + i; h == v && n < len(fn.Upvalues) {
			return fn.Upvalues[n]
		}
	}
	return nil
}

// reaches says whether closures of this slot may hold, or can be given, all of
// the variables: those of the top level are always at hand.
func (sl *Slot) reaches(want []*Variable) bool {
	for _, v := range want {
		if !v.Decl.Once && !slices.Contains(sl.Layout, v) && !slices.Contains(sl.Extras(), v) {
			return false
		}
	}
	return true
}

// slotTable finds a State's slots by their prototypes. Every system has hundreds
// and asks rarely, so it is a list in order of address, a fifth of a map's size;
// one that was taken out stays in it, marked, until enough have gathered.
type slotTable struct {
	list   []*Slot
	out    int
	sorted bool
}

func (t *slotTable) add(sl *Slot) {
	if sl.past != nil && sl.past.out {
		sl.past.out = false
		t.out--
		return
	}
	if len(t.list) == cap(t.list) { // append would double it
		t.list = append(make([]*Slot, 0, 8+len(t.list)*9/8), t.list...)
	}
	t.list, t.sorted = append(t.list, sl), false
}

func (t *slotTable) remove(sl *Slot) {
	if past := sl.withPast(); !past.out {
		past.out = true
		t.out++
	}
}

// get is the slot of a prototype, or nil. Once settled, a table may be asked by many
// at once.
func (t *slotTable) get(p *lua.FunctionProto) *Slot {
	t.settle()
	i, ok := slices.BinarySearchFunc(t.list, p, func(sl *Slot, p *lua.FunctionProto) int { return cmp.Compare(address(sl.Proto), address(p)) })
	if !ok || t.list[i].past != nil && t.list[i].past.out {
		return nil
	}
	return t.list[i]
}

// settle puts the list in order and forgets what has been taken out.
func (t *slotTable) settle() {
	if t.sorted && 4*t.out <= len(t.list) {
		return
	}
	if t.out > 0 {
		t.list = slices.DeleteFunc(t.list, func(sl *Slot) bool {
			gone := sl.past != nil && sl.past.out
			if gone {
				sl.past.out = false
			}
			return gone
		})
		t.out = 0
	}
	slices.SortFunc(t.list, func(a, b *Slot) int { return cmp.Compare(address(a.Proto), address(b.Proto)) })
	t.sorted = true
}

// address orders prototypes: Go's heap moves nothing.
func address(p *lua.FunctionProto) uintptr { return uintptr(unsafe.Pointer(p)) }

// Swap is one function's change of code.
type Swap struct {
	Function *Function
	To       *code.Decl         // what it is declared as from now on
	Proto    *lua.FunctionProto // the new header, to be written over the old one; once done, the old one
	Slot     *Slot              // or a new slot, where the captured variables are others
	Changed  bool               // more than line numbers

	was *code.Decl
	old *Slot
}

// nested are the prototypes in the new one.
func (sw *Swap) nested() []*lua.FunctionProto {
	if sw.Slot != nil {
		return sw.Slot.Proto.FunctionPrototypes
	}
	return sw.Proto.FunctionPrototypes
}

// SwapAll gives a file's functions their new code. There may be thousands, so they
// share one entry of the undo log.
func (ss *Slots) SwapAll(swaps []Swap, undo *Undo) {
	done := 0
	undo.Add(func() {
		for done > 0 {
			done--
			ss.unswap(&swaps[done])
		}
	})
	for i := range swaps {
		ss.swap(&swaps[i], undo)
		done++
	}
}

func (ss *Slots) swap(sw *Swap, undo *Undo) {
	f := sw.Function
	if f.Slot != sw.Slot {
		ss.own(f.Slot)
	}
	ss.follow(sw.nested())
	sw.was, f.Decl = f.Decl, sw.To
	if sw.Slot == nil {
		*f.Slot.Proto, *sw.Proto = *sw.Proto, *f.Slot.Proto
		return
	}
	ss.add(sw.Slot)
	if f.Slot == sw.Slot {
		return // a new function
	}
	sw.old = f.Slot
	f.Slot = sw.Slot
	ss.remove(sw.old)
	ss.outdate(sw.old, sw.old.Proto, undo)
}

// unswap takes a swap back. What outdate did has been taken back already.
func (ss *Slots) unswap(sw *Swap) {
	f := sw.Function
	f.Decl = sw.was
	if sw.Slot == nil {
		*f.Slot.Proto, *sw.Proto = *sw.Proto, *f.Slot.Proto
		return
	}
	ss.remove(sw.Slot)
	if sw.old != nil {
		f.Slot = sw.old
		ss.add(sw.old)
	}
}
