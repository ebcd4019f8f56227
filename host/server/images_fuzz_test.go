package server

import (
	"bytes"
	"os"
	"testing"
	"time"
)

// FuzzImageFile reads what may lie in images/: a file that says that it is another's, or
// nothing, is refused, and of one that is right all bytes come back.
func FuzzImageFile(f *testing.F) {
	dir := images{f.TempDir()}
	path := dir.path("@Alpha")
	h := imageHead{Shard: "nord", Stop: "x", At: time.Unix(0, 0).UTC(), System: "@Alpha", Release: 7, Hash: "abc"}
	if err := dir.write(h, []byte("an image\nof two lines")); err != nil {
		f.Fatal(err)
	}
	good, err := os.ReadFile(path)
	if err != nil {
		f.Fatal(err)
	}
	f.Add(good)
	f.Add([]byte("{}\n"))
	f.Add([]byte(`{"system":"@Beta"}` + "\nx"))
	f.Add(bytes.Repeat([]byte("x"), maxHead+1))
	f.Fuzz(func(t *testing.T, file []byte) {
		if err := os.WriteFile(path, file, 0o600); err != nil {
			t.Fatal(err)
		}
		head, image, err := dir.read(path)
		if err != nil {
			return
		}
		first, rest, _ := bytes.Cut(file, []byte("\n"))
		if head.System != "@Alpha" || len(first) > maxHead || !bytes.Equal(image, rest) {
			t.Errorf("%+v with %d bytes, of %d and %d", head, len(image), len(first), len(rest))
		}
	})
}
