-- What launchers launch.
return {
  {
    id = 120, name = "Wasp Light Missile", category = "charge", group = "light missile",
    text = "Fast enough for frigates.",
    mass = 700, volume = 0.015,
    agility = 900, speed = 3750, radius = 2, hull = 70,
    damage = 83, flight_time = 5, blast_radius = 40, blast_speed = 170,
  },
  {
    id = 121, name = "Hornet Heavy Missile", category = "charge", group = "heavy missile",
    text = "Meant for cruisers and what is larger.",
    mass = 1000, volume = 0.03,
    agility = 900, speed = 4300, radius = 3, hull = 100,
    damage = 149, flight_time = 6.5, blast_radius = 140, blast_speed = 81,
  },
}
