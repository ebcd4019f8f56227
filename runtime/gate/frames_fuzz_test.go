package gate

import (
	"bytes"
	"testing"
)

// FuzzFrames follows frames however they are cut: what is counted is the same, and a
// message in too many pieces is always found.
func FuzzFrames(f *testing.F) {
	f.Add([]byte{0x81, 0x81, 0, 0, 0, 0, 'x', 0x89, 0x80, 0, 0, 0, 0}, uint8(1))
	f.Add([]byte{0x01, 0x80, 0, 0, 0, 0, 0x00, 0x80, 0, 0, 0, 0}, uint8(3))
	f.Add([]byte{0x82, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 1, 2, 3, 4}, uint8(5))
	f.Add([]byte{0x82, 0xFE, 0, 3, 0, 0, 0, 0, 'a', 'b', 'c', 0x80, 0x01, 'x'}, uint8(2))
	f.Fuzz(func(t *testing.T, b []byte, cut uint8) {
		whole, pieces := new(frames), new(frames)
		want := whole.pass(b)
		var got error
		for rest, size := b, max(1, int(cut)); len(rest) > 0 && got == nil; {
			n := min(size, len(rest))
			got = pieces.pass(rest[:n])
			rest = rest[n:]
		}
		if want != got || want == nil && !whole.stands(pieces) {
			t.Fatalf("whole: %+v, %v; in pieces of %d: %+v, %v", whole, want, cut, pieces, got)
		}
		if whole.have >= len(whole.head) || whole.pieces > maxFragments {
			t.Fatalf("%+v", whole)
		}
	})
}

// stands says whether another has come as far.
func (f *frames) stands(g *frames) bool {
	return f.head == g.head && f.have == g.have && f.payload == g.payload && f.pieces == g.pieces && f.start == g.start && bytes.Equal(f.tail, g.tail)
}
