-- What the types of each category say. The other files of this folder return lists of
-- types; each has the fields of its category, as listed here, and no others. A field is
-- {kind, unit or meaning}, and kind is one of
--   "number"   finite, 0 where it is left out, at least 0 unless min says otherwise
--   "integer"  the same, and whole
--   "boolean"  false where it is left out
--   "text"     "" where it is left out; one_of lists what it may be
--   "group"    a group that has types, or "" where it is left out
--   "type"     the name of a type, or "" where it is left out
--   "types"    {["Name"] = how many, ...}, {} where it is left out
-- need = true: it cannot be left out, and a number must be above 0. min and max bound a
-- number. worth = true: it says what one is worth. A recipe is a field of "types" with
--   per        the field that says how many of the type itself become what is listed, or
--   into       the field that names what the listed becomes, and times the one that says
--              how many of it. Recipes that together make something from nothing are refused
-- Besides, every type has
--   id         for ever its own          name       unique in any case
--   category   one of those below        group      what types.list goes by
--   text       a sentence for players
--   retired    true: no longer given out or listed; who has one keeps it
-- The time in which a ship gains 63 % of its speed is mass * agility / 10^6 seconds.

-- Of everything.
local thing = {
  mass = {"number", "kg"},
  volume = {"number", "m3, packed"},
  price = {"integer", "hundredths, what one is worth about", worth = true},
}

-- Of what flies and can be shot at.
local body = {
  mass = {"number", "kg", need = true},
  volume = thing.volume,
  price = thing.price,
  agility = {"number", "inertia", need = true},
  speed = {"number", "m/s at most, without modules", need = true},
  radius = {"number", "m"},
  signature = {"number", "m, how large it looks to guns"},
  hull = {"number", "hit points"},
  shield = {"number", "hit points"},
  armour = {"number", "hit points"},
  shield_time = {"number", "s from empty to full"},
  capacitor = {"number", "GJ"},
  capacitor_time = {"number", "s from empty to full"},
}

local function with(common, own)
  for key, field in pairs(common) do
    own[key] = own[key] or field
  end
  return own
end

return {
  ship = with(body, {
    npc = {"boolean", "no player flies it"},
    bounty = {"integer", "hundredths, paid to who destroys one"},
    radius = {"number", "m", need = true},
    hull = {"number", "hit points", need = true},
    warp = {"number", "AU/s", need = true},
    cargo = {"number", "m3"},
    lent = {"boolean", "yards lend it to whoever wants it"},
    signature = {"number", "m, how large it looks to guns", need = true},
    shield = {"number", "hit points", need = true},
    target_range = {"number", "m"},
    targets = {"integer", "locked at once"},
    scan = {"number", "mm, how fast it locks"},
    high = {"integer", "slots for guns and launchers"},
    mid = {"integer", "slots for shields and propulsion"},
    low = {"integer", "slots for armour"},
  }),
  module = with(thing, {
    slot = {"text", "where it is fitted", one_of = {"high", "mid", "low"}, need = true},
    lent = {"boolean", "yards lend it to whoever wants it"},
    cycle = {"number", "s of game time", need = true},
    cap_use = {"number", "GJ a cycle"},
    damage = {"number", "hit points of a gun's shot"},
    optimal = {"number", "m, a gun's full reach"},
    falloff = {"number", "m beyond it at which half the shots miss"},
    tracking = {"number", "rad/s that a gun can follow"},
    resolution = {"number", "m, the signature a gun is made for"},
    launches = {"group", "of a launcher's charges"},
    repair = {"number", "hit points a cycle"},
    speed_factor = {"number", "times the ship's speed"},
    mass_added = {"number", "kg, while it runs"},
    yield = {"number", "m3 of ore a cycle"},
    reach = {"number", "m to a belt's surface"},
  }),
  good = with(thing, {}), -- what is bought, hauled, sold and built of
  ore = with(thing, { -- what belts are made of
    below = {"number", "security from which on down belts have it", min = -1.1},
    common = {"integer", "how much of it there is, against the others", need = true},
    portion = {"integer", "that is refined at once", need = true},
    refines = {"types", "what a portion becomes, at best", need = true, per = "portion"},
  }),
  raw = with(thing, { -- what planets are made of
    richness = {"integer", "that an extractor gets in an hour, at the best place", need = true},
  }),
  container = with(thing, {
    capacity = {"number", "m3 that it holds, once it is set up", need = true},
    fixed = {"boolean", "once it is set up it stands where it is"},
  }),
  blueprint = with(thing, { -- one is the right to one run
    product = {"type", "what is built", need = true},
    batch = {"integer", "how many of it in a run", need = true},
    needs = {"types", "for a run", need = true, into = "product", times = "batch"},
    time = {"number", "s of game time a run", need = true},
  }),
  charge = with(body, { -- what a module uses up
    damage = {"number", "hit points of a hit", need = true},
    flight_time = {"number", "s until a missile ends", need = true},
    blast_radius = {"number", "m, signatures below it take less"},
    blast_speed = {"number", "m/s, ships faster than it take less"},
  }),
}
