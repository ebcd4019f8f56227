package record

import (
	"bytes"
	"math/rand/v2"
	"os"
	"path/filepath"
	"testing"

	"hotshard/runtime/script"
	"hotshard/runtime/script/code"
	"hotshard/runtime/script/reload"
	"hotshard/runtime/system"
)

// recordedLife is the frames of a short life.
func recordedLife(t testing.TB) (image Part, inputs [][]byte, file []byte) {
	s := newShard(t)
	s.live(rand.New(rand.NewPCG(5, 1)), 40)
	rec, err := Open(s.recorder.cfg.Dir, "@Alpha")
	if err != nil {
		t.Fatal(err)
	}
	for p, err := range rec.Parts(epoch) {
		switch {
		case err != nil:
			t.Fatal(err)
		case p.Inputs != nil:
			inputs = append(inputs, p.Inputs)
		case image.Image == nil:
			image = p
		}
	}
	kept, err := Keep(s.recorder.cfg.Dir, "@Alpha", epoch, "life", "")
	if err != nil {
		t.Fatal(err)
	}
	file, err = os.ReadFile(kept.Path)
	if err != nil {
		t.Fatal(err)
	}
	return image, inputs, file
}

// FuzzRun runs batches whose bytes come from outside: an error, or a system that goes on.
func FuzzRun(f *testing.F) {
	begin, inputs, _ := recordedLife(f)
	for _, b := range inputs {
		f.Add(b)
	}
	made := code.NewRelease(1, scripts(1))
	f.Fuzz(func(t *testing.T, batch []byte) {
		cfg := setup().System
		cfg.Release = func() *code.Release { return made }
		cfg.Script.Run = script.Budget{Steps: 10_000, Memory: 16 << 20}
		p, err := system.NewPlayback(system.PlaybackConfig{
			System: cfg, Thaw: reload.Thaw, Commit: func(*script.State, script.Deed) error { return errDisk },
			Release: func(int, string) (*code.Release, error) { return made, nil },
		}, begin.Image)
		if err != nil {
			t.Fatal(err)
		}
		defer p.Close()
		if p.Run(batch) == nil {
			_ = p.Run(inputs[0]) // it may not fit; it must not break
		}
	})
}

// FuzzFile reads and runs files whose bytes come from outside.
func FuzzFile(f *testing.F) {
	_, _, file := recordedLife(f)
	f.Add(file)
	f.Add(file[:len(file)/2])
	f.Add(append(head(), appendFrame(nil, kindImage, []byte("x"))...))
	f.Fuzz(func(t *testing.T, data []byte) {
		path := filepath.Join(t.TempDir(), "x"+suffix)
		if err := os.WriteFile(path, data, 0o644); err != nil {
			t.Fatal(err)
		}
		rec, err := OpenFile(path)
		if err != nil {
			return
		}
		_, _ = rec.Span() // an error is an answer
		run := rec.NewRun(setup(), Options{From: epoch})
		defer run.Close()
		_ = run.All() // the same
	})
}

// FuzzPart decodes parts; what is accepted is written as it was read.
func FuzzPart(f *testing.F) {
	begin, inputs, _ := recordedLife(f)
	_, b := begin.encode()
	f.Add(true, b)
	_, b = (&Part{At: epoch, Tick: 3, Inputs: inputs[0], Releases: []Release{{1, "x"}}}).encode()
	f.Add(false, b)
	f.Fuzz(func(t *testing.T, isImage bool, data []byte) {
		k := kindInputs
		if isImage {
			k = kindImage
		}
		p, err := decodePart(k, data)
		if err != nil {
			return
		}
		k2, again := p.encode()
		q, err := decodePart(k2, again)
		if err != nil || k2 != k || !bytes.Equal(q.Image, p.Image) || !bytes.Equal(q.Inputs, p.Inputs) {
			t.Errorf("written again it is another: %v", err)
		}
	})
}
