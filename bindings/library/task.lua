---@meta
-- Made by `go run ./bindings/gen` from the tables in bindings/; do not edit.

--- Activities that may wait without holding up others.
task = {}

--- Starts fn as a task of its own.
---@param fn function
---@param ... any
---@return Task
function task.spawn(fn, ...) end

--- Ends a task that waits.
---@param task Task
function task.stop(task) end

--- Whether a task has not ended.
---@param task Task
---@return boolean
function task.running(task) end

--- pcall for code that waits.
---@async
---@param fn function
---@param ... any
---@return boolean
---@return any
function task.try(fn, ...) end
