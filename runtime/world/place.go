package world

import "fmt"

// Hold is where a character has what their ship carries.
const Hold = "hold"

// Hangar is where a character has what they keep at a station: the location of items.
func Hangar(system SystemID, station EntityID) string {
	return fmt.Sprintf("hangar %d %d", system, station)
}
