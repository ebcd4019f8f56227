---@meta
-- Made by `go run ./bindings/gen` from the tables in bindings/; do not edit.

--- Fails unless the two are equal; tables are compared by what is in them.
---@param got any
---@param want any
---@param note? string
function eq(got, want, note) end

--- Fails if the two are equal.
---@param got any
---@param other any
---@param note? string
function ne(got, other, note) end

--- Fails if the value is nil or false; returns it.
---@param value any
---@param note? string
---@return any
function ok(value, note) end

--- Fails unless the two differ by no more than the tolerance (a billionth of want, if not given).
---@param got number
---@param want number
---@param tolerance? number
---@param note? string
function near(got, want, tolerance, note) end

--- Fails unless fn raises an error, with the text in its message if one is given; returns the error.
---@param fn function
---@param text? string
---@return any
function fails(fn, text) end

--- Takes the messages of the errors that handlers, timers and commands raised so far: those no longer fail the test.
---@return string[]
function faults() end

--- Lets game time pass.
---@async
---@param seconds number
function advance(seconds) end

--- The tests of a file: every function in it is one. A text under system names the system of the test map to play in (Alpha, if none is named).
---@class test
---@field [string] function A test.
---@field system string?
test = {}

--- A player in a test, made by player "NAME": logged in and in the world.
---@class testplayer
---@field id integer The player, as every API function wants it.
---@field name string
local testplayer = {}

--- Gives a command and waits for its answer: the result (true if it has none), or nil with the message and the code of the refusal.
---@async
---@param command string
---@param args? table
---@return any
---@return string?
---@return string?
function testplayer:run(command, args) end

--- What the player was sent under that name, oldest first.
---@param event string
---@return table[]
function testplayer:heard(event) end

--- The last thing the player was sent under that name, or nil.
---@param event string
---@return table?
function testplayer:last(event) end

--- From now on heard and last know only what is sent later.
function testplayer:forget() end

--- Logs the player out.
---@async
function testplayer:leave() end

--- Lets a new character of that name log in, and returns them. *Waits.*
---@overload fun(name: string): testplayer
player = player
