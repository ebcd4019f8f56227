package mesh

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"sync"
	"time"

	"hotshard/runtime/cluster"
	"hotshard/runtime/system"
	"hotshard/runtime/world"
)

// routes say which node runs what. They are what was last heard, and may be wrong: whoever gets
// what it does not run sends it on, or looks who owns it.
type routes struct {
	m *Mesh

	mu      sync.Mutex
	known   map[world.Address]route
	waiting map[world.Address][]parcel // for somebody to run it
}

type route struct {
	to    world.NodeID
	epoch world.Epoch
}

// parcel is a message on its way.
type parcel struct {
	to   world.Address
	m    system.Message
	hops int
}

// How long messages wait for somebody to run what they are for, and how many.
const (
	findPatience = 8 * time.Second // longer than a dead node's systems take to play elsewhere
	findAgain    = 250 * time.Millisecond
	mostWaiting  = 4096 // of one actor
	mostHops     = 6
)

func (v *routes) init(m *Mesh) {
	v.m, v.known, v.waiting = m, map[world.Address]route{}, map[world.Address][]parcel{}
}

// runs is what a node says that begins to run something.
type runs struct {
	Subject world.Address
	Epoch   world.Epoch
	Anew    bool // with nobody in it
}

// hear takes in what another node says that it runs.
func (v *routes) hear(from world.NodeID, data []byte) {
	var r runs
	if json.Unmarshal(data, &r) != nil {
		return
	}
	v.learn(r.Subject, route{from, r.Epoch})
	if r.Anew && from != v.m.me {
		v.m.work.Go(func() { v.m.callRoll(r.Subject) })
	}
}

// learn notes who runs something, and sends what has waited for that. What is older than what
// is known does not count.
func (v *routes) learn(a world.Address, r route) {
	v.mu.Lock()
	if old, known := v.known[a]; known && old.epoch > r.epoch {
		v.mu.Unlock()
		return
	}
	v.known[a] = r
	parcels := v.waiting[a]
	delete(v.waiting, a)
	v.mu.Unlock()
	for _, p := range parcels {
		v.m.send(p)
	}
}

// forget has the next message for an actor look who owns it, if it went to a node.
func (v *routes) forget(a world.Address, to world.NodeID) {
	v.mu.Lock()
	defer v.mu.Unlock()
	if v.known[a].to == to {
		delete(v.known, a)
	}
}

// of is the node that runs an actor. Where that is not known, a message waits for it.
func (v *routes) of(p parcel) (to world.NodeID, known bool, err error) {
	v.mu.Lock()
	defer v.mu.Unlock()
	if r, ok := v.known[p.to]; ok && v.waiting[p.to] == nil {
		if v.m.members.alive(r.to) {
			return r.to, true, nil
		}
		delete(v.known, p.to)
	}
	list, searched := v.waiting[p.to]
	if len(list) >= mostWaiting {
		return "", false, fmt.Errorf("%s: %w", p.to, system.ErrBusy)
	}
	v.waiting[p.to] = append(list, p)
	if !searched {
		v.m.work.Go(func() { v.search(p.to) })
	}
	return "", false, nil
}

// search finds out who runs an actor, or has somebody run it.
func (v *routes) search(a world.Address) {
	ctx, cancel := context.WithTimeout(v.m.ctx, findPatience)
	defer cancel()
	var err error
	for ctx.Err() == nil {
		var r route
		if r, err = v.find(ctx, a); err == nil {
			v.learn(a, r)
			return
		}
		select {
		case <-ctx.Done():
		case <-time.After(findAgain):
		}
		v.mu.Lock()
		_, waits := v.waiting[a]
		v.mu.Unlock()
		if !waits {
			return // somebody has said that it runs
		}
	}
	v.mu.Lock()
	parcels := v.waiting[a]
	delete(v.waiting, a)
	v.mu.Unlock()
	for _, p := range parcels {
		v.m.lose(p, fmt.Errorf("%s was not reached, and nothing was done: %w", a, err))
	}
}

var errNoWorker = errors.New("there is no worker that takes it")

// find asks the table, and a worker to run what nobody owns.
func (v *routes) find(ctx context.Context, a world.Address) (route, error) {
	row, err := v.m.cfg.Owners.Row(ctx, a)
	if err != nil {
		return route{}, err
	}
	if row.Live() {
		if !v.m.members.alive(row.Owner) {
			return route{}, fmt.Errorf("%s, which owns it, is silent", row.Owner)
		}
		return route{row.Owner, row.Epoch}, nil
	}
	to, ok := v.m.members.place(a)
	if !ok {
		return route{}, errNoWorker
	}
	if to == v.m.me {
		v.m.n.Hear(cluster.Want{Subject: a})
		return route{}, fmt.Errorf("%s is about to be run", a)
	}
	ctx, cancel := context.WithTimeout(ctx, time.Second)
	defer cancel()
	if _, err := v.m.cfg.Bus.Request(ctx, to, kindWant, "run "+string(a), []byte(a)); err != nil {
		return route{}, err
	}
	return route{}, fmt.Errorf("%s is about to be run by %s", a, to)
}

// want is the other end of find: it says in kindRuns when it is so.
func (m *Mesh) want(_ context.Context, _ world.NodeID, data []byte) ([]byte, error) {
	a := world.Address(data)
	if m.n == nil {
		return nil, fmt.Errorf("%s runs nothing: it is a proxy", m.me)
	}
	if m.members.isDrained() {
		return nil, fmt.Errorf("%s is drained: it takes nothing", m.cfg.Name)
	}
	if _, err := m.u.Describe(a); err != nil {
		return nil, err
	}
	m.n.Hear(cluster.Want{Subject: a})
	return nil, nil
}
