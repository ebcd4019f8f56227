package panel

import (
	"slices"
	"strings"

	lua "github.com/yuin/gopher-lua"

	"hotshard/runtime/script"
	"hotshard/runtime/script/code"
	"hotshard/runtime/script/vm"
	"hotshard/runtime/world"
)

// Folder is where panels are, below the script root.
const Folder = "panels/"

// IsPanel says whether a file is a panel's: one that stands in the folder itself, and is no
// test. Those in folders below it are there for panels to require.
func IsPanel(path string) bool {
	rest, ok := strings.CutPrefix(path, Folder)
	return ok && strings.HasSuffix(rest, ".lua") && !strings.Contains(rest, "/") && !code.IsTest(path)
}

// Name is the panel of a file: "market" of "panels/market.lua".
func Name(path string) string {
	return strings.TrimSuffix(strings.TrimPrefix(path, Folder), ".lua")
}

// Module is the module of a panel.
func Module(name string) string { return "panels." + name }

// Path is the file of a panel.
func Path(name string) string { return Folder + name + ".lua" }

// What a panel may use in one go, and hold. The page has other things to do with the
// machine; windows need a hundredth of it.
var (
	budget         = script.Budget{Steps: 1_000_000, Memory: 48 << 20}
	held     int64 = 48 << 20
	renderOf       = "panel "
)

// Host is who shows panels and carries what they ask.
type Host interface {
	// Show has a panel look like that from now on.
	Show(panel string, tree *Node)
	// Ask passes a request on; View.Answer brings what comes of it.
	Ask(panel string, id uint64, r Request)
	Tell(panel, text string)
	// Keep remembers a setting; nil forgets it.
	Keep(panel, name string, value world.Value)
	// Trouble hears of an error. back is in how many seconds the panel comes back, 0 where
	// it goes on.
	Trouble(panel string, f script.Fault, back float64)
}

// Request is what a panel asks: the server, or the page it is in.
type Request struct {
	Command string
	Args    world.Value
	Page    bool
}

// Options are those of the state of a panel; v is what its words ask, nil where it is only
// staged or tried.
func Options(name string, r *code.Release, v *View) script.Options {
	if v == nil {
		v = &View{name: name}
	}
	return script.Options{
		Name: Module(name), Release: r, Entry: []string{Module(name)}, Seed: code.Seed(name), Strict: true, Run: budget, MostHeld: held,
		Bind: func(st *script.State) { install(st, v) },
	}
}

// View is one panel that runs.
type View struct {
	name     string
	host     Host
	page     *Page         // nil in a test
	st       *script.State // nil while it is down
	here     map[string]world.Value
	settings map[string]world.Value

	open     bool
	args     world.Value
	dirty    bool
	kept     map[string]*keeping
	handlers map[string]handler
	tree     *Node
	waits    map[uint64]*script.Wait
	asked    uint64
	doing    string            // the handler that runs, by its key; "" for none
	owners   map[uint64]string // of requests: the handler that waits for the answer
	failed   bool              // since the last look; see Page.mend
	fault    script.Fault
}

func newView(name string, host Host) *View {
	return &View{name: name, host: host, settings: map[string]world.Value{}, kept: map[string]*keeping{}}
}

// start runs the panel's file.
func (v *View) start(r *code.Release, now float64) error {
	v.waits, v.owners, v.handlers, v.tree, v.failed = map[uint64]*script.Wait{}, map[uint64]string{}, nil, nil, false
	o := Options(v.name, r, v)
	o.OnFault = v.heard
	st, err := script.New(o)
	if err != nil {
		return err
	}
	st.Pass(now)
	v.st, v.dirty = st, true
	return nil
}

func (v *View) stop() {
	if v.st != nil {
		v.st.Close()
		v.st = nil
	}
}

// uses says whether the panel has loaded any of some files.
func (v *View) uses(paths []string) bool {
	return slices.ContainsFunc(paths, func(path string) bool { return v.st.Module(code.ModuleName(path)) != nil })
}

// heard takes a fault: one of drawing, or of a budget, takes the panel down.
func (v *View) heard(f script.Fault) {
	if f.Module == "" { // what the panel returned is wrong, and no line of it is to blame
		f.Module, f.Place, f.Function = Module(v.name), Path(v.name), Module(v.name)+".open"
	}
	if f.Spent || strings.HasPrefix(f.Origin, renderOf) {
		v.failed, v.fault = true, f
		return
	}
	v.dirty = true
	if v.host != nil {
		v.host.Trouble(v.name, f, 0)
	}
}

// definition is what the panel's file has put into the table of panels.
func (v *View) definition() *lua.LTable {
	panels, _ := v.st.Globals().RawGetString(PanelTable).(*lua.LTable)
	t, _ := get(panels, v.name).(*lua.LTable)
	return t
}

// Title is how the panel is called, and Icon its sign, "" where no button opens it.
func (v *View) Title() string { return v.said("title", v.name) }

// Icon is the panel's sign.
func (v *View) Icon() string { return v.said("icon", "") }

func (v *View) said(field, otherwise string) string {
	if v.st == nil {
		return otherwise
	}
	if s, ok := get(v.definition(), field).(lua.LString); ok {
		return string(s)
	}
	return otherwise
}

// Open begins to show the panel.
func (v *View) Open(args world.Value) {
	v.open, v.args, v.dirty = true, args, true
	if v.st != nil {
		v.st.Emit("opened", script.ToLua(v.st.L(), args))
	}
}

// Close ends that.
func (v *View) Close() {
	v.open, v.tree, v.handlers = false, nil, nil
}

// draw shows what has changed, if anybody looks.
func (v *View) draw() {
	if !v.open || !v.dirty || v.st == nil || v.failed {
		return
	}
	v.dirty = false
	var tree *Node
	r := &reader{kept: v.kept, handlers: map[string]handler{}, busy: v.busy}
	v.st.Start(v.st.L().NewFunction(func(L *lua.LState) int {
		fn, ok := get(v.definition(), "open").(*lua.LFunction)
		if !ok {
			L.RaiseError("%s has no panel.%s with a function open", Path(v.name), v.name)
		}
		r.L = L
		tree = r.read(vm.Call(L, fn, script.ToLua(L, v.args)), v.name, "0")
		return 0
	}), renderOf+v.name)
	if tree == nil {
		return // the fault has been heard
	}
	v.tree, v.handlers = tree, r.handlers
	if v.host != nil {
		v.host.Show(v.name, tree)
	}
}

// busy says whether a handler waits for an answer.
func (v *View) busy(key string) bool {
	for _, owner := range v.owners {
		if owner == key {
			return true
		}
	}
	return false
}

// as runs something as a part of what a handler does.
func (v *View) as(key string, do func()) {
	before := v.doing
	v.doing = key
	do()
	v.doing = before
}

// Happen tells the panel what somebody did to an element: pressed it, typed into it. What
// was pressed and waits for an answer still does nothing when it is pressed again.
func (v *View) Happen(id, event string, value world.Value) {
	if v.st == nil {
		return
	}
	v.dirty = true
	if v.arrange(id, event, value) {
		return
	}
	key := id + "/" + event
	h, ok := v.handlers[key]
	if !ok || event != "change" && v.busy(key) {
		return // it has just gone, or is at it
	}
	args := []lua.LValue{script.ToLua(v.st.L(), value)}
	if h.row != nil {
		args = []lua.LValue{h.row}
	}
	v.as(key, func() { v.st.Enter(h.fn, "event "+v.name+" "+event, args...) })
}

// arrange takes what concerns the page alone: which rows are in sight, how they are sorted.
func (v *View) arrange(id, event string, value world.Value) bool {
	n, _ := value.(float64)
	k := v.kept[id]
	switch event {
	case "rows", "sort":
		if k == nil {
			return true
		}
	case "show":
		if k != nil {
			k.shown, _ = value.(string)
		}
		h, ok := v.handlers[id+"/change"]
		if ok {
			v.st.Enter(h.fn, "event "+v.name+" change", script.ToLua(v.st.L(), value))
		}
		return true
	default:
		return false
	}
	if event == "sort" {
		k.down = k.sort == int(n) && !k.down
		k.sort = int(n)
		return true
	}
	pair, _ := value.([]world.Value)
	if len(pair) == 2 {
		first, _ := pair[0].(float64)
		count, _ := pair[1].(float64)
		k.first, k.count = max(0, int(first)), max(1, min(int(count), mostRows))
	}
	return true
}

// Told brings what the server, or the page, tells. Without somebody who listens it costs
// nothing.
func (v *View) Told(event string, fields world.Value) {
	if v.st == nil || !v.st.HasHandler(event) {
		return
	}
	v.dirty = true
	v.st.Emit(event, script.ToLua(v.st.L(), fields))
}

// await parks the task until the request is answered.
func (v *View) await(L *lua.LState, r Request) int {
	w, err := script.From(L).Park(L, "ask")
	if err != nil {
		L.RaiseError("%s", err.Error())
	}
	v.asked++
	v.waits[v.asked], v.owners[v.asked] = w, v.doing
	if id := v.asked; v.page != nil && v.page.samples {
		v.sample(id, r)
	} else {
		v.host.Ask(v.name, id, r)
	}
	return L.Yield()
}

// Answer is what came of a request.
func (v *View) Answer(id uint64, value world.Value, message, code string) {
	w := v.waits[id]
	if w == nil || v.st == nil {
		return
	}
	owner := v.owners[id]
	delete(v.waits, id)
	delete(v.owners, id)
	v.dirty = true
	v.as(owner, func() {
		if message != "" {
			w.Wake(lua.LNil, lua.LString(message), lua.LString(code))
			return
		}
		w.Wake(script.ToLua(v.st.L(), value))
	})
}

// sample answers a request from the samples that the panel's file gives.
func (v *View) sample(id uint64, r Request) {
	samples, _ := get(v.definition(), "sample").(*lua.LTable)
	w, of := v.waits[id], get(samples, r.Command)
	delete(v.waits, id)
	delete(v.owners, id)
	if of == lua.LNil {
		w.Wake(lua.LNil, lua.LString("There is no sample of "+r.Command+"."), lua.LString("no_sample"))
		return
	}
	w.Wake(of)
}
