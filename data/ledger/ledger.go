// Package ledger keeps the books of what there is: double entry, for money and things
// alike. Whatever moves, moves from one holding to another in an entry that says why;
// what the world gains comes from a faucet with a name, and what it loses goes into a
// sink with one. So the sum over all holdings of a type is always nothing, and each
// holding is the sum of its postings: audit.go proves it.
//
// It says what is written and checks it; the transaction is its caller's (data/store).
// Read writing.go first.
package ledger

import (
	"fmt"
	"regexp"
	"strconv"
	"time"

	"hotshard/runtime/world"
)

// Money is the type that prices are in, in hundredths, and Wallet where a character
// has it.
const (
	Money  = "Money"
	Wallet = "wallet"
)

// Kind is what sort of holder somebody is.
type Kind string

// The kinds of holders. The empty one is a character. A faucet only gives, and a sink
// only takes; a keeper has for a while what is nobody's: a wreck's cargo.
const (
	Character Kind = ""
	Faucet    Kind = "faucet"
	Sink      Kind = "sink"
	Keeper    Kind = "keeper"
)

// Holder is who has something: a character by number, or an account by name.
type Holder struct {
	Kind Kind
	ID   world.CharacterID // of a character
	Name string            // of an account: "mining", "broker's fee"
}

// Of is a character as a holder.
func Of(id world.CharacterID) Holder { return Holder{ID: id} }

// String names the holder as operators read it: "character 1000001", "faucet mining".
func (h Holder) String() string {
	if h.Kind == Character {
		return "character " + strconv.FormatInt(int64(h.ID), 10)
	}
	return string(h.Kind) + " " + h.Name
}

// Holding is a stack: what of one type a holder has in one place. The location is the
// caller's word for it; of a faucet or a sink it is empty.
type Holding struct {
	Holder   Holder
	Location string
	Type     string
}

// String names the holding as operators read it.
func (h Holding) String() string {
	place := ""
	if h.Location != "" {
		place = " in " + h.Location
	}
	return fmt.Sprintf("%s of %s%s", h.Type, h.Holder, place)
}

// Why is what an entry says besides its postings.
type Why struct {
	Cause    string            // a word or a few: "trade", "loot"
	Actor    world.CharacterID // who wanted it, 0 for nobody
	Operator string            // who asked for it from the console
	System   string            // the address where it happened
	Tick     world.Tick        // there
	Release  int               // of the scripts

	// Key is the actor's own name for what they ask, "" for none. The same key with the
	// same Content is answered with the Answer of the first time and not done again;
	// with another Content it is refused. Without a key, Content is a remark.
	Key     string
	Content string
	Answer  string
}

// Entry is one line of a history: how much of something came (or went, below zero) and
// why.
type Entry struct {
	ID       int64
	At       time.Time
	Holding  Holding
	Quantity int64
	Why      Why
}

// Limits of what an entry says, in bytes.
const (
	MaxText    = 128 // of a location, a type, a cause, a key
	MaxContent = 16 << 10
)

// names are what accounts and causes may be called.
var names = regexp.MustCompile(`^[a-z][a-z0-9 ._'-]*$`)

// checkName says what is wrong with the name of an account or a cause.
func checkName(what, name string) error {
	if len(name) > MaxText || !names.MatchString(name) {
		return refuse(Invalid, "%s %q: a name is small letters, digits, spaces and ._'-, begins with a letter and has at most %d characters", what, name, MaxText)
	}
	return nil
}

// Check says what is wrong with it.
func (w *Why) Check() error {
	if err := checkName("the cause", w.Cause); err != nil {
		return err
	}
	if len(w.Key) > MaxText {
		return refuse(Invalid, "a key has at most %d characters, and this one %d", MaxText, len(w.Key))
	}
	if len(w.Content)+len(w.Answer) > MaxContent {
		return refuse(Invalid, "what is asked and answered under the key %s takes %d bytes, and at most %d are kept", w.Key, len(w.Content)+len(w.Answer), MaxContent)
	}
	return nil
}

// Problem is what sort of error a Refusal is.
type Problem uint8

// The sorts of refusals.
const (
	NotEnough Problem = iota + 1 // there is less than that
	Invalid                      // it cannot be
	NotFound                     // there is no such holder
	KeyUsed                      // the key stands for something else
	Wrong                        // the holding was changed below the ledger
)

// Refusal is an answer to the caller: what cannot be done, in a sentence.
type Refusal struct {
	Problem Problem
	Message string
}

// Error returns the sentence.
func (r *Refusal) Error() string { return r.Message }

func refuse(p Problem, format string, args ...any) error {
	return &Refusal{p, fmt.Sprintf(format, args...)}
}
