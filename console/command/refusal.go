package command

import (
	"errors"
	"fmt"

	"hotshard/runtime/release"
	"hotshard/runtime/script/code"
)

// Codes of refusals by this package.
const (
	CodeUnknown = "unknown-command"
	CodeUsage   = "usage"
	CodeRole    = "not-allowed"
	CodeConfirm = "confirm" // the shard's name must be typed
	CodeBusy    = "busy"
	CodeBroken  = "cancelled"
	CodeFailed  = "failed"
	CodeTests   = "R-TESTS" // tests of what a promotion changes do not pass
	// CodeEdit asks an interactive client to let the operator edit what the
	// command printed, and to send the line again with " = " and the new code.
	CodeEdit = "edit"
)

// Refusal is an error with a code for machines. Commands show "code: message".
type Refusal struct {
	Code    string // R-PATCH-CONFLICT
	Message string
}

// Error returns "CODE: message".
func (r *Refusal) Error() string {
	if r.Code == "" {
		return r.Message
	}
	return r.Code + ": " + r.Message
}

// Refuse makes a refusal of a sentence.
func Refuse(code, format string, args ...any) error {
	return &Refusal{Code: code, Message: fmt.Sprintf(format, args...)}
}

// asRefusal is an error of the engine as operators get it.
func asRefusal(err error) error {
	if r := (*code.Refusal)(nil); errors.As(err, &r) {
		return &Refusal{Code: r.Code, Message: r.Text()}
	}
	return err
}

// refusalIn is the refusal that an outcome is, nil where it is none.
func refusalIn(o release.Outcome) error {
	if o.Verdict != release.Refuse {
		return nil
	}
	return &Refusal{Code: o.Code, Message: o.Sentence()}
}
