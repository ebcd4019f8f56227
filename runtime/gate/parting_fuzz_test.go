package gate

import (
	"bytes"
	"net/netip"
	"reflect"
	"testing"
	"time"

	"hotshard/runtime/gate/peer"
)

// somebody is one of everything that is written of a gate.
func somebody() parted {
	return parted{
		Sessions: []partedSession{{ID: 7, Name: "Ada", Token: "t0k3n", Dropped: -3, Client: 0}, {ID: 1 << 40, Name: "", Dropped: 1 << 60, Client: -1}},
		Clients: []partedClient{{}, {
			Conn: 5, Heard: 1, Acted: 2, Pinged: 3, Requests: partedBucket{0.25, 9}, Patience: partedBucket{1e9, -9}, Failures: 4,
			Unread: []byte("half"), Rest: []byte{0, 1}, Queue: []partedFrame{{[]byte("a frame"), uint8(isDelta)}, {[]byte("x"), uint8(mustArrive)}}, Stale: true, Need: true, Behind: 77,
		}},
		limits: partedLimits{
			Guesses: []peer.Used[netip.Prefix]{{Key: netip.MustParsePrefix("192.0.2.0/24"), Used: 2, At: time.Unix(5, 0).UTC()}},
			Names:   []partedName{{netip.MustParsePrefix("2001:db8::/64"), "ben", 1, time.Unix(6, 0).UTC()}},
		},
	}
}

func TestAGateGoesThroughBytes(t *testing.T) {
	for _, want := range []parted{somebody(), {Sessions: []partedSession{}, Clients: []partedClient{}}} {
		data, err := want.encode()
		if err != nil {
			t.Fatal(err)
		}
		got, err := decodeParted(data)
		if err != nil || !reflect.DeepEqual(got, want) {
			t.Errorf("%+v comes back as %+v, %v", want, got, err)
		}
		for n := range len(data) {
			if _, err := decodeParted(data[:n]); err == nil {
				t.Errorf("%d bytes of %d are taken for all", n, len(data))
			}
		}
	}
}

// FuzzParting reads anything: what it takes is written and read again as the same.
func FuzzParting(f *testing.F) {
	p := somebody()
	data, err := p.encode()
	if err != nil {
		f.Fatal(err)
	}
	f.Add(data)
	f.Add([]byte{})
	f.Add([]byte{0xff, 0xff, 0xff, 0xff, 0x0f})
	f.Fuzz(func(t *testing.T, data []byte) {
		p, err := decodeParted(data)
		if err != nil {
			return
		}
		once, err := p.encode()
		if err != nil {
			t.Fatal(err)
		}
		again, err := decodeParted(once)
		if err != nil {
			t.Fatal(err)
		}
		if twice, err := again.encode(); err != nil || !bytes.Equal(once, twice) {
			t.Errorf("written twice it is %x and %x, %v", once, twice, err)
		}
	})
}
