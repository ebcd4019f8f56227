package wire

import (
	"math/rand/v2"
	"reflect"
	"slices"
	"testing"

	"hotshard/runtime/world"
)

func somePiece(rng *rand.Rand, id world.EntityID) (m Motion, e Entity) {
	at := func() world.Vec3 {
		return world.Vec3{X: 1e11 + float64(rng.IntN(1e6)), Y: float64(rng.IntN(1e5)), Z: -float64(rng.IntN(1e5))}
	}
	m = Motion{ID: id, Mode: uint8(rng.IntN(9)), Pos: at(), Vel: world.Vec3{X: float64(rng.IntN(300))}, Speed: 300, Tau: 3}
	if rng.IntN(2) == 0 {
		m.Point = at()
	}
	if rng.IntN(2) == 0 {
		m.Target = id - 3
	}
	e = Entity{ID: id, Kind: "ship", Name: "Wren", Type: "Wren", Owner: 7, Radius: 20, Motion: m}
	return m, e
}

// What is put together of pieces says the same as a delta of the same things, however
// often the memory was used before.
func TestPiecesSayWhatADeltaSays(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 2))
	var p Pieces
	for tick := range world.Tick(50) {
		p.Begin(tick, world.Vec3{X: 1e11 + 0.4, Y: 5e4})
		var kinds []pieceKind
		var motions []Motion
		var entities []Entity
		for n := range 1 + rng.IntN(20) {
			m, e := somePiece(rng, world.FirstDynamicID+world.EntityID(10*n+rng.IntN(10)))
			kind := pieceKind(rng.IntN(int(pieceKinds)))
			kinds, motions, entities = append(kinds, kind), append(motions, m), append(entities, e)
			switch kind {
			case pieceGone:
				p.Gone(m.ID)
			case pieceAdd:
				p.Add(&e)
			case pieceMove:
				p.Move(&m)
			case pieceTurn:
				p.Turn(&Turn{Motion: m})
			}
		}
		for range 5 {
			d := &Delta{Tick: tick}
			var chosen []int32
			for n, kind := range kinds {
				if rng.IntN(2) == 0 {
					continue
				}
				chosen = append(chosen, int32(n))
				switch kind {
				case pieceGone:
					d.Gone = append(d.Gone, motions[n].ID)
				case pieceAdd:
					d.Add = append(d.Add, entities[n])
				case pieceMove:
					d.Move = append(d.Move, motions[n])
				case pieceTurn:
					d.Turn = append(d.Turn, Turn{Motion: motions[n]})
				}
			}
			for _, c := range []Codec{JSON, Binary} {
				got, err := Decode(c, p.Frame(chosen).Payload(c))
				want, _ := Decode(c, NewDelta(d).Payload(c))
				for _, d := range []*Delta{got.Delta, want.Delta} { // as JSON, turns are among the moves
					slices.SortFunc(d.Move, func(a, b Motion) int { return int(a.ID) - int(b.ID) })
				}
				if err != nil || !reflect.DeepEqual(got, want) {
					t.Fatalf("tick %d, %v of %v: %+v (%v), not %+v", tick, chosen, kinds, got.Delta, err, want.Delta)
				}
			}
		}
	}
}

// Nothing is allocated for a player.
func TestPiecesUseTheirMemoryAgain(t *testing.T) {
	var p Pieces
	m, e := somePiece(rand.New(rand.NewPCG(1, 2)), world.FirstDynamicID)
	all := []int32{0, 1, 2}
	round := func() {
		p.Begin(1, m.Pos)
		p.Gone(m.ID)
		p.Add(&e)
		p.Turn(&Turn{Motion: m})
		for range 100 {
			for c := range Codec(codecs) {
				p.Frame(all).Bytes(c)
			}
		}
	}
	round()
	if n := testing.AllocsPerRun(20, round); n > 10 {
		t.Errorf("%g allocations for 100 players", n)
	}
}
