package main

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"strings"
)

// historyMost is how large a history file may grow before it is cut to what the
// line editor keeps.
const historyMost = 256 << 10

// historyFile is the history of one shard: beside its socket, in a folder only
// its operators can read, or among the user's own files for one far away.
func historyFile(opts options, shard string) string {
	name := "history-" + strings.Map(func(r rune) rune {
		if r == '/' || r == 0 {
			return '_'
		}
		return r
	}, shard)
	if opts.Connect == "" {
		return filepath.Join(filepath.Dir(opts.Socket), name)
	}
	dir, err := os.UserConfigDir()
	if err == nil {
		dir = filepath.Join(dir, "hotshard")
		err = os.MkdirAll(dir, 0o700)
	}
	if err != nil {
		return "" // there is nowhere to keep one
	}
	return filepath.Join(dir, name)
}

// recall reads the history. Without one the console works all the same.
func (s *screen) recall() {
	b, err := os.ReadFile(s.history)
	if err != nil {
		return
	}
	if len(b) > historyMost {
		b = b[len(b)-historyMost/2:]
		b = b[bytes.IndexByte(b, '\n')+1:]
		_ = os.WriteFile(s.history, b, 0o600) // as good as the history itself: wanted, not needed
	}
	for line := range strings.Lines(string(b)) {
		s.line.AppendHistory(strings.TrimSuffix(line, "\n"))
	}
}

// remember adds a command to the history, on one line. Consoles that run at the
// same time all add to the one file.
func (s *screen) remember(text string) {
	if skip(text) || strings.Contains(text, "\n") && strings.Contains(text, "--") {
		return // a Lua comment would swallow what follows it
	}
	text = strings.ReplaceAll(text, "\n", " ")
	s.line.AppendHistory(text)
	f, err := os.OpenFile(s.history, os.O_WRONLY|os.O_CREATE|os.O_APPEND, 0o600)
	if err != nil {
		return
	}
	defer f.Close()
	fmt.Fprintln(f, text)
}
