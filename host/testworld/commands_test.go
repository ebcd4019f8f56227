package testworld_test

import (
	"encoding/json"
	"errors"
	"slices"
	"strings"
	"testing"

	"hotshard/host/testworld"
	"hotshard/runtime/gate/wire"
	"hotshard/runtime/script"
	"hotshard/runtime/script/code"
	"hotshard/runtime/script/luatest"
	"hotshard/runtime/world"
)

// hall is a system of the game with one player in a station and one in space, who may ask
// for anything.
type hall struct {
	luatest.World
	tb       testing.TB
	asks     string // what is being asked
	pilots   []world.CharacterID
	commands []string
}

func newHall(tb testing.TB) *hall {
	tb.Helper()
	h := &hall{tb: tb}
	w, err := testworld.New()(luatest.Setup{
		Release: code.NewRelease(1, sources(tb)), Entry: []string{"main"}, Map: luatest.Map(), System: "Alpha", Seed: 1,
		Install: func(*script.State) {}, OnLog: func(string, string, string) {},
		OnFault: func(f script.Fault) {
			h.tb.Errorf("%s: %s fails: %s\n%s", h.asks, f.Origin, f.Message, f.Traceback)
		},
	})
	if err != nil {
		tb.Fatal(err)
	}
	h.World = w
	for _, name := range []string{"Docked", "Flying"} {
		id, err := w.Join(name)
		if err != nil {
			tb.Fatal(err)
		}
		h.pilots = append(h.pilots, id)
	}
	w.Advance(1)
	h.ask(1, "undock", nil)
	w.State().Registry().Each(func(r *script.Registration) {
		if r.Kind.String() == "command" {
			h.commands = append(h.commands, r.Name)
		}
	})
	slices.Sort(h.commands)
	return h
}

// ask gives a command, and wants an answer that is not our fault.
func (h *hall) ask(pilot int, command string, args world.Value) {
	h.tb.Helper()
	text, _ := json.Marshal(args) // it was read from JSON
	h.asks = command + " " + string(text)
	h.Command(h.pilots[pilot], command, args, func(_ world.Value, err error) {
		var refused *script.CommandError
		if err != nil && (!errors.As(err, &refused) || refused.Code == wire.CodeInternal || refused.Message == "") {
			h.tb.Errorf("%s is answered %v", h.asks, err)
		}
	})
	h.Advance(0.1)
}

// members are what commands have in their arguments.
var members = []string{"id", "ids", "point", "dir", "range", "text", "channel", "to", "from", "name", "type", "quantity", "ship", "container", "modules", "slot", "region",
	"price", "key", "station", "on", "fleet", "kind", "order", "orders", "side", "page", "agent", "mission", "topic", "search", "skip", "off", "again", "planet", "jumps", "around", "gate", "days", "limit", "job", "runs",
	"blueprint", "least", "duration", "reach", "amount", "system", "belt", "ore", "celestial", "target", "item", "items", "count", "all", "since", "code", "player"}

// odd is what somebody may put there, as JSON.
var odd = []string{"null", "true", "false", "0", "-1", "1", "0.5", "1e15", "-1e15", "9007199254740993", "1e308", "-1e308", "5e-324", `""`, `" "`, `"x"`, `"-1"`, `"1e9"`,
	`"\u0000"`, `"%s%n%d"`, `"` + strings.Repeat("x", 5000) + `"`, `"\ud83d\ude80"`, "[]", "{}", "[0]", "[1,2,3]", "[1e308,1e308,1e308]", "[null,null,null]", `["x","y","z"]`, `{"x":1,"y":2,"z":3}`,
	`{"id":1}`, `[[[[[[]]]]]]`, "[" + strings.Repeat("0,", 3000) + "0]", `{"__index":1,"1":2}`, `"Ferrite"`, `"Wren"`, `"hold"`, `"hangar"`, "1073741824", "4294967296"}

// Whatever a player asks a command for, the answer is an answer, and no fault of ours.
func TestCommandsTakeWhateverTheyAreGiven(t *testing.T) {
	t.Parallel()
	h := newHall(t)
	defer h.Close()
	if len(h.commands) < 60 {
		t.Fatalf("the game has %d commands only", len(h.commands))
	}
	for _, command := range h.commands {
		for i, text := range odd {
			var v world.Value
			if err := json.Unmarshal([]byte(text), &v); err != nil {
				t.Fatalf("%s: %v", text, err)
			}
			all := map[string]world.Value{}
			for _, m := range members {
				all[m] = v
			}
			h.ask(i%2, command, all)
			h.ask((i+1)%2, command, v)
		}
		if t.Failed() {
			return
		}
	}
}

// FuzzCommand asks for anything.
func FuzzCommand(f *testing.F) {
	for i, text := range odd {
		f.Add(i%2 == 0, uint16(i), []byte(`{"`+members[i%len(members)]+`":`+text+`}`))
	}
	h := newHall(f)
	f.Fuzz(func(t *testing.T, docked bool, which uint16, request []byte) {
		asked, refusal := wire.DecodeRequest(append(append([]byte(`{"id":1,"cmd":"x","args":`), request...), '}'))
		if refusal != nil {
			return // the gate does not let it in
		}
		h.tb = t
		pilot := 0
		if !docked {
			pilot = 1
		}
		h.ask(pilot, h.commands[int(which)%len(h.commands)], asked.Args)
	})
}
