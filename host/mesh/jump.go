package mesh

import (
	"context"
	"sync"
	"time"

	"hotshard/runtime/system"
	"hotshard/runtime/world"
)

// jumpPatience is how long a player's record may take to be kept, or read.
const jumpPatience = 10 * time.Second

// jumps are players who leave for a system of another process. Their record goes first, in
// the name of the system that they leave: where it says they are, they are. What is sent to
// them meanwhile follows.
type jumps struct {
	m *Mesh

	mu   sync.Mutex
	held map[world.CharacterID][]parcel
}

func (v *jumps) init(m *Mesh) { v.m, v.held = m, map[world.CharacterID][]parcel{} }

// hold keeps a message for somebody who is on the way out.
func (v *jumps) hold(p world.CharacterID, to world.Address, msg system.Message) bool {
	v.mu.Lock()
	defer v.mu.Unlock()
	list, leaving := v.held[p]
	if leaving {
		v.held[p] = append(list, parcel{to: to, m: msg})
	}
	return leaving
}

// end returns what was held.
func (v *jumps) end(p world.CharacterID) []parcel {
	v.mu.Lock()
	defer v.mu.Unlock()
	list := v.held[p]
	delete(v.held, p)
	return list
}

// Jump implements universe.Elsewhere.
func (m *Mesh) Jump(from, to world.Address, e system.Enter, stay func(error)) {
	p := e.Character.ID
	m.out.mu.Lock()
	m.out.held[p] = []parcel{}
	m.out.mu.Unlock()
	m.work.Go(func() {
		if err := m.keepJump(from, e.Character); err != nil {
			held := m.out.end(p)
			stay(err)
			m.sendAll(held, from)
			return
		}
		m.send(parcel{to: to, m: e})
		held := m.out.end(p)
		m.sendAll(held, to)
		if m.home.ref(p, e.Client).home != m.me {
			m.far.leave(p)
		}
	})
}

func (m *Mesh) sendAll(list []parcel, to world.Address) {
	for _, p := range list {
		p.to = to
		m.send(p)
	}
}

func (m *Mesh) keepJump(from world.Address, c system.Character) error {
	f, may := m.Fence(from)
	if !may {
		return errNotOurs
	}
	ctx, cancel := context.WithTimeout(m.ctx, jumpPatience)
	defer cancel()
	return m.cfg.Save(ctx, f, c)
}

// arrivals are players who come from other processes. Whoever comes is where their record
// says: a message that was on the way for long, or has come twice, brings in nobody.
type arrivals struct {
	m *Mesh

	mu   sync.Mutex
	held map[world.CharacterID][]parcel // what is for them, while their record is read
}

func (v *arrivals) init(m *Mesh) { v.m, v.held = m, map[world.CharacterID][]parcel{} }

// coming says whether somebody is about to be let in.
func (v *arrivals) coming(p world.CharacterID) bool {
	v.mu.Lock()
	defer v.mu.Unlock()
	_, is := v.held[p]
	return is
}

// admit says whether a message about a player goes on to their system now.
func (v *arrivals) admit(who world.CharacterID, from ref, p parcel) bool {
	v.mu.Lock()
	defer v.mu.Unlock()
	list, coming := v.held[who]
	if coming {
		v.held[who] = append(list, p)
		return false
	}
	switch msg := p.m.(type) {
	case system.Enter:
		v.held[who] = []parcel{}
		v.m.work.Go(func() { v.arrive(who, from, p, msg) })
		return false
	case system.Attach:
		v.m.far.admit(v.m.far.client(who, from))
		return true
	}
	c := v.m.far.find(who)
	return c == nil || c.home == from.home // or it is from where they were at home before
}

// arrive lets somebody in where their record says.
func (v *arrivals) arrive(who world.CharacterID, from ref, p parcel, e system.Enter) {
	m := v.m
	ctx, cancel := context.WithTimeout(m.ctx, jumpPatience)
	defer cancel()
	c, err := m.u.LoadCharacter(ctx, who)
	at := p.to
	if place := m.u.Map().System(c.System); err == nil && place != nil {
		e.Character, at = c, world.SystemAddress(place.Name)
	}
	switch {
	case err != nil:
		m.lose(p, err)
	case at != p.to:
		e.Reason, e.Gate, e.From = system.ReasonLogin, 0, ""
		m.send(parcel{to: at, m: e, hops: p.hops + 1})
	default:
		f := m.far.client(who, from)
		m.far.admit(f)
		m.u.Moved(who, at)
		f.arrived(at)
		p.m = e
		m.take(p)
	}
	for { // what was held, in its order, until nothing more is
		v.mu.Lock()
		list := v.held[who]
		if len(list) == 0 {
			delete(v.held, who)
			v.mu.Unlock()
			return
		}
		v.held[who] = []parcel{}
		v.mu.Unlock()
		m.sendAll(list, at)
	}
}
