package bindings

import (
	"strings"
	"testing"

	"hotshard/runtime/world"
)

type object = map[string]world.Value

func list(v ...world.Value) []world.Value { return v }

func TestCheckSentKnowsWhatFits(t *testing.T) {
	for _, c := range []struct {
		event  string
		fields object
		wrong  string // a part of what is said of it, "" where it fits
	}{
		{"notice", object{"text": "Hello."}, ""},
		{"notice", object{}, "notice.text: <nil> is no string"},
		{"notice", object{"text": 7.0}, "notice.text: 7 is no string"},
		{"notice", object{"text": "Hello.", "colour": "red"}, "notice.colour: nobody knows this member"},
		{"goal", object{}, ""},
		{"goal", object{"step": 1.5}, "goal.step: 1.5 is no integer"},
		{"health", object{"ships": list(list(1.0, 100.0, 50.0, 0.0))}, ""},
		{"health", object{"ships": list(list(1.0, 100.0, 50.0))}, "health.ships[0]: [1 100 50] is no [integer, integer, integer, integer]"},
		{"fire", object{"weapons": list(list(1.0, 2.0, "Gun", 3.5, 1.0))}, "fire.weapons[0][4]: 1 is no boolean"},
		{"hangar", object{"ships": list(object{"type": "Wren", "name": "Wren"}), "items": list()}, ""},
		{"hangar", object{"ships": list(), "items": object{}}, "hangar.items: map[] is no list"},
		{"hangar", object{"ships": list(object{"type": "Wren"}), "items": list()}, "hangar.ships[0].name: <nil> is no string"},
		{"hangar", object{"ships": "none", "items": list()}, "hangar.ships: none is no list"},
		{"fleet", object{"id": 1.0, "boss": 2.0, "members": list("Ann")}, "fleet.members[0]: Ann is no {id: integer"},
	} {
		known, err := CheckSent(c.event, c.fields)
		if !known || (err == nil) != (c.wrong == "") || err != nil && !strings.Contains(err.Error(), c.wrong) {
			t.Errorf("%s %v: %v, %v; want %q", c.event, c.fields, known, err, c.wrong)
		}
	}
	if known, err := CheckSent("of_my_own", object{"x": 1.0}); known || err != nil {
		t.Errorf("an event that nobody has described: %v, %v", known, err)
	}
}

// Every signature names types that CheckSent can tell apart.
func TestSentEventsHaveTypesThatExist(t *testing.T) {
	seen := map[string]bool{}
	for _, e := range SentEvents {
		if seen[e.Name()] {
			t.Errorf("%s is there twice", e.Name())
		}
		seen[e.Name()] = true
		for _, word := range strings.FieldsFunc(e.Sig, func(r rune) bool { return strings.ContainsRune("(){}[], ", r) }) {
			if !strings.HasSuffix(word, ":") && word != e.Name() && !strings.Contains(" integer number string boolean table ", " "+word+" ") {
				t.Errorf("%s: %q is no type", e.Sig, word)
			}
		}
		if e.When == "" {
			t.Errorf("%s: when?", e.Sig)
		}
	}
}
