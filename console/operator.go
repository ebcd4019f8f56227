package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"iter"
	"os"
	"os/signal"
	"path/filepath"
	"regexp"
	"slices"
	"strings"

	"hotshard/console/client"
	"hotshard/console/command"
	"hotshard/console/serve"
)

// operator runs lines on a shard and shows the answers.
type operator struct {
	opts     options
	dial     func(context.Context) (*client.Client, error)
	client   *client.Client
	commands *command.Registry // to know where Lua code ends, not to run anything
	out      io.Writer
	errs     io.Writer
	screen   *screen // nil unless interactive
}

// lines yields given lines.
func lines(list []string) iter.Seq[string] { return slices.Values(list) }

// scanned yields the lines of a stream.
func scanned(r io.Reader) iter.Seq[string] {
	return func(yield func(string) bool) {
		in := bufio.NewScanner(r)
		in.Buffer(nil, serve.MaxFrame)
		for in.Scan() && yield(in.Text()) {
		}
	}
}

// all runs lines one after the other until one is refused. Lua that goes on over
// several lines is put together, unless each line is a whole command.
func (o *operator) all(ctx context.Context, from iter.Seq[string], whole bool) int {
	ctx, stop := signal.NotifyContext(ctx, os.Interrupt)
	defer stop()
	pending := ""
	for line := range from {
		pending += line
		if !whole && o.commands.Unfinished(pending) {
			pending += "\n"
			continue
		}
		text := pending
		pending = ""
		if skip(text) {
			continue
		}
		if err := o.line(ctx, text); err != nil {
			fmt.Fprintln(o.errs, sentence(err))
			return 1
		}
	}
	if pending != "" {
		if err := o.line(ctx, pending); err != nil {
			fmt.Fprintln(o.errs, sentence(err))
			return 1
		}
	}
	return 0
}

// skip says whether a line asks for nothing: it is blank, or a # comment.
func skip(line string) bool {
	line = strings.TrimSpace(line)
	return line == "" || line[0] == '#'
}

// sentence is an error as an operator reads it.
func sentence(err error) string {
	var r *command.Refusal
	if errors.As(err, &r) {
		switch r.Code {
		case command.CodeUnknown, command.CodeUsage, command.CodeRole, command.CodeConfirm, command.CodeBusy,
			command.CodeBroken, command.CodeFailed, command.CodeEdit:
			return r.Message // these codes say nothing the message does not
		}
	}
	return err.Error()
}

// errBadNews is an answer that was shown and that a script should stop at.
type errBadNews string

func (e errBadNews) Error() string { return string(e) }

// line runs one line and shows what it answers. The error is a refusal, bad news,
// or client.ErrLost.
func (o *operator) line(ctx context.Context, text string) error {
	text, err := fromFile(text)
	if err != nil {
		return err
	}
	return o.send(ctx, client.Line{Text: text, Confirm: o.opts.Confirm, JSON: o.opts.JSON, Interactive: o.screen != nil, Part: o.part})
}

// send runs a line, and again where the shard first wants the operator to type
// its name or to edit code.
func (o *operator) send(ctx context.Context, l client.Line) error {
	r, err := o.client.Run(ctx, l)
	var refusal *command.Refusal
	if errors.As(err, &refusal) && o.screen != nil {
		switch {
		case refusal.Code == command.CodeConfirm && l.Confirm == "":
			if l.Confirm = o.screen.askName(refusal.Message); l.Confirm == "" {
				return errors.New("nothing was done")
			}
			return o.send(ctx, l)
		case refusal.Code == command.CodeEdit:
			return o.editAndSend(ctx, l, r.Text)
		}
	}
	o.show(r)
	if err == nil && r.File != nil {
		err = o.store(*r.File, l.Text)
	}
	if err == nil && r.Failed != "" {
		return errBadNews(r.Failed)
	}
	return err
}

// part shows a part of an answer that goes on.
func (o *operator) part(r command.Result) {
	if r.Fresh && !r.AsJSON && o.screen != nil {
		io.WriteString(o.out, "\x1b[H\x1b[2J") // home, and clear
	}
	o.print(r)
}

// show shows a whole answer, through a pager where it is long.
func (o *operator) show(r command.Result) {
	if o.screen != nil && !r.AsJSON && !o.opts.NoPager && o.screen.page(r.String()) {
		return
	}
	o.print(r)
}

func (o *operator) print(r command.Result) {
	if !r.AsJSON {
		io.WriteString(o.out, r.String())
		return
	}
	if r.Table == nil && !r.Has && r.Text == "" {
		return // the end of a stream, or a refusal
	}
	b, err := r.JSON()
	if err != nil {
		fmt.Fprintln(o.errs, err)
		return
	}
	fmt.Fprintf(o.out, "%s\n", b)
}

// store writes a file that came with an answer, never over another: where the line
// says, or else into the current folder. A shard cannot choose any other place.
func (o *operator) store(f command.File, line string) error {
	name := filepath.Base(f.Name)
	if strings.Contains(line, f.Name) {
		name = f.Name
	}
	w, err := os.OpenFile(name, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return err
	}
	_, err = w.Write(f.Data)
	if err := errors.Join(err, w.Close()); err != nil {
		return err
	}
	if whole, err := filepath.Abs(name); err == nil {
		name = whole
	}
	fmt.Fprintln(o.errs, "wrote", name)
	return nil
}

// patchFile is patch's --file, which names a file on the operator's machine.
var patchFile = regexp.MustCompile(`^\s*patch\s.*?(\s--file[ =](\S+))`)

// fromFile replaces --file PATH by the code in the file.
func fromFile(line string) (string, error) {
	m := patchFile.FindStringSubmatchIndex(line)
	if m == nil || strings.Contains(line[:m[2]], " = ") {
		return line, nil
	}
	code, err := os.ReadFile(line[m[4]:m[5]])
	if err != nil {
		return "", err
	}
	return line[:m[2]] + line[m[3]:] + " = " + string(code), nil
}
