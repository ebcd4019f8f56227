-- Literals: numbers, texts, names, comments.

print("numbers", 0, 1, 0.5, .5, 5., 1e3, 1E3, 1e+3, 1e-3, .5e1, 0x10, 0XFF, 0xabcdef, 1e308 * 10, -1e308 * 10)
print("shown", 1 / 3, 100, 1e15, 1e14, 123456789012345, 1e100, 2 ^ 53, 2 ^ 63, 0.1, 0.1 + 0.2, 1e-5, 1e-4, 3.14159265358979, -0.0, 1e16, 12345678.9)
print("texts of numbers", tostring(1e15), tostring(-1.5), 1e300 .. "", 0.1 .. "", 1e15 .. "", 7 .. "", 2 ^ 31 .. "")
print("tonumber", tonumber("10"), tonumber("  10  "), tonumber("1e1"), tonumber("0x1F"), tonumber("-7"), tonumber("- 7"), tonumber(""), tonumber(" "), tonumber("10x"), tonumber("1 2"), tonumber("."), tonumber("5."), tonumber(".5"), tonumber("1e"), tonumber("0x"), tonumber(nil))
print("bases", tonumber("11", 2), tonumber("zz", 36), tonumber("ff", 16), tonumber("8", 8), tonumber("7", 8), tonumber(" 11 ", 2), tonumber("1e1", 16))
print("equal", 1 == 1.0, 0xA == 10, 1e2 == 100, -0 == 0, 0.1 + 0.2 == 0.3)

print("escapes", "\a\b\f\n\r\t\v\\\"\'", '\a"\'', "\65\066\0067", "\0", "a\0b", #"a\0b", "\255", "\10", "\
")
print("quotes", 'it\'s', "it's", '"', "\"", "a\z" == "az", "\q" == "q")
print("long", [[a]], [[
first]], [[

second]], [==[a]]b]=]c]==], [[\n]], #[[
]], [[a
b]], [=[[[x]]]=])
print("lines", #"a\
b", #[[a
b]])
print("control", #"	", "	" == "\t")

-- names
local _, _a, a1, A, aA_1 = 1, 2, 3, 4, 5
print("names", _, _a, a1, A, aA_1)
local t = {["end"] = 1, ["a b"] = 2, [""] = 3, endx = 4, _ = 5}
print("keys", t["end"], t["a b"], t[""], t.endx, t._)

-- comments
local x = 1 -- + 1
print("comments", x --[[ + 1 ]] + 1 --[==[ + 1
]] + 1 ]==] + 1)
--[[ print("no") ]]
---[[ print("a line")
print("after")
--]]
--[ not long
print("end") --

-- texts are bytes
print("bytes", ("\228\184\173"):byte(1, -1), #"\228\184\173", ("中"):len())
print("keys", ({["\0"] = 1})["\0"], ({["a\0"] = 1})["a"], ({["a\0"] = 1})["a\0"])
print("numbers as keys", ({[1] = "a"})[1.0], ({["1"] = "b"})[1], ({[2 ^ 53] = "c"})[9007199254740992], ({[0.5] = "d"})[1 / 2], ({[-0] = "e"})[0])

-- from text
for _, text in ipairs {"0x7fffffff", "1e-10", "'\\065'", "'\\n' == '\\10'", "[[\n\nx]]", "#'\\\\'", "3 .. 4", "0xffffffff", "1e1e", "08", "'\\x41'", "1..2", "0x.8", "5e-1"} do
  local f = loadstring("return " .. text)
  print(text, f and f())
end
