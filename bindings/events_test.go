package bindings

import (
	"bytes"
	"fmt"
	"reflect"
	"strings"
	"testing"
	"unicode"

	"hotshard/runtime/script"
	"hotshard/runtime/script/code"
	"hotshard/runtime/script/reload"
	"hotshard/runtime/system"
	"hotshard/runtime/world"
)

// snake is PlayerEntered as player_entered.
func snake(name string) string {
	var b strings.Builder
	for i, r := range name {
		if unicode.IsUpper(r) && i > 0 {
			b.WriteByte('_')
		}
		b.WriteRune(unicode.ToLower(r))
	}
	return b.String()
}

// TestEveryEventIsFiredAsDocumented calls every method of system.Events and
// compares what a script hears with the list.
func TestEveryEventIsFiredAsDocumented(t *testing.T) {
	source := "heard = {}\n"
	for _, e := range Events {
		name, _ := parseSig(e.Sig)
		source += fmt.Sprintf("function event.%s(...) heard[#heard + 1] = {%q, select('#', ...)} end\n", name, name)
	}
	release := code.NewRelease(1, withTypes(map[string][]byte{"main.lua": []byte(source)}))
	host := &env{}
	st, err := script.New(script.Options{Name: "test", Release: release, Entry: []string{"main"}, Data: types.Data,
		Bind: func(st *script.State) { host.st = st }})
	if err != nil {
		t.Fatal(err)
	}
	defer st.Close()
	teller := reflect.ValueOf(Teller(st))
	methods := reflect.TypeFor[system.Events]()
	if methods.NumMethod()+2 != len(Events) { // and types_changed, and what space.damage fires
		t.Errorf("%d events and %d in the list", methods.NumMethod(), len(Events))
	}
	for i := range methods.NumMethod() {
		m := methods.Method(i)
		args := make([]reflect.Value, m.Type.NumIn())
		for k := range args {
			args[k] = reflect.New(m.Type.In(k)).Elem()
			if args[k].CanInt() {
				args[k].SetInt(5)
			} else if args[k].CanUint() {
				args[k].SetUint(5)
			}
		}
		teller.MethodByName(m.Name).Call(args)
	}
	before := withTypes(map[string][]byte{})
	before["types/ships.lua"] = bytes.ReplaceAll(before["types/ships.lua"], []byte("1e6"), []byte("2e6"))
	from, err := types.Data(code.NewRelease(1, before))
	if err != nil {
		t.Fatal(err)
	}
	host.DataChanged(from)
	st.Eval("emit('ship_harmed', 1, 2, nil)", "test", func(_ []world.Value, err error) { // as the word does, see TestWords
		if err != nil {
			t.Error(err)
		}
	})
	heard, err := script.ToValue(st.L().GetGlobal("heard"))
	if err != nil {
		t.Fatal(err)
	}
	args := map[string]int{}
	for _, h := range heard.([]world.Value) {
		args[h.([]world.Value)[0].(string)] = int(h.([]world.Value)[1].(float64))
	}
	for _, e := range Events {
		name, params := parseSig(e.Sig)
		if n, ok := args[name]; !ok || n != len(params) {
			t.Errorf("event.%s: fired %v with %d arguments", e.Sig, ok, n)
		}
	}
	for i := range methods.NumMethod() {
		if name := snake(methods.Method(i).Name); args[name] == 0 && !strings.HasPrefix(name, "system_") {
			t.Errorf("%s is not fired under its name", name)
		}
	}
}

// TestEventsOfTheCore plays a flight and listens.
func TestEventsOfTheCore(t *testing.T) {
	st := newStage(t, `return heard`, `
		for _, name in ipairs {"player_entered", "player_left", "warp_started", "warp_landed", "ship_arrived",
			"bubble_entered", "bubble_left", "missile_hit", "missile_expired", "target_lost", "system_started"} do
			on(name, function() heard[#heard + 1] = name end)
		end`)
	ship := st.Player(1).Ship
	if err := st.Space().Warp(ship, st.Static().Find(1031).Pos, 1e4); err != nil {
		t.Fatal(err)
	}
	st.tick(600)
	got := st.run(t)
	for _, want := range []string{"system_started", "player_entered", "bubble_entered", "warp_started", "bubble_left", "warp_landed"} {
		if !strings.Contains(got, want) {
			t.Errorf("no %s among %s", want, got)
		}
	}
}

// TestStagingHasNoWorld loads a file that asks about the world at its top level,
// as a stager does, which has none.
func TestStagingHasNoWorld(t *testing.T) {
	bind := Stager(&Deps{})
	base := code.NewRelease(1, withTypes(map[string][]byte{"main.lua": []byte(`
		local here, count, all, kind = system.name() .. "!", 1 + system.tick(), system.players(), types.get("Wren")
		local first, mass = #all, kind.mass
		function command.x() return 1 end`)}))
	stager := reload.NewStager(script.Options{Entry: []string{"main"}, Bind: bind, Data: types.Data, Vet: types.Vet})
	next := base.With(2, map[string][]byte{"main.lua": append([]byte("local more = 1\n"), base.Files["main.lua"].Source...)})
	if _, err := stager.Stage(base, next, []string{"main"}); err != nil {
		t.Fatal(err)
	}
	bad := base.With(3, map[string][]byte{"main.lua": []byte(`space.spawn {}`)})
	if _, err := stager.Stage(base, bad, []string{"main"}); err == nil || !strings.Contains(err.Error(), "main.lua:1") {
		t.Errorf("a world-changing call at a top level: %v", err)
	}
}
