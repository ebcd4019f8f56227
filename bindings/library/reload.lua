---@meta
-- Made by `go run ./bindings/gen` from the tables in bindings/; do not edit.

--- What a file says about its own reloading; see DESIGN.md of runtime/script.
reload = {}

--- A value that outlives reloads of the file.
---@param name string
---@param initial any
---@return any
function reload.state(name, initial) end

--- A value that a reload always takes from the new source.
---@param value any
---@return any
function reload.const(value) end

--- A value whose shape changes: up makes the new one from the old, down goes back. The name is that of a local of the file or of a field; the call stands where the value is declared, or is a statement beside it. It is called for a plan as well: what it writes besides is undone, and it may not change the world.
---@param name string
---@param up function
---@param down? function
---@return any
function reload.migrate(name, up, down) end

--- Calls fn for each live object of a class when its code has changed.
---@param class table
---@param fn function
function reload.upgrade(class, fn) end

--- A task that starts again from the top when its code changes.
---@param id string
---@param fn function
---@return table
function reload.task(id, fn) end

--- Runs fn when the file is first loaded, and not at reloads.
---@param fn function
function reload.first(fn) end

--- Runs fn after a reload of the file has been applied.
---@param fn function
function reload.after(fn) end
