-- Made by `go run ./bindings/gen` from the tables in bindings/; do not edit.
std = "lua51"
unused_args = false
self = false
max_line_length = false
not_globals = {"arg", "debug", "dofile", "gcinfo", "io", "loadfile", "module", "newproxy"}
globals = {command = {other_fields = true, read_only = false}, event = {other_fields = true, read_only = false}}
read_globals = {
  "after",
  "at",
  "broadcast",
  "bubble_send",
  "cancel",
  "emit",
  "every",
  "on",
  "sleep",
  book = {fields = {["add"] = {}, ["back"] = {}, ["begin"] = {}, ["hold"] = {}, ["left"] = {}, ["match"] = {}, ["page"] = {}, ["ready"] = {}, ["release"] = {}, ["remove"] = {}, ["settle"] = {}, ["sum"] = {}}},
  character = {fields = {["find"] = {}, ["get"] = {}, ["place"] = {}, ["send"] = {}}},
  items = {fields = {["at"] = {}, ["give"] = {}, ["history"] = {}, ["kept"] = {}, ["list"] = {}, ["move"] = {}, ["places"] = {}, ["stow"] = {}, ["take"] = {}, ["volume"] = {}}},
  log = {fields = {["debug"] = {}, ["error"] = {}, ["info"] = {}, ["warn"] = {}}},
  orders = {fields = {["days"] = {}, ["expired"] = {}, ["get"] = {}, ["last"] = {}, ["of"] = {}, ["open"] = {}, ["sum"] = {}}},
  planet = {fields = {["resources"] = {}, ["richness"] = {}}},
  player = {fields = {["all"] = {}, ["data"] = {}, ["dock"] = {}, ["heed"] = {}, ["jump"] = {}, ["kick"] = {}, ["muted"] = {}, ["name"] = {}, ["online"] = {}, ["run"] = {}, ["save"] = {}, ["send"] = {}, ["set_ship"] = {}, ["ship"] = {}, ["station"] = {}, ["undock"] = {}}},
  reload = {fields = {["after"] = {}, ["const"] = {}, ["first"] = {}, ["migrate"] = {}, ["state"] = {}, ["task"] = {}, ["upgrade"] = {}}},
  service = {fields = {["call"] = {}, ["call_within"] = {}}},
  space = {fields = {["align"] = {}, ["angular"] = {}, ["approach"] = {}, ["damage"] = {}, ["direction"] = {}, ["distance"] = {}, ["engine"] = {}, ["exists"] = {}, ["get"] = {}, ["go_to"] = {}, ["hide"] = {}, ["keep"] = {}, ["launch"] = {}, ["near"] = {}, ["of_type"] = {}, ["orbit"] = {}, ["position"] = {}, ["remove"] = {}, ["set_engine"] = {}, ["set_speed"] = {}, ["show"] = {}, ["spawn"] = {}, ["stop"] = {}, ["teleport"] = {}, ["warp"] = {}}},
  store = {fields = {["add"] = {}, ["answered"] = {}, ["get"] = {}, ["list"] = {}, ["put"] = {}, ["transact"] = {}}},
  system = {fields = {["cap"] = {}, ["celestial"] = {}, ["celestials"] = {}, ["constellation"] = {}, ["hz"] = {}, ["id"] = {}, ["name"] = {}, ["now"] = {}, ["players"] = {}, ["population"] = {}, ["random"] = {}, ["region"] = {}, ["release"] = {}, ["security"] = {}, ["send"] = {}, ["sender_release"] = {}, ["tick"] = {}}},
  task = {fields = {["running"] = {}, ["spawn"] = {}, ["stop"] = {}, ["try"] = {}}},
  types = {fields = {["get"] = {}, ["list"] = {}, ["name"] = {}}},
  universe = {fields = {["find"] = {}, ["regions"] = {}, ["route"] = {}, ["stations"] = {}, ["system"] = {}}},
}

local tests = {}
tests.globals = {test = {other_fields = true, read_only = false}}
tests.read_globals = {
  "advance",
  "eq",
  "fails",
  "faults",
  "ne",
  "near",
  "ok",
  "replay",
}

local panels = {}
panels.globals = {panel = {other_fields = true, read_only = false}}
panels.read_globals = {
  "ask",
  "subscribe",
  "tell",
  "unique",
  draw = {fields = {["box"] = {}, ["circle"] = {}, ["disc"] = {}, ["line"] = {}, ["text"] = {}}},
  format = {fields = {["count"] = {}, ["day"] = {}, ["money"] = {}, ["to_count"] = {}, ["to_money"] = {}}},
  here = {fields = {["docked"] = {}, ["fly"] = {}, ["gaps"] = {}, ["player"] = {}, ["region"] = {}, ["regions"] = {}, ["stations"] = {}, ["system"] = {}, ["types"] = {}}},
  page = {fields = {["answers"] = {}, ["asked"] = {}, ["can"] = {}, ["choose"] = {}, ["enter"] = {}, ["here"] = {}, ["kept"] = {}, ["notes"] = {}, ["open"] = {}, ["pick"] = {}, ["press"] = {}, ["refuses"] = {}, ["rows"] = {}, ["sort"] = {}, ["tell"] = {}, ["text"] = {}, ["type"] = {}, ["value"] = {}}},
  settings = {fields = {["get"] = {}, ["set"] = {}}},
  ui = {fields = {["button"] = {}, ["canvas"] = {}, ["chart"] = {}, ["check"] = {}, ["choice"] = {}, ["column"] = {}, ["gauge"] = {}, ["heading"] = {}, ["icon"] = {}, ["input"] = {}, ["menu"] = {}, ["row"] = {}, ["section"] = {}, ["slider"] = {}, ["table"] = {}, ["tabs"] = {}, ["text"] = {}}},
}
files["**/panels/**/*.lua"] = panels
files["**/panels/*.lua"] = panels
files["**/*_test.lua"] = tests
files["**/testing/*.lua"] = tests
