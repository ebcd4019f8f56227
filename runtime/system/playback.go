package system

import (
	"cmp"
	"errors"
	"fmt"
	"time"

	"hotshard/runtime/clock"
	"hotshard/runtime/gate/wire"
	"hotshard/runtime/script"
	"hotshard/runtime/script/code"
	"hotshard/runtime/script/image"
	"hotshard/runtime/world"
)

// Playback is a system that is run again: from an image, with what a tape has of the time
// since. Nothing of it reaches anybody: who it sends to is not there, and what it asks is
// answered from the tape.
type Playback struct {
	s    *System
	cfg  PlaybackConfig
	k    *kinds
	left *image.Reader // of the batch in hand
	last int64

	batch   []Message // of the step that is read
	answers []heard
	lost    map[world.CharacterID]bool
	keeping map[world.CharacterID]bool // whose clients keep what they see
	failed  error                      // of a deed in the step
	got     Digests
	gauged  bool     // functions are measured in this run, or were: that takes steps of Lua
	ran     bool     // the step has come to its digest
	done    *Stepped // the one that was run last, until Next has told of it

	commands map[commandKey]string // given and not answered, where somebody observes
}

// heard is an answer to a question, by the number of the question.
type heard struct {
	asked uint64
	text  string
}

// PlaybackConfig says how a system is run again.
type PlaybackConfig struct {
	System Config // Router, Saver and Clock are not asked
	Thaw   StateThaw
	// Commit does a script.DeedCommit again.
	Commit func(*script.State, script.Deed) error
	// Release finds the release that a tape names.
	Release func(number int, hash string) (*code.Release, error)
	// Stepped hears of each step that Run has run; false ends the run. It may be nil.
	Stepped func(Stepped) bool
	// Saved hears what the system saves. It may be nil.
	Saved func([]Character)
	// Fault and Log hear what a system's OnFault and OnLog hear. They may be nil.
	Fault func(script.Fault)
	Log   func(level, module, text string)
	// Took hears of each message of a step, before the step is run. It may be nil.
	Took func(Message)
	// Replied hears the answers to players' commands. It may be nil.
	Replied func(to world.CharacterID, id uint64, result world.Value, err error)
	// Told hears the events that a player's connection is sent, but not what there is in
	// space: an Onlooker sees that. It may be nil.
	Told func(world.CharacterID, *wire.Frame)
	// Observer hears of all that it does; nil: nobody.
	Observer Observer
}

// Stepped is a step that was run again.
type Stepped struct {
	Tick     world.Tick
	At       time.Time
	Recorded Digests
	Now      Digests
	Parts    []string // in which they differ
}

// ErrStopped is the error of a run that Stepped has ended.
var ErrStopped = errors.New("stopped")

// NewPlayback thaws the system of an image. Players who had a connection have one that
// nobody hears.
func NewPlayback(cfg PlaybackConfig, data []byte) (*Playback, error) {
	p := &Playback{cfg: cfg, lost: map[world.CharacterID]bool{}, keeping: map[world.CharacterID]bool{}, commands: map[commandKey]string{}}
	c := cfg.System
	c.Record, c.Router, c.Saver, c.Clock = nil, silent{}, silent{p}, nil
	c.playback, c.NewRound, c.Tally = p, nil, nil
	s, err := Thaw(c, data, cfg.Thaw, p.client)
	if err != nil {
		return nil, err
	}
	p.s, p.k = s, &kinds{s: s, clients: p.client}
	s.mail.deafen()
	return p, nil
}

// Begin is where an image was taken of the system that the tape is of: what follows counts
// from here. It returns the same image of this one.
func (p *Playback) Begin() ([]byte, error) {
	p.s.tape.count(p.s)
	p.answers, p.gauged = nil, false
	return p.s.snapshotImage()
}

// Leave takes players out of the system, between two steps, whatever the tape says of them.
func (p *Playback) Leave(players []world.CharacterID) {
	for _, id := range players {
		p.s.leave(Leave{Player: id, Reason: "logout"})
		p.s.settle()
	}
}

// Asked is how many questions the system has asked the outside since the beginning, or since
// Begin.
func (p *Playback) Asked() uint64 { return p.s.tape.asked }

// Image writes the system down as it stands, and nothing counts from here: what is run goes
// on as if nobody had asked.
func (p *Playback) Image() ([]byte, error) { return p.s.snapshotImage() }

// Try runs a step that nobody has recorded, with messages that nobody has sent. What follows
// on the tape does not follow on that.
func (p *Playback) Try(messages ...Message) (err error) {
	defer func() {
		if v := recover(); v != nil {
			err = fmt.Errorf("the core failed: %v", v)
		}
	}()
	s := p.s
	s.mail.batch = append(s.mail.batch, messages...)
	s.tick(s.time.real.Add(s.time.period()), s.time.date.Add(s.time.period()))
	return nil
}

// Live makes the system one that plays, from where the run has come to, in the shard that
// cfg says. It does not run yet. The playback must not be used any more.
func (p *Playback) Live(cfg Config) *System {
	s := p.s
	*s.tape = tape{sink: cfg.Record, w: image.NewPlain(), step: -1}
	w := s.cfg.Router.(*witness)
	w.Router, w.saver = cfg.Router, cfg.Saver
	s.cfg.Release, s.cfg.Record, s.cfg.playback = cfg.Release, cfg.Record, nil
	if s.cfg.Clock = cfg.Clock; cfg.Clock == nil {
		s.cfg.Clock = clock.Machine{}
	}
	s.mail.inbox.deaf, s.mail.gaps.deaf = false, false
	if cfg.Tally != nil {
		s.cfg.Tally = cfg.Tally
	}
	if cfg.NewRound != nil {
		s.sending.round = cfg.NewRound()
	}
	return s
}

// System is the one that is run. Between two calls of Run it may be looked at.
func (p *Playback) System() *System { return p.s }

// Close gives its scripts back.
func (p *Playback) Close() { p.s.scripts.close() }

// client is the connection of a player. It loses frames when the tape says so.
func (p *Playback) client(id world.CharacterID) Client {
	return &listener{p: p, id: id}
}

type listener struct {
	noClient
	p  *Playback
	id world.CharacterID
}

// NeedSnapshot implements Client.
func (c *listener) NeedSnapshot() bool {
	lost := c.p.lost[c.id]
	delete(c.p.lost, c.id)
	return lost
}

// Reply implements Client.
func (c *listener) Reply(id uint64, result world.Value, err error) {
	if c.p.cfg.Replied != nil {
		c.p.cfg.Replied(c.id, id, result, err)
	}
}

// KeepsView implements Keeper.
func (c *listener) KeepsView() bool { return c.p.keeping[c.id] }

// Send implements Client.
func (c *listener) Send(f *wire.Frame) {
	if c.p.cfg.Told != nil && f.Kind() == wire.KindText {
		c.p.cfg.Told(c.id, f)
	}
}

// silent is a shard with nobody in it.
type silent struct{ p *Playback }

func (silent) Send(world.Address, Message) error  { return nil }
func (silent) Jump(world.SystemID, Enter) error   { return nil }
func (silent) Crowd(world.SystemID) Crowd         { return Crowd{} }
func (silent) Left(world.CharacterID)             {}
func (silent) Forward(world.CharacterID, Message) {}
func (silent) Unloaded(*System)                   {}

func (q silent) Save(records []Character) {
	if q.p != nil && q.p.cfg.Saved != nil {
		q.p.cfg.Saved(records)
	}
}

// answer is what the tape has to a question: nothing where it was answered as usual.
func (p *Playback) answer(asked uint64) string {
	for len(p.answers) > 0 && p.answers[0].asked < asked {
		p.answers = p.answers[1:]
	}
	if len(p.answers) > 0 && p.answers[0].asked == asked {
		text := p.answers[0].text
		p.answers = p.answers[1:]
		return text
	}
	return ""
}

func (p *Playback) stepped(d Digests, measured bool) {
	p.got, p.ran, p.gauged = d, true, p.gauged || measured
}

// hear answers a question that is answered at once.
func (p *Playback) hear(q Question, asked uint64) string {
	text := p.answer(asked)
	if o := p.cfg.Observer; o != nil {
		return o.Hear(q, text)
	}
	return text
}

// Run does what a batch says. Its bytes come from outside: what is wrong with them is an
// error, after which the system must not be used.
func (p *Playback) Run(batch []byte) error {
	for p.Load(batch); ; {
		st, ran, err := p.Next()
		if err != nil || !ran {
			return err
		}
		if p.cfg.Stepped != nil && !p.cfg.Stepped(st) {
			return ErrStopped
		}
	}
}

// Load takes the batch that Next runs, in the place of the one before.
func (p *Playback) Load(batch []byte) { p.left, p.last = image.NewPlainReader(batch), 0 }

// Next does what the batch says up to the end of its next step, and returns that; ran is
// false where the batch is at its end, and what came behind its last step is done. An error
// is as with Run.
func (p *Playback) Next() (st Stepped, ran bool, err error) {
	defer func() {
		if v := recover(); v != nil {
			ran, err = false, fmt.Errorf("the core failed: %v", v)
		}
	}()
	for r := p.left; r != nil && r.More(); {
		if err := p.op(r, r.Small(ops-1)); err != nil {
			return st, false, err
		}
		if done := p.done; done != nil {
			p.done = nil
			return *done, true, r.Err()
		}
	}
	if p.left == nil {
		return st, false, nil
	}
	return st, false, p.left.Err()
}

// op does one thing outside a step.
func (p *Playback) op(r *image.Reader, op int) error {
	s := p.s
	switch op {
	case opStep:
		return p.step(r)
	case opInterlude:
		return p.interlude(r)
	case opDeed:
		d, err := p.deed(r)
		if err != nil || r.Err() != nil {
			return err
		}
		return p.again(d)
	case opSettled:
		s.settle()
	case opAnswer:
		p.answers = append(p.answers, heard{r.Uint(), r.Text()})
	case opPaced:
		ended := s.time.real.Add(time.Duration(r.Int()))
		if r.Err() == nil {
			s.watchPace(s.time.real, ended)
		}
	case opRested:
		s.pace.rest()
	case opKeeps:
		p.keeping[world.CharacterID(r.Uint())] = true
	case opPassed:
		now, at := r.Float(), p.time(r)
		if s.time.date = at; r.Err() == nil && s.scripts.state != nil {
			s.scripts.state.Pass(now)
		}
	default:
		r.Fail("what belongs into a step stands outside one")
	}
	return nil
}

func (p *Playback) time(r *image.Reader) time.Time {
	p.last += r.Int()
	return time.Unix(0, p.last)
}

// step reads what went into a step, and runs it.
func (p *Playback) step(r *image.Reader) error {
	now := p.time(r)
	date := now.Add(time.Duration(r.Int()) * time.Millisecond)
	if err := p.gather(r, opStepped); err != nil {
		return err
	}
	return p.run(r, now, date)
}

// interlude does the same for one.
func (p *Playback) interlude(r *image.Reader) error {
	if err := p.gather(r, opInterluded); err != nil {
		return err
	}
	p.s.mail.batch = append(p.s.mail.batch, p.batch...)
	p.s.interlude()
	return p.failed
}

// gather reads what goes into a step or an interlude, up to its end.
func (p *Playback) gather(r *image.Reader, end int) error {
	p.batch = p.batch[:0]
	for {
		switch op := r.Small(ops - 1); op {
		case end:
			return r.Err()
		case opMessage:
			p.message(r)
		case opDeed:
			d, err := p.deed(r)
			if err != nil {
				return err
			}
			p.batch = append(p.batch, Do(func(*System) { p.failed = errors.Join(p.failed, p.again(d)) }))
		case opSettled: // as it is after each message
		case opAnswer:
			p.answers = append(p.answers, heard{r.Uint(), r.Text()})
		case opDeaf:
			p.lost[world.CharacterID(r.Uint())] = true
		case opKeeps:
			p.keeping[world.CharacterID(r.Uint())] = true
		default:
			r.Fail("what does not belong into a step stands in one")
		}
		if r.Err() != nil {
			return r.Err()
		}
	}
}

func (p *Playback) run(r *image.Reader, now, date time.Time) error {
	st := Stepped{Tick: world.Tick(r.Uint()), At: now}
	measured := r.Bool()
	for i := range st.Recorded {
		st.Recorded[i] = world.Digest(r.Fixed())
	}
	if r.Err() != nil {
		return r.Err()
	}
	if o := p.cfg.Observer; o != nil {
		p.batch = append(p.batch, o.Due()...)
	}
	p.s.mail.batch, p.ran = append(p.s.mail.batch, p.batch...), false
	p.s.tick(now, date)
	clear(p.lost)
	clear(p.keeping)
	if st.Now = p.got; !p.ran {
		return fmt.Errorf("tick %d was not run to its end", st.Tick)
	}
	if p.failed != nil {
		return fmt.Errorf("tick %d: %w", st.Tick, p.failed)
	}
	for i := range st.Now {
		if st.Now[i] != st.Recorded[i] && !(i == PartScripts && (measured || p.gauged)) {
			st.Parts = append(st.Parts, PartNames[i])
		}
	}
	p.done = &st
	return nil
}

// message reads a message. Whose connection is meant by it is known when it is delivered.
func (p *Playback) message(r *image.Reader) {
	m := readMessage(r, p.k)
	switch of := m.(type) {
	case Enter:
		if !r.Bool() {
			of.Client = nil
		}
		m = of
	case Detach:
		m = parting{of.Player, r.Bool()}
	}
	if m == nil || r.Err() != nil {
		return
	}
	if p.cfg.Took != nil {
		p.cfg.Took(m)
	}
	p.take(m)
}

// take puts a message into the step that is read.
func (p *Playback) take(m Message) {
	o := p.cfg.Observer
	switch of := m.(type) {
	case Command:
		if o != nil {
			p.commands[commandKey{of.Player, of.ID}] = of.Name
		}
	case Result, Answer, Order:
		if o != nil {
			var now bool
			if m, now = o.Answer(m); !now {
				return
			}
		}
	}
	p.batch = append(p.batch, m)
}

// commandKey is which command of whom.
type commandKey struct {
	player world.CharacterID
	id     uint64
}

// repliedTo tells the observer how a command has ended.
func (s *System) repliedTo(p *Player, command uint64, result world.Value, err error) {
	if s.observer() == nil {
		return
	}
	key, names := commandKey{p.ID, command}, s.cfg.playback.commands
	name := cmp.Or(names[key], "a command of before")
	s.answered(toPlayer(p.ID), name, script.Doing{Origin: "command " + name, Player: p.Name}, err, result)
	delete(names, key)
}

// parting is a Detach of the connection that the player has then, or of one before.
type parting struct {
	player world.CharacterID
	own    bool
}

func (parting) refusable() bool { return false }

func (m parting) deliver(s *System) {
	var c Client = noClient{}
	if m.own {
		if p := s.people.byID[m.player]; p != nil {
			c = p.client
		} else if w := s.door.here(m.player); w != nil {
			c = w.enter.Client
		}
	}
	s.detach(Detach{m.player, c})
}

// deed reads a deed.
func (p *Playback) deed(r *image.Reader) (d script.Deed, err error) {
	d.Kind = script.DeedKind(r.Small(int(script.Deeds) - 1))
	if r.Bool() {
		number, hash := int(r.Uint()), r.Text()
		if r.Err() == nil {
			if d.Release, err = p.cfg.Release(number, hash); err != nil {
				return d, err
			}
		}
	}
	for _, texts := range []*[]string{&d.Roots, &d.Texts} {
		for range r.Count() {
			*texts = append(*texts, r.Text())
		}
	}
	for range r.Count() {
		d.IDs = append(d.IDs, r.Uint())
	}
	d.Back, d.Look = r.Bool(), r.Bool()
	if r.Err() == nil && !d.Sound() {
		r.Fail("a deed that lacks what it needs")
	}
	return d, nil
}

// again does a deed.
func (p *Playback) again(d script.Deed) error {
	st := p.s.scripts.state
	switch {
	case st == nil:
		return ErrNotRunning
	case d.Kind == script.DeedCommit:
		return p.cfg.Commit(st, d)
	case !st.Again(d):
		return fmt.Errorf("%s was done, and cannot be done again", d.Kind)
	}
	return nil
}
