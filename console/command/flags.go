package command

import (
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"
)

// Flag is one flag of a command. Those of several commands stand here, that of one
// stands beside it.
type Flag struct {
	Name  string // "--for"
	Takes string // what it is followed by: "DURATION"; "" for nothing
	Help  string
	// set takes it in; nil keeps it for Args.Given.
	set func(a *Args, value string) error
}

// The flags that several commands take.
var (
	jsonFlag    = Flag{"--json", "", "one JSON value as the answer", func(a *Args, _ string) error { a.JSON = true; return nil }}
	planFlag    = Flag{"--plan", "", "show what would happen and change nothing", func(a *Args, _ string) error { a.Plan = true; return nil }}
	allFlag     = Flag{"--all", "", "everything, not only the latest", func(a *Args, _ string) error { a.All = true; return nil }}
	canaryFlag  = Flag{"--canary", "@SYSTEM", "only on this system (several: @A,@B)", setCanary}
	forFlag     = Flag{"--for", "DURATION", "how long, as 30s, 5m or 1h30m", func(a *Args, v string) error { return setDuration(&a.For, v) }}
	confirmFlag = Flag{"--confirm", "NAME", "the shard's name, where many could be hurt in production", func(a *Args, v string) error { a.Confirm = v; return nil }}
	reasonFlag  = Flag{"--reason", "TEXT", "why; it goes into the audit log", func(a *Args, v string) error { a.Reason = v; return nil }}
	limitFlag   = Flag{"--limit", "N", "at most so many", func(a *Args, v string) error { return setCount(&a.Limit, v) }}
	depthFlag   = Flag{"--depth", "N", "how many levels of tables to show", func(a *Args, v string) error { return setCount(&a.Depth, v) }}
)

func setDuration(to *time.Duration, v string) error {
	d, err := ParseDuration(v)
	*to = d
	return err
}

func setCount(to *int, v string) error {
	n, err := strconv.Atoi(v)
	if err != nil || n < 0 {
		return fmt.Errorf("%q is not a count", v)
	}
	*to = n
	return nil
}

func setCanary(a *Args, v string) error {
	for name := range strings.SplitSeq(v, ",") {
		name, ok := strings.CutPrefix(name, "@")
		if !ok || name == "" {
			return fmt.Errorf("%q is not a system: write --canary @NAME", v)
		}
		a.Canary = append(a.Canary, name)
	}
	return nil
}

// flag is a flag of the command by its name. Every command takes --json.
func (c *Command) flag(name string) (Flag, bool) {
	if name == jsonFlag.Name {
		return jsonFlag, true
	}
	if i := slices.IndexFunc(c.Flags, func(f Flag) bool { return f.Name == name }); i >= 0 {
		return c.Flags[i], true
	}
	return Flag{}, false
}

// errNoFlag is a word that looks like a flag and is none.
var errNoFlag = errors.New("there is no such flag here")

// takeFlag takes in the flag that rest begins with, and returns how many further
// words it used. --for=10s and --for 10s are the same.
func takeFlag(c *Command, a *Args, rest []word) (int, error) {
	name, value, inline := strings.Cut(rest[0].text, "=")
	f, ok := c.flag(name)
	if !ok {
		return 0, fmt.Errorf("%s does not take %s: %w", c.Name, name, errNoFlag)
	}
	used := 0
	switch {
	case f.Takes == "" && inline:
		return 0, fmt.Errorf("%s takes no value", name)
	case f.Takes != "" && !inline:
		if len(rest) < 2 {
			return 0, fmt.Errorf("%s needs %s", name, f.Takes)
		}
		value, used = rest[1].text, 1
	}
	if f.set == nil {
		a.give(f, value)
		return used, nil
	}
	if err := f.set(a, value); err != nil {
		return 0, fmt.Errorf("%s: %w", name, err)
	}
	return used, nil
}

// give keeps the value of a flag that is one command's.
func (a *Args) give(f Flag, value string) {
	if a.given == nil {
		a.given = map[string]string{}
	}
	a.given[f.Name] = value
}

// Given is the value of a flag that is one command's, "" where it was not given.
func (a Args) Given(f Flag) string { return a.given[f.Name] }

// Has says whether such a flag was given.
func (a Args) Has(f Flag) bool { _, ok := a.given[f.Name]; return ok }
