-- What is bought and sold: money itself, and goods that people need somewhere.
return {
  {
    id = 1000, name = "Money", category = "good", group = "money",
    text = "What prices are in, in hundredths.",
  },
  -- Minerals, of which things are built.
  {
    id = 1001, name = "Ferrite", category = "good", group = "mineral",
    text = "Iron and little else: hulls, frames, plates.",
    volume = 0.01,
  },
  {
    id = 1002, name = "Silicate", category = "good", group = "mineral",
    text = "Glass, ceramics, insulation.",
    volume = 0.01,
  },
  {
    id = 1003, name = "Cuprite", category = "good", group = "mineral",
    text = "What current flows through.",
    volume = 0.01,
  },
  {
    id = 1004, name = "Aurelite", category = "good", group = "mineral",
    text = "Rare, and in everything that thinks.",
    volume = 0.01,
  },
  -- Goods that are made in one place and wanted in another.
  {
    id = 1010, name = "Water", category = "good", group = "provision",
    text = "Heavy, cheap, and nowhere to be had in the dark.",
    volume = 1,
  },
  {
    id = 1011, name = "Grain", category = "good", group = "provision",
    text = "From planets that have soil.",
    volume = 0.8,
  },
  {
    id = 1012, name = "Machine Parts", category = "good", group = "industry",
    text = "Stations wear out, too.",
    volume = 0.5,
  },
  {
    id = 1013, name = "Medicine", category = "good", group = "industry",
    text = "Small, dear, and never enough of it.",
    volume = 0.1,
  },
}
