package serve

import (
	"encoding/json"
	"strings"
	"testing"
)

func FuzzFrames(f *testing.F) {
	f.Add(`{"id":1,"run":"systems"}` + "\n" + `{"id":1,"cancel":true}` + "\n")
	f.Add("{}\n\n[]\n")
	f.Add(`{"id":-1}`)
	f.Fuzz(func(t *testing.T, stream string) {
		frames := NewFrameReader(strings.NewReader(stream))
		for range 100 {
			var q Request
			if frames.Read(&q) != nil {
				return
			}
			if _, err := frame(q); err != nil {
				t.Errorf("what was read cannot be written: %v", err)
			}
		}
	})
}

func TestFramesHaveALimit(t *testing.T) {
	var q Request
	if err := NewFrameReader(strings.NewReader(strings.Repeat("x", MaxFrame+1))).Read(&q); err == nil {
		t.Error("a frame without end is read")
	}
	long, _ := json.Marshal(Request{Run: strings.Repeat("x", 100_000)})
	if err := NewFrameReader(strings.NewReader(string(long) + "\n")).Read(&q); err != nil || len(q.Run) != 100_000 {
		t.Errorf("a long frame: %v", err)
	}
	if err := NewFrameReader(strings.NewReader(`{"id":1}`)).Read(&q); err == nil {
		t.Error("a frame that is cut off is read")
	}
}
