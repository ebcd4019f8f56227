package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"strings"
	"time"

	"github.com/peterh/liner"

	"hotshard/console/client"
	"hotshard/console/command"
	"hotshard/console/serve"
)

// errEnd is the operator's wish to leave.
var errEnd = errors.New("end")

// interact reads lines at a terminal until the operator leaves.
func (o *operator) interact(ctx context.Context) error {
	s, err := newScreen(historyFile(o.opts, o.client.Hello().Shard))
	if err != nil {
		return err
	}
	defer s.close()
	// A signal must not leave the terminal raw, wherever the loop below waits.
	stop := context.AfterFunc(ctx, func() { s.close(); os.Exit(1) })
	defer stop()
	// Ctrl-C never ends the console, not even in the moment when the line editor
	// has shown its prompt and has not yet taken the terminal.
	ignored := make(chan os.Signal, 1)
	signal.Notify(ignored, os.Interrupt)
	defer signal.Stop(ignored)
	o.screen = s
	s.line.SetWordCompleter(o.complete)
	o.greet()
	o.hear()
	for {
		if err := o.present(ctx); err != nil {
			return leave(err)
		}
		text, err := o.read()
		if errors.Is(err, liner.ErrPromptAborted) {
			s.keys.forget()
			continue
		}
		if err != nil {
			return leave(err)
		}
		if err := o.one(ctx, text); err != nil {
			return leave(err)
		}
	}
}

// leave turns the ordinary ends into none.
func leave(err error) error {
	if errors.Is(err, errEnd) || errors.Is(err, io.EOF) {
		fmt.Println()
		return nil
	}
	return err
}

// greet says where the operator is.
func (o *operator) greet() {
	h := o.client.Hello()
	kind := "a development shard"
	if h.Production {
		kind = "a PRODUCTION shard"
	}
	o.screen.loud(h.Production, fmt.Sprintf("%s, %s, release %d, pid %d. You are %s (%s). Try help; Ctrl-D leaves.", h.Shard, kind, h.Release, h.PID, h.Who, h.Role))
	for _, n := range h.Notices {
		o.screen.loud(true, n)
	}
}

// hear shows what colleagues do, above the line that is being typed.
func (o *operator) hear() {
	o.client.OnNews(func(text string) { fmt.Fprintf(o.out, "\r\x1b[K* %s\r\n%s", text, o.prompt()) })
}

// prompt is "dev r3> " or, loud, "tranquility PROD r41> ".
func (o *operator) prompt() string {
	h := o.client.Hello()
	kind := ""
	if h.Production {
		kind = " PROD"
	}
	return fmt.Sprintf("%s%s r%d> ", h.Shard, kind, o.client.Release())
}

// pasteGoesOn says whether the next line of a paste waits, and belongs to the command.
// What waits may also have been typed ahead while another command ran.
func (o *operator) pasteGoesOn(text string) bool {
	next, pasted, waits := o.screen.keys.next()
	switch strings.TrimSpace(next) {
	case "exit", "quit", "clear":
		return false
	}
	return waits && o.commands.GoesOn(text, next, pasted)
}

// read reads one command, over several lines where its Lua code goes on, or more of a
// paste waits.
func (o *operator) read() (string, error) {
	text, prompt := "", o.prompt()
	for {
		o.screen.before = text
		line, err := o.screen.ask(prompt, o.client.Hello().Production)
		o.screen.before = ""
		if err != nil {
			return "", err
		}
		text += line
		if !o.commands.Unfinished(text) && !o.pasteGoesOn(text) {
			o.screen.remember(text)
			return text, nil
		}
		text += "\n"
		prompt = strings.Repeat(".", len(prompt)-2) + "> "
	}
}

// one runs one line. Only the operator's wish to leave, or to wait no longer for
// a shard that is gone, is an error.
func (o *operator) one(ctx context.Context, text string) error {
	switch strings.TrimSpace(text) {
	case "exit", "quit":
		return errEnd
	case "clear":
		fmt.Fprint(o.out, "\x1b[H\x1b[2J")
		return nil
	}
	if skip(text) {
		return nil
	}
	for again := false; ; again = true {
		if err := o.present(ctx); err != nil {
			return err
		}
		within, stop := signal.NotifyContext(ctx, os.Interrupt) // Ctrl-C ends the command only
		err := o.line(within, text)
		if broken(err) && within.Err() == nil {
			o.awaitEnd()
		}
		stop()
		if errors.Is(err, client.ErrLost) && !again && !o.commands.Changes(text) {
			continue // it only looks: ask the shard that comes back
		}
		o.complain(err)
		return nil
	}
}

// broken says whether a command was broken off.
func broken(err error) bool {
	var r *command.Refusal
	return errors.As(err, &r) && r.Code == command.CodeBroken
}

// awaitEnd waits for the end of a connection on which the shard breaks commands
// off: it is going down.
func (o *operator) awaitEnd() {
	select {
	case <-o.client.Lost():
	case <-time.After(3 * time.Second):
	}
}

// complain says why a line did not go well.
func (o *operator) complain(err error) {
	var bad errBadNews
	switch {
	case err == nil, errors.As(err, &bad): // it has been shown
	case errors.Is(err, client.ErrLost):
		fmt.Fprintln(o.errs, "The connection was lost while that ran: look before you run it again.")
	default:
		fmt.Fprintln(o.errs, sentence(err))
	}
}

// complete asks the live shard how the line goes on.
func (o *operator) complete(line string, pos int) (string, []string, string) {
	runes := []rune(line)
	head, tail := string(runes[:pos]), string(runes[pos:])
	ctx, cancel := context.WithTimeout(context.Background(), 2*time.Second)
	defer cancel()
	before := o.screen.before
	got, err := o.client.Complete(ctx, before+head)
	start := got.Start - len(before)
	if err != nil || start < 0 || start > len(head) {
		return head, nil, tail
	}
	return head[:start], got.Words, tail
}

// present makes sure that there is a connection. After a restart of the shard it
// connects again and says so; it waits until then, or until Ctrl-C.
func (o *operator) present(ctx context.Context) error {
	select {
	case <-o.client.Lost():
	default:
		return nil
	}
	was := o.client.Hello()
	fmt.Fprintf(o.errs, "%s is gone. Waiting for it to come back; Ctrl-C leaves.\n", was.Shard)
	ctx, stop := signal.NotifyContext(ctx, os.Interrupt)
	defer stop()
	for wait := 100 * time.Millisecond; ; wait = min(2*wait, 2*time.Second) {
		c, err := o.dial(ctx)
		if err == nil {
			o.client.Close()
			o.client = c
			o.back(was, c.Hello())
			o.hear()
			return nil
		}
		select {
		case <-ctx.Done():
			return errEnd
		case <-time.After(wait):
		}
	}
}

// back says that a shard answers again, and if it is another one.
func (o *operator) back(was, is serve.Hello) {
	if was.Shard != is.Shard || was.Production != is.Production {
		o.screen.loud(true, fmt.Sprintf("ANOTHER SHARD answers here now: %s, not %s.", is.Shard, was.Shard))
	} else {
		o.screen.loud(false, fmt.Sprintf("Connected again: %s was restarted (pid %d, was %d).", is.Shard, is.PID, was.PID))
	}
	o.greet()
}
