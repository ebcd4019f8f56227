package bindings

// deviation is a place where scripts do not get what the lua5.1 of Debian does, on
// purpose.
type deviation struct{ What, Why, Error string }

// deviations of the library. Whatever is not named here gives the results and the
// error messages of lua5.1.
var deviations = []deviation{
	{"`io`, `debug`, `dofile`, `loadfile`, `module`, `newproxy`, `gcinfo`, `string.dump`, the rest of `os` and of `package` are not there",
		"scripts touch no files, processes or other scripts' locals; `require` reads the release", "there is no global io; a local or a require is missing, or the name is misspelt"},
	{"`collectgarbage` checks its option and does nothing", "the memory is the whole process's", ""},
	{"`print` writes to the log, or to the console that runs the code", "a shard has no terminal", ""},
	{"a text has at most 4 MiB", "one script must not take the memory of all", "budget: string.rep would make 1000000 times 100 bytes; at most 4194304 may be built"},
	{"a match takes at most 2,000,000 steps, a pattern has at most 65,536 bytes", "backtracking can take for ever", "budget: string.find took more than 2000000 steps with this pattern on 5000 bytes; shorten the text, or use fewer * + - in the pattern"},
	{"the work of `string`, `table`, `unpack` and `os.date` is charged to the budget of what runs", "a tick has to end", "budget: more than 3000000 steps in one go; split the work with sleep(), or stop the loop"},
	{"a count or an index from 2^31 on is what it says; lua5.1 keeps its lower 32 bits", "`math.random(1, 5e9)` shall not be another number", ""},
	{"`math.random` takes its numbers from the system's seed, at a file's top level from the file's; `math.randomseed` checks its argument and does nothing else", "what happened can be replayed, and a reload gives the same numbers", ""},
	{"`os.time`, `os.date` and `os.clock` tell the shard's time, which stands still at a file's top level; the zone is UTC", "what happened can be replayed, on any machine", ""},
	{"what `math` makes of no number has the sign that it has on amd64, on every machine; the last bit of one result in a thousand may differ", "a shard may move to another processor", ""},
	{"`log` shows any value with `%s`; `string.format` wants text or a number, as in lua5.1", "a message must not fail for a nil", ""},
}
