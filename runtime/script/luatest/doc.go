// Package luatest runs the tests that stand beside the scripts: files called
// *_test.lua with functions in the table `test`.
//
//	local station = require "station"
//
//	function test.docking_needs_a_station_nearby()
//	  local ann = player "Ann"
//	  ann:run "undock"
//	  advance(60)
//	  local _, why = ann:run("dock")
//	  ok(string.find(why, "dock within 2,500 m", 1, true))
//	end
//
// Every test gets a fresh World: a Lua state, and what the caller puts behind it,
// on a clock that moves only when the test says advance. A test is a task, so it
// may wait; whatever it asks of the world happens while no Lua runs, as in a
// shard. Files are compiled once and their prototypes shared by all tests.
//
// Start reading at run.go; play.go is one test, words.go what tests can say.
package luatest
