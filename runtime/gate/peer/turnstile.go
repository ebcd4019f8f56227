package peer

import (
	"cmp"
	"log/slog"
	"math"
	"net"
	"net/netip"
	"sync"
	"time"

	"hotshard/runtime/clock"
)

// Turnstile bounds connections before anything is read from them: how fast a network
// makes them, how many of its own it has, and how many there are of all. Whoever is
// turned away is cut off without a word, as that costs least.
//
// Networks of IPv6 count twice: as the /64 of a customer, and as the /48 of a site,
// which has 65,536 of those, with wideFactor times the limits.
type Turnstile struct {
	cfg  TurnstileConfig
	made [2]*Limiter[netip.Prefix] // connections, by customer and by site

	mu      sync.Mutex
	all     int
	nobodys int
	by      map[netip.Prefix]tenants
	alarm   Alarm
}

// tenants are the connections of a network.
type tenants struct{ all, nobodys int }

// TurnstileConfig says what the bounds are. Zero fields mean what is in brackets.
type TurnstileConfig struct {
	Made Limit // connections that a network makes [500 at once, then 100 a second]
	Each int   // connections of a network; where nobody is signed in a quarter of it [4,000]
	Most int   // connections of all [any number]; where nobody is signed in at most half of them

	// Exempt says whether only Most holds for an address; nil: for none.
	Exempt func(netip.Addr) bool
	// Shunned says whether an address may have a few only, so that it can be told why it
	// may not play; nil: none.
	Shunned func(netip.Addr) bool

	Proxies  Proxies // theirs are connections of others: only Most holds for them
	Refusals *Refusals
	Clock    clock.Clock  // [clock.Machine]
	Log      *slog.Logger // [nothing is logged]
}

const (
	siteBits   = 48
	wideFactor = 8
	shunnedMay = 4
)

// NewTurnstile makes one.
func NewTurnstile(c TurnstileConfig) *Turnstile {
	c.Made = cmp.Or(c.Made, Limit{Burst: 500, Every: time.Second / 100})
	c.Each = cmp.Or(c.Each, 4000)
	c.Most = cmp.Or(c.Most, math.MaxInt)
	if c.Clock == nil {
		c.Clock = clock.Machine{}
	}
	if c.Log == nil {
		c.Log = slog.New(slog.DiscardHandler)
	}
	wide := Limit{Burst: wideFactor * c.Made.Burst, Every: c.Made.Every / wideFactor}
	return &Turnstile{cfg: c, by: map[netip.Prefix]tenants{},
		made: [2]*Limiter[netip.Prefix]{NewLimiter[netip.Prefix](c.Made), NewLimiter[netip.Prefix](wide)}}
}

// Listener lets connections of another one through. Those of proxies have to be
// listened to by Proxies.Listener already.
func (t *Turnstile) Listener(l net.Listener) net.Listener { return &gated{l, t} }

type gated struct {
	net.Listener
	turnstile *Turnstile
}

// Accept returns the next connection that is let through.
func (l *gated) Accept() (net.Conn, error) {
	for {
		c, err := l.Listener.Accept()
		if err != nil {
			return nil, err
		}
		tcp, ok := c.(stream)
		if !ok {
			return c, nil
		}
		if g := l.turnstile.enter(tcp); g != nil {
			return g, nil
		}
		_ = tcp.SetLinger(0) // nothing is left of it, not even in the kernel
		tcp.Close()
	}
}

// Resume counts a connection in that another process has let through.
func (t *Turnstile) Resume(c net.Conn) net.Conn {
	tcp, ok := c.(stream)
	if !ok {
		return c
	}
	g := &Guest{stream: tcp, turnstile: t, from: t.whose(tcp)}
	t.mu.Lock()
	defer t.mu.Unlock()
	t.count(g.from, 1, 1)
	return g
}

// enter counts a connection in, or returns nil.
func (t *Turnstile) enter(c stream) *Guest {
	g := &Guest{stream: c, turnstile: t, from: t.whose(c)}
	now := t.cfg.Clock.Now()
	why := t.hasten(g.from, now)
	if why == none {
		why = t.admit(g.from)
	}
	if why == none {
		return g
	}
	t.cfg.Refusals.Add(why)
	if n := Network(g.from); t.alarm.Note(n, now) {
		t.cfg.Log.Warn("connections are turned away", "from", Show(n), "why", why.String())
	}
	return nil
}

// none is the kind of what is not refused.
const none = refusals

// whose is the address by which a connection counts; the zero address where only Most
// holds. A proxy's is not asked for whom it speaks: that would be to wait for it.
func (t *Turnstile) whose(c stream) netip.Addr {
	if p, ok := c.(*proxied); ok {
		c = p.TCPConn
	}
	a := Parse(c.RemoteAddr().String())
	if t.cfg.Proxies.Trusts(a) || t.cfg.Exempt != nil && t.cfg.Exempt(a) {
		return netip.Addr{}
	}
	return a
}

// groups are the networks that an address counts for.
func groups(a netip.Addr) (of [2]netip.Prefix, n int) {
	if !a.IsValid() {
		return of, 0
	}
	of[0] = Network(a)
	if of[0].Addr().Is4() {
		return of, 1
	}
	of[1] = netip.PrefixFrom(of[0].Addr(), siteBits).Masked()
	return of, 2
}

// hasten refuses an address that connects too fast.
func (t *Turnstile) hasten(a netip.Addr, now time.Time) Refusal {
	of, n := groups(a)
	for i := range n {
		if !t.made[i].Take(of[i], now) {
			return ConnectsFast
		}
	}
	return none
}

// admit counts a connection, where there is room for it.
func (t *Turnstile) admit(a netip.Addr) Refusal {
	nobodys := max(1, t.cfg.Each/4)
	if a.IsValid() && t.cfg.Shunned != nil && t.cfg.Shunned(a) {
		nobodys = shunnedMay
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.all >= t.cfg.Most || t.nobodys >= max(1, t.cfg.Most/2) {
		return TooManyAll
	}
	of, n := groups(a)
	for i, factor := 0, 1; i < n; i, factor = i+1, wideFactor {
		if have := t.by[of[i]]; have.all >= factor*t.cfg.Each || have.nobodys >= factor*nobodys {
			return TooManyEach
		}
	}
	t.count(a, 1, 1)
	return none
}

// count adds to what there is, with the lock.
func (t *Turnstile) count(a netip.Addr, all, nobodys int) {
	t.all, t.nobodys = t.all+all, t.nobodys+nobodys
	of, n := groups(a)
	for i := range n {
		have := t.by[of[i]]
		have.all, have.nobodys = have.all+all, have.nobodys+nobodys
		if have == (tenants{}) {
			delete(t.by, of[i])
			continue
		}
		t.by[of[i]] = have
	}
}

// Open is how many connections there are, and on how many of them nobody is signed in.
func (t *Turnstile) Open() (all, nobodys int) {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.all, t.nobodys
}
