package script

import (
	"cmp"
	"container/heap"
	"slices"
	"time"

	lua "github.com/yuin/gopher-lua"

	"hotshard/runtime/script/image"
	"hotshard/runtime/script/vm"
)

// writeState writes the State from its roots. What it keeps weakly, or by address,
// follows in writeRest, when it is known what there is.
func (c *codec) writeState(w *image.Writer) {
	s := c.s
	c.writeModules(w)
	c.writeCounters(w)
	w.Step("_G")
	w.Value(s.l.Env)
	for _, g := range s.given {
		c.writeGiven(w, g)
	}
	w.Bool(false)
	for _, m := range s.modules.order {
		c.writeModule(w, m)
	}
	c.writeRegistrations(w)
	c.writeTasks(w)
	c.writeKept(w)
	c.writeHost(w)
}

func (c *codec) readState(r *image.Reader) {
	s := c.s
	c.readModules(r)
	c.readCounters(r)
	if env := r.Table(); env != nil {
		s.l.Env = env
	}
	for r.Bool() {
		c.readGiven(r)
	}
	for _, m := range s.modules.order {
		c.readModuleState(r, m)
	}
	c.readRegistrations(r)
	c.readTasks(r)
	c.readKept(r)
	c.readHost(r)
}

// writeModules writes which files are loaded. The one who reads gives them the code of
// the release.
func (c *codec) writeModules(w *image.Writer) {
	s := c.s
	w.Count(len(s.modules.order))
	for _, m := range s.modules.order {
		w.Text(m.Name)
		w.Text(m.File.Path)
		w.Text(m.File.Hash)
		w.Count(m.seq)
		writeTexts(w, m.Needs)
	}
	writeTexts(w, s.modules.roots)
	w.Uint(s.modules.changes)
}

func (c *codec) readModules(r *image.Reader) {
	s := c.s
	for range r.Count() {
		name, path, hash := r.Text(), r.Text(), r.Text()
		file := s.release.Files[path]
		if r.Err() != nil || file == nil || file.Hash != hash || s.modules.byName[name] != nil {
			r.Fail("the module %s is not the release's", name)
			return
		}
		u, refusal := file.Unit()
		if refusal != nil {
			r.Fail("%v", refusal)
			return
		}
		m, _ := s.NewModule(name, file, u)
		m.Result, m.seq, m.Needs = lua.LNil, r.Small(maxModules), readTexts(r)
		s.modules.byName[name] = m
		s.modules.order = append(s.modules.order, m)
		s.slots.take(m)
	}
	s.modules.roots = readTexts(r)
	s.modules.changes = r.Uint()
}

func writeTexts(w *image.Writer, texts []string) {
	w.Count(len(texts))
	for _, text := range texts {
		w.Text(text)
	}
}

func readTexts(r *image.Reader) []string {
	var out []string
	for range r.Count() {
		out = append(out, r.Text())
	}
	return out
}

// writeCounters writes what counts and what is random.
func (c *codec) writeCounters(w *image.Writer) {
	s := c.s
	chance, _ := s.source.MarshalBinary() // it has no error
	w.Raw(chance)
	w.Uint(s.opts.Seed)
	w.Int(s.opts.Started.UnixNano())
	w.Float(s.now)
	w.Uint(s.ids)
	w.Uint(s.m.LastShown())
}

func (c *codec) readCounters(r *image.Reader) {
	s := c.s
	if err := s.source.UnmarshalBinary(r.Raw()); err != nil && r.Err() == nil {
		r.Fail("random numbers: %v", err)
	}
	s.opts.Seed = r.Uint()
	s.opts.Started = time.Unix(0, r.Int())
	s.now, s.ids = r.Float(), r.Uint()
	s.m.SetLastShown(r.Uint())
}

// writeGiven writes what scripts have changed in a table that every State has.
func (c *codec) writeGiven(w *image.Writer, g givenTable) {
	same := c.s.sameMeta(g)
	keys, values := c.s.changes(g)
	list := vm.List(g.t)
	if same && len(keys) == 0 && len(list) == 0 {
		return
	}
	w.Bool(true)
	w.Text(g.name)
	w.Step(g.name + "'s metatable")
	w.Bool(same)
	if !same {
		w.Value(g.t.Metatable)
	}
	w.Step(g.name)
	writeValues(w, list)
	w.Count(len(keys))
	for i, k := range keys {
		w.Step(rootName(g.name, k))
		w.Value(k)
		if v := values[i]; v == nil {
			w.Value(lua.LNil)
		} else {
			w.Value(v)
		}
	}
}

// rootName is what a global, or a module, is called in paths.
func rootName(table string, key lua.LValue) string {
	name := lua.LVAsString(key)
	if table == globalsName || table == loadedName {
		return name
	}
	return table + "." + name
}

func (c *codec) readGiven(r *image.Reader) {
	name := r.Text()
	t := c.givenTable(name)
	if t == nil {
		r.Fail("there is no table called %q here any more", name)
		return
	}
	if !r.Bool() {
		t.Metatable = r.Value()
	}
	for i, v := range readValues(r) {
		vm.SetInt(t, i+1, v)
	}
	for range r.Count() {
		k, v := r.Value(), r.Value()
		if n, ok := k.(lua.LNumber); k == lua.LNil || ok && n != n {
			r.Fail("a key that no table has")
			return
		}
		if v == lua.LNil { // it keeps its place
			vm.Set(t, k, lua.LTrue)
		}
		vm.Set(t, k, v)
	}
}

func (c *codec) givenTable(name string) *lua.LTable {
	for _, g := range c.s.given {
		if g.name == name {
			return g.t
		}
	}
	return nil
}

// writeModule writes what a module's file has made.
func (c *codec) writeModule(w *image.Writer, m *Module) {
	w.Step(m.Name)
	w.Value(m.Result)
	w.Count(len(m.Variables))
	for _, v := range m.Variables {
		w.Step(m.Name + "'s variables")
		w.Bool(v != nil)
		if v != nil {
			w.Step(m.Name + ":" + v.Decl.Name)
			w.Cell(v.Cell)
		}
	}
	w.Step(m.Name + "'s registrations")
	w.Count(len(m.Registrations))
	for _, g := range m.Registrations {
		w.Object(g)
	}
	c.writePasts(w, m)
}

// writePasts writes what slots keep beside their layout.
func (c *codec) writePasts(w *image.Writer, m *Module) {
	defer w.Code()()
	for id, f := range m.Functions {
		if f != nil && f.Slot.past != nil && len(f.Slot.past.extras) > 0 {
			w.Count(id)
			c.writeVariables(w, f.Slot.past.extras)
		}
	}
	w.Count(0) // the file itself has no slot
}

func (c *codec) readModuleState(r *image.Reader, m *Module) {
	m.Result = r.Value()
	n := r.Count()
	if n > len(m.Unit.Vars) {
		r.Fail("more variables than %s has", m.Name)
		return
	}
	for i := range n {
		if r.Bool() {
			m.Variable(m.Unit.Vars[i]).Cell = r.Cell()
		}
	}
	for range r.Count() {
		m.Registrations = append(m.Registrations, image.Object[Registration](r))
	}
	for id := r.Uint(); id != 0 && r.Err() == nil; id = r.Uint() {
		if id >= uint64(len(m.Functions)) || m.Functions[id] == nil {
			r.Fail("a function that %s does not have", m.Name)
			return
		}
		m.Functions[id].Slot.withPast().extras = c.readVariables(r)
	}
}

// writeRegistrations writes handlers, commands and timers in the order in which they
// are run.
func (c *codec) writeRegistrations(w *image.Writer) {
	s := c.s
	w.Count(len(s.registry.handlers))
	for _, name := range sortedKeys(s.registry.handlers) {
		w.Text(name)
		w.Step("on " + name)
		c.writeList(w, s.registry.handlers[name])
	}
	w.Count(len(s.registry.commands))
	for _, name := range sortedKeys(s.registry.commands) {
		w.Text(name)
		w.Step("command." + name)
		w.Object(s.registry.commands[name])
	}
	timers := slices.Concat(s.registry.timers, s.registry.calendar)
	slices.SortFunc(timers, func(a, b *Registration) int { return cmp.Or(cmp.Compare(a.due, b.due), cmp.Compare(a.id, b.id)) })
	w.Step("a timer")
	c.writeList(w, timers)
}

func (c *codec) writeList(w *image.Writer, list []*Registration) {
	w.Count(len(list))
	for _, g := range list {
		w.Object(g)
	}
}

func (c *codec) readList(r *image.Reader) []*Registration {
	var out []*Registration
	for range r.Count() {
		out = append(out, image.Needed[Registration](r))
	}
	return out
}

func (c *codec) readRegistrations(r *image.Reader) {
	s := c.s
	for range r.Count() {
		name := r.Text()
		s.registry.handlers[name] = c.readList(r)
	}
	for range r.Count() {
		name := r.Text()
		s.registry.commands[name] = image.Needed[Registration](r)
	}
	timers := c.readList(r)
	r.After(func() {
		for _, g := range timers {
			heap.Push(s.registry.heapOf(g), g)
		}
	})
}

// writeTasks writes what has begun and not ended, in the order of beginning, and the
// coroutines that wait to be used again.
func (c *codec) writeTasks(w *image.Writer) {
	s := c.s
	alive := make([]*Task, 0, len(s.alive))
	for t := range s.alive {
		alive = append(alive, t)
	}
	slices.SortFunc(alive, func(a, b *Task) int { return cmp.Compare(a.id, b.id) })
	w.Count(len(alive))
	for _, t := range alive {
		w.Step(t.origin)
		w.Object(t)
	}
	w.Count(len(s.next))
	for _, t := range s.next {
		w.Object(t)
	}
	w.Count(len(s.named))
	for _, id := range sortedKeys(s.named) {
		w.Text(id)
		w.Step("task " + id)
		w.Object(s.named[id])
	}
}

func (c *codec) readTasks(r *image.Reader) {
	s := c.s
	for range r.Count() {
		t := image.Needed[Task](r)
		s.alive[t] = struct{}{}
		r.After(func() { s.threads.add(t.th) })
	}
	for range r.Count() {
		s.next = append(s.next, image.Needed[Task](r))
	}
	for range r.Count() {
		if s.named == nil {
			s.named = map[string]*NamedTask{}
		}
		id := r.Text()
		s.named[id] = image.Needed[NamedTask](r)
	}
}

// writeKept writes what the reload engine keeps by name.
func (c *codec) writeKept(w *image.Writer) {
	s := c.s
	w.Step("what reloads keep")
	w.Count(len(s.kept))
	for _, key := range sortedKeys(s.kept) {
		w.Text(key)
		w.Step("reload.state")
		w.Value(s.kept[key])
	}
	w.Step("what reloads keep of before")
	w.Bool(s.reloads != nil && !s.reloads.Empty(s)) // only asking what a release would do makes one
	if s.reloads != nil && !s.reloads.Empty(s) {
		s.reloads.Write(s, w)
	}
	w.Step("texts that were loaded")
	c.writeLoads(w)
	w.Step("patches of single objects")
	c.writeOverrides(w)
}

func (c *codec) readKept(r *image.Reader) {
	s := c.s
	for range r.Count() {
		key := r.Text()
		s.kept[key] = r.Value()
	}
	if r.Bool() {
		if c.reloads == nil {
			r.Fail("what reloads have kept, and nobody to read it")
			return
		}
		s.reloads = c.reloads()
		s.reloads.Read(s, r)
	}
	c.readLoads(r)
	c.readOverrides(r)
}

// Keeping is a host, as given to Install, whose words keep something for scripts outside of
// Lua: that is part of the State's image.
type Keeping interface {
	WriteImage(*image.Writer)
	ReadImage(*image.Reader)
}

// writeHost writes what the host of the words keeps.
func (c *codec) writeHost(w *image.Writer) {
	w.Step("what words keep")
	k, ok := c.s.host.(Keeping)
	if w.Bool(ok); ok {
		k.WriteImage(w)
	}
}

func (c *codec) readHost(r *image.Reader) {
	if !r.Bool() {
		return
	}
	k, ok := c.s.host.(Keeping)
	if !ok {
		r.Fail("what words have kept, and nobody to read it")
		return
	}
	k.ReadImage(r)
}

// writeLoads writes which texts functions have given to loadstring.
func (c *codec) writeLoads(w *image.Writer) {
	s := c.s
	for i, m := range s.modules.order {
		for id, f := range m.Functions {
			if texts := s.loads[f]; f != nil && len(texts) > 0 {
				w.Bool(true)
				w.Count(i)
				w.Count(id)
				writeTexts(w, texts)
			}
		}
	}
	w.Bool(false)
}

func (c *codec) readLoads(r *image.Reader) {
	for r.Bool() {
		f, texts := c.readFunction(r), readTexts(r)
		if c.s.loads == nil {
			c.s.loads = map[*Function][]string{}
		}
		c.s.loads[f] = texts
	}
}
