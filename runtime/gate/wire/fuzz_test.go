package wire

import (
	"bytes"
	"reflect"
	"testing"
)

// Bytes from outside never panic, and what can be read can be sent on unchanged.
func FuzzDecodeBinary(f *testing.F) {
	f.Add(NewSnapshot(sample()).Payload(Binary))
	f.Add(NewDelta(sampleDelta()).Payload(Binary))
	f.Add(NewDelta(&Delta{Move: fleet(3)}).Payload(Binary))
	f.Add(NewDelta(&Delta{Turn: sampleTurns()}).Payload(Binary))
	f.Add([]byte{byte(KindText), '{', '}'})
	f.Fuzz(func(t *testing.T, b []byte) {
		m, err := Decode(Binary, b)
		if err != nil {
			return
		}
		var again *Frame
		switch m.Kind {
		case KindSnapshot:
			again = NewSnapshot(m.Snapshot)
		case KindDelta:
			again = NewDelta(m.Delta)
		default:
			return
		}
		m2, err := Decode(Binary, again.Payload(Binary))
		if err != nil {
			t.Fatalf("what was read cannot be read again: %v", err)
		}
		if !reflect.DeepEqual(m, m2) {
			t.Fatalf("read %+v %+v\nagain %+v %+v", m.Snapshot, m.Delta, m2.Snapshot, m2.Delta)
		}
		if _, err := Decode(JSON, again.Payload(JSON)); err != nil {
			t.Fatalf("as JSON it cannot be read: %v", err)
		}
	})
}

func FuzzDecodeJSON(f *testing.F) {
	f.Add(NewSnapshot(sample()).Payload(JSON))
	f.Add(NewDelta(sampleDelta()).Payload(JSON))
	f.Add([]byte(`{"re":1,"ok":false}`))
	f.Fuzz(func(t *testing.T, b []byte) {
		if m, err := Decode(JSON, b); err == nil && m.Kind == KindSnapshot {
			if _, err := Decode(Binary, NewSnapshot(m.Snapshot).Payload(Binary)); err != nil {
				t.Fatalf("packed it cannot be read: %v", err)
			}
		}
	})
}

func FuzzDecodeRequest(f *testing.F) {
	f.Add([]byte(`{"id":7,"cmd":"goto","args":{"point":[1,2,3]}}`))
	f.Add([]byte("\x00{\"id\":0,\"cmd\":\"\\u0000\"}"))
	f.Fuzz(func(t *testing.T, b []byte) {
		req, err := DecodeRequest(b)
		if err != nil {
			return
		}
		text := AppendRequest(nil, req)
		again, err := DecodeRequest(text)
		if err != nil || !reflect.DeepEqual(again, req) {
			t.Fatalf("%q\nread  %+v\nagain %+v, %v", b, req, again, err)
		}
		if !bytes.Equal(text, AppendRequest(nil, again)) {
			t.Fatal("encoded differently the second time")
		}
	})
}
