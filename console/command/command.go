package command

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"runtime/debug"
	"slices"
	"strings"
	"time"
)

// Role is what a session may do. Each may do what the ones before it may.
type Role uint8

// The roles.
const (
	Viewer   Role = iota // sees and plans
	Operator             // patches, canaries, talks to players
	Admin                // promotes without canary, shuts down
)

var roleNames = [...]string{"viewer", "operator", "admin"}

// String returns "viewer", "operator" or "admin".
func (r Role) String() string {
	if int(r) < len(roleNames) {
		return roleNames[r]
	}
	return fmt.Sprintf("role(%d)", uint8(r))
}

// ParseRole reads what String writes.
func ParseRole(s string) (Role, error) {
	if i := slices.Index(roleNames[:], s); i >= 0 {
		return Role(i), nil
	}
	return 0, fmt.Errorf("no such role: %q; there are %s", s, strings.Join(roleNames[:], ", "))
}

// Command is one thing an operator can ask for.
type Command struct {
	Name    string // one word or two: "reload wait"
	Args    string // for people: "@SYSTEM CODE"
	Short   string // one line
	Example string // a whole line as typed
	Flags   []string
	Role    Role
	Changes bool // it is written to the audit log
	Final   bool // nothing may run after it: what became of it may be left unwritten
	Rescue  bool // it runs even where the audit log cannot be written: it ends or takes back
	Quiet   bool // colleagues are not told: it runs another command, of which they are
	// Code takes everything after the flags, or after "=", as it was typed.
	Code bool
	// Lua says that the code is Lua, which may go on over several lines.
	Lua bool
	// Reloads says whether it changes which code runs, which is refused while changes
	// are frozen; nil is never.
	Reloads func(Args) bool
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
)

// Session is one operator at one connection.
type Session struct {
	Shard    Shard
	Registry *Registry
	Who      string // for the audit log: "amy"
	From     string // "socket", "ssh 10.0.0.7"
	Role     Role
	// Confirm is what the operator typed when asked for the shard's name.
	Confirm string
	JSON    bool // one JSON value wanted, whatever the line says
	// Interactive says that somebody looks at the results as they come.
	Interactive bool
	// Seat tells this session from others of the same operator: an account may be
	// that of several people.
	Seat string

	// Allowed says, before each command, whether the operator may still be here; nil
	// is always.
	Allowed func() error

	emit     func(Result) error
	approved bool // a second person has approved of the line
	number   int  // among those who are on; 0 for none
}

// Emit sends a part of a result that goes on. An error means that nobody
// listens any more: the command ends with it.
func (s *Session) Emit(r Result) error {
	if s.emit == nil {
		return nil
	}
	r.AsJSON = s.JSON
	return s.emit(r)
}

// Codes of refusals by this package.
const (
	CodeUnknown = "unknown-command"
	CodeUsage   = "usage"
	CodeRole    = "not-allowed"
	CodeConfirm = "confirm" // the shard's name must be typed
	CodeBusy    = "busy"
	CodeBroken  = "cancelled"
	CodeFailed  = "failed"
	// CodeEdit asks an interactive client to let the operator edit what the
	// command printed, and to send the line again with " = " and the new code.
	CodeEdit = "edit"
)

func refuse(code, format string, args ...any) error {
	return &Refusal{Code: code, Message: fmt.Sprintf(format, args...)}
}

// Registry is the set of commands of a shard, and what waits for approval there.
// The commands do not change once it is made. It is safe for use from any
// goroutine.
type Registry struct {
	byName    map[string]*Command
	list      []*Command // by name
	approvals approvals
	presence  presence
}

// NewRegistry makes a registry of commands. It panics on two of one name, which
// is a mistake in the program.
func NewRegistry(commands ...Command) *Registry {
	r := &Registry{byName: map[string]*Command{}}
	for i := range commands {
		c := &commands[i]
		if r.byName[c.Name] != nil {
			panic("command: two commands are called " + c.Name)
		}
		r.byName[c.Name] = c
		r.list = append(r.list, c)
	}
	slices.SortFunc(r.list, func(a, b *Command) int { return cmp.Compare(a.Name, b.Name) })
	return r
}

// Default returns the registry of all commands of this package.
func Default() *Registry {
	return NewRegistry(slices.Concat(
		helpCommands(), systemCommands(), playerCommands(), luaCommands(), reloadCommands(),
		errorCommands(), powerCommands(), releaseCommands(), patchCommands(), probeCommands(),
		taskCommands(), topCommands(), tailCommands(), serviceCommands(), auditCommands(), approveCommands(),
		sessionCommands(), communityCommands(),
	)...)
}

// Commands lists what the shard offers and the role may run, by name.
func (r *Registry) Commands(shard Shard, role Role) []*Command {
	var list []*Command
	for _, c := range r.list {
		if c.Role <= role && (c.Offered == nil || c.Offered(shard)) {
			list = append(list, c)
		}
	}
	return list
}

// find returns the command a line begins with, by its longest name, and the
// words after it.
func (r *Registry) find(words []word) (*Command, []word) {
	if len(words) > 1 {
		if c := r.byName[words[0].text+" "+words[1].text]; c != nil {
			return c, words[2:]
		}
	}
	if len(words) > 0 {
		if c := r.byName[words[0].text]; c != nil {
			return c, words[1:]
		}
	}
	return nil, nil
}

// RunFor runs one line for a session and hands the parts of an answer that goes
// on to emit, whose error ends the command.
func (r *Registry) RunFor(ctx context.Context, s *Session, line string, emit func(Result) error) (Result, error) {
	own := *s
	own.emit = emit
	return r.Run(ctx, &own, line)
}

// Changes says whether a line is a command that may change something, or is none.
func (r *Registry) Changes(line string) bool {
	words, _ := split(line)
	c, _ := r.find(words)
	return c == nil || c.Changes
}

// Run runs one line. Every error is, or wraps, a *Refusal or is a failure of the
// shard to do what was asked.
func (r *Registry) Run(ctx context.Context, s *Session, line string) (Result, error) {
	words, err := split(line)
	if len(words) == 0 {
		return Result{}, err
	}
	if s.Allowed != nil {
		if err := s.Allowed(); err != nil {
			return Result{}, refused(ctx, s, line, refuse(CodeRole, "%v", err))
		}
	}
	c, rest := r.find(words)
	switch {
	case c == nil && err != nil:
		return Result{}, refuse(CodeUsage, "%v", err)
	case c == nil:
		return Result{}, refuse(CodeUnknown, "%s", r.unknown(s, words))
	case c.Offered != nil && !c.Offered(s.Shard):
		return Result{}, refuse(CodeUnknown, "this shard does not offer %s", c.Name)
	case err != nil && !c.Code:
		return Result{}, refuse(CodeUsage, "%v", err)
	case c.Role > s.Role:
		return Result{}, refused(ctx, s, line, refuse(CodeRole, "%s takes the role %s; you are %s", c.Name, c.Role, s.Role))
	}
	r.presence.saw(s, line)
	args, err := parse(c, line, rest)
	if err != nil {
		return Result{}, refuse(CodeUsage, "%v\nusage: %s", err, strings.TrimSpace(c.Name+" "+c.Args))
	}
	if err := frozen(s, c, args); err != nil {
		return Result{}, refused(ctx, s, line, err)
	}
	if args.Confirm == "" {
		args.Confirm = s.Confirm
	}
	own := *s // the flag is this line's, not the session's
	s = &own
	s.JSON = s.JSON || args.JSON
	args.JSON = s.JSON
	result, err := r.run(ctx, s, c, args, line)
	result.AsJSON = s.JSON
	return result, err
}

// refused writes down that something was tried that may not be, and returns why.
func refused(ctx context.Context, s *Session, line string, why error) error {
	if s.Shard.Audit == nil {
		return why
	}
	e := s.entry(line)
	e.Outcome = "refused: " + why.Error()
	if err := record(ctx, s, e); err != nil {
		slog.Warn("console: a refusal could not be written down", "who", s.Who, "command", brief(line), "err", err)
	}
	return why
}

// entry is the beginning of a line of the audit log.
func (s *Session) entry(line string) AuditEntry {
	return AuditEntry{At: time.Now(), Who: s.Who, From: s.From, Command: line, Release: s.Shard.Identify().Release}
}

// askedFor is the outcome that the audit log has of a command that has not run yet.
const askedFor = "asked for"

// run runs a command that may be run. If it changes anything, the audit log says so
// before, and after it what became of it; colleagues are told.
func (r *Registry) run(ctx context.Context, s *Session, c *Command, args Args, line string) (Result, error) {
	if !c.Changes {
		return c.do(ctx, s, args)
	}
	unwritten := s.intend(ctx, c, line)
	if unwritten != nil && !c.Rescue {
		return Result{}, fmt.Errorf("%w; nothing was done", unwritten)
	}
	result, outcome, err := r.change(ctx, s, c, args, line)
	if !c.Quiet {
		r.presence.tell(s, fmt.Sprintf("%s: %s: %s", s.Who, brief(line), brief(outcome)))
	}
	if s.Shard.Audit == nil {
		return result, err
	}
	e := s.entry(line)
	e.Outcome = outcome
	if werr := record(ctx, s, e); unwritten == nil && !c.Final {
		unwritten = werr
	}
	if unwritten != nil {
		err = errors.Join(err, unwritten)
	}
	return result, err
}

// do runs the command. A panic in it is its own failure and nobody else's.
func (c *Command) do(ctx context.Context, s *Session, a Args) (r Result, err error) {
	defer func() {
		if p := recover(); p != nil {
			slog.Error("console: a command panicked", "command", c.Name, "panic", p, "stack", string(debug.Stack()))
			r, err = Result{}, refuse(CodeFailed, "the command failed inside the server: %v (the log has the details)", p)
		}
	}()
	return c.Run(ctx, s, a)
}

// intend writes down what is about to be done.
func (s *Session) intend(ctx context.Context, c *Command, line string) error {
	if s.Shard.Audit == nil {
		return nil
	}
	e := s.entry(line)
	e.Outcome = askedFor
	return record(ctx, s, e)
}

// change runs a command that changes something, as far as one person may, and says
// how it went.
func (r *Registry) change(ctx context.Context, s *Session, c *Command, args Args, line string) (Result, string, error) {
	two := s.Shard.Identify().FourEyes && !s.approved
	acting := *s
	if two {
		acting.Shard = s.Shard.guarded()
	}
	result, err := c.do(ctx, &acting, args)
	if two && errors.Is(err, errTwo) {
		var n int
		if n, err = r.approvals.ask(s, line, time.Now()); err == nil {
			result = text("that takes a second person: a colleague can approve %d within %v", n, approvalTime)
			return result, fmt.Sprintf("waits for a second person: approve %d", n), nil
		}
	}
	switch {
	case err != nil:
		return result, err.Error(), err
	case result.Failed != "":
		return result, result.Failed, nil
	}
	return result, "done", nil
}

// record writes an audit entry even when the operator has broken off: what was
// done was done.
func record(ctx context.Context, s *Session, e AuditEntry) error {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), 10*time.Second)
	defer cancel()
	if err := s.Shard.Audit.Record(ctx, e); err != nil {
		return fmt.Errorf("the audit log could not be written: %w", err)
	}
	return nil
}

// confirm refuses what could hurt many in production until the operator has
// typed the shard's name.
func confirm(s *Session, a Args, what string) error {
	id := s.Shard.Identify()
	if !id.Production || a.Confirm == id.Name {
		return nil
	}
	if a.Confirm != "" {
		return refuse(CodeConfirm, "this shard is called %s, not %s: %s needs its own name", id.Name, a.Confirm, what)
	}
	return refuse(CodeConfirm, "%s on %s, a production shard: type its name to go on (--confirm NAME)", what, id.Name)
}

// unknown is the sentence for a command that is not there.
func (r *Registry) unknown(s *Session, words []word) string {
	typed := words[0].text
	if family := r.family(s, typed); len(family) > 0 {
		return fmt.Sprintf("%s what? There are: %s", typed, strings.Join(family, ", "))
	}
	best, least := "", 3
	for _, c := range r.Commands(s.Shard, s.Role) {
		first, _, _ := strings.Cut(c.Name, " ")
		for _, name := range []string{c.Name, first} {
			if d := distance(typed, name); d < least || best == "" && strings.HasPrefix(name, typed) {
				best, least = name, min(d, least)
			}
		}
	}
	if best == "" {
		return fmt.Sprintf("no such command: %s. Try help.", typed)
	}
	return fmt.Sprintf("no such command: %s. Did you mean %s?", typed, best)
}

// family lists the second words of the commands that begin with a word.
func (r *Registry) family(s *Session, first string) []string {
	var names []string
	for _, c := range r.Commands(s.Shard, s.Role) {
		if rest, ok := strings.CutPrefix(c.Name, first+" "); ok {
			names = append(names, rest)
		}
	}
	return names
}

// distance is the number of letters to add, drop, change or swap with their
// neighbour (optimal string alignment) to make b of a.
func distance(a, b string) int {
	before, last, row := make([]int, len(b)+1), make([]int, len(b)+1), make([]int, len(b)+1)
	for j := range last {
		last[j] = j
	}
	for i := 1; i <= len(a); i++ {
		row[0] = i
		for j := 1; j <= len(b); j++ {
			cost := 1
			if a[i-1] == b[j-1] {
				cost = 0
			}
			row[j] = min(last[j]+1, row[j-1]+1, last[j-1]+cost)
			if i > 1 && j > 1 && a[i-1] == b[j-2] && a[i-2] == b[j-1] {
				row[j] = min(row[j], before[j-2]+1)
			}
		}
		before, last, row = last, row, before
	}
	return last[len(b)]
}
