package system

import "hotshard/runtime/world"

// Events is what the core tells the scripts of a system. The bindings implement
// it; each method is called on the system's goroutine while no Lua runs.
type Events interface {
	SystemStarted()
	SystemResumed(killed bool)
	SystemStopping()
	PlayerEntered(p world.CharacterID, reason string)
	PlayerLeft(p world.CharacterID, reason string)
	PlayerArrived(p world.CharacterID, from string, gate world.EntityID)
	PlayerConnected(p world.CharacterID)
	PlayerDisconnected(p world.CharacterID, reason string)
	ShipDocked(ship, station world.EntityID, p world.CharacterID)
	ShipUndocked(ship, station world.EntityID, p world.CharacterID)
	WarpStarted(ship world.EntityID)
	WarpLanded(ship world.EntityID)
	ShipArrived(ship, target world.EntityID)
	TargetLost(ship, target world.EntityID)
	ShipHidden(ship world.EntityID)
	ShipShown(ship world.EntityID)
	BubbleEntered(ship world.EntityID)
	BubbleLeft(ship world.EntityID)
	MissileHit(missile, target, owner world.EntityID)
	MissileExpired(missile world.EntityID)
}

// noEvents tells nobody.
type noEvents struct{}

func (noEvents) SystemStarted()                                                 {}
func (noEvents) SystemResumed(bool)                                             {}
func (noEvents) SystemStopping()                                                {}
func (noEvents) PlayerEntered(world.CharacterID, string)                        {}
func (noEvents) PlayerLeft(world.CharacterID, string)                           {}
func (noEvents) PlayerArrived(world.CharacterID, string, world.EntityID)        {}
func (noEvents) PlayerConnected(world.CharacterID)                              {}
func (noEvents) PlayerDisconnected(world.CharacterID, string)                   {}
func (noEvents) ShipDocked(world.EntityID, world.EntityID, world.CharacterID)   {}
func (noEvents) ShipUndocked(world.EntityID, world.EntityID, world.CharacterID) {}
func (noEvents) WarpStarted(world.EntityID)                                     {}
func (noEvents) WarpLanded(world.EntityID)                                      {}
func (noEvents) ShipArrived(world.EntityID, world.EntityID)                     {}
func (noEvents) TargetLost(world.EntityID, world.EntityID)                      {}
func (noEvents) ShipHidden(world.EntityID)                                      {}
func (noEvents) ShipShown(world.EntityID)                                       {}
func (noEvents) BubbleEntered(world.EntityID)                                   {}
func (noEvents) BubbleLeft(world.EntityID)                                      {}
func (noEvents) MissileHit(world.EntityID, world.EntityID, world.EntityID)      {}
func (noEvents) MissileExpired(world.EntityID)                                  {}
