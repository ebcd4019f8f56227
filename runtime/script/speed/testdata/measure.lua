-- The event measure runs a workload a number of times.
local measure = {result = ""}

function event.measure(name, times)
  local workload = require(name)
  local result
  for _ = 1, times do result = workload.run() end
  measure.result = type(result) == "number" and string.format("%.14g", result) or result
end

return measure
