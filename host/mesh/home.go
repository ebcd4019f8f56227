package mesh

import (
	"maps"
	"slices"
	"sync"
	"time"

	"hotshard/runtime/gate"
	"hotshard/runtime/gate/wire"
	"hotshard/runtime/system"
	"hotshard/runtime/world"
)

// homes are the players whose sockets this process has.
type homes struct {
	m *Mesh

	mu     sync.RWMutex
	last   uint64
	of     map[world.CharacterID]*local
	conns  map[uint64]*local
	number map[world.NodeID]uint64 // of the last message of what players see, by who sent it
}

// local is one of them.
type local struct {
	who    world.CharacterID
	conn   uint64
	client system.Client
	binary bool

	mu    sync.Mutex
	began time.Duration // when they came in, or were brought in anew, by the members' clock
	at    world.Address // where a node has said that they are
	epoch world.Epoch
	from  world.NodeID            // which node
	noted bool                    // it was told that they have lost what they saw
	asked map[uint64]world.NodeID // requests that another node is to answer, and which was asked
}

func (v *homes) init(m *Mesh) {
	v.m, v.of, v.conns, v.number = m, map[world.CharacterID]*local{}, map[uint64]*local{}, map[world.NodeID]uint64{}
}

// World is the universe as a gate of this process sees it. Nobody may come in before Start.
func (m *Mesh) World() gate.World { return doorway{m} }

// doorway notes who comes in and goes.
type doorway struct{ m *Mesh }

// Enter implements gate.World.
func (d doorway) Enter(c world.CharacterID, client gate.Client) {
	d.m.home.note(c, client)
	d.m.u.Enter(c, client)
}

// Away implements gate.World.
func (d doorway) Away(c world.CharacterID, client gate.Client) { d.m.u.Away(c, client) }

// Leave implements gate.World.
func (d doorway) Leave(c world.CharacterID, reason string) {
	d.m.u.Leave(c, reason)
	d.m.home.forget(c)
}

// Command implements gate.World.
func (d doorway) Command(c world.CharacterID, req gate.Request) { d.m.u.Command(c, req) }

// note has a player be at home here, by a connection.
func (v *homes) note(who world.CharacterID, c system.Client) *local {
	v.mu.Lock()
	defer v.mu.Unlock()
	old := v.of[who]
	if old != nil && old.client == c {
		return old
	}
	v.last++
	l := &local{who: who, conn: v.last, client: c, began: v.m.members.clock()}
	if b, ok := c.(interface{ Binary() bool }); ok {
		l.binary = b.Binary()
	}
	if old != nil {
		delete(v.conns, old.conn)
		l.at, l.epoch, l.from = old.at, old.epoch, old.from
	}
	v.of[who], v.conns[l.conn] = l, l
	return l
}

func (v *homes) forget(who world.CharacterID) {
	v.mu.Lock()
	defer v.mu.Unlock()
	if l := v.of[who]; l != nil {
		delete(v.of, who)
		delete(v.conns, l.conn)
	}
}

// tidy forgets what the numbers of those were that are gone: who comes back begins anew.
func (v *homes) tidy() {
	v.mu.Lock()
	defer v.mu.Unlock()
	maps.DeleteFunc(v.number, func(of world.NodeID, _ uint64) bool { return !v.m.members.alive(of) })
}

func (v *homes) count() int {
	v.mu.RLock()
	defer v.mu.RUnlock()
	return len(v.of)
}

// list are the players of this home.
func (v *homes) list() []*local {
	v.mu.RLock()
	defer v.mu.RUnlock()
	out := make([]*local, 0, len(v.of))
	for _, l := range v.of {
		out = append(out, l)
	}
	return out
}

// ref names the connection of a player, wherever they are at home.
func (v *homes) ref(who world.CharacterID, c system.Client) ref {
	if f, ok := c.(*far); ok {
		return f.ref
	}
	v.mu.RLock()
	l := v.of[who]
	v.mu.RUnlock()
	if l != nil {
		return ref{home: v.m.me, conn: l.conn, binary: l.binary, gone: c == nil}
	}
	if f := v.m.far.find(who); f != nil {
		r := f.ref
		r.gone = c == nil
		return r
	}
	return ref{}
}

// ask notes that a request of a player of this home goes to another node.
func (v *homes) ask(node world.NodeID, msg system.Message) {
	c, is := msg.(system.Command)
	if !is {
		return
	}
	if l := v.played(c.Player, c.Client); l != nil {
		l.mu.Lock()
		defer l.mu.Unlock()
		if l.asked == nil {
			l.asked = map[uint64]world.NodeID{}
		}
		l.asked[c.ID] = node
	}
}

// unask is that this node answers it after all.
func (v *homes) unask(msg system.Message) {
	if c, is := msg.(system.Command); is {
		if l := v.played(c.Player, c.Client); l != nil {
			l.answered(c.ID)
		}
	}
}

// played is who plays a character through a connection, nil for nobody of this home.
func (v *homes) played(who world.CharacterID, c system.Client) *local {
	v.mu.RLock()
	defer v.mu.RUnlock()
	if l := v.of[who]; l != nil && l.client == c {
		return l
	}
	return nil
}

// answered takes a request back; false for one that was answered before.
func (l *local) answered(id uint64) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	_, is := l.asked[id]
	delete(l.asked, id)
	return is
}

// giveUp answers what nobody else will: it was on the way to or from a node that is gone, or
// has lost something. "" is for whatever was asked, of whichever node.
func (l *local) giveUp(node world.NodeID) {
	l.mu.Lock()
	var lost []uint64
	for id, of := range l.asked {
		if node == "" || of == node {
			lost = append(lost, id)
			delete(l.asked, id)
		}
	}
	l.mu.Unlock()
	slices.Sort(lost)
	for _, id := range lost {
		l.client.Reply(id, nil, wire.Errorf(wire.CodeBusy, "The connection to where you are was lost. Nobody knows whether that was done."))
	}
}

// hear takes in what players see.
func (v *homes) hear(from world.NodeID, data []byte) {
	r := scan{b: data}
	number := r.uint()
	v.mu.Lock()
	last, known := v.number[from]
	v.number[from] = number
	v.mu.Unlock()
	b := batch{v: v, from: from, r: &r, corked: map[system.Client]struct{}{}}
	for r.more() {
		b.record()
	}
	for c := range b.corked {
		c.Uncork()
	}
	if r.bad {
		v.m.log.Warn("what players see came cut short", "from", from)
	}
	if number != last+1 { // something before this was lost
		of := from // who has never spoken before has lost nothing of what others were asked
		if known {
			of = ""
		}
		v.m.work.Go(func() { v.attachAgain(from, of) })
	}
}

// batch is one message of what players see.
type batch struct {
	v      *homes
	from   world.NodeID
	r      *scan
	frame  *wire.Frame
	corked map[system.Client]struct{}
}

func (b *batch) record() {
	r := b.r
	letter := r.b[0]
	r.b = r.b[1:]
	switch letter {
	case 'F':
		kind, codec := wire.Kind(r.uint()), wire.Codec(r.uint())
		bytes := r.bytes()
		if b.frame = wire.Encoded(kind, codec, bytes); b.frame == nil {
			r.b, r.bad = nil, true
		}
	case 'T':
		b.give(r.uint())
	case 'R':
		conn, id := r.uint(), r.uint()
		if l := b.v.byConn(conn); l != nil && !r.bad && l.answered(id) {
			b.send(l)
		}
	case 'C':
		conn, reason := r.uint(), r.text()
		if l := b.v.byConn(conn); l != nil && !r.bad {
			l.client.Close(reason)
		}
	case 'A':
		who, conn, at, epoch := world.CharacterID(r.uint()), r.uint(), world.Address(r.text()), world.Epoch(r.uint())
		if l := b.v.byConn(conn); l != nil && l.who == who && !r.bad && l.arrive(b.from, at, epoch) {
			b.v.m.u.Moved(who, at)
		}
	case 'L':
		who, conn := world.CharacterID(r.uint()), r.uint()
		if l := b.v.byConn(conn); l != nil && l.who == who && !r.bad {
			b.v.m.u.Gone(who, "")
		}
	default:
		r.b, r.bad = nil, true
	}
}

func (v *homes) byConn(conn uint64) *local {
	v.mu.RLock()
	defer v.mu.RUnlock()
	return v.conns[conn]
}

// onTheWay says whether a player has only just come in: no node has said yet that they are there.
func (l *local) onTheWay(now time.Duration) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.from == "" && now-l.began < rollEvery
}

// arrive notes where a player is; false where that is older than what is known.
func (l *local) arrive(from world.NodeID, at world.Address, epoch world.Epoch) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	if at == l.at && epoch < l.epoch {
		return false
	}
	l.at, l.epoch, l.from = at, epoch, from
	return true
}

// give gives a player the frame, if it is of where they are.
func (b *batch) give(conn uint64) {
	l := b.v.byConn(conn)
	if l == nil || b.frame == nil || b.r.bad {
		return
	}
	l.mu.Lock()
	here := l.from == "" || l.from == b.from
	l.mu.Unlock()
	if here {
		b.send(l)
	}
}

func (b *batch) send(l *local) {
	if b.frame == nil {
		return
	}
	if b.frame.Kind() == wire.KindText {
		if _, is := b.corked[l.client]; !is {
			b.corked[l.client] = struct{}{}
			l.client.Cork()
		}
	} else {
		delete(b.corked, l.client) // it takes along what was held back
	}
	l.client.Send(b.frame)
	if b.frame.Kind() != wire.KindText {
		b.look(l)
	}
}

// look tells the node that a player has lost what they saw, once until they see again.
func (b *batch) look(l *local) {
	needs := l.client.NeedSnapshot()
	if needs && !l.noted {
		_ = b.v.m.cfg.Bus.Send(b.from, kindNote, putUint(putUint(nil, uint64(l.who)), l.conn)) // the next frame asks again
	}
	l.noted = needs && !l.noted
}
