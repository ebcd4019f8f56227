package testworld

import (
	"os"
	"strings"
	"testing"

	"hotshard/runtime/record/shadow"
)

// planted are bugs as people make them, each in a script of the game or in the town of the
// tests: file, what it said, what it says then, and what has to be told.
var planted = []struct {
	what, path, was, now string
	kind                 shadow.Kind // that has to be among what is told; "": any
}{
	{"wrong sign", "town.lua", "(1 + town.fee)", "(1 - town.fee)", shadow.KindAnswer},
	{"wrong operator", "town.lua", "n * each * (1", "n + each * (1", shadow.KindAnswer},
	{"nil field", "town.lua", "list[i].each)", "list[i].price)", shadow.KindError},
	{"nil call", "town.lua", "town.discount(total)", "town.rebate(total)", shadow.KindError},
	{"off by one: the first line", "town.lua", "for i = 1, #list do", "for i = 2, #list do", shadow.KindAnswer},
	{"off by one: past the last line", "town.lua", "for i = 1, #list do", "for i = 1, #list + 1 do", shadow.KindError},
	{"inverted condition", "town.lua", "if total >= 1000 then", "if total < 1000 then", shadow.KindAnswer},
	{"boundary", "town.lua", "if #box > town.most then", "if #box >= town.most - 3 then", shadow.KindAnswer},
	{"forgotten branch: nothing for nobody", "town.lua", "if not box then return {letters = {}} end", "", shadow.KindError},
	{"forgotten check", "town.lua", "if not player.name(to) then error", "if false then error", ""},
	{"lost return", "town.lua", "return {total = total, left = left}", "local answer = {total = total, left = left}", shadow.KindAnswer},
	{"lost return inside", "town.lua", "  return total\nend\n\n-- What", "end\n\n-- What", shadow.KindError},
	{"missing save", "town.lua", "  player.save(p)\n", "", shadow.KindAsked},
	{"message to the wrong one", "town.lua", "player.send(to, \"notice\"", "player.send(p, \"notice\"", shadow.KindEvent},
	{"message to nobody", "town.lua", "player.send(p, \"notice\", {text = \"you are paid", "player.send(0, \"notice\", {text = \"you are paid", shadow.KindEvent},
	{"message to everybody", "town.lua", "player.send(p, \"notice\", {text = string", "broadcast(\"notice\", {text = string", shadow.KindEvent},
	{"event misspelt", "town.lua", "emit(\"town_paid\", p, paid)", "emit(\"town_payed\", p, paid)", shadow.KindEvent},
	{"sent event misspelt", "town.lua", "player.send(p, \"notice\", {text = \"you are", "player.send(p, \"notcie\", {text = \"you are", shadow.KindEvent},
	{"forgotten wait", "town.lua", "  sleep(hours * 0.5)\n", "", shadow.KindAsked},
	{"wrong unit of a wait", "town.lua", "sleep(hours * 0.5)", "sleep(hours * 500)", shadow.KindAnswer},
	{"wrong unit of a timer", "town.lua", "every(town.rest,", "every(town.rest * 1000,", shadow.KindState},
	{"slow loop", "town.lua", "  local total = 0\n", "  local total = 0\n  for i = 1, 20000 do local _ = i end\n", shadow.KindSlow},
	{"loop without an end", "town.lua", "  local total = 0\n", "  local total = 0\n  while total < 1 do end\n", shadow.KindError},
	{"leak of a list", "town.lua", "town.rounds = town.rounds + 1", "town.rounds = town.rounds + 1 town.sold[town.rounds] = {at = system.now()}", shadow.KindState},
	{"leak of timers", "town.lua", "town.rounds = town.rounds + 1", "town.rounds = town.rounds + 1 after(1e6, function() end)", shadow.KindState},
	{"leak of tasks", "town.lua", "town.rounds = town.rounds + 1", "town.rounds = town.rounds + 1 task.spawn(function() sleep(1e6) end)", shadow.KindState},
	{"forgotten clean-up", "town.lua", "if system.now() - at > 3 then town.last[other] = nil end", "local _ = other, at", shadow.KindState},
	{"forgotten default", "town.lua", "(town.sold[thing] or 0) + n", "town.sold[thing] + n", shadow.KindError},
	{"count that starts anew", "town.lua", "(player.data(p).things or 0) + n", "n", shadow.KindState},
	{"wrong key", "town.lua", "store.add(\"town.money.\" .. p, paid)", "store.add(\"town.money\" .. p, paid)", shadow.KindAsked},
	{"done twice", "town.lua", "store.add(\"town.money.\" .. p, paid)", "store.add(\"town.money.\" .. p, paid) store.add(\"town.money.\" .. p, paid)", shadow.KindAsked},
	{"wrong variable", "town.lua", "list[i] = letter.text", "list[i] = letter.from", shadow.KindAnswer},
	{"service misnamed", "town.lua", "service.call(\"chat\", \"history\", \"help\")", "service.call(\"chat\", \"histroy\", \"help\")", shadow.KindMessage},
	{"wrong modulus", "town.lua", "town.rounds % 5 == 0", "town.rounds % 50 == 0", shadow.KindEvent},
	{"swapped arguments", "town.lua", "args.number(from, \"hours\", 1, 8, 1)", "args.number(from, \"hours\", 8, 1, 1)", shadow.KindAnswer},

	{"chat: wrong channel heard", "chat.lua", "if name == channel then return true end", "if name ~= channel then return true end", shadow.KindAnswer},
	{"chat: shown to one", "chat.lua", "    broadcast(\"chat\", line)", "    player.send(p, \"chat\", line)", shadow.KindEvent},
	{"chat: joining forgets", "chat.lua", "  data.channels[channel] = true\n", "", shadow.KindState},
	{"chat: sender left out", "chat.lua", "from = player.name(p), id = p, text = args.text(from, \"text\", chat.longest)}\n  if channel", "id = p, text = args.text(from, \"text\", chat.longest)}\n  if channel", shadow.KindEvent},
	{"chat: pace too slow", "chat.lua", "if used + 1 > burst then", "if used + 1 > 1 then", shadow.KindAnswer},
	{"chat: service told too little", "chat.lua", "service.call(chat.service, \"listen\", system.name(), p, player.name(p))", "service.call(chat.service, \"listen\", system.name(), p)", shadow.KindMessage},
	{"gun: damage squared", "gun.lua", "m.figures.damage * quality", "m.figures.damage * m.figures.damage * quality", shadow.KindState},
	{"gun: hurts oneself", "gun.lua", "vessel.hurt(other, points, v)", "vessel.hurt(v, points, v)", ""},
	{"damage: every shot misses", "lib/damage.lua", "if roll >= chance then return 0 end", "if roll <= chance then return 0 end", ""},
	{"targets: lock never done", "targets.lua", "  lock.done = true\n", "", ""},
	{"targets: unlocked is kept", "targets.lua", "  v.locks[id] = nil\n", "", shadow.KindState},
	{"overview: counts one kind", "overview.lua", "(counts[c.kind] or 0) + 1", "1", shadow.KindAnswer},
	{"overview: list too short", "overview.lua", "for i = 1, math.min(#all, overview.most) do", "for i = 1, math.min(#all, overview.most) - 1 do", shadow.KindAnswer},
	{"flight: too near for all", "flight.lua", "if distance >= flight.warp_from then return end", "if distance <= flight.warp_from then return end", shadow.KindAnswer},
	{"flight: wrong range", "flight.lua", "args.number(from, \"range\", 100, 250e3, flight.orbit)", "args.number(from, \"range\", 100, 250e3, flight.orbit) * 1000", shadow.KindState},
	{"flight: helm untold", "flight.lua", "return flight.ordered(p, space.stop(pilot.in_space(p)))", "return space.stop(pilot.in_space(p)) == nil", shadow.KindAnswer},
	{"modules: no answer", "modules.lua", "  return modules.describe(m)\nend\n\nfunction modules.only", "end\n\nfunction modules.only", shadow.KindAnswer},
}

// leastTold is how many of a hundred planted bugs have to be told.
const leastTold = 95

// TestPlantedBugsAreTold runs what six pilots have done again with each of the planted bugs.
func TestPlantedBugsAreTold(t *testing.T) {
	if raced {
		t.Skip("only without the race detector: one goroutine plays it all, some hundred times")
	}
	v := newTown(t)
	v.live()
	rec := v.recorded()
	if len(planted) < 40 {
		t.Fatalf("only %d bugs are planted", len(planted))
	}
	told := 0
	for _, b := range planted {
		r, err := v.against(rec, b.path, nil, b.was, b.now)
		if err != nil {
			t.Errorf("%s: %v", b.what, err)
			continue
		}
		if r.Unlike != "" {
			t.Fatalf("%s: %s", b.what, r.Unlike)
		}
		if tells(r, b.kind) {
			told++
			continue
		}
		t.Logf("%s in %s is not told as %q: %s", b.what, b.path, b.kind, r.Verdict())
	}
	t.Logf("%d of %d planted bugs are told", told, len(planted))
	if told*100 < leastTold*len(planted) {
		t.Errorf("%d of %d planted bugs are told: at least %d %% have to be", told, len(planted), leastTold)
	}
}

func tells(r *shadow.Report, kind shadow.Kind) bool {
	for i := range r.Groups {
		if kind == "" || r.Groups[i].Kind == kind {
			return true
		}
	}
	return false
}

// same are changes that change nothing.
var same = []struct{ what, path, was, now string }{
	{"a blank and a comment", "town.lua", "function town.sum(list)\n", "-- The sum.\n\nfunction town.sum(  list  ) -- of its lines\n\n"},
	{"a local renamed", "town.lua", "local total = 0\n  for i = 1, #list do\n    total = total + town.price(list[i].n, list[i].each)\n  end\n  return town.discount(total)",
		"local all = 0\n  for n = 1, #list do\n    all = all + town.price(list[n].n, list[n].each)\n  end\n  return town.discount(all)"},
	{"a local more", "town.lua", "return n * each * (1 + town.fee)", "local raised = 1 + town.fee\n  return n * each * raised"},
	{"a parameter renamed", "town.lua", "function command.town_work(p, from)\n  local hours = args.number(from, \"hours\", 1, 8, 1)\n", "function command.town_work(p, given)\n  local hours = args.number(given, \"hours\", 1, 8, 1)\n"},
	{"a branch turned round", "town.lua", "if total >= 1000 then return total * 0.9 end\n  return total", "if not (total >= 1000) then return total end\n  return total * 0.9"},
	{"a helper more", "town.lua", "function town.round()", "function town.idle() return true end\n\nfunction town.round()"},
	{"a closure's variable renamed", "targets.lua", "  after(seconds, function() targets.done(v, lock) end)", "  local held = lock\n  after(seconds, function() targets.done(v, held) end)"},
	{"a loop of the game moved", "chat.lua", "  for _, name in ipairs(chat.always) do\n    if name == channel then return true end\n  end", "  for _, always in ipairs(chat.always) do if always == channel then return true end end"},
	{"a comment at the top", "gun.lua", "-- Guns:", "-- Weapons that are guns.\n--\n-- Guns:"},
}

// TestWhatChangesNothingShowsNoDifference says the same in other words.
func TestWhatChangesNothingShowsNoDifference(t *testing.T) {
	v := newTown(t)
	v.live()
	rec := v.recorded()
	for _, s := range same {
		r, err := v.against(rec, s.path, nil, s.was, s.now)
		if err != nil {
			t.Errorf("%s: %v", s.what, err)
			continue
		}
		if r.Differences() != 0 || r.Ticks < 300 || r.Acts < 200 || r.Unlike != "" {
			t.Errorf("%s: %s, of %d acts; %s\n%+v", s.what, r.Verdict(), r.Acts, r.Unlike, r.Groups)
		}
	}
}

// TestTheTownIsThere keeps the texts that bugs are planted in from going their own way.
func TestTheTownIsThere(t *testing.T) {
	files := sourcesWith(t, nil)
	town, err := os.ReadFile("testdata/town.lua")
	if err != nil {
		t.Fatal(err)
	}
	files["town.lua"] = town
	for _, b := range planted {
		if !strings.Contains(string(files[b.path]), b.was) {
			t.Errorf("%s: %s does not say %q", b.what, b.path, b.was)
		}
	}
	for _, s := range same {
		if !strings.Contains(string(files[s.path]), s.was) {
			t.Errorf("%s: %s does not say %q", s.what, s.path, s.was)
		}
	}
}
