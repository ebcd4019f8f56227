package load

import (
	"encoding/json"
	"fmt"
	"net"
	"net/url"

	"hotshard/runtime/gate/wire"
	"hotshard/runtime/world"
)

// side is one server and its players. There are two in a run with a floor.
type side struct {
	loop      *loop
	to        *net.TCPAddr
	handshake []byte
	floor     bool
	scene     scene
	players   []*player
	prefix    string
	password  string
	asking    bool // players give orders

	opened      int64 // when the first one came
	dialled     int   // players that have begun to come in
	present     int   // players in the game
	ready       int   // players that do what the scene is about
	came        int   // players that have done so at some time
	queued      int   // players that wait for a seat in a full system
	disconnects int
	deaths      int
	returns     int     // to the fight
	away        int64   // ns, the longest that a death kept anybody out of it
	dilation    float64 // the least so far
	trouble     error
	refusal     string
	refusals    map[string]int

	news   map[newsKey]*news
	keys   [keptNews]newsKey
	learnt int
	delta  wire.Delta
	ticks  map[uint32]*ticks
	tick   uint64 // the latest that anybody heard of

	anchor place      // where ships are had
	arena  world.Vec3 // where everybody meets
	args   []byte
	meter  meter
}

// place is a celestial.
type place struct {
	id     world.EntityID
	pos    world.Vec3
	radius float64
}

// meter counts from one moment to another.
type meter struct {
	since      int64
	ia, echo   histogram
	bytes      int64
	frames     int64
	ticks      int64 // that were heard of
	missed     int64
	orders     int64
	refused    int64
	unanswered int64
	twice      int64     // answers to what nobody had asked, or had been answered
	deals      histogram // answers of the market to orders
	trades     int64     // orders that were filled, all or in part
}

// newSide makes the players of a server; none of them comes in yet.
func newSide(l *loop, to string, floor bool, opt *Options) (*side, error) {
	u, err := url.Parse(to)
	if err != nil {
		return nil, err
	}
	if u.Scheme != "ws" {
		return nil, fmt.Errorf("%s: only ws:// can be played on", to)
	}
	s := &side{loop: l, floor: floor, prefix: opt.Prefix, password: opt.Password, asking: true, dilation: 1,
		refusals: map[string]int{}, news: map[newsKey]*news{}, ticks: map[uint32]*ticks{}}
	if s.to, err = net.ResolveTCPAddr("tcp", u.Host); err != nil {
		return nil, err
	}
	if !floor { // which knows nothing else: players here only look at what a delta brings
		q := u.Query()
		q.Set("keeps", "1")
		u.RawQuery = q.Encode()
	}
	s.handshake = fmt.Appendf(nil, "GET %s HTTP/1.1\r\nHost: %s\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"+
		"Sec-WebSocket-Key: aG90c2hhcmQgcGxheWVycw==\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Protocol: %s\r\n\r\n",
		u.RequestURI(), u.Host, wire.SubprotocolBinary)
	s.scene = newScene(opt.Scene, s)
	for i := range opt.Players {
		s.players = append(s.players, &player{side: s, num: i + 1, fd: -1})
	}
	return s, nil
}

// maxUnderWay is how many players may be between connecting and being in the game.
const maxUnderWay = 400

// come lets those come in whose turn it is, when so many come in a second.
func (s *side) come(perSecond float64) {
	due := min(len(s.players), int(float64(s.loop.now-s.opened)/1e9*perSecond)+1)
	for s.dialled < due && s.dialled-s.present < maxUnderWay {
		s.players[s.dialled].connect()
		s.dialled++
	}
}

// enter counts a player who is in the game, leave one who no longer is.
func (s *side) enter(p *player) {
	p.stage = playing
	s.present++
}

func (s *side) leave(p *player) {
	s.present--
	s.unready(p)
	s.queue(p, false)
	p.role = role{}
}

// arrive counts a player who can do now what the scene is about.
func (s *side) arrive(p *player) {
	if !p.ready {
		p.ready = true
		s.ready++
	}
	if !p.came {
		p.came = true
		s.came++
	}
}

// queue notes whether a player waits for a seat.
func (s *side) queue(p *player, waits bool) {
	if p.queued != waits {
		p.queued = waits
		if waits {
			s.queued++
		} else {
			s.queued--
		}
	}
}

func (s *side) unready(p *player) {
	if p.ready {
		p.ready = false
		s.ready--
	}
}

// ask lets the players give orders, each at a moment of its own, or no more.
func (s *side) ask(on bool) {
	s.asking = on
	for _, p := range s.players {
		if on && p.ready {
			p.after(s.loop.rng.Int64N(courseEvery))
		}
	}
}

func (s *side) dilated(factor float64) {
	if factor > 0 {
		s.dilation = min(s.dilation, factor)
	}
}

// learnPlace finds the anchor in the first system event: the first station of the
// system or, where it has none, the first celestial.
func (s *side) learnPlace(text []byte) {
	if s.anchor.id != 0 {
		return
	}
	var ev struct {
		Celestials []struct {
			ID     world.EntityID `json:"id"`
			Kind   string         `json:"kind"`
			Pos    [3]float64     `json:"pos"`
			Radius float64        `json:"radius"`
		} `json:"celestials"`
	}
	if err := json.Unmarshal(text, &ev); err != nil || len(ev.Celestials) == 0 {
		return
	}
	c := ev.Celestials[0]
	for _, other := range ev.Celestials {
		if other.Kind == "station" {
			c = other
			break
		}
	}
	s.anchor = place{c.ID, world.Vec3{X: c.Pos[0], Y: c.Pos[1], Z: c.Pos[2]}, c.Radius}
	s.arena = s.anchor.pos.Add(world.Vec3{Y: c.Radius + arenaOff})
}
