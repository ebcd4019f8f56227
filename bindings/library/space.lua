---@meta
-- Made by `go run ./bindings/gen` from the tables in bindings/; do not edit.

--- What is in space: ships, wrecks, missiles, and how they fly. Celestials of the map are targets and places, and take no orders.
space = {}

--- Puts something into space and returns its id.
---@param what Spawn
---@return integer?
---@return string?
function space.spawn(what) end

--- Launches a missile at a target; it flies by itself and is gone when it hits, loses its target or its time is up.
---@param what Launch
---@return integer?
---@return string?
function space.launch(what) end

--- Takes something out of space; false where it was not there.
---@param id integer
---@return boolean
function space.remove(id) end

--- Whether the thing is in space here; celestials are.
---@param id integer
---@return boolean
function space.exists(id) end

--- All about a thing in space, nil for a stale id.
---@param id integer
---@return Entity?
function space.get(id) end

--- Where a thing is: x, y, z in metres from the star; nil for a stale id.
---@param id integer
---@return number?
---@return number?
---@return number?
function space.position(id) end

--- The metres between two surfaces, 0 where they touch.
---@param a integer
---@param b integer
---@return number?
---@return string?
function space.distance(a, b) end

--- How fast b moves across for somebody at a, in rad/s: what a gun has to follow. nil and a sentence where one of the two is not there.
---@param a integer
---@param b integer
---@return number?
---@return string?
function space.angular(a, b) end

--- The things within radius metres of a thing, from surface to surface, by id; itself and celestials left out. All, or of one kind.
---@param id integer
---@param radius number
---@param kind? string
---@return integer[]?
---@return string?
function space.near(id, radius, kind) end

--- Brakes.
---@param ship integer
---@return boolean?
---@return string?
function space.stop(ship) end

--- Flies in a direction.
---@param ship integer
---@param dir Vec3
---@return boolean?
---@return string?
function space.direction(ship, dir) end

--- Flies to a point and stops there; ship_arrived tells when.
---@param ship integer
---@param point Vec3
---@return boolean?
---@return string?
function space.go_to(ship, point) end

--- Flies to a target's surface and stays with it.
---@param ship integer
---@param target integer
---@return boolean?
---@return string?
function space.approach(ship, target) end

--- Circles a target at a distance of range metres from its surface.
---@param ship integer
---@param target integer
---@param range number
---@return boolean?
---@return string?
function space.orbit(ship, target, range) end

--- Keeps a distance of range metres from a target's surface.
---@param ship integer
---@param target integer
---@param range number
---@return boolean?
---@return string?
function space.keep(ship, target, range) end

--- Turns towards a thing or a point and flies that way, ready to warp.
---@param ship integer
---@param target integer|Vec3
---@return boolean?
---@return string?
function space.align(ship, target) end

--- Aligns, then warps to a thing or a point and lands range metres short of its surface (0 where left out). warp_started and warp_landed tell how it goes.
---@param ship integer
---@param target integer|Vec3
---@param range? number
---@return boolean?
---@return string?
function space.warp(ship, target, range) end

--- Puts a ship at a place in this system at once, at rest and without an order; out of warp, too, and clear of the surface where the place is inside of a celestial. Who does not see it any more loses it as a target.
---@param ship integer
---@param pos Vec3
---@return boolean?
---@return string?
function space.teleport(ship, pos) end

--- Takes a ship out of the sight of all but its pilot: clients are not told of it, space.near leaves it out, nobody can aim at it, and what followed it has lost it. It sees and flies as before. space.get knows it still, with hidden; a jump, docking or a new login shows it.
---@param ship integer
---@return boolean?
---@return string?
function space.hide(ship) end

--- Shows a ship that was hidden.
---@param ship integer
---@return boolean?
---@return string?
function space.show(ship) end

--- Harms a ship by so many points, as a weapon of the ship by would: event.ship_harmed does it, before damage returns. nil and a sentence where one of the two is not there, or no script handles the event.
---@param ship integer
---@param points number
---@param by? integer
---@return boolean?
---@return string?
function space.damage(ship, points, by) end

--- Changes the greatest speed, in m/s; it stays with the ship.
---@param ship integer
---@param speed number
---@return boolean?
---@return string?
function space.set_speed(ship, speed) end

--- Changes how a ship flies: mass, agility, speed, warp; what is left out stays. It stays with the ship. All or, where one is refused, nothing.
---@param ship integer
---@param engine Engine
---@return boolean?
---@return string?
function space.set_engine(ship, engine) end

--- How a ship flies.
---@param ship integer
---@return Engine?
---@return string?
function space.engine(ship) end

--- The things in space here of a type, by id.
---@param type TypeName
---@return integer[]
function space.of_type(type) end
