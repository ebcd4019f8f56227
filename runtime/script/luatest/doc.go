// Package luatest runs the tests that stand beside the scripts: files called
// *_test.lua with functions in the table `test`.
//
//	require "station"
//
//	function test.docking_from_afar_begins_with_the_way_there()
//	  local ann = player "Ann"
//	  ann:run "undock"
//	  ann:run("warp", {id = 1021})
//	  advance(180)
//	  ok(ann:run("dock").on_the_way)
//	  advance(180)
//	  ok(player.station(ann.id))
//	end
//
// A recording of a shard that was kept beside the script is a test, too, with the scripts as
// they are now:
//
//	function test.whoever_is_lost_cannot_be_shot_at()
//	  local run = replay "fights.rec"
//	  eq(run:errors "gun.begin", {})
//	  eq(run:answers("dock", "Ada")[1].ok, true)
//	end
//
// Every test gets a fresh World: a Lua state, and what the caller puts behind it,
// on a clock that moves only when the test says advance. A test is a task, so it
// may wait; whatever it asks of the world happens while no Lua runs, as in a
// shard. Files are compiled once and their prototypes shared by all tests.
//
// Start reading at run.go; play.go is one test, words.go what tests can say, replay.go what
// they can say of recordings.
package luatest
