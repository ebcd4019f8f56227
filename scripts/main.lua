-- The game of one solar system. Every system runs this file once, in a Lua state
-- of its own; what is required here is the game. A file that is saved while the
-- shard runs takes effect in every system at its next tick, in place.
require "pilot"
require "flight"
require "station"
require "route"
require "autopilot"
require "overview"
require "chat"
require "fleet"
require "patrol"
require "pirates"
require "death"
require "loot"
require "yard"
require "goal"
require "rules"
require "news"
