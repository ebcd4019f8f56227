package field

import (
	"math"
	"slices"
	"testing"

	"hotshard/runtime/world"
)

func TestTheSameForASeed(t *testing.T) {
	a, b := Of(4711, "Hydrane").Map(Globe, 32, 16, nil), Of(4711, "Hydrane").Map(Globe, 32, 16, nil)
	if !slices.Equal(a, b) {
		t.Error("a layer is another when it is asked again")
	}
	for _, other := range []*Layer{Of(4712, "Hydrane"), Of(4711, "Brine")} {
		if slices.Equal(a, other.Map(Globe, 32, 16, nil)) {
			t.Error("two layers are the same")
		}
	}
}

// Every layer has places that are worth finding, and places that are not.
func TestRichAndPoor(t *testing.T) {
	for globe := range 200 {
		m := Of(world.EntityID(1000+globe), "Brine").Map(Globe, 64, 32, nil)
		low, high := slices.Min(m), slices.Max(m)
		if low < 0 || high >= 1 || high < 0.5 || low > 0.4 || math.IsNaN(low+high) {
			t.Errorf("layer %d goes from %g to %g", globe, low, high)
		}
	}
}

func TestAMapShowsWhatAPlaceSays(t *testing.T) {
	l, dug := Of(7, "Brine"), []Dug{{Lat: 10, Lon: 20, Depth: 0.5, Reach: 0.1}}
	m := l.Map(Area{-10, 10, 30, 50}, 4, 2, dug)
	if len(m) != 8 {
		t.Fatalf("%d cells", len(m))
	}
	for i, want := range []struct{ lat, lon float64 }{{20, 15}, {20, 25}, {20, 35}, {20, 45}, {0, 15}} {
		if got := l.At(want.lat, want.lon, dug); math.Abs(got-m[i]) > 1e-12 {
			t.Errorf("cell %d: %g, the place says %g", i, m[i], got)
		}
	}
	if math.Abs(l.At(10, 370, nil)-l.At(10, 10, nil)) > 1e-9 {
		t.Error("once around the globe is another place")
	}
	if n := len(l.Map(Globe, 1e6, -3, nil)); n != MaxCells {
		t.Errorf("a map too large has %d cells", n)
	}
}

// Digging takes most where it is done, nothing far away, and never more than there is.
func TestDigging(t *testing.T) {
	l := Of(7, "Brine")
	here, far := l.At(10, 20, nil), l.At(-60, -150, nil)
	before := here
	for _, depth := range []float64{0.25, 0.5, 1, 5} {
		dug := []Dug{{Lat: 10, Lon: 20, Depth: depth, Reach: 0.1}}
		got := l.At(10, 20, dug)
		if want := here * (1 - min(1, depth)); math.Abs(got-want) > 1e-9 || got > before {
			t.Errorf("depth %g leaves %g of %g", depth, got, here)
		}
		if d := math.Abs(l.At(-60, -150, dug) - far); d > far*1e-4 {
			t.Errorf("depth %g is felt on the other side: %g", depth, d)
		}
		before = got
	}
	many := make([]Dug, 500)
	for i := range many {
		many[i] = Dug{Lat: 10, Lon: 20, Depth: 1, Reach: 1}
	}
	if got := l.At(11, 21, many); got < 0 {
		t.Errorf("less than nothing: %g", got)
	}
}

// One query, the largest there is, of a layer that was dug into everywhere: 10 ms at most.
func BenchmarkMap(b *testing.B) {
	l := Of(7, "Brine")
	dug := make([]Dug, 100)
	for i := range dug {
		dug[i] = Dug{Lat: float64(i) - 50, Lon: float64(3 * i), Depth: 0.5, Reach: 0.1}
	}
	for _, size := range []int{16, MaxCells} {
		for name, d := range map[string][]Dug{"untouched": nil, "dug": dug} {
			b.Run(name, func(b *testing.B) {
				for b.Loop() {
					l.Map(Globe, size, size, d)
				}
				b.ReportMetric(float64(size*size), "cells")
			})
		}
	}
}
