package bindings

import (
	"fmt"
	"slices"
	"strings"

	"hotshard/bindings/panel"
	"hotshard/runtime/script"
	"hotshard/runtime/script/luacheck"
)

// The words of panels are those of bindings/panel, and of what every state has; here is what
// the checker, editors and readers see of them.

const panelsIntro = "A file below `panels/` runs in the page of each player, in a state of its own, and not in the shard: it has these words and those of Lua, " +
	"handlers (but no commands), timers, tasks, `reload` and `log` from above, and requires only what is below `panels/`. A file in the folder itself is a panel, one further down is there to be required. " +
	"What fails in a panel, or takes more than a million steps or 48 MiB in one go, costs that panel: it is told to the operator (`errors`) and begins again."

const panelExample = "```lua\n" + `-- scripts/panels/notes.lua
local n = 0

panel.notes = {
  title = "Notes",
  icon = "star",
  open = function()
    return ui.column{
      ui.text("Pressed " .. n .. " times."),
      ui.button{"Press", press = function() n = n + 1 end},
    }
  end,
}
` + "```\n\n```lua\n" + `-- scripts/panels/notes_test.lua
require "panels.notes"

function test.it_counts()
  page.open "notes"
  page.press "Press"
  ok(page.text():find "Pressed 1 times")
end
` + "```\n"

// PanelTables describes all words that panels have.
func PanelTables() []script.Table {
	out := panel.Tables()
	for _, t := range builtins {
		if t.Name != "command" {
			out = append(out, t)
		}
	}
	return out
}

// panelEvents are those that the page tells panels itself, besides what the server sends.
var panelEvents = []string{"moved()", "opened(args?: any)"}

// PanelRoom is what scripts of panels are checked against.
func PanelRoom() luacheck.Room {
	r := luacheck.Room{Folder: panel.Folder, Of: "panels", API: luacheck.FromTables(PanelTables()...),
		Tests: luacheck.FromTables(slices.Concat(testTables(), panel.TestTables())...), Events: panelEvents}
	for _, e := range SentEvents {
		r.Events = append(r.Events, e.Sig)
	}
	return r
}

func writePanelWords(b *strings.Builder) {
	b.WriteString("\n## In panels\n\n" + panelsIntro + "\n\n" + panelExample)
	for _, t := range slices.Concat(panel.Tables(), panel.TestTables()) {
		title := t.Name
		if title == "" {
			title = "Without a table"
		}
		fmt.Fprintf(b, "\n**%s**. %s\n", title, t.Doc)
		writeFuncs(b, strings.TrimPrefix(t.Name+".", "."), t.Funcs)
	}
}

// panelStubs is the editor's view of the words of panels.
func panelStubs() string {
	var b strings.Builder
	b.WriteString("---@meta\n-- " + generated + "\n")
	for _, t := range slices.Concat(panel.Tables(), panel.TestTables()) {
		stubTable(&b, t)
	}
	return b.String()
}
