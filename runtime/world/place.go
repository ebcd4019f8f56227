package world

import (
	"fmt"
	"strings"
)

// Hold is where a character has what their ship carries.
const Hold = "hold"

// Hangar is where a character has what they keep at a station: the location of items.
func Hangar(system SystemID, station EntityID) string {
	return fmt.Sprintf("hangar %d %d", system, station)
}

// Inner is what the name of a place has behind it where it goes on with that of a place
// within: what stands in a hold is at "hold/case 7", and takes room there.
const Inner = "/"

// Within says whether a location is a place, or one within it.
func Within(location, place string) bool {
	inner, found := strings.CutPrefix(location, place)
	return found && (inner == "" || strings.HasPrefix(inner, Inner))
}
