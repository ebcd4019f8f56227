-- Runs one program after another for the tests in Go: on standard input a line with
-- the length of a program and how it is to be run, then the program; on standard
-- output a line with how it ended and the length of what it printed, then that.
local maxLines, maxSteps = ...
maxLines, maxSteps = tonumber(maxLines), tonumber(maxSteps)

local stdin, stdout = io.stdin, io.stdout
local sethook, getinfo, setfenv, loadstring, pcall = debug.sethook, debug.getinfo, setfenv, loadstring, pcall
local create, wrap, type, error, concat = coroutine.create, coroutine.wrap, type, error, table.concat
local format, gsub, byte = string.format, string.gsub, string.byte

local lines, overrun = {}, false
local run

-- A program that runs too long is stopped, whatever it catches.
local function stop()
  overrun = true
  if getinfo(2, "f").func == run then return sethook() end
  sethook(stop, "", 1)
  error("overrun", 0)
end

-- A coroutine starts without the hook of the thread that made it.
local function hooked(make)
  return function(f)
    if type(f) ~= "function" or getinfo(f, "S").what == "C" then return make(f) end
    return make(function(...)
      sethook(stop, "", overrun and 1 or maxSteps)
      return f(...)
    end)
  end
end

local function show(v)
  local kind = type(v)
  if kind == "number" then
    return v ~= v and "nan" or tostring(v)
  elseif kind == "string" then
    return '"' .. gsub(v, '[%c"\\\127-\255]', function(c) return format("\\%03d", byte(c)) end) .. '"'
  elseif kind == "nil" or kind == "boolean" then
    return tostring(v)
  end
  return "<" .. kind .. ">"
end

local function print(...)
  if #lines >= maxLines then
    overrun = true
    error("overrun", 0)
  end
  local row = {}
  for i = 1, select("#", ...) do
    row[i] = show((select(i, ...)))
  end
  lines[#lines + 1] = concat(row, " ")
end

-- Where a thing lies in memory is nobody's business.
local function hidden(...)
  local text = tostring(...)
  if type(text) == "string" then text = gsub(text, "^(%a+): 0x%x+$", "%1: hidden") end
  return text
end

local function copy(t)
  local out = {}
  for k, v in pairs(t) do out[k] = v end
  return out
end

-- Each program has an environment of its own.
local function environment()
  local env = copy(_G)
  for _, name in ipairs { "string", "table", "math", "coroutine" } do
    env[name] = copy(_G[name])
  end
  env.coroutine.create, env.coroutine.wrap = hooked(create), hooked(wrap)
  env._G, env.print, env.tostring = env, print, hidden
  env.io, env.debug, env.os, env.package, env.module, env.dofile, env.loadfile = nil
  return env
end

function run(source)
  local f, problem = loadstring(source, "=program")
  if not f then return "syntax", problem end
  setfenv(f, environment())
  sethook(stop, "", maxSteps)
  local ok, value = pcall(f, "program")
  sethook()
  if overrun then return "overrun" end
  if not ok then return "error", show(value) end
  return "done"
end

for header in stdin:lines() do
  lines, overrun = {}, false
  local ending, value = run(stdin:read(tonumber(header)))
  lines[#lines + 1] = value
  local out = concat(lines, "\n")
  stdout:write(ending, " ", #out, "\n", out)
  stdout:flush()
end
