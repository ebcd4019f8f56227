---@meta
-- Made by `go run ./bindings/gen` from the tables in bindings/; do not edit.

--- The map of all systems. It never changes while the shard runs.
universe = {}

--- The systems of a way through the gates with the fewest jumps, both ends included; with min_security, only through systems of at least that.
---@param from string
---@param to string
---@param min_security? number
---@return string[]?
---@return string?
function universe.route(from, to, min_security) end

--- Names of systems that begin with the prefix, in any case, in order; at most limit, 20 where left out.
---@param prefix string
---@param limit? integer
---@return string[]
function universe.find(prefix, limit) end

--- A system of the map, by its name in any case.
---@param name string
---@return MapSystem?
---@return string?
function universe.system(name) end

--- The names of the regions, in order.
---@return string[]
function universe.regions() end

--- All stations of a region, {system=, station=, name=}, in the order of the map.
---@param region string
---@return table[]?
---@return string?
function universe.stations(region) end
