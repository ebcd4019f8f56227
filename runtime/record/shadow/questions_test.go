package shadow

import (
	"testing"

	"hotshard/runtime/system"
)

func asked(id uint64, args, of string) system.Asked {
	return system.Asked{Kind: system.AskedOutside, ID: id, Word: "store.get", Args: args, Of: of}
}

// TestAnswersFindTheirQuestion asks the same in another order, something else, and less.
func TestAnswersFindTheirQuestion(t *testing.T) {
	q := newQuestions()
	for i, args := range []string{"a", "b", "c"} {
		q.askedFirst(asked(uint64(1+i), args, "command buy Amy"))
	}
	q.askedAgain(asked(1, "b", "command buy Amy"), nil)
	q.askedAgain(asked(2, "x", "command buy Amy"), nil) // in the place of another
	q.askedAgain(asked(3, "a", "command buy Amy"), nil)
	q.askedAgain(asked(4, "y", "command sell Bob"), nil) // nobody has been asked that
	for id, want := range map[uint64]uint64{1: 3, 2: 1} {
		if m, now := q.answer(system.Result{ID: id}); !now || m.(system.Result).ID != want {
			t.Errorf("the answer to %d is %v (%v), and is that to %d", id, m, now, want)
		}
	}
	if _, now := q.answer(system.Result{ID: 3, Value: "c"}); now {
		t.Error("what was not asked again is answered")
	}
	if due := q.take(); len(due) != 1 || due[0].(system.Result).ID != 2 || due[0].(system.Result).Value != "c" {
		t.Errorf("what was asked in its place is answered with %v", due)
	}
	if q.guessed != 1 || len(q.wanted) != 1 || q.wanted[0].ID != 4 {
		t.Errorf("%d were guessed, and these wait: %v", q.guessed, q.wanted)
	}
	if m, now := q.answer(system.Result{ID: 77}); !now || m.(system.Result).ID != 77 {
		t.Errorf("what was asked before both began is answered with %v", m)
	}
}

// TestOrdersAreTheSecondRuns gives orders with other arguments, one more, and one less.
func TestOrdersAreTheSecondRuns(t *testing.T) {
	q := newQuestions()
	order := func(id uint64, name string, args any) (system.Asked, system.Message) {
		return system.Asked{Kind: system.AskedOrder, ID: id, Word: name}, system.Order{ID: id, Name: name, Args: args}
	}
	first, _ := order(5, "dock", 1.0)
	q.askedFirst(first)
	lost, _ := order(6, "stop", nil)
	q.askedFirst(lost)
	q.askedAgain(order(5, "dock", 2.0))
	q.askedAgain(order(6, "undock", nil))
	if m, now := q.answer(system.Order{ID: 5, Name: "dock", Args: 1.0}); !now || m.(system.Order).Args != 2.0 {
		t.Errorf("the order is %v", m)
	}
	if _, now := q.answer(system.Order{ID: 6, Name: "stop"}); now {
		t.Error("an order is carried out that was not given")
	}
	if due := q.take(); len(due) != 1 || due[0].(system.Order).Name != "undock" {
		t.Errorf("the orders that only one has given are %v", due)
	}
}

// TestWhatIsHeardIsThatOfThen asks at other times than the first run did.
func TestWhatIsHeardIsThatOfThen(t *testing.T) {
	q, muted := newQuestions(), system.Question{Word: "muted", ID: 7}
	for step, text := range []string{"", "", "until 12", "until 12", ""} {
		q.hearFirst(muted, step, text)
	}
	for _, c := range []struct {
		step int
		want string
	}{{0, ""}, {3, "until 12"}, {3, ""}, {9, ""}} {
		if got := q.hearAgain(muted, c.step); got != c.want {
			t.Errorf("in step %d it hears %q, not %q", c.step, got, c.want)
		}
	}
	if got := q.hearAgain(system.Question{Word: "crowd"}, 1); got != "" {
		t.Errorf("to what nobody asked it hears %q", got)
	}
}

// TestPairsAreToldAsWhatTheyAre books acts that are new, gone, and done otherwise.
func TestPairsAreToldAsWhatTheyAre(t *testing.T) {
	said := func(tickNo int, to, name, what string) act {
		a := act{Act: system.Act{Kind: system.ActEvent, To: to, Name: name, What: what}}
		a.tick += 1
		for range tickNo {
			a.tick++
		}
		return a
	}
	d := differ{groups: map[groupKey]*Group{}}
	d.part([]act{said(1, "p1", "hit", "1"), said(1, "p2", "hit", "2"), said(2, "p3", "hit", "3"), said(3, "p4", "hit", "4"), said(4, "p5", "bye", "5"), said(5, "p6", "same", "6")},
		[]act{said(1, "p2", "hit", "2"), said(1, "p1", "hit", "9"), said(2, "p9", "hit", "3"), said(8, "p4", "hit", "4"), said(5, "p6", "same", "6"), said(6, "p7", "new", "7")})
	hit := d.groups[groupKey{KindEvent, "hit"}]
	if hit == nil || hit.Changed != 1 || hit.Redirected != 1 || hit.Moved != 1 || hit.Gone+hit.New != 0 {
		t.Errorf("the hits are %+v", hit)
	}
	if g := d.groups[groupKey{KindEvent, "bye"}]; g == nil || g.Gone != 1 {
		t.Errorf("what is gone is %+v", g)
	}
	if g := d.groups[groupKey{KindEvent, "new"}]; g == nil || g.New != 1 {
		t.Errorf("what is new is %+v", g)
	}
	if len(d.groups) != 3 || d.first == nil || d.first.Name != "hit" {
		t.Errorf("there are %d groups, and the first cause is %+v", len(d.groups), d.first)
	}
}

// TestErrorsAreTheSameHoweverTheyAreWritten leaves out places and names of locals.
func TestErrorsAreTheSameHoweverTheyAreWritten(t *testing.T) {
	a, b := plainly("lib/a.lua@1f3a9c0b11ff:12: attempt to index local 'x' (a nil value)"), plainly("lib/a.lua@77ffa0112233:40: attempt to index local 'other' (a nil value)")
	if a != b || a != "attempt to index local (a nil value)" {
		t.Errorf("%q and %q", a, b)
	}
	if plainly("write to amy@example: field 'x'") != "write to amy@example: field 'x'" {
		t.Error("a text that is no place was changed")
	}
}
