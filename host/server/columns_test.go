package server

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"hotshard/console/client"
	"hotshard/runtime/gate/wire"
	"hotshard/runtime/world"
)

// busySource has timers, tasks, and commands that fail.
const busySource = `local busy = {}

function busy.nap()
  sleep(1000)
end

function busy.tick() end

function busy.fee(x)
  return x + 1
end

function busy.down(x)
  error("it is down")
end

function command.work(p)
  return busy.fee(1)
end

function command.fails(p)
  busy.down(1)
end

every(100, busy.tick)
at("03:00", busy.tick)

return busy
`

// seldom are columns that are empty where all is well, and why.
var seldom = map[string]string{
	"systems.cpu":           "a share of a core that may round to nothing",
	"top.cpu":               "as in systems",
	"system.down":           "one that does not come back after a failure",
	"system.cpu":            "as in systems",
	"system.cap":            "no limit",
	"system.waiting":        "nobody waits for a seat",
	"system.quarantined":    "nothing fails at every run",
	"services.queue":        "nothing waits",
	"services.errors":       "no service fails",
	"store.queue":           "nothing waits",
	"store.failures":        "nothing is refused",
	"canaries.in_callers":   "an error that a change makes elsewhere",
	"canaries.next":         "it is too early to say",
	"patches.next":          "it is too early to say",
	"errors.cause":          "a change that is blamed for another's error",
	"reload status.reason":  "why it polls; it does not",
	"reload status.pending": "what is about to settle",
	"logpoints.untold":      "too many lines in a second",
	"logpoints.lost":        "its line has gone, in a canary",
}

// filled are the rows of a table by column, as a terminal's script reads them.
func filled(t *testing.T, c *client.Client, line string) []map[string]any {
	t.Helper()
	r, err := c.Run(t.Context(), client.Line{Text: line, JSON: true})
	if err != nil {
		t.Fatalf("%s: %v", line, err)
	}
	b, err := r.JSON()
	if err != nil {
		t.Fatal(err)
	}
	var rows []map[string]any
	if json.Unmarshal(b, &rows) != nil {
		var one map[string]any
		if err := json.Unmarshal(b, &one); err != nil {
			t.Fatalf("%s: %s", line, b)
		}
		rows = []map[string]any{one}
	}
	return rows
}

// empty lists the columns of rows in which nothing says anything.
func empty(rows []map[string]any) []string {
	says := map[string]bool{}
	for _, row := range rows {
		for column, cell := range row {
			s := fmt.Sprint(cell)
			says[column] = says[column] || !slices.Contains([]string{"", "0", "<nil>", "[]", "false"}, s)
		}
	}
	var out []string
	for column, ok := range says {
		if !ok {
			out = append(out, column)
		}
	}
	slices.Sort(out)
	return out
}

// TestEveryColumnSaysSomething asks a live shard over its socket for every table, in
// which each column must hold something somewhere.
func TestEveryColumnSaysSomething(t *testing.T) {
	t.Parallel()
	cfg := config(t)
	cfg.Version = "test"
	save(t, cfg, "busy.lua", busySource)
	edit(t, cfg, "main.lua", `require "flight"`, "require \"flight\"\nrequire \"busy\"")
	s := start(t, cfg)
	c, err := client.Dial(t.Context(), s.cfg.Socket)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { c.Close() })
	do := func(line string) {
		t.Helper()
		if r, err := c.Run(t.Context(), client.Line{Text: line}); err != nil || r.Failed != "" {
			t.Fatalf("%s: %v %s", line, err, r.Failed)
		}
	}
	ann := login(t, s.Addr(), "Ann", wire.JSON)
	at := ann.event("system")["name"].(string)
	_, _ = ann.Request(ann.ctx, "fails", nil)
	ann.do("work", nil)
	ann.do("undock", nil)
	ann.do("count", map[string]world.Value{"n": 1})
	login(t, s.Addr(), "Bob", wire.JSON) // who stays docked
	do("patch --reason typo --sticky busy.fee = function(x) return x + 2 end")
	do("patch --canary @" + at + " busy.down = function(x) error('still down') end")
	ann.do("work", nil)
	_, _ = ann.Request(ann.ctx, "fails", nil)
	save(t, cfg, "busy.lua", strings.Replace(busySource, "x + 1", "x + 7", 1))
	save(t, cfg, "broken.lua", "return (")
	do("lua --write @" + at + " task.spawn(require('busy').nap)")
	do("logpoint busy.fee:9 'x is {x}' @" + at + " --if 'x > 0'")
	ann.do("work", nil)
	do("freeze a test")
	do("shutdown 1h a test")
	for line, key := range map[string]string{
		"who": "who", "systems": "systems", "top": "top", "system @" + at: "system", "services": "services", "store": "store",
		"patches": "patches", "release list": "release list", "audit": "audit", "tasks @" + at: "tasks", "timers @" + at: "timers",
		"errors": "errors", "sessions": "sessions", "reload status": "reload status", "canaries": "canaries", "status": "status",
		"logpoints": "logpoints",
	} {
		var left []string
		for deadline := time.Now().Add(patience / 2); time.Now().Before(deadline); time.Sleep(50 * time.Millisecond) { // what is measured is measured in its own time
			left = slices.DeleteFunc(empty(filled(t, c, line)), func(column string) bool { return seldom[key+"."+column] != "" })
			if len(left) == 0 {
				break
			}
		}
		if len(left) > 0 {
			t.Errorf("%s: nothing in %v: %v", line, left, filled(t, c, line))
		}
	}
}
