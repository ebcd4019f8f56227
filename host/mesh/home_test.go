package mesh

import (
	"testing"

	"hotshard/data/store/storetest"
	"hotshard/host/bus"
	"hotshard/runtime/gate/wire"
	"hotshard/runtime/script/code"
	"hotshard/runtime/script/luatest"
	"hotshard/runtime/system"
	"hotshard/runtime/universe"
	"hotshard/runtime/world"
)

// homeAlone is a proxy on a bus on which there is nobody else, with a player who is at home there.
func homeAlone(t *testing.T) (*Mesh, *player, *local) {
	t.Helper()
	e, err := bus.Embed(bus.EmbeddedConfig{Listen: "127.0.0.1:0"})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(e.Close)
	b, err := bus.Join(bus.Config{URL: "nats://" + e.Addr(), Me: "p1/1", Shard: "test"})
	if err != nil {
		t.Fatal(err)
	}
	m, err := New(Config{Name: "p1", Role: Proxy, Bus: b, Owners: storetest.Open(t).Owners()})
	if err != nil {
		t.Fatal(err)
	}
	m.u = universe.New(universe.Config{Map: luatest.Map(), Home: luatest.Map().ByName("Alpha").ID, Elsewhere: m, Characters: &people{saved: map[world.CharacterID]system.Character{}}, Release: code.NewRelease(1, nil)})
	t.Cleanup(m.Close)
	p := &player{t: t, id: 1, at: &machine{Mesh: m, u: m.u}, replies: map[uint64]reply{}}
	l := m.home.note(1, p)
	m.u.Moved(1, alpha)
	return m, p, l
}

// seen is a message of what players see, by which one is told to be in a system.
func seen(number uint64, l *local, records ...[]byte) []byte {
	out := append(putUint(nil, number), 'A')
	out = putUint(putText(putUint(putUint(out, uint64(l.who)), l.conn), alpha), 1)
	for _, r := range records {
		out = append(out, r...)
	}
	return out
}

func answerTo(l *local, id uint64) []byte {
	bytes := wire.AppendReply(nil, wire.JSON, id, "done", nil)
	out := putText(append([]byte{'F'}, byte(wire.KindText), byte(wire.JSON)), bytes)
	return putUint(putUint(append(out, 'R'), l.conn), id)
}

// A node that begins to speak in the middle, as one does that a home hears for the first time,
// takes nothing back of what was asked of others; one that has left something out does.
func TestWhoSpeaksForTheFirstTimeHasLostNothingOfOthers(t *testing.T) {
	m, p, l := homeAlone(t)
	m.home.ask("w1/1", system.Command{Player: 1, Client: p, ID: 7})
	m.home.ask("w2/1", system.Command{Player: 1, Client: p, ID: 8})
	m.home.hear("w2/1", seen(3, l))
	if got := p.wait(8); got.err == nil {
		t.Errorf("what w2 was asked is answered with %v, and nobody knows", got.value)
	}
	m.home.hear("w1/1", seen(1, l, answerTo(l, 7)))
	if got := p.wait(7); got.err != nil || got.value != "done" {
		t.Errorf("what w1 was asked is answered with %v, %v", got.value, got.err)
	}
	m.home.ask("w1/1", system.Command{Player: 1, Client: p, ID: 9})
	m.home.hear("w1/1", seen(3, l))
	if got := p.wait(9); got.err == nil {
		t.Errorf("the answer of a node that has lost something is %v", got.value)
	}
}

// Who has only just come in is not missed where they go: what brings them may come there behind
// the question who is there. Who has been there is.
func TestWhoIsOnTheWayIsNotMissed(t *testing.T) {
	m, p, l := homeAlone(t)
	m.home.ask("w1/1", system.Command{Player: 1, Client: p, ID: 7})
	m.callRoll(alpha)
	m.home.hear("w1/1", seen(1, l, answerTo(l, 7)))
	if got := p.wait(7); got.err != nil || got.value != "done" {
		t.Errorf("what was asked on the way is answered with %v, %v", got.value, got.err)
	}
	m.home.ask("w1/1", system.Command{Player: 1, Client: p, ID: 8})
	m.callRoll(alpha) // nobody knows who runs it by now
	if got := p.wait(8); got.err == nil {
		t.Errorf("what was asked of a system that is gone is answered with %v", got.value)
	}
}
