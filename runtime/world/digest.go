package world

import (
	"math"
	"math/bits"
)

// Digest folds numbers and texts into one number, which differs, all but surely, where they
// or their order do. The zero Digest is of nothing.
type Digest uint64

// Mix folds in two numbers.
func (d Digest) Mix(a, b uint64) Digest {
	hi, lo := bits.Mul64(a^uint64(d)^0x9e3779b97f4a7c15, b^bits.RotateLeft64(uint64(d), 32)^0xd6e8feb86659fd93)
	return Digest(hi ^ lo)
}

// Float folds in a number, to the bit.
func (d Digest) Float(f float64) Digest { return d.Mix(math.Float64bits(f), 1) }

// Vec folds in a vector.
func (d Digest) Vec(v Vec3) Digest {
	return d.Mix(math.Float64bits(v.X), math.Float64bits(v.Y)).Float(v.Z)
}

// Text folds in a text.
func (d Digest) Text(s string) Digest { return text(d, s) }

// Bytes folds in bytes, as Text would.
func (d Digest) Bytes(b []byte) Digest { return text(d, b) }

func text[T ~string | ~[]byte](d Digest, s T) Digest {
	d = d.Mix(uint64(len(s)), 2)
	for ; len(s) >= 16; s = s[16:] {
		d = d.Mix(word(s), word(s[8:]))
	}
	var tail [2]uint64
	for i := range len(s) {
		tail[i/8] |= uint64(s[i]) << (i % 8 * 8)
	}
	return d.Mix(tail[0], tail[1])
}

func word[T ~string | ~[]byte](s T) uint64 {
	_ = s[7]
	return uint64(s[0]) | uint64(s[1])<<8 | uint64(s[2])<<16 | uint64(s[3])<<24 | uint64(s[4])<<32 | uint64(s[5])<<40 | uint64(s[6])<<48 | uint64(s[7])<<56
}

// Value folds in a plain value.
func (d Digest) Value(v Value) Digest {
	switch v := v.(type) {
	case bool:
		if v {
			return d.Mix(3, 1)
		}
		return d.Mix(3, 0)
	case float64:
		return d.Float(v)
	case int:
		return d.Float(float64(v))
	case int64:
		return d.Float(float64(v))
	case string:
		return d.Text(v)
	case []Value:
		return d.Mix(4, uint64(len(v))).Values(v)
	case map[string]Value:
		// Each entry by itself, and their sum: it is the same in any order, and takes no list of
		// the keys.
		sum := uint64(0)
		for key, e := range v {
			sum += uint64(Digest(5).Text(key).Value(e))
		}
		return d.Mix(uint64(len(v)), sum)
	}
	return d.Mix(6, 0)
}

// Values folds in a list of plain values.
func (d Digest) Values(vs []Value) Digest {
	for _, v := range vs {
		d = d.Value(v)
	}
	return d
}
