package server

import (
	"testing"

	"hotshard/runtime/gate/wire"
	"hotshard/runtime/world"
)

// gateOf is the first gate of the system the player is in, from the event that
// said where they are.
func gateOf(t *testing.T, place map[string]world.Value) (id float64, dest string) {
	t.Helper()
	for _, v := range place["celestials"].([]world.Value) {
		c := v.(map[string]world.Value)
		if c["kind"] == "gate" {
			return c["id"].(float64), c["dest_name"].(string)
		}
	}
	t.Fatal("no gate in the system event")
	return 0, ""
}

func TestTwoPlayersFlyTalkAndJump(t *testing.T) {
	t.Parallel()
	cfg := config(t)
	s := start(t, cfg)
	ann, bob := login(t, s.Addr(), "Ann", wire.JSON), login(t, s.Addr(), "Bob", wire.Binary)

	place := ann.event("system")
	if place["docked"] == nil || place["ship"] != nil {
		t.Fatalf("a new character begins docked by the script, got docked %v ship %v", place["docked"], place["ship"])
	}
	if hello := ann.event("hello"); hello["reason"] != "login" || hello["visits"] != 1.0 {
		t.Fatalf("hello: %v", hello)
	}
	annShip := ann.do("undock", nil).(map[string]world.Value)["ship"].(float64)
	if snap := ann.snapshot(); float64(snap.You) != annShip {
		t.Fatalf("the snapshot says that Ann is %v, not %v", snap.You, annShip)
	}
	bob.do("undock", nil)

	// Whoever is there first sees the other come; the other finds them there.
	ann.until("Bob's ship", func(m *wire.Message) bool {
		return m.Delta != nil && len(m.Delta.Add) == 1 && m.Delta.Add[0].Name == "Bob"
	})
	seen := bob.snapshot()
	if len(seen.Entities) != 2 {
		t.Fatalf("Bob sees %d ships, not 2", len(seen.Entities))
	}
	ann.do("goto", map[string]world.Value{"point": []world.Value{1e6, 2e6, 3e6}})
	bob.until("Ann's course", func(m *wire.Message) bool {
		return m.Delta != nil && len(m.Delta.Move) == 1 && float64(m.Delta.Move[0].ID) == annShip
	})

	bob.do("say", map[string]world.Value{"text": "o7"})
	if line := ann.event("chat"); line["text"] != "o7" || line["from"] != "Bob" {
		t.Fatalf("Ann heard %v", line)
	}

	gate, dest := gateOf(t, place)
	ann.do("jump", map[string]world.Value{"gate": gate})
	arrived := ann.event("system")
	if arrived["name"] != dest || arrived["ship"] == nil {
		t.Fatalf("Ann came out in %v with ship %v, not in %s", arrived["name"], arrived["ship"], dest)
	}
	bob.until("Ann's leaving", func(m *wire.Message) bool {
		return m.Delta != nil && len(m.Delta.Gone) == 1 && float64(m.Delta.Gone[0]) == annShip
	})
	if there := ann.do("where", nil).(map[string]world.Value); there["system"] != dest {
		t.Fatalf("the scripts think that Ann is in %v", there["system"])
	}

	s.stop()
	s = start(t, cfg)
	ann = login(t, s.Addr(), "Ann", wire.JSON)
	if back := ann.event("system"); back["name"] != dest || back["ship"] == nil {
		t.Fatalf("after a restart Ann is in %v with ship %v, not in %s", back["name"], back["ship"], dest)
	}
	if err := ann.Post("logout", nil); err != nil {
		t.Fatal(err)
	}
	<-ann.Done()
	ann = login(t, s.Addr(), "Ann", wire.JSON)
	if hello := ann.event("hello"); hello["visits"] != 3.0 {
		t.Fatalf("what the scripts keep of Ann: %v", hello)
	}
}
