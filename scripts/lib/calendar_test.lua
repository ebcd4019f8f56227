local calendar = require "lib.calendar"

function test.it_goes_with_game_time()
  local at = calendar.now()
  ok(math.abs(at - os.time()) <= 1)
  advance(30)
  near(calendar.now() - at, 30, 0.2)
end
