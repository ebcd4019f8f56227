---@meta
-- Made by `go run ./bindings/gen` from the tables in bindings/; do not edit.

--- What lies where on planets: a field for each planet and layer, the same for ever. A layer is a word of the scripts' own, such as the name of what it is made of. What digging has taken is the scripts' to keep, and an argument here.
planet = {}

--- How rich a place is, from 0 to 1.
---@param planet integer
---@param layer string
---@param lat number
---@param lon number
---@param dug? Dug[]
---@return number?
---@return string?
function planet.richness(planet, layer, lat, lon, dug) end

--- How rich an area is, or the whole planet, for a map of it: by rows from the north, each from the west. 32 columns and 16 rows where left out, 64 of both at most.
---@param planet integer
---@param layer string
---@param area? Area
---@param columns? integer
---@param rows? integer
---@param dug? Dug[]
---@return number[]?
---@return string?
function planet.resources(planet, layer, area, columns, rows, dug) end
