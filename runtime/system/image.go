package system

import (
	"errors"
	"fmt"
	"math/rand/v2"

	"hotshard/runtime/physics"
	"hotshard/runtime/script"
	"hotshard/runtime/script/code"
	"hotshard/runtime/script/image"
	"hotshard/runtime/world"
)

// A system as bytes: its Lua with all that waits in it, the space, who is there and what
// they have been told, and what has come in and is not taken in yet. Each part writes
// itself; connections are not bytes, so whoever thaws a system says who has which.

// StateThaw makes the Lua state of an image; it is reload.Thaw.
type StateThaw func(o script.Options, data []byte, more func(*script.State, *image.Reader)) (*script.State, error)

// Image writes the system down. It belongs to the system's goroutine, between two ticks,
// and the system goes on as if nothing had been. What cannot be written is an
// *image.Unwritable.
func (s *System) Image() ([]byte, error) {
	if s.scripts.state == nil {
		return nil, s.notRunning()
	}
	s.settle()
	s.mail.open()
	return s.scripts.state.Image(s.write)
}

// snapshotImage is an Image without what is in the inbox: the tape has that when it is
// delivered.
func (s *System) snapshotImage() ([]byte, error) {
	if n := len(s.mail.batch); n > 0 {
		return nil, fmt.Errorf("%d messages that a panic kept from being delivered", n)
	}
	return s.scripts.state.Image(s.write)
}

// ErrNotRunning is why a system whose scripts do not run cannot be written down.
var ErrNotRunning = errors.New("there is nothing to write down")

func (s *System) notRunning() error {
	return fmt.Errorf("%s does not run: %w", s.cfg.Address, errors.Join(s.scripts.down, ErrNotRunning))
}

func (s *System) write(w *image.Writer) {
	chance, _ := s.chance.MarshalBinary() // it has no error
	w.Step("the system's chance")
	w.Raw(chance)
	w.Step("the system's time")
	s.time.write(w)
	w.Step("the system's pace")
	s.pace.write(w)
	s.people.write(w)
	w.Step("space")
	s.entities.write(w)
	w.Step("what players have been told")
	s.bubbles.write(w)
	w.Step("players")
	writePlayers(w, s.attention.players)
	writePlayers(w, s.commands.line)
	w.Bool(s.sending.rebuilt)
	w.Int(s.saves.upTo)
	w.Step("what tasks wait for")
	s.calls.write(w)
	s.asked.write(w)
	w.Step("the door")
	s.door.write(w)
	s.mail.write(w)
}

// Thaw makes a system of what Image has written, on the release that cfg gives: the one
// that the image was made on. clients says which connection a player has, nil for none;
// it may be nil itself. The system goes on with its next Step.
func Thaw(cfg Config, data []byte, state StateThaw, clients func(world.CharacterID) Client) (*System, error) {
	s := New(cfg)
	if err := s.thaw(cfg.Release(), data, state, clients); err != nil {
		return nil, err
	}
	return s, nil
}

// thaw is Thaw of a system that has not run yet.
func (s *System) thaw(made *code.Release, data []byte, state StateThaw, clients func(world.CharacterID) Client) error {
	s.clear()
	if made == nil {
		return fmt.Errorf("%s: there are no scripts", s.cfg.Address)
	}
	k := &kinds{s: s, clients: clients}
	o := s.options(made)
	o.Kinds = k
	st, err := state(o, data, func(_ *script.State, r *image.Reader) { k.read(r) })
	if err != nil {
		return err
	}
	s.scripts.adopt(st, s.cfg.Events)
	k.link()
	return nil
}

// FailLost lets tasks go on with an error that wait for what a process before this one
// has asked the outside: the store, not services, whose answers have their time. It
// returns how many they were.
func (s *System) FailLost(why error) int {
	waiting := s.asked.waiting(s.mail.batch)
	for _, call := range s.calls.pending {
		waiting[call.wait] = true
	}
	n := s.scripts.state.FailLost(func(w *script.Wait) bool { return waiting[w] }, why)
	s.settle()
	return n
}

// kinds are the system's objects in an image, and the reading of the rest.
type kinds struct {
	s       *System
	clients func(world.CharacterID) Client
	linking []func() // when everything is there
}

// The numbers of the kinds are part of the format.
const (
	kindPlayer = script.FirstKind + iota
	kindCommand
	kindCall
	kindOrder
)

// Of says how one of the system's objects is written.
func (k *kinds) Of(v any) *image.Kind {
	switch v.(type) {
	case *Player:
		return k.Numbered(kindPlayer)
	case *commandReply:
		return k.Numbered(kindCommand)
	case *callReply:
		return k.Numbered(kindCall)
	case *orderReply:
		return k.Numbered(kindOrder)
	}
	return nil
}

// Numbered is the kind with a number, nil for none.
func (k *kinds) Numbered(id uint64) *image.Kind {
	switch id {
	case kindPlayer:
		return &image.Kind{ID: id, Name: "a player", Make: func(*image.Reader) any { return &Player{} },
			Write: func(w *image.Writer, v any) { v.(*Player).write(w) },
			Fill:  func(r *image.Reader, v any) { v.(*Player).read(r, k) }}
	case kindCommand:
		return &image.Kind{ID: id, Name: "a command's answer", Make: func(*image.Reader) any { return &commandReply{s: k.s} },
			Write: func(w *image.Writer, v any) {
				w.Object(v.(*commandReply).p)
				w.Uint(v.(*commandReply).id)
			},
			Fill: func(r *image.Reader, v any) {
				c := v.(*commandReply)
				c.p, c.id = image.Needed[Player](r), r.Uint()
				k.after(func() { c.client = k.client(c.p.ID) })
			}}
	case kindCall:
		return &image.Kind{ID: id, Name: "a call's answer", Make: func(*image.Reader) any { return &callReply{s: k.s} },
			Write: func(w *image.Writer, v any) { writeCall(w, v.(*callReply).m) },
			Fill:  func(r *image.Reader, v any) { v.(*callReply).m = readCall(r) }}
	case kindOrder:
		return &image.Kind{ID: id, Name: "an order's answer", Make: func(*image.Reader) any { return &orderReply{s: k.s} },
			Write: func(w *image.Writer, v any) { w.Uint(v.(*orderReply).id) },
			Fill:  func(r *image.Reader, v any) { v.(*orderReply).id = r.Uint() }}
	}
	return nil
}

func (k *kinds) after(f func()) { k.linking = append(k.linking, f) }

func (k *kinds) link() {
	for _, f := range k.linking {
		f()
	}
}

// client is a player's connection, one that nobody hears where they have none.
func (k *kinds) client(id world.CharacterID) Client {
	if c := k.connection(id); c != nil {
		return c
	}
	return noClient{}
}

// connection is nil where they have none.
func (k *kinds) connection(id world.CharacterID) Client {
	if k.clients == nil {
		return nil
	}
	return k.clients(id)
}

func (k *kinds) read(r *image.Reader) {
	s := k.s
	if err := s.chance.UnmarshalBinary(r.Raw()); err != nil && r.Err() == nil {
		r.Fail("random numbers: %v", err)
	}
	s.time.read(r)
	s.pace.read(r)
	s.people.read(r, s, k)
	s.entities.read(r, s.cfg.Static, k)
	s.bubbles.read(r, k)
	s.attention.players = readPlayers(r)
	s.commands.line = readPlayers(r)
	s.sending.rebuilt = r.Bool()
	s.saves.upTo = r.Int()
	s.calls.read(r)
	s.asked.read(r)
	s.door.read(r, k)
	s.mail.read(r, s, k)
	k.after(func() {
		for _, p := range s.commands.line {
			s.commands.waiting += p.inputs.len()
		}
	})
}

// write and read of the space and the things in it.
func (c *entities) write(w *image.Writer) {
	w.Bool(c.space != nil)
	if c.space == nil {
		return
	}
	w.Part(c.space.AppendImage)
	c.transcribe(w)
	w.Uint(uint64(c.next))
	w.Count(len(c.byID))
	for _, id := range sortedKeys(c.byID) {
		c.byID[id].write(w)
	}
}

func (c *entities) read(r *image.Reader, static *world.SolarSystem, k *kinds) {
	if r.Bool() != (static != nil) {
		r.Fail("a space where a service is, or none where a system is")
	}
	if r.Err() != nil || static == nil {
		return
	}
	space, err := physics.Thaw(r.Part(), k.s.workers())
	if err != nil {
		r.Fail("%v", err)
		return
	}
	for i := range static.Celestials {
		if st, ok := space.Get(static.Celestials[i].ID); !ok || !st.Fixed || st.Pos != static.Celestials[i].Pos {
			r.Fail("the map has changed: %s is not where it was", static.Celestials[i].Name)
			return
		}
	}
	c.space, c.next = space, world.EntityID(r.Uint())
	n := r.Count()
	c.byID = make(map[world.EntityID]*Entity, min(n, space.Len()))
	for range n {
		e := readEntity(r, k)
		if _, ok := space.Get(e.ID); !ok && r.Err() == nil {
			r.Fail("a thing that is not in space")
			return
		}
		c.byID[e.ID] = e
	}
}

// transcribe says where things are and how they fly, which the image of the space has in a
// form of its own.
func (c *entities) transcribe(w *image.Writer) {
	if !w.Telling() {
		return
	}
	for _, id := range sortedKeys(c.byID) {
		if st, ok := c.space.Get(id); ok {
			w.Tell(fmt.Sprintf("space[%d]", id), "%+v", st)
		}
	}
	w.Step("space")
}

func (e *Entity) write(w *image.Writer) {
	w.Uint(uint64(e.ID))
	for _, text := range []string{e.Kind, e.Name, e.Type} {
		w.Text(text)
	}
	w.Uint(uint64(e.Owner))
	writeShip(w, &e.spec)
	w.Uint(uint64(e.launcher))
	w.Int(int64(e.missiles))
	w.Uint(uint64(e.told))
	w.Uint(uint64(e.refitted))
	w.Uint(uint64(e.since))
	w.Uint(uint64(e.moved))
	w.Object(e.pilot)
	w.Uint(uint64(viewID(e.view)))
}

func readEntity(r *image.Reader, k *kinds) *Entity {
	e := &Entity{ID: world.EntityID(r.Uint()), Kind: r.Text(), Name: r.Text(), Type: r.Text(), Owner: world.CharacterID(r.Uint()), turn: noTurn}
	e.spec = readShip(r)
	e.launcher, e.missiles = world.EntityID(r.Uint()), int(r.Int())
	e.told, e.refitted = world.Tick(r.Uint()), world.Tick(r.Uint())
	e.since, e.moved = world.Tick(r.Uint()), world.Tick(r.Uint())
	e.pilot = image.Object[Player](r)
	id := physics.BubbleID(r.Uint())
	k.after(func() { e.view = k.s.bubbles.views[id] })
	return e
}

func viewID(v *view) physics.BubbleID {
	if v == nil {
		return 0
	}
	return v.id
}

func newChance(seed uint64) (*rand.PCG, *rand.Rand) {
	source := rand.NewPCG(seed, 0x9e3779b97f4a7c15)
	return source, rand.New(source)
}
