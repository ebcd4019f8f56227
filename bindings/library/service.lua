---@meta
-- Made by `go run ./bindings/gen` from the tables in bindings/; do not edit.

--- Actors without space, one a file in services/: what is shared by all systems.
service = {}

--- Calls a function of a service's module and returns what it returns; the task sleeps meanwhile. Arguments and results are plain values. A service that is down, does not answer within 10 s, or fails raises an error here.
---@async
---@param name string
---@param func string
---@param ... any
---@return any
function service.call(name, func, ...) end
