package code

import (
	"errors"
	"fmt"
	"strings"

	"hotshard/runtime/script/bytecode"
	"hotshard/runtime/script/syntax"
)

// Refusal is why a batch was not applied. Nothing has changed when one is
// returned. Its codes are those of the reload conformance suite.
type Refusal struct {
	Code    string // "R-SYNTAX"
	Subject string // the one thing it is about: "m.lua:12", "m.f"
	File    string
	Line    int
	Message string // what was found and what would mend it
	Trace   string // Lua traceback, where code was running
}

func (r *Refusal) Error() string { return "refused " + r.Code + ": " + r.Text() }

// Text is the refusal without its code: where, what was found, what mends it.
func (r *Refusal) Text() string {
	var b strings.Builder
	if r.File != "" {
		b.WriteString(FileLine(r.File, r.Line) + " ")
	}
	if r.Subject != "" && r.Subject != FileLine(r.File, r.Line) && r.Subject != r.File {
		b.WriteString(r.Subject + " ")
	}
	b.WriteString(r.Message)
	return b.String()
}

// Warning is something the operator should know about an applied batch.
type Warning struct {
	Code    string // "W-STATE-KEPT"
	Subject string // "m.n"
	Detail  string
}

func (w Warning) String() string {
	s := w.Code + " " + w.Subject
	if w.Detail != "" {
		s += " (" + w.Detail + ")"
	}
	return s
}

// Warn makes a Warning.
func Warn(code, subject, format string, args ...any) Warning {
	return Warning{Code: code, Subject: subject, Detail: fmt.Sprintf(format, args...)}
}

// FileLine is "m.lua:12", or the path alone where no line is known.
func FileLine(path string, line int) string {
	if line <= 0 {
		return path
	}
	return fmt.Sprintf("%s:%d", path, line)
}

// SyntaxRefusal is a refusal of what the reader or the compiler says of a file.
func SyntaxRefusal(path string, err error) *Refusal {
	r := &Refusal{Code: RSyntax, File: path, Message: err.Error()}
	var serr *syntax.Error
	var cerr *bytecode.Error
	switch {
	case errors.As(err, &serr):
		r.Line, r.Message = serr.Line, serr.Advice()
		if serr.Unfinished() { // no line is to blame
			r.Line = 0
		}
	case errors.As(err, &cerr):
		r.Line, r.Message = cerr.Line, cerr.Message
	}
	r.Subject = FileLine(path, r.Line)
	return r
}

// SplitPlace takes "m.lua@1a2b3c:12: text" apart.
func SplitPlace(file, text string) (path string, line int, message string) {
	head, rest, ok := strings.Cut(text, ": ")
	at := strings.LastIndexByte(head, ':')
	if !ok || at < 0 {
		return file, 0, text
	}
	if _, err := fmt.Sscanf(head[at+1:], "%d", &line); err != nil {
		return file, 0, text
	}
	path, _, _ = strings.Cut(head[:at], "@")
	return path, line, rest
}
