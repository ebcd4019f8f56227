function command.undock(p)
  local at, message = player.undock(p)
  if not at then return nil, message end
  local id = space.spawn {type = "Wren", name = player.name(p), owner = p, pos = at,
    mass = 1e6, agility = 1, speed = 300, radius = 20, warp = 5}
  player.set_ship(p, id)
  return {ship = id}
end

command["goto"] = function(p, args)
  return space.go_to(player.ship(p), args.point)
end

function command.jump(p, args)
  return player.jump(p, args.gate)
end

function command.dock(p)
  return player.dock(p, system.celestials("station")[1].id)
end

function command.where(p)
  local x, y, z = space.position(player.ship(p) or 0)
  return {system = system.name(), x = x, y = y, z = z, station = player.station(p)}
end

function command.bank(p, args)
  return store.add("bank", args.n)
end

function command.crash() -- a mistake, for the tests of faults
  return nothing.at_all
end

function command.count(_, args)
  return service.call("counter", "add", args.n)
end
