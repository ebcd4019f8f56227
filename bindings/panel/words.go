package panel

import (
	"fmt"
	"math/rand/v2"
	"strconv"
	"time"

	lua "github.com/yuin/gopher-lua"

	"hotshard/runtime/script"
	"hotshard/runtime/script/arg"
	"hotshard/runtime/script/vm"
	"hotshard/runtime/world"
)

// PanelTable is the name of the table that panels hang on.
const PanelTable = "panel"

// word is a word of panels: how it is described, and what it does.
type word struct {
	script.Func
	do func(*View, *lua.LState) int
}

// wordTable is a Lua table of them; the empty name means globals.
type wordTable struct {
	name, doc string
	words     []word
}

var wordTables = []wordTable{
	{"", "What a panel hears and asks. Whatever it hears, an answer and a timer too, draws it again by itself: there is no word for that. What the server tells is handled by `function event.NAME(fields)` or subscribe.", []word{
		{script.Func{Name: "subscribe", Sig: "subscribe(event: string, fn: fun(fields: table))", Doc: "Calls fn with what the server tells the player under that name: see the events to the players' clients. The page itself tells `moved`, without fields, when the player is somewhere else, docked or not, and `opened`, with what the panel is opened with."}, subscribe},
		{script.Func{Name: "ask", Sig: "ask(command: string, args?: table): any, string?, string?", Yields: true, Doc: "Asks the server for a command, as the player, and returns its answer; or nil, a sentence and a code where it refuses."}, ask},
		{script.Func{Name: "unique", Sig: "unique(): string", Doc: "A text that there has never been: the `key` by which a command is done once, however often it is asked."}, unique},
		{script.Func{Name: "tell", Sig: "tell(text: string)", Effect: true, Doc: "Shows the player a note, which leaves by itself."}, tell},
	}},
	{"settings", "What a panel keeps of a player in their browser, over reloads and visits: at most 64 values of 4 KB. Read them where they are needed: while a file is loaded none are known yet.", []word{
		{script.Func{Name: "get", Sig: "get(name: string, otherwise?: any): any", Doc: "A kept value, or otherwise."}, settingsGet},
		{script.Func{Name: "set", Sig: "set(name: string, value: any)", Effect: true, Doc: "Keeps a value; nil forgets it."}, settingsSet},
	}},
	{"here", "Where the player is, and who. All of it is nil before somebody is signed in.", []word{
		{script.Func{Name: "docked", Sig: "docked(): boolean", Doc: "Whether the player is in a station."}, known("docked")},
		{script.Func{Name: "system", Sig: "system(): string?", Doc: "The name of the system."}, known("system")},
		{script.Func{Name: "region", Sig: "region(): string?", Doc: "... and of its region."}, known("region")},
		{script.Func{Name: "player", Sig: "player(): string?", Doc: "The player's name."}, known("player")},
		{script.Func{Name: "types", Sig: "types(): string[]", Yields: true, Doc: "The names of all types."}, asksPage("types")},
		{script.Func{Name: "stations", Sig: "stations(region: string): table", Yields: true, Doc: "The names of the stations of a region, by number."}, asksPage("stations")},
		{script.Func{Name: "regions", Sig: "regions(): string[]", Yields: true, Doc: "The names of all regions."}, asksPage("regions")},
		{script.Func{Name: "gaps", Sig: "gaps(from?: string, to?: string): table[]?", Yields: true, Doc: "What costs less in one place than somebody pays in another, from a region (\"\" for any) to another: {type=, quantity=, volume=, profit=, jumps=, buy={price=, station=, system=, region=}, sell=}. nil where the server does not say."}, asksPage("gaps")},
		{script.Func{Name: "fly", Sig: "fly(system: string): boolean", Yields: true, Doc: "Sets the player's route to a system; false where there is none of that name."}, asksPage("fly")},
	}},
	{"format", "Figures as the page writes and reads them. Money is in hundredths.", []word{
		{script.Func{Name: "money", Sig: "money(hundredths: number): string", Doc: "\"1,234.50\""}, func(_ *View, L *lua.LState) int { return text(L, money(arg.Number(L, 1))) }},
		{script.Func{Name: "count", Sig: "count(n: number): string", Doc: "\"12,345\""}, func(_ *View, L *lua.LState) int { return text(L, count(arg.Number(L, 1))) }},
		{script.Func{Name: "day", Sig: "day(time: number): string", Doc: "A time in seconds since 1970, as os.time() gives it, where the player is: \"28 Nov 2026, 14:05:00\"."}, func(_ *View, L *lua.LState) int {
			return text(L, time.Unix(int64(arg.Number(L, 1)), 0).Format("2 Jan 2006, 15:04:05"))
		}},
		{script.Func{Name: "to_money", Sig: "to_money(text: string): integer?", Doc: "Reads \"1,234.5\" as 123450; nil for what is no amount above nothing."}, reads(parseMoney)},
		{script.Func{Name: "to_count", Sig: "to_count(text: string): integer?", Doc: "Reads a whole number from 1 on."}, reads(parseCount)},
	}},
}

// words are the functions of all tables, made once and shared by all states.
var words = func() *script.Words {
	w := &script.Words{}
	for _, t := range wordTables {
		fns := map[string]lua.LGFunction{}
		for _, one := range t.words {
			fns[one.Name] = func(L *lua.LState) int { return one.do(script.Host(L).(*View), L) }
		}
		w.Add(t.describe(), fns)
	}
	made := map[string]lua.LGFunction{}
	for i := range kinds {
		made[kinds[i].name] = element(&kinds[i])
	}
	w.Add(uiTable(), made)
	drawn := map[string]lua.LGFunction{}
	for i := range shapes {
		drawn[shapes[i].name] = drawing(&shapes[i])
	}
	w.Add(drawTable(), drawn)
	return w
}()

func (t *wordTable) describe() script.Table {
	out := script.Table{Name: t.name, Doc: t.doc}
	for _, one := range t.words {
		out.Funcs = append(out.Funcs, one.Func)
	}
	return out
}

// Tables describes every word of panels: for editor stubs, API.md and the checker.
func Tables() []script.Table {
	var out []script.Table
	for i := range wordTables {
		out = append(out, wordTables[i].describe())
	}
	return append(out, uiTable(), drawTable(), script.Table{Name: PanelTable,
		Doc: "The panel of a file below panels/, by the file's name: `panel.market = {title = \"Market\", icon = \"buy\", open = function(args) return ui.text \"...\" end}`. " +
			"open returns what is shown, and is called again whenever the panel has heard something; it may not wait. Where icon is left out, no button opens the panel. sample, answers by the name of a command, is what `ask` gives in the gallery at /panels.",
		Fields: []script.Field{{Name: "[string]", Type: "table", Doc: "A panel."}}})
}

// install gives a state its words. The table of panels is open: a metatable keeps it from
// being closed like what all scripts share.
func install(st *script.State, v *View) {
	st.Install(words, v)
	panels := vm.NewTable(0, 1)
	panels.Metatable = vm.NewTable(0, 0)
	vm.Set(st.Globals(), lua.LString(PanelTable), panels)
}

func text(L *lua.LState, s string) int {
	L.Push(lua.LString(s))
	return 1
}

// reads is a word that reads a number, nil where there is none.
func reads(parse func(string) (int64, bool)) func(*View, *lua.LState) int {
	return func(_ *View, L *lua.LState) int {
		if n, ok := parse(arg.Text(L, 1)); ok {
			L.Push(lua.LNumber(n))
		} else {
			L.Push(lua.LNil)
		}
		return 1
	}
}

// subscribe is the engine's on, under the name that fits a page.
func subscribe(v *View, L *lua.LState) int {
	arg.Text(L, 1)
	arg.Function(L, 2)
	return script.From(L).Builtin("on").GFunction(L)
}

func ask(v *View, L *lua.LState) int {
	args, err := plainArgs(L, 2)
	if err != nil {
		arg.Raise(L, "ask: "+err.Error())
	}
	return v.await(L, Request{Command: arg.Text(L, 1), Args: args})
}

// plainArgs is a table that can be sent, nil where none is given.
func plainArgs(L *lua.LState, n int) (world.Value, error) {
	if arg.Missing(L, n) || arg.Absent(L, n) {
		return nil, nil
	}
	v, err := script.ToValue(arg.Table(L, n))
	return v, err
}

// asksPage is a word that asks the page, which answers like the server.
func asksPage(name string) func(*View, *lua.LState) int {
	return func(v *View, L *lua.LState) int {
		args := []world.Value{}
		for i := 1; i <= L.GetTop(); i++ {
			args = append(args, arg.TextOr(L, i, ""))
		}
		return v.await(L, Request{Command: name, Args: args, Page: true})
	}
}

// unique is chance from outside the state, whose own is the same at every visit.
func unique(_ *View, L *lua.LState) int {
	return text(L, strconv.FormatUint(rand.Uint64(), 36)+strconv.FormatUint(rand.Uint64(), 36))
}

func tell(v *View, L *lua.LState) int {
	said := arg.Text(L, 1)
	if v.host != nil {
		v.host.Tell(v.name, said)
	}
	return 0
}

// known is a word for what the page has said about the player.
func known(name string) func(*View, *lua.LState) int {
	return func(v *View, L *lua.LState) int {
		L.Push(script.ToLua(L, v.here[name]))
		return 1
	}
}

// What a panel may keep.
const (
	mostSettings = 64
	longestValue = 4096
)

func settingsGet(v *View, L *lua.LState) int {
	kept, ok := v.settings[arg.Text(L, 1)]
	if !ok {
		L.Push(L.Get(2))
		return 1
	}
	L.Push(script.ToLua(L, kept))
	return 1
}

func settingsSet(v *View, L *lua.LState) int {
	name := arg.Text(L, 1)
	value, err := script.ToValue(L.Get(2))
	if err != nil {
		arg.Raise(L, "settings.set: "+err.Error())
	}
	if size := weigh(value); size > longestValue {
		arg.Raise(L, fmt.Sprintf("settings.set: %s would take %d bytes, and may take %d", name, size, longestValue))
	}
	if _, there := v.settings[name]; !there && value != nil && len(v.settings) >= mostSettings {
		arg.Raise(L, fmt.Sprintf("settings.set: a panel keeps at most %d values", mostSettings))
	}
	if value == nil {
		delete(v.settings, name)
	} else {
		v.settings[name] = value
	}
	if v.host != nil {
		v.host.Keep(v.name, name, value)
	}
	return 0
}

// weigh is about how many bytes a value takes.
func weigh(v world.Value) int {
	switch v := v.(type) {
	case string:
		return len(v) + 2
	case []world.Value:
		n := 2
		for _, e := range v {
			n += weigh(e) + 1
		}
		return n
	case map[string]world.Value:
		n := 2
		for k, e := range v {
			n += len(k) + 4 + weigh(e)
		}
		return n
	}
	return 8
}
