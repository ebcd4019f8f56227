package wire

import (
	"strconv"

	"hotshard/runtime/world"
)

// All that either codec knows of an entity's members stands in this file. One more is
// a line in each of the five places below, one where the system fills it in
// (system/entity.go), one in codec.js, where the page reads it, and one in PROTOCOL.md.

// Entity is one thing in space as a player sees it.
type Entity struct {
	ID     world.EntityID
	Kind   string            // ship, npc, wreck, missile, pod: what scripts spawned it as
	Name   string            // shown to players
	Type   string            // item type, "Rifter"
	Owner  world.CharacterID // 0: nobody's
	Radius float64           // m
	Flags  uint32            // bits whose meaning the game gives
	Motion                   // Motion.ID is taken from ID
}

func (e *Entity) appendJSON(dst []byte) []byte {
	dst = appendID(dst, `{"id":`, e.ID)
	dst = appendString(append(dst, `,"kind":`...), e.Kind)
	dst = appendString(append(dst, `,"name":`...), e.Name)
	dst = appendString(append(dst, `,"type":`...), e.Type)
	if e.Owner != 0 {
		dst = strconv.AppendInt(append(dst, `,"owner":`...), int64(e.Owner), 10)
	}
	dst = appendFixed(append(dst, `,"radius":`...), e.Radius, 3)
	if e.Flags != 0 {
		dst = appendID(dst, `,"flags":`, e.Flags)
	}
	return append(e.Motion.appendMotion(dst), '}')
}

// entityJSON is what an entity has in JSON beside its motion, for reading.
type entityJSON struct {
	Kind   string            `json:"kind"`
	Name   string            `json:"name"`
	Type   string            `json:"type"`
	Owner  world.CharacterID `json:"owner"`
	Radius float64           `json:"radius"`
	Flags  uint32            `json:"flags"`
}

func (j *entityJSON) entity(m Motion) Entity {
	return Entity{ID: m.ID, Kind: j.Kind, Name: j.Name, Type: j.Type, Owner: j.Owner, Radius: j.Radius, Flags: j.Flags, Motion: m}
}

func (p *packer) entity(e *Entity) {
	p.motion(e.ID, &e.Motion)
	p.traits(e, tableSize, tableNames) // missiles are all called the same
}

// traits appends what an entity has beside its motion, its strings shared with
// those before it.
func (p *packer) traits(e *Entity, kinds, names int) {
	p.shared(e.Kind, kinds)
	p.shared(e.Type, kinds)
	p.shared(e.Name, names)
	p.int(int64(e.Owner))
	p.units(e.Radius, perMetre)
	p.uint(uint64(e.Flags))
}

func (u *unpacker) entity(e *Entity) {
	u.motion(&e.Motion)
	if e.SameEngine {
		u.fail("an entity has the engine of nobody")
	}
	e.ID = e.Motion.ID
	e.Kind = u.shared()
	e.Type = u.shared()
	e.Name = u.shared()
	e.Owner = world.CharacterID(u.int())
	e.Radius = u.units(perMetre)
	e.Flags = u.uint32()
}
