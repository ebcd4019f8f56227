package load

import (
	"math"
	"slices"
	"testing"

	"hotshard/runtime/gate/wire"
	"hotshard/runtime/world"
)

func TestHistogramIsWithinTwoPercent(t *testing.T) {
	var h, g histogram
	for us := range int64(100_000) {
		if us%2 == 0 {
			h.add(us * 1000)
		} else {
			g.add(us * 1000)
		}
	}
	h.merge(&g)
	for _, q := range []float64{0.001, 0.01, 0.5, 0.9, 0.99, 0.9999} {
		want := q * 100
		if got := h.quantile(q); math.Abs(got-want) > 0.02*want {
			t.Errorf("quantile %g: %g ms, want %g", q, got, want)
		}
	}
	if h.max != 99_999_000 || h.n != 100_000 {
		t.Errorf("max %d, n %d", h.max, h.n)
	}
	for i := 1; i < 64*42; i++ {
		if i >= 128 && bucket(uint64(lower(i))) != i {
			t.Fatalf("step %d begins at %g, which is in %d", i, lower(i), bucket(uint64(lower(i))))
		}
	}
}

func TestTicksBetween(t *testing.T) {
	var k ticks
	for _, tick := range []uint64{100, 102, 103, 105, 101} {
		k.note(tick)
	}
	for _, c := range []struct {
		from, to uint64
		want     int
	}{{100, 101, 0}, {100, 102, 1}, {100, 105, 3}, {103, 105, 0}, {105, 105, 0}, {99, 105, 4}, {100, 200, 0}, {0, 105, 4}} {
		if got := k.between(c.from, c.to); got != c.want {
			t.Errorf("between %d and %d: %d, want %d", c.from, c.to, got, c.want)
		}
	}
	k.note(1000)
	if got := k.between(105, 1000); got != 0 {
		t.Errorf("after a long pause: %d", got)
	}
}

func TestTimersFireInOrder(t *testing.T) {
	l := &loop{}
	s := &side{loop: l}
	var got []int
	s.scene = record(func(p *player) { got = append(got, p.num) })
	var ps []*player
	for i := range 50 {
		p := &player{side: s, num: i, stage: playing}
		ps = append(ps, p)
		l.timers.set(p, int64((i*37)%50))
	}
	l.timers.set(ps[3], 1000) // instead of its turn
	l.timers.fire(500)
	if len(got) != 49 || !slices.IsSortedFunc(got, func(a, b int) int { return (a*37)%50 - (b*37)%50 }) {
		t.Errorf("fired %v", got)
	}
	l.timers.fire(1000)
	if got[len(got)-1] != 3 {
		t.Errorf("the timer that was set anew: %v", got)
	}
}

// record is a scene in which acting is noted.
type record func(p *player)

func (r record) act(p *player)                          { r(p) }
func (record) placed(*player)                           {}
func (record) answer(*player, string, string)           {}
func (record) lock(*player, world.EntityID, bool, bool) {}

func TestTexts(t *testing.T) {
	reply := wire.AppendReply(nil, wire.JSON, 7, nil, wire.Errorf("too_close", `said "no"`))[2:]
	if got := refusal(reply); got != "too_close" {
		t.Errorf("refusal %q", got)
	}
	if got := refusal(wire.AppendReply(nil, wire.JSON, 1<<50, true, nil)[2:]); got != "" {
		t.Errorf("refusal of what went well: %q", got)
	}
	if id, ok := number(reply, `{"re":`); !ok || id != 7 {
		t.Errorf("id %v %v", id, ok)
	}
	if _, ok := number([]byte(`{"ship":null}`), `"ship":`); ok {
		t.Error("null is a number")
	}
	for text, want := range map[string]bool{
		`{"ev":"system","id":1}`: true, `{"ev":"systems"}`: false, `{"re":4,"ok":true}`: true, `{"ev":"chat"}`: false,
		`{"ev":"lo`: false, ``: false, `{"ev":"`: false,
	} {
		if wanted([]byte(text)) != want {
			t.Errorf("%q wanted: %v", text, !want)
		}
	}
}

func TestMaskedFrameIsAFrame(t *testing.T) {
	for _, n := range []int{0, 1, 125, 126, 5000} {
		b := make([]byte, requestHeader+n)
		for i := range n {
			b[requestHeader+i] = byte(i)
		}
		f := maskFrame(b, opText, 0xdeadbeef)
		size, at := int(f[1]&127), 2
		if size == 126 {
			size, at = int(f[2])<<8|int(f[3]), 4
		}
		if f[0] != 0x81 || f[1]&0x80 == 0 || size != n || len(f) != at+4+n {
			t.Fatalf("%d bytes: % x", n, f[:at])
		}
		for i, c := range f[at+4:] {
			if c^f[at+i&3] != byte(i) {
				t.Fatalf("%d bytes: byte %d is wrong", n, i)
			}
		}
	}
}
