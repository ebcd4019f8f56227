package simulation

import (
	"cmp"
	"container/heap"
	"iter"
	"math/rand/v2"

	"hotshard/runtime/gate/wire"
	"hotshard/runtime/system"
	"hotshard/runtime/world"
)

// Agent is somebody who plays: a life that gives commands and waits. It is a coroutine, and
// goes on when what it waits for has come, in the order of the agents.
type Agent struct {
	w    *World
	id   world.CharacterID
	name string
	*rand.Rand

	home *world.SolarSystem
	dock world.EntityID // station, at home

	resume func() (struct{}, bool)
	yield  func(struct{}) bool
	stop   func()

	asked  uint64 // the request that is waited for
	result world.Value
	err    error
	at     float64 // game seconds, of a wait
}

func newAgent(w *World, id world.CharacterID, name string) *Agent {
	return &Agent{w: w, id: id, name: name, Rand: rand.New(rand.NewPCG(w.cfg.Seed, uint64(id)))}
}

// live begins a life after some seconds.
func (a *Agent) live(life func(*Agent), after float64) {
	a.resume, a.stop = iter.Pull(func(yield func(struct{}) bool) {
		a.yield = yield
		defer func() {
			if p := recover(); p != nil && p != errOver { //nolint:errorlint // a value of its own
				panic(p)
			}
		}()
		life(a)
	})
	a.at = after
	heap.Push(&a.w.waiting, a)
}

// errOver ends a life with its simulation.
var errOver any = new(int)

func (a *Agent) park() {
	if !a.yield(struct{}{}) {
		panic(errOver)
	}
}

// sleep waits for game seconds.
func (a *Agent) sleep(seconds float64) {
	a.at = a.w.seconds() + seconds
	heap.Push(&a.w.waiting, a)
	a.park()
}

// args are a command's arguments.
type args = map[string]world.Value

// do gives a command and waits for what it is answered.
func (a *Agent) do(command string, with args) (world.Value, error) {
	a.asked++
	a.w.commands++
	in := a.w.people.at[a.id].in
	if err := in.Post(system.Command{Player: a.id, Client: a, ID: a.asked, Name: command, Args: with}); err != nil {
		return nil, err
	}
	a.park()
	if a.err != nil {
		a.w.refused++
	}
	return a.result, a.err
}

// table does the same where the answer is a table; nil for a refusal.
func (a *Agent) table(command string, with args) map[string]world.Value {
	v, err := a.do(command, with)
	if err != nil {
		return nil
	}
	t, _ := v.(map[string]world.Value)
	return t
}

// ok says whether a command was done.
func (a *Agent) ok(command string, with args) bool {
	_, err := a.do(command, with)
	return err == nil
}

// between is a number from lo to hi.
func (a *Agent) between(lo, hi float64) float64 { return lo + (hi-lo)*a.Float64() }

// Reply implements system.Client.
func (a *Agent) Reply(id uint64, result world.Value, err error) {
	if id == a.asked {
		a.result, a.err = result, err
		a.w.ready = append(a.w.ready, a)
	}
}

// Send implements system.Client: an agent looks when it wants to know.
func (a *Agent) Send(*wire.Frame) {}

// Cork implements system.Client.
func (a *Agent) Cork() {}

// Uncork implements system.Client.
func (a *Agent) Uncork() {}

// NeedSnapshot implements system.Client.
func (a *Agent) NeedSnapshot() bool { return false }

// Close implements system.Client.
func (a *Agent) Close(string) {}

// seconds is the game time.
func (w *World) seconds() float64 { return w.now.Sub(epoch).Seconds() }

// wake lets those go on who have waited long enough or been answered.
func (w *World) wake() {
	now := w.seconds()
	for len(w.ready) > 0 || len(w.waiting) > 0 && w.waiting[0].at <= now {
		some := w.ready
		w.ready = nil
		for len(w.waiting) > 0 && w.waiting[0].at <= now {
			some = append(some, heap.Pop(&w.waiting).(*Agent))
		}
		for _, a := range some {
			a.resume()
		}
	}
}

// timers are those who wait, the soonest first, and of those the lowest number.
type timers []*Agent

func (t timers) Len() int { return len(t) }
func (t timers) Less(i, j int) bool {
	return cmp.Or(cmp.Compare(t[i].at, t[j].at), cmp.Compare(t[i].id, t[j].id)) < 0
}
func (t timers) Swap(i, j int) {
	t[i], t[j] = t[j], t[i]

}

// Push implements heap.Interface.
func (t *timers) Push(x any) { *t = append(*t, x.(*Agent)) }

// Pop implements heap.Interface.
func (t *timers) Pop() any {
	last := (*t)[len(*t)-1]
	*t = (*t)[:len(*t)-1]
	return last
}
