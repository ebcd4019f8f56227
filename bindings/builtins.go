package bindings

import "hotshard/runtime/script"

// builtins describes the words that the script package provides in every Lua
// state, so that editors, API.md and the checker know them too.
var builtins = []script.Table{
	{Doc: "Handlers, timers and tasks. `function event.NAME(...)` handles an event and `function command.NAME(player, args)` a player's command; what they return, or refuse with `return nil, message` or `error {code=, message=}`, is the answer.", Funcs: []script.Func{
		{Name: "on", Sig: "on(event: string, fn: function)", Doc: "Handles an event, like `function event.NAME(...)`. An event may have many handlers."},
		{Name: "emit", Sig: "emit(event: string, ...: any)", Doc: "Runs all handlers of an event, each as a task of its own."},
		{Name: "every", Sig: "every(seconds: number, fn: function): Timer", Doc: "Calls fn again and again, on game time."},
		{Name: "after", Sig: "after(seconds: number, fn: function): Timer", Doc: "Calls fn once, on game time."},
		{Name: "at", Sig: "at(time: string, fn: function): Timer", Doc: "Calls fn at a time of the day, in UTC and by the clock on the wall, whatever the pace of game time: \"03:00\" each day, \"mon,thu 18:30\" on these days, \"*:15\" each hour; seconds may follow (\"03:00:30\"). A system that sleeps wakes for it. What comes late, because the machine stood still or its clock was put on, is made good once; what falls into a time in which the system is not loaded is not. A clock that is put back by less than two turns runs nothing again. os.time() is the time by the same clock."},
		{Name: "cancel", Sig: "cancel(timer: Timer): boolean", Doc: "Stops a timer."},
		{Name: "sleep", Sig: "sleep(seconds: number)", Yields: true, Doc: "Lets the task wait, on game time."},
		{Name: "require", Sig: "require(module: string): any", Doc: "The module's result; lib/ship.lua is \"lib.ship\"."},
		{Name: "print", Sig: "print(...: any)", Doc: "Writes to the shard's log."},
	}},
	{Name: "task", Doc: "Activities that may wait without holding up others.", Funcs: []script.Func{
		{Name: "spawn", Sig: "spawn(fn: function, ...: any): Task", Effect: true, Doc: "Starts fn as a task of its own."},
		{Name: "stop", Sig: "stop(task: Task)", Doc: "Ends a task that waits."},
		{Name: "running", Sig: "running(task: Task): boolean", Doc: "Whether a task has not ended."},
		{Name: "try", Sig: "try(fn: function, ...: any): boolean, any", Yields: true, Doc: "pcall for code that waits."},
	}},
	{Name: "reload", Doc: "What a file says about its own reloading; see DESIGN.md of runtime/script.", Funcs: []script.Func{
		{Name: "state", Sig: "state(name: string, initial: any): any", Doc: "A value that outlives reloads of the file."},
		{Name: "const", Sig: "const(value: any): any", Doc: "A value that a reload always takes from the new source."},
		{Name: "migrate", Sig: "migrate(name: string, up: function, down?: function): any", Doc: "A value whose shape changes: up makes the new one from the old, down goes back. The name is that of a local of the file or of a field; the call stands where the value is declared, or is a statement beside it. It is called for a plan as well: what it writes besides is undone, and it may not change the world."},
		{Name: "upgrade", Sig: "upgrade(class: table, fn: function)", Doc: "Calls fn for each live object of a class when its code has changed."},
		{Name: "task", Sig: "task(id: string, fn: function): table", Doc: "A task that starts again from the top when its code changes."},
		{Name: "first", Sig: "first(fn: function)", Doc: "Runs fn when the file is first loaded, and not at reloads."},
		{Name: "after", Sig: "after(fn: function)", Doc: "Runs fn after a reload of the file has been applied."},
	}},
	{Name: "log", Doc: "The shard's log, with the place of the call.", Funcs: []script.Func{
		{Name: "debug", Sig: "debug(format: any, ...: any)", Doc: "For somebody who looks for something."},
		{Name: "info", Sig: "info(format: any, ...: any)", Doc: "Something worth knowing."},
		{Name: "warn", Sig: "warn(format: any, ...: any)", Doc: "Something is odd."},
		{Name: "error", Sig: "error(format: any, ...: any)", Doc: "Something is broken."},
	}},
	{Name: "event", Doc: "Handlers: assign a function to handle the event of that name.",
		Fields: []script.Field{{Name: "[string]", Type: "function", Doc: "A handler."}}},
	{Name: "command", Doc: "Players' commands: assign a function to answer the command of that name.",
		Fields: []script.Field{{Name: "[string]", Type: "fun(player: integer, args: table): any", Doc: "A command."}}},
}

// class describes a table that words take or return.
type class struct {
	Name, Doc string
	Fields    []script.Field
}

// classes are the shapes that signatures name.
var classes = []class{
	{"Vec3", "A point in metres from the star, or a direction. A list of three numbers is taken too.", []script.Field{
		{Name: "x", Type: "number"}, {Name: "y", Type: "number"}, {Name: "z", Type: "number"}}},
	{"Celestial", "A thing of the map: star, planet, moon, belt, station or gate.", []script.Field{
		{Name: "id", Type: "integer"}, {Name: "kind", Type: "string"}, {Name: "name", Type: "string"},
		{Name: "pos", Type: "Vec3"}, {Name: "radius", Type: "number", Doc: "m"},
		{Name: "parent", Type: "integer?", Doc: "What it belongs to: the star of a planet, the planet of a moon."},
		{Name: "dest", Type: "integer?", Doc: "The number of the system a gate leads to."},
		{Name: "dest_name", Type: "string?", Doc: "... and its name."}}},
	{"Area", "A piece of a planet, in degrees; from west one goes east to east.", []script.Field{
		{Name: "south", Type: "number"}, {Name: "west", Type: "number"}, {Name: "north", Type: "number"}, {Name: "east", Type: "number"}}},
	{"Dug", "What digging has taken around a place.", []script.Field{
		{Name: "lat", Type: "number", Doc: "degrees"}, {Name: "lon", Type: "number", Doc: "degrees"},
		{Name: "depth", Type: "number", Doc: "The part that is gone in the middle, 0 to 1."},
		{Name: "reach", Type: "number", Doc: "How far it is felt, in radians: a quarter of it so far away, nothing from six times that on."}}},
	{"Entity", "A thing in space.", []script.Field{
		{Name: "id", Type: "integer"}, {Name: "kind", Type: "string"}, {Name: "name", Type: "string"}, {Name: "type", Type: "string"},
		{Name: "owner", Type: "integer?", Doc: "A player."}, {Name: "pos", Type: "Vec3"}, {Name: "vel", Type: "Vec3"},
		{Name: "mode", Type: "string", Doc: "How it flies."}, {Name: "target", Type: "integer?"},
		{Name: "speed", Type: "number", Doc: "The greatest it may fly, m/s."}, {Name: "radius", Type: "number", Doc: "m"},
		{Name: "bubble", Type: "integer", Doc: "Things in the same bubble see each other."},
		{Name: "hidden", Type: "boolean?", Doc: "True for what space.hide has hidden."}}},
	{"Spawn", "What to put into space.", []script.Field{
		{Name: "kind", Type: "string?", Doc: "ship (left out), npc, wreck, pod ..."}, {Name: "type", Type: "TypeName?"}, {Name: "name", Type: "string?"},
		{Name: "owner", Type: "integer?", Doc: "A player."}, {Name: "pos", Type: "Vec3?"}, {Name: "vel", Type: "Vec3?"},
		{Name: "mass", Type: "number?", Doc: "kg"}, {Name: "agility", Type: "number?", Doc: "Inertia modifier."},
		{Name: "speed", Type: "number?", Doc: "m/s; 0 where left out: it stays where it is."},
		{Name: "radius", Type: "number?", Doc: "m"}, {Name: "warp", Type: "number?", Doc: "AU/s; 0 where left out: no drive."}}},
	{"Launch : Spawn", "A missile. It starts from its ship unless pos and vel say otherwise.", []script.Field{
		{Name: "ship", Type: "integer", Doc: "That launches it."}, {Name: "target", Type: "integer"},
		{Name: "life", Type: "number", Doc: "s"}}},
	{"Engine", "How a ship flies.", []script.Field{
		{Name: "mass", Type: "number?", Doc: "kg"}, {Name: "agility", Type: "number?", Doc: "Inertia modifier: mass * agility / 10^6 is the time constant in s."},
		{Name: "speed", Type: "number?", Doc: "m/s"}, {Name: "warp", Type: "number?", Doc: "AU/s; 0: no drive."}}},
	{"MapSystem", "A system of the map.", []script.Field{
		{Name: "name", Type: "string"}, {Name: "id", Type: "integer"}, {Name: "security", Type: "number"},
		{Name: "region", Type: "string"}, {Name: "constellation", Type: "string"}, {Name: "neighbours", Type: "string[]"}}},
	{"ItemType", "A kind of ship or thing, with the fields of its category in types/schema.lua. It is the release's and nobody assigns to it: change the figure in its file below types/ and save. Whoever holds the table sees the new figure then.", []script.Field{
		{Name: "id", Type: "integer"}, {Name: "name", Type: "string"}, {Name: "group", Type: "string"},
		{Name: "category", Type: "string", Doc: "ship, module, charge ..."}, {Name: "text", Type: "string", Doc: "For players."},
		{Name: "mass", Type: "number", Doc: "kg"}, {Name: "radius", Type: "number", Doc: "m"},
		{Name: "agility", Type: "number", Doc: "Inertia modifier."}, {Name: "speed", Type: "number", Doc: "m/s"},
		{Name: "warp", Type: "number", Doc: "AU/s"}, {Name: "[string]", Type: "any", Doc: "The others."}}},
	{"ItemStack", "Things of one type in one place.", []script.Field{
		{Name: "location", Type: "string"}, {Name: "type", Type: "string"}, {Name: "quantity", Type: "integer"},
		{Name: "owner", Type: "integer?", Doc: "A player; given by items.at."}}},
	{"HistoryLine", "A line of the books about a stack.", []script.Field{
		{Name: "entry", Type: "integer"}, {Name: "at", Type: "integer", Doc: "s, as os.time()"}, {Name: "n", Type: "integer", Doc: "That came, or went below zero."}, {Name: "cause", Type: "string"},
		{Name: "trades", Type: "table[]", Doc: "What was traded in it: {order=, side=, type=, quantity=, price=, system=, station=}."}}},
	{"Character", "Somebody's person in the game.", []script.Field{
		{Name: "id", Type: "integer"}, {Name: "name", Type: "string"}, {Name: "system", Type: "string"},
		{Name: "station", Type: "integer?", Doc: "Where they are docked."}, {Name: "playing", Type: "boolean", Doc: "Whether they are in the game."},
		{Name: "last_seen", Type: "integer", Doc: "s, as os.time()"}, {Name: "data", Type: "table?", Doc: "A copy of player.data, as it was last saved: at most some seconds ago for who plays."}}},
	{"StoreEntry", "A key and its value.", []script.Field{{Name: "key", Type: "string"}, {Name: "value", Type: "any"}}},
	{"Change", "A step of store.transact: one of put, add, expect, give, take, move, room, open, trade, close, reprice and standing, with the fields that belong to it.", []script.Field{
		{Name: "put", Type: "string?", Doc: "A key, which gets value (nil removes it)."}, {Name: "add", Type: "string?", Doc: "A key, to whose number n is added; all fails where it would be below least, if that is given."},
		{Name: "expect", Type: "string?", Doc: "A key; all fails unless value is what is there."},
		{Name: "give", Type: "integer|string?", Doc: "A player, who gets n of type in location, from the faucet that from names."}, {Name: "take", Type: "integer|string?", Doc: "A player, of whose type in location n are taken, into the sink that to names. Where no faucet and no sink is named, what is taken is what is given, and the rest is put down to the cause."},
		{Name: "move", Type: "integer|string?", Doc: "A player, whose n of type in location go to the player to, in to_location. In place of a player, these three also take the name of a keeper, who is nobody: \"wrecks\"."},
		{Name: "room", Type: "integer?", Doc: "A player; all fails where what they have in location, and in places within it, takes more than capacity m3 by then; with 0, where there is anything at all."},
		{Name: "value", Type: "any"}, {Name: "n", Type: "number?"}, {Name: "least", Type: "number?"}, {Name: "type", Type: "TypeName?"}, {Name: "location", Type: "string?"}, {Name: "capacity", Type: "number?"},
		{Name: "open", Type: "Order?", Doc: "An order of the market, which stands from now on: what it promises goes into escrow, and fee into a sink."},
		{Name: "trade", Type: "integer?", Doc: "An order that comes, which is traded with one that stood: n at the price of that one, of which the seller pays tax. What the buyer promised above goes back."},
		{Name: "close", Type: "integer?", Doc: "An order, which ends for the reason; what it still promised goes back."},
		{Name: "standing", Type: "integer?", Doc: "A player; all fails, too_many, where more than most orders of theirs stand by then."}, {Name: "most", Type: "integer?"},
		{Name: "reprice", Type: "integer?", Doc: "An order, which gets another price and another rank, for the fee."},
		{Name: "with", Type: "integer?"}, {Name: "price", Type: "integer?"}, {Name: "tax", Type: "integer?"}, {Name: "fee", Type: "integer?"}, {Name: "rank", Type: "integer?"}, {Name: "reason", Type: "string?"},
		{Name: "from", Type: "string?"}, {Name: "to", Type: "integer|string?"}, {Name: "to_location", Type: "string?"}}},
	{"Order", "An order of the market. Prices are in hundredths, times seconds since 1970, as os.time() gives them.", []script.Field{
		{Name: "order", Type: "integer", Doc: "Its number."}, {Name: "owner", Type: "integer|string", Doc: "A player, or the name of a keeper, who is nobody."}, {Name: "side", Type: "string", Doc: "sell or buy"}, {Name: "type", Type: "TypeName"},
		{Name: "system", Type: "string"}, {Name: "station", Type: "integer"}, {Name: "region", Type: "string?", Doc: "Given, never asked for: that of the system."},
		{Name: "range", Type: "string|integer?", Doc: "From how far a buyer takes goods: station, system, region, or so many jumps."},
		{Name: "price", Type: "integer"}, {Name: "quantity", Type: "integer", Doc: "At first."}, {Name: "left", Type: "integer?", Doc: "All of it where left out."},
		{Name: "min", Type: "integer?", Doc: "The least that is bought at once, until less is left."}, {Name: "rank", Type: "integer", Doc: "Of two of one price the lower stood first."},
		{Name: "created", Type: "integer?"}, {Name: "expires", Type: "integer"}, {Name: "ended", Type: "integer?", Doc: "None while it stands."}, {Name: "reason", Type: "string?", Doc: "Why it has ended."}}},
	{"BookFill", "What an order that comes may have of one that stands.", []script.Field{
		{Name: "order", Type: "integer", Doc: "That stands."}, {Name: "owner", Type: "integer", Doc: "0 for a keeper."}, {Name: "price", Type: "integer"}, {Name: "n", Type: "integer"},
		{Name: "system", Type: "string"}, {Name: "station", Type: "integer"}}},
	{"BookPage", "The best orders of a type in a region: {order=, price=, quantity=, system=, station=, expires=}, those of buyers with range and min.", []script.Field{
		{Name: "revision", Type: "integer", Doc: "Another one whenever the book is another."}, {Name: "sells", Type: "table[]"}, {Name: "buys", Type: "table[]"}}},
	{"MarketDay", "What was traded of a type in a region and a day of UTC.", []script.Field{
		{Name: "day", Type: "integer", Doc: "Since 1970."}, {Name: "order_count", Type: "integer"}, {Name: "volume", Type: "integer"}, {Name: "turnover", Type: "integer", Doc: "In hundredths, as the prices."},
		{Name: "highest", Type: "integer"}, {Name: "lowest", Type: "integer"}}},
	{"Why", "What the books say of a transaction, besides what moved, when, in which system and under which release.", []script.Field{
		{Name: "cause", Type: "string?", Doc: "A word or a few, in small letters; the module's name where it is left out."}, {Name: "actor", Type: "integer?", Doc: "The player who wanted it."},
		{Name: "system", Type: "string?", Doc: "Where, if not here: a service says for whom."}, {Name: "key", Type: "string?", Doc: "The actor's own name for what they ask: asked again for the same, nothing is done, and the answer is that of the first time; for something else it is refused."},
		{Name: "content", Type: "any", Doc: "What they ask, to compare by; the changes where it is left out."}, {Name: "answer", Type: "any", Doc: "What is answered, now and later; true where it is left out."}}},
	{"Element", "What the words of ui and draw return: see In panels.", nil},
	{"Timer", "A handle for cancel.", nil},
	{"Task", "A handle for task.stop.", nil},
}
