package wire

import (
	"strconv"

	"hotshard/runtime/world"
)

// Pieces are what happened to single things at a tick, each encoded once, and put
// together to a delta of its own for any player who is to hear of some of them. All
// memory is used again: what Frame returned before the next Frame is over.
type Pieces struct {
	tick   world.Tick
	origin world.Vec3
	list   []piece
	bytes  [codecs][]byte // of all pieces
	done   [codecs]bool   // which of these are there
	bodies []body

	frame Frame // the latest,
	parts []int32
	out   [codecs][]byte // as it goes out, behind room for a longer header
	from  [codecs]int    // where in that it begins, from 1 on; 0 where it is not made yet
	start [codecs]int    // how long its header is
}

// piece is one thing's place in a delta.
type piece struct {
	id   world.EntityID
	kind pieceKind
	at   [codecs]span
}

type span struct{ from, to int32 }

type body struct {
	entity Entity
	ago    uint8
}

// The kinds of pieces, in the order of the lists of a delta.
type pieceKind uint8

const (
	pieceGone pieceKind = iota
	pieceAdd
	pieceMove
	pieceTurn
	pieceKinds
)

// Begin forgets all pieces and begins those of a tick. Positions are told from
// around the origin: the nearer it is, the fewer bytes they take.
func (p *Pieces) Begin(tick world.Tick, origin world.Vec3) {
	p.tick, p.list, p.bodies = tick, p.list[:0], p.bodies[:0]
	p.done = [codecs]bool{}
	var box bounds
	box.add(origin)
	p.origin = box.centre()
}

// Len is how many pieces there are.
func (p *Pieces) Len() int { return len(p.list) }

// Gone adds that a thing is no longer in view.
func (p *Pieces) Gone(id world.EntityID) { p.add(pieceGone, Entity{ID: id}, 0) }

// Add adds a thing with all that is to be seen of it.
func (p *Pieces) Add(e *Entity) { p.add(pieceAdd, *e, 0) }

// Move adds the course of a thing.
func (p *Pieces) Move(m *Motion) { p.add(pieceMove, Entity{ID: m.ID, Motion: *m}, 0) }

// Turn adds the new course of a thing that the players have followed up to now.
func (p *Pieces) Turn(t *Turn) { p.add(pieceTurn, Entity{ID: t.ID, Motion: t.Motion}, t.Ago) }

func (p *Pieces) add(kind pieceKind, e Entity, ago uint8) {
	p.list = append(p.list, piece{id: e.ID, kind: kind})
	p.bodies = append(p.bodies, body{e, ago})
}

// Frame returns the delta of the pieces with the numbers, by the order in which they
// were added. It is good until the next call of Frame or Begin; whoever keeps its
// bytes copies them, as Lent says.
func (p *Pieces) Frame(numbers []int32) *Frame {
	p.parts = numbers
	p.frame.kind, p.frame.pieces = KindDelta, p
	p.from = [codecs]int{}
	return &p.frame
}

// whole puts the frame of the chosen pieces together.
func (p *Pieces) whole(c Codec) []byte {
	if p.from[c] > 0 {
		return p.out[c][p.from[c]-1:]
	}
	p.pack(c)
	var blank [maxHeader]byte
	buf := append(p.out[c][:0], blank[:]...)
	if c == Binary {
		buf = p.join(buf)
	} else {
		buf = p.joinJSON(buf)
	}
	p.out[c] = buf
	from := putHeader(buf, c)
	p.from[c], p.start[c] = from+1, maxHeader-from
	return buf[from:]
}

// pack encodes all pieces, once.
func (p *Pieces) pack(c Codec) {
	if p.done[c] {
		return
	}
	p.done[c] = true
	k := packer{b: p.bytes[c][:0], origin: p.origin}
	for i := range p.list {
		from := len(k.b)
		if c == Binary {
			k.piece(p.list[i].kind, &p.bodies[i])
		} else {
			k.b = p.bodies[i].appendJSON(k.b, p.list[i].kind)
		}
		p.list[i].at[c] = span{int32(from), int32(len(k.b))}
	}
	p.bytes[c] = k.b
}

// piece appends what stands behind an id. Strings are told whole, as nobody knows
// what stands before the piece.
func (p *packer) piece(kind pieceKind, b *body) {
	switch kind {
	case pieceAdd:
		p.course(b.entity.ID, &b.entity.Motion)
		p.traits(&b.entity, 0, 0)
	case pieceMove:
		p.course(b.entity.ID, &b.entity.Motion)
	case pieceTurn:
		p.bend(&Turn{b.entity.Motion, b.ago})
	}
}

func (b *body) appendJSON(dst []byte, kind pieceKind) []byte {
	switch kind {
	case pieceGone:
		return strconv.AppendUint(dst, uint64(b.entity.ID), 10)
	case pieceAdd:
		return b.entity.appendJSON(dst)
	}
	return b.entity.Motion.appendJSON(dst)
}

// join appends the packed delta of the chosen pieces.
func (p *Pieces) join(dst []byte) []byte {
	k := packer{b: dst}
	k.begin(KindDelta, p.tick)
	k.vec(p.origin, world.Vec3{}, 1)
	var count [pieceKinds]uint64
	for _, n := range p.parts {
		count[p.list[n].kind]++
	}
	for kind := range pieceKinds {
		k.uint(count[kind])
		if count[kind] == 0 {
			continue
		}
		for _, n := range p.parts {
			if part := &p.list[n]; part.kind == kind {
				k.id(part.id)
				k.b = append(k.b, p.bytes[Binary][part.at[Binary].from:part.at[Binary].to]...)
			}
		}
	}
	return k.b
}

// joinJSON appends the delta of the chosen pieces as JSON, where turns are moves.
func (p *Pieces) joinJSON(dst []byte) []byte {
	dst = appendID(dst, `{"ev":"delta","tick":`, p.tick)
	for _, list := range []struct {
		name     string
		from, to pieceKind
	}{{`,"gone":[`, pieceGone, pieceGone}, {`,"add":[`, pieceAdd, pieceAdd}, {`,"move":[`, pieceMove, pieceTurn}} {
		dst = append(dst, list.name...)
		some := false
		for _, n := range p.parts {
			part := &p.list[n]
			if part.kind < list.from || part.kind > list.to {
				continue
			}
			if some {
				dst = append(dst, ',')
			}
			some = true
			dst = append(dst, p.bytes[JSON][part.at[JSON].from:part.at[JSON].to]...)
		}
		dst = append(dst, ']')
	}
	return append(dst, '}')
}
