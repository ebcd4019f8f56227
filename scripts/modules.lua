-- Modules in use. A module runs in cycles on game time: each takes energy, does
-- what its kind does, and is followed by the next until it is switched off, its
-- target is gone or the capacitor is empty.
--
-- A kind is a table of functions, one file each (gun.lua, launcher.lua, ...):
--   needs_target   does it need a locked target?
--   aims(v, m, target, ore)   what it works on, where that is no locked target; nil with
--                             why not
--   begin(v, m)    a cycle begins        finish(v, m)   a cycle has ended
--   stop(v, m)     it has been switched off
-- all may be missing. v is the vessel; m is the module:
--   {slot=, type=, figures=, on=, stopping=, target=, free= when its cycle is
--    over, run= how often it was switched on: a timer of an earlier run is void}
local args = require "lib.args"
local fitting = require "fitting"
local pilot = require "pilot"
local safety = require "safety"
local ship = require "ship"
local targets = require "targets"
local vessel = require "vessel"
local modules = {}

modules.kinds = {
  ["gun"] = require "gun",
  ["launcher"] = require "launcher",
  ["shield booster"] = require "repair",
  ["armour repairer"] = require "repair",
  ["propulsion"] = require "engine",
  ["miner"] = require "miner",
}

function modules.kind(m)
  return modules.kinds[m.figures.group]
end

-- The modules of a vessel; it gets them when somebody asks for the first time.
function modules.of(v)
  if v.modules[1] or v.fitted then return v.modules end
  v.fitted = true
  local hull = v.pilot and pilot.hull(v.pilot)
  for slot, name in ipairs(fitting.of(v.type.name, hull)) do
    v.modules[slot] = {slot = slot, type = name, figures = ship.type(name), on = false, free = 0, run = 0}
  end
  return v.modules
end

-- What a pilot is told about a module.
function modules.describe(m)
  return {slot = m.slot, type = m.type, group = m.figures.group, cycle = m.figures.cycle, on = m.on,
    stopping = m.stopping, target = m.target}
end

function modules.tell(v, m)
  if v.pilot then player.send(v.pilot, "module", modules.describe(m)) end
end

-- Switches a module on. True, or nil with a refusal's message and code.
function modules.start(v, m, target, ore)
  if m.on then
    m.stopping = nil
    return true
  end
  local kind = modules.kind(m)
  if kind.needs_target then
    if not target then return nil, m.type .. " needs a target", "no_target" end
    if not targets.locked(v, target) then return nil, "lock the target first", "not_locked" end
    local allowed, message = safety.allows(v, vessel.of(target))
    if not allowed then return nil, message, "forbidden" end
    m.target = target
  elseif kind.aims then
    local aim, message, code = kind.aims(v, m, target, ore)
    if not aim then return nil, message, code end
    if m.on then return true end -- switched on meanwhile
    m.target = aim
  end
  m.on, m.stopping, m.run = true, nil, m.run + 1
  local wait = m.free - system.now()
  if wait > 0 then -- switched off in the middle of a cycle: that one has to end first
    local run = m.run
    after(wait, function() modules.go_on(v, m, run) end)
    modules.show(v, m)
  elseif vessel.spend(v, m.figures.cap_use) then
    modules.show(v, m) -- before the first shot, which may end it
    modules.cycle(v, m)
  else
    m.on, m.target = false, nil
    return nil, "the capacitor is empty", "no_energy"
  end
  modules.tell(v, m)
  return true
end

-- One cycle, whose energy is spent.
function modules.cycle(v, m)
  local kind, run = modules.kind(m), m.run
  m.free = system.now() + m.figures.cycle
  after(m.figures.cycle, function() modules.turn(v, m, run) end)
  if kind.needs_target then safety.fired(v, vessel.of(m.target)) end
  if kind.begin then kind.begin(v, m) end
end

-- A cycle is over.
function modules.turn(v, m, run)
  if not m.on or m.run ~= run then return end
  m.free = system.now()
  local kind = modules.kind(m)
  if kind.finish then kind.finish(v, m) end
  modules.go_on(v, m, run)
end

-- The next cycle, unless there is a reason for none.
function modules.go_on(v, m, run)
  if not m.on or m.run ~= run then return end
  if m.stopping then return modules.stop(v, m) end
  if modules.kind(m).needs_target and not modules.may_fire(v, m) then return modules.stop(v, m) end
  if not vessel.spend(v, m.figures.cap_use) then return modules.stop(v, m) end
  modules.cycle(v, m)
end

-- Is the target still locked, and fair game?
function modules.may_fire(v, m)
  return targets.locked(v, m.target) and safety.allows(v, vessel.of(m.target))
end

-- Switches a module off at once; its cycle's timer finds it off.
function modules.stop(v, m)
  if not m.on then return end
  local kind = modules.kind(m)
  m.on, m.stopping = false, nil
  if kind.stop then kind.stop(v, m) end
  modules.show(v, m)
  m.target = nil
  modules.tell(v, m)
end

-- Everybody who sees the ship sees a weapon begin and end to fire (news.lua); what
-- happens each cycle they work out for themselves.
function modules.show(v, m)
  if modules.kind(m).needs_target then emit("weapon", v, m, m.on) end
end

-- The module in a slot that a command names.
function modules.named(p, from)
  local v = vessel.of(pilot.in_space(p))
  local m = modules.of(v)[args.number(from, "slot", 1, 40)]
  if not m then error {code = "no_module", message = "there is no module in that slot"} end
  return v, m
end

-- activate{slot=, id=, ore=}: without a target, the only one that is locked will do. A
-- mining laser takes a belt, and may be told which ore to dig for.
function command.activate(p, from)
  local v, m = modules.named(p, from)
  local target = args.get(from, "id") ~= nil and args.id(from, "id") or modules.only_target(v)
  local ok, message, code = modules.start(v, m, target, args.get(from, "ore"))
  if not ok then return nil, message, code end
  return modules.describe(m)
end

function modules.only_target(v)
  local id = next(v.locks)
  if id and not next(v.locks, id) then return id end
end

-- deactivate{slot=}: the cycle that runs is run to its end.
function command.deactivate(p, from)
  local v, m = modules.named(p, from)
  if m.on then m.stopping = true end
  modules.tell(v, m)
  return modules.describe(m)
end

-- The ship's modules, and how it does.
function command.ship(p)
  local v = vessel.of(pilot.in_space(p))
  local list = {}
  for slot, m in ipairs(modules.of(v)) do
    list[slot] = modules.describe(m)
  end
  local shield, armour, hull, capacitor = vessel.condition(v)
  return {id = v.id, type = v.type.name, name = v.name, modules = list,
    shield = shield, armour = armour, hull = hull, capacitor = capacitor}
end

-- Weapons aimed at what is lost stop at once.
function event.target_unlocked(v, id)
  for _, m in ipairs(v.modules) do
    if m.on and m.target == id then modules.stop(v, m) end
  end
end

-- A ship in warp fires at nobody, and a ship that goes runs nothing.
function event.vessel_going(v)
  for _, m in ipairs(v.modules) do
    modules.stop(v, m)
  end
end

return modules
