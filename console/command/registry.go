package command

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"hotshard/runtime/clock"
	"hotshard/runtime/script/spell"
)

// Registry is the set of commands of a shard, and what waits for approval there.
// The commands do not change once it is made. It is safe for use from any
// goroutine.
type Registry struct {
	Clock clock.Clock // what operators are told and asked by; the machine's

	byName    map[string]*Command
	list      []*Command // by name
	approvals approvals
	presence  presence
}

// NewRegistry makes a registry of commands. It panics on two of one name, which
// is a mistake in the program.
func NewRegistry(commands ...Command) *Registry {
	r := &Registry{Clock: clock.Machine{}, byName: map[string]*Command{}}
	own := slices.Clone(commands)
	for i := range own {
		c := &own[i]
		if r.byName[c.Name] != nil {
			panic("command: two commands are called " + c.Name)
		}
		r.byName[c.Name] = c
		r.list = append(r.list, c)
	}
	slices.SortFunc(r.list, func(a, b *Command) int { return cmp.Compare(a.Name, b.Name) })
	return r
}

// known are the commands of this package: each file brings its own.
var known []Command

// register makes commands known, once, at the start of the program.
func register(commands []Command) { known = append(known, commands...) }

// Default returns a registry of all commands of this package.
func Default() *Registry { return NewRegistry(known...) }

// With returns a registry of all commands of this package and of others.
func With(more ...Command) *Registry { return NewRegistry(slices.Concat(known, more)...) }

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

// Changes says whether a line is a command that may change something, or is none.
func (r *Registry) Changes(line string) bool {
	words, _ := split(line)
	c, _ := r.find(words)
	return c == nil || c.Changes
}

// unknown is the sentence for a command that is not there.
func (r *Registry) unknown(s *Session, words []word) string {
	typed := words[0].text
	if family := r.family(s, typed); len(family) > 0 {
		return fmt.Sprintf("%s what? There are: %s", typed, strings.Join(family, ", "))
	}
	if best := r.meant(s, typed); best != "" {
		return fmt.Sprintf("no such command: %s. Did you mean %s?", typed, best)
	}
	return fmt.Sprintf("no such command: %s. Try help.", typed)
}

// meant is the name, or the first word of one, that somebody may have meant: one that is
// a slip of the fingers away, or that begins as was typed.
func (r *Registry) meant(s *Session, typed string) string {
	var names []string
	for _, c := range r.Commands(s.Shard, s.Role) {
		first, _, _ := strings.Cut(c.Name, " ")
		names = append(names, c.Name, first)
	}
	if best := spell.Nearest(typed, names); best != "" {
		return best
	}
	if i := slices.IndexFunc(names, func(name string) bool { return strings.HasPrefix(name, typed) }); i >= 0 {
		return names[i]
	}
	return ""
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
