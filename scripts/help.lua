-- Help: what a pilot has to know, by topic. The page shows it beside its keys; a step of the
-- first hour names the topic that tells more.
local args = require "lib.args"
local help = {}

-- name, as others refer to it; title; text.
help.topics = {
  {name = "flying", title = "Flying", text = "Undock, and your ship hangs outside the station. Double-click into space to fly that way. What you select can be approached (Q), orbited (W) or kept at a range (E); Space stops the ship. Whoever is far from a station and says dock is flown there first."},
  {name = "looking", title = "Looking around", text = "The overview lists all that is here; brackets and arrow keys go through it, and Enter does what one most likely wants. Drag to turn the camera, scroll or pinch to zoom, V looks at what is selected, Escape comes back to your ship."},
  {name = "warp", title = "Warp", text = "What is farther than 150 km is reached by warp: select it and press S. The ship aligns first, and while it does you can be caught. Nobody can be locked who is in warp."},
  {name = "fighting", title = "Fighting", text = "Select a foe, lock it with L, and switch modules on with the keys 1 to 9. Guns have a range and can follow only what does not move across too fast: orbit at their optimal range. Shields come back by themselves, armour and hull do not; a station mends all. Lock and fire at other pilots only with the safety off."},
  {name = "loss", title = "Losing a ship", text = "Who loses a ship is in a pod, and flies it to a station; there a new ship is lent. What is in a pod is never worth shooting at. A ship of your own can be insured in the yard, and some of what it carried floats in the wreck."},
  {name = "mining", title = "Mining", text = "In a station, under Fit modules, put a mining laser where a gun is: the yard lends it. Fly to a belt, select it and press D: ore comes into the hold at the end of each cycle. A station refines it, and smelters buy both ore and minerals everywhere. In safe space the last of several belts is left alone by pirates."},
  {name = "money", title = "Money", text = "Sell what you have on the market of any station: Cargo (C), then Sell. An order stands until somebody takes it. Goods are made in one station and wanted in another: the market's Hauling tab says where that is worth your while. Bounties and missions pay at once."},
  {name = "missions", title = "Agents and missions", text = "Every station has an agent (N). A parcel is brought to another station, pirates are hunted, ore is fetched, a place is surveyed: fly to within 1,000 km of it and scan (R). The agent's offers are others each hour, and a mission has to be done within a day."},
  {name = "travel", title = "Other systems", text = "The map (M) has all systems. Choose one, and the route is set; F does its next step, and the autopilot all of them. The number beside a system's name says how safe it is: below 0.5 pirates come in bands, and pilots may be worse."},
  {name = "scanning", title = "The scanner", text = "The scanner (R) says what flies in a cone where the camera looks, up to 15 AU away: what it is and roughly how far, never where. Narrow the cone to find the direction."},
  {name = "company", title = "Other pilots", text = "Enter writes to everybody in the system; the channel help is heard everywhere. Select a pilot to invite them to your fleet or to talk in private. A fleet's commander takes all along into warp."},
  {name = "industry", title = "Building", text = "With minerals and a blueprint a station builds ships and modules (Y). Planets (P) have raw materials: extractors dig them while you are away."},
}

-- Those whose title or text has all the words of a search.
function help.find(words)
  local list = {}
  for _, topic in ipairs(help.topics) do
    local text, fits = string.lower(topic.title .. " " .. topic.text), true
    for word in string.gmatch(string.lower(words), "%S+") do fits = fits and string.find(text, word, 1, true) ~= nil end
    if fits then list[#list + 1] = topic end
  end
  return list
end

-- help{}: all topics; help{topic=}: one; help{search=}: those with all these words.
function command.help(_, from)
  if args.get(from, "search") ~= nil then return {topics = help.find(args.text(from, "search", 60))} end
  if args.get(from, "topic") == nil then return {topics = help.topics} end
  local name = args.text(from, "topic", 40)
  for _, topic in ipairs(help.topics) do
    if topic.name == name then return {topics = {topic}} end
  end
  error {code = "no_topic", message = "there is no help on " .. name}
end

return help
