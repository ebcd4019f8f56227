-- What is asked twice under one key is done once. A command that takes a key looks it up
-- before anything else: what was done is answered as it was then, whatever has become of the
-- pilot since. The same key with other arguments is refused.
local args = require "lib.args"
local once = {}

once.longest = 100 -- characters of a key

-- What a request asks, for the why of its transaction: {key=, content=}; {} without a key.
function once.asked(name, from)
  if args.get(from, "key") == nil then return {} end
  local ask = {}
  for k, v in pairs(from) do
    if k ~= "key" then ask[k] = v end
  end
  return {key = args.text(from, "key", once.longest), content = {name, ask}}
end

-- Does fn(asked), unless it was done before. It may be done while fn looks around, by the same
-- request sent twice: what fn is refused then is no answer.
function once.run(p, name, from, fn)
  local asked = once.asked(name, from)
  if not asked.key then return fn(asked) end
  local before, message, code = store.answered(p, asked.key, asked.content)
  if before ~= nil or code then return before, message, code end
  local ok, answer, why, kind = task.try(fn, asked)
  if ok and answer ~= nil then return answer end
  before = store.answered(p, asked.key, asked.content)
  if before ~= nil then return before end
  if not ok then error(answer, 0) end
  return nil, why, kind
end

return once
