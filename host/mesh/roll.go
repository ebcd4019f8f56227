package mesh

import (
	"context"
	"encoding/json"
	"time"

	"hotshard/runtime/system"
	"hotshard/runtime/world"
)

// Messages can be lost, and systems begin anew with nobody in them. So a home asks, now and
// then and whenever a system has begun anew, whether its players are there, and brings in anew
// who is not. Where a player is, their record says.

const rollPatience = 2 * time.Second

// callRolls asks of all systems in which players of this home are.
func (m *Mesh) callRolls() {
	m.far.tidy()
	m.links.tidy()
	m.home.tidy()
	at := map[world.Address]bool{}
	for _, l := range m.home.list() {
		if a, in := m.u.Where(l.who); in && !m.Here(a) {
			at[a] = true
		}
	}
	for a := range at {
		m.work.Go(func() { m.callRoll(a) })
	}
}

// callRoll asks of one.
func (m *Mesh) callRoll(a world.Address) {
	q := present{At: a}
	of := map[world.CharacterID]*local{}
	for _, l := range m.home.list() {
		if l.onTheWay(m.members.clock()) {
			continue // what brings them may come behind this question
		}
		if at, in := m.u.Where(l.who); in && at == a {
			q.Players = append(q.Players, presence{l.who, l.conn})
			of[l.who] = l
		}
	}
	if len(q.Players) == 0 || m.Here(a) {
		return
	}
	r, known := m.routes.runner(a)
	if !known || !m.members.alive(r.to) {
		for _, l := range of { // whoever takes the message finds out, and their record is where they are
			m.again(l, a)
		}
		return
	}
	q.Sent = m.links.sent(r.to)
	ctx, cancel := context.WithTimeout(m.ctx, rollPatience)
	defer cancel()
	data, err := m.cfg.Bus.Request(ctx, r.to, kindRoll, "who is in "+string(a), asJSON(q))
	var out absent
	if err != nil || json.Unmarshal(data, &out) != nil {
		m.routes.forget(a, r.to)
		return // the next one finds who runs it
	}
	if out.Gap {
		m.home.attachAgain(r.to, "")
	}
	for _, who := range out.Lost {
		m.again(of[who], a)
	}
	for _, who := range out.Other {
		if l := of[who]; l != nil {
			m.attach(l, a)
		}
	}
}

// runner is the node that is known to run something.
func (v *routes) runner(a world.Address) (route, bool) {
	v.mu.Lock()
	defer v.mu.Unlock()
	r, ok := v.known[a]
	return r, ok
}

// again brings in anew who was in a system that does not know them.
func (m *Mesh) again(l *local, lost world.Address) {
	if l == nil {
		return
	}
	if at, in := m.u.Where(l.who); !in || at != lost {
		return
	}
	l.mu.Lock()
	l.at, l.from, l.began = "", "", m.members.clock()
	l.mu.Unlock()
	l.giveUp("")
	m.log.Info("a player is brought in anew", "player", l.who, "from", lost)
	m.u.Again(l.who, lost, l.client)
}

func (m *Mesh) attach(l *local, at world.Address) {
	if err := m.u.Route(at, system.Attach{Player: l.who, Client: l.client}); err != nil {
		m.log.Warn("a player's connection did not reach their system", "player", l.who, "error", err)
	}
}

// attachAgain has players see anew who are on a node from or to which something was lost, ""
// for any, and gives up what they have asked of a node, "" for any.
func (v *homes) attachAgain(node, asked world.NodeID) {
	for _, l := range v.list() {
		l.mu.Lock()
		theirs := l.from != "" && (l.from == node || node == "")
		l.mu.Unlock()
		if at, in := v.m.u.Where(l.who); theirs && in {
			l.giveUp(asked)
			v.m.attach(l, at)
		}
	}
}
