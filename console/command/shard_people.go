package command

import (
	"context"
	"time"
)

// Operators tells who may come in from afar.
type Operators interface {
	// ListOperators returns who stands in the file of keys as it is now, and a
	// sentence for each line of it that is no good.
	ListOperators() (all []OperatorLine, problems []string)
}

// OperatorLine is one who may come in.
type OperatorLine struct {
	Line int
	Name string
	Role Role
	Key  string // its fingerprint
}

// Community keeps order among the players. who is the name of an account or a
// character, or a character's number; for Ban and Lift also an address or a network.
// What is said of somebody holds whether they are online or not, and after a
// restart.
type Community interface {
	Account(ctx context.Context, who string) (Account, error)
	// Ban keeps an account or an address from playing until a time, zero for ever,
	// ends their sessions at once, and returns how many it ended.
	Ban(ctx context.Context, who string, until time.Time, reason, author string) (Sanction, int, error)
	// Mute keeps an account from speaking.
	Mute(ctx context.Context, who string, until time.Time, reason, author string) (Sanction, error)
	// Sanctions lists what is in force, the oldest first.
	Sanctions(ctx context.Context) ([]Sanction, error)
	// Lift ends a sanction of a kind before its time; who may also be its number.
	Lift(ctx context.Context, kind, who, author string) (Sanction, error)
	// Rename gives somebody another name. Their session ends.
	Rename(ctx context.Context, who, name, author string) (was string, err error)
	// ResetPassword sets a password that nobody has chosen, and returns it. Sessions
	// of the account end, and no token of it works any more.
	ResetPassword(ctx context.Context, who, author string) (password string, err error)
	// Delete removes an account with all it owns. There is no way back.
	Delete(ctx context.Context, who, author string) error
}

// The kinds of sanctions.
const (
	KindBan  = "ban"
	KindMute = "mute"
)

// Sanction is what somebody may not do, until when and why.
type Sanction struct {
	ID      int64
	Kind    string
	Subject string // a name, or an address or network
	Reason  string
	Author  string
	Created time.Time
	Until   time.Time // zero for ever
	Ended   time.Time // zero where it is in force or has run out by itself
}

// Account is all an operator is told of one.
type Account struct {
	ID         int64
	Name       string
	Characters []string
	Online     []string // of these, in the game
	Created    time.Time
	LastLogin  time.Time
	Networks   []string // from which they signed in, the latest first
	Sanctions  []Sanction
}
