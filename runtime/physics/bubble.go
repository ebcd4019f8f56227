package physics

import (
	"cmp"
	"iter"
	"slices"

	"hotshard/runtime/world"
)

// BubbleID names a bubble while it lasts; ids are never used again. 0 is none.
type BubbleID uint32

// Bubble is a group of bodies that see each other: what the cells hang together
// that have a body in them, neighbours touching by a corner included. So whoever
// is nearer to a body than Config.BubbleRadius is in its bubble. A ship in warp is
// alone in a bubble of its own, and celestials are in none.
//
// The slices belong to the Space: they hold until the next call that changes it.
type Bubble struct {
	ID      BubbleID
	Members []world.EntityID // in no particular order
	Joined  []world.EntityID // since the Step before the last, ascending
	Left    []Parting        // likewise; removed bodies too
}

// Parting is a body that has left a bubble, and where it was then.
type Parting struct {
	ID  world.EntityID
	Pos world.Vec3
}

// bubble is a Bubble at work.
type bubble struct {
	id     BubbleID
	cells  []*cell // none: the bubble of a ship in warp
	slots  []int32 // the bodies; ids has the same order
	ids    []world.EntityID
	joined []world.EntityID
	left   []Parting
	known  bool // was there at the end of a Step
	dead   bool // is to be taken out of bubbles.live
	news   bool // joined or left is not empty
}

// bubbles is the part of a Space that knows who is with whom.
type bubbles struct {
	side, border, room float64 // m: of a cell, of its border, of both
	cells              map[cellKey]*cell
	live               []*bubble // ascending by id
	lastID             BubbleID
	byID               map[BubbleID]*bubble
	touched            []int32  // slots whose bubble may have changed since the last Step
	removed            []parted // bodies that were removed since the last Step
	news               []*bubble
	gone               []BubbleID
	dying              []*bubble

	spareCells   []*cell
	spareBubbles []*bubble
	found        []*bubble
	flood        uint64
	queue        []*cell
	parts        []part
}

// parted is a body that is no more, and the bubble that knew it.
type parted struct {
	Parting
	was BubbleID
}

// part is one of the pieces a bubble falls into: queue[from:to].
type part struct {
	from, to, bodies int
	first            cellKey
}

func (b *bubbles) init(radius, hysteresis float64) {
	b.side, b.border = radius+2*hysteresis, hysteresis
	b.room = b.side + 2*b.border
	b.cells = map[cellKey]*cell{}
	b.byID = map[BubbleID]*bubble{}
}

// Bubbles iterates over the bubbles, by ascending id.
func (s *Space) Bubbles() iter.Seq[Bubble] {
	return func(yield func(Bubble) bool) {
		for _, b := range s.live {
			if !b.dead && !yield(Bubble{b.id, b.ids, b.joined, b.left}) {
				return
			}
		}
	}
}

// Bubble returns the bubble with the id, and false where there is none.
func (s *Space) Bubble(id BubbleID) (Bubble, bool) {
	b := s.byID[id]
	if b == nil {
		return Bubble{}, false
	}
	return Bubble{b.id, b.ids, b.joined, b.left}, true
}

// Gone returns the bubbles that ended since the Step before the last: what is
// kept for them may be dropped. It holds until the next Step.
func (s *Space) Gone() []BubbleID { return s.gone }

func (s *Space) openBubble() *bubble {
	b := &bubble{}
	if n := len(s.spareBubbles); n > 0 {
		b = s.spareBubbles[n-1]
		s.spareBubbles = s.spareBubbles[:n-1]
	}
	s.lastID++
	b.id = s.lastID
	s.byID[b.id] = b
	s.live = append(s.live, b)
	return b
}

// closeBubble ends a bubble that has neither bodies nor cells.
func (s *Space) closeBubble(b *bubble) {
	b.dead = true
	delete(s.byID, b.id)
	s.dying = append(s.dying, b)
}

func (b *bubble) adopt(c *cell) {
	c.bubble, c.at = b, int32(len(b.cells))
	b.cells = append(b.cells, c)
}

func (b *bubble) drop(c *cell) {
	last := b.cells[len(b.cells)-1]
	b.cells[c.at] = last
	last.at = c.at
	b.cells[len(b.cells)-1] = nil
	b.cells = b.cells[:len(b.cells)-1]
}

// join makes a body that is in no bubble a member.
func (s *Space) join(i int32, b *bubble) {
	n := &s.info[i]
	n.bubble, n.memberAt = b, int32(len(b.slots))
	b.slots = append(b.slots, i)
	b.ids = append(b.ids, s.ids[i])
	s.touch(i)
}

// quit takes a body out of its bubble.
func (s *Space) quit(i int32) {
	n := &s.info[i]
	b, end := n.bubble, len(n.bubble.slots)-1
	last := b.slots[end]
	b.slots[n.memberAt], b.ids[n.memberAt] = last, b.ids[end]
	s.info[last].memberAt = n.memberAt
	b.slots, b.ids = b.slots[:end], b.ids[:end]
	n.bubble = nil
	s.touch(i)
}

func (s *Space) touch(i int32) {
	if b := &s.info[i]; !b.moved {
		b.moved = true
		s.touched = append(s.touched, i)
	}
}

// isolate takes a ship that goes into warp out of its bubble into one of its own.
func (s *Space) isolate(i int32) {
	s.leaveCell(i)
	s.join(i, s.openBubble())
}

// rejoin puts a ship that came out of warp among the others.
func (s *Space) rejoin(i int32) {
	own := s.info[i].bubble
	s.quit(i)
	s.closeBubble(own)
	s.enterCell(i, s.cellKey(s.pos[i]))
}

// leaveSpace takes a body that is being removed out of cell and bubble.
func (s *Space) leaveSpace(i int32) {
	b := &s.info[i]
	if own := b.bubble; b.cell == nil {
		s.quit(i)
		s.closeBubble(own)
	} else {
		s.leaveCell(i)
	}
	if b.was != 0 {
		s.removed = append(s.removed, parted{Parting{s.ids[i], s.pos[i]}, b.was})
	}
}

// merge moves everything of one bubble into another, and ends it.
func (s *Space) merge(from, to *bubble) {
	for _, c := range from.cells {
		to.adopt(c)
	}
	s.moveAll(to, from.slots)
	clear(from.cells)
	from.cells, from.slots, from.ids = from.cells[:0], from.slots[:0], from.ids[:0]
	s.closeBubble(from)
}

// moveAll enters the bodies in the books of a bubble.
func (s *Space) moveAll(to *bubble, slots []int32) {
	for _, i := range slots {
		n := &s.info[i]
		n.bubble, n.memberAt = to, int32(len(to.slots))
		to.slots = append(to.slots, i)
		to.ids = append(to.ids, s.ids[i])
		s.touch(i)
	}
}

// split looks whether the cells of a bubble still hang together. If not, the part
// with the most bodies keeps the bubble, and every other one becomes a new one.
func (s *Space) split(b *bubble) {
	s.flood++
	s.queue, s.parts = s.queue[:0], s.parts[:0]
	for _, c := range b.cells {
		if c.mark != s.flood {
			s.parts = append(s.parts, s.floodFrom(c))
		}
		if len(s.parts) == 1 && len(s.queue) == len(b.cells) {
			return
		}
	}
	slices.SortFunc(s.parts, func(p, q part) int {
		return cmp.Or(-cmp.Compare(p.bodies, q.bodies), p.first.compare(q.first))
	})
	for _, p := range s.parts[1:] {
		own := s.openBubble()
		for _, c := range s.queue[p.from:p.to] {
			b.drop(c)
			own.adopt(c)
			for _, i := range c.slots {
				s.quit(i)
				s.join(i, own)
			}
		}
	}
}

// floodFrom collects in queue what hangs together with a cell.
func (s *Space) floodFrom(c *cell) part {
	p := part{from: len(s.queue), first: c.key}
	c.mark = s.flood
	s.queue = append(s.queue, c)
	for at := p.from; at < len(s.queue); at++ {
		c := s.queue[at]
		p.bodies += len(c.slots)
		if c.key.compare(p.first) < 0 {
			p.first = c.key
		}
		s.neighbours(c.key, func(n *cell) bool {
			if n.mark != s.flood {
				n.mark = s.flood
				s.queue = append(s.queue, n)
			}
			return true
		})
	}
	p.to = len(s.queue)
	return p
}

func (k cellKey) compare(l cellKey) int {
	return cmp.Or(cmp.Compare(k.x, l.x), cmp.Compare(k.y, l.y), cmp.Compare(k.z, l.z))
}

// clearBubbleNews forgets what the last Step reported.
func (s *Space) clearBubbleNews() {
	for i, b := range s.bubbles.news {
		b.joined, b.left, b.news = b.joined[:0], b.left[:0], false
		s.bubbles.news[i] = nil
	}
	s.bubbles.news = s.bubbles.news[:0]
	s.gone = s.gone[:0]
}

// reportBubbles works out who has joined and left which bubble since the last
// Step, whatever the way there was, and buries the bubbles that ended.
func (s *Space) reportBubbles() {
	s.sortByID(s.touched)
	for _, i := range s.touched {
		n := &s.info[i]
		if !n.moved || n.bubble.id == n.was {
			n.moved = false
			continue
		}
		n.moved = false
		if n.was != 0 {
			s.tellLeft(Parting{s.ids[i], s.pos[i]}, n.was)
			s.tell(Event{Kind: BubbleLeft, ID: s.ids[i], Bubble: n.was})
		}
		n.was = n.bubble.id
		s.withNews(n.bubble)
		n.bubble.joined = append(n.bubble.joined, s.ids[i])
		s.tell(Event{Kind: BubbleEntered, ID: s.ids[i], Bubble: n.was})
	}
	s.touched = s.touched[:0]
	for _, r := range s.removed {
		s.tellLeft(r.Parting, r.was)
	}
	if len(s.removed) > 0 {
		for _, b := range s.bubbles.news {
			slices.SortFunc(b.left, func(x, y Parting) int { return cmp.Compare(x.ID, y.ID) })
		}
	}
	s.removed = s.removed[:0]
	s.bury()
}

func (s *Space) tellLeft(p Parting, from BubbleID) {
	if b := s.byID[from]; b != nil {
		s.withNews(b)
		b.left = append(b.left, p)
	}
}

func (s *Space) withNews(b *bubble) {
	if !b.news {
		b.news = true
		s.bubbles.news = append(s.bubbles.news, b)
	}
}

// bury takes the bubbles that ended out of the list, in one go.
func (s *Space) bury() {
	if len(s.dying) > 0 {
		s.live = slices.DeleteFunc(s.live, func(b *bubble) bool { return b.dead })
	}
	for i, b := range s.dying {
		if b.known {
			s.gone = append(s.gone, b.id)
		}
		*b = bubble{cells: b.cells[:0], slots: b.slots[:0], ids: b.ids[:0], joined: b.joined[:0], left: b.left[:0]}
		s.spareBubbles = append(s.spareBubbles, b)
		s.dying[i] = nil
	}
	s.dying = s.dying[:0]
	slices.Sort(s.gone)
	for _, b := range s.bubbles.news {
		b.known = true
	}
}
