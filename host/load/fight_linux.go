package load

import "hotshard/runtime/world"

// part is what a player in a fight is about.
type part uint8

const (
	setOut  part = iota // in the station, or on the way to the arena
	fighter             // in the arena
	fleer               // in a pod, on the way to the station
)

// fight is two fleets, the players with even and odd numbers. They come in with
// rookie ships, lock each other, fire until one dies, and get a new ship in the
// station when they were the one.
type fight struct {
	s        *side
	missiles bool
}

// lockTime is how long a lock may take, in ns, until another target is looked for.
const lockTime = 60e9

// missileFit is what a rookie ship can launch missiles with.
const missileFit = `"modules":["Light Launcher","Light Launcher","Afterburner","Small Shield Booster","Armour Repairer"]`

func (f fight) placed(p *player) {
	s := f.s
	if !p.unsafe { // or nobody may fire at anybody in safe space
		p.unsafe = true
		p.order("safety", []byte(`"on":false`))
	}
	switch {
	case p.docked != 0:
		s.unready(p)
		p.part, p.target, p.aimed = setOut, 0, false
	case p.part == fighter && p.ship != 0: // another ship, in space: the pod
		s.unready(p)
		s.deaths++
		p.part, p.target, p.aimed, p.fitted = fleer, 0, false, false
		p.died = s.loop.now
	}
	p.after(s.within(1e9))
}

func (f fight) act(p *player) {
	s := f.s
	switch {
	case p.part == setOut && p.docked != 0 && f.missiles && !p.fitted:
		p.order("fit", []byte(missileFit))
		p.after(5e9)
	case p.part == setOut:
		s.toArena(p)
	case p.part == fleer:
		p.order("warp", s.id("id", s.anchor.id))
		p.after(10e9)
	case s.asking:
		f.fight(p)
	}
}

// fight is what a fighter does next: look for somebody, or fly around them.
func (f fight) fight(p *player) {
	s := f.s
	p.after(courseEvery)
	if p.aimed {
		b := s.id("id", p.target)
		p.ordered("orbit", s.number(b, "range", float64(2000+s.loop.rng.IntN(4000))))
		return
	}
	if p.target != 0 && s.loop.now-p.since < lockTime {
		p.ordered("goto", s.point(s.somewhere(), "", 0)) // while it is locking
		return
	}
	if p.target != 0 {
		p.order("unlock", s.id("id", p.target)) // it takes too long
		p.target = 0
	}
	for range 8 {
		other := s.players[s.loop.rng.IntN(len(s.players))]
		if other.num%2 != p.num%2 && other.part == fighter && other.ship != 0 {
			p.target, p.since = other.ship, s.loop.now
			p.order("lock", s.id("id", p.target))
			return
		}
	}
	p.ordered("goto", s.point(s.somewhere(), "", 0))
}

// join lets a player take part who has come to the arena.
func (f fight) join(p *player) {
	s := f.s
	p.part = fighter
	s.arrive(p)
	if p.died != 0 {
		s.returns++
		s.away = max(s.away, s.loop.now-p.died)
		p.died = 0
	}
}

// census counts who does what in a fight, and for how long somebody has been out
// of it at most.
func (f fight) census() (parts [3]int, away int64) {
	away = f.s.away
	for _, p := range f.s.players {
		if p.stage != playing {
			continue
		}
		parts[p.part]++
		if p.died != 0 {
			away = max(away, f.s.loop.now-p.died)
		}
	}
	return parts, away
}

func (f fight) answer(p *player, what, code string) {
	s := f.s
	switch what {
	case "fit":
		p.fitted = true // or cannot be
		s.toArena(p)
	case "undock", "warp", "goto":
		switch {
		case p.part == setOut && s.arrived(p, what, code):
			f.join(p)
			p.after(s.within(courseEvery))
		case p.part == fleer && code == "too_close":
			p.order("dock", s.id("station", s.anchor.id))
		case p.part == fleer && code != "":
			p.after(2e9)
		}
	case "dock":
		if code != "" && p.part == fleer {
			p.order("approach", s.id("id", s.anchor.id))
			p.after(5e9)
		}
	case "lock":
		if code != "" {
			p.target = 0
			p.after(1e9)
		}
	}
}

func (f fight) lock(p *player, id world.EntityID, on, off bool) {
	if p.part != fighter || id != p.target {
		return
	}
	switch {
	case on:
		p.aimed = true
		for slot := range 2 {
			b := f.s.id("id", id)
			p.order("activate", f.s.number(b, "slot", float64(slot+1)))
		}
	case off:
		p.target, p.aimed = 0, false
		p.after(f.s.within(1e9))
	}
}
