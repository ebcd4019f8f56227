package server

import (
	"context"
	"log/slog"
	"testing"
	"time"

	"hotshard/data/store"
	"hotshard/data/store/storetest"
	"hotshard/runtime/system"
	"hotshard/runtime/world"
)

// A record that tells only of a move must not push aside one that tells more.
func TestMoveKeepsTheRestOfTheRecordThatWaits(t *testing.T) {
	c := &characters{waiting: map[world.CharacterID]unsaved{}}
	at := func(x float64) *system.Ship { return &system.Ship{Pos: world.Vec3{X: x}} }
	whole := unsaved{Character: system.Character{ID: 1, Ship: at(1), Data: "new"}}
	moved := unsaved{Character: system.Character{ID: 1, Ship: at(2), Data: "new", Moved: true}}

	c.put(whole)
	c.put(moved)
	if r := c.waiting[1]; r.Moved || r.Ship.Pos.X != 2 {
		t.Errorf("behind a whole record a move is %+v", r)
	}

	clear(c.waiting)
	c.put(moved)
	if !c.waiting[1].Moved {
		t.Error("a move alone is not one any more")
	}
	c.putBack(whole) // could not be written
	if r := c.waiting[1]; r.Moved || r.Ship.Pos.X != 2 {
		t.Errorf("with a whole record not written a move is %+v", r)
	}

	clear(c.waiting)
	c.putBack(moved)
	if r := c.waiting[1]; !r.Moved || r.Ship.Pos.X != 2 {
		t.Errorf("put back alone a move is %+v", r)
	}
}

// Who waits for a character to be saved waits until the record is on the disk, and no
// longer; a write that fails is told, and one who gives up goes.
func TestSettle(t *testing.T) {
	st := storetest.Open(t)
	row, err := st.Login(context.Background(), "Anna", "x", store.Character{})
	if err != nil {
		t.Fatal(err)
	}
	c := newCharacters(st, slog.New(slog.DiscardHandler))
	defer c.close()
	for n := range 20 {
		c.Save([]system.Character{{ID: row.ID, Name: row.Name, System: world.SystemID(n + 1)}})
		if err := c.settle(context.Background(), row.ID); err != nil {
			t.Fatal(err)
		}
		if now, err := st.Character(context.Background(), row.ID); err != nil || now.System != world.SystemID(n+1) {
			t.Fatalf("after save %d: %+v %v", n+1, now, err)
		}
	}
	if err := st.Close(); err != nil {
		t.Fatal(err)
	}
	c.Save([]system.Character{{ID: row.ID}})
	if err := c.settle(context.Background(), row.ID); err == nil {
		t.Error("a record that could not be written counts as saved")
	}
	ctx, cancel := context.WithTimeout(context.Background(), time.Millisecond)
	defer cancel()
	if err := c.settle(ctx, row.ID); err == nil {
		t.Error("one that gave up was told that it is saved")
	}
}
