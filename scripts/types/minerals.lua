-- What ores are refined into, and everything is built of.
return {
  {
    id = 1001, name = "Ferrite", category = "good", group = "mineral",
    text = "Iron and little else: hulls, frames, plates.",
    volume = 0.01, price = 200,
  },
  {
    id = 1002, name = "Silicate", category = "good", group = "mineral",
    text = "Glass, ceramics, insulation.",
    volume = 0.01, price = 300,
  },
  {
    id = 1003, name = "Cuprite", category = "good", group = "mineral",
    text = "What current flows through.",
    volume = 0.01, price = 600,
  },
  {
    id = 1020, name = "Nickeline", category = "good", group = "mineral",
    text = "Hardens what Ferrite alone would let bend.",
    volume = 0.01, price = 900,
  },
  {
    id = 1021, name = "Titanase", category = "good", group = "mineral",
    text = "Light and strong: every hull that has to be quick.",
    volume = 0.01, price = 1500,
  },
  {
    id = 1022, name = "Lithane", category = "good", group = "mineral",
    text = "Stores what capacitors give.",
    volume = 0.01, price = 2500,
  },
  {
    id = 1023, name = "Tungstar", category = "good", group = "mineral",
    text = "Melts last: barrels, nozzles, drills.",
    volume = 0.01, price = 4000,
  },
  {
    id = 1024, name = "Palladite", category = "good", group = "mineral",
    text = "A pinch makes the slow reactions quick.",
    volume = 0.01, price = 8000,
  },
  {
    id = 1004, name = "Aurelite", category = "good", group = "mineral",
    text = "Rare, and in everything that thinks.",
    volume = 0.01, price = 15000,
  },
  {
    id = 1025, name = "Iridane", category = "good", group = "mineral",
    text = "Mirrors and lenses that outlast their ship.",
    volume = 0.01, price = 30000,
  },
  {
    id = 1026, name = "Voidglass", category = "good", group = "mineral",
    text = "Holds a field that holds a ship.",
    volume = 0.01, price = 80000,
  },
  {
    id = 1027, name = "Neutrine", category = "good", group = "mineral",
    text = "A thimble of it weighs as much as its owner wants it to.",
    volume = 0.01, price = 200000,
  },
}
