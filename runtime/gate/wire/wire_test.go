package wire

import (
	"bytes"
	"encoding/binary"
	"errors"
	"flag"
	"fmt"
	"math"
	"math/rand/v2"
	"os"
	"path/filepath"
	"reflect"
	"testing"

	"hotshard/runtime/world"
)

var update = flag.Bool("update", false, "write the golden files anew")

const ship = world.FirstDynamicID

// sample is a small scene with every part of the format in it.
func sample() *Snapshot {
	return &Snapshot{Tick: 72_000, Hz: 10, Dilation: 0.75, You: ship + 1, Bubble: 12,
		Entities: []Entity{
			{ID: ship + 1, Kind: "ship", Name: "Ada's Rifter", Type: "Rifter", Owner: 42, Radius: 35.5, Flags: 5,
				Motion: Motion{Mode: 4, Pos: world.Vec3{X: 1.5e11, Y: -2e9, Z: 100.25}, Vel: world.Vec3{X: 120.5, Y: -3, Z: 0.125},
					Target: 50_000_001, Range: 5000, Speed: 365.5, Tau: 3.256}},
			{ID: ship + 2, Kind: "ship", Name: "Bé", Type: "Rifter", Owner: 43, Radius: 35.5,
				Motion: Motion{Mode: 1, Pos: world.Vec3{X: 1.5e11 + 12_000, Y: -2e9 + 700, Z: -3.5},
					Point: world.Vec3{X: 0.6, Y: -0.8}, Speed: 300, Tau: 4}},
			{ID: ship + 7, Kind: "wreck", Name: "Wreck", Radius: 10,
				Motion: Motion{Pos: world.Vec3{X: 1.5e11 - 90_000, Y: -2e9, Z: 0}}},
			{ID: ship + 9, Kind: "npc", Name: "Patrol", Type: "Rifter", Radius: 35.5,
				Motion: Motion{Mode: 7, Pos: world.Vec3{X: 1.5e11, Y: -2e9, Z: 4000}, Vel: world.Vec3{X: 3e11, Y: 1e10},
					Point: world.Vec3{X: -7e11, Y: 4e8, Z: 3}, Speed: 4.5e11, Tau: 2}},
		}}
}

func sampleDelta() *Delta {
	s := sample()
	return &Delta{Tick: 72_001, Gone: []world.EntityID{ship + 7, 50_000_001}, Add: s.Entities[1:2],
		Move: []Motion{motionOf(s.Entities[0]), motionOf(s.Entities[3])}, Turn: sampleTurns()}
}

// sampleTurns are ships that were turned by a goto, a direction and an orbit.
func sampleTurns() []Turn {
	at := world.Vec3{X: 1.5e11 + 3000, Y: -2e9, Z: 9}
	return []Turn{
		{Motion: Motion{ID: ship + 12, Mode: 2, Pos: at, Vel: world.Vec3{X: 9}, Point: at.Add(world.Vec3{X: -7000.25, Z: 40}), Speed: 300, Tau: 4}},
		{Motion: Motion{ID: ship + 13, Mode: 1, Pos: at, Point: world.Vec3{X: 0.48, Y: 0.6, Z: -0.64}, Speed: 300, Tau: 4}, Ago: 1},
		{Motion: Motion{ID: ship + 14, Mode: 4, Pos: at, Target: ship + 2, Point: world.Vec3{Z: 1}, Range: 2500, Speed: 300, Tau: 4}, Ago: 2},
	}
}

// unsaid takes out of a turn what the packed form does not say.
func unsaid(t Turn) Turn {
	t.Pos, t.Vel, t.Speed, t.Tau, t.SameEngine = world.Vec3{}, world.Vec3{}, 0, 0, true
	return t
}

func motionOf(e Entity) Motion {
	m := e.Motion
	m.ID = e.ID
	return m
}

func TestGoldenBytes(t *testing.T) {
	event := NewEvent("chat", map[string]world.Value{"channel": "local", "from": "Ada", "text": "o7 \"fleet\"\n", "ev": "x"})
	cases := map[string][]byte{
		"snapshot.json": NewSnapshot(sample()).Bytes(JSON),
		"snapshot.bin":  NewSnapshot(sample()).Bytes(Binary),
		"delta.json":    NewDelta(sampleDelta()).Bytes(JSON),
		"delta.bin":     NewDelta(sampleDelta()).Bytes(Binary),
		"event.json":    event.Bytes(JSON),
		"event.bin":     event.Bytes(Binary),
		"reply.json":    AppendReply(nil, JSON, 7, map[string]world.Value{"eta": 12.5, "list": []world.Value{true, nil, -3.0}}, nil),
		"refusal.bin":   AppendReply(nil, Binary, 8, nil, Errorf("not_docked", "You are not docked.")),
	}
	for name, got := range cases {
		path := filepath.Join("testdata", name)
		if *update {
			if err := os.WriteFile(path, got, 0o644); err != nil {
				t.Fatal(err)
			}
		}
		want, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		if !bytes.Equal(got, want) {
			t.Errorf("%s differs:\n got %q\nwant %q", name, got, want)
		}
	}
}

func TestWebSocketHeader(t *testing.T) {
	for _, n := range []int{0, 60, 125, 126, 65_535, 65_536, 70_000} {
		f := NewEvent("x", map[string]world.Value{"t": string(bytes.Repeat([]byte("a"), n))})
		for _, c := range []Codec{JSON, Binary} {
			b, payload := f.Bytes(c), f.Payload(c)
			header := b[:len(b)-len(payload)]
			if want := byte(0x81) + byte(c); header[0] != want {
				t.Errorf("first byte %x, want %x", header[0], want)
			}
			var length uint64
			switch len(header) {
			case 2:
				length = uint64(header[1])
			case 4:
				length = uint64(binary.BigEndian.Uint16(header[2:]))
			case 10:
				length = binary.BigEndian.Uint64(header[2:])
			}
			if length != uint64(len(payload)) {
				t.Errorf("%d bytes of payload, header says %d", len(payload), length)
			}
			if m, err := Decode(c, payload); err != nil || m.Event != "x" {
				t.Errorf("Decode: %+v, %v", m, err)
			}
		}
	}
}

// near compares a decoded motion with the original within what the format promises.
func near(t *testing.T, got, want Motion, tol float64) {
	t.Helper()
	vel := math.Max(tol, want.Vel.Len()/(1<<15))
	if got.ID != want.ID || got.Mode != want.Mode || got.Target != want.Target ||
		got.Pos.Dist(want.Pos) > 2*tol || got.Vel.Dist(want.Vel) > vel || got.Point.Dist(want.Point) > 2*tol ||
		math.Abs(got.Range-want.Range) > tol || math.Abs(got.Speed-want.Speed) > tol || math.Abs(got.Tau-want.Tau) > 0.001 {
		t.Errorf("got  %+v\nwant %+v", got, want)
	}
}

func TestSnapshotRoundTrip(t *testing.T) {
	for _, c := range []Codec{JSON, Binary} {
		m, err := Decode(c, NewSnapshot(sample()).Payload(c))
		if err != nil {
			t.Fatal(err)
		}
		got, want := m.Snapshot, sample()
		for i := range want.Entities {
			w := want.Entities[i]
			g := got.Entities[i]
			near(t, g.Motion, motionOf(w), 0.13)
			g.Motion, w.Motion = Motion{}, Motion{}
			if !reflect.DeepEqual(g, w) {
				t.Errorf("codec %d: got %+v, want %+v", c, g, w)
			}
		}
		got.Entities, want.Entities = nil, nil
		if !reflect.DeepEqual(got, want) {
			t.Errorf("codec %d: got %+v, want %+v", c, got, want)
		}
	}
}

func TestDeltaRoundTrip(t *testing.T) {
	want := sampleDelta()
	for _, c := range []Codec{JSON, Binary} {
		m, err := Decode(c, NewDelta(want).Payload(c))
		if err != nil {
			t.Fatal(err)
		}
		got := m.Delta
		turns := 0
		if c == Binary {
			turns = len(want.Turn)
		}
		if got.Tick != want.Tick || !reflect.DeepEqual(got.Gone, want.Gone) || len(got.Add) != 1 || len(got.Move) != 5-turns || len(got.Turn) != turns {
			t.Fatalf("codec %d: got %+v", c, got)
		}
		near(t, got.Add[0].Motion, motionOf(want.Add[0]), 0.13)
		near(t, got.Move[0], want.Move[0], 0.13)
		near(t, got.Move[1], want.Move[1], 0.13)
		for i, w := range want.Turn {
			if c == JSON { // where it is one motion among others
				near(t, got.Move[2+i], w.Motion, 0.13)
				continue
			}
			near(t, got.Turn[i].Motion, unsaid(w).Motion, 0.13)
			if g := got.Turn[i]; g.Ago != w.Ago || !g.SameEngine {
				t.Errorf("got %+v, want %+v", g, w)
			}
		}
	}
}

// An engine that a client knows is not sent again, and the parts of a motion that
// exclude each other are not read.
func TestSameEngine(t *testing.T) {
	d := &Delta{Move: []Motion{{ID: ship, Speed: 300, Tau: 4, SameEngine: true}}}
	payload := NewDelta(d).Payload(Binary)
	m, err := Decode(Binary, payload)
	if err != nil || !m.Delta.Move[0].SameEngine || m.Delta.Move[0].Speed != 0 {
		t.Fatalf("%+v, %v", m, err)
	}
	flags := bytes.LastIndexByte(payload, sameEngine)
	for _, wrong := range []byte{sameEngine | hasSpeed, sameEngine | hasTau, hasPoint | hasDirection} {
		b := append(bytes.Clone(payload), make([]byte, 20)...)
		b[flags] = wrong
		if _, err := Decode(Binary, b); !errors.Is(err, ErrMalformed) {
			t.Errorf("parts %#x: %v", wrong, err)
		}
	}
	e := NewSnapshot(&Snapshot{Entities: []Entity{{ID: ship, Motion: Motion{SameEngine: true}}}}).Payload(Binary)
	if _, err := Decode(Binary, e); !errors.Is(err, ErrMalformed) {
		t.Errorf("an entity whose engine nobody knows: %v", err)
	}
}

// A direction is not a place: it must not be rounded to a quarter of a metre.
func TestDirectionKeepsItsPrecision(t *testing.T) {
	rng := rand.New(rand.NewPCG(3, 4))
	directions := []world.Vec3{{X: 1}, {X: -1}, {Y: 1}, {Y: -1}, {Z: 1}, {Z: -1}, world.Vec3{X: 1, Z: -1e-9}.Unit()}
	for range 10_000 {
		directions = append(directions, world.Vec3{X: rng.NormFloat64(), Y: rng.NormFloat64(), Z: rng.NormFloat64()}.Unit())
	}
	for _, want := range directions {
		d := &Delta{Move: []Motion{{ID: ship, Pos: world.Vec3{X: 1e12}, Point: want}}}
		for _, c := range []Codec{JSON, Binary} {
			m, err := Decode(c, NewDelta(d).Payload(c))
			if err != nil {
				t.Fatal(err)
			}
			if got := m.Delta.Move[0].Point; got.Dist(want) > 7e-5 || math.Abs(got.Len()-1) > 1e-5 {
				t.Fatalf("codec %d: %+v for %+v", c, got, want)
			}
		}
	}
}

// Only what has the length 1 is a direction; a place may be near the star.
func TestPlaceNearTheStar(t *testing.T) {
	for _, want := range []world.Vec3{{X: 0.5, Y: 0.25}, {X: 1.25}, {X: 15, Y: -3, Z: 2.5}} {
		d := &Delta{Move: []Motion{{ID: ship, Mode: 2, Point: want}}}
		m, err := Decode(Binary, NewDelta(d).Payload(Binary))
		if err != nil || m.Delta.Move[0].Point != want {
			t.Errorf("%+v for %+v, %v", m.Delta.Move[0].Point, want, err)
		}
	}
}

// What physics should never produce still gives a message that can be read.
func TestNotFiniteAndFarAway(t *testing.T) {
	bad := []float64{math.NaN(), math.Inf(1), math.Inf(-1), math.MaxFloat64, -math.MaxFloat64, 5e-324}
	for _, v := range bad {
		vec := world.Vec3{X: v, Y: 1, Z: v}
		s := &Snapshot{Hz: v, Dilation: v, Entities: []Entity{{ID: ship, Name: "\xff", Radius: v,
			Motion: Motion{Pos: vec, Vel: vec, Point: vec, Range: v, Speed: v, Tau: v}}}}
		for _, c := range []Codec{JSON, Binary} {
			if _, err := Decode(c, NewSnapshot(s).Payload(c)); err != nil {
				t.Errorf("%g in codec %d: %v", v, c, err)
			}
		}
	}
}

// fleet is n ships on courses as they are in a fight.
func fleet(n int) []Motion {
	rng := rand.New(rand.NewPCG(1, 2))
	centre := world.Vec3{X: 1.2e11, Y: -3e10, Z: 5e8}
	coord := func(r float64) float64 { return (rng.Float64()*2 - 1) * r }
	list := make([]Motion, n)
	for i := range list {
		list[i] = Motion{ID: ship + world.EntityID(i*3), Mode: uint8(i % 8),
			Pos: centre.Add(world.Vec3{X: coord(1e5), Y: coord(1e5), Z: coord(2e4)}),
			Vel: world.Vec3{X: coord(300), Y: coord(300), Z: coord(50)}, Speed: 200 + coord(100), Tau: 3 + coord(1)}
		switch i % 3 {
		case 0:
			list[i].Target, list[i].Range = ship+world.EntityID(rng.IntN(3*n)), 5000
		case 1:
			list[i].Point = world.Vec3{X: coord(1), Y: coord(1), Z: coord(1)}.Unit()
		}
	}
	return list
}

func TestMotionIsSmall(t *testing.T) {
	const n = 500
	size := len(NewDelta(&Delta{Tick: 1e6, Move: fleet(n)}).Payload(Binary))
	t.Logf("%.1f bytes a motion", float64(size)/n)
	if size > 28*n {
		t.Errorf("%d motions take %d bytes", n, size)
	}
	d := &Delta{Tick: 1e6}
	for _, m := range fleet(n) {
		d.Turn = append(d.Turn, Turn{Motion: m})
	}
	size = len(NewDelta(d).Payload(Binary))
	t.Logf("%.1f bytes a turn", float64(size)/n)
	if size > 9*n {
		t.Errorf("%d turns take %d bytes", n, size)
	}
}

func TestFrameIsEncodedOnceAndShared(t *testing.T) {
	f := NewDelta(sampleDelta())
	if &f.Bytes(Binary)[0] != &f.Bytes(Binary)[0] {
		t.Error("two encodings")
	}
	if n := testing.AllocsPerRun(100, func() { f.Bytes(Binary) }); n != 0 {
		t.Errorf("%v allocations to take the bytes again", n)
	}
}

func TestValues(t *testing.T) {
	cases := []struct {
		in   world.Value
		want string
	}{
		{nil, `null`}, {true, `true`}, {1.0, `1`}, {-0.5, `-0.5`}, {1e300, `1e+300`}, {math.NaN(), `null`}, {math.Inf(1), `null`},
		{"a\"\\\n\x01é\xff\u2028", `"a\"\\\n\u0001é\ufffd` + "\u2028" + `"`},
		{world.CharacterID(7), `7`}, {uint8(3), `3`}, {float32(0.5), `0.5`}, {world.Address("@Jita"), `"@Jita"`},
		{[]world.EntityID{1, 2}, `[1,2]`}, {world.Vec3{X: 1, Y: -2.5, Z: 0}, `[1,-2.5,0]`}, {func() {}, `null`},
		{map[string]world.Value{"b": 1.0, "a": []world.Value{}}, `{"a":[],"b":1}`},
	}
	for _, c := range cases {
		if got := string(AppendValue(nil, c.in)); got != c.want {
			t.Errorf("%v: got %s, want %s", c.in, got, c.want)
		}
	}
	var deep world.Value
	for range 100 {
		deep = []world.Value{deep}
	}
	if got := string(AppendValue(nil, deep)); len(got) != 2*(maxValueDepth+1)+4 {
		t.Errorf("a deep value gives %s", got)
	}
}

func TestRequests(t *testing.T) {
	good := map[string]Request{
		`{"id":7,"cmd":"orbit","args":{"id":3,"range":500}}`: {7, "orbit", map[string]world.Value{"id": 3.0, "range": 500.0}},
		"\x00" + `{"id":0,"cmd":"ping"}`:                     {0, "ping", nil},
	}
	for text, want := range good {
		if got, err := DecodeRequest([]byte(text)); err != nil || !reflect.DeepEqual(got, want) {
			t.Errorf("%s: %+v, %v", text, got, err)
		}
	}
	bad := []string{``, "\x00", `[]`, `{"id":1}`, `{"cmd":"ping"}`, `{"id":-1,"cmd":"ping"}`, `{"id":1e99,"cmd":"ping"}`,
		`{"id":9007199254740993,"cmd":"ping"}`, `{"id":1,"cmd":"` + string(bytes.Repeat([]byte("x"), 65)) + `"}`,
		`{"id":1,"cmd":"a","args":` + string(bytes.Repeat([]byte("["), 17)) + string(bytes.Repeat([]byte("]"), 17)) + `}`}
	for _, text := range bad {
		if got, err := DecodeRequest([]byte(text)); err == nil || err.Code != CodeBadRequest {
			t.Errorf("%q: %+v, %v", text, got, err)
		}
	}
	if got, err := DecodeRequest([]byte(`{"id":5,"cmd":3}`)); err == nil || got.ID != 5 {
		t.Errorf("the id of a bad request is lost: %+v", got)
	}
	if got := depth([]byte(`{"a":"[[[\"[","b":[{}]}`)); got != 3 {
		t.Errorf("depth %d", got)
	}
	req := Request{ID: 9, Command: "say", Args: map[string]world.Value{"text": "hi"}}
	if got, err := DecodeRequest(AppendRequest(nil, req)); err != nil || !reflect.DeepEqual(got, req) {
		t.Errorf("%+v, %v", got, err)
	}
}

func TestReplies(t *testing.T) {
	ok := AppendReply(nil, JSON, 3, 2.5, nil)
	if m, err := Decode(JSON, ok[2:]); err != nil || m.Kind != KindReply || m.Re != 3 || m.Result != 2.5 || m.Err != nil {
		t.Errorf("%+v, %v", m, err)
	}
	no := AppendReply([]byte("kept"), Binary, 3, nil, Errorf("too_far", "It is %d km away.", 9))
	if m, err := Decode(Binary, no[4+2:]); err != nil || m.Err == nil || *m.Err != (Error{"too_far", "It is 9 km away."}) {
		t.Errorf("%+v, %v", m, err)
	}
}

func TestMalformedIsRefused(t *testing.T) {
	whole := bytes.Clone(NewDelta(sampleDelta()).Payload(Binary))
	for n := range whole {
		if _, err := Decode(Binary, whole[:n]); !errors.Is(err, ErrMalformed) {
			t.Errorf("the first %d bytes: %v", n, err)
		}
	}
	if _, err := Decode(Binary, append(whole, 0)); !errors.Is(err, ErrMalformed) {
		t.Errorf("a byte too many: %v", err)
	}
	for _, text := range []string{``, `{}`, `[]`, `{"re":"x"}`} {
		if _, err := Decode(JSON, []byte(text)); !errors.Is(err, ErrMalformed) {
			t.Errorf("%q: %v", text, err)
		}
	}
	if _, err := Decode(Binary, []byte{9}); !errors.Is(err, ErrMalformed) {
		t.Errorf("unknown kind: %v", err)
	}
}

func TestSubprotocols(t *testing.T) {
	for _, c := range []Codec{JSON, Binary} {
		if got, ok := ParseSubprotocol(c.Subprotocol()); !ok || got != c {
			t.Errorf("%d: %d, %v", c, got, ok)
		}
	}
	if _, ok := ParseSubprotocol("chat"); ok {
		t.Error("chat was accepted")
	}
}

// Names that come once leave room for what comes often.
func TestEntityIsSmall(t *testing.T) {
	const n = 500
	d := &Delta{Tick: 1e6}
	for i, m := range fleet(n) {
		e := Entity{ID: m.ID, Kind: "ship", Type: "Wren", Name: fmt.Sprintf("pilot %d's Wren", i), Owner: 1_000_000, Radius: 30, Motion: m}
		if i > n/2 {
			e.Kind, e.Type, e.Name = "missile", "Light Missile", "Light Missile"
		}
		d.Add = append(d.Add, e)
	}
	ships := len(NewDelta(&Delta{Tick: 1e6, Add: d.Add[:n/2]}).Payload(Binary))
	missiles := len(NewDelta(d).Payload(Binary)) - ships
	t.Logf("%.1f bytes a ship, %.1f a missile", 2*float64(ships)/n, 2*float64(missiles)/n)
	if missiles > 42*n/2 {
		t.Errorf("%d missiles take %d bytes", n/2, missiles)
	}
	m, err := Decode(Binary, NewDelta(d).Payload(Binary))
	if err != nil || m.Delta.Add[n-1].Name != "Light Missile" || m.Delta.Add[70].Name != "pilot 70's Wren" {
		t.Errorf("%v", err)
	}
}

func TestSnapshotForOthers(t *testing.T) {
	s := Snapshot{Tick: 9, Hz: 10, Dilation: 1, You: world.FirstDynamicID, Bubble: 3}
	for i := range 20 {
		s.Entities = append(s.Entities, Entity{ID: world.FirstDynamicID + world.EntityID(i), Kind: "ship", Type: "Wren", Motion: Motion{Pos: world.Vec3{X: float64(i)}}})
	}
	first := NewSnapshot(&s)
	other := s
	other.You += 7
	first.Bytes(JSON)
	if got, want := first.For(other.You).Bytes(JSON), NewSnapshot(&other).Bytes(JSON); !bytes.Equal(got, want) {
		t.Errorf("%s, not %s", got, want)
	}
	if got, want := first.For(other.You), first; &got.Bytes(Binary)[0] != &want.Bytes(Binary)[0] || &got.Payload(Binary)[0] != &want.Payload(Binary)[0] {
		t.Error("packed it is not the same bytes")
	}
}
