-- Manufacturing: a blueprint, what it needs and some time become a thing. One item of a
-- blueprint is the right to one run; stations sell such rights. A pilot has a few lines in
-- each station; further jobs wait for one, in the order in which they were given.
--
-- What a job uses is the keeper's, at "job N", from the moment it is given until it is
-- delivered or cancelled. The store has "jobs PILOT HANGAR" = a list of {job=, blueprint=,
-- runs=, seconds=, start=, due=}, times as calendar.now() gives them, and the books have
-- both change in one transaction.
local args = require "lib.args"
local calendar = require "lib.calendar"
local market = require "market"
local money = require "lib.money"
local once = require "lib.once"
local industry = {}

industry.lines = 3          -- jobs of a pilot's in a station at the same time
industry.most = 20          -- jobs there, those that wait included
industry.longest = 30 * 86400 -- s that one job may take
industry.runs = 1000        -- of one job
industry.at_once = 8        -- jobs that one transaction delivers
industry.keeper = "industry"

function industry.key(p, hangar)
  return string.format("jobs %d %s", p, hangar)
end

function industry.berth(job)
  return string.format("job %d", job)
end

-- The jobs of a pilot in a hangar, and the list as the store has it.
function industry.jobs(p, hangar)
  local kept = store.get(industry.key(p, hangar))
  local list = {}
  for i, job in ipairs(kept or {}) do list[i] = job end
  return list, kept
end

-- When each of a list begins and ends: those that have begun stay, the others go to the
-- line that is free first.
function industry.schedule(list, now)
  local free, out = {}, {}
  for i = 1, industry.lines do free[i] = 0 end
  for i, job in ipairs(list) do
    local line = 1
    for k = 2, industry.lines do
      if free[k] < free[line] then line = k end
    end
    local start = job.start
    if not start or start > now then start = math.max(now, free[line]) end
    out[i] = {job = job.job, blueprint = job.blueprint, runs = job.runs, seconds = job.seconds, start = start, due = start + job.seconds}
    free[line] = math.max(free[line], out[i].due)
  end
  return out
end

-- The blueprint that a pilot names, by its own name or by that of what it builds.
function industry.blueprint(from)
  local name = args.text(from, "blueprint", 60)
  local t = types.get(name) or types.get(name .. " Blueprint")
  if t and t.category ~= "blueprint" then t = types.get(t.name .. " Blueprint") end
  if not t then error {code = "no_type", message = "there is no blueprint " .. name} end
  return t
end

-- What so many runs need: a list of {type=, quantity=}, the blueprint's runs first.
function industry.needs(t, runs)
  local list = {}
  for name, n in pairs(t.needs) do list[#list + 1] = {type = name, quantity = n * runs} end
  table.sort(list, function(a, b) return a.type < b.type end)
  table.insert(list, 1, {type = t.name, quantity = runs})
  return list
end

-- What of a list is missing in a place, in words; nil where all is there.
function industry.missing(p, list, place)
  local has, words = {}, {}
  for _, item in ipairs(items.list(p, place)) do has[item.type] = item.quantity end
  for _, item in ipairs(list) do
    local short = item.quantity - (has[item.type] or 0)
    if short > 0 then words[#words + 1] = string.format("%d %s", short, item.type) end
  end
  return words[1] and table.concat(words, ", ")
end

-- blueprint{blueprint=}: what it takes.
function command.blueprint(_, from)
  local t = industry.blueprint(from)
  return {blueprint = t.name, product = t.product, batch = t.batch, seconds = t.time, needs = industry.needs(t, 1), price = t.price}
end

-- licence{blueprint=, runs=, key=}: buys the right to so many runs from the station.
function command.licence(p, from)
  return once.run(p, "licence", from, function(asked) return industry.licence(p, from, asked) end)
end

function industry.licence(p, from, asked)
  local hangar = market.hangar(market.station(p))
  local t, runs = industry.blueprint(from), market.count(from, "runs", 1)
  local cost = money.cost(t.price, runs)
  if not cost then args.refuse "that is more money than can be counted" end
  local answer = {blueprint = t.name, runs = runs, paid = cost}
  return store.transact({
    {take = p, type = money.type, n = cost, location = money.wallet, to = "licences"},
    {give = p, type = t.name, n = runs, location = hangar, from = "licences"},
  }, {cause = "licence", actor = p, answer = answer, key = asked.key, content = asked.content})
end

-- build{blueprint=, runs=, key=}: gives a job, of what is in the hangar here.
function command.build(p, from)
  return once.run(p, "build", from, function(asked) return industry.build(p, from, asked) end)
end

function industry.build(p, from, asked)
  local hangar = market.hangar(market.station(p))
  local t, runs = industry.blueprint(from), market.count(from, "runs", 1)
  if runs > industry.runs then args.refuse("runs must be 1 to %d", industry.runs) end
  local seconds = t.time * runs
  if seconds > industry.longest then args.refuse("that takes %d days, and a job may take %d: give fewer runs", math.ceil(seconds / 86400), industry.longest / 86400) end
  local job = store.add("jobs", 1)
  local list, kept = industry.jobs(p, hangar)
  if #list >= industry.most then return nil, string.format("you have %d jobs here: that is all one may have", #list), "too_many" end
  list[#list + 1] = {job = job, blueprint = t.name, runs = runs, seconds = seconds}
  list = industry.schedule(list, calendar.now())
  local needs, changes = industry.needs(t, runs), {}
  for _, item in ipairs(needs) do
    changes[#changes + 1] = {move = p, type = item.type, n = item.quantity, location = hangar, to = industry.keeper, to_location = industry.berth(job)}
  end
  changes[#changes + 1] = {expect = industry.key(p, hangar), value = kept}
  changes[#changes + 1] = {put = industry.key(p, hangar), value = list}
  local answer = industry.describe(list[#list], calendar.now())
  local done, message, code = store.transact(changes, {cause = "job", actor = p, answer = answer, key = asked.key, content = asked.content})
  if done then return done end
  if code == "not_enough" then
    local missing = industry.missing(p, needs, hangar)
    if missing then message = "missing in the hangar: " .. missing end
  end
  return nil, message, code
end

-- A job as a pilot sees it.
function industry.describe(job, now)
  local t = types.get(job.blueprint)
  local state = now >= job.due and "done" or now >= job.start and "running" or "waiting"
  return {job = job.job, blueprint = job.blueprint, product = t and t.product, quantity = t and t.batch * job.runs, runs = job.runs, state = state,
    starts_in = math.max(0, math.ceil(job.start - now)), ends_in = math.max(0, math.ceil(job.due - now))}
end

-- jobs{}: those in this station.
function command.jobs(p)
  local list, now = industry.jobs(p, market.hangar(market.station(p))), calendar.now()
  for i, job in ipairs(list) do list[i] = industry.describe(job, now) end
  return list
end

-- Which of a list a pilot means, and the rest.
function industry.split(list, wanted)
  local some, rest = {}, {}
  for _, job in ipairs(list) do
    if wanted(job) then some[#some + 1] = job else rest[#rest + 1] = job end
  end
  return some, rest
end

-- What of a keeper's is a job's, as steps of a transaction: back to the pilot, or used up.
function industry.release(p, job, hangar, changes)
  for _, item in ipairs(items.kept(industry.keeper, industry.berth(job.job))) do
    local change = {type = item.type, n = item.quantity, location = item.location}
    if hangar then
      change.move, change.to, change.to_location = industry.keeper, p, hangar
    else
      change.take, change.to = industry.keeper, "industry"
    end
    changes[#changes + 1] = change
  end
end

-- Ends jobs: the list that is left is kept in the same transaction.
function industry.close(p, hangar, kept, rest, changes, why)
  changes[#changes + 1] = {expect = industry.key(p, hangar), value = kept}
  changes[#changes + 1] = {put = industry.key(p, hangar), value = rest[1] and rest or nil}
  return store.transact(changes, why)
end

-- deliver{job=}: what is done goes into the hangar; without a job all that is.
function command.deliver(p, from)
  local hangar, now = market.hangar(market.station(p)), calendar.now()
  local list, kept = industry.jobs(p, hangar)
  local only, n = args.get(from, "job") ~= nil and market.count(from, "job"), 0
  local done, rest = industry.split(list, function(job)
    local is = n < industry.at_once and job.due <= now and (not only or job.job == only)
    n = is and n + 1 or n
    return is
  end)
  if not done[1] then return industry.not_done(list, only, now) end
  local changes, made = {}, {}
  for i, job in ipairs(done) do
    local t = types.get(job.blueprint)
    industry.release(p, job, nil, changes)
    changes[#changes + 1] = {give = p, type = t.product, n = t.batch * job.runs, location = hangar, from = "industry"}
    made[i] = {job = job.job, type = t.product, quantity = t.batch * job.runs}
  end
  local ok, message, code = industry.close(p, hangar, kept, rest, changes, {cause = "delivery", actor = p})
  if not ok then return nil, message, code end
  emit("delivered", p, made)
  return {items = made}
end

function industry.not_done(list, only, now)
  for _, job in ipairs(list) do
    if job.job == only then return nil, string.format("job %d takes another %d s", only, math.ceil(job.due - now)), "not_done" end
  end
  if only then return nil, string.format("you have no job %d here", only), "no_job" end
  return nil, "no job here is done", "not_done"
end

-- job_cancel{job=}: what it was to use goes back into the hangar, and those that wait move
-- up. One that is done is delivered and not cancelled.
function command.job_cancel(p, from)
  local hangar, now = market.hangar(market.station(p)), calendar.now()
  local list, kept = industry.jobs(p, hangar)
  local id = market.count(from, "job")
  local which, rest = industry.split(list, function(job) return job.job == id end)
  if not which[1] then return nil, string.format("you have no job %d here", id), "no_job" end
  if which[1].due <= now then return nil, string.format("job %d is done: deliver it", id), "done" end
  local changes = {}
  industry.release(p, which[1], hangar, changes)
  local ok, message, code = industry.close(p, hangar, kept, industry.schedule(rest, now), changes, {cause = "job cancelled", actor = p})
  if not ok then return nil, message, code end
  return {job = id}
end

return industry
