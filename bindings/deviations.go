package bindings

// deviation is a place where scripts do not get what the lua5.1 of Debian does, on
// purpose.
type deviation struct{ What, Why, Error string }

// deviations of the library. Whatever is not named here gives the results and the
// error messages of lua5.1.
var deviations = []deviation{
	{"`io`, `debug`, `dofile`, `loadfile`, `module`, `newproxy`, `gcinfo`, `string.dump`, the rest of `os` and of `package` are not there",
		"scripts touch no files, processes or other scripts' locals; `require` reads the release", "there is no global io; a local or a require is missing, or the name is misspelt"},
	{"the tables of the library and of the shard's words, the globals and the methods of text are closed: nothing is assigned to them, nor added, nor with `rawset`, and `setfenv(0, ...)` is refused",
		"all scripts of a system share them, and neither a reload nor a release would know", "string.upper is the library's, which all scripts share: give a function of your own another name"},
	{"`loadstring`, `load` and `setfenv` of a function are there", "what they make has the globals and the budget of any script; a reload does not follow it, so keep it to formulas and settings", ""},
	{"`collectgarbage` checks its option and does nothing", "the memory is the whole process's", ""},
	{"`print` writes to the log, or to the console that runs the code", "a shard has no terminal", ""},
	{"a text has at most 4 MiB", "one script must not take the memory of all", "budget: string.rep would make 1000000 times 100 bytes; at most 4194304 may be built"},
	{"a match takes at most 2,000,000 steps, a pattern has at most 65,536 bytes", "backtracking can take for ever", "budget: string.find took more than 2000000 steps with this pattern on 5000 bytes; shorten the text, or use fewer * + - in the pattern"},
	{"the work of `string`, `table`, `unpack` and `os.date` is charged to the budget of what runs", "a tick has to end", "budget: more than 3000000 steps in one go; split the work with sleep(), or stop the loop"},
	{"a count or an index from 2^31 on is what it says; lua5.1 keeps its lower 32 bits", "`math.random(1, 5e9)` shall not be another number", ""},
	{"`math.random` takes its numbers from the system's seed, at a file's top level from the file's; `math.randomseed` checks its argument and does nothing else", "what happened can be replayed, and a reload gives the same numbers", ""},
	{"`os.time`, `os.date` and `os.clock` tell the shard's time, which stands still at a file's top level; the zone is UTC", "what happened can be replayed, on any machine", ""},
	{"what `math` makes of no number has the sign that it has on amd64, on every machine; the last bit of one result in a thousand may differ, of `^` too", "a shard may move to another processor", ""},
	{"`goto` and labels are statements, as in Lua 5.2; `goto` stays a name where it cannot be one", "scripts have used them", ""},
	{"all code of scripts runs in a task, so `coroutine.running()` is never nil, and a `coroutine.yield` in a task goes on at the next tick", "a handler may wait, and holds nobody up", ""},
	{"a call that waits, or a yield, may stand in the iterator of a `for`; in `pcall`, a metamethod or a callback of `sort` and `gsub` it may not, as in lua5.1",
		"there Go stands between it and the task", "sleep inside pcall, a metamethod or a sort or gsub callback: a task cannot wait there; use task.try(fn, ...) in place of pcall, or wait outside"},
	{"a function may use 255 variables of the functions around it; lua5.1: 60", "the reload engine captures the locals of a file", "main function has more than 255 upvalues"},
	{"a chunk has at most 200 levels of blocks and expressions, and no chain of operators, calls or elseifs longer than 10,000", "the compiler must come to an end", "chunk has too many syntax levels"},
	{"a call may go 20,000 deep, where lua5.1 stops between 16,000 and 20,000; through `pcall` and metamethods 200", "a tick has to end", "stack overflow"},
	{"one entry (a handler, a timer, a command, a leg of a task) takes at most 3,000,000 steps and allocates at most 256 MiB; a system holds at most 256 MiB, or what --system-memory says", "a mistake in one system must not stop the others",
		"budget: more than 256 MiB of memory allocated in one go"},
	{"`#` of a list with holes is one of the borders that the manual allows, perhaps another than lua5.1's; `pairs` goes through a table in the order in which its keys came", "the same run again gives the same result", ""},
	{"`tostring` of a table or a function shows a number, not an address", "the same run again gives the same text, and addresses help attackers", ""},
	{"there are no weak tables and no `__gc`: `__mode` is ignored", "the values are Go's", ""},
	{"0 and -0 are two constants; in lua5.1 the first in a function stands for both", "`1 / -0` shall not depend on what stands before it", ""},
	{"`log` shows any value with `%s`; `string.format` wants text or a number, as in lua5.1", "a message must not fail for a nil", ""},
}
