package store

import (
	"context"
	"errors"

	"github.com/mattn/go-sqlite3"

	"hotshard/data/ledger"
	"hotshard/data/ownership"
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
	ErrStale       Kind = "stale_epoch"     // the system in whose name it was to be done has another owner by now
	ErrNoFence     Kind = "no_fence"        // nobody has said in which system's name
	ErrUnknown     Kind = "unknown"         // perhaps done and perhaps not: the database was lost in the commit

	ErrClosed      Kind = "store_closed"      // Close was called
	ErrBusy        Kind = "store_busy"        // another process holds the database
	ErrLost        Kind = "store_lost"        // the database's server cannot be reached
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
	if no := (*ownership.Refusal)(nil); errors.As(err, &no) {
		return &Error{Op: op, Kind: ErrStale, Message: no.Error(), Err: no}
	}
	kind, message := s.dialect.diagnose(err)
	return &Error{Op: op, Kind: kind, Message: message, Err: err}
}

// refusals are the kinds of what the ledger refuses.
var refusals = map[ledger.Problem]Kind{
	ledger.NotEnough: ErrNotEnough, ledger.Invalid: ErrInvalid, ledger.NotFound: ErrNotFound, ledger.KeyUsed: ErrKeyUsed, ledger.Wrong: ErrWrongBooks,
}

// constraint says whether the error is a broken constraint of SQLite's of the given kind.
func constraint(err error, kind sqlite3.ErrNoExtended) bool {
	var se sqlite3.Error
	return errors.As(err, &se) && se.ExtendedCode == kind
}

// foreignKey says whether a row names another that is not there.
func foreignKey(err error) bool {
	return constraint(err, sqlite3.ErrConstraintForeignKey) || sqlState(err) == stateForeignKey
}

// unique says whether there is such a row already.
func unique(err error) bool {
	return constraint(err, sqlite3.ErrConstraintUnique) || constraint(err, sqlite3.ErrConstraintPrimaryKey) || sqlState(err) == stateUnique
}
