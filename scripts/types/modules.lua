-- What is fitted to ships.
return {
  -- Guns hit at once; range, tracking and signature decide.
  {
    id = 100, name = "Light Autocannon", category = "module", group = "gun", slot = "high",
    text = "Much, often, from close by.",
    mass = 500, volume = 5,
    cycle = 3, cap_use = 0,
    damage = 18, optimal = 1200, falloff = 6000, tracking = 0.42, resolution = 40,
  },
  {
    id = 101, name = "Light Railgun", category = "module", group = "gun", slot = "high",
    text = "Reaches far and turns slowly.",
    mass = 500, volume = 5,
    cycle = 4.5, cap_use = 1.5,
    damage = 26, optimal = 14000, falloff = 6000, tracking = 0.11, resolution = 40,
  },
  {
    id = 102, name = "Medium Railgun", category = "module", group = "gun", slot = "high",
    text = "A cruiser's gun.",
    mass = 1000, volume = 10,
    cycle = 6, cap_use = 4,
    damage = 62, optimal = 28000, falloff = 12000, tracking = 0.036, resolution = 125,
  },
  {
    id = 103, name = "Heavy Railgun", category = "module", group = "gun", slot = "high",
    text = "A battleship's gun; frigates hardly notice it.",
    mass = 2000, volume = 20,
    cycle = 8, cap_use = 12,
    damage = 150, optimal = 57000, falloff = 24000, tracking = 0.015, resolution = 400,
  },
  -- Launchers use the first charge of the group they launch.
  {
    id = 110, name = "Light Launcher", category = "module", group = "launcher", slot = "high",
    text = "Launches light missiles.",
    mass = 500, volume = 5,
    cycle = 8,
    launches = "light missile",
  },
  {
    id = 111, name = "Heavy Launcher", category = "module", group = "launcher", slot = "high",
    text = "Launches heavy missiles.",
    mass = 1000, volume = 10,
    cycle = 12,
    launches = "heavy missile",
  },
  -- Others.
  {
    id = 130, name = "Small Shield Booster", category = "module", group = "shield booster", slot = "mid",
    text = "Turns capacitor into shield.",
    mass = 500, volume = 5,
    cycle = 2, cap_use = 20,
    repair = 26,
  },
  {
    id = 131, name = "Medium Shield Booster", category = "module", group = "shield booster", slot = "mid",
    text = "Turns more capacitor into more shield.",
    mass = 1000, volume = 10,
    cycle = 3, cap_use = 60,
    repair = 90,
  },
  {
    id = 132, name = "Armour Repairer", category = "module", group = "armour repairer", slot = "low",
    text = "Mends the armour at the end of its cycle.",
    mass = 500, volume = 5,
    cycle = 6, cap_use = 40,
    repair = 69,
  },
  {
    id = 140, name = "Afterburner", category = "module", group = "propulsion", slot = "mid",
    text = "Twice as fast, and as heavy as half a frigate more.",
    mass = 500, volume = 5,
    cycle = 10, cap_use = 20,
    speed_factor = 2.1, mass_added = 500000,
  },
}
