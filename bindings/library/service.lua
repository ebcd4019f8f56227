---@meta
-- Made by `go run ./bindings/gen` from the tables in bindings/; do not edit.

--- Actors without space, one a file in services/: what is shared by all systems.
service = {}

--- Calls a function of a service's module and returns what it returns; the task sleeps meanwhile. Arguments and results are plain values. A service that is down, does not answer within 10 s of game time, or fails raises an error here.
---@async
---@param name string
---@param func string
---@param ... any
---@return any
function service.call(name, func, ...) end

--- The same with a patience of one's own, in seconds of game time. What was asked may be done all the same.
---@async
---@param seconds number
---@param name string
---@param func string
---@param ... any
---@return any
function service.call_within(seconds, name, func, ...) end
