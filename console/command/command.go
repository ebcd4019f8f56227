package command

import "context"

// Command is one thing an operator can ask for.
type Command struct {
	Name    string // one word or two: "reload wait"
	Args    string // for people: "@SYSTEM CODE"
	Short   string // one line
	Example string // a whole line as typed
	Flags   []Flag
	Role    Role
	Changes bool // it is written to the audit log
	Final   bool // nothing may run after it: what became of it may be left unwritten
	Rescue  bool // it runs even where the audit log cannot be written: it ends or takes back
	Quiet   bool // colleagues are not told: it runs another command, of which they are
	// Code takes everything after the flags, or after "=", as it was typed.
	Code bool
	// There says that it is about one system or service, and in a cluster is done at the node that
	// runs that. Thing says that its word may name it, without the @.
	There, Thing bool
	// Lua says that the code is Lua, which may go on over several lines.
	Lua bool
	// Reloads says whether it changes which code runs, which is refused while changes
	// are frozen; nil is never.
	Reloads func(Args) bool
	// Check refuses what cannot be done before the audit log has it as asked for; nil
	// is nothing.
	Check func(ctx context.Context, s *Session, a Args) error
	// Takes says what each word after the name is, for completion.
	Takes []Kind
	// Offered says whether the shard has what it takes; nil is always.
	Offered func(Shard) bool
	Run     func(ctx context.Context, s *Session, a Args) (Result, error)
}

// Kind is what a word of a command stands for.
type Kind uint8

// The kinds of words that can be completed. Systems, which are written @NAME,
// need no kind.
const (
	AnyWord Kind = iota
	CommandWord
	PlayerWord
	FunctionWord
	NodeWord
)
