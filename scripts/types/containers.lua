-- What keeps things together. Set up, one holds more than the room it takes in a hold.
return {
  {
    id = 1260, name = "Small Crate", category = "container", group = "container",
    text = "Stands in a hangar and keeps things together.",
    volume = 10, price = 18820, capacity = 13,
  },
  {
    id = 1261, name = "Crate", category = "container", group = "container",
    text = "Has a lock, of sorts.",
    volume = 50, price = 34320, capacity = 65,
  },
  {
    id = 1262, name = "Large Crate", category = "container", group = "container",
    text = "Two people can sit on it.",
    volume = 150, price = 106300, capacity = 195,
  },
  {
    id = 1263, name = "Freight Container", category = "container", group = "container",
    text = "Has a door one can walk through.",
    volume = 1000, price = 501600, capacity = 1300,
  },
  {
    id = 1264, name = "Vault", category = "container", group = "container",
    text = "Does not move, once it stands.",
    volume = 5000, price = 3743000, capacity = 50000, fixed = true,
  },
}
