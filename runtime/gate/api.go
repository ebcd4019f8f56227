package gate

import (
	"cmp"
	"context"
	"log/slog"
	"net/netip"
	"time"

	"hotshard/runtime/clock"
	"hotshard/runtime/gate/peer"
	"hotshard/runtime/gate/wire"
	"hotshard/runtime/span"
	"hotshard/runtime/world"
)

// Accounts knows who may play. The methods that check or make a password take long
// on purpose: the gate calls a bounded number of these at once, each on the goroutine
// of the socket that asked. An error that is a *wire.Error is shown to the player.
type Accounts interface {
	// Admit refuses an address that may not sign in at all. It must be quick.
	Admit(from netip.Addr) error
	// Seat is told who is about to play, and from where, and refuses who may not: what was
	// decided since they signed in counts. It must be quick.
	Seat(c world.CharacterID, from netip.Addr) error
	// Register makes an account with one character.
	Register(ctx context.Context, from netip.Addr, name, password string) (Pass, error)
	// Login checks a password. Where a shard makes unknown accounts on the fly, that
	// happens here.
	Login(ctx context.Context, from netip.Addr, name, password string) (Pass, error)
	// Resume takes a token that was in a Pass, whenever that was, unless it is over:
	// too old, or revoked. It checks no password and is quick.
	Resume(ctx context.Context, from netip.Addr, token string) (Pass, error)
	// Known says whether the account has signed in from the address's network before.
	Known(ctx context.Context, from netip.Addr, name string) bool
	// Password replaces the password of the character's account. All its tokens are
	// over; the new Pass holds another.
	Password(ctx context.Context, c world.CharacterID, old, password string) (Pass, error)
	// Revoke makes a token worthless: the player signed out, or was put out.
	Revoke(ctx context.Context, token string)
}

// Pass is what somebody has who has shown who they are. The token lets them come
// back without a password: it is a secret, and never written where it could be read.
type Pass struct {
	Character world.CharacterID
	Name      string
	Token     string // at most 64 bytes
}

// World is where signed-in players go. For one character Enter and Leave never
// overlap and come in order: Enter, perhaps Away or Enter again with another Client
// (the old one is dead then), Leave.
type World interface {
	// Enter says that the character is played through client from now on. The gate
	// has sent the welcome event; the world answers with system and snapshot, also
	// when the character never left (a resume). It runs on the goroutine of the
	// player's socket, and may take as long as loading a character does.
	Enter(c world.CharacterID, client Client)
	// Away says that the client's socket is gone, and nobody knows for how long: Enter
	// or Leave follows. It is not said of a client that another took the place of, nor
	// of one whose session ends.
	Away(c world.CharacterID, client Client)
	// Leave says that nobody plays the character any more: it logged out ("logout"),
	// did not come back ("timeout"), or its client was told to Close, with that reason.
	Leave(c world.CharacterID, reason string)
	// Command hands over a request that is not the core's, and must not block: the
	// player's next request waits. It may come just after a Leave, and is then best
	// dropped.
	Command(c world.CharacterID, req Request)
}

// Request is one command of a player.
type Request struct {
	ID   uint64
	Name string
	Args world.Value // what "args" held, nil if absent
	From Client      // whoever asked: replies go here, even if another socket took over meanwhile
	Work span.ID     // zero where nobody follows it
}

// Client is one player's connection. Its methods never block and may be called
// from any goroutine; on a closed connection they do nothing.
type Client interface {
	// Send queues the frame. Snapshots and deltas may be dropped when the player is
	// slow (see NeedSnapshot); events never are: who cannot take them is closed.
	Send(f *wire.Frame)
	// Reply answers the request with the id: with err if that is not nil (shown if
	// it is a *wire.Error, hidden behind a general sentence otherwise).
	Reply(id uint64, result world.Value, err error)
	// Cork holds back answers and events until the next snapshot or delta, which
	// takes them along in one write, or until Uncork. Nothing overtakes anything.
	Cork()
	// Uncork lets go what Cork has held back. Whoever corks a client does this soon:
	// a system at the end of its tick.
	Uncork()
	// NeedSnapshot says that deltas were dropped and that the way is clear again:
	// the next thing to send is a fresh snapshot. Until then deltas are discarded.
	NeedSnapshot() bool
	// Close ends the session: the player is told why, cannot resume, and the world
	// hears Leave from another goroutine.
	Close(reason string)
	// Name returns the character's name.
	Name() string
}

// Config is what a Gate needs. Zero limits mean the default in brackets.
type Config struct {
	Accounts Accounts
	World    World
	Log      *slog.Logger // [nothing is logged]
	Clock    clock.Clock  // [clock.Machine]
	Tracer   span.Tracer  // follows commands [nobody does]
	// Welcome returns the fields that the welcome event has beside player and token:
	// shard, kind and release. It may be nil.
	Welcome func() map[string]world.Value
	// Origins are further values of the Origin header to let in beside the host's
	// own ("https://play.example.org"); "*" lets every page in.
	Origins []string
	// Proxies are whose word is taken on whom a connection comes from.
	Proxies peer.Proxies
	// LimitLocal holds this machine's own address to the limits by address, too.
	LimitLocal bool
	// Refusals counts what is refused [a count of its own].
	Refusals *peer.Refusals

	Linger       time.Duration // a character stays in the game without a socket [60 s]
	LoginTimeout time.Duration // to sign in on a new socket [20 s]
	PingEvery    time.Duration // silence after which a client is pinged [30 s]
	IdleTimeout  time.Duration // silence after which it is closed [75 s]
	SlowLimit    time.Duration // with a backlog all that time: closed [20 s]
	CloseGrace   time.Duration // to take the reason for a close [2 s]

	MaxMessage   int     // bytes of one message from a player [16 KiB]
	MaxPending   int     // sockets nobody has signed in on [2,000]
	PendingEach  int     // ... of one network [50]
	LoginsAtOnce int     // calls into Accounts at the same time [2]
	LoginQueue   int     // logins that may wait for one of those [1,000]
	Rate         float64 // requests a second a player may send in the long run [20]
	Burst        int     // requests at once [40]
	Patience     int     // refused requests before the connection is closed [100]
	QueueFrames  int     // frames waiting for a slow player [64]
	QueueBytes   int     // bytes waiting for a slow player [256 KiB]
	SendBuffer   int     // kernel's send buffer of a socket, which bounds how old data gets [64 KiB]

	Guesses       peer.Limit // wrong passwords of one network [30, one more each 10 s]
	Registrations peer.Limit // accounts made from one network [20, one more a minute]
}

// Stats are counts for the operator, taken at one moment.
type Stats struct {
	Sockets   int    // open connections
	Pending   int    // of these, not signed in
	Sessions  int    // characters in the game, with or without a socket
	Lingering int    // of these, without a socket
	Overflows uint64 // times a player's backlog was dropped, since the start
	Requests  uint64 // that came in, since the start, as are the next three
	Received  uint64 // bytes of them
	Frames    uint64 // sent to players, or on their way
	Sent      uint64 // bytes of them
}

// withDefaults fills in what was left zero.
func (c Config) withDefaults() Config {
	if c.Log == nil {
		c.Log = slog.New(slog.DiscardHandler)
	}
	if c.Clock == nil {
		c.Clock = clock.Machine{}
	}
	if c.Refusals == nil {
		c.Refusals = new(peer.Refusals)
	}
	c.Linger = cmp.Or(c.Linger, 60*time.Second)
	c.LoginTimeout = cmp.Or(c.LoginTimeout, 20*time.Second)
	c.PingEvery = cmp.Or(c.PingEvery, 30*time.Second)
	c.IdleTimeout = cmp.Or(c.IdleTimeout, 75*time.Second)
	c.SlowLimit = cmp.Or(c.SlowLimit, 20*time.Second)
	c.CloseGrace = cmp.Or(c.CloseGrace, 2*time.Second)
	c.MaxMessage = cmp.Or(c.MaxMessage, 16<<10)
	c.MaxPending = cmp.Or(c.MaxPending, 2000)
	c.PendingEach = cmp.Or(c.PendingEach, 50)
	c.LoginsAtOnce = cmp.Or(c.LoginsAtOnce, 2)
	c.LoginQueue = cmp.Or(c.LoginQueue, 1000)
	c.Rate = cmp.Or(c.Rate, 20)
	c.Burst = cmp.Or(c.Burst, 40)
	c.Patience = cmp.Or(c.Patience, 100)
	c.QueueFrames = cmp.Or(c.QueueFrames, 64)
	c.QueueBytes = cmp.Or(c.QueueBytes, 256<<10)
	c.SendBuffer = cmp.Or(c.SendBuffer, 64<<10)
	c.Guesses = cmp.Or(c.Guesses, peer.Limit{Burst: 30, Every: 10 * time.Second})
	c.Registrations = cmp.Or(c.Registrations, peer.Limit{Burst: 20, Every: time.Minute})
	return c
}
