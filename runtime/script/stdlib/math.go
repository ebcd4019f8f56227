package stdlib

import (
	"math"

	lua "github.com/yuin/gopher-lua"

	"hotshard/runtime/script/arg"
	"hotshard/runtime/script/real"
	"hotshard/runtime/script/vm"
)

func (lib library) math() Table {
	t := Table{
		Name:    "math",
		Aliases: map[string]string{"mod": "fmod"}, // the name it had in Lua 5.0, kept by 5.1
		Fields:  map[string]lua.LValue{"huge": lua.LNumber(math.Inf(1)), "pi": lua.LNumber(math.Pi)},
		Quick:   map[string]vm.Quick{"max": quickGreatest, "min": quickLeast},
		Funcs: map[string]lua.LGFunction{
			"atan2":      binary(real.Atan2),
			"fmod":       binary(real.Fmod),
			"frexp":      frexp,
			"ldexp":      ldexp,
			"max":        greatest,
			"min":        least,
			"modf":       modf,
			"pow":        binary(real.Pow),
			"random":     lib.random,
			"randomseed": randomSeed,
		},
	}
	for name, fn := range map[string]func(float64) float64{
		"abs": math.Abs, "acos": real.Acos, "asin": real.Asin, "atan": real.Atan, "ceil": math.Ceil, "cos": real.Cos,
		"cosh": real.Cosh, "exp": real.Exp, "floor": math.Floor, "log": real.Log, "log10": real.Log10, "sin": real.Sin,
		"sinh": real.Sinh, "sqrt": real.Sqrt, "tan": real.Tan, "tanh": real.Tanh,
		"deg": func(x float64) float64 { return x / radiansPerDegree },
		"rad": func(x float64) float64 { return x * radiansPerDegree },
	} {
		t.Funcs[name], t.Quick[name] = unary(fn), quickUnary(fn)
	}
	return t
}

// radiansPerDegree is rounded as C rounds it, before it is used.
var radiansPerDegree = func(pi float64) float64 { return pi / 180 }(math.Pi)

func push(L *lua.LState, x float64) int {
	if n := int(x); uint(n) < uint(len(smallNumbers)) && float64(n) == x && (n != 0 || !math.Signbit(x)) {
		L.Push(smallNumbers[n])
	} else {
		L.Push(lua.LNumber(x))
	}
	return 1
}

func unary(fn func(float64) float64) lua.LGFunction {
	return func(L *lua.LState) int { return push(L, fn(arg.Number(L, 1))) }
}

// binary reads the second argument first, as the C that PUC Lua is compiled to.
func binary(fn func(x, y float64) float64) lua.LGFunction {
	return func(L *lua.LState) int {
		y := arg.Number(L, 2)
		return push(L, fn(arg.Number(L, 1), y))
	}
}

func modf(L *lua.LState) int {
	x := arg.Number(L, 1)
	whole, part := math.Modf(x)
	if math.IsInf(x, 0) {
		whole, part = x, math.Copysign(0, x)
	}
	return push(L, whole) + push(L, part)
}

func frexp(L *lua.LState) int {
	part, exponent := math.Frexp(arg.Number(L, 1))
	push(L, part)
	pushInt(L, exponent)
	return 2
}

func ldexp(L *lua.LState) int {
	const beyond = 5000 // any number is 0 or infinite then
	exponent := arg.Int(L, 2)
	return push(L, math.Ldexp(arg.Number(L, 1), min(max(exponent, -beyond), beyond)))
}

func greatest(L *lua.LState) int {
	most := arg.Number(L, 1)
	for i := 2; i <= L.GetTop(); i++ {
		if x := arg.Number(L, i); x > most {
			most = x
		}
	}
	return push(L, most)
}

func least(L *lua.LState) int {
	least := arg.Number(L, 1)
	for i := 2; i <= L.GetTop(); i++ {
		if x := arg.Number(L, i); x < least {
			least = x
		}
	}
	return push(L, least)
}

func (lib library) random(L *lua.LState) int {
	source := lib.Random(L)
	low, high, bad := 1, 0, 1
	switch L.GetTop() {
	case 0:
		return push(L, source.Float64())
	case 1:
		high = arg.Int(L, 1)
	case 2:
		low, high, bad = arg.Int(L, 1), arg.Int(L, 2), 2
	default:
		arg.Raise(L, "wrong number of arguments")
	}
	if low > high {
		arg.Bad(L, bad, "interval is empty")
	}
	if span := uint64(high) - uint64(low); span < math.MaxUint64 {
		return push(L, float64(low+int(source.Uint64N(span+1))))
	}
	return push(L, float64(int(source.Uint64())))
}

// randomSeed has no effect: the seed of the system decides.
func randomSeed(L *lua.LState) int {
	arg.Int(L, 1)
	return 0
}
