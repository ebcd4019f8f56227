package load

import (
	"bytes"
	"encoding/binary"
	"math"
	"math/bits"
	"slices"
	"strconv"

	"hotshard/runtime/gate/wire"
	"hotshard/runtime/system"
	"hotshard/runtime/world"
)

// news is what a delta says, decoded once for all who get it.
type news struct {
	tick  uint64
	moved map[world.EntityID]struct{}
}

// newsKey recognises a delta: by its size, and a beginning that holds the tick, an
// origin and part of what changed.
type newsKey struct {
	size int
	head [headBytes]byte
}

// keptNews is how many deltas are remembered: some seconds of some bubbles.
const keptNews = 512

func keyOf(payload []byte, size int) newsKey {
	k := newsKey{size: size}
	copy(k.head[:], payload)
	return k
}

// known returns the news that begins like this, nil if nobody had it yet.
func (s *side) known(head []byte, size int) *news { return s.news[keyOf(head, size)] }

// learn decodes a delta and remembers it. One that cannot be read is nil: client
// and server do not understand each other.
func (s *side) learn(payload []byte) *news {
	n := &news{moved: map[world.EntityID]struct{}{}}
	if s.floor {
		n.tick = readFloor(payload, n.moved)
	} else {
		if err := s.delta.UnmarshalBinary(payload); err != nil {
			s.trouble = err
			return nil
		}
		n.tick = uint64(s.delta.Tick)
		for i := range s.delta.Move {
			n.moved[s.delta.Move[i].ID] = struct{}{}
		}
		for i := range s.delta.Turn {
			n.moved[s.delta.Turn[i].ID] = struct{}{}
		}
		for i := range s.delta.Add {
			n.moved[s.delta.Add[i].ID] = struct{}{}
		}
	}
	key := keyOf(payload, len(payload))
	at := s.learnt % keptNews
	s.learnt++
	delete(s.news, s.keys[at])
	s.keys[at], s.news[key] = key, n
	return n
}

// ownSize is up to which size a shard's delta is taken for one of a single player's
// own, of what is near to them: nobody else will get it, and it is read at once.
const ownSize = 400

func (s *side) own(size int) bool { return !s.floor && size <= ownSize }

// glance reads a delta of one's own.
func (p *player) glance(payload []byte) {
	d := &p.side.delta
	if err := d.UnmarshalBinary(payload); err != nil {
		p.side.trouble = err
		return
	}
	p.heard(uint64(d.Tick))
	p.echoed(p.course != 0 && p.agreed && tells(d, p.ship))
}

// tells says whether a delta has the course of a thing.
func tells(d *wire.Delta, id world.EntityID) bool {
	for i := range d.Turn {
		if d.Turn[i].ID == id {
			return true
		}
	}
	for i := range d.Move {
		if d.Move[i].ID == id {
			return true
		}
	}
	return slices.ContainsFunc(d.Add, func(e wire.Entity) bool { return e.ID == id })
}

// ticks remembers, of the last 64 ticks, those about which a bubble has heard.
type ticks struct {
	last uint64
	seen uint64 // bit i: last-i
}

func (t *ticks) note(tick uint64) {
	switch {
	case tick > t.last:
		t.seen = t.seen<<min(64, tick-t.last) | 1
		t.last = tick
	case t.last-tick < 64:
		t.seen |= 1 << (t.last - tick)
	}
}

// between counts the ticks between two that were heard of.
func (t *ticks) between(from, to uint64) int {
	if from >= to || to > t.last || t.last-to >= 64 {
		return 0
	}
	inner := t.seen >> (t.last - to) >> 1
	if width := to - from - 1; width < 64 {
		inner &= 1<<width - 1
	}
	return bits.OnesCount64(inner)
}

// sees notes that a delta has come.
func (p *player) sees(n *news) {
	p.heard(n.tick)
	if p.course != 0 && p.agreed {
		_, mine := n.moved[p.ship]
		p.echoed(mine)
	}
}

// echoed notes whether one's own new course was shown.
func (p *player) echoed(shown bool) {
	if shown {
		p.side.meter.echo.add(p.side.loop.now - p.course)
		p.course = 0
	}
}

// heard notes the time of a message about a tick.
func (p *player) heard(tick uint64) {
	m, now := &p.side.meter, p.side.loop.now
	t := p.side.ticks[p.bubble]
	if t == nil {
		t = &ticks{}
		p.side.ticks[p.bubble] = t
	}
	t.note(tick)
	if tick > p.side.tick {
		p.side.tick = tick
		m.ticks++
	}
	if p.at > m.since && tick > p.tick && p.tick != 0 {
		others := t.between(p.tick, tick)
		if others > p.side.leftOut() {
			m.missed += int64(others)
		}
		if tick == p.tick+1 || others > 0 {
			m.ia.add(now - p.at)
		}
	}
	p.pause(now)
	p.tick, p.at = tick, now
}

// pause notes how long nothing was heard.
func (p *player) pause(now int64) {
	since := p.side.meter.since
	if p.gapOf != since {
		p.gap, p.gapOf = 0, since
	}
	if p.at > since {
		p.gap = max(p.gap, now-p.at)
	}
}

// A shard tells the players of a large bubble of its ticks in turns: with so many
// of them, every third tick or oftener (runtime/system.DefaultCohortsFrom).
const (
	turnsFrom = system.DefaultCohortsFrom
	mostTurns = 3
)

// leftOut is how many ticks that others hear of may pass a player of the side by
// on purpose: those of the others' turns, twice where there was nothing new when it
// was this player's.
func (s *side) leftOut() int {
	if s.floor || s.present < turnsFrom {
		return 0
	}
	return 2 * (mostTurns - 1)
}

// snapshot reads the beginning of one: kind, tick, ticks a second, dilation, one's
// own ship and the bubble (runtime/gate/wire/PROTOCOL.md).
func (p *player) snapshot(b []byte) {
	tick, n := binary.Uvarint(b[1:])
	if n <= 0 || len(b) < 1+n+16+2 {
		return
	}
	b = b[1+n+8:]
	p.side.dilated(math.Float64frombits(binary.LittleEndian.Uint64(b)))
	you, n := binary.Uvarint(b[8:])
	bubble, m := binary.Uvarint(b[8+max(0, n):])
	if n <= 0 || m <= 0 {
		return
	}
	if you != 0 {
		p.ship = world.EntityID(you)
	}
	if p.bubble != uint32(bubble) {
		p.bubble, p.at = uint32(bubble), 0
	}
	p.heard(tick)
	if p.side.floor {
		p.side.scene.placed(p)
	}
}

// events are those that players care for.
var events = [][]byte{[]byte("system"), []byte("lock"), []byte("dilation"), []byte("closing"), []byte("queue")}

// wanted says whether a text is a reply, or one of the events.
func wanted(text []byte) bool {
	if bytes.HasPrefix(text, []byte(`{"re":`)) {
		return true
	}
	name := eventName(text)
	for _, e := range events {
		if bytes.Equal(name, e) {
			return true
		}
	}
	return false
}

// eventName returns the name that an event begins with.
func eventName(text []byte) []byte {
	name, ok := bytes.CutPrefix(text, []byte(`{"ev":"`))
	if !ok {
		return nil
	}
	end := bytes.IndexByte(name, '"')
	return name[:max(0, end)]
}

// text takes a reply or an event.
func (p *player) text(b []byte) {
	if name := eventName(b); name != nil {
		p.event(string(name), b)
		return
	}
	id, _ := number(b, `{"re":`)
	for i := range p.asked {
		if p.asked[i].id == uint64(id) {
			a := p.asked[i]
			p.asked = append(p.asked[:i], p.asked[i+1:]...)
			code := refusal(b)
			p.dealt(a, b, code)
			p.answer(a, code)
			return
		}
	}
	p.side.meter.twice++
}

// refusal returns the code of a refused request, "" for one that went well.
func refusal(reply []byte) string {
	if bytes.Contains(reply[:min(len(reply), 48)], []byte(`"ok":true`)) {
		return ""
	}
	_, code, ok := bytes.Cut(reply, []byte(`"code":"`))
	end := bytes.IndexByte(code, '"')
	if !ok || end < 0 {
		return wire.CodeInternal
	}
	return string(code[:end])
}

// number reads the number behind the last such key; false if there is none.
func number(text []byte, key string) (float64, bool) {
	i := bytes.LastIndex(text, []byte(key))
	if i < 0 {
		return 0, false
	}
	rest := text[i+len(key):]
	end := bytes.IndexAny(rest, ",}]")
	v, err := strconv.ParseFloat(string(rest[:max(0, end)]), 64)
	return v, err == nil
}

// answer takes the reply to a request.
func (p *player) answer(a ask, code string) {
	s := p.side
	switch {
	case (a.what == "login" || a.what == "register") && code == "":
		s.enter(p) // the system event says where
	case a.what == "login" && code == wire.CodeBadCredentials: // a production shard does not know them yet
		p.sign("register")
	case a.what == "login" || a.what == "register":
		s.refusal = code
		p.stage = waiting
		p.after(patience)
	default:
		p.settle(a, code)
		s.scene.answer(p, a.what, code)
	}
}

// settle counts the echo of a request. That of a new course is the delta that
// shows it, unless it was refused.
func (p *player) settle(a ask, code string) {
	m := &p.side.meter
	if code != "" {
		m.refused++
		p.side.refusals[a.what+": "+code]++
	}
	switch {
	case !a.course || p.course != a.at:
		m.echo.add(p.side.loop.now - a.at)
	case code != "":
		p.course = 0
		m.echo.add(p.side.loop.now - a.at)
	default:
		p.agreed = true
	}
}

// event takes an event.
func (p *player) event(name string, text []byte) {
	s := p.side
	switch name {
	case "system":
		s.learnPlace(text)
		ship, _ := number(text, `"ship":`)
		docked, _ := number(text, `"docked":`)
		p.ship, p.docked = world.EntityID(ship), world.EntityID(docked)
		p.at = 0 // wherever it was before, its ticks do not go on
		s.queue(p, false)
		s.scene.placed(p)
	case "dilation":
		if f, ok := number(text, `"factor":`); ok {
			s.dilated(f)
		}
	case "lock":
		id, _ := number(text, `"id":`)
		s.scene.lock(p, world.EntityID(id), bytes.Contains(text, []byte(`"state":"locked"`)),
			bytes.Contains(text, []byte(`"state":"lost"`)))
	case "queue":
		s.queue(p, true)
	case "closing":
		_, reason, _ := bytes.Cut(text, []byte(`"code":"`))
		end := bytes.IndexByte(reason, '"')
		s.refusal = "closing: " + string(reason[:max(0, end)])
	}
}
