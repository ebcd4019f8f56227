package system

import (
	"cmp"
	"maps"
	"slices"

	"hotshard/runtime/gate/wire"
	"hotshard/runtime/physics"
	"hotshard/runtime/script/image"
	"hotshard/runtime/world"
)

// What an image has of players, and of what they have been told.

// noClient is the connection of somebody whose connection is gone.
type noClient struct{}

func (noClient) Send(*wire.Frame)                 {}
func (noClient) Reply(uint64, world.Value, error) {}
func (noClient) Cork()                            {}
func (noClient) Uncork()                          {}
func (noClient) NeedSnapshot() bool               { return false }
func (noClient) Close(string)                     {}

func writePlayers(w *image.Writer, list []*Player) {
	w.Count(len(list))
	for _, p := range list {
		w.Object(p)
	}
}

func readPlayers(r *image.Reader) []*Player {
	var out []*Player
	for range r.Count() {
		out = append(out, image.Needed[Player](r))
	}
	return out
}

func (c *people) write(w *image.Writer) {
	w.Step("players")
	writePlayers(w, c.order)
}

func (c *people) read(r *image.Reader, s *System, k *kinds) {
	list := readPlayers(r)
	k.after(func() {
		for _, p := range list {
			c.add(p)
			s.saves.join(p)
		}
	})
}

func (p *Player) write(w *image.Writer) {
	w.Uint(uint64(p.ID))
	w.Text(p.Name)
	w.Uint(uint64(p.Station))
	w.Uint(uint64(p.Ship))
	w.Step(".data")
	w.Value(p.Data)
	writeCharacter(w, p.saved)
	w.Bool(p.client != nil)
	w.Uint(uint64(p.shown))
	for _, b := range []bool{p.wantsSystem, p.wantsSnapshot, p.attended, p.kept} {
		w.Bool(b)
	}
	w.Uint(uint64(viewID(p.view)))
	w.Count(p.inputs.len())
	for _, m := range p.inputs.waiting[p.inputs.next:] {
		writeCommand(w, m)
	}
	w.Bool(p.ticket != nil)
	if p.ticket != nil {
		p.ticket.write(w)
	}
	w.Count(len(p.heeds))
	for _, h := range p.heeds {
		w.Text(h.about)
		w.Uint(uint64(h.thing))
		w.Uint(uint64(h.who))
	}
}

func (p *Player) read(r *image.Reader, k *kinds) {
	p.ID, p.Name = world.CharacterID(r.Uint()), r.Text()
	p.Station, p.Ship = world.EntityID(r.Uint()), world.EntityID(r.Uint())
	p.Data = r.Table()
	p.saved, p.bucket = readCharacter(r), bucketOf(p.ID)
	online := r.Bool()
	p.shown = world.Tick(r.Uint())
	p.wantsSystem, p.wantsSnapshot, p.attended, p.kept = r.Bool(), r.Bool(), r.Bool(), r.Bool()
	id := physics.BubbleID(r.Uint())
	for range r.Count() {
		p.inputs.push(readCommand(r, k))
	}
	if r.Bool() {
		p.ticket = readTicket(r)
	}
	for range r.Count() {
		p.readHeed(r, k)
	}
	if p.Data == nil {
		r.Fail("a player without a table")
	}
	if online {
		p.client = k.connection(p.ID)
	}
	k.after(func() { p.view = k.s.bubbles.views[id] })
}

func (p *Player) readHeed(r *image.Reader, k *kinds) {
	h := heed{about: r.Text(), thing: world.EntityID(r.Uint()), who: world.CharacterID(r.Uint())}
	k.after(func() {
		if e := k.s.entities.byID[h.thing]; e != nil {
			h.at = &e.heeded
			p.heed(h)
		} else if q := k.s.people.byID[h.who]; q != nil {
			h.at = &q.heeded
			p.heed(h)
		}
	})
}

func (t *ticket) write(w *image.Writer) {
	w.Text(t.to.Name)
	w.Text(string(t.to.Address))
	w.Int(int64(t.to.Cap))
	w.Int(int64(t.to.Waiting))
	w.Bool(t.to.Full)
	w.Uint(uint64(t.id))
	w.Int(int64(t.place))
	w.Int(int64(t.of))
	w.Bool(t.seat)
}

func readTicket(r *image.Reader) *ticket {
	crowd := Crowd{Name: r.Text(), Address: world.Address(r.Text()), Cap: int(r.Int()), Waiting: int(r.Int()), Full: r.Bool()}
	return &ticket{to: crowd, id: world.SystemID(r.Uint()), place: int(r.Int()), of: int(r.Int()), seat: r.Bool()}
}

func (b *bubbles) write(w *image.Writer) {
	w.Count(len(b.views))
	for _, id := range sortedKeys(b.views) {
		b.views[id].write(w)
	}
}

func (b *bubbles) read(r *image.Reader, k *kinds) {
	for range r.Count() {
		v := &view{id: physics.BubbleID(r.Uint())}
		b.views[v.id] = v
		v.rota.read(r, k)
		k.after(func() {
			for _, members := range v.of {
				v.watchers += len(members)
			}
		})
	}
}

func (v *view) write(w *image.Writer) {
	w.Uint(uint64(v.id))
	v.rota.write(w)
}

func (r *rota) write(w *image.Writer) {
	for i := range r.of {
		writePlayers(w, r.of[i])
		for _, p := range r.of[i] {
			w.Float(r.spots.of(p))
		}
		r.recent[i].write(w)
	}
	for _, n := range []int{r.at, r.cohorts, r.cohort, r.span} {
		w.Count(n)
	}
	w.Bool(r.all)
}

func (r *rota) read(in *image.Reader, k *kinds) {
	for i := range r.of {
		members := readPlayers(in)
		var reaches []float64
		for range members {
			reaches = append(reaches, in.Float())
		}
		k.after(func() {
			for n, p := range members {
				r.put(p, i)
				r.spots.add(p, reaches[n])
			}
		})
		r.recent[i].read(in)
	}
	r.at, r.cohorts, r.cohort = in.Small(mostCohorts-1), in.Small(mostCohorts), in.Small(mostCohorts-1)
	r.span, r.all = in.Small(mostCohorts), in.Bool()
}

func (c *changes) write(w *image.Writer) {
	writeIDs(w, c.add)
	writeIDs(w, c.gone)
	w.Count(len(c.move))
	for _, m := range c.move {
		w.Uint(uint64(m.ID))
		w.Bool(m.Turned)
		w.Bool(m.Engine)
	}
}

func (c *changes) read(r *image.Reader) {
	c.add, c.gone = readIDs(r), readIDs(r)
	for range r.Count() {
		c.move = append(c.move, physics.Change{ID: world.EntityID(r.Uint()), Turned: r.Bool(), Engine: r.Bool()})
	}
}

func writeIDs(w *image.Writer, ids []world.EntityID) {
	w.Count(len(ids))
	for _, id := range ids {
		w.Uint(uint64(id))
	}
}

func readIDs(r *image.Reader) []world.EntityID {
	var out []world.EntityID
	for range r.Count() {
		out = append(out, world.EntityID(r.Uint()))
	}
	return out
}

func sortedKeys[K cmp.Ordered, V any](m map[K]V) []K { return slices.Sorted(maps.Keys(m)) }
