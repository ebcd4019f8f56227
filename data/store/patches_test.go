package store

import (
	"reflect"
	"testing"
	"time"
)

func TestPatchLife(t *testing.T) {
	clock := newClock()
	s := production(t, clock)
	want := Patch{Release: 41, Function: "services.market.buy", BaseHash: "abc", Code: "return 1", Author: "anna",
		Reason: "prices", Sticky: true, Canary: []string{"Jita", "Perimeter"}}
	made, err := s.AddPatch(bg, want)
	must(t, err)
	want.ID, want.Status, want.Created, want.Changed = made.ID, PatchOpen, clock.t, clock.t
	got, err := s.Patch(bg, made.ID)
	must(t, err)
	if !reflect.DeepEqual(made, want) || !reflect.DeepEqual(got, want) {
		t.Errorf("made %+v, read %+v, want %+v", made, got, want)
	}

	clock.advance(time.Minute)
	got.Canary, got.Release, got.Sticky, got.Status = nil, 42, false, PatchExported
	got.Code, got.Author = "return 2", "somebody else" // not to be changed
	must(t, s.SavePatch(bg, got))
	want.Canary, want.Release, want.Sticky, want.Status, want.Changed = []string{}, 42, false, PatchExported, clock.t
	if got, err = s.Patch(bg, made.ID); err != nil || !reflect.DeepEqual(got, want) {
		t.Errorf("read %+v, want %+v (%v)", got, want, err)
	}

	got.Status = PatchMerged
	must(t, s.SavePatch(bg, got))
	got.Status = PatchOpen
	wants(t, s.SavePatch(bg, got), ErrConflict, "merged already")
}

func TestPatchQueries(t *testing.T) {
	s := open(t)
	for _, st := range []PatchStatus{PatchOpen, PatchDropped, PatchExported, PatchMerged, PatchOpen} {
		p, err := s.AddPatch(bg, Patch{Function: "m.f", Author: "anna"})
		must(t, err)
		p.Status = st
		must(t, s.SavePatch(bg, p))
	}
	for _, c := range []struct {
		ask  []PatchStatus
		want []int64
	}{
		{nil, []int64{1, 2, 3, 4, 5}},
		{[]PatchStatus{PatchOpen}, []int64{1, 5}},
		{[]PatchStatus{PatchOpen, PatchExported}, []int64{1, 3, 5}},
		{[]PatchStatus{"pen"}, nil},
	} {
		list, err := s.Patches(bg, c.ask...)
		must(t, err)
		var ids []int64
		for _, p := range list {
			ids = append(ids, p.ID)
		}
		if !reflect.DeepEqual(ids, c.want) {
			t.Errorf("%v: %v, want %v", c.ask, ids, c.want)
		}
	}
}

func TestPatchRefuses(t *testing.T) {
	s := open(t)
	_, err := s.AddPatch(bg, Patch{Author: "anna"})
	wants(t, err, ErrInvalid)
	_, err = s.AddPatch(bg, Patch{Function: "m.f"})
	wants(t, err, ErrInvalid)
	_, err = s.Patch(bg, 7)
	wants(t, err, ErrNotFound, "7")
	wants(t, s.SavePatch(bg, Patch{ID: 7, Status: PatchOpen}), ErrNotFound)
	wants(t, s.SavePatch(bg, Patch{ID: 7, Status: "gone"}), ErrInvalid)
}
