-- Shield boosters, at the beginning of a cycle, and armour repairers, at its end.
local vessel = require "vessel"
local repair = {}

function repair.begin(v, m)
  if m.figures.group == "shield booster" then vessel.mend(v, "shield", m.figures.repair) end
end

function repair.finish(v, m)
  if m.figures.group == "armour repairer" then vessel.mend(v, "armour", m.figures.repair) end
end

return repair
