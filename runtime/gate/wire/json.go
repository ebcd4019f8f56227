package wire

import (
	"math"
	"reflect"
	"sort"
	"strconv"
	"unicode/utf8"

	"hotshard/runtime/world"
)

// maxValueDepth bounds how deep a value is encoded; what lies below is null.
const maxValueDepth = 32

// AppendValue appends the JSON of a value: nil, booleans, numbers, strings,
// arrays and maps with string keys (sorted, so that equal values give equal
// bytes). A number JSON cannot hold (NaN, infinity) becomes null.
func AppendValue(dst []byte, v world.Value) []byte { return appendValue(dst, v, 0) }

func appendValue(dst []byte, v world.Value, depth int) []byte {
	if depth > maxValueDepth {
		return append(dst, "null"...)
	}
	switch v := v.(type) {
	case nil:
		return append(dst, "null"...)
	case bool:
		return strconv.AppendBool(dst, v)
	case float64:
		return appendNumber(dst, v)
	case string:
		return appendString(dst, v)
	case []world.Value:
		dst = append(dst, '[')
		for i, item := range v {
			if i > 0 {
				dst = append(dst, ',')
			}
			dst = appendValue(dst, item, depth+1)
		}
		return append(dst, ']')
	case map[string]world.Value:
		dst = append(dst, '{')
		dst = appendFields(dst, v, "", depth+1)
		return append(dst, '}')
	}
	return appendReflected(dst, v, depth)
}

// appendReflected takes the values Go code of the core likes to use: ids and other
// integers, typed strings, slices of these.
func appendReflected(dst []byte, v any, depth int) []byte {
	r := reflect.ValueOf(v)
	switch {
	case r.CanInt():
		return strconv.AppendInt(dst, r.Int(), 10)
	case r.CanUint():
		return strconv.AppendUint(dst, r.Uint(), 10)
	case r.CanFloat():
		return appendNumber(dst, r.Float())
	case r.Kind() == reflect.String:
		return appendString(dst, r.String())
	case r.Kind() == reflect.Bool:
		return strconv.AppendBool(dst, r.Bool())
	case r.Kind() == reflect.Slice || r.Kind() == reflect.Array:
		dst = append(dst, '[')
		for i := range r.Len() {
			if i > 0 {
				dst = append(dst, ',')
			}
			dst = appendValue(dst, r.Index(i).Interface(), depth+1)
		}
		return append(dst, ']')
	}
	if vec, ok := v.(world.Vec3); ok {
		return appendVec(dst, vec, 3)
	}
	return append(dst, "null"...)
}

// appendFields appends the members of an object, in the order of their names,
// without the one called skip. An object already open gets commas as needed.
func appendFields(dst []byte, fields map[string]world.Value, skip string, depth int) []byte {
	keys := make([]string, 0, len(fields))
	for k := range fields {
		if skip == "" || k != skip {
			keys = append(keys, k)
		}
	}
	sort.Strings(keys)
	for _, k := range keys {
		if dst[len(dst)-1] != '{' {
			dst = append(dst, ',')
		}
		dst = appendString(dst, k)
		dst = append(dst, ':')
		dst = appendValue(dst, fields[k], depth)
	}
	return dst
}

func appendEvent(dst []byte, name string, fields map[string]world.Value) []byte {
	dst = append(dst, `{"ev":`...)
	dst = appendString(dst, name)
	dst = appendFields(dst, fields, "ev", 1)
	return append(dst, '}')
}

func appendReplyText(dst []byte, id uint64, result world.Value, err *Error) []byte {
	dst = append(dst, `{"re":`...)
	dst = strconv.AppendUint(dst, id, 10)
	if err != nil {
		dst = append(dst, `,"ok":false,"error":{"code":`...)
		dst = appendString(dst, err.Code)
		dst = append(dst, `,"message":`...)
		dst = appendString(dst, err.Message)
		return append(dst, '}', '}')
	}
	dst = append(dst, `,"ok":true,"result":`...)
	dst = AppendValue(dst, result)
	return append(dst, '}')
}

// appendNumber writes whole numbers without a point or exponent up to 2^53.
func appendNumber(dst []byte, f float64) []byte {
	if math.IsNaN(f) || math.IsInf(f, 0) {
		return append(dst, "null"...)
	}
	if f == math.Trunc(f) && math.Abs(f) < 1<<53 {
		return strconv.AppendInt(dst, int64(f), 10)
	}
	return strconv.AppendFloat(dst, f, 'g', -1, 64)
}

// appendFixed writes a number rounded to the decimals, without trailing zeros.
// Not finite: 0.
func appendFixed(dst []byte, f float64, decimals int) []byte {
	if math.IsNaN(f) || math.IsInf(f, 0) {
		return append(dst, '0')
	}
	scale := [...]float64{1, 10, 100, 1e3, 1e4, 1e5, 1e6}[decimals]
	n := math.Round(f * scale)
	if math.Abs(n) >= 1<<53 {
		return appendNumber(dst, f)
	}
	whole, part := int64(n)/int64(scale), int64(n)%int64(scale)
	if n < 0 {
		dst = append(dst, '-')
		whole, part = -whole, -part
	}
	dst = strconv.AppendInt(dst, whole, 10)
	if part == 0 {
		return dst
	}
	dst = append(dst, '.')
	for digit := int64(scale) / 10; part > 0; digit /= 10 {
		dst = append(dst, byte('0'+part/digit))
		part %= digit
	}
	return dst
}

func appendVec(dst []byte, v world.Vec3, decimals int) []byte {
	dst = append(dst, '[')
	dst = appendFixed(dst, v.X, decimals)
	dst = append(dst, ',')
	dst = appendFixed(dst, v.Y, decimals)
	dst = append(dst, ',')
	dst = appendFixed(dst, v.Z, decimals)
	return append(dst, ']')
}

const hexDigits = "0123456789abcdef"

// appendString writes a JSON string. Bytes that are not UTF-8 become U+FFFD.
func appendString(dst []byte, s string) []byte {
	dst = append(dst, '"')
	start := 0
	for i := 0; i < len(s); {
		b := s[i]
		if b >= utf8.RuneSelf {
			r, size := utf8.DecodeRuneInString(s[i:])
			if r == utf8.RuneError && size == 1 {
				dst = append(append(dst, s[start:i]...), `\ufffd`...)
				start = i + 1
			}
			i += size
			continue
		}
		if b >= ' ' && b != '"' && b != '\\' {
			i++
			continue
		}
		dst = append(dst, s[start:i]...)
		switch b {
		case '"', '\\':
			dst = append(dst, '\\', b)
		case '\n':
			dst = append(dst, '\\', 'n')
		default:
			dst = append(dst, '\\', 'u', '0', '0', hexDigits[b>>4], hexDigits[b&15])
		}
		i++
		start = i
	}
	return append(append(dst, s[start:]...), '"')
}
