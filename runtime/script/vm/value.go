package vm

import (
	lua "github.com/yuin/gopher-lua"

	"hotshard/runtime/script/number"
)

var (
	vTrue  lua.LValue = lua.LTrue
	vFalse lua.LValue = lua.LFalse
)

func boolean(b bool) lua.LValue {
	if b {
		return vTrue
	}
	return vFalse
}

func isNil(v lua.LValue) bool {
	_, ok := v.(*lua.LNilType)
	return ok || v == nil
}

func isFalse(v lua.LValue) bool {
	switch v := v.(type) {
	case *lua.LNilType:
		return true
	case lua.LBool:
		return !bool(v)
	}
	return v == nil
}

// ToNumber is a value as an operand of arithmetic: a number, or a text of one.
func ToNumber(v lua.LValue) (float64, bool) {
	switch v := v.(type) {
	case lua.LNumber:
		return float64(v), true
	case lua.LString:
		return number.Parse(string(v))
	}
	return 0, false
}

// ToText is a value as an operand of concatenation: a text, or that of a number.
func ToText(v lua.LValue) (string, bool) {
	switch v := v.(type) {
	case lua.LString:
		return string(v), true
	case lua.LNumber:
		return number.Format(float64(v)), true
	}
	return "", false
}

// typeName is the name of a value's type in errors.
func typeName(v lua.LValue) string {
	if v == nil {
		return "nil"
	}
	return v.Type().String()
}

// RawEqual is == without metamethods.
func RawEqual(a, b lua.LValue) bool {
	switch a := a.(type) {
	case lua.LNumber:
		n, ok := b.(lua.LNumber)
		return ok && a == n
	case lua.LString:
		s, ok := b.(lua.LString)
		return ok && a == s
	}
	return a == b
}
