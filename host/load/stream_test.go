package load

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"slices"
	"testing"
)

// listener notes what it gets; it wants what begins with 'w'.
type listener struct{ heads, got []string }

func (l *listener) head(op byte, head []byte, size int) bool {
	l.heads = append(l.heads, fmt.Sprint(op, " ", size))
	return len(head) > 0 && head[0] == 'w'
}

func (l *listener) message(op byte, p []byte) {
	l.got = append(l.got, fmt.Sprint(op, " ", len(p), " ", string(p[:min(4, len(p))])))
}

func frame(op byte, payload []byte) []byte {
	switch n := len(payload); {
	case n < 126:
		return append([]byte{0x80 | op, byte(n)}, payload...)
	case n < 1<<16:
		return append(binary.BigEndian.AppendUint16([]byte{0x80 | op, 126}, uint16(n)), payload...)
	default:
		return append(binary.BigEndian.AppendUint64([]byte{0x80 | op, 127}, uint64(n)), payload...)
	}
}

func TestStreamIsTheSameInAnyPieces(t *testing.T) {
	var all []byte
	for _, n := range []int{0, 1, 39, 40, 41, 125, 126, 4000, 70000} {
		for _, first := range []string{"w", "x"} {
			all = append(all, frame(opBinary, bytes.Repeat([]byte(first), n))...)
		}
	}
	var whole listener
	if !new(stream).feed(all, &whole) {
		t.Fatal("refused")
	}
	if len(whole.heads) != 18 || len(whole.got) != 8 {
		t.Fatalf("heads %v, messages %v", whole.heads, whole.got)
	}
	for _, size := range []int{1, 2, 3, 7, 39, 40, 41, 128, 1000, 65000} {
		var l listener
		var s stream
		for piece := range slices.Chunk(all, size) {
			if !s.feed(piece, &l) {
				t.Fatalf("refused in pieces of %d", size)
			}
		}
		if !slices.Equal(l.heads, whole.heads) || !slices.Equal(l.got, whole.got) {
			t.Errorf("in pieces of %d: %v %v", size, l.heads, l.got)
		}
	}
}

func TestStreamRefuses(t *testing.T) {
	for name, b := range map[string][]byte{
		"a mask":       {0x82, 0x81, 1, 2, 3, 4, 5},
		"a fragment":   {0x02, 1, 5},
		"a great size": {0x82, 127, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff},
	} {
		if new(stream).feed(b, new(listener)) {
			t.Errorf("%s was taken", name)
		}
	}
}

func FuzzStream(f *testing.F) {
	f.Add(frame(opBinary, []byte("want this")), 1)
	f.Add(frame(opText, bytes.Repeat([]byte("w"), 200)), 7)
	f.Fuzz(func(t *testing.T, b []byte, size int) {
		if size < 1 || size > 1<<16 {
			return
		}
		var whole, pieces listener
		ok := new(stream).feed(b, &whole)
		var s stream
		for piece := range slices.Chunk(b, size) {
			if !s.feed(piece, &pieces) {
				if ok {
					t.Fatal("refused in pieces only")
				}
				return
			}
		}
		if ok && !slices.Equal(whole.got, pieces.got) {
			t.Fatalf("%v and %v", whole.got, pieces.got)
		}
	})
}
