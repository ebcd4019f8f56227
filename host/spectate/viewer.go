package spectate

import (
	"bytes"
	"time"

	"hotshard/runtime/gate"
	"hotshard/runtime/gate/wire"
	"hotshard/runtime/system"
	"hotshard/runtime/world"
)

// viewer is somebody who looks.
type viewer struct {
	id     world.CharacterID // of no pilot: the gate knows them by it
	client gate.Client
	follow world.CharacterID // 0: everything is seen
	looks  *system.Onlooker
	pilots string // what they were told last of who is here
	times  int    // they began to look at something else
	away   bool   // their connection is gone, and may come back
}

// The events that only a replay sends, and the commands that only it takes.
const (
	eventState  = "replay"
	eventMarks  = "replay_marks"
	eventPilots = "replay_pilots"
	eventPilot  = "replay_pilot"

	cmdPlay   = "replay_play"
	cmdSpeed  = "replay_speed"
	cmdSeek   = "replay_seek"
	cmdStep   = "replay_step"
	cmdFollow = "replay_follow"
)

// ownEvents are what a viewer is told by the theatre itself.
var ownEvents = [][]byte{[]byte(`{"ev":"system"`), []byte(`{"ev":"dilation"`), []byte(`{"ev":"welcome"`), []byte(`{"ev":"closing"`)}

func ownEvent(f *wire.Frame) bool {
	for _, prefix := range ownEvents {
		if bytes.HasPrefix(f.Text(), prefix) {
			return true
		}
	}
	return false
}

// enter takes somebody in: who looks for the first time follows the first pilot in space.
func (t *Theatre) enter(id world.CharacterID, client gate.Client) {
	v := t.viewers[id]
	if v == nil {
		v = &viewer{id: id, follow: t.somebody()}
		t.viewers[id] = v
	}
	v.client, v.pilots, v.away = client, "", false
	t.tellTo(v, t.state()) // first of all: the page goes by its time
	v.client.Send(t.scout.event())
	t.begin(v)
	t.changed = true
}

// somebody is a pilot to look at.
func (t *Theatre) somebody() (best world.CharacterID) {
	for _, p := range t.system().Players() {
		if p.Ship != 0 {
			return p.ID
		}
		if best == 0 {
			best = p.ID
		}
	}
	return best
}

// begin shows a viewer the whole of what they look at.
func (t *Theatre) begin(v *viewer) {
	v.times++
	v.looks = system.NewOnlooker(t.system(), v.follow)
	who := map[string]world.Value{"id": 0.0, "name": ""}
	if p := t.system().Player(v.follow); p != nil {
		who = map[string]world.Value{"id": float64(p.ID), "name": p.Name}
	}
	v.client.Send(wire.NewEvent(eventPilot, map[string]world.Value{"player": who}))
	t.showTo(v)
	t.brief(v)
}

// show shows everybody what has changed.
func (t *Theatre) show() {
	for _, v := range t.viewers {
		t.showTo(v)
	}
}

func (t *Theatre) showTo(v *viewer) {
	if v.client.NeedSnapshot() {
		v.looks = system.NewOnlooker(t.system(), v.follow)
	}
	for _, f := range v.looks.Frames() {
		v.client.Send(f)
	}
	if list, text := t.pilots(); text != v.pilots {
		v.pilots = text
		v.client.Send(wire.NewEvent(eventPilots, map[string]world.Value{"pilots": list}))
	}
}

// pilots are who can be followed, in the order of their names, and the same as a text.
func (t *Theatre) pilots() (list []world.Value, text string) {
	var b bytes.Buffer
	for _, p := range byName(t.system().Players()) {
		one := map[string]world.Value{"id": float64(p.ID), "name": p.Name, "online": p.Online()}
		if e, ok := t.system().Entity(p.Ship); ok {
			one["ship"] = e.Type
		}
		if c := t.system().Static().Find(p.Station); c != nil {
			one["docked"] = c.Name
		}
		list = append(list, one)
		b.Write(wire.NewEvent("", one).Text())
	}
	return list, b.String()
}

// tellState tells everybody how far it is, and how it goes on.
func (t *Theatre) tellState(now time.Time) {
	t.changed, t.toldAt = false, now
	fields := t.state()
	for _, v := range t.viewers {
		t.tellTo(v, fields)
	}
}

func (t *Theatre) tellTo(v *viewer, fields map[string]world.Value) {
	fields["follow"] = nil
	if v.follow != 0 {
		fields["follow"] = float64(v.follow)
	}
	v.client.Send(wire.NewEvent(eventState, fields))
}

// state is how the replay stands. Times are milliseconds since 1970.
func (t *Theatre) state() map[string]world.Value {
	here, first, last := t.deck.Here(), t.deck.First(), t.deck.Last()
	f := map[string]world.Value{
		"name": t.name, "system": t.system().Static().Name, "shard": t.meta.Shard, "playing": t.pace.playing, "speed": t.pace.speed,
		"tick": float64(here.Tick), "at": millis(here.At), "from": millis(first.At), "until": millis(last.At),
		"first": float64(first.Tick), "last": float64(last.Tick), "release": float64(t.system().Release()),
		"touched": t.deck.Touched(), "ended": t.atEnd(), "note": t.meta.Note,
	}
	if p := t.deck.Parted(); p != nil {
		f["parted"] = float64(p.Tick)
	}
	if err := t.deck.Broken(); err != nil {
		f["broken"] = err.Error()
	}
	return f
}

func millis(at time.Time) float64 { return float64(at.UnixMilli()) }
