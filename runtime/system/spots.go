package system

import (
	"math"

	"hotshard/runtime/physics"
	"hotshard/runtime/world"
)

// spots is where the players of a large bubble are, as a tree of boxes: it answers
// how far from a place the nearest so many of them are, and whom something that
// happens at a place concerns. Who comes is behind the tree until it is built anew.
type spots struct {
	list  []spot
	knots []knot // in preorder
	built int    // list[:built] is in the tree
	dead  int    // spots without a player

	nearest []float64 // of kth
}

// spot is the place of one player.
type spot struct {
	p     *Player // nil: has left
	at    world.Vec3
	reach float64 // m: what happens within is told at once; unknown for not measured yet
	turn  uint64  // the player's id
}

// knot is a box around list[from:to]. Its first half is the next knot.
type knot struct {
	min, max world.Vec3
	reach    float64 // the largest in it
	from, to int32
	second   int32 // the knot of the second half, 0 for none
}

// unknown is the reach of who has just come.
const unknown = -1

// leafSize is how many spots are not worth a knot more.
const leafSize = 8

func (s *spots) add(p *Player, reach float64) {
	p.spot = len(s.list)
	s.list = append(s.list, spot{p: p, reach: reach, turn: uint64(p.ID)})
}

func (s *spots) drop(p *Player) {
	s.list[p.spot].p = nil
	if s.dead++; s.dead > len(s.list)/2 {
		s.compact()
	}
}

// of returns the player's reach.
func (s *spots) of(p *Player) float64 { return s.list[p.spot].reach }

func (s *spots) compact() {
	kept := s.list[:0]
	for _, at := range s.list {
		if at.p != nil {
			at.p.spot = len(kept)
			kept = append(kept, at)
		}
	}
	clear(s.list[len(kept):])
	s.list, s.knots, s.built, s.dead = kept, s.knots[:0], 0, 0
}

// follow takes in where everybody is now. The tree is built anew when much of it has
// gone or come since, and every so many ticks, as its boxes grow into each other.
func (s *spots) follow(space *physics.Space, tick world.Tick) {
	old := tick%rebuildEvery == 0 || s.dead+len(s.list)-s.built > 32+s.built/16
	if old {
		s.compact()
	}
	for i := range s.list {
		if at := &s.list[i]; at.p != nil {
			if place, ok := space.Place(at.p.Ship); ok {
				at.at = place
			}
		}
	}
	if old {
		s.split(0, len(s.list))
		s.built = len(s.list)
		for i := range s.list {
			s.list[i].p.spot = i
		}
	}
	for i := len(s.knots) - 1; i >= 0; i-- {
		s.fit(i)
	}
}

// rebuildEvery is in ticks.
const rebuildEvery = 10

// fit puts the box of a knot around what is in it.
func (s *spots) fit(i int) {
	k := &s.knots[i]
	if k.second != 0 {
		a, b := &s.knots[i+1], &s.knots[k.second]
		k.min, k.max = least(a.min, b.min), most(a.max, b.max)
		return
	}
	k.min, k.max = nowhere, nowhere.Scale(-1)
	for j := k.from; j < k.to; j++ {
		if at := &s.list[j]; at.p != nil {
			k.min, k.max = least(k.min, at.at), most(k.max, at.at)
		}
	}
}

var nowhere = world.Vec3{X: math.Inf(1), Y: math.Inf(1), Z: math.Inf(1)}

func least(a, b world.Vec3) world.Vec3 {
	return world.Vec3{X: min(a.X, b.X), Y: min(a.Y, b.Y), Z: min(a.Z, b.Z)}
}

func most(a, b world.Vec3) world.Vec3 {
	return world.Vec3{X: max(a.X, b.X), Y: max(a.Y, b.Y), Z: max(a.Z, b.Z)}
}

// raise takes in what the reaches are now.
func (s *spots) raise() {
	for i := len(s.knots) - 1; i >= 0; i-- {
		k := &s.knots[i]
		if k.second != 0 {
			k.reach = max(s.knots[i+1].reach, s.knots[k.second].reach)
			continue
		}
		k.reach = unknown
		for j := k.from; j < k.to; j++ {
			if at := &s.list[j]; at.p != nil {
				k.reach = max(k.reach, at.reach)
			}
		}
	}
}

// centre is the middle of all.
func (s *spots) centre() world.Vec3 {
	if len(s.knots) == 0 || s.knots[0].min.X > s.knots[0].max.X {
		return world.Vec3{}
	}
	return s.knots[0].min.Add(s.knots[0].max).Scale(0.5)
}

// split makes the knots of list[from:to], halving it along its longest side.
func (s *spots) split(from, to int) {
	at := len(s.knots)
	s.knots = append(s.knots, knot{from: int32(from), to: int32(to)})
	if to-from <= leafSize {
		return
	}
	low, high := nowhere, nowhere.Scale(-1)
	for i := from; i < to; i++ {
		low, high = least(low, s.list[i].at), most(high, s.list[i].at)
	}
	middle := (from + to) / 2
	s.halve(from, to, middle, longest(high.Sub(low)))
	s.split(from, middle)
	s.knots[at].second = int32(len(s.knots))
	s.split(middle, to)
}

// side names a coordinate.
type side uint8

func (d side) of(v *world.Vec3) float64 {
	switch d {
	case 0:
		return v.X
	case 1:
		return v.Y
	}
	return v.Z
}

func longest(v world.Vec3) side {
	switch {
	case v.X >= v.Y && v.X >= v.Z:
		return 0
	case v.Y >= v.Z:
		return 1
	}
	return 2
}

// halve puts those of list[from:to] that are lower on a side before middle, and the
// others behind.
func (s *spots) halve(from, to, middle int, d side) {
	for to-from > 1 {
		pivot := d.of(&s.list[(from+to)/2].at)
		i, j := from, to-1
		for i <= j {
			for d.of(&s.list[i].at) < pivot {
				i++
			}
			for d.of(&s.list[j].at) > pivot {
				j--
			}
			if i <= j {
				s.list[i], s.list[j] = s.list[j], s.list[i]
				i, j = i+1, j-1
			}
		}
		switch {
		case middle <= j:
			to = j + 1
		case middle >= i:
			from = i
		default:
			return
		}
	}
}

// away is the square of how far a place is from the box.
func (k *knot) away(from world.Vec3) float64 {
	x := max(k.min.X-from.X, from.X-k.max.X, 0)
	y := max(k.min.Y-from.Y, from.Y-k.max.Y, 0)
	z := max(k.min.Z-from.Z, from.Z-k.max.Z, 0)
	return x*x + y*y + z*z
}

// concerned appends the players whose reach a place is within.
func (s *spots) concerned(place world.Vec3, out []*Player) []*Player {
	if s.built > 0 {
		out = s.concernedIn(0, place, out)
	}
	return s.concernedOf(s.built, len(s.list), place, out)
}

func (s *spots) concernedIn(i int, place world.Vec3, out []*Player) []*Player {
	k := &s.knots[i]
	switch {
	case k.reach < 0 || k.away(place) > k.reach*k.reach:
		return out
	case k.second == 0:
		return s.concernedOf(int(k.from), int(k.to), place, out)
	}
	return s.concernedIn(int(k.second), place, s.concernedIn(i+1, place, out))
}

func (s *spots) concernedOf(from, to int, place world.Vec3, out []*Player) []*Player {
	for i := from; i < to; i++ {
		at := &s.list[i]
		if at.p != nil && at.reach >= 0 && at.at.Sub(place).Len2() <= at.reach*at.reach {
			out = append(out, at.p)
		}
	}
	return out
}

// kth returns how far the kth nearest of a place is, infinite where there are fewer.
// The better the guess at it, the sooner it is found.
func (s *spots) kth(place world.Vec3, k int, guess float64) float64 {
	for most := max(1, guess*guess); ; most *= 4 {
		s.nearest = s.measure(s.built, len(s.list), place, most, s.nearest[:0])
		if s.built > 0 {
			s.nearest = s.measureIn(0, place, most, s.nearest)
		}
		switch {
		case len(s.nearest) >= k:
			return math.Sqrt(pick(s.nearest, k-1))
		case len(s.nearest) == len(s.list)-s.dead:
			return math.Inf(1)
		}
	}
}

// measureIn appends the squares of the distances that are no larger than most.
func (s *spots) measureIn(i int, place world.Vec3, most float64, out []float64) []float64 {
	k := &s.knots[i]
	switch {
	case k.away(place) > most:
		return out
	case k.second == 0:
		return s.measure(int(k.from), int(k.to), place, most, out)
	}
	return s.measureIn(int(k.second), place, most, s.measureIn(i+1, place, most, out))
}

func (s *spots) measure(from, to int, place world.Vec3, most float64, out []float64) []float64 {
	for i := from; i < to; i++ {
		if at := &s.list[i]; at.p != nil {
			if d := at.at.Sub(place).Len2(); d <= most {
				out = append(out, d)
			}
		}
	}
	return out
}

// pick returns the number that n others are no larger than, and changes the order.
func pick(of []float64, n int) float64 {
	for from, to := 0, len(of); to-from > 1; {
		pivot := of[(from+to)/2]
		i, j := from, to-1
		for i <= j {
			for of[i] < pivot {
				i++
			}
			for of[j] > pivot {
				j--
			}
			if i <= j {
				of[i], of[j] = of[j], of[i]
				i, j = i+1, j-1
			}
		}
		switch {
		case n <= j:
			to = j + 1
		case n >= i:
			from = i
		default:
			return of[n]
		}
	}
	return of[n]
}
