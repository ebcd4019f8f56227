package system

import (
	"time"

	"hotshard/runtime/script"
	"hotshard/runtime/script/code"
	"hotshard/runtime/script/image"
	"hotshard/runtime/world"
)

// A system can be run again: from an image, with all that went in since. The tape writes
// that down, on the system's goroutine, into memory; a Sink takes it from there.

// Sink takes what a tape has written. Its methods are called on the system's goroutine, and
// do not block.
type Sink interface {
	// Due says whether an image is wanted now. begun: there is one already, and all since.
	Due(now time.Time, begun bool) bool
	// Image takes a beginning: the system as it is between two ticks.
	Image(Beginning)
	// Inputs takes what has gone in since the beginning or the batch before, and returns room
	// for the next. false: it is dropped, and with it all that comes before the next Image.
	Inputs(Batch) (room []byte, ok bool)
	// After calls functions when all that it was given before is on disk, or is lost; on any
	// goroutine. false: it will not.
	After([]func()) bool
	// Lost says that the system has done what cannot be done again, or has no image, and why.
	Lost(now time.Time, why error)
	// Ended says that nothing comes any more. kept: the system goes on from somewhere else, and
	// until it does a crash is made good from here; otherwise there is nothing to bring back.
	Ended(kept bool)
}

// Beginning is an image of a system, and when it was taken.
type Beginning struct {
	At      time.Time
	Tick    world.Tick
	Image   []byte
	Release *code.Release
	Follows bool // on the batch before: nothing is missing between them
}

// Batch is what has gone into a system. It can be read if all before it can, back to the
// beginning.
type Batch struct {
	Data     []byte
	Until    time.Time
	Tick     world.Tick      // the last one that is in it
	Releases []*code.Release // that it names
}

// A batch is handed on when it holds so many bytes, or a second of the game.
const (
	batchBytes = 256 << 10
	batchEvery = time.Second
)

// What a tape is made of. The numbers are part of the format.
const (
	opStep       = iota // a step begins: when
	opMessage           // it takes a message
	opDeed              // something was done from outside
	opSettled           // ... and scripts were told what came of it
	opAnswer            // to a question that is not answered as usual
	opDeaf              // a player has lost frames
	opStepped           // the step has ended: its digest
	opPaced             // how long it took
	opRested            // the system fell asleep
	opPassed            // game time that passed in a sleep
	opKeeps             // a player changes ships whose client keeps what it sees
	opInterlude         // an interlude begins
	opInterluded        // ... and ends
	ops
)

// tape is nil for a system that is not recorded: then its methods do nothing.
type tape struct {
	sink Sink
	w    *image.Writer
	from *Playback // not nil where the system is run again

	base     time.Time // of steady
	begun    bool      // the Sink has an image, and the tape all since
	over     bool      // nothing is noted any more: the system has ended
	since    time.Time // the first step of the batch in hand
	until    time.Time // the last step
	last     int64     // nanoseconds: the last time in the batch
	step     int       // where in the batch the step in hand begins; -1 for none
	noted    bool      // a deed was, and nothing has settled since
	asked    uint64    // questions since the beginning
	releases []*code.Release
	out      world.Digest // of what has left the system since the beginning
	steps    int64        // of Lua up to there
	held     []func()     // what is to be begun outside when what led to it is on disk
	chance   []byte       // scratch
}

func newTape(s Sink) *tape {
	if s == nil {
		return nil
	}
	return &tape{sink: s, w: image.NewPlain(), step: -1}
}

func (t *tape) writes() bool { return t != nil && t.begun && t.from == nil }

// again says whether the system is run again.
func (t *tape) again() bool { return t != nil && t.from != nil }

// steady is a time of the clock by which durations add up, whatever is done to the machine's
// date, and which is the same when it is read back.
func (t *tape) steady(now time.Time) time.Time {
	if t == nil {
		return now
	}
	if t.base.IsZero() {
		t.base = now
	}
	return t.base.Round(0).Add(now.Sub(t.base))
}

// dated is the machine's date at a time, by steady, as it is read back: to the millisecond.
func (t *tape) dated(now, date time.Time) time.Time {
	if t == nil {
		return date
	}
	return now.Add(ahead(now, date))
}

// ahead is how much the date is ahead of a time, in whole milliseconds.
func ahead(now, date time.Time) time.Duration {
	return date.Round(time.Millisecond).Sub(now.Round(time.Millisecond))
}

// begin notes that a step begins at a time, by steady, and by the machine's date.
func (t *tape) begin(now, date time.Time) {
	if !t.writes() {
		return
	}
	if t.since.IsZero() {
		t.since = now
	}
	t.step, t.until = len(t.w.Bytes()), now
	t.w.Uint(opStep)
	t.time(now)
	t.w.Int(ahead(now, date).Milliseconds())
}

func (t *tape) time(now time.Time) {
	n := now.UnixNano()
	t.w.Int(n - t.last)
	t.last = n
}

// message notes what is about to be delivered.
func (t *tape) message(s *System, m Message) {
	if !t.writes() {
		return
	}
	switch m := m.(type) {
	case Do, Between: // what it does is noted when it is done
		return
	case Enter:
		t.w.Uint(opMessage)
		writeMessage(t.w, m)
		t.w.Bool(m.Client != nil)
	case Detach:
		t.w.Uint(opMessage)
		writeMessage(t.w, m)
		t.w.Bool(s.hears(m.Player, m.Client))
	default:
		t.w.Uint(opMessage)
		writeMessage(t.w, m)
	}
	if t.w.Err() != nil {
		t.cut(t.w.Err())
	}
}

// hears says whether a connection is the one that a player, here or before the door, has.
func (s *System) hears(id world.CharacterID, c Client) bool {
	if p := s.people.byID[id]; p != nil {
		return p.client == c
	}
	w := s.door.here(id)
	return w != nil && w.enter.Client == c
}

// deed notes what was done to the scripts.
func (t *tape) deed(d script.Deed) {
	switch {
	case !t.writes():
		return
	case d.Kind == script.DeedOther:
		t.cut(errOnce(d.Texts[0]))
		return
	}
	t.noted = true
	t.w.Uint(opDeed)
	t.w.Count(int(d.Kind))
	t.w.Bool(d.Release != nil)
	if d.Release != nil {
		t.releases = append(t.releases, d.Release)
		t.w.Count(d.Release.Number)
		t.w.Text(d.Release.Hash)
	}
	for _, texts := range [][]string{d.Roots, d.Texts} {
		t.w.Count(len(texts))
		for _, text := range texts {
			t.w.Text(text)
		}
	}
	t.w.Count(len(d.IDs))
	for _, id := range d.IDs {
		t.w.Uint(id)
	}
	t.w.Bool(d.Back)
	t.w.Bool(d.Look)
}

// errOnce is an error of what can be done only once.
type errOnce string

func (e errOnce) Error() string { return string(e) }

// settled notes that scripts have been told what came of deeds.
func (t *tape) settled() {
	if t.writes() && t.noted {
		t.w.Uint(opSettled)
		t.noted = false
	}
}

func (t *tape) answer(text string) {
	if t.writes() {
		t.w.Uint(opAnswer)
		t.w.Uint(t.asked)
		t.w.Text(text)
	}
}

// deaf notes that a player has lost frames.
func (t *tape) deaf(id world.CharacterID) {
	if t.writes() {
		t.w.Uint(opDeaf)
		t.w.Uint(uint64(id))
	}
}

// keeps notes that the client of a player who changes ships keeps what it sees.
func (t *tape) keeps(id world.CharacterID) {
	if t.writes() {
		t.w.Uint(opKeeps)
		t.w.Uint(uint64(id))
	}
}

// stepped notes how the system stands at the end of a step.
func (t *tape) stepped(s *System) {
	if t == nil || !t.begun {
		return
	}
	d, measured := s.digest()
	if t.from != nil {
		t.from.stepped(d, measured)
		return
	}
	t.step = -1
	t.w.Uint(opStepped)
	t.w.Uint(uint64(s.time.tick))
	t.w.Bool(measured)
	for _, part := range d {
		t.w.Fixed(uint64(part))
	}
}

// interlude notes that one begins.
func (t *tape) interlude() {
	if t.writes() {
		t.step = len(t.w.Bytes())
		t.w.Uint(opInterlude)
	}
}

// interluded notes that it has ended.
func (t *tape) interluded() {
	if t.writes() {
		t.step = -1
		t.w.Uint(opInterluded)
	}
}

// paced notes how long a step took.
func (t *tape) paced(took time.Duration) {
	if t.writes() {
		t.w.Uint(opPaced)
		t.w.Int(int64(took))
	}
}

// rested notes that the system falls asleep.
func (t *tape) rested() {
	if t.writes() {
		t.w.Uint(opRested)
	}
}

// passed notes how far game time has come in a sleep, by the real time.
func (t *tape) passed(game float64, now time.Time) {
	if t.writes() {
		t.w.Uint(opPassed)
		t.w.Float(game)
		t.time(now)
	}
}

// between hands on what has gathered, and takes an image where one is wanted. No step is in
// hand.
func (t *tape) between(s *System, now time.Time) {
	if t == nil || t.from != nil || t.sink == nil {
		return
	}
	if t.begun && (len(t.held) > 0 || len(t.w.Bytes()) >= batchBytes || !t.since.IsZero() && now.Sub(t.since) >= batchEvery) {
		t.hand(s.time.tick)
	}
	if t.sink.Due(now, t.begun) && s.scripts.state != nil && s.stopping == "" {
		t.image(s, now)
	}
	t.release()
}

// then calls a function when what has happened up to the end of the step is on disk: never,
// where the system is run again.
func (t *tape) then(do func()) {
	switch {
	case t == nil, t.from == nil && t.sink == nil, t.over:
		do()
	case t.from == nil:
		t.held = append(t.held, do)
	}
}

// release lets begin what was held.
func (t *tape) release() {
	if len(t.held) == 0 {
		return
	}
	held := t.held
	t.held = nil
	if t.begun && t.sink.After(held) {
		return
	}
	for _, do := range held {
		do()
	}
}

// holds says whether something is held that is to be begun outside.
func (t *tape) holds() bool { return t != nil && len(t.held) > 0 }

// pending is how long what is in hand may still wait to be handed on; false for nothing.
func (t *tape) pending(now time.Time) (time.Duration, bool) {
	if t != nil && len(t.held) > 0 {
		return 0, true
	}
	if !t.writes() || len(t.w.Bytes()) == 0 {
		return 0, false
	}
	if t.since.IsZero() {
		t.since = now
	}
	return max(0, batchEvery-now.Sub(t.since)), true
}

// hand gives the batch in hand to the Sink.
func (t *tape) hand(tick world.Tick) {
	if len(t.w.Bytes()) == 0 {
		return
	}
	room, ok := t.sink.Inputs(Batch{Data: t.w.Bytes(), Until: t.until, Tick: tick, Releases: t.releases})
	t.w.Swap(room)
	t.releases, t.since, t.last = nil, time.Time{}, 0
	t.begun = t.begun && ok
}

// image begins anew.
func (t *tape) image(s *System, now time.Time) {
	if t.begun {
		t.hand(s.time.tick)
	}
	follows := t.begun
	data, err := s.snapshotImage()
	if err != nil {
		t.begun = false
		t.sink.Lost(now, err)
		return
	}
	t.sink.Image(Beginning{At: now, Tick: s.time.tick, Image: data, Release: s.scripts.state.Release(), Follows: follows})
	t.w.Swap(t.w.Bytes())
	t.since, t.last, t.step, t.noted = time.Time{}, 0, -1, false
	t.count(s)
}

// count lets what is counted since the beginning begin.
func (t *tape) count(s *System) {
	t.begun, t.asked, t.out, t.steps = true, 0, 0, s.scripts.steps()
	s.commands.cool(s.people.order)
}

// cut ends what can be run again, because of what happened in the step in hand or now.
func (t *tape) cut(why error) {
	if !t.writes() {
		return
	}
	t.drop()
	t.sink.Lost(t.until, why)
}

// drop hands on what there is up to the step in hand, and nothing from there on.
func (t *tape) drop() {
	if t.step >= 0 {
		t.w.Cut(t.step)
		t.step = -1
	}
	t.hand(0)
	t.begun = false
}

// end hands on the rest: the system has ended. Where it was kept the recording does not say
// so: what was kept counts when all have been, and until then a crash is made good from this.
func (t *tape) end(s *System, kept bool) {
	if t == nil || t.from != nil || t.sink == nil {
		return
	}
	if t.begun {
		t.hand(s.time.tick)
	}
	t.release()
	t.begun, t.over = false, true
	t.sink.Ended(kept)
}

// HandOn gives the Sink what there is, between two ticks, and lets begin what was held for
// that; else it gets it once a second.
func (s *System) HandOn() {
	t := s.tape
	if t.writes() {
		t.hand(s.time.tick)
	}
	if t != nil {
		t.release()
	}
}
