package static

import (
	"bytes"
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"io/fs"
	"math"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"

	"hotshard/runtime/world"
)

func small(t testing.TB) *world.Universe {
	t.Helper()
	u, err := Generate(3, 40)
	if err != nil {
		t.Fatal(err)
	}
	// What only an import brings: places between metres, far away, minus zero.
	s := &u.Systems[0]
	s.Celestials[1].Pos = world.Vec3{X: 0.25, Y: math.Copysign(0, -1), Z: -1e18}
	s.Celestials[2].Pos = world.Vec3{X: maxWhole, Y: maxWhole - 1, Z: -maxWhole + 1}
	return u
}

func TestSaveLoad(t *testing.T) {
	want := small(t)
	path := filepath.Join(t.TempDir(), "u.hsu")
	if err := Save(path, want); err != nil {
		t.Fatal(err)
	}
	got, err := Load(path)
	if err != nil {
		t.Fatal(err)
	}
	if !reflect.DeepEqual(got, want) {
		t.Error("what was loaded is not what was saved")
	}
	if y := got.Systems[0].Celestials[1].Pos.Y; !math.Signbit(y) {
		t.Error("minus zero became zero")
	}
}

func TestSaveLeavesTheOldFileOnAnError(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "u.hsu")
	u := small(t)
	if err := Save(path, u); err != nil {
		t.Fatal(err)
	}
	before, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	for name, spoil := range map[string]func(){
		"system id": func() { u.Systems[0].ID = -1 },
		"security":  func() { u.Systems[1].Security = math.NaN() },
		"kind":      func() { u.Systems[0].Celestials[0].Kind = 77 },
		"id":        func() { u.Systems[0].Celestials[0].ID = world.FirstDynamicID },
		"pos":       func() { u.Systems[0].Celestials[0].Pos.X = math.Inf(1) },
	} {
		u = small(t)
		spoil()
		if err := Save(path, u); err == nil {
			t.Errorf("%s: saved what cannot be loaded", name)
		}
	}
	after, err := os.ReadFile(path)
	if err != nil || !bytes.Equal(before, after) {
		t.Errorf("the file changed (%v)", err)
	}
	if files, _ := os.ReadDir(dir); len(files) != 1 {
		t.Errorf("left behind: %v", files)
	}
}

func TestSaveNeedsAFolder(t *testing.T) {
	path := filepath.Join(t.TempDir(), "none", "u.hsu")
	if err := Save(path, small(t)); !errors.Is(err, fs.ErrNotExist) || !strings.Contains(err.Error(), path) {
		t.Errorf("got %v", err)
	}
	if _, err := Load(path); !errors.Is(err, fs.ErrNotExist) || !strings.Contains(err.Error(), path) {
		t.Errorf("got %v", err)
	}
}

func TestLoadRefuses(t *testing.T) {
	good, err := Marshal(small(t))
	if err != nil {
		t.Fatal(err)
	}
	edit := func(f func([]byte) []byte) []byte { return f(bytes.Clone(good)) }
	for _, c := range []struct {
		name string
		data []byte
		is   error
		says string
	}{
		{"empty", nil, ErrForeign, "host import"},
		{"foreign", []byte("PK\x03\x04 and so on"), ErrForeign, "not a universe file"},
		{"header only begun", good[:20], ErrDamaged, "ends in its header"},
		{"truncated", good[:len(good)-100], ErrDamaged, "promises"},
		{"extended", edit(func(b []byte) []byte { return append(b, 0) }), ErrDamaged, "promises"},
		{"flipped", edit(func(b []byte) []byte { b[len(b)/2] ^= 4; return b }), ErrDamaged, "checksum"},
		{"newer", edit(func(b []byte) []byte { b[8] = 9; return b }), ErrVersion, "9 where this program reads 1"},
		{"too large", edit(func(b []byte) []byte { b[12+6] = 1; return b }), ErrDamaged, "bytes of map"},
		{"other length", edit(func(b []byte) []byte { b[12]++; return b }), ErrDamaged, "bytes of map where"},
	} {
		t.Run(c.name, func(t *testing.T) {
			path := filepath.Join(t.TempDir(), "u.hsu")
			if err := os.WriteFile(path, c.data, 0o600); err != nil {
				t.Fatal(err)
			}
			_, err := Load(path)
			if !errors.Is(err, c.is) || !strings.Contains(err.Error(), c.says) || !strings.Contains(err.Error(), path) {
				t.Errorf("got %v, want %v with %q and the path", err, c.is, c.says)
			}
		})
	}
}

// Every cut and many flips of the decompressed stream: an error or a universe,
// never a panic.
func TestDecodeDamage(t *testing.T) {
	u, err := Generate(3, 4)
	if err != nil {
		t.Fatal(err)
	}
	raw, err := encode(u)
	if err != nil {
		t.Fatal(err)
	}
	for n := range raw {
		if _, err := decode(raw[:n]); !errors.Is(err, ErrDamaged) {
			t.Fatalf("cut at %d: %v", n, err)
		}
	}
	for i := range raw {
		flipped := bytes.Clone(raw)
		flipped[i] ^= 0x81
		if u, err := decode(flipped); err == nil {
			if _, err := encode(u); err != nil {
				t.Fatalf("flipped at %d: decodes to what cannot be saved: %v", i, err)
			}
		} else if !errors.Is(err, ErrDamaged) {
			t.Fatalf("flipped at %d: %v", i, err)
		}
	}
}

func TestLoadOrGenerate(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "new", "dir")
	first, err := loadOrGenerate(dir, 1, 100)
	if err != nil {
		t.Fatal(err)
	}
	want, err := Generate(1, 100)
	if err != nil {
		t.Fatal(err)
	}
	if !same(t, first, want) {
		t.Error("not the universe of its seed")
	}
	files, _ := filepath.Glob(filepath.Join(dir, "*"))
	if len(files) != 1 {
		t.Fatalf("files: %v", files)
	}
	second, err := loadOrGenerate(dir, 1, 100)
	if err != nil || !same(t, first, second) {
		t.Errorf("the second start differs (%v)", err)
	}
	if err := os.WriteFile(files[0], []byte(fileMagic), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := loadOrGenerate(dir, 1, 100); !errors.Is(err, ErrDamaged) {
		t.Errorf("a damaged file: %v", err)
	}
}

// same compares by the stream, which is much faster than by reflection.
func same(t *testing.T, a, b *world.Universe) bool {
	t.Helper()
	x, err := encode(a)
	if err != nil {
		t.Fatal(err)
	}
	y, err := encode(b)
	if err != nil {
		t.Fatal(err)
	}
	return bytes.Equal(x, y)
}

func FuzzUnmarshal(f *testing.F) {
	u, err := Generate(3, 1)
	if err != nil {
		f.Fatal(err)
	}
	good, err := Marshal(u)
	if err != nil {
		f.Fatal(err)
	}
	f.Add(good)
	f.Add(good[:headerSize])
	f.Fuzz(func(t *testing.T, data []byte) {
		// The checksum would keep the fuzzer outside for ever: make it right.
		if len(data) >= headerSize {
			data = bytes.Clone(data)
			sum := sha256.Sum256(data[headerSize:])
			copy(data[headerSize-len(sum):], sum[:])
			binary.LittleEndian.PutUint64(data[20:], uint64(len(data)-headerSize))
		}
		_, _ = Unmarshal(data)
	})
}

func FuzzDecode(f *testing.F) {
	u, err := Generate(3, 2)
	if err != nil {
		f.Fatal(err)
	}
	raw, err := encode(u)
	if err != nil {
		f.Fatal(err)
	}
	f.Add(raw)
	f.Fuzz(func(t *testing.T, raw []byte) {
		u, err := decode(raw)
		if err != nil {
			return
		}
		again, err := encode(u)
		if err != nil {
			t.Fatalf("decodes to what cannot be encoded: %v", err)
		}
		v, err := decode(again)
		if err != nil || !reflect.DeepEqual(u, v) {
			t.Fatalf("does not survive a second round (%v)", err)
		}
	})
}

func BenchmarkLoad(b *testing.B) {
	u, err := Generate(1, DefaultSystems)
	if err != nil {
		b.Fatal(err)
	}
	data, err := Marshal(u)
	if err != nil {
		b.Fatal(err)
	}
	b.SetBytes(int64(len(data)))
	for b.Loop() {
		if _, err := Unmarshal(data); err != nil {
			b.Fatal(err)
		}
	}
}
