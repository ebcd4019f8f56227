package store

import (
	"context"
	"errors"
	"syscall"

	"github.com/mattn/go-sqlite3"

	"hotshard/data/ledger"
)

// Kind is the machine's name for what went wrong, stable enough to send to a
// player's client. It is itself an error, so errors.Is(err, store.ErrNotFound)
// asks for the kind of any error of this package.
type Kind string

// Error returns the kind's name.
func (k Kind) Error() string { return string(k) }

// The kinds of error. The first group is an answer to the caller, the second is
// trouble with the database that an operator has to mend.
const (
	ErrNotFound    Kind = "not_found"       // no such account, character, release, patch
	ErrName        Kind = "bad_name"        // the name breaks the rules for names
	ErrNameTaken   Kind = "name_taken"      // somebody has that name, perhaps in other case
	ErrPassword    Kind = "bad_password"    // too short or too long to be set
	ErrCredentials Kind = "bad_credentials" // unknown account or wrong password: never said which
	ErrToken       Kind = "bad_token"       // a session that is over
	ErrBanned      Kind = "banned"          // the account may not play
	ErrNotEnough   Kind = "not_enough"      // a change of items would leave fewer than none
	ErrInvalid     Kind = "invalid"         // a value the store does not take
	ErrConflict    Kind = "conflict"        // the thing's state does not allow it
	ErrKeyUsed     Kind = "key_used"        // the key of a request was used for something else
	ErrTooMany     Kind = "too_many"        // there are as many as there may be
	ErrWrongBooks  Kind = "books_wrong"     // a holding was changed below the ledger: an operator has to look

	ErrClosed      Kind = "store_closed"      // Close was called
	ErrBusy        Kind = "store_busy"        // another process holds the database
	ErrFull        Kind = "store_full"        // no room on the disk
	ErrCorrupt     Kind = "store_corrupt"     // not a database, or a damaged one
	ErrNewer       Kind = "store_newer"       // made by a newer build
	ErrAccess      Kind = "store_access"      // permissions, directories, kinds of disk
	ErrForeign     Kind = "store_foreign"     // another shard's data, or what is left of one's own
	ErrUnsupported Kind = "store_unsupported" // a URL this build has no driver for
	ErrInternal    Kind = "store_internal"    // anything else the database said
)

// Error says what failed, of which kind, in a sentence: for whoever asked where
// the kind is of the first group, for the operator where it begins with store_
// (it names files). Err is the cause, for the log. No password and no password
// hash is ever part of either.
type Error struct {
	Op      string // what was tried: "login", "open"
	Kind    Kind
	Message string
	Err     error // may be nil
}

// Error returns operation, sentence and cause.
func (e *Error) Error() string {
	s := e.Op + ": " + e.Message
	if e.Err != nil {
		s += " (" + e.Err.Error() + ")"
	}
	return s
}

// Unwrap gives errors.Is and errors.As the kind and the cause.
func (e *Error) Unwrap() []error {
	if e.Err == nil {
		return []error{e.Kind}
	}
	return []error{e.Kind, e.Err}
}

func fail(op string, kind Kind, message string) error {
	return &Error{Op: op, Kind: kind, Message: message}
}

// explain turns what the database said into an Error that names the mend. What
// is an Error of ours already, or a context's, stays as it is.
func (s *Store) explain(op string, err error) error {
	if err == nil {
		return nil
	}
	var ours *Error
	if errors.As(err, &ours) || errors.Is(err, context.Canceled) || errors.Is(err, context.DeadlineExceeded) {
		return err
	}
	if no := (*ledger.Refusal)(nil); errors.As(err, &no) {
		return fail(op, refusals[no.Problem], no.Message)
	}
	kind, message := diagnose(err, s.path)
	return &Error{Op: op, Kind: kind, Message: message, Err: err}
}

// refusals are the kinds of what the ledger refuses.
var refusals = map[ledger.Problem]Kind{
	ledger.NotEnough: ErrNotEnough, ledger.Invalid: ErrInvalid, ledger.NotFound: ErrNotFound, ledger.KeyUsed: ErrKeyUsed, ledger.Wrong: ErrWrongBooks,
}

// diagnose names the kind of a driver's error and the mend for it.
func diagnose(err error, path string) (Kind, string) {
	var se sqlite3.Error
	if !errors.As(err, &se) {
		return ErrInternal, "the store could not do it"
	}
	switch {
	case se.Code == sqlite3.ErrFull, se.Code == sqlite3.ErrIoErr && se.SystemErrno == syscall.ENOSPC:
		return ErrFull, "the disk that holds " + path + " is full: free some space; nothing was changed and no restart is needed"
	case se.Code == sqlite3.ErrBusy, se.Code == sqlite3.ErrLocked:
		return ErrBusy, path + " is locked by another process: close the database shell or the other server that has it open"
	case se.Code == sqlite3.ErrCorrupt, se.Code == sqlite3.ErrNotADB:
		return ErrCorrupt, path + " is damaged or no SQLite database: restore a backup, or save what is readable with" +
			" `sqlite3 " + path + " .recover | sqlite3 new.db`, or move it away to start with an empty one"
	case se.Code == sqlite3.ErrReadonly, se.Code == sqlite3.ErrCantOpen, se.Code == sqlite3.ErrPerm:
		return ErrAccess, "cannot write " + path + ": check that its directory exists and belongs to the user the server runs as"
	case se.Code == sqlite3.ErrConstraint:
		return ErrInvalid, "the database refused the values"
	}
	return ErrInternal, "the database failed on " + path
}

// constraint says whether the error is a broken constraint of the given kind.
func constraint(err error, kind sqlite3.ErrNoExtended) bool {
	var se sqlite3.Error
	return errors.As(err, &se) && se.ExtendedCode == kind
}

// foreignKey says whether a row names another that is not there.
func foreignKey(err error) bool { return constraint(err, sqlite3.ErrConstraintForeignKey) }

// unique says whether there is such a row already.
func unique(err error) bool {
	return constraint(err, sqlite3.ErrConstraintUnique) || constraint(err, sqlite3.ErrConstraintPrimaryKey)
}
