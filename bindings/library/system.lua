---@meta
-- Made by `go run ./bindings/gen` from the tables in bindings/; do not edit.

--- The solar system (or service) that the script runs in.
system = {}

--- The system's name, or the service's.
---@return string
function system.name() end

--- The system's number in the map; 0 in a service.
---@return integer
function system.id() end

--- From -1 (lawless) to 1 (safe).
---@return number
function system.security() end

--- The name of the region.
---@return string
function system.region() end

--- The name of the constellation.
---@return string
function system.constellation() end

--- Ticks a second of game time; with an argument, changes them from the next tick on (0.1 to 60). Under time dilation they come more slowly, and all timers with them.
---@param ticks_per_second? number
---@return number
function system.hz(ticks_per_second) end

--- How many players the system lets in, 0 for no limit; with an argument, changes it. Who comes when it is full waits in a queue; nobody who is in the system has to leave. Lost when the system is unloaded: set it in event.system_started.
---@param players? integer
---@return integer
function system.cap(players) end

--- The number of the current tick.
---@return integer
function system.tick() end

--- Game time in seconds since the system first started.
---@return number
function system.now() end

--- The celestials of the map in the system, all or of one kind: star, planet, moon, belt, station, gate.
---@param kind? string
---@return Celestial[]
function system.celestials(kind) end

--- One celestial, nil where there is none with the id.
---@param id integer
---@return Celestial?
function system.celestial(id) end

--- The players in the system, docked or in space, in the order in which they came.
---@return integer[]
function system.players() end

--- How many players are in the system: #system.players() without the list.
---@return integer
function system.population() end

--- From the system's own seeded chance: a number in [0, 1), an integer in 1..m, or one in m..n.
---@param m? integer
---@param n? integer
---@return number
function system.random(m, n) end

--- The number of the release of scripts that the system runs.
---@return integer
function system.release() end

--- The release that another system ran when it sent the message that is being delivered: in an event.NAME that system.send has fired, or in a service's function, before either waits for anything. 0 elsewhere.
---@return integer
function system.sender_release() end

--- Sends a message to another system: event.NAME(from, ...) is called there, where from is this system's address ("@Name"). A system that sleeps wakes. nil and a sentence where there is no such system or it is too busy.
---@param to string
---@param event string
---@param ... any
---@return boolean?
---@return string?
function system.send(to, event, ...) end
