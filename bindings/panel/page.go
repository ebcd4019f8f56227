package panel

import (
	"errors"
	"fmt"
	"maps"
	"slices"

	"hotshard/runtime/script"
	"hotshard/runtime/script/code"
	"hotshard/runtime/script/reload"
	"hotshard/runtime/world"
)

// Page runs all panels of a release. Each has a Lua state of its own, so that what one does
// costs no other. It belongs to one goroutine.
type Page struct {
	host     Host
	release  *code.Release
	views    map[string]*View
	stagers  map[string]*reload.Stager
	down     map[string]*outage
	here     map[string]world.Value
	settings map[string]map[string]world.Value
	now      float64
	samples  bool
	early    map[string]world.Value // panels that were opened before they were there, and with what
}

// outage is a panel that has failed.
type outage struct {
	until float64 // when it is started again
	wait  float64 // and how long it waits the next time
	since float64
}

// How long a panel that fails stays down at first, and at most, and after which time without
// a failure the first counts again.
const (
	firstWait = 1.0
	mostWait  = 30.0
	healthy   = 60.0
)

// NewPage makes a page without panels.
func NewPage(host Host) *Page {
	return &Page{host: host, release: code.NewRelease(0, nil), views: map[string]*View{}, stagers: map[string]*reload.Stager{}, down: map[string]*outage{},
		here: map[string]world.Value{}, settings: map[string]map[string]world.Value{}, early: map[string]world.Value{}}
}

// Release is what the page runs.
func (p *Page) Release() *code.Release { return p.release }

// Names lists the panels, in order.
func (p *Page) Names() []string { return slices.Sorted(maps.Keys(p.views)) }

// View is a panel, nil for one that there is not.
func (p *Page) View(name string) *View { return p.views[name] }

// Sample has panels answer for themselves what they ask, from their samples: it is for the
// gallery.
func (p *Page) Sample() { p.samples = true }

// Settings gives a panel what was kept of its player.
func (p *Page) Settings(name string, kept map[string]world.Value) {
	p.settings[name] = kept
	if v := p.views[name]; v != nil {
		v.settings, v.dirty = kept, true
	}
}

// Here says where the player is.
func (p *Page) Here(here map[string]world.Value) {
	p.here = here
	for _, v := range p.views {
		v.here, v.dirty = here, true
	}
	p.Told("moved", nil)
}

// Told brings an event to all panels that listen.
func (p *Page) Told(event string, fields world.Value) {
	for _, name := range p.Names() {
		p.views[name].Told(event, fields)
	}
	p.settle()
}

// Hears says whether any panel listens to an event.
func (p *Page) Hears() []string {
	var out []string
	for _, v := range p.views {
		if v.st != nil {
			v.st.Registry().Each(func(r *script.Registration) {
				if r.Kind.String() == "handler" && !slices.Contains(out, r.Name) {
					out = append(out, r.Name)
				}
			})
		}
	}
	slices.Sort(out)
	return out
}

// Open shows a panel, as soon as there is one of that name.
func (p *Page) Open(name string, args world.Value) {
	if p.views[name] == nil {
		p.early[name] = args
		return
	}
	p.Do(name, func(v *View) { v.Open(args) })
}

// Close ends that.
func (p *Page) Close(name string) {
	delete(p.early, name)
	p.Do(name, (*View).Close)
}

// Do does something to one panel, and shows what comes of it.
func (p *Page) Do(name string, do func(*View)) {
	if v := p.views[name]; v != nil {
		do(v)
	}
	p.settle()
}

// Advance lets time pass: what is due runs, and panels that were down come back.
func (p *Page) Advance(now float64) {
	p.now = max(p.now, now)
	for _, name := range p.Names() {
		v := p.views[name]
		if o := p.down[name]; o != nil && v.st == nil && p.now >= o.until {
			p.begin(v)
		}
		if v.st != nil {
			if due, ok := v.st.NextDue(); ok && due <= p.now {
				v.dirty = true
			}
			v.st.Advance(p.now)
		}
	}
	p.settle()
}

// NextDue is when Advance has work next.
func (p *Page) NextDue() (at float64, ok bool) {
	sooner := func(t float64) {
		if !ok || t < at {
			at, ok = t, true
		}
	}
	for name, v := range p.views {
		if v.st == nil {
			if o := p.down[name]; o != nil {
				sooner(o.until)
			}
		} else if due, waits := v.st.NextDue(); waits {
			sooner(due)
		}
	}
	return at, ok
}

// settle draws what has changed and takes down what has failed.
func (p *Page) settle() {
	for _, name := range p.Names() {
		v := p.views[name]
		v.draw()
		if v.failed {
			p.fail(v, v.fault)
		}
	}
}

// fail takes a panel down for a while.
func (p *Page) fail(v *View, f script.Fault) {
	o := p.down[v.name]
	if o == nil || p.now-o.since > healthy {
		o = &outage{wait: firstWait}
		p.down[v.name] = o
	}
	v.stop()
	v.failed = false
	o.since, o.until = p.now, p.now+o.wait
	p.host.Trouble(v.name, f, o.wait)
	o.wait = min(2*o.wait, mostWait)
}

// begin starts a panel; one that cannot start is down.
func (p *Page) begin(v *View) {
	v.here = p.here
	if kept := p.settings[v.name]; kept != nil {
		v.settings = kept
	}
	if err := v.start(p.release, p.now); err != nil {
		p.fail(v, faultOf(v.name, p.release.Number, err))
	}
}

// faultOf makes a fault of a file that does not run.
func faultOf(name string, release int, err error) script.Fault {
	f := script.Fault{System: Module(name), Module: Module(name), Message: err.Error(), Origin: "loading", Release: release}
	var r *code.Refusal
	if errors.As(err, &r) {
		f.Message, f.Traceback = r.Message, r.Trace
		if r.File != "" {
			f.Place = fmt.Sprintf("%s:%d", r.File, r.Line)
		}
	}
	return f
}

// Bring takes the page to another release, in place: all panels, or, with an error, none.
// Those that are down, or new, begin on it.
func (p *Page) Bring(to *code.Release) error {
	if to.Hash == p.release.Hash {
		p.release = to
		return nil
	}
	staged := map[string]*reload.Staged{}
	changed := p.release.Changed(to)
	for _, name := range p.Names() {
		v := p.views[name]
		if v.st == nil || to.Files[Path(name)] == nil || !v.uses(changed) {
			continue
		}
		st, err := p.stage(v, to)
		if err != nil {
			return err
		}
		if _, err := reload.Plan(v.st, st); err != nil {
			return err
		}
		staged[name] = st
	}
	for _, name := range p.Names() {
		if st := staged[name]; st != nil {
			p.commit(p.views[name], st)
		} else {
			p.carry(p.views[name], to)
		}
	}
	p.release = to
	p.populate()
	p.settle()
	return nil
}

// carry gives a panel a release that changes nothing of it.
func (p *Page) carry(v *View, to *code.Release) {
	if v.st == nil || to.Files[Path(v.name)] == nil {
		return
	}
	if g := p.stagers[v.name]; g != nil {
		g.Carry(v.st.Release(), to)
	}
	if err := v.st.Carry(to); err != nil { // it has loaded something meanwhile
		v.stop()
		delete(p.stagers, v.name)
	}
}

func (p *Page) stage(v *View, to *code.Release) (st *reload.Staged, err error) {
	defer func() { // a fault of the engine is a refusal, not the end of all panels
		if r := recover(); r != nil {
			err = &code.Refusal{Code: code.RHost, Message: fmt.Sprintf("staging %s failed inside the engine: %v", v.name, r)}
		}
	}()
	g := p.stagers[v.name]
	if g == nil {
		g = reload.NewStager(Options(v.name, p.release, nil))
		p.stagers[v.name] = g
	}
	return g.Stage(v.st.Release(), to, v.st.Modules())
}

// commit was planned, so that it is refused only where the engine itself fails: then the
// panel begins anew, on the new release.
func (p *Page) commit(v *View, st *reload.Staged) {
	if _, err := reload.Commit(v.st, st); err != nil {
		v.stop()
		delete(p.stagers, v.name)
		return
	}
	p.stagers[v.name].Adopt(st, st.To.Hash)
	v.dirty = true
}

// populate makes the panels those of the release.
func (p *Page) populate() {
	for name, v := range p.views {
		if p.release.Files[Path(name)] == nil {
			v.stop()
			delete(p.views, name)
			delete(p.stagers, name)
			delete(p.down, name)
		}
	}
	for path := range p.release.Files {
		if IsPanel(path) && p.views[Name(path)] == nil {
			v := newView(Name(path), p.host)
			v.page = p
			p.views[v.name] = v
		}
	}
	for _, name := range p.Names() {
		v := p.views[name]
		if v.st == nil {
			p.begin(v)
		}
		if args, ok := p.early[name]; ok {
			delete(p.early, name)
			v.Open(args)
		}
	}
}
