package peer

import "sync/atomic"

// Refusal is a kind of thing that is refused to whoever comes from outside. Each one is
// counted, so that whoever is attacked sees by what.
type Refusal uint8

// The kinds of refusals, in the order in which a connection can meet them.
const (
	// Connections, before a request of theirs is there.
	ConnectsFast Refusal = iota // a network connects faster than it may
	TooManyEach                 // a network has as many connections as it may
	TooManyAll                  // everybody together has
	BadProxy                    // a proxy's header that says nothing
	Silent                      // nothing came in time
	SlowHTTP                    // not all of a request came in time
	BadHTTP                     // what came is none
	UnreadHTTP                  // the answer was not taken in time

	// Requests over HTTP.
	APIRate    // a network asks faster than it may
	APIBusy    // too many ask at once
	APIRequest // what was asked for cannot be had
	Origin     // a page of another site wants to play
	Handshake  // what is to become a WebSocket cannot
	NoRoom     // too many sign in already

	// Sockets, and what comes on them.
	Crowded      // closed to make room for others to sign in
	LoginTimeout // nobody signed in in time
	BadFrame     // against the WebSocket protocol
	NotText      // no UTF-8
	TooLong      // a message
	Fragments    // a message in too many pieces
	BadRequest   // a message that is no request
	OutOfOrder   // a command before the login, a login after it
	RateLimited  // a request, a ping or a pong too many
	Flooding     // closed for going on with those
	Idle         // closed for being silent
	TooSlow      // closed for taking nothing

	// Attempts to sign in.
	BadCredentials // a wrong name or password
	BadToken       // that is not, or no longer, good
	Banned         // who, or where from, may not play
	Busy           // too many wait for their turn
	Guesses        // too many wrong passwords before this one
	Registrations  // too many accounts made before this one
	BadAccount     // a name or password that nobody may have
	Guessing       // closed for going on with any of these

	refusals
)

var refusalNames = [refusals]string{
	ConnectsFast: "connects_fast", TooManyEach: "connections_each", TooManyAll: "connections_all", BadProxy: "proxy_header",
	Silent: "silent", SlowHTTP: "http_slow", BadHTTP: "http_malformed", UnreadHTTP: "http_unread",
	APIRate: "api_rate", APIBusy: "api_busy", APIRequest: "api_request",
	Origin: "origin", Handshake: "handshake", NoRoom: "no_room",
	Crowded: "crowded", LoginTimeout: "login_timeout", BadFrame: "bad_frame", NotText: "not_utf8", TooLong: "too_long", Fragments: "fragments",
	BadRequest: "bad_request", OutOfOrder: "out_of_order", RateLimited: "rate_limited", Flooding: "flooding", Idle: "idle", TooSlow: "too_slow",
	BadCredentials: "bad_credentials", BadToken: "bad_token", Banned: "banned", Busy: "busy", Guesses: "guesses", Registrations: "registrations",
	BadAccount: "bad_account", Guessing: "guessing",
}

// String is the kind as metrics and logs name it.
func (r Refusal) String() string { return refusalNames[r] }

// EachRefusal lists the kinds.
func EachRefusal(visit func(Refusal)) {
	for r := range refusals {
		visit(r)
	}
}

// Refusals counts, by kind, since the start. Any goroutine may use it; nil counts
// nothing.
type Refusals struct{ counts [refusals]atomic.Uint64 }

// Add counts one.
func (c *Refusals) Add(r Refusal) {
	if c != nil {
		c.counts[r].Add(1)
	}
}

// Of is how many of a kind there were.
func (c *Refusals) Of(r Refusal) uint64 {
	if c == nil {
		return 0
	}
	return c.counts[r].Load()
}
