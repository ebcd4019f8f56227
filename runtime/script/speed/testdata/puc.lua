-- Serves measurements: a line "workload times" is answered by the seconds of processor
-- time that so many runs took, and the last one's result.
-- Arguments: the folders in which require looks.
for i = 1, select("#", ...) do
  package.path = select(i, ...) .. "/?.lua;" .. package.path
end
require "plain"
local measure = require "measure"
for line in io.lines() do
  local name, times = line:match "^(%S+) (%d+)$"
  local began = os.clock()
  emit("measure", name, tonumber(times))
  io.write(string.format("%.6f %s\n", os.clock() - began, measure.result))
  io.flush()
end
