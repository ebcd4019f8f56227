-- The part of the engine that the workloads use, for an interpreter that has none:
-- event.name = function registers a handler, emit calls them. As in the engine, each
-- handler runs on a coroutine that is used again, so that it may wait, and an error
-- ends that handler alone.
local handlers, idle = {}, {}

event = setmetatable({}, {__newindex = function(_, name, fn)
  handlers[name] = handlers[name] or {}
  table.insert(handlers[name], fn)
end})

command = {}

local function serve(co, fn, ...)
  fn(...)
  idle[#idle + 1] = co
  return serve(co, coroutine.yield())
end

function emit(name, ...)
  for _, fn in ipairs(handlers[name] or {}) do
    local co = table.remove(idle)
    local ok, message
    if co then
      ok, message = coroutine.resume(co, fn, ...)
    else
      co = coroutine.create(serve)
      ok, message = coroutine.resume(co, co, fn, ...)
    end
    if not ok then io.stderr:write(name, ": ", tostring(message), "\n") end
  end
end
