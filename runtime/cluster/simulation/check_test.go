package simulation

import (
	"slices"
	"testing"
	"time"
)

// sound is a history in which nothing is wrong: one system, owned, moved and written.
func sound() []Entry {
	h := []Entry{
		{Kind: Grant, Node: "a", Epoch: 1},
		{Kind: Begin, Node: "a", Epoch: 1, Text: "anew"},
		{Kind: Play, Node: "a", Epoch: 1},
		{Kind: Write, Node: "a", Epoch: 1, N: 1, M: 100, ID: 1},
		{Kind: Answered, Node: "a", ID: 1},
		{Kind: Jump, Node: "a", Epoch: 1, Character: 1, To: "@B"},
		{Kind: Write, Node: "a", Epoch: 1, N: 2, M: 100, ID: 2},
		{Kind: Freeze, Node: "a", Epoch: 1, M: 77},
		{Kind: Grant, Node: "b", Epoch: 2},
		{Kind: Begin, Node: "b", Epoch: 2, N: 2, M: 77},
	}
	for n := range 10 {
		h = append(h, Entry{Kind: Play, Node: "b", Epoch: 2}, Entry{Kind: Write, Node: "b", Epoch: 2, N: int64(3 + n), M: 100, ID: uint64(3 + n)})
	}
	h = append(h,
		Entry{Kind: InTable, N: 50}, Entry{Kind: InTable, Character: 2}, Entry{Kind: InTable, ID: 1},
		Entry{Kind: InMemory, N: 50}, Entry{Kind: InMemory, Character: 2})
	for i := range h {
		h[i].At, h[i].Subject = time.Duration(i)*100*time.Millisecond, "@A"
	}
	return h
}

// Each rule is broken by a history that differs from a sound one in one thing.
func TestEachRule(t *testing.T) {
	if p := Check(sound()); len(p) > 0 {
		t.Fatalf("a sound history: %v", p)
	}
	replace := func(i int, change func(*Entry)) func([]Entry) []Entry {
		return func(h []Entry) []Entry { change(&h[i]); return h }
	}
	add := func(i int, e Entry) func([]Entry) []Entry {
		return func(h []Entry) []Entry { e.At, e.Subject = h[i].At, "@A"; return slices.Insert(h, i, e) }
	}
	for name, c := range map[string]struct {
		rule   Rule
		change func([]Entry) []Entry
	}{
		"two owners in one epoch":        {EpochsGrow, add(9, Entry{Kind: Grant, Node: "c", Epoch: 2})},
		"an epoch that goes back":        {EpochsGrow, replace(8, func(e *Entry) { e.Epoch = 1 })},
		"a double owner":                 {OneWriter, add(12, Entry{Kind: Write, Node: "a", Epoch: 1, N: 4, M: 100, ID: 90})},
		"a writer who is another":        {OneWriter, replace(3, func(e *Entry) { e.Node = "b" })},
		"a write of nobody's":            {OneWriter, replace(3, func(e *Entry) { e.Epoch = 0 })},
		"a write after it was let go of": {OneWriter, add(6, Entry{Kind: Free, Node: "a", Epoch: 1})},
		"an old memory":                  {FreshMemory, replace(11, func(e *Entry) { e.N = 2 })},
		"an answered write that is not there": {NothingLost, func(h []Entry) []Entry {
			return slices.DeleteFunc(h, func(e Entry) bool { return e.Kind == InTable && e.ID == 1 })
		}},
		"a write that is done twice":    {NothingLost, replace(6, func(e *Entry) { e.ID = 1 })},
		"money that is made":            {MoneyIsKept, replace(6, func(e *Entry) { e.M = 101 })},
		"a character that is elsewhere": {OnePlace, add(11, Entry{Kind: Jump, Node: "b", Epoch: 2, Character: 1, To: "@C"})},
		"a character in two places": {OnePlace, func(h []Entry) []Entry {
			return append(h, Entry{At: h[len(h)-1].At, Subject: "@A", Kind: InMemory, Character: 1})
		}},
		"a player without an epoch":    {OnePlayer, replace(10, func(e *Entry) { e.Epoch = 3 })},
		"an owner of before who plays": {OnePlayer, add(12, Entry{Kind: Play, Node: "a", Epoch: 1})},
		"another image":                {SameImage, replace(9, func(e *Entry) { e.M = 78 })},
		"a memory that is not true": {EndsAreTrue, func(h []Entry) []Entry {
			for i := range h {
				if h[i].Kind == InMemory && h[i].Character == 0 {
					h[i].N = 51
				}
			}
			return h
		}},
		"nobody plays": {EverybodyUp, func(h []Entry) []Entry {
			return slices.DeleteFunc(h, func(e Entry) bool { return e.Kind == Play && e.Epoch == 2 })
		}},
		"nobody writes": {WritesGoOn, func(h []Entry) []Entry {
			return slices.DeleteFunc(h, func(e Entry) bool { return e.Kind == Write && e.Epoch == 2 })
		}},
		"an owner too late": {EverybodyUp, func(h []Entry) []Entry {
			for i := range h {
				if i >= 8 {
					h[i].At += 10 * time.Second
				}
			}
			return slices.Insert(h, 8, Entry{At: time.Second, Kind: Mended})
		}},
	} {
		problems := Check(c.change(sound()))
		if !slices.ContainsFunc(problems, func(p Problem) bool { return p.Rule == c.rule }) {
			t.Errorf("%s: %v", name, problems)
		}
	}
}

// An owner that believes in a lease that is over plays on where a clock has leapt, for the
// length of one; its writes are no more allowed than ever.
func TestAClockLeaps(t *testing.T) {
	late := func(h []Entry, e Entry) []Entry {
		e.At, e.Subject = h[12].At, "@A"
		return slices.Insert(slices.Insert(h, 12, e), 8, Entry{At: h[8].At, Kind: Leap})
	}
	if p := Check(late(sound(), Entry{Kind: Play, Node: "a", Epoch: 1})); len(p) > 0 {
		t.Errorf("it plays on: %v", p)
	}
	if p := Check(late(sound(), Entry{Kind: Write, Node: "a", Epoch: 1, N: 4, M: 100, ID: 90})); len(p) == 0 {
		t.Error("it writes on")
	}
}
