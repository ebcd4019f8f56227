package stdlib

import "testing"

func TestSub(t *testing.T) {
	cases{
		{`return ("hello"):sub(2, 4), ("hello"):sub(-3), ("hello"):sub(2), ("hello"):sub(0), ("hello"):sub(-100, 100)`, `"ell" "llo" "ello" "hello" "hello"`},
		{`return ("hello"):sub(4, 2), ("hello"):sub(6), ("hello"):sub(5), (""):sub(1, 1), ("hello"):sub(-3, -2), ("hello"):sub(1, -6)`, `"" "" "o" "" "ll" ""`},
		{`return ("hello"):sub("2"), ("hello"):sub(" 0x2 ", "3"), ("hello"):sub(2.9, 3.9)`, `"ello" "el" "el"`},
		{`return ("hello"):sub(1, nil), ("hello"):sub(1, 1/0), ("hello"):sub(-1/0), ("hello"):sub(1, 2^31), ("hello"):sub(-2^40, 2^40)`, `"hello" "" "hello" "hello" "hello"`},
		{`return string.sub(12345, 2, 3)`, `"23"`},
		{`return string.sub()`, "error: bad argument #1 to 'sub' (string expected, got no value)"},
		{`return string.sub("x")`, "error: bad argument #2 to 'sub' (number expected, got no value)"},
		{`return ("x"):sub()`, "error: bad argument #1 to 'sub' (number expected, got no value)"},
		{`return ("x"):sub({})`, "error: bad argument #1 to 'sub' (number expected, got table)"},
		{`return ("x"):sub(1, {})`, "error: bad argument #2 to 'sub' (number expected, got table)"},
		{`return string.sub(nil, 1)`, "error: bad argument #1 to 'sub' (string expected, got nil)"},
	}.check(t)
}

func TestByteAndChar(t *testing.T) {
	cases{
		{`return ("abc"):byte(), ("abc"):byte(2), ("abc"):byte(-1)`, "97 98 99"},
		{`return ("abc"):byte(1, -1)`, "97 98 99"},
		{`return ("abc"):byte(-2, -1)`, "98 99"},
		{`return ("abc"):byte(0, 2)`, "97 98"},
		{`return select("#", ("abc"):byte(0)), select("#", ("abc"):byte(4)), select("#", (""):byte()), select("#", ("abc"):byte(3, 2))`, "0 0 0 0"},
		{`return ("\255\0"):byte(1, 2)`, "255 0"},
		{`return select("#", (("x"):rep(7900)):byte(1, -1))`, "7900"},
		{`return (("x"):rep(9000)):byte(1, -1)`, "error: stack overflow (string slice too long)"},
		{`return string.char(72, 105), string.char(), string.char("65", 66.9), string.char(0, 255)`, `"Hi" "" "AB" "\000\255"`},
		{`return string.char(256)`, "error: bad argument #1 to 'char' (invalid value)"},
		{`return string.char(65, -1)`, "error: bad argument #2 to 'char' (invalid value)"},
		{`return string.char("x")`, "error: bad argument #1 to 'char' (number expected, got string)"},
		{`return string.byte()`, "error: bad argument #1 to 'byte' (string expected, got no value)"},
	}.check(t)
}

func TestCaseAndLength(t *testing.T) {
	cases{
		{`return ("aZ\228\255 1"):upper(), ("aZ\196\255 1"):lower(), (""):upper(), ("ABC"):upper()`, `"AZ\228\255 1" "az\196\255 1" "" "ABC"`},
		{`return ("\255a"):upper():byte(1, -1)`, "255 65"},
		{`return ("hello"):len(), ("a\0b"):len(), string.len(12.5), ("a\0b"):reverse(), (""):reverse(), string.upper(5)`, `5 3 4 "b\000a" "" "5"`},
		{`return ("ab"):rep(3), ("ab"):rep(0), ("ab"):rep(-1), (""):rep(1e6), ("ab"):rep("2"), ("ab"):rep(2.9), ("ab"):rep(1/0)`, `"ababab" "" "" "" "abab" "abab" ""`},
		{`return ("x"):rep(3, ",")`, `"xxx"`},
		{`return string.rep()`, "error: bad argument #1 to 'rep' (string expected, got no value)"},
		{`return string.rep("x")`, "error: bad argument #2 to 'rep' (number expected, got no value)"},
		{`return ("x"):rep()`, "error: bad argument #1 to 'rep' (number expected, got no value)"},
		{`return ("x"):rep("y")`, "error: bad argument #1 to 'rep' (number expected, got string)"},
		{`return string.rep(true, 2)`, "error: bad argument #1 to 'rep' (string expected, got boolean)"},
		{`return string.len()`, "error: bad argument #1 to 'len' (string expected, got no value)"},
		{`return string.upper({})`, "error: bad argument #1 to 'upper' (string expected, got table)"},
		{`return string.lower(nil)`, "error: bad argument #1 to 'lower' (string expected, got nil)"},
		{`return string.reverse()`, "error: bad argument #1 to 'reverse' (string expected, got no value)"},
	}.check(t)
}
