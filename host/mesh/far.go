package mesh

import (
	"context"
	"encoding/json"
	"fmt"
	"sync"
	"time"

	"hotshard/runtime/gate/wire"
	"hotshard/runtime/system"
	"hotshard/runtime/world"
)

// far is the connection of a player who is at home in another process, as systems here use it.
type far struct {
	ref
	who  world.CharacterID
	m    *Mesh
	box  *outbox
	need flag

	alone time.Duration // since when its home is silent, of tidy; 0: it is not
	away  flag          // it was taken for gone: where its home is heard again, it is to come anew
}

// fars are those whose players are in systems here.
type fars struct {
	m *Mesh

	mu    sync.Mutex
	of    map[world.CharacterID]*far
	boxes map[world.NodeID]*outbox
}

func (v *fars) init(m *Mesh) {
	v.m, v.of, v.boxes = m, map[world.CharacterID]*far{}, map[world.NodeID]*outbox{}
}

// client is the connection that a message has come with: the same one each time for a player
// who is here.
func (v *fars) client(who world.CharacterID, r ref) *far {
	v.mu.Lock()
	defer v.mu.Unlock()
	if c := v.of[who]; c != nil && c.ref == r {
		return c
	}
	return &far{ref: r, who: who, m: v.m, box: v.boxTo(r.home)}
}

// admit makes it the connection of its player. Another one that they had, elsewhere, is over.
func (v *fars) admit(c *far) {
	v.mu.Lock()
	old := v.of[c.who]
	v.of[c.who] = c
	v.mu.Unlock()
	if old != nil && old != c && old.home != c.home {
		old.Close("You signed in from another place.")
	}
}

// find is the connection of a player who is here, nil for none.
func (v *fars) find(who world.CharacterID) *far {
	v.mu.Lock()
	defer v.mu.Unlock()
	return v.of[who]
}

// leave forgets the connection of a player who is here no longer.
func (v *fars) leave(who world.CharacterID) *far {
	v.mu.Lock()
	defer v.mu.Unlock()
	c := v.of[who]
	delete(v.of, who)
	return c
}

// boxTo is what goes to a home, with the lock.
func (v *fars) boxTo(home world.NodeID) *outbox {
	b := v.boxes[home]
	if b == nil {
		b = newOutbox(v.m, home)
		v.boxes[home] = b
	}
	return b
}

// tidy looks at players whose homes are silent: they have no connection and, where they do not
// come back by another, are out of the game when their time is over.
func (v *fars) tidy() {
	var homeless []*far
	v.mu.Lock()
	homes := map[world.NodeID]bool{}
	for _, c := range v.of {
		homes[c.home] = true
		if v.m.members.alive(c.home) {
			c.alone = 0
			continue
		}
		homeless = append(homeless, c)
	}
	for home, b := range v.boxes {
		if !homes[home] && !v.m.members.alive(home) {
			b.close()
			delete(v.boxes, home)
		}
	}
	v.mu.Unlock()
	for _, c := range homeless {
		v.abandon(c, v.m.members.clock())
	}
}

// abandon does for a player whose home is silent what it would have done.
func (v *fars) abandon(c *far, now time.Duration) {
	at, in := v.m.u.Where(c.who)
	switch {
	case !in || !v.m.Here(at):
		v.leave(c.who)
	case c.alone == 0:
		c.alone = now
		c.away.set()
		v.m.take(parcel{to: at, m: system.Detach{Player: c.who, Client: c}})
	case now-c.alone >= v.m.cfg.Linger:
		v.m.take(parcel{to: at, m: system.Leave{Player: c.who, Reason: "timeout"}})
	}
}

func (v *fars) close() {
	v.mu.Lock()
	defer v.mu.Unlock()
	for _, b := range v.boxes {
		b.close()
	}
}

// note takes in that a player has lost what they saw.
func (v *fars) note(from world.NodeID, data []byte) {
	r := scan{b: data}
	if c := v.find(world.CharacterID(r.uint())); c != nil && c.home == from && c.conn == r.uint() {
		c.need.set()
	}
}

// present is what a home wants to know of a system: who of its players is there.
type present struct {
	At      world.Address
	Sent    uint64 // messages to the node that is asked
	Players []presence
}

type presence struct {
	Who  world.CharacterID
	Conn uint64
}

// absent is the answer: who is not, and who is by another connection; and whether a message
// of the home's has not come.
type absent struct {
	Lost, Other []world.CharacterID
	Gap         bool
}

// roll answers it.
func (v *fars) roll(_ context.Context, from world.NodeID, data []byte) ([]byte, error) {
	var q present
	if err := json.Unmarshal(data, &q); err != nil {
		return nil, err
	}
	if !v.m.Here(q.At) {
		return nil, fmt.Errorf("%s does not run on %s", q.At, v.m.me)
	}
	out := absent{Gap: !v.m.links.saw(from, q.Sent, 0)}
	for _, p := range q.Players {
		at, in := v.m.u.Where(p.Who)
		switch c := v.find(p.Who); {
		case v.m.in.coming(p.Who):
		case !in || c == nil || c.home != from:
			out.Lost = append(out.Lost, p.Who)
		case at != q.At && v.m.Here(at):
			c.arrived(at)
		case c.conn != p.Conn || c.away.take():
			out.Other = append(out.Other, p.Who)
		}
	}
	return asJSON(out), nil
}

// Send implements system.Client.
func (c *far) Send(f *wire.Frame) {
	c.box.frame(c.conn, f, c.codec())
	c.box.ring()
}

// Reply implements system.Client.
func (c *far) Reply(id uint64, result world.Value, err error) {
	shown := (*wire.Error)(nil)
	if err != nil {
		shown = c.m.shown(c.who, err)
	}
	c.box.reply(c.conn, id, c.codec(), wire.AppendReply(nil, c.codec(), id, result, shown))
	c.box.ring()
}

// Cork and Uncork implement system.Client: what goes in one message goes in one write.
func (c *far) Cork()   {}
func (c *far) Uncork() {}

// NeedSnapshot implements system.Client.
func (c *far) NeedSnapshot() bool { return c.need.take() }

// Close implements system.Client.
func (c *far) Close(reason string) {
	c.box.record('C', putText(putUint(nil, c.conn), reason))
	c.box.ring()
}

// arrived tells the player's home where they are.
func (c *far) arrived(at world.Address) {
	f, _ := c.m.Fence(at)
	c.box.record('A', putUint(putText(putUint(putUint(nil, uint64(c.who)), c.conn), at), uint64(f.Epoch)))
	c.box.ring()
}

// left tells it that they are out of the game.
func (c *far) left() {
	c.box.record('L', putUint(putUint(nil, uint64(c.who)), c.conn))
	c.box.ring()
}

func (c *far) codec() wire.Codec {
	if c.binary {
		return wire.Binary
	}
	return wire.JSON
}

// Arrived implements universe.Elsewhere.
func (m *Mesh) Arrived(p world.CharacterID, at world.Address) {
	if c := m.far.find(p); c != nil {
		c.arrived(at)
	}
}

// Left implements universe.Elsewhere.
func (m *Mesh) Left(p world.CharacterID) {
	if c := m.far.leave(p); c != nil {
		c.left()
	}
}

// round sends what players see in a tick: to those at home elsewhere in one message for each
// home, with each frame once.
type round struct {
	m       *Mesh
	base    system.Round // to players who are at home here; nil for one by one
	touched []*outbox
}

// Send implements system.Round.
func (r *round) Send(to system.Client, f *wire.Frame) {
	if c, ok := to.(*far); ok {
		c.box.frame(c.conn, f, c.codec())
		r.touch(c.box)
		return
	}
	if r.base == nil {
		to.Send(f)
		return
	}
	r.base.Send(to, f)
}

func (r *round) touch(b *outbox) {
	for _, one := range r.touched {
		if one == b {
			return
		}
	}
	r.touched = append(r.touched, b)
}

// Uncork implements system.Round.
func (r *round) Uncork(to system.Client) {
	if _, ok := to.(*far); ok {
		return
	}
	if r.base == nil {
		to.Uncork()
		return
	}
	r.base.Uncork(to)
}

// Flush implements system.Round.
func (r *round) Flush() {
	if r.base != nil {
		r.base.Flush()
	}
	for _, b := range r.touched {
		b.ring()
	}
	r.touched = r.touched[:0]
}
