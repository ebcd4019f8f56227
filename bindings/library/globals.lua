---@meta
-- Made by `go run ./bindings/gen` from the tables in bindings/; do not edit.

--- Sends an event to the clients of all players in this system.
---@param event string
---@param fields? table
function broadcast(event, fields) end

--- Sends an event to the clients of all players who see the thing in space.
---@param id integer
---@param event string
---@param fields? table
---@return boolean?
---@return string?
function bubble_send(id, event, fields) end

--- Handles an event, like `function event.NAME(...)`. An event may have many handlers.
---@param event string
---@param fn function
function on(event, fn) end

--- Runs all handlers of an event, each as a task of its own.
---@param event string
---@param ... any
function emit(event, ...) end

--- Calls fn again and again, on game time.
---@param seconds number
---@param fn function
---@return Timer
function every(seconds, fn) end

--- Calls fn once, on game time.
---@param seconds number
---@param fn function
---@return Timer
function after(seconds, fn) end

--- Calls fn at a time of the day, in UTC and by the clock on the wall, whatever the pace of game time: "03:00" each day, "mon,thu 18:30" on these days, "*:15" each hour; seconds may follow ("03:00:30"). A system that sleeps wakes for it. What comes late, because the machine stood still or its clock was put on, is made good once; what falls into a time in which the system is not loaded is not. A clock that is put back by less than two turns runs nothing again. os.time() is the time by the same clock.
---@param time string
---@param fn function
---@return Timer
function at(time, fn) end

--- Stops a timer.
---@param timer Timer
---@return boolean
function cancel(timer) end

--- Lets the task wait, on game time.
---@async
---@param seconds number
function sleep(seconds) end

--- The module's result; lib/ship.lua is "lib.ship".
---@param module string
---@return any
function require(module) end

--- Writes to the shard's log.
---@param ... any
function print(...) end
