---@meta
-- Made by `go run ./bindings/gen` from the tables in bindings/; do not edit.

--- Players' commands: assign a function to answer the command of that name.
---@class commandlib
---@field [string] fun(player: integer, args: table): any A command.
command = {}
