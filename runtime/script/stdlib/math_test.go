package stdlib

import "testing"

func TestRounding(t *testing.T) {
	cases{
		{`return math.floor(3.7), math.floor(-3.7), math.ceil(3.2), math.ceil(-3.7), math.ceil(-0.5), math.floor(2^53), math.floor(1e300), math.floor("010")`, "3 -4 4 -3 -0 9.007199254741e+15 1e+300 10"},
		{`return math.fmod(7, 3), math.fmod(-7, 3), math.fmod(7, -3), math.fmod(5.5, 2), math.mod == math.fmod, math.fmod(1e300, 7), math.fmod(3, 1/0)`, "1 -1 1 1.5 true 1 3"},
		{`return math.modf(3.7)`, "3 0.7"},
		{`return math.modf(-3.7)`, "-3 -0.7"},
		{`return math.modf(1/0)`, "inf 0"},
		{`return math.modf(-1/0)`, "-inf -0"},
		{`return math.modf(5)`, "5 0"},
		{`return math.abs(-5), math.abs(5), math.abs(-1/0), math.max(1, 2, 3), math.max("10", 9), math.min(3, 1, 2), math.max(-1), math.min(0.5, "0.25")`, "5 5 inf 3 10 1 -1 0.25"},
		{`return math.frexp(8), math.ldexp(0.5, 4), math.ldexp(1, -1080), math.ldexp(1, 2000), math.ldexp("1", "2"), math.ldexp(1, 1.9)`, "0.5 8 0 inf 4 2"},
		{`return math.frexp(0), math.frexp(-0.75), math.frexp(1/0)`, "0 -0.75 inf 0"},
		{`return math.huge == 1/0, math.pi, math.huge, -math.huge`, "true 3.1415926535898 inf -inf"},
	}.check(t)
}

func TestFunctions(t *testing.T) {
	cases{
		{`return math.sqrt(2), math.exp(1), math.log(10), math.log10(1000), math.log10(0.001), math.pow(2, 10), math.pow(2, 0.5), math.pow(2, -1), math.pow(-8, 3)`, "1.4142135623731 2.718281828459 2.302585092994 3 -3 1024 1.4142135623731 0.5 -512"},
		{`return math.sin(1), math.cos(1), math.tan(1), math.asin(1), math.acos(0), math.atan(1), math.atan2(1, -1), math.atan2(-1, -1), math.sinh(1), math.cosh(1), math.tanh(1)`, "0.8414709848079 0.54030230586814 1.5574077246549 1.5707963267949 1.5707963267949 0.78539816339745 2.3561944901923 -2.3561944901923 1.1752011936438 1.5430806348152 0.76159415595576"},
		{`return 27^(1/3), 64^(1/3), 0.2^4, 10^-3, 2^0.5, (-8)^(1/3), (-2)^3, 2^-1074, 10^308, 0^0`, "3 4 0.0016 0.001 1.4142135623731 -nan -8 4.9406564584125e-324 1e+308 1"},
		{`local a, b = 27, 1/3 return a^b == 3, math.pow(a, b) == 3, math.floor(8^b), 10^-(a - 24) == 0.001, (a * a)^0.5, -a^2`, "true true 2 true 27 -729"},
		{`return math.deg(math.pi), math.rad(180), math.deg(1), math.rad(1), math.sin(math.pi), math.cos(math.pi / 2)`, "180 3.1415926535898 57.295779513082 0.017453292519943 1.2246467991474e-16 6.1232339957368e-17"},
		{`for i = -30, 22 do if math.log10(tonumber("1e" .. i)) ~= i then return i, math.log10(tonumber("1e" .. i)) end end return "exact"`, `"exact"`},
		{`return math.floor(math.log10(1000)), math.floor(math.log10(1e15)), math.log10(2), math.log10(5e-324)`, "3 15 0.30102999566398 -323.30621534312"},
		{`return math.sqrt(-1), math.log(-1), math.log(0), math.log10(-1), math.log10(0), math.acos(2), math.asin(2), math.fmod(1, 0), math.fmod(1/0, 1), math.pow(-1, 0.5)`, "-nan -nan -inf nan -inf nan nan -nan -nan -nan"},
		{`return math.sin(1/0), math.cos(1/0), math.tan(1/0), math.atan(1/0), math.exp(1/0), math.exp(-1/0), math.pow(0, -1), math.pow(1, 0/0), math.tanh(1/0), math.cosh(-1/0)`, "-nan -nan -nan 1.5707963267949 inf 0 inf 1 1 inf"},
		{`return math.floor(0/0), math.sqrt(-(0/0)), math.max(0/0, 1), math.max(1, 0/0), math.min(1, 0/0), math.abs(0/0)`, "-nan nan -nan 1 1 nan"},
	}.check(t)
}

func TestMathFaults(t *testing.T) {
	cases{
		{`math.floor()`, "error: bad argument #1 to 'floor' (number expected, got no value)"},
		{`math.floor("x")`, "error: bad argument #1 to 'floor' (number expected, got string)"},
		{`math.floor({})`, "error: bad argument #1 to 'floor' (number expected, got table)"},
		{`math.floor(nil)`, "error: bad argument #1 to 'floor' (number expected, got nil)"},
		{`math.max()`, "error: bad argument #1 to 'max' (number expected, got no value)"},
		{`math.max(1, "x")`, "error: bad argument #2 to 'max' (number expected, got string)"},
		{`math.min(1, nil)`, "error: bad argument #2 to 'min' (number expected, got nil)"},
		{`math.fmod(1)`, "error: bad argument #2 to 'fmod' (number expected, got no value)"},
		{`math.fmod()`, "error: bad argument #2 to 'fmod' (number expected, got no value)"},
		{`math.pow("x", "y")`, "error: bad argument #2 to 'pow' (number expected, got string)"},
		{`math.ldexp(1)`, "error: bad argument #2 to 'ldexp' (number expected, got no value)"},
		{`math.atan2(1)`, "error: bad argument #2 to 'atan2' (number expected, got no value)"},
		{`math.random(0)`, "error: bad argument #1 to 'random' (interval is empty)"},
		{`math.random(2, 1)`, "error: bad argument #2 to 'random' (interval is empty)"},
		{`math.random(1, 2, 3)`, "error: wrong number of arguments"},
		{`math.random("x")`, "error: bad argument #1 to 'random' (number expected, got string)"},
		{`math.random(1, {})`, "error: bad argument #2 to 'random' (number expected, got table)"},
		{`math.random(0/0)`, "error: bad argument #1 to 'random' (interval is empty)"},
		{`math.randomseed()`, "error: bad argument #1 to 'randomseed' (number expected, got no value)"},
		{`return math.randomseed(5)`, ""},
	}.check(t)
}
