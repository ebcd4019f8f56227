package static

import "strconv"

// How celestials are called when nobody has given them a name of their own. The
// numbers count from 1: planets outwards from the star, moons outwards from
// their planet, belts and stations in the order of their ids (EVE has numbered
// one belt in six otherwise, which only shows where its names are not read).

// planetName returns "Jita IV".
func planetName(system string, n int) string { return system + " " + roman(n) }

// moonName returns "Jita IV - Moon 4".
func moonName(planet string, n int) string { return planet + " - Moon " + strconv.Itoa(n) }

// beltName returns "Jita IV - Asteroid Belt 1".
func beltName(planet string, n int) string { return planet + " - Asteroid Belt " + strconv.Itoa(n) }

// stationName returns "Jita IV - Moon 4 - Station 1", for a station at that moon.
func stationName(at string, n int) string { return at + " - Station " + strconv.Itoa(n) }

// gateName returns "Stargate (Jita)", for a gate that leads there.
func gateName(dest string) string { return "Stargate (" + dest + ")" }

// starName returns "Jita - Star".
func starName(system string) string { return system + " - Star" }

// roman returns n in roman numerals; beyond 3,999, which they do not reach, and
// below 1 in ordinary ones.
func roman(n int) string {
	if n < 1 || n > 3999 {
		return strconv.Itoa(n)
	}
	var out []byte
	for _, d := range [...]struct {
		value   int
		letters string
	}{{1000, "M"}, {900, "CM"}, {500, "D"}, {400, "CD"}, {100, "C"}, {90, "XC"}, {50, "L"}, {40, "XL"},
		{10, "X"}, {9, "IX"}, {5, "V"}, {4, "IV"}, {1, "I"}} {
		for ; n >= d.value; n -= d.value {
			out = append(out, d.letters...)
		}
	}
	return string(out)
}
