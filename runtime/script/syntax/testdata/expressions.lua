x = nil, true, false, 1, "s", ..., a, {}
x = 1 + 2 - 3 * 4 / 5 % a ^ b ^ c
x = a .. b .. c
x = -a ^ 2
x = 2 ^ -a
x = not a == b
x = -#a.b
x = not not nil
x = - - 1
x = a or b and c or d
x = a < b == c
x = 1 .. 2 + 3 < 4
x = a >= b, a <= b, a > b, a ~= b
x = (a + b) * c
x = (a)
x = (f()), (...), (f)()
x = ((f()))
x = f() .. (g())
x = a.b.c[d].e["f"](g):h "i" { j }
x = ("s"):rep(3)
x = { 1, 2; n = 3, [4] = 5, ["six"] = 6, f(), g }
x = { a, b; }
x = { { {} }, ... }
