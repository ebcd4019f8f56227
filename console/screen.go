package main

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"os/signal"
	"strings"
	"sync"

	"github.com/peterh/liner"
	"golang.org/x/term"
)

// screen is the terminal: a line editor, and the modes it and the programs we
// start need.
type screen struct {
	line    *liner.State
	keys    *keyboard
	history string            // its file
	before  string            // the lines of this command that were entered already
	cooked  liner.ModeApplier // as the terminal was before us
	raw     liner.ModeApplier // as the line editor has it
	closing sync.Once
}

// newScreen takes the terminal. The caller must close it, whatever happens.
func newScreen(history string) (*screen, error) {
	cooked, err := liner.TerminalMode()
	if err != nil {
		return nil, err
	}
	s := &screen{history: history, cooked: cooked}
	if s.keys, err = newKeyboard(os.Stdin, func() { s.line = liner.NewLiner() }); err != nil {
		return nil, err
	}
	if s.raw, err = liner.TerminalMode(); err != nil {
		s.close()
		return nil, err
	}
	fmt.Print(askMarks)
	s.line.SetCtrlCAborts(true)
	s.line.SetTabCompletionStyle(liner.TabPrints)
	s.recall()
	return s, nil
}

// close gives the terminal back as it was.
func (s *screen) close() {
	s.closing.Do(func() {
		fmt.Print("\x1b[0m" + noMarks)
		s.line.Close()
	})
}

const (
	red    = "\x1b[1;31m"
	normal = "\x1b[0m"
)

// loud prints a line, in red where it must not be overlooked.
func (s *screen) loud(yes bool, text string) {
	if yes {
		text = red + text + normal
	}
	fmt.Println(text)
}

// ask reads one line. On a production shard the whole line is red.
func (s *screen) ask(prompt string, production bool) (string, error) {
	if production {
		fmt.Print(red)
		defer fmt.Print(normal)
	}
	return s.prompt(prompt)
}

// prompt reads one line.
func (s *screen) prompt(prompt string) (string, error) {
	return s.keys.line(func() (string, error) { return s.line.Prompt(prompt) })
}

// askName asks the operator to type the shard's name; "" is no.
func (s *screen) askName(why string) string {
	s.loud(true, why)
	name, err := s.prompt("name of the shard: ")
	if err != nil {
		return ""
	}
	return strings.TrimSpace(name)
}

// page shows a text in a pager if it is longer than the screen, and says whether
// it did.
func (s *screen) page(text string) bool {
	_, height, err := term.GetSize(int(os.Stdout.Fd()))
	if err != nil || strings.Count(text, "\n") < height {
		return false
	}
	pager := os.Getenv("PAGER")
	if pager == "" {
		pager = "less -FRSX"
	}
	words := strings.Fields(pager)
	if len(words) == 0 {
		return false
	}
	path, err := exec.LookPath(words[0])
	if err != nil {
		return false
	}
	cmd := exec.Command(path, words[1:]...)
	cmd.Stdin = strings.NewReader(text)
	_ = s.lend(cmd) // a pager that is left early fails, which is no failure
	return true
}

// lend gives the terminal to another program and takes it back. Ctrl-C is that
// program's meanwhile.
func (s *screen) lend(cmd *exec.Cmd) error {
	ignored := make(chan os.Signal, 1)
	signal.Notify(ignored, os.Interrupt)
	defer signal.Stop(ignored)
	cmd.Stdout, cmd.Stderr = os.Stdout, os.Stderr
	if err := s.cooked.ApplyMode(); err != nil {
		return err
	}
	fmt.Print(noMarks)
	defer fmt.Print(askMarks)
	err := cmd.Run()
	return errors.Join(err, s.raw.ApplyMode())
}
