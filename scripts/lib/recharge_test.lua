local recharge = require "lib.recharge"

function test.full_stays_full()
  eq(recharge.after(100, 100, 60, 10), 100)
  eq(recharge.after(120, 100, 60, 10), 100)
end

function test.no_time_no_change()
  near(recharge.after(37, 100, 60, 0), 37)
end

function test.it_grows_towards_full()
  local before = 0
  for t = 5, 60, 5 do
    local c = recharge.after(0, 100, 60, t)
    ok(c > before and c < 100)
    before = c
  end
  ok(before > 98, "nearly full after its time")
end

function test.two_steps_are_as_good_as_one()
  local half = recharge.after(10, 100, 60, 7)
  near(recharge.after(half, 100, 60, 8), recharge.after(10, 100, 60, 15))
end

function test.the_closed_form_solves_the_equation()
  local c, dt = 25, 1e-4
  near((recharge.after(c, 100, 60, dt) - c) / dt, recharge.rate(c, 100, 60), 1e-3)
end

function test.a_quarter_is_fastest()
  local best = recharge.rate(25, 100, 60)
  ok(best > recharge.rate(20, 100, 60))
  ok(best > recharge.rate(30, 100, 60))
  near(best, 2.5 * 100 / 60)
end
