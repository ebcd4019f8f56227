package mesh

import (
	"errors"
	"fmt"

	"hotshard/host/bus"
	"hotshard/runtime/gate/wire"
	"hotshard/runtime/system"
	"hotshard/runtime/universe"
	"hotshard/runtime/world"
)

// Send implements universe.Elsewhere.
func (m *Mesh) Send(to world.Address, msg system.Message) error {
	switch msg.(type) {
	case system.Do, system.Between:
		return m.askThere(to)
	}
	if p, _, player := system.About(msg); player && m.out.hold(p, to, msg) {
		return nil
	}
	return m.dispatch(parcel{to: to, m: msg})
}

// askThere says where somebody has to ask who wants to look into an actor.
func (m *Mesh) askThere(to world.Address) error {
	r, known := m.routes.runner(to)
	for _, one := range m.members.list() {
		if known && one.ID == r.to && one.ID != m.me {
			return fmt.Errorf("%s runs on %s: ask there (on %s COMMAND)", to, one.Name, one.Name)
		}
	}
	return fmt.Errorf("%s does not run on this node", to)
}

// dispatch gives a message to the bus or, where nobody is known to run what it is for, has it
// wait. An error says that it goes nowhere.
func (m *Mesh) dispatch(p parcel) error {
	node, known, err := m.routes.of(p)
	if err != nil || !known {
		return err
	}
	data, err := m.pack(p)
	if err != nil {
		return err
	}
	if !m.cfg.Bus.Up() {
		return bus.ErrGone
	}
	m.home.ask(node, p.m)
	m.links.send(node, packed{p, data})
	return nil
}

// send is dispatch for a message whose sender has gone on.
func (m *Mesh) send(p parcel) {
	if m.Here(p.to) {
		m.take(p)
		return
	}
	if err := m.dispatch(p); err != nil {
		m.lose(p, err)
	}
}

// pack writes a message down, with the connection that it brings.
func (m *Mesh) pack(p parcel) ([]byte, error) {
	data, err := system.Pack(p.m)
	if err != nil {
		return nil, err
	}
	out := putUint(putText(nil, p.to), uint64(p.hops))
	who, c, player := system.About(p.m)
	r := ref{}
	if player {
		r = m.home.ref(who, c)
	}
	return append(putUint(r.put(out), uint64(who)), data...), nil
}

// hear takes in a message of another node.
func (m *Mesh) hear(node world.NodeID, data []byte) {
	r := scan{b: data}
	if number := r.uint(); !m.links.saw(node, number, 1) {
		_ = m.cfg.Bus.Send(node, kindGap, nil) // the next roll says it again
	}
	p := parcel{to: world.Address(r.text()), hops: int(r.uint())}
	from := r.ref()
	if r.bad {
		return
	}
	who := world.CharacterID(r.uint())
	var c system.Client
	if from.conn != 0 && !from.gone {
		c = m.far.client(who, from)
	}
	var err error
	if p.m, err = system.Unpack(r.b, c); err != nil {
		m.log.Warn("a message of another node is not understood", "for", p.to, "error", err)
		return
	}
	p.hops++
	if !m.Here(p.to) {
		m.pass(p)
		return
	}
	if from.conn == 0 || m.in.admit(who, from, p) {
		m.take(p)
	}
}

// pass sends on what has come to the wrong node.
func (m *Mesh) pass(p parcel) {
	if p.hops > mostHops {
		m.lose(p, fmt.Errorf("%s was not found on %d nodes", p.to, p.hops))
		return
	}
	m.routes.forget(p.to, m.me)
	m.send(p)
}

// take gives a message to the actor here.
func (m *Mesh) take(p parcel) {
	switch err := m.u.Take(p.to, p.m); {
	case errors.Is(err, universe.ErrElsewhere):
		m.pass(p)
	case err != nil:
		m.lose(p, err)
	}
}

// lose tells whoever waits for something to come of a message that nothing will.
func (m *Mesh) lose(p parcel, why error) {
	switch msg := p.m.(type) {
	case system.Command:
		if msg.Client != nil {
			m.home.unask(msg)
			msg.Client.Reply(msg.ID, nil, wire.Errorf(wire.CodeBusy, "%v", why))
		}
	case system.Call:
		if err := m.u.Route(msg.From, system.Answer{ID: msg.ID, Err: why.Error()}); err != nil {
			m.log.Warn("a call was lost, and so was that", "to", p.to, "from", msg.From, "error", err)
		}
	case system.Enter:
		if msg.Client != nil {
			msg.Client.Close("Where you are cannot be reached at the moment. Please sign in again.")
		}
	default:
		m.log.Warn("a message was lost", "to", p.to, "what", fmt.Sprintf("%T", p.m), "error", why)
	}
}

// Crowd implements universe.Elsewhere. How full a system is that is not here, its own node
// knows: whoever comes is let in, or has to wait, at its door.
func (m *Mesh) Crowd(a world.Address) system.Crowd {
	return system.Crowd{Address: a}
}
