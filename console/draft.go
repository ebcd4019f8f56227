package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"

	"hotshard/console/client"
)

// draft is code that an operator edits. Its file stays until the shard has taken it:
// what somebody typed at night must not go with a missing comma.
type draft struct{ file, last string }

func newDraft(code string) (*draft, error) {
	dir, err := os.MkdirTemp("", "hotshard-patch-")
	if err != nil {
		return nil, err
	}
	d := &draft{filepath.Join(dir, "patch.lua"), code}
	return d, os.WriteFile(d.file, []byte(code), 0o600)
}

func (d *draft) remove() { _ = os.RemoveAll(filepath.Dir(d.file)) } // a file too many in the temporary folder

// errUnchanged is what comes of an editor that is left without a change.
var errUnchanged = errors.New("the code was not changed; nothing was done")

// edit opens the draft in the operator's editor and returns what became of it.
func (s *screen) edit(d *draft) (string, error) {
	editor := os.Getenv("VISUAL")
	if editor == "" {
		editor = os.Getenv("EDITOR")
	}
	if editor == "" {
		editor = "vi"
	}
	words := append(strings.Fields(editor), d.file)
	cmd := exec.Command(words[0], words[1:]...)
	cmd.Stdin = os.Stdin
	if err := s.lend(cmd); err != nil {
		return "", fmt.Errorf("%s: %w; nothing was done", editor, err)
	}
	after, err := os.ReadFile(d.file)
	if err != nil {
		return "", err
	}
	if strings.TrimSpace(string(after)) == "" || string(after) == d.last {
		return "", errUnchanged
	}
	d.last = string(after)
	return d.last, nil
}

// editAndSend lets the operator edit code until the shard takes it or the operator
// gives up, and then says where the text is.
func (o *operator) editAndSend(ctx context.Context, l client.Line, code string) error {
	d, err := newDraft(code)
	if err != nil {
		return err
	}
	for tried := false; ; tried = true {
		edited, err := o.screen.edit(d)
		if errors.Is(err, errUnchanged) && !tried {
			d.remove()
			return err
		}
		if err == nil {
			with := l
			with.Text += " = " + edited
			if err = o.send(ctx, with); err == nil {
				d.remove()
				return nil
			}
		}
		o.complain(err)
		if errors.Is(err, client.ErrLost) || errors.Is(err, errUnchanged) || !o.screen.askAgain() {
			return fmt.Errorf("your text is kept: %s --file %s sends it", strings.TrimSpace(l.Text), d.file)
		}
	}
}

// askAgain asks whether to go on editing.
func (s *screen) askAgain() bool {
	answer, err := s.prompt("Edit it again? (Y/n) ")
	return err == nil && !strings.HasPrefix(strings.ToLower(strings.TrimSpace(answer)), "n")
}
