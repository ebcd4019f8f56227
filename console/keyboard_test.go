package main

import "testing"

// TestLineEndsOfAPaste cuts the same paste at every place: each way to end a line is one
// end, wherever a read happens to stop.
func TestLineEndsOfAPaste(t *testing.T) {
	const paste = pasteBegin + "a\r\nb\nc\rd\r\n\r\ne" + pasteEnd + "\r\n"
	for cut := len(pasteBegin); cut <= len(paste)-len(pasteEnd)-2; cut++ { // marks are never cut, see take
		k := &keyboard{}
		k.add([]byte(paste[:cut]))
		k.add([]byte(paste[cut:]))
		got := ""
		for _, c := range k.ahead {
			got += string(c.b)
		}
		if want := "a\rb\nc\rd\r\re\r"; got != want {
			t.Errorf("cut at %d: %q, not %q", cut, got, want)
		}
	}
}

// TestEnterTwice is no paste: two keys are two.
func TestEnterTwice(t *testing.T) {
	k := &keyboard{}
	k.add([]byte("\r"))
	k.add([]byte("\n"))
	if len(k.ahead) != 2 {
		t.Errorf("%d keys", len(k.ahead))
	}
}
