package command

import (
	"context"
	"errors"
	"strings"
	"time"

	"hotshard/runtime/clock"
	"hotshard/runtime/script/syntax"
	"hotshard/runtime/world"
)

// Lua runs an operator's code.
type Lua interface {
	// Eval runs code as a task in a system, waking it, under a budget, and
	// returns what it returns.
	Eval(ctx context.Context, e Eval) (Evaluated, error)
	// Complete returns the ways to go on with a dotted name ("combat.da" ->
	// "combat.damage"): modules, functions, fields, globals of a system's live
	// state. system may be "" for any awake one. It never runs Lua code, so
	// metamethods are not asked. At most limit names.
	Complete(ctx context.Context, system, prefix string, limit int) []string
}

// Eval is code to run in a system.
type Eval struct {
	System string
	Code   string
	Author string
	// Write lets the code change the world. Without it a production shard runs
	// the code in a copy-on-write environment and refuses effects.
	Write bool
	// Expression asks for the value of Code alone, with nothing changed, on any
	// kind of shard (inspect, watch).
	Expression bool
	// Depth is how many levels of tables to return, 0 for a default.
	Depth int
}

// Evaluated is what code returned. A function, a handle or anything else that is
// no plain value comes as the text that describes it.
type Evaluated struct {
	Values []world.Value
	Output string // what it printed
}

// writeFlag is for lua alone.
var writeFlag = Flag{"--write", "", "let the code change the world, on a production shard too", nil}

func init() {
	offered := func(s Shard) bool { return s.Lua != nil }
	register([]Command{{
		Name: "lua", There: true, Args: "@SYSTEM CODE", Short: "run Lua in a system and print what it returns",
		Example: "lua @Jita return #system.players()", Role: Operator, Changes: true, Code: true, Lua: true,
		Flags: []Flag{writeFlag, depthFlag}, Offered: offered, Run: runLua,
	}, {
		Name: "inspect", There: true, Args: "@SYSTEM EXPR", Short: "show a value of the live state, tables by depth; changes nothing",
		Example: "inspect @Jita require('combat').kills --depth 2", Code: true, Lua: true, Flags: []Flag{depthFlag}, Offered: offered, Run: runInspect,
	}, {
		Name: "watch", Args: "@SYSTEM EXPR", Short: "show a value each time it has changed, until Ctrl-C",
		Example: "watch --for 1m @Jita #system.players()", Code: true, Lua: true, Flags: []Flag{forFlag, depthFlag}, Offered: offered, Run: runWatch,
	}})
}

// evaluation reads the common part of lua, inspect and watch.
func evaluation(s *Session, a Args) (Eval, error) {
	system, err := a.System()
	if err != nil {
		return Eval{}, Refuse(CodeUsage, "%v", err)
	}
	if a.Code == "" {
		return Eval{}, Refuse(CodeUsage, "no code given")
	}
	return Eval{System: system, Code: a.Code, Author: s.Who, Depth: a.Depth}, nil
}

func runLua(ctx context.Context, s *Session, a Args) (Result, error) {
	e, err := evaluation(s, a)
	if err != nil {
		return Result{}, err
	}
	e.Write = a.Has(writeFlag) || !s.Shard.Identify().Production
	e.Code = asExpression(e.Code)
	got, err := s.Shard.Lua.Eval(ctx, e)
	if err != nil {
		return Result{Text: got.Output}, err
	}
	return Result{Text: got.Output, Values: got.Values, Has: true}, nil
}

// asExpression lets "1 + 1" mean "return 1 + 1", as at any Lua prompt.
func asExpression(code string) string {
	if _, err := syntax.Parse([]byte("return "+code), "console"); err == nil {
		return "return " + code
	}
	return code
}

// Unfinished says whether a line is a command with Lua code that must go on in
// the next line.
func (r *Registry) Unfinished(line string) bool {
	words, _ := split(line)
	c, rest := r.find(words)
	if c == nil || !c.Lua {
		return false
	}
	a, err := parse(c, line, rest)
	return err == nil && a.Code != "" && Incomplete(a.Code)
}

// GoesOn says whether a line that waits behind a command with Lua code, whole by
// itself, belongs to it. Of a paste that is everything up to the next command; of what
// may have been typed too, only what makes sense behind the code.
func (r *Registry) GoesOn(line, next string, pasted bool) bool {
	words, _ := split(line)
	c, rest := r.find(words)
	if c == nil || !c.Lua || r.begins(next) {
		return false
	}
	a, err := parse(c, line, rest)
	return err == nil && a.Code != "" && (pasted || whole(a.Code+"\n"+next) || Incomplete(a.Code+"\n"+next))
}

// begins says whether a line is the beginning of a command, and not of Lua that has a
// word in common with one: top = 5.
func (r *Registry) begins(line string) bool {
	if line == "" || isSpace(line[0]) {
		return false
	}
	words, _ := split(line)
	c, rest := r.find(words)
	return line[0] == '#' || c != nil && (len(rest) == 0 || !strings.ContainsRune("=,(", rune((rest[0].text + " ")[0])))
}

// Incomplete says whether Lua code is a beginning that more lines could make
// whole, rather than wrong.
func Incomplete(code string) bool {
	beginning := false
	for _, c := range []string{code, "return " + code} {
		_, err := syntax.Parse([]byte(c), "console")
		if err == nil {
			return false
		}
		var e *syntax.Error
		beginning = beginning || errors.As(err, &e) && e.Unfinished()
	}
	return beginning
}

func runInspect(ctx context.Context, s *Session, a Args) (Result, error) {
	e, err := evaluation(s, a)
	if err != nil {
		return Result{}, err
	}
	return inspect(ctx, s, e)
}

func inspect(ctx context.Context, s *Session, e Eval) (Result, error) {
	e.Expression, e.Code = true, asExpression(e.Code)
	if e.Depth == 0 {
		e.Depth = 3
	}
	got, err := s.Shard.Lua.Eval(ctx, e)
	return Result{Text: got.Output, Values: got.Values, Has: true}, err
}

// watchEvery is the time between two looks of watch.
const watchEvery = 500 * time.Millisecond

func runWatch(ctx context.Context, s *Session, a Args) (Result, error) {
	e, err := evaluation(s, a)
	if err != nil {
		return Result{}, err
	}
	last := ""
	return Result{}, repeat(ctx, s.Shard.Time(), a.For, watchEvery, func() error {
		r, err := inspect(ctx, s, e)
		if err != nil {
			return err
		}
		if now := r.String(); now != last {
			last = now
			return s.Emit(r)
		}
		return nil
	})
}

// repeat calls fn at once and then every so often: for a time, or until the
// operator breaks off, which is how it is meant to end and no error.
func repeat(ctx context.Context, clk clock.Clock, during, every time.Duration, fn func() error) error {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	if during > 0 {
		defer clock.AfterFunc(clk, during, cancel)()
	}
	tick := clk.NewTicker(every)
	defer tick.Stop()
	for {
		if err := fn(); err != nil {
			if ctx.Err() != nil {
				return nil
			}
			return err
		}
		select {
		case <-ctx.Done():
			return nil
		case <-tick.Chan():
		}
	}
}
