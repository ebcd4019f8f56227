// Package field says how much of something lies where on a globe: a seeded field, the same
// for a seed on every machine and for ever, and what digging has taken out of it. Pure: no
// clock, no chance, nothing kept.
package field

import (
	"hash/fnv"
	"math"

	"hotshard/runtime/world"
)

// lodes is how many places a layer gathers around.
const lodes = 24

// Layer is one resource of one globe.
type Layer struct{ lodes [lodes]lode }

// lode is a place with more of it than elsewhere.
type lode struct {
	at      world.Vec3 // on the unit sphere
	height  float64
	tighter float64 // 1 / (width squared)
}

// Of makes the layer with a name of the globe with an id.
func Of(globe world.EntityID, name string) *Layer {
	h := fnv.New64a()
	_, _ = h.Write([]byte(name))
	r := chance(h.Sum64() ^ uint64(globe)*0x9E3779B97F4A7C15)
	l := &Layer{}
	for i := range l.lodes {
		width := 0.12 + float64(0.35*r.next())
		l.lodes[i] = lode{
			at:      direction(float64(360*r.next())-180, math.Asin(float64(2*r.next())-1)*180/math.Pi),
			height:  0.15 + float64(0.85*r.next()),
			tighter: 1 / float64(width*width),
		}
	}
	return l
}

// chance is a seeded source (SplitMix64), written here so that no library ever changes the
// globes.
type chance uint64

// next is a number from 0 to below 1.
func (c *chance) next() float64 {
	*c += 0x9E3779B97F4A7C15
	z := uint64(*c)
	z = (z ^ z>>30) * 0xBF58476D1CE4E5B9
	z = (z ^ z>>27) * 0x94D049BB133111EB
	return float64((z^z>>31)>>11) / (1 << 53)
}

// Dug is what digging has taken around a place: the part Depth (0 to 1) in its middle,
// less outside, and nothing from six times Reach (radians) on.
type Dug struct {
	Lat, Lon     float64 // degrees
	Depth, Reach float64
}

// dig is a Dug made ready.
type dig struct {
	at    world.Vec3
	depth float64
	tight float64
	near  float64 // the cosine from which on it is felt
}

func ready(dug []Dug) []dig {
	out := make([]dig, len(dug))
	for i, d := range dug {
		reach := max(d.Reach, 1e-3)
		out[i] = dig{direction(d.Lon, d.Lat), min(1, max(0, d.Depth)), 1 / float64(reach*reach), 1 - float64(18*reach*reach)}
	}
	return out
}

// At is how rich a place is, from 0 to 1. Degrees beyond the poles or around the globe
// are taken as the place one gets to.
func (l *Layer) At(lat, lon float64, dug []Dug) float64 {
	return l.at(direction(lon, lat), ready(dug))
}

// at sums what all lodes give to a place: of each the less the farther it is. 1 is
// reached by none and neared where many meet.
func (l *Layer) at(p world.Vec3, dug []dig) float64 {
	sum := 0.0
	for i := range l.lodes {
		sum += float64(l.lodes[i].height * falloff(dot(p, l.lodes[i].at), l.lodes[i].tighter))
	}
	rich := float64(sum*sum) / (float64(sum*sum) + 0.5)
	for i := range dug {
		if cos := dot(p, dug[i].at); cos > dug[i].near {
			rich *= 1 - float64(dug[i].depth*falloff(cos, dug[i].tight))
		}
	}
	return rich
}

// dot is the cosine of the angle between two places.
func dot(a, b world.Vec3) float64 {
	return float64(a.X*b.X) + float64(a.Y*b.Y) + float64(a.Z*b.Z)
}

// falloff is 1 at a place and falls with the distance d to (1 + d²)^-2; cos is that of the
// angle.
func falloff(cos, tighter float64) float64 {
	f := 1 + float64((2-float64(2*cos))*tighter)
	return 1 / float64(f*f)
}

// Area is a piece of the globe, in degrees. North is above South; from West one goes
// east to East.
type Area struct{ South, West, North, East float64 }

// Globe is all of it.
var Globe = Area{-90, -180, 90, 180}

// MaxCells is how many places a Map shows at most, in each direction: that bounds what
// one costs, however large the area.
const MaxCells = 64

// Map is how rich an area is at the middles of columns times rows cells, by rows from the
// north, each from the west. Both are brought into 1 to MaxCells.
func (l *Layer) Map(a Area, columns, rows int, dug []Dug) []float64 {
	columns, rows = min(max(columns, 1), MaxCells), min(max(rows, 1), MaxCells)
	digs := ready(dug)
	out := make([]float64, 0, columns*rows)
	for y := range rows {
		lat := a.North - float64((a.North-a.South)*(float64(y)+0.5))/float64(rows)
		for x := range columns {
			lon := a.West + float64((a.East-a.West)*(float64(x)+0.5))/float64(columns)
			out = append(out, l.at(direction(lon, lat), digs))
		}
	}
	return out
}

func direction(lon, lat float64) world.Vec3 {
	sinLat, cosLat := math.Sincos(lat * math.Pi / 180)
	sinLon, cosLon := math.Sincos(lon * math.Pi / 180)
	return world.Vec3{X: float64(cosLat * cosLon), Y: float64(cosLat * sinLon), Z: sinLat}
}
