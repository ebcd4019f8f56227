-- What is built of minerals and raws, and what ships and modules are built of.
return {
  {
    id = 1200, name = "Hull Plate", category = "good", group = "component",
    text = "Bent to order.",
    volume = 0.15, price = 7750,
  },
  {
    id = 1201, name = "Frame Strut", category = "good", group = "component",
    text = "Holds what the plates hide.",
    volume = 0.23, price = 11120,
  },
  {
    id = 1202, name = "Bulkhead", category = "good", group = "component",
    text = "What is between you and the dark.",
    volume = 0.35, price = 17820,
  },
  {
    id = 1203, name = "Polymer Sheet", category = "good", group = "component",
    text = "Seals, floors, wrappers.",
    volume = 0.1, price = 3575,
  },
  {
    id = 1204, name = "Ceramic Tile", category = "good", group = "component",
    text = "Burns last.",
    volume = 0.1, price = 5025,
  },
  {
    id = 1205, name = "Viewport", category = "good", group = "component",
    text = "One looks out, nobody gets out.",
    volume = 0.17, price = 43500,
  },
  {
    id = 1206, name = "Wire Loom", category = "good", group = "component",
    text = "Kilometres, all the same colour.",
    volume = 0.12, price = 8075,
  },
  {
    id = 1207, name = "Relay", category = "good", group = "component",
    text = "On, off, and the click between.",
    volume = 0.2, price = 10120,
  },
  {
    id = 1208, name = "Power Bus", category = "good", group = "component",
    text = "Carries more than it should.",
    volume = 0.4, price = 19500,
  },
  {
    id = 1209, name = "Capacitor Bank", category = "good", group = "component",
    text = "Fills slowly, empties at once.",
    volume = 0.75, price = 37750,
  },
  {
    id = 1210, name = "Fuel Cell", category = "good", group = "component",
    text = "Air in, current out.",
    volume = 0.3, price = 14440,
  },
  {
    id = 1211, name = "Thruster Nozzle", category = "good", group = "component",
    text = "Glows for an hour afterwards.",
    volume = 0.6, price = 30050,
  },
  {
    id = 1212, name = "Ion Grid", category = "good", group = "component",
    text = "Combs the exhaust.",
    volume = 0.9, price = 45380,
  },
  {
    id = 1213, name = "Drive Coil", category = "good", group = "component",
    text = "What bends when a ship warps.",
    volume = 1.5, price = 74950,
  },
  {
    id = 1214, name = "Warp Core", category = "good", group = "component",
    text = "Do not stand beside it.",
    volume = 4.5, price = 249900,
  },
  {
    id = 1215, name = "Logic Board", category = "good", group = "component",
    text = "It thinks that it thinks.",
    volume = 0.5, price = 41250,
  },
  {
    id = 1216, name = "Memory Lattice", category = "good", group = "component",
    text = "Forgets nothing, tells nobody.",
    volume = 1.12, price = 56500,
  },
  {
    id = 1217, name = "Sensor Array", category = "good", group = "component",
    text = "Ears.",
    volume = 1.25, price = 103000,
  },
  {
    id = 1218, name = "Targeting Prism", category = "good", group = "component",
    text = "Says where it will have been.",
    volume = 1.75, price = 118500,
  },
  {
    id = 1219, name = "Gyroscope", category = "good", group = "component",
    text = "Knows which way was up.",
    volume = 0.65, price = 31380,
  },
  {
    id = 1220, name = "Servo", category = "good", group = "component",
    text = "Turns turrets and taps.",
    volume = 0.23, price = 11250,
  },
  {
    id = 1221, name = "Hydraulic Ram", category = "good", group = "component",
    text = "Pushes.",
    volume = 0.28, price = 14000,
  },
  {
    id = 1222, name = "Magazine", category = "good", group = "component",
    text = "Clunks when it is empty.",
    volume = 0.25, price = 19500,
  },
  {
    id = 1223, name = "Barrel Liner", category = "good", group = "component",
    text = "Worn out by being right.",
    volume = 0.55, price = 30000,
  },
  {
    id = 1224, name = "Rail Segment", category = "good", group = "component",
    text = "A metre of a lightning.",
    volume = 0.85, price = 41000,
  },
  {
    id = 1225, name = "Pulse Chamber", category = "good", group = "component",
    text = "Holds light for a moment.",
    volume = 1.2, price = 130200,
  },
  {
    id = 1226, name = "Warhead Casing", category = "good", group = "component",
    text = "Empty, so far.",
    volume = 0.1, price = 4900,
  },
  {
    id = 1227, name = "Guidance Chip", category = "good", group = "component",
    text = "Wants to be there.",
    volume = 0.23, price = 26250,
  },
  {
    id = 1228, name = "Solid Booster", category = "good", group = "component",
    text = "Lit once.",
    volume = 0.1, price = 3675,
  },
  {
    id = 1229, name = "Shield Emitter", category = "good", group = "component",
    text = "Where the bubble begins.",
    volume = 2.25, price = 175700,
  },
  {
    id = 1230, name = "Field Tuner", category = "good", group = "component",
    text = "Keeps it round.",
    volume = 1.62, price = 98550,
  },
  {
    id = 1231, name = "Nano Paste", category = "good", group = "component",
    text = "Creeps into cracks.",
    volume = 0.7, price = 33190,
  },
  {
    id = 1232, name = "Welding Arm", category = "good", group = "component",
    text = "Mends what it can reach.",
    volume = 0.53, price = 32500,
  },
  {
    id = 1233, name = "Cargo Rack", category = "good", group = "component",
    text = "Shelves.",
    volume = 0.2, price = 11080,
  },
  {
    id = 1234, name = "Pressure Tank", category = "good", group = "component",
    text = "Rated for twice what one dares.",
    volume = 0.24, price = 11880,
  },
  {
    id = 1235, name = "Heat Sink", category = "good", group = "component",
    text = "Too hot to touch, always.",
    volume = 0.33, price = 15520,
  },
  {
    id = 1236, name = "Coolant Loop", category = "good", group = "component",
    text = "Gurgles.",
    volume = 0.38, price = 18200,
  },
  {
    id = 1237, name = "Beam Focus", category = "good", group = "component",
    text = "A mining laser's eye.",
    volume = 1.3, price = 58500,
  },
  {
    id = 1238, name = "Drill Crown", category = "good", group = "component",
    text = "Bites.",
    volume = 0.8, price = 39000,
  },
  {
    id = 1239, name = "Ore Scoop", category = "good", group = "component",
    text = "Catches what the beam cut loose.",
    volume = 0.45, price = 29000,
  },
  {
    id = 1240, name = "Life Support", category = "good", group = "component",
    text = "You will notice when it stops.",
    volume = 1, price = 74520,
  },
  {
    id = 1241, name = "Escape Pod", category = "good", group = "component",
    text = "For somebody who was wrong.",
    volume = 1.88, price = 136500,
  },
  {
    id = 1090, name = "Extractor", category = "good", group = "extractor",
    text = "Is dropped on a planet, digs until it is worn out, and is not seen again.",
    volume = 5, price = 64560,
  },
}
