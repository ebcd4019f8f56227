package command

import (
	"context"
	"slices"
	"strings"
)

// Completion is how a line can go on: each of Words may stand in place of what
// follows byte Start.
type Completion struct {
	Start int      `json:"start"`
	Words []string `json:"words"`
}

// maxWords bounds what a completion returns.
const maxWords = 200

// Complete returns how a line can go on after the cursor at its end, from the
// live shard.
func Complete(ctx context.Context, s *Session, line string) Completion {
	words, _ := split(line) // an open quote is the word being typed
	last := word{start: len(line), end: len(line)}
	if n := len(words); n > 0 && words[n-1].end == len(line) {
		last, words = words[n-1], words[:n-1]
	}
	c, rest := s.Registry.find(words)
	if c == nil || len(rest) == 0 && c.Name == words[0].text {
		// The command's name, or its second word.
		if found := s.names(words, line, last.start); len(found.Words) > 0 || c == nil {
			return found
		}
	}
	switch {
	case strings.HasPrefix(last.text, "@") && s.Shard.Systems != nil:
		return Completion{last.start, systemsLike(s.Shard.Systems.Names(), last.text)}
	case strings.HasPrefix(last.text, "--"):
		return Completion{last.start, matching(c.flagNames(), "", last.text)}
	}
	return s.wordOf(ctx, c, line, words, rest, last)
}

// names completes the name of a command.
func (s *Session) names(words []word, line string, from int) Completion {
	prefix := ""
	if len(words) > 0 {
		from, prefix = words[0].start, words[0].text+" "
	}
	typed := prefix + strings.TrimLeft(line[min(len(line), from+len(prefix)):], " \t")
	if len(words) > 1 {
		return Completion{Start: len(line)}
	}
	var names []string
	for _, c := range s.Registry.Commands(s.Shard, s.Role) {
		if strings.HasPrefix(c.Name, typed) {
			names = append(names, c.Name)
		}
	}
	return Completion{from, names}
}

// wordOf completes a word of a command by what it stands for, or Lua code.
func (s *Session) wordOf(ctx context.Context, c *Command, line string, words, rest []word, last word) Completion {
	plain, system := 0, ""
	for i, w := range rest {
		switch {
		case strings.HasPrefix(w.text, "@"):
			system = w.text[1:]
		case !strings.HasPrefix(w.text, "--") && (i == 0 || !c.takesWord(rest[i-1].text)):
			plain++
		}
	}
	kind := AnyWord
	if plain < len(c.Takes) {
		kind = c.Takes[plain]
	}
	switch {
	case kind == PlayerWord && s.Shard.Players != nil:
		return Completion{last.start, matching(s.online(ctx), "", last.text)}
	case kind == NodeWord && s.Shard.Cluster != nil:
		return Completion{last.start, s.nodesLike(ctx, last.text)}
	case kind == CommandWord:
		return s.names(rest, line[:last.end], last.start)
	case (kind == FunctionWord || c.Code) && s.Shard.Lua != nil:
		from := luaName(line)
		return Completion{from, s.Shard.Lua.Complete(ctx, system, line[from:], maxWords)}
	}
	return Completion{Start: last.start}
}

// flagNames lists what a command takes.
func (c *Command) flagNames() []string {
	names := []string{jsonFlag.Name}
	for _, f := range c.Flags {
		names = append(names, f.Name)
	}
	return names
}

// takesWord says whether a word is a flag that the next word belongs to.
func (c *Command) takesWord(name string) bool {
	f, ok := c.flag(name)
	return ok && f.Takes != ""
}

// online lists the players' names, quoted where they need it.
func (s *Session) online(ctx context.Context) []string {
	all, err := s.Shard.Players.Who(ctx)
	if err != nil {
		return nil
	}
	names := make([]string, len(all))
	for i, p := range all {
		names[i] = p.Name
		if strings.ContainsAny(p.Name, " \t'\"") {
			names[i] = quote(p.Name)
		}
	}
	return names
}

// luaName is where the dotted name at the end of a line begins.
func luaName(line string) int {
	i := len(line)
	for i > 0 {
		c := line[i-1]
		if !(c == '_' || c == '.' || c == ':' || c >= '0' && c <= '9' || c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z') {
			break
		}
		i--
	}
	return i
}

// systemsLike are the systems that begin as typed, as they are written: @"New Home".
func systemsLike(names []string, typed string) []string {
	found := matching(names, "@", typed)
	for i, n := range found {
		if strings.ContainsAny(n, " \t'\"") {
			found[i] = "@" + quote(n[1:])
		}
	}
	return found
}

// matching returns what begins as typed, without regard to case, in order.
func matching(names []string, prefix, typed string) []string {
	var found []string
	for _, n := range names {
		n = prefix + n
		if len(n) >= len(typed) && strings.EqualFold(n[:len(typed)], typed) ||
			strings.HasPrefix(n, `"`) && len(n) > len(typed) && strings.EqualFold(n[1:1+len(typed)], typed) {
			found = append(found, n)
		}
	}
	slices.Sort(found)
	return found[:min(len(found), maxWords)]
}
