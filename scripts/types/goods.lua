-- What is bought and sold: money itself, and goods that people need somewhere. What prices
-- are worth to others, the market says; the price here is what one is worth about.
return {
  {
    id = 1000, name = "Money", category = "good", group = "money",
    text = "What prices are in, in hundredths.",
  },
  {
    id = 1091, name = "Parcel", category = "good", group = "mission",
    text = "Somebody waits for it. Worth nothing to anybody else.",
    volume = 5, price = 1,
  },
  {
    id = 1010, name = "Water", category = "good", group = "provision",
    text = "Heavy, cheap, and nowhere to be had in the dark.",
    volume = 1, price = 400,
  },
  {
    id = 1011, name = "Grain", category = "good", group = "provision",
    text = "From planets that have soil.",
    volume = 0.8, price = 600,
  },
  {
    id = 1012, name = "Machine Parts", category = "good", group = "industry",
    text = "Stations wear out, too.",
    volume = 0.5, price = 4000,
  },
  {
    id = 1013, name = "Medicine", category = "good", group = "industry",
    text = "Small, dear, and never enough of it.",
    volume = 0.1, price = 12000,
  },
  {
    id = 1040, name = "Salt", category = "good", group = "provision",
    text = "What all who cook agree on.",
    volume = 0.5, price = 300,
  },
  {
    id = 1041, name = "Dried Fruit", category = "good", group = "provision",
    text = "Remembers a sun.",
    volume = 0.6, price = 900,
  },
  {
    id = 1042, name = "Livestock", category = "good", group = "provision",
    text = "Complains at every gate.",
    volume = 4, price = 6000,
  },
  {
    id = 1043, name = "Seed Stock", category = "good", group = "provision",
    text = "Next year's grain, if there is a next year.",
    volume = 0.3, price = 3000,
  },
  {
    id = 1044, name = "Spirits", category = "good", group = "provision",
    text = "Of whatever grew nearby.",
    volume = 0.7, price = 5000,
  },
  {
    id = 1045, name = "Coffee", category = "good", group = "provision",
    text = "The night watch runs on it.",
    volume = 0.4, price = 4500,
  },
  {
    id = 1046, name = "Spices", category = "good", group = "provision",
    text = "Makes ration bars food.",
    volume = 0.1, price = 9000,
  },
  {
    id = 1047, name = "Algae Paste", category = "good", group = "provision",
    text = "It is good for you.",
    volume = 0.8, price = 250,
  },
  {
    id = 1048, name = "Ration Bars", category = "good", group = "provision",
    text = "Keep for ever, and taste like it.",
    volume = 0.3, price = 800,
  },
  {
    id = 1049, name = "Frozen Meat", category = "good", group = "provision",
    text = "Do not ask of what.",
    volume = 0.9, price = 2200,
  },
  {
    id = 1050, name = "Textiles", category = "good", group = "household",
    text = "Woven by the kilometre.",
    volume = 0.6, price = 1500,
  },
  {
    id = 1051, name = "Furniture", category = "good", group = "household",
    text = "Bolted down, if you are wise.",
    volume = 3, price = 4000,
  },
  {
    id = 1052, name = "Toys", category = "good", group = "household",
    text = "For those who wait at home.",
    volume = 0.2, price = 2500,
  },
  {
    id = 1053, name = "Books", category = "good", group = "household",
    text = "Paper, for those who can afford to carry it.",
    volume = 0.3, price = 3500,
  },
  {
    id = 1054, name = "Instruments", category = "good", group = "household",
    text = "Made by ear.",
    volume = 0.5, price = 16000,
  },
  {
    id = 1055, name = "Glassware", category = "good", group = "household",
    text = "Half of it arrives.",
    volume = 0.5, price = 1800,
  },
  {
    id = 1056, name = "Perfume", category = "good", group = "household",
    text = "Somebody's garden, in drops.",
    volume = 0.05, price = 22000,
  },
  {
    id = 1057, name = "Timber", category = "good", group = "household",
    text = "From worlds where it still grows by itself.",
    volume = 2, price = 3200,
  },
  {
    id = 1058, name = "Carpets", category = "good", group = "household",
    text = "Knotted by hand, sold by the knot.",
    volume = 0.8, price = 7000,
  },
  {
    id = 1059, name = "Fertiliser", category = "good", group = "industry",
    text = "Smells of profit.",
    volume = 1, price = 700,
  },
  {
    id = 1060, name = "Industrial Acid", category = "good", group = "industry",
    text = "Handle with somebody else's hands.",
    volume = 1.2, price = 900,
  },
  {
    id = 1061, name = "Polymer", category = "good", group = "industry",
    text = "Shapes to be.",
    volume = 0.7, price = 1300,
  },
  {
    id = 1062, name = "Solvent", category = "good", group = "industry",
    text = "Takes off what Polymer left.",
    volume = 0.9, price = 1100,
  },
  {
    id = 1063, name = "Lubricant", category = "good", group = "industry",
    text = "What moves, wants it.",
    volume = 0.6, price = 1600,
  },
  {
    id = 1064, name = "Hand Tools", category = "good", group = "industry",
    text = "Left and right.",
    volume = 0.4, price = 2600,
  },
  {
    id = 1065, name = "Power Cells", category = "good", group = "industry",
    text = "Charged, mostly.",
    volume = 0.2, price = 5200,
  },
  {
    id = 1066, name = "Pumps", category = "good", group = "industry",
    text = "For water, air and worse.",
    volume = 0.8, price = 6200,
  },
  {
    id = 1067, name = "Air Filters", category = "good", group = "industry",
    text = "Breathed through once.",
    volume = 0.3, price = 2800,
  },
  {
    id = 1068, name = "Drill Heads", category = "good", group = "industry",
    text = "Blunt by Friday.",
    volume = 0.6, price = 8800,
  },
  {
    id = 1069, name = "Survey Drones", category = "good", group = "industry",
    text = "They look at rock so that you need not.",
    volume = 0.4, price = 19000,
  },
  {
    id = 1070, name = "Construction Frames", category = "good", group = "industry",
    text = "Stations begin with these.",
    volume = 5, price = 9500,
  },
  {
    id = 1071, name = "Radiators", category = "good", group = "industry",
    text = "The dark takes all the heat you give it.",
    volume = 2, price = 7600,
  },
  {
    id = 1072, name = "Surgical Kits", category = "good", group = "science",
    text = "Sterile until opened.",
    volume = 0.1, price = 26000,
  },
  {
    id = 1073, name = "Vaccines", category = "good", group = "science",
    text = "For what the last colony caught.",
    volume = 0.05, price = 31000,
  },
  {
    id = 1074, name = "Lab Samples", category = "good", group = "science",
    text = "Labelled in a hurry.",
    volume = 0.1, price = 14000,
  },
  {
    id = 1075, name = "Star Charts", category = "good", group = "science",
    text = "Older than some of the stars on them.",
    volume = 0.05, price = 18000,
  },
  {
    id = 1076, name = "Data Cores", category = "good", group = "science",
    text = "Full of what somebody wanted kept.",
    volume = 0.05, price = 42000,
  },
  {
    id = 1077, name = "Optics", category = "good", group = "science",
    text = "Ground on a quiet moon.",
    volume = 0.1, price = 24000,
  },
  {
    id = 1078, name = "Isotopes", category = "good", group = "science",
    text = "Half of it will be there tomorrow.",
    volume = 0.2, price = 38000,
  },
  {
    id = 1079, name = "Antiques", category = "good", group = "luxury",
    text = "Whose value is that they are old.",
    volume = 0.4, price = 65000,
  },
  {
    id = 1080, name = "Sculptures", category = "good", group = "luxury",
    text = "Nobody agrees on what it is.",
    volume = 1.5, price = 48000,
  },
  {
    id = 1081, name = "Pearls", category = "good", group = "luxury",
    text = "Grown in seas without a shore.",
    volume = 0.02, price = 90000,
  },
  {
    id = 1082, name = "Silk", category = "good", group = "luxury",
    text = "From worms that are better fed than you.",
    volume = 0.2, price = 34000,
  },
  {
    id = 1083, name = "Aged Wine", category = "good", group = "luxury",
    text = "It travelled further than you have.",
    volume = 0.7, price = 58000,
  },
  {
    id = 1084, name = "Ceremonial Robes", category = "good", group = "luxury",
    text = "Worn once, kept for ever.",
    volume = 0.5, price = 46000,
  },
}
