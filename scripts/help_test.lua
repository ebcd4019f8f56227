local flight = require "flight"
local goal = require "goal"
local help = require "help"
local missions = require "missions"
local format = require "lib.format"
require "station"

function test.topics_are_found_by_their_words()
  local ann = player "Ann"
  eq(#ann:run("help").topics, #help.topics)
  eq(ann:run("help", {topic = "warp"}).topics[1].title, "Warp")
  eq(ann:run("help", {search = "INSURED yard"}).topics[1].name, "loss")
  eq(ann:run("help", {search = "no such words at all"}).topics, {})
  local _, _, code = ann:run("help", {topic = "nothing"})
  eq(code, "no_topic")
end

function test.each_step_of_the_first_hour_has_its_topic()
  for _, step in ipairs(goal.steps) do
    local found
    for _, topic in ipairs(help.topics) do found = found or topic.name == step.help end
    ok(found, "no topic for " .. step.name)
  end
end

-- Figures that help names are those that the game counts with.
function test.its_figures_are_true()
  ok(help.find(format.distance(flight.warp_from))[1])
  ok(help.find(format.distance(missions.near))[1])
end
