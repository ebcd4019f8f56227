local args = require "lib.args"

function test.a_number_within_bounds()
  eq(args.number({range = 5}, "range", 0, 10), 5)
  eq(args.number({}, "range", 0, 10, 7), 7)
  fails(function() args.number({range = 11}, "range", 0, 10) end, "range must be between 0 and 10")
  fails(function() args.number({range = "5"}, "range", 0, 10) end, "range must be a number")
  fails(function() args.number({}, "range", 0, 10) end, "range must be a number")
end

function test.a_refusal_has_a_code()
  local refusal = fails(function() args.number({}, "range", 0, 10) end)
  eq(refusal, {code = "bad_argument", message = "range must be a number"})
end

function test.infinity_is_not_a_number()
  fails(function() args.number({range = 1 / 0}, "range", 0, math.huge) end)
  fails(function() args.number({range = 0 / 0}, "range", 0, 10) end)
end

function test.no_table_at_all()
  fails(function() args.id(nil, "id") end)
  fails(function() args.text("text", "text", 10) end)
end

function test.ids_are_whole_and_positive()
  eq(args.id({id = 40000001}, "id"), 40000001)
  fails(function() args.id({id = 0}, "id") end)
  fails(function() args.id({id = 1.5}, "id") end)
  fails(function() args.id({id = "1"}, "id") end)
end

function test.text_is_trimmed_and_bounded()
  eq(args.text({text = "  hello\nthere "}, "text", 20), "hello there")
  fails(function() args.text({text = string.rep("x", 21)}, "text", 20) end, "text has 21 characters, at most 20 are allowed")
  fails(function() args.text({text = " \t "}, "text", 20) end, "text is empty")
  fails(function() args.text({text = 5}, "text", 20) end, "text must be text")
end

function test.points_come_as_lists()
  eq(args.point({point = {1, 2, 3}}, "point"), {x = 1, y = 2, z = 3})
  eq(args.point({point = {x = 1, y = 2, z = 3}}, "point"), {x = 1, y = 2, z = 3})
  fails(function() args.point({point = {1, 2}}, "point") end)
  fails(function() args.point({point = {1, 2, "3"}}, "point") end)
  fails(function() args.point({point = {1, 2, 1e15}}, "point") end)
  fails(function() args.point({point = 4}, "point") end)
end

function test.a_direction_is_not_zero()
  eq(args.direction({dir = {0, 0, 2}}, "dir"), {x = 0, y = 0, z = 2})
  fails(function() args.direction({dir = {0, 0, 0}}, "dir") end, "dir points nowhere")
end
