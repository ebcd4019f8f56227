local arena = require "testing.arena"
local modules = require "modules"
local repair = require "repair"
local vessel = require "vessel"

local function hurt()
  local _, id = arena.fighter("Ann", "Wren")
  local v = vessel.of(id)
  vessel.hurt(v, v.type.shield + 100, nil)
  return v, modules.of(v)
end

function test.a_booster_works_at_the_beginning()
  local v, list = hurt()
  repair.begin(v, list[4])
  near(v.shield, list[4].figures.repair, 0.5)
  repair.finish(v, list[4])
  near(v.shield, list[4].figures.repair, 0.5)
end

function test.a_repairer_works_at_the_end()
  local v, list = hurt()
  repair.begin(v, list[5])
  near(v.armour, v.type.armour - 100)
  repair.finish(v, list[5])
  near(v.armour, v.type.armour - 100 + list[5].figures.repair)
end
