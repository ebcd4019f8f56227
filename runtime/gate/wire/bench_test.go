package wire

import "testing"

func BenchmarkEncodeDelta50(b *testing.B) {
	d := &Delta{Tick: 1e6, Move: fleet(50)}
	for _, c := range []Codec{Binary, JSON} {
		b.Run(c.Subprotocol(), func(b *testing.B) {
			b.ReportAllocs()
			n := 0
			for b.Loop() {
				n = len(NewDelta(d).Bytes(c))
			}
			b.ReportMetric(float64(n), "bytes")
		})
	}
}

func BenchmarkDecodeDelta50(b *testing.B) {
	payload := NewDelta(&Delta{Tick: 1e6, Move: fleet(50)}).Payload(Binary)
	var d Delta
	b.ReportAllocs()
	for b.Loop() {
		if err := d.UnmarshalBinary(payload); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkEncodeSnapshot1000(b *testing.B) {
	s := &Snapshot{Tick: 1e6, Hz: 10, Dilation: 1}
	for _, m := range fleet(1000) {
		s.Entities = append(s.Entities, Entity{ID: m.ID, Kind: "ship", Type: "Rifter", Name: "Pilot of the fleet", Owner: 7, Radius: 35, Motion: m})
	}
	b.ReportAllocs()
	n := 0
	for b.Loop() {
		n = len(NewSnapshot(s).Bytes(Binary))
	}
	b.ReportMetric(float64(n), "bytes")
}

func BenchmarkReply(b *testing.B) {
	var buf []byte
	b.ReportAllocs()
	for b.Loop() {
		buf = AppendReply(buf[:0], Binary, 12, true, nil)
	}
}
