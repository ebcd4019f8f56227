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

--- Runs a kept recording that stands beside the test (record keep, on a shard, makes one) again with the scripts as they are now: all of it, or so many seconds of the game.
---@param file string
---@param seconds? number
---@return testreplay
function replay(file, seconds) end

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

--- A recording that is run again with the scripts of the tree, made by replay "FILE". An error in it fails no test by itself: ask for errors().
---@class testreplay
local testreplay = {}

--- Runs on for so many seconds of the game, or to the end.
---@param self testreplay
---@param seconds? number
---@return testreplay
function testreplay:play(self, seconds) end

--- The last tick that was run, and whether it was the recording's last.
---@param self testreplay
---@return integer
---@return boolean
function testreplay:tick(self) end

--- The errors in scripts so far; with a function, like "gun.begin", those that it was on the stack of.
---@param self testreplay
---@param func? string
---@return {tick: integer, message: string, place: string, func: string, during: string, player?: string}[]
function testreplay:errors(self, func) end

--- The answers to players' commands so far, oldest first.
---@param self testreplay
---@param command? string
---@param player? string
---@return {tick: integer, player: string, command: string, ok: boolean, result?: any, code?: string, message?: string}[]
function testreplay:answers(self, command, player) end

--- What the player of that name was sent under that name, oldest first.
---@param self testreplay
---@param player string
---@param event string
---@return table[]
function testreplay:heard(self, player, event) end

--- The last thing the player was sent under that name, or nil.
---@param self testreplay
---@param player string
---@param event string
---@return table?
function testreplay:last(self, player, event) end

--- What Lua gives that is evaluated in the recorded system, now: a path like "fleet.of[3].name". It looks and does not touch.
---@param self testreplay
---@param code string
---@return any
function testreplay:eval(self, code) end

--- Where it first was not as it was recorded, and in what; nil for nowhere so far.
---@param self testreplay
---@return {tick: integer, parts: string[]}?
function testreplay:parted(self) end

--- Lets a new character of that name log in, and returns them. *Waits.*
---@overload fun(name: string): testplayer
player = player
