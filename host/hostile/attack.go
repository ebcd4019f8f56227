package hostile

import (
	"context"
	"errors"
	"net"
	"net/netip"
	"sync"

	"hotshard/runtime/gate/peer"
)

// Attack is one way to attack a shard.
type Attack struct {
	Name string
	Does string // in a few words
	// Sure are the kinds of refusals that the attack cannot do without, given the room.
	Sure []peer.Refusal
	// Slow says that it waits for the shard to lose its patience.
	Slow bool
	run  func(context.Context, *Target) (Toll, error)
}

// Toll is how many refusals of each kind an attack is sure of: it was told so, or was cut
// off where nothing else could be why.
type Toll map[peer.Refusal]uint64

// Target is a shard, and how hard it is attacked.
type Target struct {
	Addr string // host:port of its players' port
	// Size is how often an attack does what it does: a hundred or so for a test, thousands
	// to measure.
	Size int
	// From are addresses of this machine that attackers have. Those of honest players are
	// not among them.
	From []netip.Addr
	// Name and Password are an account that attackers have.
	Name, Password string
}

// Attacks lists all there are.
func Attacks() []Attack {
	kinds := func(k ...peer.Refusal) []peer.Refusal { return k }
	return []Attack{
		{"frames", "frames against the protocol", kinds(peer.BadFrame, peer.NotText, peer.TooLong), false, brokenFrames},
		{"messages", "messages that are no requests", kinds(peer.BadRequest), false, brokenMessages},
		{"oversized", "messages, headers and addresses that are too long", kinds(peer.TooLong, peer.BadHTTP), false, oversized},
		{"fragments", "messages in pieces that never end", kinds(peer.Fragments), false, fragments},
		{"order", "commands before the login, and the same once more", kinds(peer.OutOfOrder), false, outOfOrder},
		{"tokens", "tokens that are made up, of others, or over", kinds(peer.BadToken, peer.Guessing, peer.OutOfOrder), false, badTokens},
		{"flood", "requests, pings and pongs as fast as they go", kinds(peer.RateLimited, peer.Flooding), false, flood},
		{"deaf", "the same by somebody who reads no answer", kinds(peer.RateLimited, peer.Flooding), true, deaf},
		{"guessing", "wrong passwords for one name and for many", kinds(peer.BadCredentials, peer.Guesses, peer.Guessing), false, guessing},
		{"accounts", "accounts by the hundred", kinds(peer.Registrations), false, manyAccounts},
		{"connects", "connections as fast as they go", kinds(peer.ConnectsFast), false, connects},
		{"unsigned", "sockets of one address on which nobody signs in", kinds(peer.Crowded), false, unsigned},
		{"silent", "connections that say nothing", kinds(peer.Silent), true, silent},
		{"slow headers", "requests that come a byte at a time", kinds(peer.SlowHTTP), true, slowHeaders},
		{"slow bodies", "requests whose body comes a byte at a time", kinds(peer.SlowHTTP), true, slowBodies},
		{"slow frames", "frames that come a byte at a time", kinds(peer.LoginTimeout), true, slowFrames},
		{"unread", "requests whose answers nobody reads", kinds(peer.UnreadHTTP), true, unread},
		{"api", "the market's API: what it has not, and as fast as it goes", kinds(peer.APIRequest, peer.APIRate), false, abuseAPI},
		{"http", "what is no HTTP, or another version of it", kinds(peer.BadHTTP), false, brokenHTTP},
		{"handshakes", "handshakes of other pages, versions and protocols", kinds(peer.Origin, peer.Handshake), false, badHandshakes},
	}
}

// Run attacks until that is done, or ctx ends. An error says that the shard did not do
// what it should.
func (a Attack) Run(ctx context.Context, t *Target) (Toll, error) { return a.run(ctx, t) }

// address is the n-th that the attacker has, again and again.
func (t *Target) address(n int) netip.Addr { return t.From[n%len(t.From)] }

// Prepare makes the attackers' account, where there is none.
func (t *Target) Prepare(ctx context.Context) error {
	s, err := t.open(ctx, t.address(len(t.From)-1))
	if err != nil {
		return err
	}
	defer abort(s)
	_, err = s.ask(1, "register", map[string]any{"name": t.Name, "password": t.Password}) // another time it is taken
	return err
}

// dial connects from an address.
func (t *Target) dial(ctx context.Context, from netip.Addr) (net.Conn, error) {
	d := net.Dialer{LocalAddr: net.TCPAddrFromAddrPort(netip.AddrPortFrom(from, 0))}
	return d.DialContext(ctx, "tcp", t.Addr)
}

// abort closes a connection so that neither side keeps anything of it.
func abort(c net.Conn) {
	if tcp, ok := c.(*net.TCPConn); ok {
		_ = tcp.SetLinger(0) // it is closed all the same
	}
	c.Close()
}

// crew runs something so often, some at once, and gathers tolls and errors.
type crew struct {
	mu   sync.Mutex
	toll Toll
	errs []error
}

const atOnce = 32

func together(ctx context.Context, times int, do func(n int) (Toll, error)) (Toll, error) {
	c := &crew{toll: Toll{}}
	turns := make(chan struct{}, atOnce)
	var all sync.WaitGroup
	for n := range times {
		if ctx.Err() != nil {
			break
		}
		turns <- struct{}{}
		all.Go(func() {
			defer func() { <-turns }()
			c.add(do(n))
		})
	}
	all.Wait()
	return c.toll, errors.Join(c.errs...)
}

// mostErrors is how many are told: the rest says the same.
const mostErrors = 5

func (c *crew) add(toll Toll, err error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	for why, n := range toll {
		c.toll[why] += n
	}
	if err != nil && len(c.errs) < mostErrors {
		c.errs = append(c.errs, err)
	}
}
