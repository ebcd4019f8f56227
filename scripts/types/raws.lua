-- What planets give to extractors: gases, liquids, and what lies on the ground.
return {
  {
    id = 1170, name = "Hydrane", category = "raw", group = "gas",
    text = "Burns, lifts, and is everywhere.",
    volume = 0.1, price = 150, richness = 4000,
  },
  {
    id = 1171, name = "Helione", category = "raw", group = "gas",
    text = "For whatever must stay cold.",
    volume = 0.1, price = 260, richness = 2308,
  },
  {
    id = 1172, name = "Neodrift", category = "raw", group = "gas",
    text = "Glows in signs and fields.",
    volume = 0.1, price = 420, richness = 1429,
  },
  {
    id = 1173, name = "Xenolyte", category = "raw", group = "gas",
    text = "Thrown out at the back, it is speed.",
    volume = 0.1, price = 900, richness = 667,
  },
  {
    id = 1174, name = "Ammonal", category = "raw", group = "gas",
    text = "Fertiliser or explosives.",
    volume = 0.1, price = 330, richness = 1818,
  },
  {
    id = 1175, name = "Brine", category = "raw", group = "liquid",
    text = "Salts of a sea that boiled.",
    volume = 0.2, price = 210, richness = 2857,
  },
  {
    id = 1176, name = "Crude Tar", category = "raw", group = "liquid",
    text = "A jungle, some time ago.",
    volume = 0.2, price = 380, richness = 1579,
  },
  {
    id = 1177, name = "Molten Salt", category = "raw", group = "liquid",
    text = "Keeps heat for a night.",
    volume = 0.2, price = 520, richness = 1154,
  },
  {
    id = 1178, name = "Coldwater", category = "raw", group = "liquid",
    text = "Melted, filtered, sold.",
    volume = 0.2, price = 120, richness = 5000,
  },
  {
    id = 1179, name = "Heavy Sand", category = "raw", group = "solid",
    text = "Beaches without a sea.",
    volume = 0.15, price = 170, richness = 3529,
  },
  {
    id = 1180, name = "Carbon Shale", category = "raw", group = "solid",
    text = "Splits into plates, and burns.",
    volume = 0.15, price = 240, richness = 2500,
  },
  {
    id = 1181, name = "Biomass", category = "raw", group = "solid",
    text = "Grew there. Do not ask what.",
    volume = 0.3, price = 190, richness = 3158,
  },
  {
    id = 1182, name = "Rare Earths", category = "raw", group = "solid",
    text = "Rare in name, scattered in fact.",
    volume = 0.15, price = 1400, richness = 429,
  },
  {
    id = 1183, name = "Crystal Frost", category = "raw", group = "solid",
    text = "Grows on the night side.",
    volume = 0.15, price = 800, richness = 750,
  },
}
