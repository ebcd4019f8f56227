package command

import (
	"errors"
	"fmt"
	"strings"
	"time"

	"hotshard/runtime/script/syntax"
)

// maxLine bounds a line: code may be long, but not without end.
const maxLine = 4 << 20

// Args is what an operator gave a command.
type Args struct {
	Words   []string // without flags and systems
	Systems []string // each @NAME, without the @
	Code    string   // for commands that take code, as typed

	JSON    bool
	Plan    bool
	All     bool
	Canary  []string // systems
	For     time.Duration
	Confirm string
	Reason  string
	Limit   int
	Depth   int

	given map[string]string // flags that are one command's, by their names
}

// Word returns the i-th word or "".
func (a Args) Word(i int) string {
	if i < len(a.Words) {
		return a.Words[i]
	}
	return ""
}

// System returns the one system that was named.
func (a Args) System() (string, error) {
	switch len(a.Systems) {
	case 1:
		return a.Systems[0], nil
	case 0:
		return "", errors.New("which system? Name it with @, for instance @Jita")
	}
	return "", fmt.Errorf("one system at a time, not %d", len(a.Systems))
}

// none refuses words a command has no use for.
func (a Args) none(after int) error {
	if len(a.Words) > after {
		return Refuse(CodeUsage, "what is %q for?", a.Words[after])
	}
	return nil
}

// word is a part of a line: what it says, and where it stands in it.
type word struct {
	text       string
	start, end int
	quoted     bool // from its first letter on: it is no flag and no system, whatever it says
}

// errQuote is a line that ends inside quotes.
var errQuote = errors.New("a quote is not closed")

// split takes a line apart at white space. Words in "double" quotes know the
// escapes \" and \\, words in 'single' quotes none. With an error, the words
// before the fault are still returned.
func split(line string) ([]word, error) {
	if len(line) > maxLine {
		return nil, fmt.Errorf("the line is longer than %d MiB", maxLine>>20)
	}
	var words []word
	for i := 0; i < len(line); {
		if isSpace(line[i]) {
			i++
			continue
		}
		w, next, err := oneWord(line, i)
		words = append(words, w)
		if err != nil {
			return words, err
		}
		i = next
	}
	return words, nil
}

func isSpace(b byte) bool { return b == ' ' || b == '\t' || b == '\n' || b == '\r' }

// oneWord reads the word that starts at i.
func oneWord(line string, i int) (word, int, error) {
	w := word{start: i}
	var text strings.Builder
	quote := byte(0)
	for ; i < len(line); i++ {
		switch c := line[i]; {
		case quote == 0 && isSpace(c):
			w.text, w.end = text.String(), i
			return w, i, nil
		case quote == 0 && (c == '"' || c == '\''):
			quote = c
			w.quoted = w.quoted || i == w.start
		case quote != 0 && c == quote:
			quote = 0
		case quote == '"' && c == '\\' && i+1 < len(line) && (line[i+1] == '"' || line[i+1] == '\\'):
			i++
			text.WriteByte(line[i])
		default:
			text.WriteByte(c)
		}
	}
	w.text, w.end = text.String(), len(line)
	if quote != 0 {
		return w, i, errQuote
	}
	return w, i, nil
}

// parse sorts the words after a command's name.
func parse(c *Command, line string, rest []word) (Args, error) {
	a, err := sorted(c, line, rest)
	if err == nil && a.Code != "" {
		err = lateFlags(c, &a)
	}
	return a, err
}

// lateFlags takes in flags behind the code. Lua would take them for a comment, and
// what was to go to a canary, or only to be planned, would go everywhere.
func lateFlags(c *Command, a *Args) error {
	last := a.Code[strings.LastIndexByte(a.Code, '\n')+1:]
	for at := range last {
		if at == 0 || !isSpace(last[at-1]) || !strings.HasPrefix(last[at:], "--") && last[at] != '@' {
			continue
		}
		words, err := split(last[at:])
		before := a.Code[:len(a.Code)-len(last)+at]
		if !late(c, words[0]) || !whole(before) {
			continue
		}
		for i := 0; i < len(words) && err == nil; i++ {
			used := 0
			if lateSystem(c, words[i]) {
				a.Systems = append(a.Systems, words[i].text[1:])
				continue
			}
			if !strings.HasPrefix(words[i].text, "--") {
				return fmt.Errorf("what is %q behind the code for?", words[i].text)
			}
			used, err = takeFlag(c, a, words[i:])
			i += used
		}
		a.Code = strings.TrimSpace(before)
		return err
	}
	return nil
}

// late says whether a word behind the code may be a flag of the command, or a system.
func late(c *Command, w word) bool {
	name, _, _ := strings.Cut(w.text, "=")
	_, known := c.flag(name)
	return known || lateSystem(c, w)
}

// lateSystem says whether a word behind the code names a system: of a command that is held
// against some.
func lateSystem(c *Command, w word) bool {
	_, takes := c.flag(againstFlag.Name)
	return takes && !w.quoted && len(w.text) > 1 && w.text[0] == '@'
}

// whole says whether code is Lua by itself, so that what follows is not inside a
// string.
func whole(code string) bool {
	for _, c := range []string{code, "return " + code} {
		if _, err := syntax.Parse([]byte(c), "console"); err == nil {
			return true
		}
	}
	return false
}

func sorted(c *Command, line string, rest []word) (Args, error) {
	var a Args
	for i := 0; i < len(rest); i++ {
		w := rest[i]
		switch {
		case c.Code && w.text == "=" && !w.quoted:
			a.Code = strings.TrimSpace(line[w.end:])
			return a, nil
		case !w.quoted && strings.HasPrefix(w.text, "--"):
			used, err := takeFlag(c, &a, rest[i:])
			if errors.Is(err, errNoFlag) && c.Code {
				a.Code = codeFrom(line, w, len(a.Words) < len(c.Takes))
				return a, nil // a Lua comment
			}
			if err != nil {
				return a, err
			}
			i += used
		case !w.quoted && len(w.text) > 1 && w.text[0] == '@':
			a.Systems = append(a.Systems, w.text[1:])
		case c.Code && len(a.Words) >= len(c.Takes):
			a.Code = codeFrom(line, w, false)
			return a, nil
		default:
			a.Words = append(a.Words, w.text)
		}
	}
	return a, nil
}

// codeFrom is the rest of the line from a word on; early means that words the
// command needs are still missing, so that there is no code.
func codeFrom(line string, w word, early bool) string {
	if early {
		return ""
	}
	return strings.TrimSpace(line[w.start:])
}
