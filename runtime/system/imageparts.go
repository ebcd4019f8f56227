package system

import (
	"hotshard/runtime/script"
	"hotshard/runtime/script/image"
	"hotshard/runtime/world"
)

// What an image has of the smaller parts.

func (t *gameTime) write(w *image.Writer) {
	w.Float(t.hz)
	w.Uint(uint64(t.tick))
	w.Float(t.now)
	w.Uint(t.step)
	writeTime(w, t.real)
}

func (t *gameTime) read(r *image.Reader) {
	t.hz, t.tick, t.now, t.step, t.real = r.Float(), world.Tick(r.Uint()), r.Float(), r.Uint(), readTime(r)
	if !(t.hz >= MinHz && t.hz <= MaxHz) {
		r.Fail("%g ticks a second", t.hz)
	}
}

func (c *pace) write(w *image.Writer) {
	d := &c.dilator
	for _, f := range []float64{d.factor, d.load, d.since, d.calm, d.reach, d.wait, d.took, c.current} {
		w.Float(f)
	}
	for _, b := range []bool{d.rose, d.stuck, c.slept} {
		w.Bool(b)
	}
	w.Uint(uint64(c.at))
	writeTime(w, c.free)
}

func (c *pace) read(r *image.Reader) {
	d := &c.dilator
	for _, f := range []*float64{&d.factor, &d.load, &d.since, &d.calm, &d.reach, &d.wait, &d.took, &c.current} {
		*f = r.Float()
	}
	d.rose, d.stuck, c.slept = r.Bool(), r.Bool(), r.Bool()
	c.at, c.free = world.Tick(r.Uint()), readTime(r)
	inside := func(f float64) bool { return f >= DilationFloor && f <= 1 }
	if !inside(d.factor) || !inside(c.current) {
		r.Fail("game time that runs %g and %g times as fast", d.factor, c.current)
	}
	if c.at != 0 {
		c.news = dilationEvent(c.factor, c.at)
	}
}

func (c *calls) write(w *image.Writer) {
	w.Uint(c.last)
	w.Count(len(c.pending))
	for _, id := range sortedKeys(c.pending) {
		call := c.pending[id]
		w.Uint(id)
		w.Object(call.wait)
		w.Text(call.what)
		w.Float(call.deadline)
	}
}

func (c *calls) read(r *image.Reader) {
	c.last = r.Uint()
	for range r.Count() {
		id := r.Uint()
		c.pending[id] = pendingCall{wait: image.Needed[script.Wait](r), what: r.Text(), deadline: r.Float()}
	}
}

func (d *door) write(w *image.Writer) {
	w.Int(int64(d.cap))
	w.Count(len(d.line))
	for _, p := range d.line {
		w.Uint(uint64(p.id))
		writeEnter(w, p.enter)
		w.Text(string(p.from))
		w.Bool(p.first)
		w.Int(int64(p.place))
		w.Int(int64(p.length))
	}
	w.Count(len(d.kept))
	for _, id := range sortedKeys(d.kept) {
		w.Uint(uint64(id))
		w.Text(string(d.kept[id].from))
		writeTime(w, d.kept[id].until)
	}
	writeTime(w, d.told)
}

func (d *door) read(r *image.Reader, k *kinds) {
	d.cap = int(r.Int())
	for range r.Count() {
		d.line = append(d.line, &waiter{id: world.CharacterID(r.Uint()), enter: readEnter(r, k), from: world.Address(r.Text()),
			first: r.Bool(), place: int(r.Int()), length: int(r.Int())})
	}
	for range r.Count() {
		if d.kept == nil {
			d.kept = map[world.CharacterID]seat{}
		}
		id := world.CharacterID(r.Uint())
		d.kept[id] = seat{world.Address(r.Text()), readTime(r)}
	}
	d.told = readTime(r)
}
