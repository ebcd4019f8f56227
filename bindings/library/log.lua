---@meta
-- Made by `go run ./bindings/gen` from the tables in bindings/; do not edit.

--- The shard's log, with the place of the call.
log = {}

--- For somebody who looks for something.
---@param format any
---@param ... any
function log.debug(format, ...) end

--- Something worth knowing.
---@param format any
---@param ... any
function log.info(format, ...) end

--- Something is odd.
---@param format any
---@param ... any
function log.warn(format, ...) end

--- Something is broken.
---@param format any
---@param ... any
function log.error(format, ...) end
