package wire

import "fmt"

// Error is a refusal a player may see: a code for machines, a sentence for people.
// Whatever else an operator wants to know is logged where the error happened.
type Error struct {
	Code    string `json:"code"`
	Message string `json:"message"`
}

// Error returns code and sentence, for logs.
func (e *Error) Error() string { return e.Code + ": " + e.Message }

// Errorf makes an Error with a formatted sentence.
func Errorf(code, format string, args ...any) *Error {
	return &Error{Code: code, Message: fmt.Sprintf(format, args...)}
}

// The codes of the core. Scripts add their own.
const (
	CodeBadRequest     = "bad_request"     // not JSON, too deep, a field missing or of the wrong type
	CodeNotSignedIn    = "not_signed_in"   // a command before login
	CodeSignedIn       = "signed_in"       // login, register or resume on a socket that is signed in
	CodeBadCredentials = "bad_credentials" // unknown name or wrong password
	CodeBadToken       = "bad_token"       // resume with a token that is not (or no longer) known
	CodeBanned         = "banned"          // the account or the address may not play; also a close code
	CodeBusy           = "busy"            // too many logins are waiting
	CodeRateLimited    = "rate_limited"    // too many requests; also a close code
	CodeUnknownCommand = "unknown_command" // no script registered the command
	CodeRefused        = "refused"         // a script refused, and gave no code
	CodeSwitchedOff    = "switched_off"    // what failed at every try and is not tried any more
	CodeInternal       = "internal"        // an error of the server; the log has the rest
)

// The codes of the closing event, which says why the server ends a connection.
const (
	ClosingKicked       = "kicked"        // an operator or a script ended the session
	ClosingTakenOver    = "taken_over"    // the character signed in or resumed elsewhere
	ClosingTooSlow      = "too_slow"      // the client could not keep up for too long
	ClosingRateLimited  = "rate_limited"  // it went on sending after many refusals
	ClosingLoginTimeout = "login_timeout" // nobody signed in on the socket in time
	ClosingIdle         = "idle"          // pings were not answered
	ClosingCrowded      = "crowded"       // nobody had signed in on it, and others needed the room
	ClosingBanned       = "banned"        // an operator banned the account or the address
	ClosingLoggedOut    = "logged_out"    // the player asked for it
	ClosingShutdown     = "shutdown"      // the server stops
)
