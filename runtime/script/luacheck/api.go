package luacheck

import "hotshard/runtime/script"

// Words is what one table of the API holds. Open tables are for scripts to fill
// (command, event): any name may be read from them and written to them.
type Words struct {
	Names map[string]Arity
	Open  bool
}

// Arity says how many arguments a function takes; Max is -1 where there is no
// limit, and both are -1 for something that is not a function or not described.
type Arity struct{ Min, Max int }

// Any is the arity of what is not described.
var Any = Arity{-1, -1}

// API is the words that scripts may use, by table; the table "" holds the
// globals that are not tables.
type API map[string]Words

// Standard returns the part of the Lua 5.1 library that scripts are given.
func Standard() API {
	api := API{}
	for table, names := range map[string][]string{
		"": {"_G", "_VERSION", "assert", "collectgarbage", "error", "getfenv", "getmetatable", "ipairs", "load", "loadstring", "next",
			"pairs", "pcall", "print", "rawequal", "rawget", "rawset", "require", "select", "setfenv", "setmetatable",
			"tonumber", "tostring", "type", "unpack", "xpcall"},
		"package":   {"loaded"},
		"coroutine": {"create", "resume", "running", "status", "wrap", "yield"},
		"math": {"abs", "acos", "asin", "atan", "atan2", "ceil", "cos", "cosh", "deg", "exp", "floor", "fmod",
			"frexp", "huge", "ldexp", "log", "log10", "max", "min", "mod", "modf", "pi", "pow", "rad", "random",
			"randomseed", "sin", "sinh", "sqrt", "tan", "tanh"},
		"os": {"clock", "date", "difftime", "time"},
		"string": {"byte", "char", "find", "format", "gfind", "gmatch", "gsub", "len", "lower", "match", "rep", "reverse",
			"sub", "upper"},
		"table": {"concat", "foreach", "foreachi", "getn", "insert", "maxn", "remove", "setn", "sort"},
	} {
		api.Add(table, names...)
	}
	return api
}

// Add makes names known in the table, with any number of arguments.
func (a API) Add(table string, names ...string) {
	w := a.words(table)
	for _, name := range names {
		w.Names[name] = Any
	}
	a[table] = w
}

// AddFunc makes a function known in the table with the number of arguments that
// its signature "name(a: T, b?: T, ...): R" states. A signature that does not
// read like that counts as any number.
func (a API) AddFunc(table, name, signature string) {
	w := a.words(table)
	w.Names[name] = arity(signature)
	a[table] = w
}

// Open makes the table one that scripts fill.
func (a API) Open(table string) {
	w := a.words(table)
	w.Open = true
	a[table] = w
}

func (a API) words(table string) Words {
	w, ok := a[table]
	if !ok {
		w.Names = map[string]Arity{}
	}
	return w
}

// global says whether a global of that name exists, be it a table or a value.
func (a API) global(name string) bool {
	if _, ok := a[name]; ok && name != "" {
		return true
	}
	_, ok := a[""].Names[name]
	return ok
}

// globals returns the names of all globals, for suggestions.
func (a API) globals() []string {
	var names []string
	for table := range a {
		if table != "" {
			names = append(names, table)
		}
	}
	for name := range a[""].Names {
		names = append(names, name)
	}
	return names
}

// arity reads the argument list of a signature.
func arity(signature string) Arity {
	open := -1
	depth, args, optional := 0, 0, 0
	empty, question := true, false
	for i := 0; i < len(signature); i++ {
		c := signature[i]
		switch {
		case c == '(' && open < 0:
			open = i
		case open < 0:
		case c == '(' || c == '{' || c == '<' || c == '[' && depth > 0:
			depth++
		case c == ')' && depth == 0:
			if !empty {
				args++
				if question {
					optional++
				}
			}
			return Arity{args - optional, args}
		case c == ')' || c == '}' || c == '>' || c == ']':
			if depth > 0 {
				depth--
			}
		case depth > 0:
		case c == '[': // "a[, b]": what follows is optional
			return Any
		case c == '.':
			return Arity{args - optional, -1}
		case c == ',':
			args++
			if question {
				optional++
			}
			empty, question = true, false
		case c == '?':
			question = true
		case c != ' ':
			empty = false
		}
	}
	return Any
}

// FromTables returns the API that the tables describe, on top of the standard
// library. A field called "[string]" makes its table one that scripts fill.
func FromTables(tables ...script.Table) API {
	api := Standard()
	for _, t := range tables {
		if t.Name != "" {
			api.Add(t.Name)
		}
		for _, f := range t.Funcs {
			api.AddFunc(t.Name, f.Name, f.Sig)
		}
		for _, f := range t.Fields {
			if f.Name == "[string]" {
				api.Open(t.Name)
			} else {
				api.Add(t.Name, f.Name)
			}
		}
	}
	return api
}
