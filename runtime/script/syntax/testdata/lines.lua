local a
x = a
  + 1
  + b
  .c
x = not
  a
x = a.b
  .c
  [d
  ]
f(
  a.b,
  c
)
f {
  a
  .b
  ,
  c,
  d
}
f [[


]]
a.b
:c(1
)
x.y
=
1
local f = function
() end
local
function g
(
)
  return (
    a.b
  )
end
t = { f
(x), k
= 1 }
