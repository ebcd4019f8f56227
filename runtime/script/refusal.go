package script

import (
	"fmt"
	"strings"
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
		b.WriteString(fileLine(r.File, r.Line) + " ")
	}
	if r.Subject != "" && r.Subject != fileLine(r.File, r.Line) && r.Subject != r.File {
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

func warn(code, subject, format string, args ...any) Warning {
	return Warning{Code: code, Subject: subject, Detail: fmt.Sprintf(format, args...)}
}
