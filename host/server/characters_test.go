package server

import (
	"testing"

	"hotshard/runtime/system"
	"hotshard/runtime/world"
)

// A record that tells only of a move must not push aside one that tells more.
func TestMoveKeepsTheRestOfTheRecordThatWaits(t *testing.T) {
	c := &characters{waiting: map[world.CharacterID]system.Character{}}
	at := func(x float64) *system.Ship { return &system.Ship{Pos: world.Vec3{X: x}} }
	whole := system.Character{ID: 1, Ship: at(1), Data: "new"}
	moved := system.Character{ID: 1, Ship: at(2), Data: "new", Moved: true}

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
